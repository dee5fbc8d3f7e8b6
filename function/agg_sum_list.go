package function

import (
	"math"

	"github.com/leatdb/leat/types"
)

func sumListAggregate() *Aggregate {
	return aggregate("SUM_LIST", "Adds up the elements of lists; NULL lists and elements are skipped. Whole numbers wrap around when they overflow.",
		docs{"col": "the column of lists"},
		undoable("(col ARRAY<INT>) -> INT", accumulator(listSum[int32]{})),
		undoable("(col ARRAY<BIGINT>) -> BIGINT", accumulator(listSum[int64]{})),
		undoable("(col ARRAY<DOUBLE>) -> DOUBLE", accumulator(listSum[float64]{}))).
		over("x ARRAY<INT>", []string{"ARRAY[1, 2]", "NULL", "ARRAY[3, NULL]"}, Example{"SUM_LIST(x)", "6"})
}

// listSum keeps the sum in one word, as wholeSum and doubleSum do.
type listSum[T numeric] struct{}

func (listSum[T]) Size() (words, blobs int) { return 1, 0 }

func (a listSum[T]) Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, sign int, out *types.Vector, _ *Errors) {
	w, stride := st.Words(), st.Stride()
	lists, elems := args[0], args[0].Kids[0]
	values := column[T](elems)
	for k, g := range groups {
		i, r := int(g)*stride+at.Word, int(rows[k])
		if !lists.IsNull(r) {
			s := lists.Span[r]
			for e := s.Start; e < s.Start+s.Len; e++ {
				if !elems.Nulls.Get(int(e)) {
					w[i] = a.plus(w[i], T(sign)*values[e])
				}
			}
		}
		if out != nil {
			column[T](out)[r] = a.value(w[i])
		}
	}
}

func (listSum[T]) plus(word uint64, x T) uint64 {
	if f, ok := any(x).(float64); ok {
		return bitsOf(floatOf(word) + f)
	}
	return word + uint64(int64(x))
}

func (listSum[T]) value(word uint64) T {
	var zero T
	if _, ok := any(zero).(float64); ok {
		return T(math.Float64frombits(word))
	}
	return T(int64(word))
}

func (a listSum[T]) Result(st State, at Slots, groups, rows []uint32, out *types.Vector) {
	w, stride := st.Words(), st.Stride()
	for k, g := range groups {
		column[T](out)[rows[k]] = a.value(w[int(g)*stride+at.Word])
	}
}

func (a listSum[T]) Merge(st State, at Slots, into, from uint32) {
	w, stride := st.Words(), st.Stride()
	i, j := int(into)*stride+at.Word, int(from)*stride+at.Word
	w[i] = a.plus(w[i], a.value(w[j]))
}
