package function

import (
	"math"
	"unsafe"

	"github.com/leatdb/leat/types"
)

// slot keeps one value of any type per group, and a mark that is the
// accumulator's and not zero when there is a value. Types of up to 64 bits use
// a word for the value, the others a blob (and DECIMAL a word while it fits).
type slot struct {
	typ   *types.Type
	inRow [1]*types.Vector // A row for values that are read from a blob.
	buf   []byte
}

func newSlot(t *types.Type) *slot { return &slot{typ: t, inRow: [1]*types.Vector{types.NewVector(t)}} }

// size is the mark's word, the value's word, and the blob.
func (s *slot) size() (words, blobs int) {
	switch s.typ.Kind {
	case types.String, types.Bytes:
		return 1, 1
	case types.Decimal:
		return 2, 1
	}
	if s.typ.Kind.Nested() {
		return 1, 1
	}
	return 2, 0
}

// put stores row r of v, which is not NULL. w are the words of the group.
func (s *slot) put(st State, at Slots, g uint32, w []uint64, v *types.Vector, r int) {
	switch s.typ.Kind {
	case types.Boolean:
		w[1] = 0
		if v.Bool[r] {
			w[1] = 1
		}
	case types.Integer, types.Date, types.Time:
		w[1] = uint64(v.I32[r])
	case types.BigInt, types.Timestamp:
		w[1] = uint64(v.I64[r])
	case types.Double:
		w[1] = math.Float64bits(v.F64[r])
	case types.Decimal:
		w[1] = uint64(v.I64[r])
		if v.WideAt(r) != nil {
			s.putBlob(st, at, g, v, r)
		} else if len(st.Blob(g, at.Blob)) > 0 {
			st.SetBlob(g, at.Blob, nil)
		}
	case types.String, types.Bytes:
		st.SetBlob(g, at.Blob, bytesOf(v.Str[r]))
	default:
		s.putBlob(st, at, g, v, r)
	}
}

func (s *slot) putBlob(st State, at Slots, g uint32, v *types.Vector, r int) {
	cols := [1]*types.Vector{v}
	s.buf = types.AppendRow(s.buf[:0], cols[:], r)
	st.SetBlob(g, at.Blob, s.buf)
}

// get writes the value of a group that has one to row r of out.
func (s *slot) get(st State, at Slots, g uint32, w []uint64, out *types.Vector, r int) {
	switch s.typ.Kind {
	case types.Boolean:
		out.Bool[r] = w[1] != 0
	case types.Integer, types.Date, types.Time:
		out.I32[r] = int32(w[1])
	case types.BigInt, types.Timestamp:
		out.I64[r] = int64(w[1])
	case types.Double:
		out.F64[r] = math.Float64frombits(w[1])
	case types.String, types.Bytes:
		out.Str[r] = out.Own(st.Blob(g, at.Blob))
	case types.Decimal:
		if blob := st.Blob(g, at.Blob); len(blob) > 0 {
			s.getBlob(blob, out, r)
		} else {
			out.SetDecimal64(r, int64(w[1]))
		}
	default:
		s.getBlob(st.Blob(g, at.Blob), out, r)
	}
}

func (s *slot) getBlob(blob []byte, out *types.Vector, r int) {
	cols := [1]*types.Vector{out}
	if _, err := types.DecodeRow(blob, cols[:], r); err != nil {
		out.SetNull(r)
	}
}

// held returns the value of a group as a vector and its row.
func (s *slot) held(st State, at Slots, g uint32, w []uint64) *types.Vector {
	v := s.inRow[0]
	v.Reset(1)
	if s.typ.Kind == types.String || s.typ.Kind == types.Bytes {
		v.Str[0] = types.View(st.Blob(g, at.Blob)) // Compared before the blob changes.
		return v
	}
	s.get(st, at, g, w, v, 0)
	return v
}

// move copies the value of group from to group into.
func (s *slot) move(st State, at Slots, into, from uint32, to, w []uint64) {
	copy(to, w)
	if _, blobs := s.size(); blobs > 0 {
		s.buf = append(s.buf[:0], st.Blob(from, at.Blob)...)
		st.SetBlob(into, at.Blob, s.buf)
	}
}

// bytesOf returns the bytes of s without copying; they must not be changed.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// words returns the words of a group that belong to an accumulator with n.
func words(st State, at Slots, g uint32, n int) []uint64 {
	i := int(g)*st.Stride() + at.Word
	return st.Words()[i : i+n : i+n]
}

// extremeValue is MIN or MAX of values that need a comparison function. The
// mark is 1 when there is a value.
type extremeValue struct {
	*slot
	better int
	count  int
}

func newExtremeValue(t *types.Type, better int) extremeValue {
	s := newSlot(t)
	n, _ := s.size()
	return extremeValue{s, better, n}
}

func (e extremeValue) Size() (words, blobs int) { return e.size() }

func (e extremeValue) Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, _ int, out *types.Vector, _ *Errors) {
	v := args[0]
	for k, g := range groups {
		w, r := words(st, at, g, e.count), int(rows[k])
		if !v.IsNull(r) && (w[0] == 0 || e.improves(st, at, g, w, v, r)) {
			w[0] = 1
			e.put(st, at, g, w, v, r)
		}
		if out != nil {
			e.emit(st, at, g, w, out, r)
		}
	}
}

// improves tells whether row r of v beats the value of the group.
func (e extremeValue) improves(st State, at Slots, g uint32, w []uint64, v *types.Vector, r int) bool {
	if e.typ.Kind == types.String {
		return types.CompareString(v.Str[r], types.View(st.Blob(g, at.Blob)))*e.better > 0
	}
	return types.CompareAt(v, r, e.held(st, at, g, w), 0)*e.better > 0
}

func (e extremeValue) emit(st State, at Slots, g uint32, w []uint64, out *types.Vector, r int) {
	if w[0] == 0 {
		out.SetNull(r)
		return
	}
	e.get(st, at, g, w, out, r)
}

func (e extremeValue) Result(st State, at Slots, groups, rows []uint32, out *types.Vector) {
	for k, g := range groups {
		e.emit(st, at, g, words(st, at, g, e.count), out, int(rows[k]))
	}
}

func (e extremeValue) Merge(st State, at Slots, into, from uint32) {
	to, w := words(st, at, into, e.count), words(st, at, from, e.count)
	if w[0] == 0 {
		return
	}
	if to[0] == 0 || e.improves(st, at, into, to, e.other(st, at, from, w), 0) {
		e.move(st, at, into, from, to, w)
	}
}

// other is held in a vector of its own, to be compared with held.
func (e extremeValue) other(st State, at Slots, g uint32, w []uint64) *types.Vector {
	v := types.NewVector(e.typ)
	v.Reset(1)
	e.get(st, at, g, w, v, 0)
	return v
}
