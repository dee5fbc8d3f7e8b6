package types

import "math/bits"

// Bitmap is a set of row numbers, 64 rows to a word. A nil Bitmap is empty and
// may be read; Set needs room made by Grow.
type Bitmap []uint64

// Get tells whether row i is in the set. Rows beyond the bitmap are not.
func (b Bitmap) Get(i int) bool {
	w := i >> 6
	return w < len(b) && b[w]>>(uint(i)&63)&1 != 0
}

// Set adds row i.
func (b Bitmap) Set(i int) { b[i>>6] |= 1 << (uint(i) & 63) }

// Clear removes row i.
func (b Bitmap) Clear(i int) {
	if w := i >> 6; w < len(b) {
		b[w] &^= 1 << (uint(i) & 63)
	}
}

// Grow returns the bitmap with room for n rows; new rows are not in the set.
// It keeps the backing array when it is large enough.
func (b Bitmap) Grow(n int) Bitmap {
	words := (n + 63) >> 6
	if words <= len(b) {
		return b
	}
	if words <= cap(b) {
		old := len(b)
		b = b[:words]
		clear(b[old:])
		return b
	}
	nb := make(Bitmap, words, max(words, 2*cap(b)))
	copy(nb, b)
	return nb
}

// Reset empties the set and keeps the memory.
func (b Bitmap) Reset() Bitmap {
	clear(b)
	return b[:0]
}

// Any tells whether the set has a row.
func (b Bitmap) Any() bool {
	for _, w := range b {
		if w != 0 {
			return true
		}
	}
	return false
}

// Count returns the number of rows in the set.
func (b Bitmap) Count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// AppendRows appends the rows of the set, ascending.
func (b Bitmap) AppendRows(dst []uint32) []uint32 {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			dst = append(dst, uint32(i<<6+bits.TrailingZeros64(w)))
		}
	}
	return dst
}

// SetAll makes rows 0..n-1 the whole set and returns the bitmap.
func (b Bitmap) SetAll(n int) Bitmap {
	b = b[:0].Grow(n)
	for i := range b {
		b[i] = ^uint64(0)
	}
	if r := uint(n) & 63; r != 0 {
		b[len(b)-1] = 1<<r - 1
	}
	return b
}
