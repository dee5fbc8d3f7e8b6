package state

// byteIndex finds rows by a 32-bit tag (the upper half of the key's hash), with
// open addressing and linear probing. A slot is tag<<32 | row+1, 0 when empty.
// The slot a tag belongs to is its upper bits, so growing and deleting never
// look at keys, and the rest of the tag tells keys apart without looking at
// them nearly always.
//
// Equal tags may occur many times; the caller compares keys:
//
//	for i := x.first(tag); x.slots[i] != 0; i = x.next(i) {
//		if uint32(x.slots[i]>>32) == tag { row := uint32(x.slots[i])-1 ... }
//	}
type byteIndex struct {
	slots []uint64 // Power of two, at least one empty; nil when never used.
	shift uint8    // 32 - log2(len(slots)).
	n     int
}

const minSlots = 8

func (x *byteIndex) first(tag uint32) uint32 { return tag >> x.shift }

func (x *byteIndex) next(i uint32) uint32 { return (i + 1) & uint32(len(x.slots)-1) }

// insert adds a row; it does not look whether it is there.
func (x *byteIndex) insert(tag, row uint32) {
	if 5*(x.n+1) > 4*len(x.slots) {
		x.resize(max(minSlots, 2*len(x.slots)))
	}
	x.n++
	x.place(uint64(tag)<<32 | uint64(row+1))
}

func (x *byteIndex) place(slot uint64) {
	i := x.first(uint32(slot >> 32))
	for x.slots[i] != 0 {
		i = x.next(i)
	}
	x.slots[i] = slot
}

func (x *byteIndex) resize(n int) {
	old := x.slots
	x.slots = make([]uint64, n)
	x.shift = 32
	for m := n; m > 1; m >>= 1 {
		x.shift--
	}
	for _, s := range old {
		if s != 0 {
			x.place(s)
		}
	}
}

// remove takes a row out and closes the gap by moving slots back that probed
// past it.
func (x *byteIndex) remove(tag, row uint32) {
	want := uint64(tag)<<32 | uint64(row+1)
	i := x.first(tag)
	for x.slots[i] != want {
		if x.slots[i] == 0 {
			panic("state: a row is not in its index")
		}
		i = x.next(i)
	}
	x.n--
	mask := uint32(len(x.slots) - 1)
	for j := x.next(i); x.slots[j] != 0; j = x.next(j) {
		home := x.first(uint32(x.slots[j] >> 32))
		// The slot may move to i when i is not before its home.
		if (j-home)&mask >= (j-i)&mask {
			x.slots[i] = x.slots[j]
			i = j
		}
	}
	x.slots[i] = 0
}

// replace puts a row in the place of another with the same tag.
func (x *byteIndex) replace(tag, old, row uint32) {
	was := uint64(tag)<<32 | uint64(old+1)
	i := x.first(tag)
	for x.slots[i] != was {
		if x.slots[i] == 0 {
			panic("state: a row is not in its index")
		}
		i = x.next(i)
	}
	x.slots[i] = uint64(tag)<<32 | uint64(row+1)
}

// renumber replaces each row by to[row] and shrinks the index if it is sparse.
func (x *byteIndex) renumber(to []uint32) {
	for i, s := range x.slots {
		if s != 0 {
			x.slots[i] = s&^uint64(^uint32(0)) | uint64(to[uint32(s)-1]+1)
		}
	}
	x.trim()
}

// trim shrinks a sparse index.
func (x *byteIndex) trim() {
	if n := shrunk(len(x.slots), x.n); n < len(x.slots) {
		x.resize(n)
	}
}

// shrunk is the size for n entries if slots is far too large for them.
func shrunk(slots, n int) int {
	for slots > minSlots && 5*n < slots {
		slots /= 2
	}
	return slots
}

// intIndex is the same for integer keys, which stand in the slots: a hit needs
// no other memory.
type intIndex struct {
	slots []intSlot
	shift uint8 // 64 - log2(len(slots)).
	n     int
}

type intSlot struct {
	key uint64
	row uint32 // Row+1, 0 when empty.
}

func (x *intIndex) first(key uint64) uint32 { return uint32(key * mul1 >> x.shift) }

func (x *intIndex) next(i uint32) uint32 { return (i + 1) & uint32(len(x.slots)-1) }

// find returns the row, or None.
func (x *intIndex) find(key uint64) uint32 {
	if len(x.slots) == 0 {
		return None
	}
	for i := x.first(key); ; i = x.next(i) {
		s := &x.slots[i]
		if s.row == 0 {
			return None
		}
		if s.key == key {
			return s.row - 1
		}
	}
}

func (x *intIndex) insert(key uint64, row uint32) {
	if 5*(x.n+1) > 4*len(x.slots) {
		x.resize(max(minSlots, 2*len(x.slots)))
	}
	x.n++
	x.place(intSlot{key, row + 1})
}

func (x *intIndex) place(s intSlot) {
	i := x.first(s.key)
	for x.slots[i].row != 0 {
		i = x.next(i)
	}
	x.slots[i] = s
}

func (x *intIndex) resize(n int) {
	old := x.slots
	x.slots = make([]intSlot, n)
	x.shift = 64
	for m := n; m > 1; m >>= 1 {
		x.shift--
	}
	for _, s := range old {
		if s.row != 0 {
			x.place(s)
		}
	}
}

func (x *intIndex) remove(key uint64) {
	i := x.first(key)
	for x.slots[i].key != key || x.slots[i].row == 0 {
		if x.slots[i].row == 0 {
			panic("state: a row is not in its index")
		}
		i = x.next(i)
	}
	x.n--
	mask := uint32(len(x.slots) - 1)
	for j := x.next(i); x.slots[j].row != 0; j = x.next(j) {
		if (j-x.first(x.slots[j].key))&mask >= (j-i)&mask {
			x.slots[i] = x.slots[j]
			i = j
		}
	}
	x.slots[i] = intSlot{}
}

func (x *intIndex) renumber(to []uint32) {
	for i := range x.slots {
		if s := &x.slots[i]; s.row != 0 {
			s.row = to[s.row-1] + 1
		}
	}
	x.trim()
}

func (x *intIndex) trim() {
	if n := shrunk(len(x.slots), x.n); n < len(x.slots) {
		x.resize(n)
	}
}
