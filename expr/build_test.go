package expr

import (
	"fmt"
	"strings"
	"testing"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

// The functions below build expressions as the binder does.

func lit(text, typ string) *Expr     { return Const(text, types.MustType(typ)) }
func null(typ string) *Expr          { return Null(types.MustType(typ)) }
func str(text string) *Expr          { return Const(text, types.StringType) }
func integer(n int) *Expr            { return Const(fmt.Sprint(n), types.IntegerType) }
func castTo(e *Expr, t string) *Expr { return Cast(e, types.MustType(t)) }

func boolean(op Op, name string, args ...*Expr) *Expr {
	return &Expr{Op: op, Name: name, Type: types.BooleanType, Args: args}
}

// arith gives + - * / % its result type and widens the operands.
func arith(op string, a, b *Expr) *Expr {
	asDecimal := func(e *Expr) *Expr {
		switch e.Type.Kind {
		case types.Integer:
			return Cast(e, types.DecimalOf(10, 0))
		case types.BigInt:
			return Cast(e, types.DecimalOf(19, 0))
		}
		return e
	}
	out := &Expr{Op: OpArith, Name: op}
	switch ka, kb := a.Type.Kind, b.Type.Kind; {
	case ka == types.Double || kb == types.Double:
		out.Type = types.DoubleType
	case ka == types.Decimal || kb == types.Decimal:
		a, b = asDecimal(a), asDecimal(b)
		out.Args = []*Expr{a, b}
		out.Type = decimalResult(op, a.Type, b.Type)
		return out
	case ka == types.BigInt || kb == types.BigInt:
		out.Type = types.BigIntType
	default:
		out.Type = types.IntegerType
	}
	out.Args = []*Expr{Cast(a, out.Type), Cast(b, out.Type)}
	return out
}

func decimalResult(op string, a, b *types.Type) *types.Type {
	p1, s1, p2, s2 := a.Precision, a.Scale, b.Precision, b.Scale
	s := max(s1, s2)
	switch op {
	case "*":
		return types.DecimalOf(p1+p2+1, s1+s2)
	case "/":
		s = max(6, s1+p2+1)
		return types.DecimalOf(p1-s1+s2+s, s)
	case "%":
		return types.DecimalOf(min(p1-s1, p2-s2)+s, s)
	}
	return types.DecimalOf(s+max(p1-s1, p2-s2)+1, s)
}

func caseOf(args ...*Expr) *Expr { return &Expr{Op: OpCase, Type: args[1].Type, Args: args} }

func array(items ...*Expr) *Expr {
	return &Expr{Op: OpArray, Type: types.ArrayOf(items[0].Type), Args: items}
}

func mapOf(entries ...*Expr) *Expr {
	return &Expr{Op: OpMap, Type: types.MapOf(entries[0].Type, entries[1].Type), Args: entries}
}

func structOf(items ...*Expr) *Expr {
	var fields []types.Field
	for i, e := range items {
		fields = append(fields, types.Field{Name: string(rune('A' + i)), Type: e.Type})
	}
	return &Expr{Op: OpStruct, Type: types.StructOf(fields...), Args: items}
}

func fieldOf(e *Expr, i int) *Expr {
	return &Expr{Op: OpField, Type: e.Type.Fields[i].Type, Index: i, Args: []*Expr{e}}
}

func at(e, index *Expr) *Expr {
	return &Expr{Op: OpSubscript, Type: e.Type.Elem, Args: []*Expr{e, index}}
}

func callOf(name string, typ *types.Type, args ...*Expr) *Expr {
	return &Expr{Op: OpCall, Name: name, Type: typ, Args: args}
}

func lambdaOf(first int, params []*types.Type, body *Expr) *Expr {
	return &Expr{Op: OpLambda, Type: types.NullType, Index: first, Params: params, Args: []*Expr{body}}
}

func param(i int, t *types.Type) *Expr { return &Expr{Op: OpParam, Type: t, Index: i} }

// evaluate returns the texts of the rows: NULL for a NULL, ! and the reasons for
// a row that was reported.
func evaluate(t *testing.T, e *Expr, b *types.Batch) []string {
	t.Helper()
	p, err := Compile(e, testFunctions{})
	if err != nil {
		t.Fatalf("compile: %v", err)
	}
	var errs function.Errors
	v := p.Eval(b, b.Rows(), &errs)
	out := make([]string, b.N)
	for _, r := range b.Rows() {
		if out[r] = "NULL"; !v.IsNull(int(r)) {
			out[r] = string(v.AppendText(nil, int(r)))
		}
	}
	for k, r := range errs.Rows {
		out[r] += " !" + errs.Errs[k].Error()
	}
	return out
}

type example struct {
	e    *Expr
	want string
}

// run checks examples twice: folded, and over a batch that has every constant
// in a column.
func run(t *testing.T, examples []example) {
	t.Helper()
	for i, x := range examples {
		b := &types.Batch{N: 3}
		for k, e := range []*Expr{x.e, unfold(x.e, b)} {
			got := evaluate(t, e, b)
			for _, text := range got {
				if text != x.want && !(strings.Contains(x.want, "!") && strings.HasPrefix(text, x.want)) {
					t.Errorf("example %d (%s %s), form %d: got %q, want %q", i, x.e.Op, x.e.Name, k, got, x.want)
					break
				}
			}
		}
	}
}

// unfold moves the constants of e to columns of b.
func unfold(e *Expr, b *types.Batch) *Expr {
	if e.Op == OpConst {
		v := types.NewVector(e.Type)
		for range b.N {
			if v.AppendNull(); !e.Null {
				if err := types.ParseText(e.Text, v, v.Len-1); err != nil {
					panic(err)
				}
			}
		}
		b.Cols = append(b.Cols, v)
		return Column(len(b.Cols)-1, e.Type)
	}
	out := *e
	out.Args = nil
	for _, a := range e.Args {
		out.Args = append(out.Args, unfold(a, b))
	}
	return &out
}
