package planner

import (
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/types"
)

func (x *exprBinder) binary(e *parser.Binary) (*expr.Expr, error) {
	if e.Op == parser.OpConcat {
		return x.concat(e)
	}
	l, err := x.bind(e.Left)
	if err != nil {
		return nil, err
	}
	r, err := x.bind(e.Right)
	if err != nil {
		return nil, err
	}
	if e.Op == parser.OpAdd && l.Type.Kind == types.String && r.Type.Kind == types.String {
		return &expr.Expr{Op: expr.OpConcat, Type: types.StringType, Args: []*expr.Expr{l, r}}, nil
	}
	if !l.Type.Kind.Numeric() || !r.Type.Kind.Numeric() {
		err := errorAt(e.OpAt, "the operator "+e.Op.String()+" does not apply to "+l.Type.String()+" and "+r.Type.String())
		if isNull(l) || isNull(r) {
			return nil, err.hint("give the NULL a type, e.g. CAST(NULL AS INTEGER)")
		}
		return nil, err.hint("both sides must be numbers; use CAST")
	}
	l, r, t := arithmetic(e.Op, l, r)
	return &expr.Expr{Op: expr.OpArith, Name: e.Op.String(), Type: t, Args: []*expr.Expr{l, r}}, nil
}

// arithmetic casts the operands to what the operation wants and returns the
// type of its result: the wider one, with more digits for decimals.
func arithmetic(op parser.BinaryOp, l, r *expr.Expr) (*expr.Expr, *expr.Expr, *types.Type) {
	switch {
	case l.Type.Kind == types.Double || r.Type.Kind == types.Double:
		return coerce(l, types.DoubleType), coerce(r, types.DoubleType), types.DoubleType
	case l.Type.Kind == types.Decimal || r.Type.Kind == types.Decimal:
		l, r = toDecimal(l), toDecimal(r)
		return l, r, decimalResult(op, l.Type, r.Type)
	case l.Type.Kind == types.BigInt || r.Type.Kind == types.BigInt:
		return coerce(l, types.BigIntType), coerce(r, types.BigIntType), types.BigIntType
	}
	return l, r, types.IntegerType
}

// Integers count as decimals of as many digits as they may have.
var (
	integerAsDecimal = types.DecimalOf(10, 0)
	bigIntAsDecimal  = types.DecimalOf(19, 0)
)

// toDecimal casts an integer to the decimal that holds all of its type.
func toDecimal(e *expr.Expr) *expr.Expr {
	switch e.Type.Kind {
	case types.Integer:
		return expr.Cast(e, integerAsDecimal)
	case types.BigInt:
		return expr.Cast(e, bigIntAsDecimal)
	}
	return e
}

// decimalResult is the type of an operation on two decimals (semantics §5).
func decimalResult(op parser.BinaryOp, a, b *types.Type) *types.Type {
	scale := max(a.Scale, b.Scale)
	whole := max(a.Precision-a.Scale, b.Precision-b.Scale)
	switch op {
	case parser.OpMul:
		return types.DecimalOf(a.Precision+b.Precision+1, a.Scale+b.Scale)
	case parser.OpDiv:
		scale = max(6, a.Scale+b.Precision+1)
		return types.DecimalOf(a.Precision-a.Scale+b.Scale+scale, scale)
	case parser.OpMod:
		whole = min(a.Precision-a.Scale, b.Precision-b.Scale)
		return types.DecimalOf(max(whole+scale, 1), scale)
	}
	return types.DecimalOf(scale+whole+1, scale)
}

// concat binds ||, which is a call of CONCAT.
func (x *exprBinder) concat(e *parser.Binary) (*expr.Expr, error) {
	call := &parser.Call{Loc: e.Loc, Name: parser.Name{Loc: parser.Loc{At: e.OpAt}, Text: "CONCAT"}, Args: []parser.Expr{e.Left, e.Right}}
	return x.scalarCall(call)
}

func (x *exprBinder) unary(e *parser.Unary) (*expr.Expr, error) {
	arg, err := x.bind(e.X)
	if err != nil {
		return nil, err
	}
	if !arg.Type.Kind.Numeric() {
		sign := "+"
		if e.Neg {
			sign = "-"
		}
		return nil, errorf(e, "the sign %s does not apply to %s", sign, arg.Type).hint("it needs a number")
	}
	if !e.Neg {
		return arg, nil
	}
	if arg.Op == expr.OpConst && !arg.Null && arg.Text[0] != '-' {
		return expr.Const("-"+arg.Text, arg.Type), nil
	}
	return &expr.Expr{Op: expr.OpNegate, Type: arg.Type, Args: []*expr.Expr{arg}}, nil
}
