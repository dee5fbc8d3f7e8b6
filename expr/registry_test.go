package expr

import (
	"testing"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

var _ Functions = (*function.Registry)(nil)

// Lambdas of the built-in functions, nested three deep:
//
//	REDUCE(arraying, 5, (s, a) => s + REDUCE(
//	    TRANSFORM(FILTER(a, (x, y) => LEN(x) > 5 AND y % 2 <> 0), (e, f) => CONCAT(e, 'leah'), (g, h) => h + LEN(g)),
//	    0, (s2, r, b) => s2 + 2 * b))
func TestLambdasOfTheRegistry(t *testing.T) {
	i32, text := types.IntegerType, types.StringType
	dict := types.MapOf(text, i32)
	pair := []*types.Type{text, i32}
	length := func(e *Expr) *Expr { return callOf("LEN", i32, e) }
	filter := callOf("FILTER", dict, param(1, dict), lambdaOf(2, pair, andOf(
		cmpOf(">", length(param(2, text)), integer(5)), cmpOf("<>", arith("%", param(3, i32), integer(2)), integer(0)))))
	transform := callOf("TRANSFORM", dict, filter, lambdaOf(2, pair, callOf("CONCAT", text, param(2, text), str("leah"))),
		lambdaOf(2, pair, arith("+", param(3, i32), length(param(2, text)))))
	inner := callOf("REDUCE", i32, transform, integer(0), lambdaOf(2, []*types.Type{i32, text, i32}, arith("+", param(2, i32), arith("*", integer(2), param(4, i32)))))
	list := types.ArrayOf(dict)
	e := callOf("REDUCE", i32, Column(0, list), integer(5), lambdaOf(0, []*types.Type{i32, dict}, arith("+", param(0, i32), inner)))

	entry := func(kv ...any) types.MapValue {
		var m types.MapValue
		for i := 0; i < len(kv); i += 2 {
			m = append(m, types.MapEntry{Key: kv[i], Value: kv[i+1]})
		}
		return m
	}
	b := batchOf(t, vec(t, list,
		[]any{entry("to be or not to be", 15), entry("hello", 25)}, []any{entry("goodmorning", 23, "gn", 12), entry("woooooow", 9)},
		[]any{entry("a", nil, "bcdefg", 4)}, nil))
	p, err := Compile(e, function.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	var errs function.Errors
	v := p.Eval(b, b.Rows(), &errs)
	for row, want := range []any{int32(71), int32(107), int32(5), int32(5)} {
		if got := v.Any(row); got != want {
			t.Errorf("row %d is %v, want %v", row, got, want)
		}
	}
	if len(errs.Rows) != 0 {
		t.Errorf("errors %v", errs.Errs)
	}
}

// A lambda that fails for one entry fails the call for its row.
func TestFailingLambdaOfTheRegistry(t *testing.T) {
	dict := types.MapOf(types.StringType, types.IntegerType)
	e := callOf("FILTER", dict, Column(0, dict), lambdaOf(0, []*types.Type{types.StringType, types.IntegerType},
		cmpOf("=", arith("%", param(1, types.IntegerType), integer(5)), integer(0))))
	b := batchOf(t, vec(t, dict, types.MapValue{{Key: "a", Value: 15}, {Key: "b", Value: 7}}, types.MapValue{{Key: "c", Value: nil}, {Key: "d", Value: 25}}))
	p, err := Compile(e, function.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	var errs function.Errors
	v := p.Eval(b, b.Rows(), &errs)
	if got := string(v.AppendText(nil, 0)); got != "{a=15}" || !v.IsNull(1) || len(errs.Rows) != 1 || errs.Rows[0] != 1 {
		t.Errorf("%s and %v, failed rows %v", got, v.Any(1), errs.Rows)
	}
}
