package broker

import (
	"context"
	"sync"
	"time"
)

// fetchWaiter gathers what the log says about the partitions of a waiting Fetch.
type fetchWaiter struct {
	mu    sync.Mutex
	woken []int // partitions with news
	news  chan struct{}
}

func (w *fetchWaiter) wake(i int) {
	w.mu.Lock()
	w.woken = append(w.woken, i)
	w.mu.Unlock()
	select {
	case w.news <- struct{}{}:
	default: // it is told already
	}
}

func (w *fetchWaiter) take() []int {
	w.mu.Lock()
	defer w.mu.Unlock()
	woken := w.woken
	w.woken = nil
	return woken
}

// wait waits until there is enough to answer, for no longer than patience, and reads what there is then. It fails when ctx
// ends.
//
// Meanwhile no records are held. Each partition is watched by the log; those with news are looked at again one by one, and
// everything is read together only in the end.
func (f *fetcher) wait(ctx context.Context, patience time.Duration) error {
	f.letGo()
	w := &fetchWaiter{news: make(chan struct{}, 1)}
	cancels := make([]func(), len(f.reads))
	watch := func(i int) {
		r := &f.reads[i]
		cancels[i] = f.b.log.Watch(r.topic, r.partition, r.end, f.isolation, func() { w.wake(i) })
	}
	for i := range f.reads {
		watch(i)
	}
	f.b.parked.Add(1)
	defer f.b.parked.Add(-1)
	defer func() {
		for _, cancel := range cancels {
			cancel()
		}
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for !f.enough() {
		select {
		case <-w.news:
		case <-timer.C:
			f.readStale()
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		woken := w.take()
		for _, i := range woken {
			f.reads[i].stale = true
		}
		if f.minBytes <= 1 {
			break
		}
		f.measure(woken)
		for _, i := range woken {
			watch(i)
		}
	}
	f.readStale()
	return nil
}

// measure looks at partitions with news, without holding what is there.
func (f *fetcher) measure(woken []int) {
	var names topicCursor
	for _, i := range woken {
		r := &f.reads[i]
		f.bytes -= r.bytes
		*r = reading{wanted: r.wanted, start: -1, stable: -1, high: -1, stale: true}
		f.granted = int64(f.maxBytes) // nothing is held beyond this one
		err := f.read(r, &names)
		f.granted = 0
		f.bytes += r.bytes
		f.urgent = f.urgent || err != nil || r.diverged
		if r.chunk != nil {
			f.conn.giveChunk(r.chunk)
			r.chunk = nil
		}
	}
}
