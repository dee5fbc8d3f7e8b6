package exec

import (
	"encoding/binary"

	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// joinKeys makes store keys for the rows of one side of a join: entry k is the
// key of row Sel[k]. Windowed rows meet only rows of the same window, so its
// bounds are part of the key. Time windows are the same when they start at the
// same time: the joined rows have the left side's size.
type joinKeys struct {
	keyer
	cols     int // Key columns.
	windowed bool
	size     int64 // Of the joined rows' windows; 0: the bounds are taken as they are.
	bounded  types.Spans
}

// newJoinKeys makes the keys of a side for rows that get the given window.
// Without ints, keys are bytes also where a number would do.
func newJoinKeys(schema *plan.Schema, window *plan.KeyWindow, ints bool) joinKeys {
	k := joinKeys{cols: len(schema.Key), windowed: schema.Window != nil, size: windowSize(window)}
	if ints && !k.windowed {
		k.keyer = newKeyer(schema)
	}
	return k
}

// windowSize is the size of time windows and 0 for sessions, whose rows tell both
// bounds.
func windowSize(w *plan.KeyWindow) int64 {
	if w == nil || w.Kind == plan.Session {
		return 0
	}
	return w.SizeMillis
}

// windowEnd is the end that a joined row has which is in the window of a row.
func windowEnd(b *batch, row uint32, size int64) int64 {
	if size == 0 {
		return b.WindowEnd[row]
	}
	return b.WindowStart[row] + size
}

// loadBatch makes the entries of the selected rows. The keys of rows that have a
// NULL in the key must not be used.
func (k *joinKeys) loadBatch(b *batch) {
	k.keyer.load(b.Cols[:k.cols], b.Sel)
	if !k.windowed {
		return
	}
	k.bounded.Reset()
	for i, r := range b.Sel {
		key, _ := k.encoded.At(i)
		k.bounded.Begin()
		d := append(k.bounded.Data, key...)
		d = binary.BigEndian.AppendUint64(d, uint64(b.WindowStart[r]))
		k.bounded.Data = binary.BigEndian.AppendUint64(d, uint64(windowEnd(b, r, k.size)))
		k.bounded.End()
	}
	k.encoded, k.bounded = k.bounded, k.encoded
}

// hasNull tells whether a row has a NULL in the key.
func (k *joinKeys) hasNull(b *batch, row uint32) bool {
	for _, c := range b.Cols[:k.cols] {
		if c.IsNull(int(row)) {
			return true
		}
	}
	return false
}

// decodeInto reads a key into row i of the columns, and its window into the
// bounds of the batch.
func (k *joinKeys) decodeInto(key []byte, cols []*types.Vector, b *batch, i int) error {
	if !k.windowed {
		return k.decode(key, cols, i)
	}
	bounds, err := types.DecodeKey(key, cols, i)
	switch {
	case err != nil:
		return err
	case len(bounds) != 16:
		return types.ErrCorrupt
	}
	b.WindowStart[i] = int64(binary.BigEndian.Uint64(bounds))
	b.WindowEnd[i] = int64(binary.BigEndian.Uint64(bounds[8:]))
	return nil
}

func (k *joinKeys) release() {
	k.keyer.release()
	k.bounded = types.Spans{}
}
