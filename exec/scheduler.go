package exec

import (
	"sync"
	"sync/atomic"
)

// scheduler is the run queue and the workers that serve it. Tasks take turns in
// the order in which they were woken; a turn is a few rounds long, so no task
// keeps others waiting.
type scheduler struct {
	mu    sync.Mutex
	work  sync.Cond
	queue taskQueue
	done  bool
	wg    sync.WaitGroup
}

// start starts n workers; stop ends and waits for them.
func (s *scheduler) start(n int) {
	s.work.L = &s.mu
	s.wg.Add(n)
	for range n {
		go func() {
			defer s.wg.Done()
			s.serve()
		}()
	}
}

func (s *scheduler) stop() {
	s.mu.Lock()
	s.done = true
	s.work.Broadcast()
	s.mu.Unlock()
	s.wg.Wait()
}

func (s *scheduler) put(t *task) {
	s.mu.Lock()
	s.queue.push(t)
	s.work.Signal()
	s.mu.Unlock()
}

// serve is the life of a worker.
func (s *scheduler) serve() {
	for {
		s.mu.Lock()
		for s.queue.n == 0 && !s.done {
			s.work.Wait()
		}
		if s.done {
			s.mu.Unlock()
			return
		}
		t := s.queue.pop()
		s.mu.Unlock()
		t.run()
	}
}

// taskQueue is a ring of tasks.
type taskQueue struct {
	ring []*task
	head int
	n    int
}

func (q *taskQueue) push(t *task) {
	if q.n == len(q.ring) {
		grown := make([]*task, max(16, 2*q.n))
		for i := range q.n {
			grown[i] = q.ring[(q.head+i)%len(q.ring)]
		}
		q.ring, q.head = grown, 0
	}
	q.ring[(q.head+q.n)%len(q.ring)] = t
	q.n++
}

func (q *taskQueue) pop() *task {
	t := q.ring[q.head]
	q.ring[q.head] = nil
	q.head = (q.head + 1) % len(q.ring)
	q.n--
	return t
}

// turnState says where a task is: with nobody, in the queue, or with a worker. A
// task that is woken while a worker has it gets another turn, so no wake-up is
// lost.
type turnState struct{ v atomic.Int32 }

const (
	parked int32 = iota
	queued
	running
	runningWoken
)

// wake gives the task a turn.
func (t *task) wake() {
	for {
		switch s := t.state.v.Load(); s {
		case parked:
			if t.state.v.CompareAndSwap(parked, queued) {
				t.settled.Store(false)
				t.rt.workers.put(t)
				return
			}
		case running:
			if t.state.v.CompareAndSwap(running, runningWoken) {
				return
			}
		default:
			return
		}
	}
}

// run is a turn of the task, called by a worker that took it from the queue.
func (t *task) run() {
	t.query.turns.Add(1)
	t.state.v.Store(running)
	again := t.turn()
	if !again && t.state.v.CompareAndSwap(running, parked) {
		return
	}
	t.settled.Store(false)
	t.state.v.Store(queued)
	t.rt.workers.put(t)
}
