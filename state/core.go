package state

import (
	"bytes"
	"fmt"
	"sync/atomic"
)

// core is what DB knows about a store: its place on disk, and the deltas on
// their way there. A store object that an operator uses holds its core while
// open; the core of a store with committed state outlives it.
type core struct {
	db   *DB
	name string

	// id is the store's number on disk, 0 until the first flush: a store that
	// never commits anything leaves no trace.
	id atomic.Uint32
	// flushed is the number of the last delta that readers of Badger see.
	flushed atomic.Uint32

	// lookups counts the keys that the store was asked for; it belongs to the
	// store's user. reads counts what was looked up on disk, by anybody.
	lookups int64
	reads   atomic.Int64

	// The rest is guarded by db.mu.

	header header
	known  bool // Whether header is set.
	open   bool

	// Deltas are numbered in the order of AppendDelta, which is the order in
	// which they commit. appended and committed are the last numbers.
	appended, committed uint32
	// pending are the committed deltas that Badger does not have, oldest first.
	pending      [][]byte
	pendingBytes int
	folded       int // pendingBytes when a fold was last tried, and after it if it was done.
	// inFlight has, for each delta that was appended and not yet committed, an
	// LSN below that of its group: the highest durable one at that time.
	inFlight []uint64
	// dropped are the ranges known to be empty on disk, one for each low key.
	dropped []keyRange
}

// nextSeq is the delta number after s. Zero is not used: it stands for flushed.
func nextSeq(s uint32) uint32 {
	if s == seqMask {
		return 1
	}
	return s + 1
}

// isFlushed tells whether delta seq is at or before flushed. Numbers wrap
// around; no more than 65536 deltas are ever ahead of the last flush.
func isFlushed(seq, flushed uint32) bool {
	ahead := (seq - flushed) & seqMask
	return seq == 0 || ahead == 0 || ahead > 1<<16
}

// deltaWriter brackets the writing of a delta by a store.
type deltaWriter struct {
	c    *core
	seq  uint32
	from int // Where the delta begins.
	body int // Where its operations begin.
}

// beginDelta appends the header. It waits while the flusher is far behind, so
// that the unflushed deltas stay bounded.
func (c *core) beginDelta(dst []byte) ([]byte, deltaWriter, error) {
	db := c.db
	if err := db.waitForRoom(); err != nil {
		return dst, deltaWriter{}, err
	}
	w := deltaWriter{c: c, seq: nextSeq(c.appended), from: len(dst)}
	dst = c.header.append(dst)
	w.body = len(dst)
	return dst, w, nil
}

// end finishes the delta; an empty one is taken back.
func (w deltaWriter) end(dst []byte) []byte {
	if len(dst) == w.body {
		return dst[:w.from]
	}
	db := w.c.db
	db.mu.Lock()
	defer db.mu.Unlock()
	w.c.appended = w.seq
	w.c.inFlight = append(w.c.inFlight, db.maxLSN)
	return dst
}

// addPending takes a committed delta. db.mu is held.
func (c *core) addPending(data []byte) {
	if len(c.inFlight) > 0 {
		c.inFlight = c.inFlight[1:]
	} else {
		// Replayed, or the store was closed meanwhile.
		c.appended = nextSeq(c.committed)
	}
	c.committed = nextSeq(c.committed)
	c.pending = append(c.pending, data)
	c.pendingBytes += len(data)
	if !c.known {
		r := readDelta(data)
		c.header, c.known = r.header, r.err == nil
	}
}

// noteDropped records that a range is empty on disk. db.mu is held.
func (c *core) noteDropped(r keyRange) {
	for i, have := range c.dropped {
		if bytes.Equal(have.low, r.low) {
			if bytes.Compare(have.high, r.high) < 0 {
				c.dropped[i].high = bytes.Clone(r.high)
			}
			return
		}
	}
	c.dropped = append(c.dropped, keyRange{bytes.Clone(r.low), bytes.Clone(r.high)})
}

// inherit is what a store object begins with: the sum of the deltas that Badger
// does not have (nil if there are none) and the number of the last of them.
type inherited struct {
	pending *merged
	seq     uint32
	dropped []keyRange
	empty   bool // There is nothing on disk.
}

func (c *core) inherit() (inherited, error) {
	c.db.mu.Lock()
	deltas := append([][]byte(nil), c.pending...)
	in := inherited{seq: c.committed, empty: c.id.Load() == 0, dropped: append([]keyRange(nil), c.dropped...)}
	c.db.mu.Unlock()
	if len(deltas) == 0 {
		return in, nil
	}
	m, err := mergeDeltas(deltas)
	if err != nil {
		return in, fmt.Errorf("store %s: %w", c.name, err)
	}
	in.pending = m
	in.dropped = append(in.dropped, m.drops...)
	return in, nil
}

// get reads one value of the store from disk.
func (c *core) get(prefix, key []byte, fn func(val []byte) error) (bool, error) {
	c.reads.Add(1)
	var buf [64]byte
	found, err := c.db.disk.get(diskKey(buf[:0], c.id.Load(), prefix, key), fn)
	if err != nil {
		err = fmt.Errorf("store %s: %w", c.name, err)
	}
	return found, err
}

// cursor iterates over the keys of the store on disk that begin with prefix,
// from low to high, which include the prefix; nil means all. Its keys have the
// id before them: see within.
func (c *core) cursor(prefix, low, high []byte) *cursor {
	c.reads.Add(1)
	id := c.id.Load()
	p := diskKey(nil, id, prefix)
	from, to := p, afterPrefix(p)
	if low != nil {
		from = diskKey(nil, id, low)
	}
	if high != nil {
		to = diskKey(nil, id, high)
	}
	return c.db.disk.cursor(from, to, len(p))
}

// within is a cursor's key without the store's id.
func within(key []byte) []byte { return key[4:] }

// close ends the use by a store object. What was appended and not committed is
// forgotten by the next one to open the store.
func (c *core) close() {
	c.db.mu.Lock()
	defer c.db.mu.Unlock()
	c.open = false
}
