package function

import (
	"errors"
	"fmt"

	"github.com/leatdb/leat/types"
)

func seriesFunctions() []*Scalar {
	return []*Scalar{
		scalar("GENERATE_SERIES", categoryArray, "Returns the whole numbers from one to another as an array.",
			docs{"first": "the first number", "last": "the bound of the last number, inclusive", "step": "the distance of two numbers, by default 1 or -1 towards the last"},
			[]Example{{"GENERATE_SERIES(1, 4)", "[1, 2, 3, 4]"}, {"GENERATE_SERIES(5, 0, -2)", "[5, 3, 1]"}},
			over("(first INT!, last INT!) -> ARRAY<INT>", perRow(series)),
			over("(first INT!, last INT!, step INT!) -> ARRAY<INT>", perRow(series)),
			over("(first BIGINT!, last BIGINT!) -> ARRAY<BIGINT>", perRow(series)),
			over("(first BIGINT!, last BIGINT!, step INT!) -> ARRAY<BIGINT>", perRow(series))),
	}
}

// maxSeries bounds the length of a series: a wrong bound must not exhaust the
// memory.
const maxSeries = 1 << 24

func series(args []*types.Vector, i int, out *types.Vector) error {
	small := args[0].Type.Kind == types.Integer
	var first, last int64
	if small {
		first, last = int64(args[0].I32[i]), int64(args[1].I32[i])
	} else {
		first, last = args[0].I64[i], args[1].I64[i]
	}
	step := int64(1)
	if last < first {
		step = -1
	}
	if len(args) == 3 {
		given := int64(args[2].I32[i])
		if given == 0 {
			return errors.New("the step of a series must not be 0")
		}
		if first != last && (given > 0) != (step > 0) {
			return fmt.Errorf("the step %d leads away from the last number %d", given, last)
		}
		step = given
	}
	n := uint64(last-first) / uint64(step)
	if step < 0 {
		n = uint64(first-last) / uint64(-step)
	}
	if n >= maxSeries {
		return fmt.Errorf("the series has more than %d numbers", maxSeries)
	}
	kid := out.Kids[0]
	start := kid.Len
	for k := range int64(n) + 1 {
		e := kid.Extend()
		if small {
			kid.I32[e] = int32(first + k*step)
		} else {
			kid.I64[e] = first + k*step
		}
	}
	out.Span[i] = types.Span{Start: uint32(start), Len: uint32(n + 1)}
	return nil
}
