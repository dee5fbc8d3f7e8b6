package log

import (
	"sort"
	"sync"
)

// partition is one partition of an open log. An idle one is this struct and nothing else: no goroutine, no buffer, no open
// file.
type partition struct {
	topic *topic
	id    int32

	// Guarded by Log.mu: what the sequencer knows.
	next   int64 // offset of the next produced record
	newest *slab // that has a place for this partition in its tenants

	producers map[int64]*producer // guarded by Log.mu too; nil without any

	mu      sync.Mutex
	start   int64       // first offset that can be read
	end     int64       // high watermark: the offset behind the last that can be read
	tail    []tailEntry // batches in memory, dense, up to end; may begin below start
	segs    []*segment  // what is flushed, by offset; only the last may be unsealed
	flushed int64       // batches below are in segments, or deleted
	compact int64       // below, no key occurs twice; 0 if never compacted
	horizon int64       // wall time in milliseconds from which compaction can drop null values or markers; 0: none
	epochs  []epochStart
	txns    *partitionTxns // nil without any
	dirty   bool           // listed in Log.dirty
	waiters []*waiter
	gone    bool // the topic was deleted or the log closed: nobody waits here any more
}

// tailEntry is a batch in memory.
type tailEntry struct {
	base, next int64 // its offsets: [base, next)
	maxTime    int64
	slab       *slab
	pos, len   uint32 // in the slab
}

// waiter waits for what its isolation can read to pass end.
type waiter struct {
	end       int64
	isolation Isolation
	fn        func()
}

// publishBatches makes the n bytes of batches at a place of a slab readable and returns the waiters to be called. The caller
// is the writer goroutine, or Open.
func (l *Log) publishBatches(p *partition, s *slab, at, n int, wake []*waiter) []*waiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return wake
	}
	l.markDirty(p)
	for b := s.buf[at : at+n]; len(b) > 0; {
		h, err := ParseBatchHeader(b)
		if err != nil {
			panic("log: a planned batch is invalid: " + err.Error())
		}
		p.tail = append(p.tail, tailEntry{base: h.BaseOffset, next: h.NextOffset(), maxTime: h.MaxTime, slab: s, pos: uint32(at), len: uint32(h.Bytes)})
		p.end = h.NextOffset()
		if h.LeaderEpoch > 0 || len(p.epochs) == 0 {
			p.noteEpoch(&h)
		}
		if h.Transactional() {
			l.publishTxn(p, &h, b[:h.Bytes])
		}
		at, b = at+h.Bytes, b[h.Bytes:]
	}
	return p.takeWaiters(wake)
}

// publishTxn notes a batch of a transaction; the caller holds the partition's mu.
func (l *Log) publishTxn(p *partition, h *BatchHeader, b []byte) {
	if l.reach != nil && h.BaseOffset < l.reach.txns[p] {
		return // a replay of what the checkpoint includes
	}
	kind := abortMarker
	if h.Control() {
		var err error
		if kind, err = readMarker(b); err != nil {
			panic("log: a planned marker is invalid: " + err.Error())
		}
	}
	p.trackTxn(h, kind)
}

// takeWaiters moves the waiters whose time has come; the caller holds mu.
func (p *partition) takeWaiters(wake []*waiter) []*waiter {
	left := p.waiters[:0]
	for _, w := range p.waiters {
		if p.gone || p.limit(w.isolation) > w.end {
			wake = append(wake, w)
		} else {
			left = append(left, w)
		}
	}
	clear(p.waiters[len(left):])
	p.waiters = left
	return wake
}

// wait registers a waiter, or returns false if it need not wait.
func (p *partition) wait(w *waiter) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone || p.limit(w.isolation) > w.end {
		return false
	}
	p.waiters = append(p.waiters, w)
	return true
}

func (p *partition) stopWaiting(w *waiter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, other := range p.waiters {
		if other == w {
			last := len(p.waiters) - 1
			p.waiters[i] = p.waiters[last]
			p.waiters[last] = nil
			p.waiters = p.waiters[:last]
			return
		}
	}
}

// retire takes the partition away from readers, appends its segments to segs, and wakes all waiters for good.
func (p *partition) retire(segs *[]*segment) []*waiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	*segs = append(*segs, p.segs...)
	p.gone, p.tail, p.segs = true, nil, nil
	return p.takeWaiters(nil)
}

// readTail fills c with batches in memory from the one that holds offset on, up to those that begin at end; the caller holds
// mu. It returns false if that batch is not in memory.
func (p *partition) readTail(offset, end int64, maxBytes int, c *Chunk) bool {
	if len(p.tail) == 0 || offset < p.tail[0].base {
		return false
	}
	first := sort.Search(len(p.tail), func(i int) bool { return p.tail[i].next > offset })
	for i := first; i < len(p.tail); i++ {
		e := &p.tail[i]
		if i > first && maxBytes < int(e.len) || e.base >= end {
			break
		}
		maxBytes -= int(e.len)
		if n := len(c.slabs); n == 0 || c.slabs[n-1] != e.slab {
			e.slab.acquire()
			c.slabs = append(c.slabs, e.slab)
		}
		c.add(e)
	}
	if c.Empty() {
		c.Next = end // nothing is left below it
	} else {
		c.Start = p.tail[first].base
	}
	return true
}

// add appends a batch in memory to the chunk, joining it to the previous piece where it lies right behind.
func (c *Chunk) add(e *tailEntry) {
	c.Next = e.next
	from, to := int(e.pos), int(e.pos)+int(e.len)
	if n := len(c.pieces); n > 0 && c.pieces[n-1].to == from && &c.pieces[n-1].base[0] == &e.slab.buf[0] {
		c.pieces[n-1].to = to
		return
	}
	c.pieces = append(c.pieces, piece{base: e.slab.buf, from: from, to: to})
}
