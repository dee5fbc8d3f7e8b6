package function

import (
	"fmt"

	"github.com/leatdb/leat/types"
)

func minAggregate() *Aggregate {
	return extremeAggregate("MIN", "The smallest value that is not NULL.", -1).
		over("x INT", []string{"4", "NULL", "2", "3"}, Example{"MIN(x)", "2"})
}

func maxAggregate() *Aggregate {
	return extremeAggregate("MAX", "The greatest value that is not NULL.", 1).
		over("x INT", []string{"4", "NULL", "2", "3"}, Example{"MAX(x)", "4"})
}

// extremeAggregate describes MIN (better is -1) or MAX (1).
func extremeAggregate(name, summary string, better int) *Aggregate {
	var overloads []AggregateOverload
	for _, t := range []string{"INT", "BIGINT", "DOUBLE", "DECIMAL", "DATE", "TIME", "TIMESTAMP", "STRING", "BYTES"} {
		o := streamOnly("(col "+t+") -> "+t, 0, func(c *AggregateCall) (Accumulator, error) { return newExtreme(c.Return, better) })
		o.Returns = firstArg
		overloads = append(overloads, o)
	}
	return aggregate(name, summary, docs{"col": "the column to look through"}, overloads...)
}

func newExtreme(t *types.Type, better int) (Accumulator, error) {
	switch t.Kind {
	case types.Integer, types.Date, types.Time:
		return extremeNumber[int32]{max: better > 0}, nil
	case types.BigInt, types.Timestamp:
		return extremeNumber[int64]{max: better > 0}, nil
	case types.Double:
		return extremeDouble{better: better}, nil
	case types.Decimal, types.String, types.Bytes:
		return newExtremeValue(t, better), nil
	}
	return nil, fmt.Errorf("values of type %s have no smallest and greatest", t)
}

// extremeNumber keeps the value and whether there is one in two words.
type extremeNumber[T int32 | int64] struct{ max bool }

func (extremeNumber[T]) Size() (words, blobs int) { return 2, 0 }

func (e extremeNumber[T]) Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, _ int, out *types.Vector, _ *Errors) {
	w, stride := st.Words(), st.Stride()
	values, nulls := column[T](args[0]), args[0].Nulls
	for k, g := range groups {
		i, r := int(g)*stride+at.Word, rows[k]
		if len(nulls) == 0 || !nulls.Get(int(r)) {
			e.offer(w[i:i+2], values[r])
		}
		if out != nil {
			e.emit(w[i:i+2], out, int(r))
		}
	}
}

func (e extremeNumber[T]) offer(w []uint64, x T) {
	if have := T(w[0]); w[1] == 0 || e.max && x > have || !e.max && x < have {
		w[0], w[1] = uint64(x), 1
	}
}

func (e extremeNumber[T]) emit(w []uint64, out *types.Vector, row int) {
	if w[1] == 0 {
		out.SetNull(row)
		return
	}
	column[T](out)[row] = T(w[0])
}

func (e extremeNumber[T]) Result(st State, at Slots, groups, rows []uint32, out *types.Vector) {
	w, stride := st.Words(), st.Stride()
	for k, g := range groups {
		i := int(g)*stride + at.Word
		e.emit(w[i:i+2], out, int(rows[k]))
	}
}

func (e extremeNumber[T]) Merge(st State, at Slots, into, from uint32) {
	w, stride := st.Words(), st.Stride()
	i, j := int(into)*stride+at.Word, int(from)*stride+at.Word
	if w[j+1] != 0 {
		e.offer(w[i:i+2], T(w[j]))
	}
}

// extremeDouble is extremeNumber for DOUBLE, in the order in which -0.0 is less
// than 0.0 and NaN is the greatest.
type extremeDouble struct{ better int }

func (extremeDouble) Size() (words, blobs int) { return 2, 0 }

func (e extremeDouble) Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, _ int, out *types.Vector, _ *Errors) {
	w, stride := st.Words(), st.Stride()
	values, nulls := args[0].F64, args[0].Nulls
	for k, g := range groups {
		i, r := int(g)*stride+at.Word, rows[k]
		if len(nulls) == 0 || !nulls.Get(int(r)) {
			e.offer(w[i:i+2], values[r])
		}
		if out != nil {
			e.emit(w[i:i+2], out, int(r))
		}
	}
}

func (e extremeDouble) offer(w []uint64, x float64) {
	if w[1] == 0 || types.CompareDouble(x, floatOf(w[0]))*e.better > 0 {
		w[0], w[1] = bitsOf(x), 1
	}
}

func (extremeDouble) emit(w []uint64, out *types.Vector, row int) {
	if w[1] == 0 {
		out.SetNull(row)
		return
	}
	out.F64[row] = floatOf(w[0])
}

func (e extremeDouble) Result(st State, at Slots, groups, rows []uint32, out *types.Vector) {
	for k, g := range groups {
		e.emit(words(st, at, g, 2), out, int(rows[k]))
	}
}

func (e extremeDouble) Merge(st State, at Slots, into, from uint32) {
	if w := words(st, at, from, 2); w[1] != 0 {
		e.offer(words(st, at, into, 2), floatOf(w[0]))
	}
}
