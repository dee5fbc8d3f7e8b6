// Package exec runs plans: persistent queries, push queries and pull queries. It
// sees plan nodes and batches of columns, never syntax.
//
//	rt, err := exec.New(exec.Options{Log: l, State: s, Functions: f})
//	q, err := rt.Start(plan, exec.StartOptions{})   // runs until it is stopped
//	res, err := rt.Push(ctx, plan, exec.PushOptions{})
//	for {
//		batch, err := res.Next(ctx)              // io.EOF at the end
//	}
//
// A query is split at its repartitions into stages, and a stage runs as one task
// per partition. A task reads its inputs in rounds: some thousand rows, merged
// by time, that go through the task's operators batch by batch. Then it commits:
// one log group holds the output, the input offsets and the changes of state, so
// that all of it is there after a crash or none of it. See docs/design/exec.md.
//
// Goroutines. The runtime starts one worker per processor, a timer, and a purger
// of repartition topics; nothing is started per query, task or partition. A task
// is run by one worker at a time, which is why operators and stores need no
// locks. A task without input is parked: the log wakes it.
package exec
