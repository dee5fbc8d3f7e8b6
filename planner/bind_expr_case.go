package planner

import (
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/types"
)

// caseExpr binds a searched CASE. All branches have exactly one type; NULL
// literals take it.
func (x *exprBinder) caseExpr(e *parser.Case) (*expr.Expr, error) {
	if e.Operand != nil {
		return nil, errorf(e, "CASE with a value behind it is not supported").
			hint("write the comparisons out: CASE WHEN %s = ... THEN ...", x.text(e.Operand))
	}
	x.inside = append(x.inside, "CASE")
	defer func() { x.inside = x.inside[:len(x.inside)-1] }()

	out := &expr.Expr{Op: expr.OpCase}
	branches := make([]parser.Expr, 0, len(e.Whens)+1)
	for i := range e.Whens {
		w := &e.Whens[i]
		cond, err := x.bind(w.Cond)
		if err != nil {
			return nil, err
		}
		if cond, err = x.boolean(w.Cond, cond, "WHEN"); err != nil {
			return nil, err
		}
		result, err := x.bind(w.Result)
		if err != nil {
			return nil, err
		}
		out.Args = append(out.Args, cond, result)
		branches = append(branches, w.Result)
	}
	if e.Else != nil {
		result, err := x.bind(e.Else)
		if err != nil {
			return nil, err
		}
		out.Args = append(out.Args, result)
		branches = append(branches, e.Else)
	}
	return out, caseType(e, out, branches)
}

// caseType finds the type of a CASE and gives it to its NULL branches.
func caseType(e *parser.Case, out *expr.Expr, branches []parser.Expr) error {
	result := func(i int) **expr.Expr { return &out.Args[min(2*i+1, len(out.Args)-1)] }
	for i, at := range branches {
		r := *result(i)
		switch {
		case isNull(r):
		case out.Type == nil:
			out.Type = r.Type
		case !out.Type.Equal(r.Type):
			kind := "THEN"
			if i == len(e.Whens) {
				kind = "ELSE"
			}
			return errorf(at, "this %s is %s, but the branches before it are %s", kind, r.Type, out.Type).
				hint("all branches of a CASE must have the same type; use CAST")
		}
	}
	if out.Type == nil {
		return errorf(e, "all branches of the CASE are NULL, so it has no type").hint("give one of them a type, e.g. CAST(NULL AS STRING)")
	}
	for i := range branches {
		r := result(i)
		*r = coerce(*r, out.Type)
	}
	return nil
}

func (x *exprBinder) not(e *parser.Not) (*expr.Expr, error) {
	arg, err := x.bind(e.X)
	if err != nil {
		return nil, err
	}
	if arg, err = x.boolean(e.X, arg, "NOT"); err != nil {
		return nil, err
	}
	return &expr.Expr{Op: expr.OpNot, Type: types.BooleanType, Args: []*expr.Expr{arg}}, nil
}

func (x *exprBinder) logical(e *parser.Logical) (*expr.Expr, error) {
	l, err := x.bind(e.Left)
	if err != nil {
		return nil, err
	}
	r, err := x.bind(e.Right)
	if err != nil {
		return nil, err
	}
	if l, err = x.boolean(e.Left, l, e.Op.String()); err != nil {
		return nil, err
	}
	if r, err = x.boolean(e.Right, r, e.Op.String()); err != nil {
		return nil, err
	}
	op := expr.OpAnd
	if e.Op == parser.OpOr {
		op = expr.OpOr
	}
	return &expr.Expr{Op: op, Type: types.BooleanType, Args: []*expr.Expr{l, r}}, nil
}
