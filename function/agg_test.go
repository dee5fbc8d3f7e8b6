package function_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

func TestStartValues(t *testing.T) {
	for _, c := range []struct {
		name     string
		args     []*types.Type
		literals []any
		want     string
	}{
		{"COUNT", nil, nil, "0"}, {"COUNT", typesOf("STRING"), nil, "0"}, {"SUM", typesOf("INT"), nil, "0"}, {"SUM", typesOf("DOUBLE"), nil, "0.0"},
		{"SUM", typesOf("DECIMAL(4, 2)"), nil, "0.00"}, {"AVG", typesOf("BIGINT"), nil, "0.0"}, {"MIN", typesOf("INT"), nil, "NULL"},
		{"MAX", typesOf("STRING"), nil, "NULL"}, {"LATEST_BY_OFFSET", typesOf("INT"), nil, "NULL"}, {"EARLIEST_BY_OFFSET", typesOf("INT"), []any{2}, "[]"},
		{"COLLECT_LIST", typesOf("INT"), nil, "[]"}, {"COLLECT_SET", typesOf("INT"), nil, "[]"}, {"TOPK", typesOf("INT"), []any{2}, "[]"},
		{"TOPKDISTINCT", typesOf("DATE"), []any{2}, "[]"}, {"ATTR", typesOf("INT"), nil, "NULL"}, {"CORRELATION", typesOf("INT", "INT"), nil, "NaN"},
		{"COUNT_DISTINCT", typesOf("INT"), nil, "0"}, {"HISTOGRAM", typesOf("STRING"), nil, "{}"}, {"STDDEV_SAMP", typesOf("INT"), nil, "0.0"},
		{"STDDEV_SAMPLE", typesOf("DOUBLE"), nil, "0.0"}, {"SUM_LIST", typesOf("ARRAY<BIGINT>"), nil, "0"},
	} {
		if got := starts(t, c.name, c.args, c.literals...); got != c.want {
			t.Errorf("%s of nothing is %s, want %s", c.name, got, c.want)
		}
	}
}

func TestEveryChangeIsEmitted(t *testing.T) {
	ints := columnOf(t, types.IntegerType, 3, nil, 5, 4)
	strs := columnOf(t, types.StringType, "b", "a", nil, "c")
	for _, c := range []struct {
		name     string
		col      *types.Vector
		literals []any
		want     []string
	}{
		{"COUNT", ints, nil, []string{"1", "1", "2", "3"}},
		{"SUM", ints, nil, []string{"3", "3", "8", "12"}},
		{"AVG", ints, nil, []string{"3.0", "3.0", "4.0", "4.0"}},
		{"MIN", ints, nil, []string{"3", "3", "3", "3"}},
		{"MAX", ints, nil, []string{"3", "3", "5", "5"}},
		{"MIN", strs, nil, []string{"b", "a", "a", "a"}},
		{"MAX", strs, nil, []string{"b", "b", "b", "c"}},
		{"LATEST_BY_OFFSET", ints, nil, []string{"3", "3", "5", "4"}},
		{"LATEST_BY_OFFSET", ints, []any{false}, []string{"3", "NULL", "5", "4"}},
		{"LATEST_BY_OFFSET", strs, nil, []string{"b", "a", "a", "c"}},
		{"LATEST_BY_OFFSET", ints, []any{2}, []string{"[3]", "[3]", "[3, 5]", "[5, 4]"}},
		{"LATEST_BY_OFFSET", ints, []any{2, false}, []string{"[3]", "[3, null]", "[null, 5]", "[5, 4]"}},
		{"EARLIEST_BY_OFFSET", ints, nil, []string{"3", "3", "3", "3"}},
		{"EARLIEST_BY_OFFSET", ints, []any{2, true}, []string{"[3]", "[3]", "[3, 5]", "[3, 5]"}},
		{"EARLIEST_BY_OFFSET", ints, []any{2, false}, []string{"[3]", "[3, null]", "[3, null]", "[3, null]"}},
		{"COLLECT_LIST", ints, nil, []string{"[3]", "[3, null]", "[3, null, 5]", "[3, null, 5, 4]"}},
		{"TOPK", ints, []any{2}, []string{"[3]", "[3]", "[5, 3]", "[5, 4]"}},
		{"ATTR", ints, nil, []string{"3", "NULL", "NULL", "NULL"}},
		{"COUNT_DISTINCT", ints, nil, []string{"1", "1", "2", "3"}},
		{"HISTOGRAM", strs, nil, []string{"{b=1}", "{b=1, a=1}", "{b=1, a=1, null=1}", "{b=1, a=1, null=1, c=1}"}},
	} {
		expect(t, fmt.Sprint(c.name, c.literals), emitted(t, c.name, []*types.Vector{c.col}, c.literals...), c.want...)
	}
}

func TestWholeSumsWrap(t *testing.T) {
	expect(t, "SUM(INT)", emitted(t, "SUM", []*types.Vector{columnOf(t, types.IntegerType, math.MaxInt32, 1, 1)}), "2147483647", "-2147483648", "-2147483647")
	expect(t, "AVG(INT)", emitted(t, "AVG", []*types.Vector{columnOf(t, types.IntegerType, math.MaxInt32, 1)}), "2.147483647E9", "-1.073741824E9")
	expect(t, "SUM(BIGINT)", emitted(t, "SUM", []*types.Vector{columnOf(t, types.BigIntType, math.MaxInt64, 1)}), "9223372036854775807", "-9223372036854775808")
}

func decimals(t *testing.T, typ string, texts ...string) *types.Vector {
	v := types.NewVector(types.MustType(typ))
	for _, s := range texts {
		if err := types.ParseText(s, v, v.Extend()); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

func TestDecimalSum(t *testing.T) {
	expect(t, "SUM", emitted(t, "SUM", []*types.Vector{decimals(t, "DECIMAL(4, 2)", "1.50", "-0.25", "90")}), "1.50", "1.25", "91.25")
	wide := decimals(t, "DECIMAL(20, 0)", "9223372036854775807", "1", "-1", "-9223372036854775807", "-9223372036854775807", "-9223372036854775807", "5")
	expect(t, "SUM beyond 64 bits", emitted(t, "SUM", []*types.Vector{wide}), "9223372036854775807", "9223372036854775808", "9223372036854775807", "0",
		"-9223372036854775807", "-18446744073709551614", "-18446744073709551609")
	for _, c := range []*types.Vector{decimals(t, "DECIMAL(3, 1)", "99.9", "0.1"), decimals(t, "DECIMAL(19, 0)", "9999999999999999999", "1")} {
		var errs function.Errors
		a, typ := aggregator(t, "SUM", []*types.Type{c.Type})
		st, at := newState(a, 1)
		out := types.NewVector(typ)
		out.Reset(2)
		a.Update(st, at, []uint32{0, 0}, []*types.Vector{c}, iota(2), 1, out, &errs)
		var fatal *function.FatalError
		var over *types.DecimalOverflow
		if len(errs.Rows) != 1 || errs.Rows[0] != 1 || !errors.As(errs.Errs[0], &fatal) || !errors.As(errs.Errs[0], &over) {
			t.Errorf("overflow of %s reports %v", c.Type, errs)
		}
	}
}

func TestMinMaxOfAllTypes(t *testing.T) {
	for _, c := range []struct {
		col      *types.Vector
		min, max string
	}{
		{columnOf(t, types.BigIntType, 2, -7, nil, 5), "-7", "5"},
		{columnOf(t, types.DoubleType, 1.5, math.NaN(), math.Inf(-1), nil), "-Infinity", "NaN"},
		{columnOf(t, types.DoubleType, 0.0, math.Copysign(0, -1)), "-0.0", "0.0"},
		{decimals(t, "DECIMAL(22, 2)", "1.25", "-3", "12345678901234567890.00", "2"), "-3.00", "12345678901234567890.00"},
		{columnOf(t, types.DateType, types.DateValue(3), types.DateValue(-3)), "1969-12-29", "1970-01-04"},
		{columnOf(t, types.TimeType, types.TimeValue(60000), types.TimeValue(0)), "00:00", "00:01"},
		{columnOf(t, types.TimestampType, types.TimestampValue(5), types.TimestampValue(-5)), "1969-12-31T23:59:59.995", "1970-01-01T00:00:00.005"},
		{columnOf(t, types.StringType, "b", "", "\U0001F600", "\uFFFD"), "", "\uFFFD"},
		{columnOf(t, types.BytesType, []byte{0x80}, []byte{0x7F}, []byte{}, []byte{0}), "", "fw=="},
	} {
		low, high := emitted(t, "MIN", []*types.Vector{c.col}), emitted(t, "MAX", []*types.Vector{c.col})
		if last := c.col.Len - 1; low[last] != c.min || high[last] != c.max {
			t.Errorf("%s: MIN %q MAX %q, want %q and %q", c.col.Type, low[last], high[last], c.min, c.max)
		}
	}
	if _, _, err := newAggregator("MAX", typesOf("BOOLEAN"), nil); err == nil {
		t.Error("MAX(BOOLEAN) was accepted")
	}
}

func TestTopKWithFurtherColumns(t *testing.T) {
	sort := columnOf(t, types.IntegerType, 0, 100, 99, nil, 100)
	name := columnOf(t, types.StringType, "zero", "one", "two", "three", nil)
	got := emitted(t, "TOPK", []*types.Vector{sort, name}, 3)
	if want := "[Struct{sort_col=100,col0=one}, Struct{sort_col=100}, Struct{sort_col=99,col0=two}]"; got[4] != want {
		t.Errorf("got %s, want %s", got[4], want)
	}
	if got[3] != got[2] {
		t.Errorf("a NULL changed %s to %s", got[2], got[3])
	}
	ties := emitted(t, "TOPK", []*types.Vector{columnOf(t, types.IntegerType, 1, 1, 1), columnOf(t, types.StringType, "a", "b", "c")}, 2)
	if want := "[Struct{sort_col=1,col0=a}, Struct{sort_col=1,col0=b}]"; ties[2] != want {
		t.Errorf("ties leave %s, want %s", ties[2], want)
	}
	if _, _, err := newAggregator("TOPK", typesOf("INT"), nil, 0); err == nil || !strings.Contains(err.Error(), "at least 1") {
		t.Errorf("k = 0: %v", err)
	}
	expect(t, "TOPKDISTINCT", emitted(t, "TOPKDISTINCT", []*types.Vector{columnOf(t, types.IntegerType, 1, 3, 3, nil, 2, 1)}, 2),
		"[1]", "[3, 1]", "[3, 1]", "[3, 1]", "[3, 2]", "[3, 2]")
}

func TestCollectLimits(t *testing.T) {
	col := columnOf(t, types.IntegerType, 1, 1, 2, nil, nil, 3)
	for _, c := range []struct{ name, limit, want string }{
		{"COLLECT_LIST", "2", "[1, 1]"}, {"COLLECT_LIST", "-1", "[1, 1, 2, null, null, 3]"}, {"COLLECT_LIST", "0", "[]"},
		{"COLLECT_SET", "3", "[1, 2, null]"}, {"COLLECT_SET", "-1", "[1, 2, null, 3]"},
	} {
		property := "ksql.functions." + strings.ToLower(c.name) + ".limit"
		a, typ, err := newAggregator(c.name, []*types.Type{col.Type}, map[string]string{property: c.limit})
		if err != nil {
			t.Fatal(err)
		}
		st, at := newState(a, 1)
		out := types.NewVector(typ)
		out.Reset(1)
		var errs function.Errors
		a.Update(st, at, make([]uint32, col.Len), []*types.Vector{col}, iota(col.Len), 1, nil, &errs)
		a.Result(st, at, []uint32{0}, []uint32{0}, out)
		if got := text(out, 0); got != c.want {
			t.Errorf("%s with limit %s is %s, want %s", c.name, c.limit, got, c.want)
		}
		if _, _, err := newAggregator(c.name, []*types.Type{col.Type}, map[string]string{property: "x"}); err == nil {
			t.Errorf("%s accepts the limit x", c.name)
		}
	}
}

func TestHistogramBound(t *testing.T) {
	v := types.NewVector(types.StringType)
	for i := range 1200 {
		if err := v.AppendAny(fmt.Sprint(i % 1100)); err != nil {
			t.Fatal(err)
		}
	}
	a, typ := aggregator(t, "HISTOGRAM", typesOf("STRING"))
	st, at := newState(a, 1)
	var errs function.Errors
	a.Update(st, at, make([]uint32, v.Len), []*types.Vector{v}, iota(v.Len), 1, nil, &errs)
	out := types.NewVector(typ)
	out.Reset(1)
	a.Result(st, at, []uint32{0}, []uint32{0}, out)
	m := out.Any(0).(types.MapValue)
	if len(m) != 1000 || m[0].Value != int64(2) || m[999].Value != int64(1) {
		t.Errorf("%d keys, first %v, last %v", len(m), m[0], m[len(m)-1])
	}
}

func TestCountDistinct(t *testing.T) {
	a, typ := aggregator(t, "COUNT_DISTINCT", typesOf("BIGINT"))
	st, at := newState(a, 2)
	out := types.NewVector(typ)
	v := types.NewVector(types.BigIntType)
	v.Reset(4096)
	var errs function.Errors
	seen := int64(0)
	for _, target := range []int64{10, 500, 4000, 40000, 400000} {
		for seen < target {
			for i := range v.I64 {
				v.I64[i] = (seen + int64(i)) % target
			}
			seen += int64(v.Len)
			a.Update(st, at, make([]uint32, v.Len), []*types.Vector{v}, iota(v.Len), 1, nil, &errs)
		}
		seen = min(seen, target)
		out.Reset(1)
		a.Result(st, at, []uint32{0}, []uint32{0}, out)
		if got := out.I64[0]; math.Abs(float64(got-target)) > 0.025*float64(target) {
			t.Errorf("%d different values are estimated as %d", target, got)
		}
	}
	if n := len(st.Blob(0, at.Blob)); n != 1+1<<14 {
		t.Errorf("the state has %d bytes", n)
	}
	before := out.I64[0]
	a.Merge(st, at, 1, 0)
	a.Merge(st, at, 1, 0)
	out.Reset(1)
	if a.Result(st, at, []uint32{1}, []uint32{0}, out); out.I64[0] != before {
		t.Errorf("merging into an empty group gives %d, want %d", out.I64[0], before)
	}
}

// The figures are those of the dialect's own tests.
func TestDeviations(t *testing.T) {
	ints := columnOf(t, types.IntegerType, 0, 10, 7, 6)
	expect(t, "STDDEV_SAMP", emitted(t, "STDDEV_SAMP", []*types.Vector{ints}), "0.0", "50.0", "26.333333333333332", "17.583333333333332")
	longs := columnOf(t, types.BigIntType, 2147483648, 100, -2, nil)
	expect(t, "STDDEV_SAMP", emitted(t, "STDDEV_SAMP", []*types.Vector{longs}), "0.0", "2.3058427944653343E18", "1.5372286026580004E18", "1.5372286026580004E18")
	doubles := columnOf(t, types.DoubleType, -1.8, 2.3, 100.2, nil)
	expect(t, "STDDEV_SAMPLE", emitted(t, "STDDEV_SAMPLE", []*types.Vector{doubles}), "0.0", "2.899137802864845", "57.74256084841869", "57.74256084841869")
	line := columnOf(t, types.IntegerType, 1, 2, nil, 4)
	expect(t, "CORRELATION", emitted(t, "CORRELATION", []*types.Vector{line, line}), "NaN", "1.0", "1.0", "1.0")
}

// Rows taken back and groups merged leave what the remaining rows give.
func TestDeviationsUndoAndMerge(t *testing.T) {
	x := columnOf(t, types.DoubleType, 1.0, 5.0, 9.0, 2.0)
	y := columnOf(t, types.DoubleType, 2.0, -7.0, 4.0, 9.0)
	for name, cols := range map[string][]*types.Vector{"STDDEV_SAMP": {x}, "STDDEV_SAMPLE": {x}, "CORRELATION": {x, y}} {
		args := []*types.Type{types.DoubleType, types.DoubleType}[:len(cols)]
		a, typ := aggregator(t, name, args)
		st, at := newState(a, 3)
		out := types.NewVector(typ)
		out.Reset(4)
		var errs function.Errors
		a.Update(st, at, []uint32{0, 0, 1, 1}, cols, iota(4), 1, nil, &errs)
		a.Update(st, at, []uint32{0}, cols, []uint32{1}, -1, nil, &errs)
		a.Merge(st, at, 1, 0)
		a.Merge(st, at, 0, 2)                                                       // An empty group changes nothing.
		a.Update(st, at, []uint32{2, 2, 2}, cols, []uint32{0, 2, 3}, 1, nil, &errs) // The same rows straight.
		a.Result(st, at, []uint32{0, 1, 2}, []uint32{0, 1, 2}, out)
		if got, want := out.F64[1], out.F64[2]; math.Abs(got-want) > 1e-12*math.Abs(want) || want == 0 {
			t.Errorf("%s of rows taken back and merged is %v, want %v", name, got, want)
		}
	}
}

func TestSumList(t *testing.T) {
	lists := columnOf(t, types.MustType("ARRAY<INT>"), []any{int32(1), nil, int32(2)}, nil, []any{}, []any{int32(math.MaxInt32)})
	expect(t, "SUM_LIST", emitted(t, "SUM_LIST", []*types.Vector{lists}), "3", "3", "3", "-2147483646")
	doubles := columnOf(t, types.MustType("ARRAY<DOUBLE>"), []any{1.5}, []any{2.25, 0.25})
	expect(t, "SUM_LIST", emitted(t, "SUM_LIST", []*types.Vector{doubles}), "1.5", "4.0")
}

func TestGoAggregate(t *testing.T) {
	// The product of a column, times a literal, over big integers.
	type product struct {
		Value *big.Int
		Count int
	}
	a, err := function.GoAggregate[product]{
		Info:      function.Info{Name: "PRODUCT", Summary: "The product."},
		Signature: "(col BIGINT, times INT) -> STRING",
		Literals:  1,
		Init: func(literals []any) (product, error) {
			return product{Value: big.NewInt(int64(literals[0].(int32)))}, nil
		},
		Add: func(p product, args []any) (product, error) {
			if args[0] == nil {
				return p, errors.New("NULL has no product")
			}
			p.Count++
			p.Value.Mul(p.Value, big.NewInt(args[0].(int64)))
			return p, nil
		},
		Remove: func(p product, args []any) (product, error) {
			p.Count--
			p.Value.Quo(p.Value, big.NewInt(args[0].(int64)))
			return p, nil
		},
		Merge: func(older, newer product) (product, error) {
			older.Value.Mul(older.Value, newer.Value)
			return older, nil
		},
		Result: func(p product) (any, error) { return p.Value.String(), nil },
	}.Aggregate()
	if err != nil {
		t.Fatal(err)
	}
	o := a.Overloads[0]
	if !o.TableOK || len(o.Params) != 1 || len(o.Literals) != 1 {
		t.Fatalf("%+v", o)
	}
	acc, err := o.New(&function.AggregateCall{Args: typesOf("BIGINT"), Return: types.StringType, Literals: []*types.Vector{columnOf(t, types.IntegerType, 2)}})
	if err != nil {
		t.Fatal(err)
	}
	st, at := newState(acc, 2)
	out := types.NewVector(types.StringType)
	out.Reset(3)
	col := columnOf(t, types.BigIntType, 3, nil, 5)
	var errs function.Errors
	acc.Update(st, at, []uint32{0, 0, 0}, []*types.Vector{col}, iota(3), 1, out, &errs)
	if got := []string{text(out, 0), text(out, 1), text(out, 2)}; fmt.Sprint(got) != "[6 6 30]" || len(errs.Rows) != 1 || errs.Rows[0] != 1 {
		t.Errorf("%v, errors %v", got, errs)
	}
	acc.Update(st, at, []uint32{0}, []*types.Vector{col}, []uint32{0}, -1, out, &errs)
	acc.Update(st, at, []uint32{1}, []*types.Vector{col}, []uint32{2}, 1, nil, &errs)
	acc.Merge(st, at, 0, 1)
	if acc.Result(st, at, []uint32{0}, []uint32{0}, out); text(out, 0) != "100" {
		t.Errorf("after removing and merging: %s", text(out, 0))
	}
	if _, err := (function.GoAggregate[int]{}).Aggregate(); err == nil {
		t.Error("an aggregate without functions was accepted")
	}
}
