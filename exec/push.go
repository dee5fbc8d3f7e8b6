package exec

import (
	"context"
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
}

// pushes numbers push queries, to keep their stores apart.
var pushes atomic.Int64

// Push runs a query for a client. One task reads all partitions of its topics,
// so what a persistent query would move through a repartition topic just passes
// through. Its state is in memory only and nothing is committed. The results end
// with the LIMIT, with ctx, or with Close, one of which must happen.
func (r *Runtime) Push(ctx context.Context, p *plan.Query, o PushOptions) (*Results, error) {
	res := newResults(p.Root.Out(), p.Limit, 1)
	if p.Limit == 0 {
		return res, nil
	}
	q := r.newQuery(p, fmt.Sprintf("push/%d/", pushes.Add(1)))
	st, err := wholeQuery(q)
	if err != nil {
		return nil, err
	}
	t := &task{rt: r, query: q, stage: st, results: res, done: make(chan struct{})}
	t.count.streamTime.Store(-1)
	t.cold.Store(true)
	t.makeInputs()
	if err := t.firstOffsets(o.Bounded); err != nil {
		return nil, err
	}
	if err := t.build(); err != nil {
		return nil, err
	}
	q.stages, st.tasks = []*stage{st}, []*task{t}
	res.resume = t.wake
	res.stop = func() {
		r.mu.Lock()
		delete(r.pushes, res)
		r.mu.Unlock()
		q.ask(stopNow)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, ErrClosed
	}
	r.pushes[res] = q
	res.watch(ctx)
	t.wake()
	return res, nil
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
