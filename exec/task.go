package exec

import (
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// task runs one stage of a query for one partition; of a push query, the whole
// query. All fields without a comment about sharing belong to the worker that
// has the task.
type task struct {
	rt        *Runtime
	query     *Query
	stage     *stage
	partition int32
	results   *Results    // Where the rows of a push query go; nil for persistent queries.
	tail      *tail       // Whose task it is, nil for others.
	behind    *subscriber // For which it catches up, nil for others.
	shows     []int64     // Offsets from which on a push query shows rows; nil for all.

	// Shared with those who wake, stop and watch the task.
	state    turnState
	settled  atomic.Bool // Nothing to do, nothing uncommitted, nothing in flight.
	cold     atomic.Bool // It holds no memory of batches.
	stop     atomic.Int32
	done     chan struct{} // Closed when the task has ended.
	cause    atomic.Pointer[error]
	inputs   []*input        // Never changes. In the order in which rows of equal time are taken.
	keeps    map[string]bool // Stores that can be pulled from. Never changes.
	mail     mailbox
	inflight atomic.Int32          // Commits that are not durable yet.
	refused  atomic.Pointer[error] // Why a commit was not made durable.
	count    counters
	meters   meters

	phase   phase
	chain   *chain
	starved atomic.Bool // It waits for horizon.
	horizon horizon

	dirty      bool // Rows were processed since the last commit.
	dirtySince time.Time
	lastRound  time.Time
	alarm      time.Time // When the timer will wake the task to cool down.
	retries    int
	retryAt    time.Time
}

// phase is where a task is in its life.
type phase uint8

const (
	closed  phase = iota // Built, stores not open.
	working              //
	broken               // Failed: waits for its commits in flight, then for retryAt.
	ended
)

// What task.stop may ask for.
const (
	goOn         int32 = iota
	stopAtCommit       // Commit what is processed, then end.
	stopNow            // End; what is not committed is lost.
)

const (
	// roundsPerTurn bounds how long a task keeps a worker.
	roundsPerTurn = 4
	// maxInflight bounds the commits of a task that are not durable yet.
	maxInflight = 2
)

func newTask(st *stage, partition int32) (*task, error) {
	t := &task{rt: st.query.rt, query: st.query, stage: st, partition: partition, done: make(chan struct{})}
	t.makeInputs()
	t.count.streamTime.Store(-1)
	t.meters.began = time.Now()
	t.cold.Store(true)
	if err := t.build(); err != nil {
		return nil, err
	}
	t.keeps = map[string]bool{}
	for store := range t.chain.keeper {
		t.keeps[store] = true
	}
	return t, nil
}

// build makes the operators anew. The inputs stay the same, since others look at
// them.
func (t *task) build() (err error) {
	t.chain, err = buildChain(t)
	return err
}

// turn lets the task work for a while and tells whether there is more to do at
// once. Otherwise somebody has been asked to wake it: the log, a commit in
// flight, the timer, or whoever has paused it.
func (t *task) turn() (again bool) {
	defer func() {
		if p := recover(); p != nil {
			t.rt.opts.Logger.Error("task panicked", "query", t.query.plan.ID, "task", t.name(), "stack", string(debug.Stack()))
			t.fail(panicError(p))
		}
	}()
	if t.phase == ended {
		return false
	}
	if err := t.refused.Swap(nil); err != nil && t.phase == working {
		t.fail(*err)
	}
	if how := t.stop.Load(); how != goOn {
		return t.finish(how)
	}
	if t.phase == broken && !t.repair() {
		return false
	}
	again, err := t.work()
	if err != nil {
		t.fail(err)
		return false
	}
	return again
}

// work opens the task if it is not, answers mail and runs rounds.
func (t *task) work() (again bool, err error) {
	if t.phase == closed {
		if err := t.open(); err != nil {
			return false, err
		}
	}
	if t.mail.any.Load() {
		if ready, err := t.commitPoint(); !ready {
			return false, err
		}
		if t.mail.answer() {
			defer func() { again = true }()
		}
	}
	if t.query.paused.Load() {
		return false, t.settle()
	}
	for _, in := range t.inputs {
		in.purge()
	}
	for range roundsPerTurn {
		if t.results != nil && t.results.full() {
			return false, nil // The reader wakes the task.
		}
		more, err := t.round()
		runtime.Gosched()
		if err != nil {
			return false, err
		}
		if !more {
			return false, t.drained()
		}
		if t.commitDue() {
			if done, err := t.commit(); !done {
				return false, err // A commit in flight wakes the task.
			}
		}
	}
	return true, nil
}

// round takes some rows from the inputs through the operators. It returns false
// when there are none to take.
func (t *task) round() (bool, error) {
	more, err := t.gather()
	if !more || err != nil {
		return false, err
	}
	t.chain.process()
	now := time.Now()
	if !t.dirty {
		t.dirty, t.dirtySince = true, now
	}
	t.lastRound = now
	t.meters.tick(now)
	t.cold.Store(false)
	return true, t.chain.err
}

// drained ends a turn that found no more input.
func (t *task) drained() error {
	if t.results == nil {
		return t.settle()
	}
	if _, err := t.commit(); err != nil {
		return err
	}
	t.awaitInput()
	t.cool()
	if t.behind != nil && t.behind.catchUp(t) {
		t.rt.endPush(t.results, t.query)
		return nil
	}
	t.results.idle(t)
	return nil
}

// settle commits what is uncommitted; when all is durable, it says so and leaves
// the task to be woken by the log.
func (t *task) settle() error {
	if t.dirty {
		if done, err := t.commit(); !done {
			return err
		}
	}
	if !t.query.paused.Load() {
		t.awaitInput()
	}
	if t.inflight.Load() > 0 {
		return nil // Its completion wakes the task.
	}
	t.recovered()
	t.cool()
	if t.starved.Load() {
		return nil // It has rows before it, and the stage upstream wakes it.
	}
	t.settled.Store(true)
	t.rt.progress.signal()
	return nil
}

// awaitInput asks the log to wake the task.
func (t *task) awaitInput() {
	for _, in := range t.inputs {
		in.await()
	}
}

// cool gives back the memory of batches after a while without any.
func (t *task) cool() {
	if t.cold.Load() {
		return
	}
	for _, in := range t.inputs {
		in.letGo()
	}
	now := time.Now()
	if when := t.lastRound.Add(t.rt.opts.coolAfter); when.After(now) {
		if !t.alarm.After(now) { // An earlier alarm comes back here.
			t.alarm = when
			t.rt.timer.at(when, t)
		}
		return
	}
	t.chain.release()
	t.cold.Store(true)
}

// finish ends the task, at once or after a commit.
func (t *task) finish(how int32) (again bool) {
	if t.phase == working && how == stopAtCommit && t.dirty && t.results == nil {
		if done, err := t.commit(); err != nil {
			t.fail(err)
		} else if !done {
			return false
		}
	}
	if t.inflight.Load() > 0 {
		return false
	}
	t.chain.close()
	for _, in := range t.inputs {
		in.close()
	}
	t.mail.refuse(ErrClosed)
	t.phase = ended
	t.settled.Store(true)
	close(t.done)
	t.rt.progress.signal()
	return false
}
