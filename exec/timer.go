package exec

import (
	"container/heap"
	"sync"
	"time"
)

// timer wakes tasks at given times. It sleeps as long as nothing is due, so idle
// queries cost no processor time.
type timer struct {
	mu    sync.Mutex
	due   alarmHeap
	kick  chan struct{} // The first alarm has changed.
	quit  chan struct{}
	ended chan struct{}
}

type alarm struct {
	when time.Time
	task *task
}

func (t *timer) start() {
	t.kick, t.quit, t.ended = make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	go t.serve()
}

func (t *timer) stop() {
	close(t.quit)
	<-t.ended
}

// at wakes the task at the time.
func (t *timer) at(when time.Time, task *task) {
	t.mu.Lock()
	heap.Push(&t.due, alarm{when, task})
	first := t.due[0].task == task && t.due[0].when.Equal(when)
	t.mu.Unlock()
	if first {
		select {
		case t.kick <- struct{}{}:
		default:
		}
	}
}

// serve is the timer's goroutine.
func (t *timer) serve() {
	defer close(t.ended)
	sleep := time.NewTimer(time.Hour)
	defer sleep.Stop()
	for {
		if next, any := t.fire(time.Now()); any {
			sleep.Reset(time.Until(next))
		} else {
			sleep.Stop()
		}
		select {
		case <-sleep.C:
		case <-t.kick:
		case <-t.quit:
			return
		}
	}
}

// fire wakes the tasks that are due and returns when the next one is.
func (t *timer) fire(now time.Time) (next time.Time, any bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.due) > 0 {
		if t.due[0].when.After(now) {
			return t.due[0].when, true
		}
		heap.Pop(&t.due).(alarm).task.wake()
	}
	return time.Time{}, false
}

type alarmHeap []alarm

func (h alarmHeap) Len() int           { return len(h) }
func (h alarmHeap) Less(i, j int) bool { return h[i].when.Before(h[j].when) }
func (h alarmHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *alarmHeap) Push(x any)        { *h = append(*h, x.(alarm)) }
func (h *alarmHeap) Pop() any {
	old := *h
	a := old[len(old)-1]
	old[len(old)-1] = alarm{}
	*h = old[:len(old)-1]
	return a
}
