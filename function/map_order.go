package function

import (
	"slices"

	"github.com/leatdb/leat/types"
)

// mapOrder puts the entries of a map in the order in which the dialect's origin
// walks through them: that of a Java HashMap made for their number. Queries must
// not rely on it, but results of REDUCE do depend on it.
type mapOrder struct {
	entries []uint32
	buckets []bucket
}

type bucket struct {
	at  uint32
	row uint32
}

// rows returns the rows of the entries of map i in that order; valid until the
// next call.
func (o *mapOrder) rows(m *types.Vector, i int) []uint32 {
	s := m.Span[i]
	o.entries = o.entries[:0]
	for e := s.Start; e < s.Start+s.Len; e++ {
		o.entries = append(o.entries, e)
	}
	if s.Len < 2 || m.Kids[0].Type.Kind != types.String {
		return o.entries
	}
	mask := tableSize(s.Len) - 1
	o.buckets = o.buckets[:0]
	for _, e := range o.entries {
		var h uint32
		if !m.Kids[0].IsNull(int(e)) {
			h = javaHash(m.Kids[0].Str[e])
		}
		o.buckets = append(o.buckets, bucket{(h ^ h>>16) & mask, e})
	}
	slices.SortStableFunc(o.buckets, func(a, b bucket) int { return int(a.at) - int(b.at) })
	for k, b := range o.buckets {
		o.entries[k] = b.row
	}
	return o.entries
}

// tableSize returns the number of buckets: a power of two with n entries in at
// most three quarters of them.
func tableSize(n uint32) uint32 {
	size := uint32(1)
	for size < n {
		size *= 2
	}
	if n > size*3/4 {
		size *= 2
	}
	return size
}

// javaHash is String.hashCode.
func javaHash(s string) uint32 {
	var h uint32
	for _, r := range s {
		if r > 0xFFFF {
			r -= 0x10000
			h = 31*h + uint32(0xD800+r>>10)
			r = 0xDC00 + r&0x3FF
		}
		h = 31*h + uint32(r)
	}
	return h
}
