package state

import (
	"fmt"
	"slices"
)

// foldAll merges the deltas of stores that have gathered many.
func (db *DB) foldAll() {
	db.flushMu.Lock()
	defer db.flushMu.Unlock()
	db.mu.Lock()
	cores := db.toFold
	db.toFold = nil
	db.mu.Unlock()
	for _, c := range cores {
		if err := c.fold(); err != nil {
			_ = db.fail(fmt.Errorf("store %s: %w", c.name, err))
		}
	}
}

// fold replaces pending deltas by their sum. db.flushMu is held, so that nobody
// else takes from the front of pending.
func (c *core) fold() error {
	db := c.db
	db.mu.Lock()
	deltas := slices.Clone(c.pending)
	before := c.pendingBytes
	db.mu.Unlock()
	if len(deltas) < 2 {
		return nil
	}
	m, err := mergeDeltas(deltas)
	if err != nil {
		return err
	}
	sum := m.appendDelta(nil)
	db.mu.Lock()
	defer db.mu.Unlock()
	c.pending = append([][]byte{sum}, c.pending[len(deltas):]...)
	c.folded = len(sum)
	saved := before - len(sum)
	c.pendingBytes -= saved
	db.pendingBytes -= saved
	db.used.Add(-int64(saved))
	db.room.Broadcast()
	return nil
}
