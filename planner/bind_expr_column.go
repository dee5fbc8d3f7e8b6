package planner

import (
	"fmt"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/types"
)

// lambdaParam is a parameter of a lambda around the expression.
type lambdaParam struct {
	name string
	typ  *types.Type
}

// column binds a name: a parameter of a lambda around, the bounds of the
// aggregation's window, or a column of a source.
func (x *exprBinder) column(c *parser.Column) (*expr.Expr, error) {
	name := c.Name.Text
	if c.Qualifier == nil {
		for i := len(x.params) - 1; i >= 0; i-- {
			if x.params[i].name == name {
				return &expr.Expr{Op: expr.OpParam, Type: x.params[i].typ, Name: name, Index: i}, nil
			}
		}
	}
	if x.scope == nil {
		return nil, errorf(c, "column %s cannot be used in %s", &c.Name, x.clause).hint("only constant expressions can; strings are written in single quotes")
	}
	if (name == "WINDOWSTART" || name == "WINDOWEND") && c.Qualifier == nil {
		if x.bounds && !x.inAggregate() {
			return pseudoExpr(name), nil
		}
		if x.scope.count(name) == 0 {
			return nil, errorf(c, "%s cannot be used %s", name, x.where()).
				hint("the bounds of a window belong into the SELECT clause of an aggregation with WINDOW, outside of aggregate functions; other queries have them when their source is windowed")
		}
	}
	col, _, err := x.scope.lookup(c)
	if err != nil {
		return nil, err
	}
	out := *col.expr
	return &out, nil
}

// where says in which clause, or in which call, the binder is.
func (x *exprBinder) where() string {
	if n := len(x.inside); n > 0 {
		return "inside " + x.inside[n-1]
	}
	return fmt.Sprintf("in %s", x.clause)
}
