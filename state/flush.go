package state

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"
)

// softLimit is how many pending bytes make a flush urgent; at four times as
// many, commits wait.
func (db *DB) softLimit() int { return int(min(64<<20, max(256<<10, db.o.Memory/8))) }

// waitForRoom waits while there is too much pending.
func (db *DB) waitForRoom() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	for db.pendingBytes > 4*db.softLimit() && db.failed == nil && !db.closed {
		db.signal()
		db.room.Wait()
	}
	if db.closed {
		return ErrClosed
	}
	return db.failed
}

// signal wakes the flusher.
func (db *DB) signal() {
	select {
	case db.wake <- struct{}{}:
	default:
	}
}

// runFlusher is the flusher goroutine; Close ends it. Without pending deltas it
// sleeps without a timer.
func (db *DB) runFlusher() {
	defer db.flusher.Done()
	var due <-chan time.Time
	db.signal() // There may be dropped stores to clean up.
	for {
		select {
		case <-db.closing:
			return
		case <-due:
			due = nil
			_ = db.flush() // Remembered in db.failed.
		case <-db.wake:
			db.foldAll()
			if db.cleanUp(); db.urgent() {
				due = nil
				_ = db.flush()
			} else if due == nil && db.o.FlushInterval > 0 && db.anyPending() {
				due = time.After(db.o.FlushInterval)
			}
		}
	}
}

func (db *DB) anyPending() bool {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.pendingBytes > 0
}

// urgent tells whether to flush now: much is pending, or a store could not
// evict enough rows because they are not flushed.
func (db *DB) urgent() bool {
	hungry := db.hungry.Swap(false)
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.pendingBytes > db.softLimit() || db.pendingBytes > 0 && hungry
}

// Flush writes everything committed so far to Badger and waits for it.
func (db *DB) Flush() error {
	db.mu.Lock()
	closed := db.closed
	db.mu.Unlock()
	if closed {
		return ErrClosed
	}
	return db.flush()
}

// flushWork is the pending deltas of one store, as a flush takes them.
type flushWork struct {
	core   *core
	deltas [][]byte
	bytes  int
	seq    uint32
	sum    *merged
}

// flush does one flush, step by step. Each step must be whole before the next,
// and every state in between must be one from which a replay heals.
func (db *DB) flush() error {
	db.flushMu.Lock()
	defer db.flushMu.Unlock()
	work, applied, err := db.takeWork()
	if err != nil || len(work) == 0 {
		return err
	}
	began := time.Now()
	cores := make([]*core, len(work))
	for i, w := range work {
		cores[i] = w.core
	}
	n := 0
	err = db.register(cores)
	if err == nil {
		n, err = db.writeWork(work)
	}
	if err == nil {
		db.finishWork(work)
		err = errors.Join(db.step("sync"), db.disk.sync())
	}
	if err == nil && applied > db.reg.applied {
		err = errors.Join(db.step("applied"), db.setApplied(applied))
		if err == nil && db.journal != nil {
			err = db.journal.ReleaseDeltas(applied)
		}
	}
	if err != nil {
		return db.fail(fmt.Errorf("state: flush up to LSN %d: %w", applied, err))
	}
	db.disk.collectGarbage()
	db.o.Logger.Debug("state flushed", "stores", len(work), "keys", n, "applied", applied, "took", time.Since(began))
	return nil
}

// fail remembers the error that ends all writing.
func (db *DB) fail(err error) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.failed == nil {
		db.failed = err
		db.o.Logger.Error("state cannot be written any more", "err", err)
	}
	db.room.Broadcast()
	return err
}

// takeWork returns what is pending, which stays pending until finishWork, and
// the LSN up to which Badger has everything once that is written.
func (db *DB) takeWork() (work []*flushWork, applied uint64, err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	applied = db.maxLSN
	for _, c := range db.cores {
		if len(c.inFlight) > 0 {
			applied = min(applied, c.inFlight[0])
		}
		if len(c.pending) > 0 {
			work = append(work, &flushWork{core: c, deltas: slices.Clone(c.pending), bytes: c.pendingBytes, seq: c.committed})
		}
	}
	return work, applied, db.failed
}

// writeWork merges and writes the deltas of all stores.
func (db *DB) writeWork(work []*flushWork) (keys int, err error) {
	version := db.disk.done.Load() + 1
	drops := db.disk.writer(version)
	defer drops.cancel()
	for _, w := range work {
		if w.sum, err = mergeDeltas(w.deltas); err != nil {
			return 0, fmt.Errorf("store %s: %w", w.core.name, err)
		}
		for _, d := range w.sum.drops {
			if err := db.writeDrop(drops, w.core, d); err != nil {
				return 0, err
			}
		}
	}
	if err := errors.Join(db.step("drops"), drops.flush()); err != nil {
		return 0, err
	}
	puts := db.disk.writer(version + 1)
	defer puts.cancel()
	for _, w := range work {
		if err := w.write(puts); err != nil {
			return 0, err
		}
		keys += len(w.sum.entries)
	}
	if err := errors.Join(puts.flush(), db.step("puts")); err != nil {
		return 0, err
	}
	db.disk.publish(version + 1)
	return keys, nil
}

// writeDrop deletes the keys of a range. What an earlier drop of the same
// range's beginning emptied is skipped: Badger would step over all its
// tombstones.
func (db *DB) writeDrop(w *writer, c *core, d keyRange) error {
	id := c.id.Load()
	low := d.low
	db.mu.Lock()
	for _, have := range c.dropped {
		if bytes.Equal(have.low, d.low) && bytes.Compare(have.high, low) > 0 {
			low = have.high
		}
	}
	c.noteDropped(d)
	db.mu.Unlock()
	if bytes.Compare(low, d.high) >= 0 {
		return nil
	}
	return db.deleteRange(w, diskKey(nil, id, low), diskKey(nil, id, d.high), 4)
}

// deleteRange deletes the keys low <= key < high, which have prefixLen bytes in
// common.
func (db *DB) deleteRange(w *writer, low, high []byte, prefixLen int) error {
	c := db.disk.cursor(low, high, prefixLen)
	defer c.close()
	for ; c.valid(); c.next() {
		if err := w.delete(bytes.Clone(c.key())); err != nil {
			return err
		}
	}
	return nil
}

// write writes the sum of a store's deltas, and its record if ranges were
// dropped.
func (w *flushWork) write(to *writer) error {
	if len(w.sum.drops) > 0 {
		if err := to.put(w.core.recordAs(w.core.id.Load())); err != nil {
			return err
		}
	}
	id := w.core.id.Load()
	var block []byte // Keys are written lazily, so they live in blocks that are left alone.
	n := 0
	return w.sum.each(func(prefix, key, val []byte) error {
		if n++; n%1024 == 0 {
			if err := w.core.db.step("some puts"); err != nil {
				return err
			}
		}
		need := 4 + len(prefix) + len(key)
		if cap(block)-len(block) < need {
			block = make([]byte, 0, max(need, 16<<10))
		}
		from := len(block)
		block = diskKey(block, id, prefix, key)
		if val == nil {
			return to.delete(block[from:len(block):len(block)])
		}
		return to.put(block[from:len(block):len(block)], val)
	})
}

// finishWork takes the written deltas off the pending ones, and lets the stores
// evict the rows.
func (db *DB) finishWork(work []*flushWork) {
	db.mu.Lock()
	defer db.mu.Unlock()
	for _, w := range work {
		c := w.core
		c.pending = slices.Clone(c.pending[len(w.deltas):])
		c.pendingBytes -= w.bytes
		c.folded = 0
		db.pendingBytes -= w.bytes
		db.used.Add(-int64(w.bytes))
		c.flushed.Store(w.seq)
	}
	db.room.Broadcast()
}
