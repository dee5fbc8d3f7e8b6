package expr

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

// drawer draws random well-typed expressions over two columns of each of a few
// types.
type drawer struct{ t *rapid.T }

var drawnTypes = []*types.Type{types.BooleanType, types.IntegerType, types.BigIntType, types.DoubleType, types.DecimalOf(9, 2), types.StringType}

const drawnRows = 70 // More than a word of a bitmap.

var drawnTexts = map[types.Kind][]string{
	types.Boolean: {"true", "false"},
	types.Integer: {"0", "1", "-1", "2", "3", "7", "-2147483648", "2147483647"},
	types.BigInt:  {"0", "1", "-1", "2", "100", "-9223372036854775808", "9223372036854775807"},
	types.Double:  {"0", "1", "-1.5", "0.1", "1e300", "2.5"},
	types.Decimal: {"0", "1", "-1.5", "2.25", "9999999.99", "-9999999.99", "0.01"},
	types.String:  {"", "a", "ab", "1", "-2.5", "true", "😀", "\uFFFD", "%a_"},
}

func (d drawer) pick(n int) int { return rapid.IntRange(0, n-1).Draw(d.t, "pick") }

func (d drawer) batch() *types.Batch {
	b := &types.Batch{N: drawnRows}
	for range 2 {
		for _, t := range drawnTypes {
			v := types.NewVector(t)
			texts, nulls := drawnTexts[t.Kind], d.pick(3) > 0
			for range drawnRows {
				k := d.pick(len(texts) + one(nulls))
				if i := v.Extend(); k == len(texts) {
					v.SetNull(i)
				} else if err := types.ParseText(texts[k], v, i); err != nil {
					panic(err)
				}
			}
			b.Cols = append(b.Cols, v)
		}
	}
	return b
}

func (d drawer) leaf(t *types.Type) *Expr {
	texts := drawnTexts[t.Kind]
	switch k := d.pick(4); {
	case k == 0 && t.Kind != types.Decimal:
		return Const(texts[d.pick(len(texts))], t)
	case k == 1 && d.pick(3) == 0:
		return Null(t)
	}
	for i, have := range drawnTypes {
		if have.Equal(t) {
			return Column(i+d.pick(2)*len(drawnTypes), t)
		}
	}
	return Const(texts[d.pick(len(texts))], t)
}

func (d drawer) number(depth int) *Expr {
	return d.expr(drawnTypes[1+d.pick(4)], depth)
}

// expr draws an expression of the type.
func (d drawer) expr(t *types.Type, depth int) *Expr {
	if depth == 0 {
		return d.leaf(t)
	}
	switch d.pick(6) {
	case 0:
		return d.leaf(t)
	case 1:
		var args []*Expr
		for range 1 + d.pick(2) {
			args = append(args, d.expr(types.BooleanType, depth-1), d.expr(t, depth-1))
		}
		if d.pick(2) == 0 {
			args = append(args, d.expr(t, depth-1))
		}
		return &Expr{Op: OpCase, Type: t, Args: args}
	case 2:
		return callOf("COALESCE", t, d.expr(t, depth-1), d.expr(t, depth-1))
	case 3:
		return at(array(d.expr(t, depth-1), d.expr(t, depth-1)), d.expr(types.IntegerType, 0))
	}
	switch t.Kind {
	case types.Boolean:
		return d.boolean(depth - 1)
	case types.String:
		if d.pick(2) == 0 {
			return Cast(d.number(depth-1), t)
		}
		return &Expr{Op: OpConcat, Type: t, Args: []*Expr{d.expr(t, depth-1), d.expr(t, depth-1)}}
	}
	return d.numeric(t, depth-1)
}

func (d drawer) numeric(t *types.Type, depth int) *Expr {
	switch d.pick(4) {
	case 0:
		from := d.number
		if d.pick(3) == 0 {
			from = func(depth int) *Expr { return d.expr(types.StringType, depth) }
		}
		return Cast(from(depth), t)
	case 1:
		if t.Kind == types.Integer {
			return callOf("FAIL_IF_NEGATIVE", t, d.expr(t, depth))
		}
		return &Expr{Op: OpNegate, Type: t, Args: []*Expr{d.expr(t, depth)}}
	}
	op := []string{"+", "-", "*", "/", "%"}[d.pick(5)]
	if t.Kind == types.Decimal {
		op = []string{"+", "-", "*", "/"}[d.pick(4)] // % has a rule of its own.
		e := arith(op, d.expr(t, depth), d.expr(t, depth))
		return Cast(e, t)
	}
	return &Expr{Op: OpArith, Name: op, Type: t, Args: []*Expr{d.expr(t, depth), d.expr(t, depth)}}
}

func (d drawer) boolean(depth int) *Expr {
	name := []string{"", "not"}[d.pick(2)]
	t := drawnTypes[d.pick(len(drawnTypes))]
	arg := func() *Expr { return d.expr(t, depth) }
	switch d.pick(9) {
	case 0:
		return notOf(d.expr(types.BooleanType, depth))
	case 1, 2:
		args := []*Expr{d.expr(types.BooleanType, depth), d.expr(types.BooleanType, depth), d.expr(types.BooleanType, depth)}
		return boolean([]Op{OpAnd, OpOr}[d.pick(2)], "", args[:2+d.pick(2)]...)
	case 3:
		return boolean(OpIsNull, name, arg())
	case 4:
		return boolean(OpDistinct, name, arg(), arg())
	case 5:
		return boolean(OpIn, name, arg(), arg(), arg())
	case 6:
		return boolean(OpLike, name, d.expr(types.StringType, depth), d.expr(types.StringType, depth))
	case 7:
		if t.Kind != types.Boolean {
			return boolean(OpBetween, name, arg(), arg(), arg())
		}
	}
	op := []string{"=", "<>", "<", "<=", ">", ">="}[d.pick(6)]
	if t.Kind == types.Boolean {
		op = []string{"=", "<>"}[d.pick(2)]
	}
	if t.Kind == types.Decimal && d.pick(2) == 0 {
		return cmpOf(op, arg(), d.expr(drawnTypes[1+d.pick(2)], depth))
	}
	return cmpOf(op, arg(), arg())
}

// Compiled expressions agree with the model on values, on which rows fail and on
// how many failures are reported, for any selection of rows.
func TestExpressionsAgreeWithTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawer{t}
		b := d.batch()
		e := d.expr(drawnTypes[d.pick(len(drawnTypes))], 3)
		if d.pick(2) == 0 {
			b.Sel = []uint32{}
			for i := range drawnRows {
				if d.pick(2) == 0 {
					b.Sel = append(b.Sel, uint32(i))
				}
			}
		}
		p, err := Compile(e, testFunctions{})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			check(t, p, e, b)
		}
	})
}

func check(t *rapid.T, p *Program, e *Expr, b *types.Batch) {
	var errs, filterErrs function.Errors
	out := p.Eval(b, b.Rows(), &errs)
	reports := map[uint32]int{}
	for _, r := range errs.Rows {
		reports[r]++
	}
	var kept []uint32
	for _, r := range b.Rows() {
		m := model{cols: b.Cols, row: int(r)}
		want, err := m.eval(e)
		if err != nil {
			want = nil
		}
		failures := m.forgiven + one(err != nil)
		if got := plain(out.Any(int(r))); !sameValue(got, want) || reports[r] != failures {
			t.Fatalf("row %d of %s is %v with %d reports, want %v with %d", r, show(e), got, reports[r], want, failures)
		}
		if want == true {
			kept = append(kept, r)
		}
	}
	if e.Type.Kind != types.Boolean {
		return
	}
	if got := p.Filter(b, b.Rows(), nil, &filterErrs); fmt.Sprint(got) != fmt.Sprint(kept) || len(filterErrs.Rows) != len(errs.Rows) {
		t.Fatalf("%s keeps %v, want %v", show(e), got, kept)
	}
}

func sameValue(a, b any) bool {
	if x, ok := a.(*big.Rat); ok {
		y, ok := b.(*big.Rat)
		return ok && x.Cmp(y) == 0
	}
	return fmt.Sprint(a) == fmt.Sprint(b)
}

// show prints an expression for a failing test.
func show(e *Expr) string {
	s := string(e.Op) + " " + e.Name + e.Text
	switch {
	case e.Null:
		return "NULL"
	case e.Op == OpColumn:
		return fmt.Sprintf("col%d:%s", e.Index, e.Type)
	}
	for _, a := range e.Args {
		s += " " + show(a)
	}
	return "(" + s + " :" + e.Type.String() + ")"
}
