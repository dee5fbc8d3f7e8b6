package function

import (
	"math"

	"github.com/leatdb/leat/types"
)

func avgAggregate() *Aggregate {
	return aggregate("AVG", "The mean of the values that are not NULL; 0.0 when there are none. Sums of whole numbers wrap around when they overflow.",
		docs{"col": "the column to average"},
		undoable("(col INT) -> DOUBLE", accumulator(average[int32]{})),
		undoable("(col BIGINT) -> DOUBLE", accumulator(average[int64]{})),
		undoable("(col DOUBLE) -> DOUBLE", accumulator(doubleAverage{}))).
		over("x INT", []string{"1", "2", "NULL", "6"}, Example{"AVG(x)", "3.0"})
}

// average keeps the sum, in the type of the values, and their count in two
// words.
type average[T int32 | int64] struct{}

func (average[T]) Size() (words, blobs int) { return 2, 0 }

func (average[T]) Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, sign int, out *types.Vector, _ *Errors) {
	w, stride := st.Words(), st.Stride()
	values, nulls := column[T](args[0]), args[0].Nulls
	for k, g := range groups {
		i, r := int(g)*stride+at.Word, rows[k]
		if len(nulls) == 0 || !nulls.Get(int(r)) {
			w[i] += uint64(int64(sign) * int64(values[r]))
			w[i+1] += uint64(sign)
		}
		if out != nil {
			out.F64[r] = mean(float64(T(w[i])), w[i+1])
		}
	}
}

// mean divides a sum by a count; of nothing it is 0.
func mean(sum float64, count uint64) float64 {
	if count == 0 {
		return 0
	}
	return sum / float64(int64(count))
}

func (average[T]) Result(st State, at Slots, groups, rows []uint32, out *types.Vector) {
	w, stride := st.Words(), st.Stride()
	for k, g := range groups {
		i := int(g)*stride + at.Word
		out.F64[rows[k]] = mean(float64(T(w[i])), w[i+1])
	}
}

func (average[T]) Merge(st State, at Slots, into, from uint32) {
	w, stride := st.Words(), st.Stride()
	i, j := int(into)*stride+at.Word, int(from)*stride+at.Word
	w[i] += w[j]
	w[i+1] += w[j+1]
}

// doubleAverage is average for DOUBLE.
type doubleAverage struct{}

func (doubleAverage) Size() (words, blobs int) { return 2, 0 }

func (doubleAverage) Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, sign int, out *types.Vector, _ *Errors) {
	w, stride := st.Words(), st.Stride()
	values, nulls := args[0].F64, args[0].Nulls
	for k, g := range groups {
		i, r := int(g)*stride+at.Word, rows[k]
		if len(nulls) == 0 || !nulls.Get(int(r)) {
			w[i] = math.Float64bits(math.Float64frombits(w[i]) + float64(sign)*values[r])
			w[i+1] += uint64(sign)
		}
		if out != nil {
			out.F64[r] = mean(math.Float64frombits(w[i]), w[i+1])
		}
	}
}

func (doubleAverage) Result(st State, at Slots, groups, rows []uint32, out *types.Vector) {
	w, stride := st.Words(), st.Stride()
	for k, g := range groups {
		i := int(g)*stride + at.Word
		out.F64[rows[k]] = mean(math.Float64frombits(w[i]), w[i+1])
	}
}

func (doubleAverage) Merge(st State, at Slots, into, from uint32) {
	doubleSum{}.Merge(st, at, into, from)
	counter{}.Merge(st, Slots{Word: at.Word + 1}, into, from)
}
