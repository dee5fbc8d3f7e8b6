package exec

import (
	"cmp"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
)

// State of a query.
type State string

// The states of a query. A failed query is one with a task that failed and waits
// to start again.
const (
	Running State = "RUNNING"
	Paused  State = "PAUSED"
	Failed  State = "ERROR"
)

// Status of a query.
type Status struct {
	State State
	Cause error      // Why it failed, joined over its tasks.
	Class ErrorClass // Of the first cause, NoError without one.
}

// Status returns how the query is at this moment.
func (q *Query) Status() Status {
	var errs []error
	q.eachTask(func(t *task) {
		if cause := t.cause.Load(); cause != nil {
			errs = append(errs, *cause)
		}
	})
	switch {
	case len(errs) > 0:
		return Status{Failed, errors.Join(errs...), Classify(errs[0])}
	case q.paused.Load():
		return Status{State: Paused, Class: NoError}
	}
	return Status{State: Running, Class: NoError}
}

// Stats are counters of a query since it was started here, and sizes.
type Stats struct {
	RowsIn     int64 // Records read from its sources; internal topics do not count.
	RowsOut    int64 // Records written to its sink, not necessarily durable yet.
	Late       int64 // Rows (of a window) that came after the window was closed.
	Errors     int64 // Rows that could not be processed, in part or at all.
	Commits    int64
	Failures   int64 // How often a task failed and was started again.
	Lag        int64 // Records in its inputs that are not processed yet.
	StreamTime int64 // Highest row time seen, milliseconds; -1 before the first row.
	// CommitLatency is the time from handing a commit to the log until the log called
	// back, of those that became durable.
	CommitLatency Latency
	State         state.Usage // Of its stores, at their last commits.
}

// counters are the Stats of one task, written by its worker.
type counters struct {
	rowsIn, rowsOut, late, errors, commits, failures atomic.Int64
	streamTime                                       atomic.Int64
	commitLatency                                    latency
	state                                            atomic.Pointer[state.Usage] // nil before the first commit.
}

// Stats returns the counters of the query at this moment.
func (q *Query) Stats() Stats {
	s := Stats{StreamTime: -1}
	for _, st := range q.stages {
		_, last := st.root.(*plan.Sink)
		for _, t := range st.tasks {
			s.RowsIn += t.count.rowsIn.Load()
			if last {
				s.RowsOut += t.count.rowsOut.Load()
			}
			s.Late += t.count.late.Load()
			s.Errors += t.count.errors.Load()
			s.Commits += t.count.commits.Load()
			s.Failures += t.count.failures.Load()
			t.count.commitLatency.addTo(&s.CommitLatency)
			if u := t.count.state.Load(); u != nil {
				s.State.Add(*u)
			}
			s.StreamTime = max(s.StreamTime, t.count.streamTime.Load())
			s.Lag += t.lag()
		}
	}
	return s
}

// lag counts the records before the task.
func (t *task) lag() int64 {
	var n int64
	for _, in := range t.inputs {
		if end, err := t.rt.opts.Log.EndOffset(in.topic, in.partition); err == nil {
			n += max(0, end-in.pos.Load())
		}
	}
	return n
}

// StorePosition is how far a store follows one partition of its input.
type StorePosition struct {
	Store, Topic string
	Partition    int32
	Position     int64 // The first offset that is not in the store yet.
	End          int64 // The end of the partition.
}

// StorePositions returns how far the stores of the query are.
func (q *Query) StorePositions() []StorePosition {
	var out []StorePosition
	q.eachTask(func(t *task) {
		for store := range t.keeps {
			for _, in := range t.inputs {
				if end, err := t.rt.opts.Log.EndOffset(in.topic, in.partition); err == nil {
					out = append(out, StorePosition{store, in.topic, in.partition, in.pos.Load(), end})
				}
			}
		}
	})
	slices.SortFunc(out, func(a, b StorePosition) int {
		return cmp.Or(cmp.Compare(a.Store, b.Store), cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	return out
}
