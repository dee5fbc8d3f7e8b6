package exec

import (
	"fmt"
	"time"
)

// fail ends the work of the task for now. What it did since its last commit is
// forgotten; it begins again from there after a while.
func (t *task) fail(err error) {
	err = fmt.Errorf("task %s: %w", t.name(), err)
	t.cause.Store(&err)
	t.count.failures.Add(1)
	class := Classify(err)
	t.rt.opts.Logger.Error("task failed", "query", t.query.plan.ID, "task", t.name(), "class", class, "err", err)
	t.phase = broken
	t.mail.refuse(err)
	if t.results != nil {
		t.results.fail(err)
		return
	}
	now := time.Now()
	t.retryAt = now.Add(t.query.backoff(t.retries))
	t.retries++
	t.query.failures.add(Failure{now, class, err, t.retryAt}, int(t.query.number("ksql.query.error.max.queue.size", defaultFailures)))
	t.rt.timer.at(t.retryAt, t)
	t.rt.progress.signal()
}

// repair makes a broken task ready to be opened, once its commits are settled
// and it has waited long enough.
func (t *task) repair() bool {
	if t.inflight.Load() > 0 || time.Now().Before(t.retryAt) || t.results != nil {
		return false
	}
	t.chain.close()
	for _, in := range t.inputs {
		in.close()
	}
	t.refused.Store(nil)
	if err := t.build(); err != nil {
		t.fail(err)
		return false
	}
	t.phase, t.dirty = closed, false
	return true
}

// recovered forgets past failures: all the task has done is durable.
func (t *task) recovered() {
	if t.retries > 0 {
		t.retries = 0
		t.cause.Store(nil)
	}
}

// panicError is the error of a task whose turn panicked.
func panicError(p any) error {
	if err, ok := p.(error); ok {
		return fmt.Errorf("panic: %w", err)
	}
	return fmt.Errorf("panic: %v", p)
}

// name is the task's place in its query.
func (t *task) name() string { return fmt.Sprintf("%d_%d", t.stage.number, t.partition) }
