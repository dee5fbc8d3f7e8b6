package function

import "github.com/leatdb/leat/types"

func countAggregate() *Aggregate {
	return aggregate("COUNT", "Counts rows: all of them, or those in which col is not NULL.",
		docs{"col": "the column whose values are counted"},
		undoable("() -> BIGINT", accumulator(counter{})),
		undoable("(col ANY) -> BIGINT", accumulator(counter{}))).
		over("x INT", []string{"5", "NULL", "5"}, Example{"COUNT(*)", "3"}, Example{"COUNT(x)", "2"})
}

// counter keeps the count in one word.
type counter struct{}

func (counter) Size() (words, blobs int) { return 1, 0 }

func (counter) Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, sign int, out *types.Vector, _ *Errors) {
	w, stride := st.Words(), st.Stride()
	var nulls types.Bitmap
	if len(args) > 0 {
		nulls = args[0].Nulls
	}
	for k, g := range groups {
		i := int(g)*stride + at.Word
		if len(nulls) == 0 || !nulls.Get(int(rows[k])) {
			w[i] += uint64(sign)
		}
		if out != nil {
			out.I64[rows[k]] = int64(w[i])
		}
	}
}

func (counter) Result(st State, at Slots, groups, rows []uint32, out *types.Vector) {
	w, stride := st.Words(), st.Stride()
	for k, g := range groups {
		out.I64[rows[k]] = int64(w[int(g)*stride+at.Word])
	}
}

func (counter) Merge(st State, at Slots, into, from uint32) {
	w, stride := st.Words(), st.Stride()
	w[int(into)*stride+at.Word] += w[int(from)*stride+at.Word]
}
