package types

import (
	"cmp"
	"math"
	"math/big"
)

// CompareString orders strings as the dialect does, by UTF-16 code unit: like
// bytes, except that characters beyond U+FFFF (four bytes, two surrogates) come
// before U+E000 to U+FFFF.
func CompareString(a, b string) int {
	n := min(len(a), len(b))
	i := 0
	for i+8 <= n && load64(a[i:]) == load64(b[i:]) {
		i += 8
	}
	for ; i < n; i++ {
		if x, y := a[i], b[i]; x != y {
			if x >= 0xEE && y >= 0xEE {
				x, y = codeUnitOrder(x), codeUnitOrder(y)
			}
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(len(a), len(b))
}

// codeUnitOrder maps a byte of UTF-8 so that byte order becomes the order of
// UTF-16 code units: it moves the lead bytes of characters beyond U+FFFF (F0 to
// F4) below those of U+E000 to U+FFFF (EE, EF). Only lead bytes are that high.
func codeUnitOrder(c byte) byte {
	switch {
	case c < 0xEE || c > 0xF4:
		return c
	case c <= 0xEF:
		return c + 5
	}
	return c - 2
}

// byteOfOrder is the inverse of codeUnitOrder.
func byteOfOrder(c byte) byte {
	switch {
	case c < 0xEE || c > 0xF4:
		return c
	case c >= 0xF3:
		return c - 5
	}
	return c + 2
}

// load64 returns the first eight bytes of s.
func load64(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// CompareBytes orders BYTES as SQL comparison does, byte by byte as signed
// numbers.
func CompareBytes(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return cmp.Compare(int8(a[i]), int8(b[i]))
		}
	}
	return cmp.Compare(len(a), len(b))
}

// CompareDouble is the total order of doubles: -0.0 before 0.0, and NaN, which
// equals itself, after everything.
func CompareDouble(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return cmp.Compare(doubleRank(a), doubleRank(b))
}

// doubleRank turns the order of doubles into that of unsigned integers.
func doubleRank(f float64) uint64 {
	bits := math.Float64bits(f)
	switch {
	case f != f:
		return 0x7FF8000000000000 | 1<<63
	case bits>>63 != 0:
		return ^bits
	}
	return bits | 1<<63
}

// CompareDecimal compares two decimals of any scales exactly.
func CompareDecimal(a *Vector, i int, b *Vector, j int) int {
	sa, sb := a.Type.Scale, b.Type.Scale
	wa, wb := a.WideAt(i), b.WideAt(j)
	if wa == nil && wb == nil {
		x, y, ok := a.I64[i], b.I64[j], true
		if sa < sb {
			x, ok = Scale64(x, sb-sa)
		} else if sb < sa {
			y, ok = Scale64(y, sa-sb)
		}
		if ok {
			return cmp.Compare(x, y)
		}
	}
	x, y := a.BigAt(i), b.BigAt(j)
	if sa < sb {
		x = new(big.Int).Mul(x, Pow10(sb-sa))
	} else if sb < sa {
		y = new(big.Int).Mul(y, Pow10(sa-sb))
	}
	return x.Cmp(y)
}

// EqualAt tells whether two values of equal types are the same. NULL equals
// NULL, NaN equals NaN and 0.0 differs from -0.0; maps are equal when they have
// equal entries in any order.
func EqualAt(a *Vector, i int, b *Vector, j int) bool {
	if an, bn := a.IsNull(i), b.IsNull(j); an || bn {
		return an && bn
	}
	switch a.Type.Kind {
	case Array:
		s, o := a.Span[i], b.Span[j]
		if s.Len != o.Len {
			return false
		}
		for k := range int(s.Len) {
			if !EqualAt(a.Kids[0], int(s.Start)+k, b.Kids[0], int(o.Start)+k) {
				return false
			}
		}
		return true
	case Map:
		return equalMaps(a, a.Span[i], b, b.Span[j])
	case Struct:
		for k, kid := range a.Kids {
			if !EqualAt(kid, i, b.Kids[k], j) {
				return false
			}
		}
		return true
	}
	return CompareAt(a, i, b, j) == 0
}

func equalMaps(a *Vector, s Span, b *Vector, o Span) bool {
	if s.Len != o.Len {
		return false
	}
	for _, e := range s.rows() {
		at, ok := b.Entry(o, a.Kids[0], e)
		if !ok || !EqualAt(a.Kids[1], e, b.Kids[1], at) {
			return false
		}
	}
	return true
}

// Entry finds the entry of a map, one span of v, whose key equals row j of key,
// and returns its child row.
func (v *Vector) Entry(s Span, key *Vector, j int) (row int, ok bool) {
	keys := v.Kids[0]
	if keys.Type.Kind == String && !key.IsNull(j) {
		want := key.Str[j]
		for e := int(s.Start); e < int(s.Start+s.Len); e++ {
			if keys.Str[e] == want && !keys.IsNull(e) {
				return e, true
			}
		}
		return 0, false
	}
	for e := int(s.Start); e < int(s.Start+s.Len); e++ {
		if EqualAt(keys, e, key, j) {
			return e, true
		}
	}
	return 0, false
}

// CompareAt orders two values of equal types: numbers and times by value
// (doubles as CompareDouble), STRING by UTF-16 code unit, BYTES by signed bytes,
// nested values element by element. NULL comes first.
func CompareAt(a *Vector, i int, b *Vector, j int) int {
	if an, bn := a.IsNull(i), b.IsNull(j); an || bn {
		return boolRank(bn) - boolRank(an)
	}
	switch a.Type.Kind {
	case Boolean:
		return boolRank(a.Bool[i]) - boolRank(b.Bool[j])
	case Integer, Date, Time:
		return cmp.Compare(a.I32[i], b.I32[j])
	case BigInt, Timestamp:
		return cmp.Compare(a.I64[i], b.I64[j])
	case Double:
		return CompareDouble(a.F64[i], b.F64[j])
	case Decimal:
		return CompareDecimal(a, i, b, j)
	case String:
		return CompareString(a.Str[i], b.Str[j])
	case Bytes:
		return CompareBytes(a.Str[i], b.Str[j])
	case Array, Map:
		return compareSpans(a, a.Span[i], b, b.Span[j])
	case Struct:
		for k, kid := range a.Kids {
			if c := CompareAt(kid, i, b.Kids[k], j); c != 0 {
				return c
			}
		}
	}
	return 0
}

func compareSpans(a *Vector, s Span, b *Vector, o Span) int {
	for k := range int(min(s.Len, o.Len)) {
		for n, kid := range a.Kids {
			if c := CompareAt(kid, int(s.Start)+k, b.Kids[n], int(o.Start)+k); c != 0 {
				return c
			}
		}
	}
	return cmp.Compare(s.Len, o.Len)
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}
