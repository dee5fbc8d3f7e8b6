package planner

import (
	"errors"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/types"
)

// exprBinder binds the expressions of one clause: names become columns of the
// current rows, calls get their overload, and every implicit cast is written out.
type exprBinder struct {
	*binder
	scope  *scope // nil where no column may be used.
	clause string // WHERE, SELECT ..., for messages.
	// aggs collects aggregate calls, tables calls of table functions; nil where
	// the clause has none.
	aggs   *aggregates
	tables *tableCalls
	// bounds is set where WINDOWSTART and WINDOWEND mean the window of the
	// aggregation.
	bounds bool

	params []lambdaParam
	inside []string // Names of the aggregates, table functions and CASEs around.
	// spans remembers where bound expressions stand in the text.
	spans map[*expr.Expr]parser.Span
}

func (b *binder) expressions(s *scope, clause string) *exprBinder {
	return &exprBinder{binder: b, scope: s, clause: clause, spans: map[*expr.Expr]parser.Span{}}
}

// text is the canonical SQL of an expression.
func (x *exprBinder) text(e parser.Expr) string { return parser.Print(e) }

// bind binds e; the result may be an untyped NULL.
func (x *exprBinder) bind(e parser.Expr) (*expr.Expr, error) {
	out, err := x.dispatch(e)
	if err != nil {
		return nil, err
	}
	if _, known := x.spans[out]; !known {
		x.spans[out] = e.Span()
	}
	if out.SQL == "" && out.Op != expr.OpColumn && out.Op != expr.OpConst && out.Op != expr.OpParam {
		out.SQL = x.text(e)
	}
	return out, nil
}

func (x *exprBinder) dispatch(e parser.Expr) (*expr.Expr, error) {
	switch e := e.(type) {
	case *parser.IntLit, *parser.DecimalLit, *parser.FloatLit, *parser.StringLit, *parser.BoolLit, *parser.NullLit, *parser.TypedLit:
		return literal(e)
	case *parser.Variable:
		return nil, errorf(e, "variable %s is not defined", e.Name).hint("DEFINE %s = '...'; sets it", e.Name)
	case *parser.Column:
		return x.column(e)
	case *parser.Call:
		return x.call(e)
	case *parser.Binary:
		return x.binary(e)
	case *parser.Unary:
		return x.unary(e)
	case *parser.Not:
		return x.not(e)
	case *parser.Logical:
		return x.logical(e)
	case *parser.Compare:
		return x.compare(e)
	case *parser.Between:
		return x.between(e)
	case *parser.In:
		return x.in(e)
	case *parser.Like:
		return x.like(e)
	case *parser.IsNull:
		return x.isNull(e)
	case *parser.Case:
		return x.caseExpr(e)
	case *parser.Cast:
		return x.cast(e)
	case *parser.Subscript:
		return x.subscript(e)
	case *parser.Field:
		return x.field(e)
	case *parser.ArrayLit:
		return x.array(e)
	case *parser.MapLit:
		return x.mapLit(e)
	case *parser.StructLit:
		return x.structLit(e)
	case *parser.AtTimeZone:
		return nil, errorf(e, "AT TIME ZONE is not supported").hint("use CONVERT_TZ(timestamp, 'UTC', zone)")
	case *parser.Lambda:
		return nil, errorf(e, "a lambda can only be the last argument of a function").hint("e.g. TRANSFORM(numbers, n => n + 1)")
	case *parser.TimeUnit:
		return nil, errorf(e, "the unit %s can only be an argument of a function", e.Unit).hint("e.g. TIMESTAMPADD(%s, 1, ts)", e.Unit)
	}
	return nil, errorf(e, "this expression is not supported")
}

// predicate binds an expression that must be BOOLEAN.
func (x *exprBinder) predicate(e parser.Expr) (*expr.Expr, error) {
	out, err := x.bind(e)
	if err != nil {
		return nil, err
	}
	return x.boolean(e, out, x.clause)
}

func (x *exprBinder) boolean(at parser.Node, e *expr.Expr, what string) (*expr.Expr, error) {
	if isNull(e) {
		return expr.Null(types.BooleanType), nil
	}
	if e.Type.Kind != types.Boolean {
		return nil, errorf(at, "%s needs a BOOLEAN, but this is %s", what, e.Type).
			hint("compare it with something, e.g. with IS NOT NULL")
	}
	return e, nil
}

// isNull tells whether e is an untyped NULL.
func isNull(e *expr.Expr) bool { return e.Type.Kind == types.Null }

// coerce gives e the type t: NULLs are typed, other expressions cast.
func coerce(e *expr.Expr, t *types.Type) *expr.Expr {
	if isNull(e) {
		return expr.Null(t)
	}
	return expr.Cast(e, t)
}

// positioned makes an *Error of err, about the node unless err says better.
func positioned(at parser.Node, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return errorf(at, "%s", err)
}

// same tells whether two bound expressions compute the same.
func same(a, b *expr.Expr) bool {
	if a.Op != b.Op || a.Name != b.Name || a.Index != b.Index || a.Text != b.Text || a.Null != b.Null ||
		len(a.Args) != len(b.Args) || len(a.Params) != len(b.Params) || !a.Type.Equal(b.Type) {
		return false
	}
	for i := range a.Params {
		if !a.Params[i].Equal(b.Params[i]) {
			return false
		}
	}
	for i := range a.Args {
		if !same(a.Args[i], b.Args[i]) {
			return false
		}
	}
	return true
}

// whereClause names the clause in which strings may be compared with ROWTIME.
const whereClause = "WHERE"
