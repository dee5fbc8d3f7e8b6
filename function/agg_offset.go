package function

import (
	"time"
	"unsafe"

	"github.com/leatdb/leat/types"
)

// sequence numbers rows in the order in which they are aggregated. It begins
// with the wall clock, so that it goes on growing after a restart: groups that
// merge (session windows) know which of them saw its rows first.
type sequence uint64

func newSequence() sequence { return sequence(time.Now().UnixNano()) }

func (s *sequence) next() uint64 {
	*s++
	return uint64(*s)
}

// byOffset is LATEST_BY_OFFSET or EARLIEST_BY_OFFSET of one value. The mark is
// twice the row's number, plus one when the value is NULL.
type byOffset struct {
	*slot
	seq       sequence
	count     int
	latest    bool
	keepNulls bool
}

func newByOffset(t *types.Type, latest, keepNulls bool) Accumulator {
	s := newSlot(t)
	n, _ := s.size()
	a := &byOffset{s, newSequence(), n, latest, keepNulls}
	switch t.Kind {
	case types.Integer, types.Date, types.Time:
		return numberByOffset[int32]{a, column[int32]}
	case types.BigInt, types.Timestamp:
		return numberByOffset[int64]{a, column[int64]}
	case types.Double:
		return numberByOffset[int64]{a, doubleBits}
	}
	return a
}

// doubleBits returns the bits of the doubles of v.
func doubleBits(v *types.Vector) []int64 {
	return unsafe.Slice((*int64)(unsafe.Pointer(unsafe.SliceData(v.F64))), len(v.F64))
}

// numberByOffset is byOffset in one loop, for values that are a word.
type numberByOffset[T int32 | int64] struct {
	*byOffset
	cells func(*types.Vector) []T
}

func (a numberByOffset[T]) Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, _ int, out *types.Vector, _ *Errors) {
	w, stride := st.Words(), st.Stride()
	values, nulls := a.cells(args[0]), args[0].Nulls
	var result []T
	if out != nil {
		result = a.cells(out)
	}
	for k, g := range groups {
		i, r := int(g)*stride+at.Word, rows[k]
		null := len(nulls) > 0 && nulls.Get(int(r))
		if (a.latest || w[i] == 0) && (a.keepNulls || !null) {
			w[i] = a.seq.next() << 1
			if w[i+1] = uint64(values[r]); null {
				w[i]++
			}
		}
		if out == nil {
			continue
		}
		if w[i] == 0 || w[i]&1 != 0 {
			out.SetNull(int(r))
		} else {
			result[r] = T(w[i+1])
		}
	}
}

func (a *byOffset) Size() (words, blobs int) { return a.size() }

func (a *byOffset) Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, _ int, out *types.Vector, _ *Errors) {
	v := args[0]
	nulls := len(v.Nulls) > 0
	for k, g := range groups {
		w, r := words(st, at, g, a.count), int(rows[k])
		null := nulls && v.Nulls.Get(r)
		if (a.latest || w[0] == 0) && (a.keepNulls || !null) {
			if w[0] = a.seq.next() << 1; null {
				w[0]++
			} else {
				a.put(st, at, g, w, v, r)
			}
		}
		if out != nil {
			a.emit(st, at, g, w, out, r)
		}
	}
}

func (a *byOffset) emit(st State, at Slots, g uint32, w []uint64, out *types.Vector, r int) {
	if w[0] == 0 || w[0]&1 != 0 {
		out.SetNull(r)
		return
	}
	a.get(st, at, g, w, out, r)
}

func (a *byOffset) Result(st State, at Slots, groups, rows []uint32, out *types.Vector) {
	for k, g := range groups {
		a.emit(st, at, g, words(st, at, g, a.count), out, int(rows[k]))
	}
}

func (a *byOffset) Merge(st State, at Slots, into, from uint32) {
	to, w := words(st, at, into, a.count), words(st, at, from, a.count)
	if w[0] != 0 && (to[0] == 0 || (w[0] > to[0]) == a.latest) {
		a.move(st, at, into, from, to, w)
	}
}

func latestByOffset() *Aggregate {
	return offsetAggregate("LATEST_BY_OFFSET", "The last value, or the last n values, in the order of the topic.", true).
		over("x INT", []string{"1", "2", "3", "NULL"}, Example{"LATEST_BY_OFFSET(x)", "3"}, Example{"LATEST_BY_OFFSET(x, 2)", "[2, 3]"},
			Example{"LATEST_BY_OFFSET(x, FALSE)", "null"}, Example{"LATEST_BY_OFFSET(x, 2, FALSE)", "[3, null]"})
}

func earliestByOffset() *Aggregate {
	return offsetAggregate("EARLIEST_BY_OFFSET", "The first value, or the first n values, in the order of the topic.", false).
		over("x INT", []string{"NULL", "1", "2", "3"}, Example{"EARLIEST_BY_OFFSET(x)", "1"}, Example{"EARLIEST_BY_OFFSET(x, 2)", "[1, 2]"},
			Example{"EARLIEST_BY_OFFSET(x, FALSE)", "null"}, Example{"EARLIEST_BY_OFFSET(x, 2, FALSE)", "[null, 1]"})
}

func offsetAggregate(name, summary string, latest bool) *Aggregate {
	one := func(ignoreNulls int) accumulatorMaker {
		return func(c *AggregateCall) (Accumulator, error) {
			return newByOffset(c.Args[0], latest, !literalTrue(c, ignoreNulls)), nil
		}
	}
	several := func(ignoreNulls int) accumulatorMaker {
		return func(c *AggregateCall) (Accumulator, error) {
			n, err := count(c, 0, "n")
			return newFolding(newRanked(c.Args, n, byArrival{latest, !literalTrue(c, ignoreNulls)})), err
		}
	}
	return aggregate(name, summary+" NULLs are ignored unless ignoreNulls is false.",
		docs{"col": "the column to look through", "n": "how many values to keep", "ignoreNulls": "whether NULLs are ignored (the default)"},
		streamOnly("(col T) -> T", 0, one(-1)),
		streamOnly("(col T, ignoreNulls BOOLEAN) -> T", 1, one(0)),
		streamOnly("(col T, n INT) -> ARRAY<T>", 1, several(-1)),
		streamOnly("(col T, n INT, ignoreNulls BOOLEAN) -> ARRAY<T>", 2, several(1)))
}

// literalTrue tells whether a BOOLEAN literal is true or not given (i < 0).
func literalTrue(c *AggregateCall, i int) bool {
	return i < 0 || !c.Literals[i].IsNull(0) && c.Literals[i].Bool[0]
}
