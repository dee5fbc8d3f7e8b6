package exec

import (
	"context"
	"fmt"
	"sync"
)

// limitKey names an input of a query.
type limitKey struct {
	query     string
	topic     string
	partition int32
}

// AllPartitions stands for every partition of a topic in InputLimit.
const AllPartitions int32 = -1

// InputLimit holds an input of a query back: records at endOffset and behind are
// not read until the limit is raised; 0 holds back all, a negative limit lifts
// it. It may be set before the query is started. It lets a test release records
// one by one, in any order.
func (r *Runtime) InputLimit(queryID, topic string, partition int32, endOffset int64) {
	if endOffset < 0 {
		endOffset = unlimited
	}
	r.mu.Lock()
	r.limits[limitKey{queryID, topic, partition}] = endOffset
	q := r.queries[queryID]
	r.mu.Unlock()
	if q == nil {
		return
	}
	q.eachTask(func(t *task) {
		for _, in := range t.inputs {
			if in.topic == topic && (partition == AllPartitions || in.partition == partition) {
				in.limit.Store(endOffset)
			}
		}
		t.wake()
	})
}

// applyLimits sets the limits that came before the query.
func (q *Query) applyLimits(limits map[limitKey]int64) {
	q.eachTask(func(t *task) {
		for _, in := range t.inputs {
			if end, ok := limits[limitKey{q.plan.ID, in.topic, AllPartitions}]; ok {
				in.limit.Store(end)
			}
			if end, ok := limits[limitKey{q.plan.ID, in.topic, in.partition}]; ok {
				in.limit.Store(end)
			}
		}
	})
}

// Quiesce waits until the named queries, or all when none is named, have
// processed all input there is and may be read, and the results are durable. A
// paused query counts as done; one that fails is an error.
func (r *Runtime) Quiesce(ctx context.Context, queryIDs ...string) error {
	for {
		changed := r.progress.wait()
		done, err := r.quiet(queryIDs)
		if done || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("waiting for queries to process their input: %w", ctx.Err())
		}
	}
}

// quiet looks at all queries in a moment in which none of their tasks has a
// turn: what one of them writes after it was looked at would be input of another
// that was looked at before.
func (r *Runtime) quiet(ids []string) (bool, error) {
	queries, err := r.named(ids)
	if err != nil {
		return false, err
	}
	for {
		before := turns(queries)
		for _, q := range queries {
			if s := q.Status(); s.State == Failed {
				return false, fmt.Errorf("query %s failed: %w", q.plan.ID, s.Cause)
			}
			if !q.quiet() {
				return false, nil
			}
		}
		if turns(queries) == before {
			return true, nil
		}
	}
}

func turns(queries []*Query) (n int64) {
	for _, q := range queries {
		n += q.turns.Load()
	}
	return n
}

func (r *Runtime) named(ids []string) ([]*Query, error) {
	if len(ids) == 0 {
		return r.Queries(), nil
	}
	var queries []*Query
	for _, id := range ids {
		q := r.Query(id)
		if q == nil {
			return nil, fmt.Errorf("query %s does not run", id)
		}
		queries = append(queries, q)
	}
	return queries, nil
}

// quiet tells whether the query has nothing to do and nothing under way.
func (q *Query) quiet() bool {
	paused := q.paused.Load()
	done := true
	q.eachTask(func(t *task) {
		if !done || !t.settled.Load() {
			done = false
			return
		}
		for _, in := range t.inputs {
			done = done && (paused || in.done())
		}
	})
	return done
}

// broadcast tells any number of waiters that something has happened.
type broadcast struct {
	mu sync.Mutex
	ch chan struct{}
}

// wait returns a channel that the next signal closes. Take it before looking at
// what is waited for.
func (b *broadcast) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *broadcast) signal() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}
