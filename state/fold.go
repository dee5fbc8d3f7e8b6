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

// fold replaces pending deltas by their sum, if that saves a good part of them:
// of keys that are mostly new each time it would be a copy. db.flushMu is held,
// so that nobody else takes from the front of pending.
func (c *core) fold() error {
	db := c.db
	db.mu.Lock()
	deltas := slices.Clone(c.pending)
	before := c.pendingBytes
	c.folded = before
	db.mu.Unlock()
	if len(deltas) < 2 || !repetitive(deltas) {
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

// foldSample is the share of the keys that repetitive looks at, as a power of
// two.
const foldSample = 4

// repetitive tells whether at least a quarter of the operations of deltas are
// followed by another of the same key. It looks at a part of the keys only,
// chosen by their hash.
func repetitive(deltas [][]byte) bool {
	seen := map[uint64]struct{}{}
	n := 0
	for _, d := range deltas {
		r := readDelta(d)
		for r.next() {
			if r.op == opDrop {
				continue
			}
			h := hashBytes(r.key)
			if len(r.prefix) > 0 {
				h ^= hashBytes(r.prefix) * mul1
			}
			if h>>(64-foldSample) == 0 {
				n++
				seen[h] = struct{}{}
			}
		}
	}
	return 4*(n-len(seen)) >= n
}
