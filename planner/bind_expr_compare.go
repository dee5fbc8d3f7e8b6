package planner

import (
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/types"
)

func (x *exprBinder) compare(e *parser.Compare) (*expr.Expr, error) {
	l, err := x.bind(e.Left)
	if err != nil {
		return nil, err
	}
	r, err := x.bind(e.Right)
	if err != nil {
		return nil, err
	}
	if l, r, err = x.comparable(e, e.OpAt, e.Op, l, r); err != nil {
		return nil, err
	}
	out := &expr.Expr{Op: expr.OpCompare, Name: e.Op.String(), Type: types.BooleanType, Args: []*expr.Expr{l, r}}
	switch e.Op {
	case parser.OpIsDistinct:
		out.Op, out.Name = expr.OpDistinct, ""
	case parser.OpIsNotDistinct:
		out.Op, out.Name = expr.OpDistinct, "not"
	}
	return out, nil
}

// comparable gives both sides types that can be compared. DECIMAL and DOUBLE
// stay as they are: they are compared exactly.
func (x *exprBinder) comparable(e parser.Node, at parser.Span, op parser.CompareOp, l, r *expr.Expr) (*expr.Expr, *expr.Expr, error) {
	distinct := op == parser.OpIsDistinct || op == parser.OpIsNotDistinct
	if isNull(l) || isNull(r) {
		if distinct {
			return nullLike(l, r), nullLike(r, l), nil
		}
		err := errorAt(at, "the comparison "+l.Type.String()+" "+op.String()+" "+r.Type.String()+" with NULL is never true")
		return nil, nil, err.hint("use IS NULL or IS NOT NULL")
	}
	if x.clause == whereClause && (isRowTime(l) && isText(r) || isText(l) && isRowTime(r)) {
		return magicTime(e, l, r)
	}
	lk, rk := l.Type.Kind, r.Type.Kind
	ordered := op != parser.OpEq && op != parser.OpNe && !distinct
	switch {
	case lk.Numeric() && rk.Numeric():
		l, r = widenNumbers(l, r)
		return l, r, nil
	case lk == types.String && (rk.Temporal()):
		return coerce(l, r.Type), r, nil
	case rk == types.String && (lk.Temporal()):
		return l, coerce(r, l.Type), nil
	case lk == types.Date && rk == types.Timestamp:
		return coerce(l, r.Type), r, nil
	case lk == types.Timestamp && rk == types.Date:
		return l, coerce(r, l.Type), nil
	case lk == rk && !(ordered && (lk == types.Boolean || lk.Nested())) && l.Type.Equal(r.Type):
		return l, r, nil
	}
	err := errorAt(at, "the comparison "+l.Type.String()+" "+op.String()+" "+r.Type.String()+" is not possible")
	if lk == rk && ordered {
		return nil, nil, err.hint("values of this type are only compared with =, <> and IS DISTINCT FROM")
	}
	for _, k := range []types.Kind{lk, rk} {
		if k.Temporal() {
			return nil, nil, err.hint("compare a %s with a string such as '%s'", k, timeExample[k])
		}
	}
	return nil, nil, err.hint("use CAST to give both sides the same type")
}

// widenNumbers casts two numbers to a common type, all but DECIMAL against
// DOUBLE and decimals of different digits.
func widenNumbers(l, r *expr.Expr) (*expr.Expr, *expr.Expr) {
	lk, rk := l.Type.Kind, r.Type.Kind
	switch {
	case lk == rk:
	case lk == types.Decimal && rk == types.Double:
		return asDouble(l), r
	case lk == types.Double && rk == types.Decimal:
		return l, asDouble(r)
	case lk == types.Decimal || rk == types.Decimal:
		return toDecimal(l), toDecimal(r)
	case lk == types.Double || rk == types.Double:
		return coerce(l, types.DoubleType), coerce(r, types.DoubleType)
	default:
		return coerce(l, types.BigIntType), coerce(r, types.BigIntType)
	}
	return l, r
}

// asDouble makes a DECIMAL literal a DOUBLE where that keeps it apart from all
// other numbers of as many digits; comparing with it is then as good as exact.
func asDouble(e *expr.Expr) *expr.Expr {
	const digits = 15 // Any decimal of 15 digits is the shortest text of its nearest double.
	if e.Op != expr.OpConst || e.Null || e.Type.Precision > digits {
		return e
	}
	return expr.Const(e.Text, types.DoubleType)
}

// nullLike types e, if it is an untyped NULL, like the other operand.
func nullLike(e, other *expr.Expr) *expr.Expr {
	switch {
	case !isNull(e):
		return e
	case isNull(other):
		return expr.Null(types.BooleanType)
	}
	return expr.Null(other.Type)
}

func (x *exprBinder) between(e *parser.Between) (*expr.Expr, error) {
	v, err := x.bind(e.X)
	if err != nil {
		return nil, err
	}
	args := []*expr.Expr{v, nil, nil}
	for i, b := range []parser.Expr{e.Lower, e.Upper} {
		if args[i+1], err = x.bind(b); err != nil {
			return nil, err
		}
	}
	// Each bound may widen the value, so the first is looked at again after the
	// second.
	for _, i := range []int{1, 2, 1} {
		at := []parser.Expr{e.X, e.Lower, e.Upper}[i]
		if args[0], args[i], err = x.comparable(at, at.Span(), parser.OpGe, args[0], args[i]); err != nil {
			return nil, err
		}
	}
	return &expr.Expr{Op: expr.OpBetween, Name: notName(e.Not), Type: types.BooleanType, Args: args}, nil
}

func notName(not bool) string {
	if not {
		return "not"
	}
	return ""
}

func (x *exprBinder) in(e *parser.In) (*expr.Expr, error) {
	v, err := x.bind(e.X)
	if err != nil {
		return nil, err
	}
	if isNull(v) {
		return nil, errorf(e.X, "NULL IN (...) is never true").hint("use IS NULL")
	}
	items, at := []*expr.Expr{v}, []parser.Expr{e.X}
	for _, item := range e.List {
		i, err := x.bind(item)
		if err != nil {
			return nil, err
		}
		if isNull(i) {
			continue // A NULL in the list equals nothing.
		}
		items, at = append(items, i), append(at, item)
	}
	t, err := x.commonType(items, at)
	if err != nil {
		return nil, err
	}
	if err := castAll(items, at, t); err != nil {
		return nil, err
	}
	if len(items) == 1 {
		items = append(items, expr.Null(t))
	}
	return &expr.Expr{Op: expr.OpIn, Name: notName(e.Not), Type: types.BooleanType, Args: items}, nil
}

func (x *exprBinder) like(e *parser.Like) (*expr.Expr, error) {
	out := &expr.Expr{Op: expr.OpLike, Name: notName(e.Not), Type: types.BooleanType}
	for _, part := range []parser.Expr{e.X, e.Pattern} {
		arg, err := x.bind(part)
		if err != nil {
			return nil, err
		}
		if isNull(arg) {
			arg = expr.Null(types.StringType)
		}
		if arg.Type.Kind != types.String {
			return nil, errorf(part, "LIKE compares STRING values, but this is %s", arg.Type).hint("use CAST(... AS STRING)")
		}
		out.Args = append(out.Args, arg)
	}
	if e.Escape != nil {
		if len([]rune(e.Escape.Value)) != 1 {
			return nil, errorf(e.Escape, "ESCAPE is '%s'; expected one character", e.Escape.Value).hint("e.g. LIKE '50!%%' ESCAPE '!'")
		}
		out.Text = e.Escape.Value
	}
	return out, nil
}

func (x *exprBinder) isNull(e *parser.IsNull) (*expr.Expr, error) {
	arg, err := x.bind(e.X)
	if err != nil {
		return nil, err
	}
	if isNull(arg) {
		arg = expr.Null(types.BooleanType)
	}
	return &expr.Expr{Op: expr.OpIsNull, Name: notName(e.Not), Type: types.BooleanType, Args: []*expr.Expr{arg}}, nil
}
