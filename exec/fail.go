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
	t.rt.opts.Logger.Error("task failed", "query", t.query.plan.ID, "task", t.name(), "err", err)
	t.phase = broken
	t.mail.refuse(err)
	if t.results != nil {
		t.results.fail(err)
		return
	}
	wait := t.rt.opts.RetryBackoff << min(t.retries, 20)
	wait = min(max(wait, t.rt.opts.RetryBackoff), t.rt.opts.RetryBackoffMax)
	t.retries++
	t.retryAt = time.Now().Add(wait)
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

// name is the task's place in its query.
func (t *task) name() string { return fmt.Sprintf("%d_%d", t.stage.number, t.partition) }
