package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/leatdb/leat/planner/plan"
)

// PushOptions of a push query.
type PushOptions struct {
	// Bounded ends the query when it has read to where its topics ended at the
	// start: a pull query over a stream.
	Bounded bool
	// From are the offsets, by partition, from which on to read, for queries that
	// share a tail; nil for where the plan says.
	From []int64
}

// pushes numbers push queries, to keep their stores apart.
var pushes atomic.Int64

// Push runs a query for a client. One task reads all partitions of its topics,
// so what a persistent query would move through a repartition topic just passes
// through. Its state is in memory only and nothing is committed. Queries that
// only filter and project rows from the end of a topic share one task; see tail.
// The results end with the LIMIT, with ctx, or with Close, one of which must
// happen.
func (r *Runtime) Push(ctx context.Context, p *plan.Query, o PushOptions) (*Results, error) {
	res := newResults(p.Root.Out(), p.Limit, 1)
	if p.Limit == 0 {
		return res, nil
	}
	if o.From != nil { // They say where to begin.
		whole := *p
		whole.FromEarliest = false
		p = &whole
	}
	if source := shareable(p, o); source != nil {
		if err := r.subscribe(ctx, p, source, res, o.From); err != nil {
			return nil, err
		}
		return res, nil
	}
	if o.From != nil {
		return nil, errors.New("only queries that filter and project the rows of one stream can go on where another one was")
	}
	if err := r.runPush(p, res, pushStart{bounded: o.Bounded}); err != nil {
		return nil, err
	}
	res.watch(ctx)
	return res, nil
}

// pushStart says where a push query begins and ends.
type pushStart struct {
	bounded bool
	from    []int64     // By partition of the only topic; nil for where the plan says.
	behind  *subscriber // Which the query catches up for.
}

// runPush starts a task of its own for a push query.
func (r *Runtime) runPush(p *plan.Query, res *Results, start pushStart) error {
	q := r.newQuery(p, fmt.Sprintf("push/%d/", pushes.Add(1)))
	st, err := wholeQuery(q)
	if err != nil {
		return err
	}
	t := newPushTask(q, st, res)
	t.behind = start.behind
	if start.from != nil {
		err = t.startAt(start.from)
	} else {
		err = t.firstOffsets(start.bounded)
	}
	if err == nil && !p.FromEarliest && !start.bounded && start.from == nil && overTable(p.Root) {
		t.shows, err = r.endOffsets(st.leaves[0].topic)
	}
	if err != nil {
		return err
	}
	if err := t.build(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return ErrClosed
	}
	if !res.hook(t.wake, func() { r.endPush(res, q) }) {
		return nil // The client has gone meanwhile.
	}
	r.pushes[res] = q
	t.wake()
	return nil
}

// overTable tells whether a plan filters and projects a table. It must know what
// the rows were, so it reads the table from its beginning; a client that wants
// changes from the end sees only those.
func overTable(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Source:
		return n.Schema.Relation == plan.Table
	case *plan.Filter:
		return overTable(n.Input)
	case *plan.Project:
		return !n.Rekey && overTable(n.Input)
	}
	return false
}

// endPush ends the task of a push query.
func (r *Runtime) endPush(res *Results, q *Query) {
	r.mu.Lock()
	if r.pushes[res] == q {
		delete(r.pushes, res)
	}
	r.mu.Unlock()
	q.ask(stopNow)
}

// newPushTask makes the only task of a push query.
func newPushTask(q *Query, st *stage, res *Results) *task {
	t := &task{rt: q.rt, query: q, stage: st, results: res, done: make(chan struct{})}
	t.count.streamTime.Store(-1)
	t.cold.Store(true)
	t.makeInputs()
	q.stages, st.tasks = []*stage{st}, []*task{t}
	return t
}

// startAt begins the inputs of a task with one topic at the given offsets.
func (t *task) startAt(from []int64) error {
	if len(from) != len(t.inputs) {
		return fmt.Errorf("topic %s has %d partitions, and not %d any more", t.stage.leaves[0].topic, len(t.inputs), len(from))
	}
	for p, in := range t.inputs {
		in.first = from[p]
	}
	return nil
}

// wholeQuery makes one stage of a query, whose leaves are all its sources.
func wholeQuery(q *Query) (*stage, error) {
	st := &stage{query: q, root: q.plan.Root, partitions: 1, single: true}
	var err error
	plan.Walk(q.plan.Root, func(n plan.Node) {
		switch n := n.(type) {
		case *plan.Source:
			if _, ok := q.rt.opts.Log.Topic(n.Topic); !ok && err == nil {
				err = fmt.Errorf("topic %s does not exist", n.Topic)
			}
			st.leaves = append(st.leaves, &leaf{node: n, topic: n.Topic, table: n.Schema.Relation == plan.Table})
		case *plan.Join:
			st.joins = true
		}
	})
	return st, err
}

// firstOffsets finds where the inputs of a push query begin and end.
func (t *task) firstOffsets(bounded bool) error {
	l := t.rt.opts.Log
	for _, in := range t.inputs {
		end, err := l.EndOffset(in.topic, in.partition)
		if err != nil {
			return err
		}
		in.first = end
		if t.query.plan.FromEarliest || in.table {
			if in.first, err = l.StartOffset(in.topic, in.partition); err != nil {
				return err
			}
		}
		if bounded {
			in.limit.Store(end)
		}
	}
	return nil
}

// idle ends a bounded push query that has read all of its input.
func (r *Results) idle(t *task) {
	for _, in := range t.inputs {
		if in.pos.Load() < in.limit.Load() {
			return
		}
	}
	r.end(io.EOF, false)
}
