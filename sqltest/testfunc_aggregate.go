package sqltest

import (
	"strconv"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

// aggregateMaker makes an aggregate with the help of those that a registry has.
type aggregateMaker func(*function.Registry) (*function.Aggregate, error)

func testAggregates() []aggregateMaker {
	return []aggregateMaker{
		testUDAF,
		weighing("VAR_ARG", "(a BIGINT, b STRING...) -> BIGINT", 0),
		weighing("MID_VAR_ARG", "(a BIGINT, b STRING..., c INT, d INT) -> BIGINT", 2),
		weighing("MULTI_ARG", "(a BIGINT, b STRING, c INT, d STRING...) -> BIGINT", 2),
		weighing("FOUR_ARG", "(a BIGINT, b STRING, c STRING, d STRING, e INT, f STRING...) -> BIGINT", 2),
		weighing("FIVE_ARG", "(a BIGINT, b STRING, c STRING, d STRING, e INT, f INT, g STRING...) -> BIGINT", 2),
		collecting("GENERIC_VAR_ARG", "(a A, b B, c C...) -> ARRAY<A>"),
		collecting("OBJ_COL_ARG", "(a INT, b ANY...) -> ARRAY<INT>"),
	}
}

// weight is the number of a number, the length of a text, and 0 of NULL.
func weight(x any) int64 {
	switch x := x.(type) {
	case int32:
		return int64(x)
	case int64:
		return x
	case string:
		return int64(len(x))
	}
	return 0
}

// weighted adds up the weights of all arguments, from that of the literals on.
func weighted(signature string, literals int, start int64) function.GoAggregate[int64] {
	return function.GoAggregate[int64]{
		Signature: signature, Literals: literals,
		Init:   func(literals []any) (int64, error) { return start + weights(literals), nil },
		Add:    func(sum int64, args []any) (int64, error) { return sum + weights(args), nil },
		Remove: func(sum int64, args []any) (int64, error) { return sum - weights(args), nil },
		Merge:  func(a, b int64) (int64, error) { return a + b, nil },
		Result: func(sum int64) (any, error) { return sum, nil },
	}
}

func weights(args []any) (sum int64) {
	for _, a := range args {
		sum += weight(a)
	}
	return sum
}

func weighing(name, signature string, literals int) aggregateMaker {
	return func(*function.Registry) (*function.Aggregate, error) {
		g := weighted(signature, literals, 0)
		g.Info = testInfo(name)
		return g.Aggregate()
	}
}

// testUDAF is TEST_UDAF: sums, by type.
func testUDAF(*function.Registry) (*function.Aggregate, error) {
	all := &function.Aggregate{Info: testInfo("TEST_UDAF")}
	add := func(a *function.Aggregate, err error) error {
		if err == nil {
			all.Overloads = append(all.Overloads, a.Overloads...)
		}
		return err
	}
	for _, signature := range []string{"(a BIGINT) -> BIGINT", "(a STRING, start STRING) -> BIGINT"} {
		if err := add(weighted(signature, len(function.Sig(signature).Params)-1, 0).Aggregate()); err != nil {
			return nil, err
		}
	}
	if err := add(configuredSum()); err != nil {
		return nil, err
	}
	if err := add(doubleSum().Aggregate()); err != nil {
		return nil, err
	}
	return all, add(structSum().Aggregate())
}

// configuredSum begins with the value of a property.
func configuredSum() (*function.Aggregate, error) {
	const signature = "(a INT) -> BIGINT"
	a, err := weighted(signature, 0, 0).Aggregate()
	if err != nil {
		return nil, err
	}
	a.Overloads[0].New = func(call *function.AggregateCall) (function.Accumulator, error) {
		start := int64(0)
		if text, ok := call.Config["ksql.functions.test_udaf.init"]; ok {
			if start, err = strconv.ParseInt(text, 10, 64); err != nil {
				return nil, err
			}
		}
		made, err := weighted(signature, 0, start).Aggregate()
		if err != nil {
			return nil, err
		}
		return made.Overloads[0].New(call)
	}
	return a, nil
}

func doubleSum() function.GoAggregate[float64] {
	number := func(x any) float64 {
		f, _ := x.(float64) // NULL is 0.
		return f
	}
	return function.GoAggregate[float64]{
		Signature: "(a DOUBLE) -> DOUBLE",
		Init:      func([]any) (float64, error) { return 0, nil },
		Add:       func(sum float64, args []any) (float64, error) { return sum + number(args[0]), nil },
		Remove:    func(sum float64, args []any) (float64, error) { return sum - number(args[0]), nil },
		Merge:     func(a, b float64) (float64, error) { return a + b, nil },
		Result:    func(sum float64) (any, error) { return sum, nil },
	}
}

// structSum adds field by field.
func structSum() function.GoAggregate[[2]int32] {
	add := func(sum [2]int32, args []any) ([2]int32, error) {
		row, _ := args[0].(types.StructValue) // NULL has no fields.
		for i, f := range row {
			n, _ := f.Value.(int32)
			sum[i] += n
		}
		return sum, nil
	}
	return function.GoAggregate[[2]int32]{
		Signature: "(a STRUCT<A INT, B INT>) -> STRUCT<A INT, B INT>",
		Init:      func([]any) ([2]int32, error) { return [2]int32{}, nil },
		Add:       add,
		Merge:     func(a, b [2]int32) ([2]int32, error) { return [2]int32{a[0] + b[0], a[1] + b[1]}, nil },
		Result: func(sum [2]int32) (any, error) {
			return types.StructValue{{Name: "A", Value: sum[0]}, {Name: "B", Value: sum[1]}}, nil
		},
	}
}

// collecting makes an aggregate that collects the first argument of the rows
// without any NULL.
func collecting(name, signature string) aggregateMaker {
	return func(r *function.Registry) (*function.Aggregate, error) {
		s := function.Sig(signature)
		return &function.Aggregate{Info: testInfo(name), Overloads: []function.AggregateOverload{{
			Params: s.Params, Variadic: s.Variadic, Result: s.Result,
			New: func(call *function.AggregateCall) (function.Accumulator, error) {
				use, err := r.ResolveAggregate("COLLECT_LIST", []function.Arg{{Type: call.Args[0]}})
				if err != nil {
					return nil, err
				}
				list, err := use.Overload.New(&function.AggregateCall{Args: call.Args[:1], Return: call.Return})
				return completeRows{list}, err
			},
		}}}, nil
	}
}

// completeRows hands on the rows of which no argument is NULL.
type completeRows struct{ function.Accumulator }

func (c completeRows) Update(st function.State, at function.Slots, groups []uint32, args []*types.Vector, rows []uint32, sign int, out *types.Vector, errs *function.Errors) {
	for k, r := range rows {
		group, row := groups[k:k+1], rows[k:k+1]
		complete := true
		for _, a := range args {
			complete = complete && !a.IsNull(int(r))
		}
		switch {
		case complete:
			c.Accumulator.Update(st, at, group, args[:1], row, sign, out, errs)
		case out != nil:
			c.Result(st, at, group, row, out)
		}
	}
}
