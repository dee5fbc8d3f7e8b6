package types

import (
	"math/big"
	"unsafe"
)

// Span is a run of rows in a child vector: the elements of one array or the
// entries of one map.
type Span struct{ Start, Len uint32 }

// Vector is one column of a batch: Len rows of one type. Exactly one of the
// data slices is in use, chosen by the type, and has Len entries:
//
//	BOOLEAN                Bool
//	INTEGER                I32
//	DATE                   I32   days since 1970-01-01
//	TIME                   I32   milliseconds of the day
//	BIGINT                 I64
//	TIMESTAMP              I64   milliseconds since the epoch, UTC
//	DOUBLE                 F64
//	DECIMAL(p, s)          I64   value times 10^s; see Wide
//	STRING (UTF-8), BYTES  Str
//	ARRAY                  Span into Kids[0]
//	MAP                    Span into Kids[0] (keys) and Kids[1] (values)
//	STRUCT                 Kids, one per field, row by row
//
// A row that is NULL has its bit in Nulls; its data entry is unspecified but
// safe to read. Rows outside the selection of their batch are unspecified, too.
//
// Strings are headers into memory that lives elsewhere: the chunk read from a
// topic (so that decoding copies nothing), another vector, a constant, or the
// vector's own arena (see [Vector.Own]). They are valid until the batch they
// came with is released, so whoever keeps one longer (a store, a client) copies
// it. Offsets into an arena were the alternative: 8 instead of 16 bytes a row
// and nothing for the collector to scan, but then SUBSTRING, SPLIT, a projected
// column or a gathered join row must copy bytes or juggle arenas.
//
// A vector belongs to the operator that made it; others read it until that
// operator's next call.
type Vector struct {
	Type  *Type
	Len   int
	Nulls Bitmap // nil or short means: no NULL there.

	Bool []bool
	I32  []int32
	I64  []int64
	F64  []float64
	Str  []string
	Span []Span
	Kids []*Vector

	// Wide holds the unscaled values of decimals that do not fit I64, nil where
	// I64 counts. The slice itself is nil or short while no row needs it.
	Wide []*big.Int

	arena []byte
}

// NewVector returns an empty vector of the type, children included.
func NewVector(t *Type) *Vector {
	v := &Vector{Type: t}
	switch t.Kind {
	case Array:
		v.Kids = []*Vector{NewVector(t.Elem)}
	case Map:
		v.Kids = []*Vector{NewVector(t.Key), NewVector(t.Elem)}
	case Struct:
		v.Kids = make([]*Vector, len(t.Fields))
		for i, f := range t.Fields {
			v.Kids[i] = NewVector(f.Type)
		}
	}
	return v
}

// Reset makes v a vector of n rows, none NULL, with unspecified (but safe)
// values, ready to be written by row number. Memory is kept; strings handed out
// by Own before are invalid. Children of arrays and maps become empty, those of
// structs get n rows.
func (v *Vector) Reset(n int) {
	v.Nulls = v.Nulls.Reset()
	v.arena = v.arena[:0]
	v.Wide = v.Wide[:0]
	v.Len = 0
	for _, k := range v.Kids {
		k.Reset(0)
	}
	if v.Span != nil {
		v.Span = v.Span[:0]
	}
	v.resize(n)
}

// resize changes Len to n; new entries are unspecified but safe to read.
func (v *Vector) resize(n int) {
	v.Len = n
	switch v.Type.Kind {
	case Boolean:
		v.Bool = sized(v.Bool, n)
	case Integer, Date, Time:
		v.I32 = sized(v.I32, n)
	case BigInt, Timestamp, Decimal:
		v.I64 = sized(v.I64, n)
	case Double:
		v.F64 = sized(v.F64, n)
	case String, Bytes:
		v.Str = sized(v.Str, n)
	case Array, Map:
		old := len(v.Span)
		v.Span = sized(v.Span, n)
		if n > old {
			clear(v.Span[old:])
		}
	case Struct:
		for _, k := range v.Kids {
			k.resize(n)
		}
	}
}

func sized[T any](s []T, n int) []T {
	if n <= cap(s) {
		return s[:n]
	}
	ns := make([]T, n, max(n, 2*cap(s)))
	copy(ns, s)
	return ns
}

// IsNull tells whether row i is NULL.
func (v *Vector) IsNull(i int) bool { return v.Nulls.Get(i) }

// SetNull makes row i NULL. Data entries stay as they are, except that a string
// becomes empty and a span empty, so that readers need no check.
func (v *Vector) SetNull(i int) {
	v.Nulls = v.Nulls.Grow(v.Len)
	v.Nulls.Set(i)
	switch v.Type.Kind {
	case String, Bytes:
		v.Str[i] = ""
	case Array, Map:
		v.Span[i] = Span{}
	}
}

// SetAllNull makes v a vector of n rows, all NULL.
func (v *Vector) SetAllNull(n int) {
	v.Reset(n)
	v.Nulls = v.Nulls.SetAll(n)
	if v.Str != nil {
		clear(v.Str)
	}
}

// Extend appends one row with an unspecified value and returns its number.
func (v *Vector) Extend() int {
	v.resize(v.Len + 1)
	return v.Len - 1
}

// Own copies b into memory of the vector and returns it as a string that is
// valid until the next Reset.
func (v *Vector) Own(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	p := v.Alloc(len(b))
	copy(p, b)
	return View(p)
}

// OwnString is Own for a string.
func (v *Vector) OwnString(s string) string {
	if len(s) == 0 {
		return ""
	}
	p := v.Alloc(len(s))
	copy(p, s)
	return View(p)
}

// Alloc returns n bytes of the vector's arena for the caller to fill before the
// next Alloc; View makes a string of them. When the arena's block is full a new
// one begins; strings keep the old block alive.
func (v *Vector) Alloc(n int) []byte {
	if cap(v.arena)-len(v.arena) < n {
		v.arena = make([]byte, 0, max(2*cap(v.arena), n, 512))
	}
	from := len(v.arena)
	v.arena = v.arena[:from+n]
	return v.arena[from : from+n : from+n]
}

// View returns b as a string without copying. The caller promises that the
// bytes do not change while the string is in use.
func View(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// Copy makes row i of v equal to row j of src, which has an equal type. Strings
// are shared, not copied (see Vector); children are appended.
func (v *Vector) Copy(i int, src *Vector, j int) {
	if src.IsNull(j) {
		v.SetNull(i)
		return
	}
	if v.Nulls.Get(i) {
		v.Nulls.Clear(i)
	}
	switch v.Type.Kind {
	case Boolean:
		v.Bool[i] = src.Bool[j]
	case Integer, Date, Time:
		v.I32[i] = src.I32[j]
	case BigInt, Timestamp:
		v.I64[i] = src.I64[j]
	case Double:
		v.F64[i] = src.F64[j]
	case String, Bytes:
		v.Str[i] = src.Str[j]
	case Decimal:
		v.copyDecimal(i, src, j)
	case Array, Map:
		s := src.Span[j]
		start := uint32(v.Kids[0].Len)
		for k, kid := range v.Kids {
			for e := range s.Len {
				kid.AppendFrom(src.Kids[k], int(s.Start+e))
			}
		}
		v.Span[i] = Span{start, s.Len}
	case Struct:
		for k, kid := range v.Kids {
			kid.Copy(i, src.Kids[k], j)
		}
	}
}

// AppendFrom appends row j of src, which has an equal type.
func (v *Vector) AppendFrom(src *Vector, j int) { v.Copy(v.Extend(), src, j) }

// AppendNull appends a NULL row.
func (v *Vector) AppendNull() { v.SetNull(v.Extend()) }

// Gather makes v the rows of src named by rows, in that order. Strings are
// shared.
func (v *Vector) Gather(src *Vector, rows []uint32) {
	v.Reset(len(rows))
	switch v.Type.Kind {
	case Integer, Date, Time:
		gather(v.I32, src.I32, rows)
	case BigInt, Timestamp:
		gather(v.I64, src.I64, rows)
	case Double:
		gather(v.F64, src.F64, rows)
	case Boolean:
		gather(v.Bool, src.Bool, rows)
	case String, Bytes:
		gather(v.Str, src.Str, rows)
	default:
		for i, r := range rows {
			v.Copy(i, src, int(r))
		}
		return
	}
	if src.Nulls.Any() {
		for i, r := range rows {
			if src.Nulls.Get(int(r)) {
				v.SetNull(i)
			}
		}
	}
}

func gather[T any](dst, src []T, rows []uint32) {
	for i, r := range rows {
		dst[i] = src[r]
	}
}
