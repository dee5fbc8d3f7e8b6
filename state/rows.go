package state

import "slices"

// rows is a slab of rows: Words words, Blobs blobs and a key each, found by row
// number. It is what all kinds of stores keep in memory; which key has which
// row is an index's business.
//
// A row is free, live, or dead. A dead row is a deleted key: it must stay until
// the deletion is in Badger, or a lookup would find the old value there.
//
// Dirty rows are those changed since the last delta. A clean row has the number
// of the last delta it was in; it may be evicted once that delta is in Badger.
type rows struct {
	stride, blobs int
	intKey        bool
	refs1         int // refs per row: the blobs, preceded by the key unless intKey.
	hidden        int // How many of the last words are not part of the value.

	words []uint64
	refs  []ref
	ints  []uint64 // Keys, if intKey.
	meta  []uint32 // Flags, and above them the delta number.
	arena arena

	free  []uint32
	live  int // Rows in use, the dead included.
	dead  int
	dirty []uint32
	// onDirty is called when the first row becomes dirty after a delta.
	onDirty func()

	scratch []byte // For keyBytes.
}

// Flags of a row.
const (
	inUse    = 1 << iota
	isDead   // Deleted; the key is kept.
	isDirty  // In the dirty list.
	isFresh  // Never was in a delta, nor in Badger.
	isHot    // Used since the eviction hand last passed.
	inHeap   // Sessions: has an entry in the heap of ends.
	flagBits = iota
	flagMask = 1<<flagBits - 1
	seqMask  = ^uint32(0) >> flagBits
)

func newRows(l Layout) rows {
	r := rows{stride: l.Words, blobs: l.Blobs, intKey: l.IntKey, refs1: l.Blobs}
	if !l.IntKey {
		r.refs1++
	}
	return r
}

// Words returns the words of all rows: row r has [r*Stride(), (r+1)*Stride()).
// The slice is valid until a row is added.
func (r *rows) Words() []uint64 { return r.words }

// Stride is the number of words in a row.
func (r *rows) Stride() int { return r.stride }

// Blob returns blob i of row. The bytes are valid until that blob is set again
// or AppendDelta is called, and must not be changed.
func (r *rows) Blob(row uint32, i int) []byte {
	return r.arena.get(r.refs[(int(row)+1)*r.refs1-r.blobs+i])
}

// SetBlob stores a copy of b. b may be (part of) the blob itself.
func (r *rows) SetBlob(row uint32, i int, b []byte) {
	p := &r.refs[(int(row)+1)*r.refs1-r.blobs+i]
	old, had, size := *p, slotSize(p.len()), slotSize(len(b))
	if old == 0 || size > had || len(b) == 0 {
		*p = r.arena.add(b, size)
		r.arena.free(old, had)
		return
	}
	n := uint32(old >> (refLenBits + chunkBits))
	copy(r.arena.chunks[n].data[old>>refLenBits&chunkMask:], b)
	*p = old&^maxBlob | ref(len(b))
	if size < had {
		// The end of the slot is lost until the arena is compacted.
		r.arena.shrink(n, had-size)
	}
}

// key returns the bytes of a key that is not an integer.
func (r *rows) key(row uint32) []byte { return r.arena.get(r.refs[int(row)*r.refs1]) }

// Key returns the key of row, valid until AppendDelta. For a table with IntKey
// it is valid until the next call.
func (r *rows) Key(row uint32) []byte {
	if !r.intKey {
		return r.key(row)
	}
	r.scratch = AppendIntKey(r.scratch[:0], int64(r.ints[row]))
	return r.scratch
}

// add makes a live row with zero words and empty blobs.
func (r *rows) add() uint32 {
	r.live++
	if n := len(r.free); n > 0 {
		row := r.free[n-1]
		r.free = r.free[:n-1]
		r.meta[row] = inUse
		return row
	}
	row := uint32(len(r.meta))
	if row == None {
		panic("state: more than 4 billion rows in a table")
	}
	r.meta = append(r.meta, inUse)
	r.words = extend(r.words, r.stride)
	r.refs = extend(r.refs, r.refs1)
	if r.intKey {
		r.ints = append(r.ints, 0)
	}
	return row
}

// extend appends n zeros. The memory doubles where append would add a quarter:
// a table that fills up is so copied once and not four times.
func extend[T any](s []T, n int) []T {
	old := len(s)
	if old+n > cap(s) {
		s = slices.Grow(s, max(n, cap(s)))
	}
	s = s[:old+n]
	clear(s[old:])
	return s
}

func (r *rows) setKey(row uint32, key []byte) {
	r.refs[int(row)*r.refs1] = r.arena.add(key, len(key))
}

// clearValues makes the words zero and the blobs empty.
func (r *rows) clearValues(row uint32) {
	clear(r.words[int(row)*r.stride : (int(row)+1)*r.stride])
	for i := range r.blobs {
		p := &r.refs[(int(row)+1)*r.refs1-r.blobs+i]
		r.arena.free(*p, slotSize(p.len()))
		*p = 0
	}
}

// remove makes a row free.
func (r *rows) remove(row uint32) {
	r.clearValues(row)
	if !r.intKey {
		p := &r.refs[int(row)*r.refs1]
		r.arena.free(*p, p.len())
		*p = 0
	}
	r.live--
	if r.meta[row]&isDead != 0 {
		r.dead--
	}
	r.meta[row] = 0
	r.free = append(r.free, row)
}

// kill makes a live row dead. It stays in the index.
func (r *rows) kill(row uint32) {
	r.clearValues(row)
	r.meta[row] |= isDead
	r.dead++
	r.markDirty(row)
}

// revive makes a dead row live, with zero words and empty blobs.
func (r *rows) revive(row uint32) {
	r.meta[row] &^= isDead
	r.dead--
	r.markDirty(row)
}

// markDirty puts a row into the dirty list.
func (r *rows) markDirty(row uint32) {
	if r.meta[row]&isDirty == 0 {
		r.meta[row] |= isDirty
		if len(r.dirty) == 0 && r.onDirty != nil {
			r.onDirty()
		}
		r.dirty = append(r.dirty, row)
	}
}

// cleaned marks a row as written in delta seq. It keeps isHot, and isDead.
func (r *rows) cleaned(row, seq uint32) {
	r.meta[row] = r.meta[row]&(inUse|isDead|isHot|inHeap) | seq<<flagBits
}

// seq is the number of the last delta with this row.
func (r *rows) seq(row uint32) uint32 { return r.meta[row] >> flagBits }

// rowBytes is what one row needs besides its arena bytes and its index slot.
func (r *rows) rowBytes() int {
	n := 8*r.stride + 8*r.refs1 + 4
	if r.intKey {
		n += 8
	}
	return n
}

// bytes is the memory in use. Free rows do not count: they are used before the
// slab grows, and shrinkRows gives them back when they are many.
func (r *rows) bytes() int64 {
	return int64(r.live*r.rowBytes()) + r.arena.size + int64(4*cap(r.dirty))
}

// dirtyBytes estimates the next delta.
func (r *rows) dirtyBytes() int {
	if len(r.dirty) == 0 {
		return 0
	}
	return len(r.dirty) * (8*r.stride + 8 + int(r.arena.used)/max(1, r.live))
}

// sparse tells whether shrinkRows is worth its time.
func (r *rows) sparse() bool { return len(r.free) > tuning.sparseRows && len(r.free) > r.live }

// shrinkRows moves all rows together and returns their new numbers, None for
// free rows. No row may be dirty.
func (r *rows) shrinkRows() (to []uint32) {
	to = make([]uint32, len(r.meta))
	n := r.live + r.live/8
	words := make([]uint64, 0, n*r.stride)
	refs := make([]ref, 0, n*r.refs1)
	meta := make([]uint32, 0, n)
	var ints []uint64
	for row := range r.meta {
		if r.meta[row] == 0 {
			to[row] = None
			continue
		}
		to[row] = uint32(len(meta))
		meta = append(meta, r.meta[row])
		words = append(words, r.words[row*r.stride:(row+1)*r.stride]...)
		refs = append(refs, r.refs[row*r.refs1:(row+1)*r.refs1]...)
		if r.intKey {
			ints = append(ints, r.ints[row])
		}
	}
	r.words, r.refs, r.meta, r.ints, r.free = words, refs, meta, ints, nil
	return to
}

// compactArena copies the strings out of chunks that are mostly garbage, if
// garbage is much. Old bytes stay readable for who has them.
func (r *rows) compactArena() {
	a := &r.arena
	if a.size-a.used < tuning.garbage || a.size-a.used < a.size/3 {
		return
	}
	a.closeChunk()
	worth := make([]bool, len(a.chunks))
	for i, c := range a.chunks {
		worth[i] = c.data != nil && 2*c.live < len(c.data)
	}
	for i, p := range r.refs {
		if p == 0 || int(p>>(refLenBits+chunkBits)) >= len(worth) || !worth[p>>(refLenBits+chunkBits)] {
			continue
		}
		size := slotSize(p.len())
		if !r.intKey && i%r.refs1 == 0 {
			size = p.len()
		}
		r.refs[i] = a.add(a.get(p), size)
		a.free(p, size)
	}
}
