package function

import (
	"hash/maphash"
	"math"

	"github.com/leatdb/leat/types"
)

var hashSeed = maphash.MakeSeed()

// hashRow returns equal hashes for rows that types.EqualAt finds equal.
func hashRow(v *types.Vector, i int) uint64 {
	if v.IsNull(i) {
		return 0x9E3779B97F4A7C15
	}
	switch v.Type.Kind {
	case types.Boolean:
		return mix(uint64(bit(v.Bool[i])))
	case types.Integer, types.Date, types.Time:
		return mix(uint64(v.I32[i]))
	case types.BigInt, types.Timestamp:
		return mix(uint64(v.I64[i]))
	case types.Double:
		if f := v.F64[i]; f == f {
			return mix(math.Float64bits(f))
		}
		return 1
	case types.String, types.Bytes:
		return maphash.String(hashSeed, v.Str[i])
	case types.Decimal:
		if w := v.WideAt(i); w != nil {
			return maphash.Bytes(hashSeed, w.Bytes())
		}
		return mix(uint64(v.I64[i]))
	case types.Array:
		h := uint64(v.Span[i].Len)
		for k := range v.Span[i].Len {
			h = mix(h) ^ hashRow(v.Kids[0], int(v.Span[i].Start+k))
		}
		return h
	case types.Map: // Entries have no order: their hashes are added.
		h := uint64(v.Span[i].Len)
		for k := range v.Span[i].Len {
			e := int(v.Span[i].Start + k)
			h += mix(hashRow(v.Kids[0], e)) ^ hashRow(v.Kids[1], e)
		}
		return h
	case types.Struct:
		h := uint64(3)
		for _, kid := range v.Kids {
			h = mix(h) ^ hashRow(kid, i)
		}
		return h
	}
	return 0
}

func mix(x uint64) uint64 {
	x ^= x >> 32
	x *= 0xD6E8FEB86659FD93
	x ^= x >> 32
	x *= 0xD6E8FEB86659FD93
	return x ^ x>>32
}

// rowSet is a set of rows of vectors of one type, for the set functions of
// arrays. Small sets are searched one by one.
type rowSet struct {
	rows  []setRow
	slots []int32 // Open addressing: number in rows plus one, or 0.
}

type setRow struct {
	v    *types.Vector
	row  int
	hash uint64
}

const smallSet = 8

func (s *rowSet) reset() {
	s.rows = s.rows[:0]
	s.slots = s.slots[:0]
}

// has tells whether a row equal to row i of v is in the set.
func (s *rowSet) has(v *types.Vector, i int) bool {
	if len(s.rows) <= smallSet {
		return s.scan(v, i) != nil
	}
	_, found := s.slot(v, i, hashRow(v, i))
	return found
}

func (s *rowSet) scan(v *types.Vector, i int) *setRow {
	for k := range s.rows {
		if r := &s.rows[k]; types.EqualAt(r.v, r.row, v, i) {
			return r
		}
	}
	return nil
}

// add adds row i of v and tells whether it was new. The vector must not change
// while the set is in use.
func (s *rowSet) add(v *types.Vector, i int) bool {
	_, isNew := s.put(v, i)
	return isNew
}

// put is add and returns the equal row that is now in the set.
func (s *rowSet) put(v *types.Vector, i int) (*setRow, bool) {
	if len(s.rows) < smallSet {
		if r := s.scan(v, i); r != nil {
			return r, false
		}
		s.rows = append(s.rows, setRow{v: v, row: i})
		return &s.rows[len(s.rows)-1], true
	}
	if 2*(len(s.rows)+1) > len(s.slots) {
		s.grow()
	}
	h := hashRow(v, i)
	k, found := s.slot(v, i, h)
	if found {
		return &s.rows[s.slots[k]-1], false
	}
	s.rows = append(s.rows, setRow{v, i, h})
	s.slots[k] = int32(len(s.rows))
	return &s.rows[len(s.rows)-1], true
}

func (s *rowSet) grow() {
	if len(s.rows) == smallSet {
		for k := range s.rows {
			s.rows[k].hash = hashRow(s.rows[k].v, s.rows[k].row)
		}
	}
	n := max(4*smallSet, 2*len(s.slots))
	if cap(s.slots) >= n {
		s.slots = s.slots[:n]
		clear(s.slots)
	} else {
		s.slots = make([]int32, n)
	}
	for k, r := range s.rows {
		at := r.hash & uint64(n-1)
		for s.slots[at] != 0 {
			at = (at + 1) & uint64(n-1)
		}
		s.slots[at] = int32(k + 1)
	}
}

// slot returns where the row is or would be.
func (s *rowSet) slot(v *types.Vector, i int, h uint64) (at uint64, found bool) {
	mask := uint64(len(s.slots) - 1)
	for at = h & mask; s.slots[at] != 0; at = (at + 1) & mask {
		r := s.rows[s.slots[at]-1]
		if r.hash == h && types.EqualAt(r.v, r.row, v, i) {
			return at, true
		}
	}
	return at, false
}
