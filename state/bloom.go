package state

import "math/bits"

// bloom is a set of hashes with false positives (about 1 %) and no false
// negatives: the keys that are in Badger only. It grows by adding layers of four
// times the size. One key touches one cache line per layer.
//
// Keys are never taken out, so a table that keeps evicting and deleting
// rebuilds its filter now and then; see Table.rebuildFilter.
type bloom struct {
	layers []bloomLayer
	added  int
}

type bloomLayer struct {
	blocks [][8]uint64
	room   int // Keys that may still be added.
}

const (
	bloomBitsPerKey = 12
	bloomFirst      = 512 // Keys in the first layer.
)

// newBloom returns a filter whose first layer has room for n keys.
func newBloom(n int) *bloom {
	f := &bloom{}
	f.grow(max(n, bloomFirst))
	return f
}

func (f *bloom) grow(n int) {
	f.layers = append(f.layers, bloomLayer{blocks: make([][8]uint64, n*bloomBitsPerKey/512+1), room: n})
}

// locate returns the block and six bit numbers of 9 bits each.
func (l *bloomLayer) locate(h uint64) (*[8]uint64, uint64) {
	block, _ := bits.Mul64(h, uint64(len(l.blocks)))
	return &l.blocks[block], h * mul1
}

func (f *bloom) add(h uint64) {
	l := &f.layers[len(f.layers)-1]
	if l.room == 0 {
		f.grow(4 * len(l.blocks) * 512 / bloomBitsPerKey)
		l = &f.layers[len(f.layers)-1]
	}
	l.room--
	f.added++
	b, g := l.locate(h)
	for range 6 {
		b[g>>6&7] |= 1 << (g & 63)
		g >>= 9
	}
}

func (f *bloom) has(h uint64) bool {
	for i := len(f.layers) - 1; i >= 0; i-- {
		b, g := f.layers[i].locate(h)
		hit := uint64(1)
		for range 6 {
			hit &= b[g>>6&7] >> (g & 63)
			g >>= 9
		}
		if hit != 0 {
			return true
		}
	}
	return false
}

func (f *bloom) bytes() int64 {
	if f == nil {
		return 0
	}
	n := 0
	for _, l := range f.layers {
		n += len(l.blocks) * 64
	}
	return int64(n)
}
