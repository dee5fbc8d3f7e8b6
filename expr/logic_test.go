package expr

import (
	"fmt"
	"slices"
	"testing"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

func cmpOf(op string, a, b *Expr) *Expr { return boolean(OpCompare, op, a, b) }
func notOf(e *Expr) *Expr               { return boolean(OpNot, "", e) }
func andOf(args ...*Expr) *Expr         { return boolean(OpAnd, "", args...) }
func orOf(args ...*Expr) *Expr          { return boolean(OpOr, "", args...) }

func likeOf(text, pattern, escape string) *Expr {
	e := boolean(OpLike, "", str(text), str(pattern))
	e.Text = escape
	return e
}

var (
	yes = lit("true", "BOOLEAN")
	no  = lit("false", "BOOLEAN")
)

func TestComparison(t *testing.T) {
	var examples []example
	// Every operator on a smaller, an equal and a greater left side.
	holds := map[string]string{"=": "FTF", "<>": "TFT", "<": "TFF", "<=": "TTF", ">": "FFT", ">=": "FTT"}
	for _, c := range []struct{ typ, low, high string }{
		{"INT", "-1", "5"}, {"BIGINT", "-1", "5"}, {"DOUBLE", "-1.5", "2"}, {"DECIMAL(4, 2)", "-1.5", "2"}, {"DECIMAL(25, 2)", "1", "99999999999999999999"},
		{"STRING", "a", "b"}, {"STRING", "\U0001F600", "\uFFFD"}, {"BYTES", "gA==", "fw=="}, {"DATE", "2020-01-01", "2020-01-02"},
		{"TIME", "10:00", "11:00"}, {"TIMESTAMP", "2020-01-01", "2020-01-02"},
	} {
		for op, want := range holds {
			low, high := lit(c.low, c.typ), lit(c.high, c.typ)
			for k, e := range []*Expr{cmpOf(op, low, high), cmpOf(op, low, low), cmpOf(op, high, low)} {
				examples = append(examples, example{e, map[byte]string{'T': "true", 'F': "false"}[want[k]]})
			}
			examples = append(examples, example{cmpOf(op, low, null(c.typ)), "false"}, example{cmpOf(op, null(c.typ), null(c.typ)), "false"})
		}
	}
	nan := arith("/", lit("0", "DOUBLE"), lit("0", "DOUBLE"))
	run(t, append(examples, []example{
		{cmpOf("=", integer(1), lit("1", "BIGINT")), "true"},
		{cmpOf("<", integer(1), lit("1.5", "DOUBLE")), "true"},
		{cmpOf("=", lit("0.1", "DECIMAL(2, 1)"), lit("0.1", "DOUBLE")), "true"},
		{cmpOf("<", lit("0.1", "DOUBLE"), lit("0.11", "DECIMAL(3, 2)")), "true"},
		{cmpOf(">", lit("1e300", "DOUBLE"), lit("0.11", "DECIMAL(3, 2)")), "true"},
		{cmpOf("=", lit("1.50", "DECIMAL(4, 2)"), lit("1.5", "DECIMAL(2, 1)")), "true"},
		{cmpOf("<", lit("1.50", "DECIMAL(4, 2)"), lit("1.501", "DECIMAL(4, 3)")), "true"},
		{cmpOf("=", integer(2), lit("2.00", "DECIMAL(4, 2)")), "true"},
		{cmpOf("=", lit("2020-01-01", "DATE"), str("2020-01-01")), "true"},
		{cmpOf("<", str("2020-01-01T00:00"), lit("2020-01-01T00:00:01", "TIMESTAMP")), "true"},
		{cmpOf("=", lit("2020-01-01", "DATE"), lit("2020-01-01", "TIMESTAMP")), "true"},
		{cmpOf("=", lit("10:00", "TIME"), str("10 o'clock")), `NULL !"10 o'clock" is not a TIME value`},
		{cmpOf("=", nan, nan), "false"},
		{cmpOf("<>", nan, nan), "true"},
		{cmpOf("=", yes, no), "false"},
		{cmpOf("=", array(integer(1), null("INT")), array(integer(1), null("INT"))), "true"},
		{cmpOf("<>", structOf(integer(1)), structOf(integer(2))), "true"},
		{notOf(cmpOf("=", integer(1), null("INT"))), "true"},
	}...))
	if _, err := Compile(cmpOf("<", yes, no), nil); err == nil {
		t.Error("BOOLEAN has an order")
	}
	if _, err := Compile(cmpOf("=", yes, integer(1)), nil); err == nil {
		t.Error("BOOLEAN compares with INTEGER")
	}
}

func TestPredicates(t *testing.T) {
	in := func(name string, args ...*Expr) *Expr { return boolean(OpIn, name, args...) }
	distinct := func(name string, a, b *Expr) *Expr { return boolean(OpDistinct, name, a, b) }
	between := func(name string, v, low, high *Expr) *Expr { return boolean(OpBetween, name, v, low, high) }
	run(t, []example{
		{boolean(OpIsNull, "", integer(1)), "false"}, {boolean(OpIsNull, "", null("INT")), "true"},
		{boolean(OpIsNull, "not", integer(1)), "true"}, {boolean(OpIsNull, "not", null("INT")), "false"},
		{distinct("", integer(1), integer(1)), "false"}, {distinct("", integer(1), null("INT")), "true"},
		{distinct("", null("INT"), null("INT")), "false"}, {distinct("not", null("INT"), null("INT")), "true"},
		{distinct("not", integer(1), integer(2)), "false"}, {distinct("", array(integer(1)), array(integer(1))), "false"},
		{between("", integer(2), integer(1), integer(2)), "true"}, {between("", integer(3), integer(1), integer(2)), "false"},
		{between("", integer(2), null("INT"), integer(2)), "false"}, {between("", null("INT"), integer(1), integer(2)), "false"},
		{between("not", integer(3), integer(1), integer(2)), "true"}, {between("not", null("INT"), integer(1), integer(2)), "true"},
		{between("", lit("1.5", "DECIMAL(2, 1)"), integer(1), lit("1.5", "DOUBLE")), "true"}, {between("", str("b"), str("a"), str("c")), "true"},
		{between("", integer(1), integer(5), arith("/", integer(1), integer(0))), "false"},
		{between("", integer(5), integer(1), arith("/", integer(1), integer(0))), divZero},
		{in("", integer(2), integer(1), integer(2)), "true"}, {in("", integer(3), integer(1), integer(2)), "false"},
		{in("not", integer(3), integer(1)), "true"}, {in("", null("INT"), integer(1)), "false"}, {in("not", null("INT"), integer(1)), "true"},
		{in("", integer(1), null("INT"), integer(1)), "true"}, {in("", integer(1), null("INT")), "false"},
		{in("", str("b"), str("a"), str("b")), "true"}, {in("", lit("2.50", "DECIMAL(4, 2)"), lit("2.5", "DECIMAL(2, 1)")), "true"},
		{in("", lit("7", "BIGINT"), integer(6), integer(7)), "true"}, {in("", lit("0.5", "DOUBLE"), lit("0.5", "DOUBLE")), "true"},
		{in("", array(integer(1), null("INT")), array(integer(2)), array(integer(1), null("INT"))), "true"},
		{in("", integer(1), integer(1), arith("/", integer(1), integer(0))), "true"},
		{in("", integer(2), integer(1), arith("/", integer(1), integer(0))), divZero},
		{in("", lit("10:00", "TIME"), lit("10:00", "TIME")), "true"},
	})
}

func TestLike(t *testing.T) {
	var examples []example
	for _, c := range []struct {
		text, pattern, escape string
		want                  bool
	}{
		{"abc", "abc", "", true}, {"abc", "ab", "", false}, {"abc", "a%", "", true}, {"abc", "%c", "", true}, {"abc", "%b%", "", true}, {"abc", "%", "", true},
		{"", "%", "", true}, {"", "", "", true}, {"", "_", "", false}, {"abc", "a_c", "", true}, {"abc", "a_", "", false}, {"abc", "___", "", true},
		{"abab", "%ab", "", true}, {"aab", "%ab", "", true}, {"abcabd", "%ab_", "", true}, {"abcd", "%b_d", "", true}, {"axbxc", "a%b%c", "", true},
		{"a.c", "a.c", "", true}, {"abc", "a.c", "", false}, {"a\nc", "a_c", "", false}, {"a\nc", "a%c", "", true}, {"aéc", "a_c", "", true}, {"a😀c", "a_c", "", true},
		{"a%c", "a!%c", "!", true}, {"abc", "a!%c", "!", false}, {"a_c", "a!_c", "!", true}, {"a!c", "a!!c", "!", true}, {"abc", "a!bc", "!", true},
		{"ABC", "abc", "", false}, {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "%a%a%a%a%a%a%a%a%c", "", false}, {"xay", "%%a__%", "", false}, {"xayz", "%%a__%", "", true},
	} {
		examples = append(examples, example{likeOf(c.text, c.pattern, c.escape), fmt.Sprint(c.want)})
	}
	null1, null2 := likeOf("a", "a", ""), likeOf("a", "a", "")
	null1.Args[0], null2.Args[1] = null("STRING"), null("STRING")
	negated := likeOf("abc", "a%", "")
	negated.Name = "not"
	run(t, append(examples, example{likeOf("a", "a!", "!"), "NULL !LIKE pattern"}, example{negated, "false"},
		example{null1, "NULL !an operand of LIKE is NULL"}, example{null2, "NULL !an operand of LIKE is NULL"}))
	if _, err := Compile(likeOf("a", "a", "!!"), nil); err == nil {
		t.Error("an escape of two characters was accepted")
	}
}

func TestLogic(t *testing.T) {
	fails := cmpOf("=", arith("/", integer(1), integer(0)), integer(1))
	null := null("BOOLEAN")
	const isNull = "NULL !an operand of AND, OR or NOT is NULL"
	run(t, []example{
		{andOf(yes, yes), "true"}, {andOf(yes, no), "false"}, {andOf(no, yes), "false"}, {orOf(no, yes), "true"}, {orOf(no, no), "false"},
		{notOf(yes), "false"}, {notOf(no), "true"}, {andOf(yes, yes, no), "false"}, {orOf(no, no, yes), "true"},
		{andOf(no, fails), "false"}, {orOf(yes, fails), "true"}, {andOf(yes, fails), divZero}, {orOf(no, fails), divZero}, {andOf(fails, no), divZero},
		{orOf(fails, yes), divZero}, {notOf(fails), divZero}, {andOf(null, yes), isNull}, {andOf(yes, null), isNull}, {andOf(no, null), "false"},
		{orOf(yes, null), "true"}, {orOf(null, yes), isNull}, {notOf(null), isNull}, {boolean(OpIsNull, "", fails), divZero},
		{cmpOf("=", fails, yes), divZero}, {boolean(OpIn, "not", fails, yes), divZero}, {boolean(OpDistinct, "", fails, yes), divZero},
	})
}

func TestCase(t *testing.T) {
	fails := arith("/", integer(1), integer(0))
	failsBool := cmpOf("=", fails, integer(1))
	run(t, []example{
		{caseOf(yes, integer(1), yes, integer(2)), "1"}, {caseOf(no, integer(1), yes, integer(2)), "2"}, {caseOf(no, integer(1)), "NULL"},
		{caseOf(no, integer(1), integer(3)), "3"}, {caseOf(null("BOOLEAN"), integer(1), integer(3)), "3"},
		{caseOf(yes, integer(1), fails), "1"}, {caseOf(no, fails, integer(1)), "1"}, {caseOf(yes, integer(1), failsBool, integer(2)), "1"},
		{caseOf(yes, fails, integer(1)), divZero}, {caseOf(failsBool, integer(1), integer(2)), divZero}, {caseOf(no, integer(1), fails), divZero},
		{caseOf(yes, null("INT"), integer(1)), "NULL"}, {caseOf(no, str("a"), str("b")), "b"},
		{caseOf(yes, array(integer(1)), array(integer(2), integer(3))), "[1]"}, {caseOf(yes, lit("1.5", "DECIMAL(2, 1)")), "1.5"},
		{arith("+", integer(1), caseOf(yes, fails)), divZero},
	})
}

// Operands to the right are evaluated only for the rows that need them: the
// failing function sees no other row.
func TestLazyEvaluation(t *testing.T) {
	b := batchOf(t, vec(t, types.IntegerType, -1, 1, -2, 2, nil), vec(t, types.BooleanType, true, false, false, true, true))
	guarded := callOf("FAIL_IF_NEGATIVE", types.IntegerType, Column(0, types.IntegerType))
	positive := cmpOf(">", Column(0, types.IntegerType), integer(0))
	flag := Column(1, types.BooleanType)
	for i, c := range []struct {
		e      *Expr
		keep   []uint32
		failed []uint32
	}{
		{andOf(positive, cmpOf("=", guarded, integer(2))), []uint32{3}, nil},
		{orOf(notOf(positive), cmpOf("=", guarded, integer(2))), []uint32{0, 2, 3, 4}, nil},
		{andOf(flag, cmpOf("<", guarded, integer(9))), []uint32{3}, []uint32{0}},
		{orOf(flag, cmpOf("<", guarded, integer(9))), []uint32{0, 1, 3, 4}, []uint32{2}},
		{notOf(andOf(flag, cmpOf("<", guarded, integer(9)))), []uint32{1, 2, 4}, []uint32{0}},
		{cmpOf("=", caseOf(positive, guarded, integer(0)), integer(0)), []uint32{0, 2, 4}, nil},
		{boolean(OpBetween, "", integer(0), integer(1), guarded), []uint32{}, nil},
	} {
		p, err := Compile(c.e, testFunctions{})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // The second time with used scratch memory.
			var errs function.Errors
			if got := p.Filter(b, b.Rows(), nil, &errs); !slices.Equal(got, c.keep) || !slices.Equal(errs.Rows, c.failed) {
				t.Errorf("case %d keeps %v and fails %v, want %v and %v", i, got, errs.Rows, c.keep, c.failed)
			}
			errs.Reset()
			b.Sel = []uint32{0, 3}
			sel := slices.Clone(b.Sel)
			want := slices.DeleteFunc(slices.Clone(c.keep), func(r uint32) bool { return r != 0 && r != 3 })
			if got := p.Filter(b, sel, sel, &errs); !slices.Equal(got, want) { // In place.
				t.Errorf("case %d keeps %v of the selection, want %v", i, got, want)
			}
			b.Sel = nil
		}
	}
}
