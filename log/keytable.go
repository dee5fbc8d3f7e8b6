package log

import "hash/maphash"

// keyTable maps keys to the last offset they were seen at. It keeps a 128-bit hash in the place of the key.
type keyTable struct {
	slots        []keySlot
	used         int
	seedA, seedB maphash.Seed
}

type keySlot struct {
	a, b   uint64
	offset int64 // of the key, plus 1; 0: the slot is free
}

func (t *keyTable) init() {
	t.slots = make([]keySlot, 1024)
	t.seedA, t.seedB = maphash.MakeSeed(), maphash.MakeSeed()
}

// find returns the slot of a key, or the free one it would take.
func (t *keyTable) find(a, b uint64) *keySlot {
	mask := uint64(len(t.slots) - 1)
	for i := a & mask; ; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.offset == 0 || s.a == a && s.b == b {
			return s
		}
	}
}

func (t *keyTable) set(key []byte, offset int64) {
	if t.used*4 >= len(t.slots)*3 {
		t.grow()
	}
	a, b := maphash.Bytes(t.seedA, key), maphash.Bytes(t.seedB, key)
	s := t.find(a, b)
	if s.offset == 0 {
		t.used++
	}
	*s = keySlot{a, b, offset + 1}
}

func (t *keyTable) get(key []byte) (offset int64, ok bool) {
	s := t.find(maphash.Bytes(t.seedA, key), maphash.Bytes(t.seedB, key))
	return s.offset - 1, s.offset != 0
}

func (t *keyTable) grow() {
	old := t.slots
	t.slots = make([]keySlot, 2*len(old))
	for i := range old {
		if old[i].offset != 0 {
			*t.find(old[i].a, old[i].b) = old[i]
		}
	}
}
