package state

import "math/bits"

// ref names bytes in an arena: position (chunk number, then 16 bits within the
// chunk) in the upper 36 bits, length in the lower 28. The zero ref is empty.
type ref uint64

const (
	refLenBits = 28
	maxBlob    = 1<<refLenBits - 1
	chunkBits  = 16
	chunkSize  = 1 << chunkBits
	chunkMask  = chunkSize - 1
	// Allocations from this size on get a chunk of their own.
	bigAlloc = chunkSize / 4
)

func (r ref) len() int { return int(r & maxBlob) }

// arena holds byte strings in chunks of 64 KiB. Chunks rather than one growing
// slice: growing copies nothing, and a chunk whose strings are all gone is freed
// alone, so that evicting really gives memory back.
//
// Bytes are never moved or reused while anybody may look at them: a freed chunk
// goes to the garbage collector, and compaction (rows.compactArena) copies.
type arena struct {
	chunks []chunk
	spare  []uint32 // Numbers of freed chunks.
	open   bool     // Whether a chunk is being filled:
	cur    uint32   // this one,
	off    int      // up to here.
	size   int64    // Bytes of all chunks.
	used   int64    // Bytes of live strings, as given to alloc.
}

type chunk struct {
	data []byte
	live int // Bytes of live strings.
}

// get returns the string r names. It must not be changed.
func (a *arena) get(r ref) []byte {
	n := r & maxBlob
	if n == 0 {
		return nil
	}
	pos := r >> refLenBits
	off := pos & chunkMask
	return a.chunks[pos>>chunkBits].data[off : off+n : off+n]
}

// add stores a copy of b in a slot of size bytes, size >= len(b).
func (a *arena) add(b []byte, size int) ref {
	if len(b) == 0 {
		return 0
	}
	if len(b) > maxBlob {
		panic("state: a key or blob of more than 256 MiB")
	}
	n, off := a.place(size)
	c := &a.chunks[n]
	c.live += size
	a.used += int64(size)
	copy(c.data[off:], b)
	return ref(n)<<(refLenBits+chunkBits) | ref(off)<<refLenBits | ref(len(b))
}

// place finds room for size bytes.
func (a *arena) place(size int) (chunkNumber uint32, off int) {
	if size >= bigAlloc {
		return a.newChunk(size), 0
	}
	if !a.open || a.off+size > chunkSize {
		a.closeChunk()
		a.cur = a.newChunk(min(chunkSize, max(64, size)))
		a.open, a.off = true, 0
	}
	c := &a.chunks[a.cur]
	if a.off+size > len(c.data) {
		// Small arenas have one small chunk, which grows until it is full size.
		grown := make([]byte, min(chunkSize, max(2*len(c.data), a.off+size)))
		copy(grown, c.data[:a.off])
		a.size += int64(len(grown) - len(c.data))
		c.data = grown
	}
	off = a.off
	a.off += size
	return a.cur, off
}

// closeChunk ends the filling of the current chunk.
func (a *arena) closeChunk() {
	if a.open {
		a.open = false
		a.shrink(a.cur, 0)
	}
}

func (a *arena) newChunk(size int) uint32 {
	if len(a.chunks) > 0 && size < bigAlloc {
		// The first chunk grows; after it, all are full size.
		size = chunkSize
	}
	a.size += int64(size)
	c := chunk{data: make([]byte, size)}
	if n := len(a.spare); n > 0 {
		at := a.spare[n-1]
		a.spare = a.spare[:n-1]
		a.chunks[at] = c
		return at
	}
	a.chunks = append(a.chunks, c)
	return uint32(len(a.chunks) - 1)
}

// free gives up the slot of r, which has size bytes.
func (a *arena) free(r ref, size int) {
	if r != 0 {
		a.shrink(uint32(r>>(refLenBits+chunkBits)), size)
	}
}

// shrink takes size bytes off what is live in chunk n.
func (a *arena) shrink(n uint32, size int) {
	c := &a.chunks[n]
	c.live -= size
	a.used -= int64(size)
	if c.live == 0 && !(a.open && n == a.cur) {
		a.size -= int64(len(c.data))
		c.data = nil
		a.spare = append(a.spare, n)
	}
}

// reset empties the arena and keeps its first chunk.
func (a *arena) reset() {
	if len(a.chunks) == 0 {
		return
	}
	first := a.chunks[0].data
	clear(a.chunks)
	*a = arena{chunks: append(a.chunks[:0], chunk{data: first}), spare: a.spare[:0]}
	a.size = int64(len(first))
	a.open = len(first) > 0 && len(first) <= chunkSize
}

// slotSize is how many bytes a blob of n bytes gets: some slack, at most an
// eighth, so that a blob that grows a little is written in place.
func slotSize(n int) int {
	if n <= 64 {
		return (n + 7) &^ 7
	}
	step := 1 << (bits.Len(uint(n-1)) - 3)
	return (n + step - 1) &^ (step - 1)
}
