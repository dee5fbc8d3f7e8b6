package function

import (
	"math"
	"math/big"

	"github.com/leatdb/leat/types"
)

func sumAggregate() *Aggregate {
	decimal := undoable("(col DECIMAL) -> DECIMAL", func(c *AggregateCall) (Accumulator, error) { return newDecimalSum(c.Return), nil })
	decimal.Returns = firstArg
	return aggregate("SUM", "Adds up the values that are not NULL. Whole numbers wrap around when they overflow.",
		docs{"col": "the column to add up"},
		undoable("(col INT) -> INT", accumulator(wholeSum[int32]{})),
		undoable("(col BIGINT) -> BIGINT", accumulator(wholeSum[int64]{})),
		undoable("(col DOUBLE) -> DOUBLE", accumulator(doubleSum{})),
		decimal).
		over("x INT, y DECIMAL(4, 2)", []string{"1, 1.50", "2, 2.25", "NULL, NULL"}, Example{"SUM(x)", "3"}, Example{"SUM(y)", "3.75"})
}

// wholeSum keeps the sum in one word. Sums of INT are kept in 64 bits too: their
// low 32 bits are the wrapped sum.
type wholeSum[T int32 | int64] struct{}

func (wholeSum[T]) Size() (words, blobs int) { return 1, 0 }

func (wholeSum[T]) Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, sign int, out *types.Vector, _ *Errors) {
	w, stride := st.Words(), st.Stride()
	values, nulls := column[T](args[0]), args[0].Nulls
	var result []T
	if out != nil {
		result = column[T](out)
	}
	for k, g := range groups {
		i, r := int(g)*stride+at.Word, rows[k]
		if len(nulls) == 0 || !nulls.Get(int(r)) {
			w[i] += uint64(int64(sign) * int64(values[r]))
		}
		if out != nil {
			result[r] = T(w[i])
		}
	}
}

func (wholeSum[T]) Result(st State, at Slots, groups, rows []uint32, out *types.Vector) {
	w, stride, result := st.Words(), st.Stride(), column[T](out)
	for k, g := range groups {
		result[rows[k]] = T(w[int(g)*stride+at.Word])
	}
}

func (wholeSum[T]) Merge(st State, at Slots, into, from uint32) {
	w, stride := st.Words(), st.Stride()
	w[int(into)*stride+at.Word] += w[int(from)*stride+at.Word]
}

// doubleSum keeps the bits of the sum in one word; zero bits are 0.0.
type doubleSum struct{}

func (doubleSum) Size() (words, blobs int) { return 1, 0 }

func (doubleSum) Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, sign int, out *types.Vector, _ *Errors) {
	w, stride := st.Words(), st.Stride()
	values, nulls := args[0].F64, args[0].Nulls
	for k, g := range groups {
		i, r := int(g)*stride+at.Word, rows[k]
		if len(nulls) == 0 || !nulls.Get(int(r)) {
			w[i] = math.Float64bits(math.Float64frombits(w[i]) + float64(sign)*values[r])
		}
		if out != nil {
			out.F64[r] = math.Float64frombits(w[i])
		}
	}
}

func (doubleSum) Result(st State, at Slots, groups, rows []uint32, out *types.Vector) {
	w, stride := st.Words(), st.Stride()
	for k, g := range groups {
		out.F64[rows[k]] = math.Float64frombits(w[int(g)*stride+at.Word])
	}
}

func (doubleSum) Merge(st State, at Slots, into, from uint32) {
	w, stride := st.Words(), st.Stride()
	i, j := int(into)*stride+at.Word, int(from)*stride+at.Word
	w[i] = math.Float64bits(math.Float64frombits(w[i]) + math.Float64frombits(w[j]))
}

// decimalSum keeps the unscaled sum in one word, or in the blob (sign byte, then
// magnitude) while it does not fit.
type decimalSum struct {
	typ   *types.Type
	bound int64 // 10^precision when that fits 64 bits, else the greatest number.
}

func newDecimalSum(t *types.Type) *decimalSum {
	bound := int64(math.MaxInt64)
	if b, ok := types.Scale64(1, t.Precision); ok {
		bound = b
	}
	return &decimalSum{typ: t, bound: bound}
}

func (*decimalSum) Size() (words, blobs int) { return 1, 1 }

func (s *decimalSum) Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, sign int, out *types.Vector, errs *Errors) {
	w, stride := st.Words(), st.Stride()
	v := args[0]
	for k, g := range groups {
		i, r := int(g)*stride+at.Word, int(rows[k])
		if !v.IsNull(r) {
			var err error
			if x := int64(sign) * v.I64[r]; v.WideAt(r) == nil && x != math.MinInt64 {
				err = s.add(st, at, g, &w[i], x)
			} else {
				err = s.addBig(st, at, g, &w[i], signed(v.BigAt(r), sign))
			}
			if err != nil {
				errs.Add(rows[k], err)
			}
		}
		if out != nil {
			s.emit(st, at, g, w[i], out, r)
		}
	}
}

func signed(x *big.Int, sign int) *big.Int {
	if sign < 0 {
		return new(big.Int).Neg(x)
	}
	return x
}

// add adds x to a sum that normally fits the word.
func (s *decimalSum) add(st State, at Slots, g uint32, word *uint64, x int64) error {
	old := int64(*word)
	sum := old + x
	if (sum > old) == (x > 0) && sum < s.bound && sum > -s.bound && len(st.Blob(g, at.Blob)) == 0 {
		*word = uint64(sum)
		return nil
	}
	return s.addBig(st, at, g, word, big.NewInt(x))
}

func (s *decimalSum) addBig(st State, at Slots, g uint32, word *uint64, x *big.Int) error {
	sum := new(big.Int).Add(sumOf(st.Blob(g, at.Blob), *word), x)
	if sum.CmpAbs(types.Pow10(s.typ.Precision)) >= 0 {
		return &FatalError{&types.DecimalOverflow{Type: s.typ, Value: types.DecimalText(sum, s.typ.Scale)}}
	}
	s.store(st, at, g, word, sum)
	return nil
}

func (*decimalSum) store(st State, at Slots, g uint32, word *uint64, sum *big.Int) {
	if !sum.IsInt64() {
		*word = 0
		st.SetBlob(g, at.Blob, append([]byte{byte(sum.Sign())}, sum.Bytes()...))
		return
	}
	*word = uint64(sum.Int64())
	if len(st.Blob(g, at.Blob)) > 0 {
		st.SetBlob(g, at.Blob, nil)
	}
}

// sumOf returns the sum that a blob or a word holds.
func sumOf(blob []byte, word uint64) *big.Int {
	if len(blob) == 0 {
		return big.NewInt(int64(word))
	}
	return signed(new(big.Int).SetBytes(blob[1:]), int(int8(blob[0])))
}

func (s *decimalSum) emit(st State, at Slots, g uint32, word uint64, out *types.Vector, row int) {
	if blob := st.Blob(g, at.Blob); len(blob) > 0 {
		out.SetDecimal(row, sumOf(blob, word))
		return
	}
	out.SetDecimal64(row, int64(word))
}

func (s *decimalSum) Result(st State, at Slots, groups, rows []uint32, out *types.Vector) {
	w, stride := st.Words(), st.Stride()
	for k, g := range groups {
		s.emit(st, at, g, w[int(g)*stride+at.Word], out, int(rows[k]))
	}
}

// Merge keeps a sum that is too large for the type; adding the next value to it
// reports that.
func (s *decimalSum) Merge(st State, at Slots, into, from uint32) {
	w, stride := st.Words(), st.Stride()
	word := &w[int(into)*stride+at.Word]
	x := sumOf(st.Blob(from, at.Blob), w[int(from)*stride+at.Word])
	s.store(st, at, into, word, x.Add(x, sumOf(st.Blob(into, at.Blob), *word)))
}
