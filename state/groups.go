package state

import (
	"encoding/binary"
	"fmt"
)

// Groups are groups of rows for the time of a batch: the State of accumulators
// that make parts of groups, which then travel to where the groups are kept. It
// has nothing of a Table's durability and keeps its memory over Reset.
//
// Groups are numbered in the order of their first rows. They refer to the keys
// of the batch, which must stay until Reset.
type Groups struct {
	layout Layout
	words  []uint64
	blobs  [][]byte // Of data, or of what Load was given.
	data   []byte
	keys   []uint32 // By group: the number of its key.

	bytes byteIndex
	ints  intIndex
}

// NewGroups makes groups of a layout.
func NewGroups(l Layout) *Groups { return &Groups{layout: l} }

// Reset forgets the groups.
func (g *Groups) Reset() {
	clear(g.blobs)
	g.words, g.blobs, g.data, g.keys = g.words[:0], g.blobs[:0], g.data[:0], g.keys[:0]
	clear(g.bytes.slots)
	clear(g.ints.slots)
	g.bytes.n, g.ints.n = 0, 0
}

// Release gives the memory back.
func (g *Groups) Release() { *g = Groups{layout: g.layout} }

// Len is the number of groups.
func (g *Groups) Len() int { return len(g.keys) }

// Keys returns, by group, the number of its key: the first of equal ones.
func (g *Groups) Keys() []uint32 { return g.keys }

// Words, Stride, Blob and SetBlob make it a State.
func (g *Groups) Words() []uint64 { return g.words }

// Stride is the number of words of a group.
func (g *Groups) Stride() int { return g.layout.Words }

// Blob returns blob i of a group, valid until Reset.
func (g *Groups) Blob(group uint32, i int) []byte { return g.blobs[int(group)*g.layout.Blobs+i] }

// SetBlob stores a copy of b.
func (g *Groups) SetBlob(group uint32, i int, b []byte) {
	from := len(g.data)
	g.data = append(g.data, b...)
	g.blobs[int(group)*g.layout.Blobs+i] = g.data[from:len(g.data):len(g.data)]
}

// add makes a group of the key with the number.
func (g *Groups) add(key uint32) uint32 {
	n := uint32(len(g.keys))
	g.keys = append(g.keys, key)
	g.words = extend(g.words, g.layout.Words)
	g.blobs = extend(g.blobs, g.layout.Blobs)
	return n
}

// Each makes a group of its own for each key, equal or not.
func (g *Groups) Each(groups []uint32) {
	for k := range groups {
		groups[k] = g.add(uint32(k))
	}
}

// Group writes the group of key k, made where it is new, to groups[k].
func (g *Groups) Group(keys *Keys, groups []uint32) {
	for k := range groups {
		key := keys.at(uint32(k))
		tag := uint32(hashBytes(key) >> 32)
		group := g.find(keys, key, tag)
		if group == None {
			group = g.add(uint32(k))
			g.bytes.insert(tag, group)
		}
		groups[k] = group
	}
}

func (g *Groups) find(keys *Keys, key []byte, tag uint32) uint32 {
	x := &g.bytes
	if len(x.slots) == 0 {
		return None
	}
	for i := x.first(tag); x.slots[i] != 0; i = x.next(i) {
		if s := x.slots[i]; uint32(s>>32) == tag {
			if group := uint32(s) - 1; string(keys.at(g.keys[group])) == string(key) {
				return group
			}
		}
	}
	return None
}

// GroupInts is Group for keys that are integers.
func (g *Groups) GroupInts(keys []int64, groups []uint32) {
	for k := range groups {
		key := uint64(keys[k])
		group := g.ints.find(key)
		if group == None {
			group = g.add(uint32(k))
			g.ints.insert(key, group)
		}
		groups[k] = group
	}
}

// AppendPart appends a group without its first skip words: its other words as
// zigzag varints, then each blob after its length.
func (g *Groups) AppendPart(dst []byte, group uint32, skip int) []byte {
	for _, w := range g.words[int(group)*g.layout.Words+skip : (int(group)+1)*g.layout.Words] {
		dst = binary.AppendVarint(dst, int64(w))
	}
	for _, b := range g.blobs[int(group)*g.layout.Blobs : (int(group)+1)*g.layout.Blobs] {
		dst = appendBytes(dst, b)
	}
	return dst
}

// Load makes a group of what AppendPart wrote; the skipped words are zero. The
// group refers to part until Reset.
func (g *Groups) Load(part []byte, skip int) error {
	group := int(g.add(uint32(len(g.keys))))
	words := g.words[group*g.layout.Words : (group+1)*g.layout.Words]
	for i := skip; i < len(words); i++ {
		w, n := binary.Varint(part)
		if n <= 0 {
			return fmt.Errorf("state: a part of a group without its word %d of %d: %w", i, len(words), ErrLayout)
		}
		words[i], part = uint64(w), part[n:]
	}
	blobs := g.blobs[group*g.layout.Blobs : (group+1)*g.layout.Blobs]
	for i := range blobs {
		n, used := binary.Uvarint(part)
		if used <= 0 || n > uint64(len(part)-used) {
			return fmt.Errorf("state: a part of a group without its blob %d of %d: %w", i, len(blobs), ErrLayout)
		}
		blobs[i], part = part[used:used+int(n):used+int(n)], part[used+int(n):]
	}
	if len(part) > 0 {
		return fmt.Errorf("state: a part of a group with %d bytes too many: %w", len(part), ErrLayout)
	}
	return nil
}
