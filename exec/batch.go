package exec

import (
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/types"
)

// batch is a types.Batch on its way through the operators of a task. Sel is
// never nil.
//
// A table change whose old side nobody knows has a nil Old; see oldSide.
type batch struct {
	types.Batch
	// Seq is the place of each row in the merged order of the round, ascending. It
	// is there when a join needs it to find the order of rows between its sides.
	// An operator that makes several rows of one gives them its number.
	Seq []uint32
	// Topic is where the rows come from, empty when from several.
	Topic string
	// Records are the records that the rows with these numbers come from; nil where
	// rows have other numbers, or no record has headers.
	Records *log.Records
	// NoKey are the rows whose record had a null key, where that is not the same as
	// key columns that are all NULL: with several of them.
	NoKey types.Bitmap
}

// ordinals holds 0, 1, 2, ... for selections of all rows.
var ordinals = func() []uint32 {
	all := make([]uint32, types.BatchRows)
	for i := range all {
		all[i] = uint32(i)
	}
	return all
}()

// firstRows returns the row numbers below n; the slice must not be changed.
func firstRows(n int) []uint32 {
	if n <= len(ordinals) {
		return ordinals[:n]
	}
	all := make([]uint32, n)
	for i := range all {
		all[i] = uint32(i)
	}
	return all
}

// valued returns the selected rows that have a value, in buf where some have
// not.
func (b *batch) valued(buf *[]uint32) []uint32 { return without(b.Sel, b.NoValue, buf) }

// without returns rows less those in set; it copies to buf only if it must.
func without(rows []uint32, set types.Bitmap, buf *[]uint32) []uint32 {
	if !set.Any() {
		return rows
	}
	kept := (*buf)[:0]
	for _, r := range rows {
		if !set.Get(int(r)) {
			kept = append(kept, r)
		}
	}
	*buf = kept
	return kept
}

// oldSide returns the batch as it was before its changes: the key columns, then
// the old value columns, and the rows that had a value.
func (b *batch) oldSide(keys int, cols []*types.Vector, buf *[]uint32) (types.Batch, []uint32) {
	old := b.Batch
	old.Cols = append(append(cols[:0], b.Cols[:keys]...), b.Old...)
	old.NoValue = b.NoOld
	return old, without(b.Sel, b.NoOld, buf)
}

// resize returns s with n entries, unspecified where they are new.
func resize[T any](s []T, n int) []T {
	if n <= cap(s) {
		return s[:n]
	}
	return make([]T, n, max(n, 2*cap(s)))
}

// newVectors returns an empty vector per column.
func newVectors(cols []types.Column) []*types.Vector {
	out := make([]*types.Vector, len(cols))
	for i, c := range cols {
		out[i] = types.NewVector(c.Type)
	}
	return out
}

// resetVectors gives all vectors n rows.
func resetVectors(cols []*types.Vector, n int) {
	for _, v := range cols {
		v.Reset(n)
	}
}
