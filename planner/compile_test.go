package planner

import (
	"fmt"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/planner/plan"
)

// compileAll compiles every expression of a plan: what the binder wrote must be
// what the compiler takes.
func compileAll(root plan.Node, functions *function.Registry) error {
	var failed error
	compile := func(list ...*expr.Expr) {
		for _, e := range list {
			if e == nil || failed != nil {
				continue
			}
			if p, err := expr.Compile(e, functions); err != nil {
				failed = fmt.Errorf("%s does not compile: %w", e.SQL, err)
			} else if !p.Type().Equal(e.Type) {
				failed = fmt.Errorf("%s is compiled to %s, but bound to %s", e.SQL, p.Type(), e.Type)
			}
		}
	}
	named := func(list []plan.Named) {
		for _, n := range list {
			compile(n.Expr)
		}
	}
	plan.Walk(root, func(n plan.Node) {
		switch n := n.(type) {
		case *plan.Filter:
			compile(n.Predicate)
		case *plan.Project:
			named(n.Key)
			named(n.Value)
		case *plan.Flatten:
			for _, c := range n.Calls {
				compile(c.Expr.Args...)
			}
		case *plan.Aggregate:
			for _, c := range n.Calls {
				compile(c.Args...)
				compile(c.Literals...)
			}
		case *plan.Join:
			compile(n.ForeignKey)
		}
	})
	return failed
}
