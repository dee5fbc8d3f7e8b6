package function

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/leatdb/leat/types"
)

// lambda makes a Lambda of a function from the values of the parameters; it
// checks that evaluations know their rows.
func lambda(t *testing.T, result *types.Type, f func(params []any) (any, error)) Lambda {
	out := types.NewVector(result)
	return func(params []*types.Vector, outer []uint32, errs *Errors) *types.Vector {
		if params[0].Len != len(outer) || !slices.IsSorted(outer) {
			t.Errorf("%d evaluations for rows %v", params[0].Len, outer)
		}
		out.Reset(0)
		for e := range outer {
			values := make([]any, len(params))
			for k, p := range params {
				values[k] = p.Any(e)
			}
			x, err := f(values)
			if err != nil {
				errs.Add(uint32(e), err)
			}
			must(out.AppendAny(x))
		}
		return out
	}
}

// evalLambdas runs a function whose last arguments are lambdas over a column of
// collections (and, for REDUCE, first states) and prints the rows. Every other
// row is left out of the selection, where values are NULL.
func evalLambdas(t *testing.T, name string, columns [][]any, columnTypes []string, lambdas []Lambda, results []string) []string {
	t.Helper()
	n := len(columns[0])
	call := &Call{}
	var args []*types.Vector
	for k, typ := range columnTypes {
		v := types.NewVector(types.MustType(typ))
		for _, x := range columns[k] {
			must(v.AppendAny(x))
			v.AppendNull()
		}
		args = append(args, v)
		call.Args = append(call.Args, v.Type)
		call.Lambda = append(call.Lambda, nil)
	}
	for k, l := range lambdas {
		args = append(args, nil)
		call.Args = append(call.Args, types.MustType(results[k]))
		call.Lambda = append(call.Lambda, l)
	}
	call.Const, call.Unit = make([]*types.Vector, len(args)), make([]int64, len(args))
	bind := make([]Arg, len(args))
	for k, typ := range call.Args {
		bind[k] = Arg{Type: typ}
		if call.Lambda[k] != nil {
			bind[k] = Arg{Params: anyCount, Bind: func([]*types.Type) (*types.Type, error) { return typ, nil }}
		}
	}
	r := NewRegistry()
	res, err := r.ResolveScalar(name, bind)
	if err != nil {
		t.Fatal(err)
	}
	call.Return = res.Return
	k, _, err := r.Kernel(name, call)
	if err != nil {
		t.Fatal(err)
	}
	var rows []uint32
	for i := range n {
		rows = append(rows, uint32(2*i))
	}
	var got []string
	for range 2 { // A kernel must not depend on its last batch.
		out := types.NewVector(call.Return)
		out.Reset(2 * n)
		var errs Errors
		k(args, rows, out, &errs)
		got = got[:0]
		for _, i := range rows {
			text := show(out.Any(int(i)))
			if k := slices.Index(errs.Rows, i); k >= 0 {
				text += " error: " + errs.Errs[k].Error()
			}
			got = append(got, text)
		}
		if slices.Sort(errs.Rows); len(slices.Compact(slices.Clone(errs.Rows))) != len(errs.Rows) {
			t.Errorf("rows reported twice: %v", errs.Rows)
		}
	}
	return got
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d rows, want %d", len(got), len(want))
	}
	for i := range got {
		part, isError := strings.CutPrefix(want[i], "error: ")
		if isError && strings.HasPrefix(got[i], "NULL error: ") && strings.Contains(got[i], part) {
			continue
		}
		if got[i] != want[i] {
			t.Errorf("row %d: got %s, want %s", i, got[i], want[i])
		}
	}
}

var errOdd = errors.New("an odd one")

func TestFilter(t *testing.T) {
	over2 := func(p []any) (any, error) {
		switch x := p[len(p)-1].(type) {
		case nil:
			return nil, nil
		case int32:
			if x == 13 {
				return nil, errOdd
			}
			return x > 2, nil
		}
		return false, nil
	}
	arrays := []any{[]any{1, 7, 3}, nil, []any{}, []any{3, nil, 4}, []any{13, 9, 13}, []any{5}}
	got := evalLambdas(t, "FILTER", [][]any{arrays}, []string{"ARRAY<INT>"}, []Lambda{lambda(t, types.BooleanType, over2)}, []string{"BOOLEAN"})
	expect(t, got, "[7, 3]", "NULL", "[]", "error: the lambda returned NULL", "error: an odd one", "[5]")

	maps := []any{types.MapValue{{Key: "a", Value: 1}, {Key: "b", Value: 7}}, nil, types.MapValue{}, types.MapValue{{Key: "a", Value: nil}}, types.MapValue{{Key: "c", Value: 8}}}
	got = evalLambdas(t, "FILTER", [][]any{maps}, []string{"MAP<STRING, INT>"}, []Lambda{lambda(t, types.BooleanType, over2)}, []string{"BOOLEAN"})
	expect(t, got, "{b=7}", "NULL", "{}", "error: the lambda returned NULL", "{c=8}")
}

func TestTransform(t *testing.T) {
	tenfold := func(p []any) (any, error) {
		x, ok := p[len(p)-1].(int32)
		if !ok {
			return nil, nil
		}
		if x%2 == 1 {
			return nil, errOdd
		}
		return int64(x) * 10, nil
	}
	arrays := []any{[]any{2, 4}, nil, []any{}, []any{nil, 6}, []any{2, 3}, []any{8}}
	got := evalLambdas(t, "TRANSFORM", [][]any{arrays}, []string{"ARRAY<INT>"}, []Lambda{lambda(t, types.BigIntType, tenfold)}, []string{"BIGINT"})
	expect(t, got, "[20, 40]", "NULL", "[]", "[NULL, 60]", "error: an odd one", "[80]")

	upper := func(p []any) (any, error) { return strings.ToUpper(p[0].(string)), nil }
	entry := func(k string, v any) types.MapEntry { return types.MapEntry{Key: k, Value: v} }
	maps := []any{types.MapValue{entry("a", 2), entry("b", 4)}, nil, types.MapValue{}, types.MapValue{entry("a", 2), entry("A", 4)},
		types.MapValue{entry("a", nil)}, types.MapValue{entry("a", 2), entry("b", 3)}, types.MapValue{entry("z", 6)}}
	got = evalLambdas(t, "TRANSFORM", [][]any{maps}, []string{"MAP<STRING, INT>"},
		[]Lambda{lambda(t, types.StringType, upper), lambda(t, types.BigIntType, tenfold)}, []string{"STRING", "BIGINT"})
	expect(t, got, "{A=20, B=40}", "NULL", "{}", "error: the same key twice", "error: NULL as a value", "error: an odd one", "{Z=60}")
}

func TestReduce(t *testing.T) {
	sum := func(p []any) (any, error) {
		s, ok1 := p[0].(int32)
		x, ok2 := p[len(p)-1].(int32)
		if !ok1 || !ok2 {
			return nil, nil
		}
		if x == 13 {
			return nil, errOdd
		}
		return 2*s + x, nil // Depends on the order.
	}
	arrays := []any{[]any{3, 6}, []any{5, nil}, nil, []any{}, []any{1, 2}, []any{1, 13, 1}, []any{1, 2, 3, 4}, nil}
	states := []any{2, 2, 2, 7, nil, 0, 0, nil}
	got := evalLambdas(t, "REDUCE", [][]any{arrays, states}, []string{"ARRAY<INT>", "INT"}, []Lambda{lambda(t, types.IntegerType, sum)}, []string{"INT"})
	expect(t, got, "20", "NULL", "2", "7", "NULL", "error: an odd one", "26", "NULL")

	// The entries come in the order of a Java HashMap: 12, 1234, 123.
	maps := []any{types.MapValue{{Key: "123", Value: 3}, {Key: "12", Value: 7}, {Key: "1234", Value: 2}}, nil, types.MapValue{}}
	got = evalLambdas(t, "REDUCE", [][]any{maps, {0, 1, 2}}, []string{"MAP<STRING, INT>", "INT"}, []Lambda{lambda(t, types.IntegerType, sum)}, []string{"INT"})
	expect(t, got, "35", "1", "2")
}

// TestReduceText: the texts of a step are overwritten by the next, as compiled
// lambdas do it.
func TestReduceText(t *testing.T) {
	for _, result := range []string{"STRING", "ARRAY<STRING>"} {
		out := types.NewVector(types.MustType(result))
		concat := func(params []*types.Vector, outer []uint32, _ *Errors) *types.Vector {
			out.Reset(0)
			for e := range outer {
				i, text := out.Extend(), out
				var before string
				if result != "STRING" {
					text = out.Kids[0]
					out.Span[i] = types.Span{Start: uint32(text.Extend()), Len: 1}
					i = text.Len - 1
					before = params[0].Kids[0].Str[params[0].Span[e].Start]
				} else {
					before = params[0].Str[e]
				}
				text.Str[i] = text.OwnString(before + params[1].Str[e])
			}
			return out
		}
		arrays := []any{[]any{"a", "b", "cc"}, []any{"dddd"}, []any{"e", "ff"}, []any{"g", "h", "i"}}
		states, want := []any{"", "", "x", ""}, []string{"abcc", "dddd", "xeff", "ghi"}
		if result != "STRING" {
			states, want = []any{[]any{""}, []any{""}, []any{"x"}, []any{""}}, []string{"[abcc]", "[dddd]", "[xeff]", "[ghi]"}
		}
		expect(t, evalLambdas(t, "REDUCE", [][]any{arrays, states}, []string{"ARRAY<STRING>", result}, []Lambda{concat}, []string{result}), want...)
	}
}

func TestTableFunctions(t *testing.T) {
	r := NewRegistry()
	explode := func(name, typ string, rows ...any) []string {
		v := types.NewVector(types.MustType(typ))
		var all []uint32
		for i, x := range rows {
			must(v.AppendAny(x))
			all = append(all, uint32(i))
		}
		call, err := r.ResolveTable(name, []Arg{{Type: v.Type}})
		if err != nil {
			t.Fatal(err)
		}
		k, err := call.Overload.New(&Call{Args: call.Args, Return: call.Return})
		if err != nil {
			t.Fatal(err)
		}
		out := types.NewVector(call.Return)
		out.Reset(0)
		spans := make([]types.Span, len(rows))
		var errs Errors
		k([]*types.Vector{v}, all, out, spans, &errs)
		var got []string
		for i, s := range spans {
			parts := []string{}
			for k := range s.Len {
				parts = append(parts, show(out.Any(int(s.Start+k))))
			}
			if k := slices.Index(errs.Rows, uint32(i)); k >= 0 {
				parts = append(parts, "error: "+errs.Errs[k].Error())
			}
			got = append(got, strings.Join(parts, "; "))
		}
		return got
	}
	expect(t, explode("EXPLODE", "ARRAY<INT>", []any{1, nil, 3}, nil, []any{}, []any{4}), "1; NULL; 3", "", "", "4")
	d := dec(3, 1, "1.5").value
	expect(t, explode("EXPLODE", "ARRAY<DECIMAL(3, 1)>", []any{d}), "1.5")
	got := explode("CUBE_EXPLODE", "ARRAY<STRING>", []any{"a", nil, "b"}, nil, []any{}, slices.Repeat([]any{"x"}, 21))
	expect(t, got[:3], "[NULL, NULL, NULL]; [NULL, NULL, b]; [a, NULL, NULL]; [a, NULL, b]", "", "[]")
	if !strings.HasPrefix(got[3], "error: the array has 21 elements; expected at most 20") {
		t.Errorf("large cube: %s", got[3])
	}
	if _, err := r.ResolveTable("EXPLODE", []Arg{{Type: types.MustType("MAP<STRING, INT>")}}); err == nil {
		t.Error("EXPLODE of a map was accepted")
	}
}
