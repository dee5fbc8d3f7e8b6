package expr

import (
	"strings"
	"testing"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

func TestNestedValues(t *testing.T) {
	list := array(integer(10), integer(20), null("INT"))
	dict := mapOf(str("a"), integer(1), str("b"), null("INT"))
	record := structOf(integer(7), str("x"))
	fails := arith("/", integer(1), integer(0))
	run(t, []example{
		{list, "[10, 20, null]"}, {dict, "{a=1, b=null}"}, {record, "Struct{A=7,B=x}"},
		{at(list, integer(1)), "10"}, {at(list, integer(2)), "20"}, {at(list, integer(3)), "NULL"}, {at(list, integer(0)), "NULL"}, {at(list, integer(4)), "NULL"},
		{at(list, integer(-1)), "NULL"}, {at(list, integer(-2)), "20"}, {at(list, integer(-3)), "10"}, {at(list, integer(-4)), "NULL"},
		{at(list, null("INT")), "NULL"}, {at(list, lit("2", "BIGINT")), "20"}, {at(null("ARRAY<INT>"), integer(1)), "NULL"},
		{at(dict, str("a")), "1"}, {at(dict, str("b")), "NULL"}, {at(dict, str("c")), "NULL"}, {at(null("MAP<STRING, INT>"), str("a")), "NULL"},
		{fieldOf(record, 0), "7"}, {fieldOf(record, 1), "x"}, {fieldOf(null("STRUCT<A INT, B STRING>"), 1), "NULL"},
		{mapOf(str("a"), integer(1), str("a"), integer(2)), "{a=2}"}, {mapOf(integer(1), str("x"), null("INT"), str("y")), "{1=x, null=y}"},
		{array(array(integer(1)), array(integer(2), integer(3))), "[[1], [2, 3]]"}, {at(array(array(integer(1)), array(integer(2))), integer(2)), "[2]"},
		{fieldOf(at(array(structOf(integer(1)), structOf(integer(2))), integer(-1)), 0), "2"},
		// A part that fails is NULL, the others stay.
		{array(integer(1), fails), "[1, null] !division by zero"}, {structOf(fails, str("x")), "Struct{B=x} !division by zero"},
		{mapOf(str("a"), fails, str("b"), integer(1)), "{a=null, b=1} !division by zero"},
		{at(list, fails), divZero}, {at(array(fails), integer(1)), "NULL !division by zero"}, {fieldOf(structOf(integer(1), fails), 0), "1 !division by zero"},
	})
}

func TestCalls(t *testing.T) {
	fails := callOf("FAIL", types.IntegerType, integer(1))
	divides := arith("/", integer(1), integer(0))
	run(t, []example{
		{callOf("COALESCE", types.IntegerType, null("INT"), integer(2)), "2"},
		{fails, "NULL !failed on purpose"},
		// A failing call or field access in argument position becomes NULL; another
		// failing expression fails the call.
		{callOf("COALESCE", types.IntegerType, fails, integer(2)), "2 !failed on purpose"},
		{callOf("COALESCE", types.BigIntType, castTo(fails, "BIGINT"), lit("2", "BIGINT")), "2 !failed on purpose"},
		{callOf("COALESCE", types.IntegerType, divides, integer(2)), divZero},
		{callOf("COALESCE", types.IntegerType, arith("+", fails, integer(1)), integer(2)), "NULL !failed on purpose"},
		{callOf("COALESCE", types.IntegerType, callOf("COALESCE", types.IntegerType, divides), integer(2)), "2 !division by zero"},
		{arith("+", integer(1), fails), "NULL !failed on purpose"},
		{boolean(OpIsNull, "", fails), "NULL !failed on purpose"},
		{callOf("ADD_UNITS", types.BigIntType, &Expr{Op: OpUnit, Name: "HOURS", Type: types.NullType}, lit("5", "BIGINT")), "3600005"},
	})
	if _, err := Compile(callOf("NO_SUCH", types.IntegerType), testFunctions{}); err == nil {
		t.Error("an unknown function was compiled")
	}
}

func TestNestedErrorsFail(t *testing.T) {
	fails := callOf("FAIL_IF_NEGATIVE", types.IntegerType, Column(0, types.IntegerType))
	one := integer(1)
	for _, e := range []*Expr{array(fails, one), mapOf(fails, one), mapOf(one, fails), structOf(one, fails), callOf("COALESCE", types.IntegerType, fails, one)} {
		p, err := Options{NestedErrorsFail: true}.Compile(e, testFunctions{})
		if err != nil {
			t.Fatal(err)
		}
		b := batchOf(t, vec(t, types.IntegerType, 5, -1, 6))
		var errs function.Errors
		if v := p.Eval(b, b.Rows(), &errs); v.IsNull(0) || !v.IsNull(1) || v.IsNull(2) || len(errs.Rows) != 1 || errs.Rows[0] != 1 {
			t.Errorf("%s: %v, %v, %v, failed %v", e.Op, v.Any(0), v.Any(1), v.Any(2), errs.Rows)
		}
	}
}

func TestVolatileCallsAreNotFolded(t *testing.T) {
	e := arith("+", callOf("COUNTER", types.IntegerType), integer(0))
	b := &types.Batch{N: 3}
	if got := evaluate(t, e, b); got[0] != "1" || got[1] != "2" || got[2] != "3" {
		t.Errorf("%v", got)
	}
}

func transformOf(list *Expr, first int, body *Expr) *Expr {
	return callOf("TRANSFORM", types.ArrayOf(body.Type), list, lambdaOf(first, []*types.Type{list.Type.Elem}, body))
}

func TestLambdas(t *testing.T) {
	ints := types.ArrayOf(types.IntegerType)
	b := batchOf(t,
		vec(t, ints, []any{int32(1), int32(2)}, nil, []any{}, []any{int32(0), nil, int32(5)}),
		vec(t, types.IntegerType, 10, 20, 30, 40),
		vec(t, types.ArrayOf(ints), []any{[]any{int32(1)}, []any{int32(2), int32(3)}}, []any{}, nil, []any{[]any{}, []any{int32(4)}}))
	b.Time = []int64{1000, 2000, 3000, 4000}
	list, outer, lists := Column(0, ints), Column(1, types.IntegerType), Column(2, types.ArrayOf(ints))
	x, y := param(0, types.IntegerType), param(1, types.IntegerType)
	rowtime := &Expr{Op: OpPseudo, Name: "ROWTIME", Type: types.BigIntType}
	inner := param(0, ints)
	for i, c := range []struct {
		e    *Expr
		want [4]string
	}{
		{transformOf(list, 0, arith("*", x, integer(2))), [4]string{"[2, 4]", "NULL", "[]", nullOperand}},
		{transformOf(list, 0, arith("+", x, outer)), [4]string{"[11, 12]", "NULL", "[]", nullOperand}},
		{transformOf(list, 0, rowtime), [4]string{"[1000, 1000]", "NULL", "[]", "[4000, 4000, 4000]"}},
		{transformOf(list, 0, str("k")), [4]string{"[k, k]", "NULL", "[]", "[k, k, k]"}},
		{transformOf(list, 0, x), [4]string{"[1, 2]", "NULL", "[]", "[0, null, 5]"}},
		// An inner lambda sees both parameters and the columns.
		{transformOf(lists, 0, transformOf(inner, 1, arith("+", arith("*", y, integer(100)), outer))),
			[4]string{"[[110], [210, 310]]", "[]", "NULL", "[[], [440]]"}},
		{transformOf(lists, 0, transformOf(inner, 1, at(inner, y))), [4]string{"[[1], [3, null]]", "[]", "NULL", "[[], [null]]"}},
		// A failing body fails the call; a failing argument inside the body does not.
		{transformOf(list, 0, arith("/", outer, x)), [4]string{"[10, 5]", "NULL", "[]", nullOperand}},
		{transformOf(list, 0, callOf("COALESCE", types.IntegerType, callOf("FAIL_IF_NEGATIVE", types.IntegerType, arith("-", x, integer(1))), integer(-9))),
			[4]string{"[0, 1]", "NULL", "[]", "[-9, -9, 4] !"}},
		{transformOf(list, 0, caseOf(boolean(OpIsNull, "", x), null("INT"), cmpOf("=", x, integer(0)), integer(0), arith("/", outer, x))),
			[4]string{"[10, 5]", "NULL", "[]", "[0, null, 8]"}},
	} {
		for k, got := range evaluate(t, c.e, b) {
			if got != c.want[k] && !(strings.Contains(c.want[k], "!") && strings.HasPrefix(got, c.want[k])) {
				t.Errorf("case %d row %d is %s, want %s", i, k, got, c.want[k])
			}
		}
	}
	if _, err := Compile(param(0, types.IntegerType), nil); err == nil {
		t.Error("a parameter outside of a lambda was compiled")
	}
}

func TestPseudoColumns(t *testing.T) {
	b := batchOf(t, vec(t, types.IntegerType, 1, 2))
	b.Time, b.Partition, b.Offset = []int64{5, 6}, []int32{0, 1}, []int64{70, 80}
	b.WindowStart = []int64{100, 200}
	for name, want := range map[string][2]string{"ROWTIME": {"5", "6"}, "ROWOFFSET": {"70", "80"}, "WINDOWSTART": {"100", "200"}, "WINDOWEND": {"NULL", "NULL"}} {
		if got := evaluate(t, &Expr{Op: OpPseudo, Name: name, Type: types.BigIntType}, b); got[0] != want[0] || got[1] != want[1] {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if got := evaluate(t, &Expr{Op: OpPseudo, Name: "ROWPARTITION", Type: types.IntegerType}, b); got[1] != "1" {
		t.Errorf("ROWPARTITION is %v", got)
	}
	if _, err := Compile(&Expr{Op: OpPseudo, Name: "ROWSIZE", Type: types.IntegerType}, nil); err == nil {
		t.Error("an unknown pseudo column was compiled")
	}
}

func TestDamagedPlans(t *testing.T) {
	for _, e := range []*Expr{
		{Op: "nonsense", Type: types.IntegerType}, {Op: OpLambda, Type: types.IntegerType}, {Op: OpArith, Name: "+", Type: types.IntegerType},
		{Op: OpArith, Name: "^", Type: types.IntegerType, Args: []*Expr{integer(1), integer(1)}}, {Op: OpAnd, Type: types.BooleanType},
		{Op: OpArith, Name: "+", Type: types.StringType, Args: []*Expr{str("a"), str("b")}}, {Op: OpNegate, Type: types.StringType, Args: []*Expr{str("a")}},
		{Op: OpField, Type: types.IntegerType, Index: 3, Args: []*Expr{structOf(integer(1))}}, {Op: OpMap, Type: types.MustType("MAP<INT, INT>"), Args: []*Expr{integer(1)}},
		{Op: OpSubscript, Type: types.IntegerType, Args: []*Expr{integer(1), integer(1)}}, {Op: OpCompare, Name: "~", Type: types.BooleanType, Args: []*Expr{integer(1), integer(1)}},
		{Op: OpStruct, Type: types.MustType("STRUCT<A INT>")}, {Op: OpCall, Name: "F", Type: types.IntegerType},
	} {
		if _, err := Compile(e, nil); err == nil {
			t.Errorf("%s %s was compiled", e.Op, e.Name)
		}
	}
}

// A program keeps nothing of one batch for the next, also after Release.
func TestProgramsAreReusable(t *testing.T) {
	e := arith("+", callOf("COALESCE", types.IntegerType, Column(0, types.IntegerType), integer(100)), arith("/", integer(6), Column(1, types.IntegerType)))
	p, err := Compile(e, testFunctions{})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		for _, c := range []struct {
			a, b any
			want string
		}{{1, 2, "4"}, {nil, 3, "102"}, {1, 0, "NULL"}, {1, nil, "NULL"}} {
			b := batchOf(t, vec(t, types.IntegerType, c.a), vec(t, types.IntegerType, c.b))
			var errs function.Errors
			v := p.Eval(b, b.Rows(), &errs)
			got := "NULL"
			if !v.IsNull(0) {
				got = string(v.AppendText(nil, 0))
			}
			if got != c.want || (len(errs.Rows) == 1) != (c.b == 0 || c.b == nil) {
				t.Errorf("%v, %v gives %s and %d errors, want %s", c.a, c.b, got, len(errs.Rows), c.want)
			}
			p.Eval(b, b.Rows(), nil) // Nobody wants to know the errors.
		}
		p.Release()
	}
}
