package groups

import (
	"container/heap"
	"time"
)

// timer is a deadline. What it does is done by the clock, under the lock of the coordinator.
type timer struct {
	at   time.Time
	pos  int // in the heap, plus one; 0: not set
	fire func()
}

// timers is a heap of those that are set.
type timers []*timer

func (t timers) Len() int           { return len(t) }
func (t timers) Less(i, j int) bool { return t[i].at.Before(t[j].at) }

func (t timers) Swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	t[i].pos, t[j].pos = i+1, j+1
}

func (t *timers) Push(x any) {
	*t = append(*t, x.(*timer))
	x.(*timer).pos = len(*t)
}

func (t *timers) Pop() any {
	last := len(*t) - 1
	x := (*t)[last]
	(*t)[last] = nil
	*t = (*t)[:last]
	x.pos = 0
	return x
}

// set makes a timer fire in d from now, instead of when it was set to before.
func (c *Coordinator) set(t *timer, d time.Duration) {
	t.at = time.Now().Add(d)
	if t.pos == 0 {
		heap.Push(&c.timers, t)
	} else {
		heap.Fix(&c.timers, t.pos-1)
	}
	if t.pos == 1 {
		wake(c.earlier)
	}
}

func (c *Coordinator) stop(t *timer) {
	if t.pos > 0 {
		heap.Remove(&c.timers, t.pos-1)
	}
}

// clock fires timers until the coordinator is closed.
func (c *Coordinator) clock() {
	alarm := time.NewTimer(0)
	defer alarm.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-alarm.C:
		case <-c.earlier:
		}
		alarm.Reset(c.fireDue())
	}
}

// fireDue fires what is due and returns how long it is until the next.
func (c *Coordinator) fireDue() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	for len(c.timers) > 0 {
		first := c.timers[0]
		if left := first.at.Sub(now); left > 0 {
			return left
		}
		c.stop(first)
		first.fire()
	}
	return time.Hour
}

// wake puts a token into a channel with room for one.
func wake(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
