package planner

import (
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/types"
)

func (x *exprBinder) call(e *parser.Call) (*expr.Expr, error) {
	switch x.functions.Kind(e.Name.Text) {
	case function.ScalarKind:
		if e.Star {
			return nil, errorf(e, "%s(*) is not possible: only aggregate functions take *", &e.Name).hint("name the columns it is to work on")
		}
		return x.scalarCall(e)
	case function.AggregateKind:
		return x.aggregateCall(e)
	case function.TableKind:
		return x.tableCall(e)
	}
	return nil, errorf(&e.Name, "there is no function named %s", &e.Name).
		hint("%s", functionHint(e.Name.Text, x.functions.Names()))
}

func (x *exprBinder) scalarCall(e *parser.Call) (*expr.Expr, error) {
	args, bound, err := x.arguments(e)
	if err != nil {
		return nil, err
	}
	call, err := x.functions.ResolveScalar(e.Name.Text, args)
	if err != nil {
		return nil, positioned(&e.Name, err)
	}
	finishArguments(bound, &call.Resolved)
	return &expr.Expr{Op: expr.OpCall, Name: call.Func.Name, Type: call.Return, Args: bound}, nil
}

// finishArguments casts the arguments as the overload wants them. Lambdas were
// bound by the resolver and get their type here.
func finishArguments(bound []*expr.Expr, r *function.Resolved) {
	for i, a := range bound {
		switch {
		case a.Op == expr.OpUnit:
		case a.Op == expr.OpLambda:
			a.Args[0] = coerce(a.Args[0], r.Args[i])
			a.Type, a.Params = r.Args[i], r.Lambdas[i]
		default:
			bound[i] = coerce(a, r.Args[i])
		}
	}
}

// arguments binds the arguments of a call as far as they do not depend on the
// overload. A lambda's expression is filled in when the resolver binds it.
func (x *exprBinder) arguments(e *parser.Call) ([]function.Arg, []*expr.Expr, error) {
	args, bound := make([]function.Arg, len(e.Args)), make([]*expr.Expr, len(e.Args))
	for i, a := range e.Args {
		if unit, ok := x.unitArgument(a); ok {
			args[i], bound[i] = function.Arg{Unit: true}, &expr.Expr{Op: expr.OpUnit, Type: types.NullType, Name: unit}
			continue
		}
		if l, ok := a.(*parser.Lambda); ok {
			args[i], bound[i] = x.lambda(l)
			continue
		}
		arg, err := x.bind(a)
		if err != nil {
			return nil, nil, err
		}
		bound[i] = arg
		args[i] = function.Arg{Type: arg.Type, Literal: isLiteral(a), SQL: x.text(a)}
	}
	return args, bound, nil
}

// argumentsWithin binds the arguments of an aggregate or a table function, which may
// not contain another one.
func (x *exprBinder) argumentsWithin(name string, e *parser.Call) ([]function.Arg, []*expr.Expr, error) {
	x.inside = append(x.inside, name)
	defer func() { x.inside = x.inside[:len(x.inside)-1] }()
	return x.arguments(e)
}

// unitArgument recognises a time unit. The singular ones are no reserved words,
// so they look like columns; a column of the name comes first.
func (x *exprBinder) unitArgument(a parser.Expr) (string, bool) {
	switch a := a.(type) {
	case *parser.TimeUnit:
		return a.Unit.String(), true
	case *parser.Column:
		if a.Qualifier != nil || a.Name.Quoted || x.scope != nil && x.scope.count(a.Name.Text) > 0 {
			return "", false
		}
		switch a.Name.Text {
		case "SECOND", "MINUTE", "HOUR", "DAY":
			return a.Name.Text + "S", true
		}
	}
	return "", false
}

// isLiteral tells whether e is a literal, with a sign at most.
func isLiteral(e parser.Expr) bool {
	switch e := e.(type) {
	case *parser.IntLit, *parser.DecimalLit, *parser.FloatLit, *parser.StringLit, *parser.BoolLit, *parser.NullLit:
		return true
	case *parser.Unary:
		return isLiteral(e.X)
	}
	return false
}

// lambda makes the argument for a lambda: its body is bound when the resolver
// knows the types of its parameters.
func (x *exprBinder) lambda(l *parser.Lambda) (function.Arg, *expr.Expr) {
	out := &expr.Expr{Op: expr.OpLambda, Index: len(x.params), SQL: x.text(l)}
	bind := func(in []*types.Type) (*types.Type, error) {
		outer := len(x.params)
		defer func() { x.params = x.params[:outer] }()
		for i := range l.Params {
			if err := x.checkParam(&l.Params[i]); err != nil {
				return nil, err
			}
			x.params = append(x.params, lambdaParam{l.Params[i].Text, in[i]})
		}
		body, err := x.bind(l.Body)
		if err != nil {
			return nil, err
		}
		out.Args = []*expr.Expr{body}
		return body.Type, nil
	}
	return function.Arg{Params: len(l.Params), Bind: bind}, out
}

func (x *exprBinder) checkParam(name *parser.Name) error {
	for _, p := range x.params {
		if p.name == name.Text {
			return errorf(name, "the lambda parameter %s has the name of another one around it", name).hint("choose another name")
		}
	}
	if x.scope != nil && x.scope.count(name.Text) > 0 {
		return errorf(name, "the lambda parameter %s has the name of a column", name).hint("choose another name")
	}
	return nil
}
