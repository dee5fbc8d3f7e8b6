package exec

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner/plan"
)

// Query is a persistent query at work. Its methods may be called from any
// goroutine.
type Query struct {
	rt     *Runtime
	plan   *plan.Query
	group  string // Consumer group, and prefix of the internal topics.
	prefix string // Begins the names of all stores.
	// functions are those of the runtime with the properties of the query.
	functions *function.Registry
	// commitInterval is how long a busy task may leave work uncommitted.
	commitInterval time.Duration
	grouped        map[*plan.Repartition]*plan.Aggregate // Those that an aggregation reads, and which.
	stages         []*stage
	paused         atomic.Bool
	turns          atomic.Int64 // Turns that its tasks have begun.
	failures       failures
}

// newQuery makes a query without stages, for which the properties it was created
// with hold.
func (r *Runtime) newQuery(p *plan.Query, prefix string) *Query {
	q := &Query{rt: r, plan: p, prefix: prefix, functions: r.opts.Functions.With(p.Properties),
		commitInterval: r.opts.CommitInterval, grouped: map[*plan.Repartition]*plan.Aggregate{}}
	if millis, err := strconv.ParseInt(p.Properties["commit.interval.ms"], 10, 64); err == nil && millis > 0 {
		q.commitInterval = time.Duration(millis) * time.Millisecond
	}
	return q
}

// prepare builds the stages and tasks of a plan, without any side effect but
// internal topics and the first positions of its consumer group.
func (r *Runtime) prepare(p *plan.Query) (*Query, error) {
	q := r.newQuery(p, p.ID+"/")
	q.group = "_confluent-ksql-" + r.opts.ServiceID + "query_" + p.ID
	var err error
	if q.stages, err = split(q); err != nil {
		return nil, err
	}
	ctx := context.Background()
	if err := q.ensureTopics(ctx); err != nil {
		return nil, err
	}
	if err := q.firstOffsets(ctx); err != nil {
		return nil, err
	}
	for _, st := range q.stages {
		for p := range st.partitions {
			t, err := newTask(st, int32(p))
			if err != nil {
				return nil, err
			}
			st.tasks = append(st.tasks, t)
		}
	}
	return q, nil
}

// firstOffsets commits where a query that begins at the end of its streams
// begins: a restart before its first commit must not move that.
func (q *Query) firstOffsets(ctx context.Context) error {
	if q.plan.FromEarliest {
		return nil
	}
	var first []log.GroupOffset
	for _, st := range q.stages {
		for _, l := range st.leaves {
			if l.table || l.upstream != nil {
				continue
			}
			t, _ := q.rt.opts.Log.Topic(l.topic)
			for p := range int32(t.Config.Partitions) {
				if _, ok := q.rt.opts.Log.FetchOffset(l.group, l.topic, p); ok {
					continue
				}
				end, err := q.rt.opts.Log.EndOffset(l.topic, p)
				if err != nil {
					return err
				}
				first = append(first, log.GroupOffset{Group: l.group, Topic: l.topic, Partition: p, Offset: end})
			}
		}
	}
	if len(first) == 0 {
		return nil
	}
	return q.rt.opts.Log.CommitOffsets(ctx, first)
}

// ID returns the query's id.
func (q *Query) ID() string { return q.plan.ID }

// Plan returns the plan, which must not be changed.
func (q *Query) Plan() *plan.Query { return q.plan }

// cached tells whether only the last change per key and commit is emitted; the
// session that started the query may have said no.
func (q *Query) cached() bool {
	return q.rt.opts.Cache && q.plan.Properties["cache.max.bytes.buffering"] != "0"
}

// eachTask calls fn for all tasks, upstream ones first.
func (q *Query) eachTask(fn func(*task)) {
	for _, st := range q.stages {
		for _, t := range st.tasks {
			fn(t)
		}
	}
}

func (q *Query) wake() { q.eachTask((*task).wake) }

// ask tells all tasks to end.
func (q *Query) ask(how int32) {
	q.eachTask(func(t *task) {
		t.stop.Store(how)
		t.wake()
	})
}

// ended waits until all tasks have ended.
func (q *Query) ended(ctx context.Context) error {
	var err error
	q.eachTask(func(t *task) {
		select {
		case <-t.done:
		case <-ctx.Done():
			err = fmt.Errorf("query %s: %w", q.plan.ID, ctx.Err())
		}
	})
	return err
}

// Pause holds the query after a commit of what it has processed.
func (q *Query) Pause() {
	q.paused.Store(true)
	q.wake()
}

// Resume lets a paused query go on.
func (q *Query) Resume() {
	q.paused.Store(false)
	q.wake()
}

// Paused tells whether the query is held.
func (q *Query) Paused() bool { return q.paused.Load() }

// Stop ends the query and waits for that. With drop, all that the query keeps
// is deleted: state, positions, internal topics. Without it the query can be
// started again and goes on where it was.
func (q *Query) Stop(ctx context.Context, drop bool) error {
	if drop {
		q.ask(stopNow)
	} else {
		q.ask(stopAtCommit)
	}
	if err := q.ended(ctx); err != nil {
		return err
	}
	q.rt.forget(q)
	if !drop {
		return nil
	}
	return q.erase(ctx)
}

// erase deletes what the query keeps.
func (q *Query) erase(ctx context.Context) error {
	errs := []error{q.rt.opts.State.Drop(q.prefix)}
	groups := map[string]bool{}
	for _, st := range q.stages {
		for _, l := range st.leaves {
			groups[l.group] = true
			if l.upstream != nil {
				errs = append(errs, q.rt.opts.Log.DeleteTopic(ctx, l.topic))
			}
		}
	}
	for g := range groups {
		errs = append(errs, q.rt.opts.Log.DeleteGroup(ctx, g))
	}
	return errors.Join(errs...)
}

// unlimited is the end offset of an input that is not held back.
const unlimited = math.MaxInt64
