package exec

import (
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/planner/plan"
)

// exprs is the expressions of an operator. Operators that see the same batches,
// as a projection and the filters right below it do, have a group together:
// what several of their expressions have in common is computed once.
type exprs struct {
	env   *env
	group *expr.Group // nil: every expression is by itself.
	first bool        // The operator is the first of the group to see a batch.
}

// together makes the group of an operator that is alone in it.
func (e *env) together(list []*expr.Expr) exprs {
	return exprs{e, e.options().NewGroup(e.functions, list...), true}
}

// apart compiles every expression by itself.
func (e *env) apart() exprs { return exprs{env: e} }

func (x exprs) compile(e *expr.Expr) (*expr.Program, error) {
	if x.group == nil {
		return x.env.compile(e)
	}
	return x.group.Compile(e)
}

func (x exprs) compileAll(list []*expr.Expr) ([]*expr.Program, error) {
	out := make([]*expr.Program, len(list))
	for i, e := range list {
		var err error
		if out[i], err = x.compile(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// begin comes before the evaluation over a batch.
func (x exprs) begin() {
	if x.first {
		x.group.Begin()
	}
}

func (x exprs) release() {
	if x.first {
		x.group.Release()
	}
}

// exprsOf are the expressions of a projection or a filter. The upper operators
// are built first, so a group is made by its projection. plain says that filters
// just leave out rows, which those of table changes do not.
func (b *builder) exprsOf(n plan.Node, plain bool) exprs {
	if x, ok := b.exprs[n]; ok {
		return x
	}
	nodes := []plan.Node{n}
	var list []*expr.Expr
	if p, ok := n.(*plan.Project); ok {
		list = append(unnamed(p.Key), unnamed(p.Value)...)
		for f, ok := p.Input.(*plan.Filter); ok && plain; f, ok = f.Input.(*plan.Filter) {
			nodes = append(nodes, f)
			list = append(list, f.Predicate)
		}
	} else if f, ok := n.(*plan.Filter); ok {
		list = append(list, f.Predicate)
	}
	x := b.env.together(list)
	for i, node := range nodes {
		b.exprs[node] = exprs{b.env, x.group, i == len(nodes)-1}
	}
	return b.exprs[n]
}

func unnamed(list []plan.Named) []*expr.Expr {
	out := make([]*expr.Expr, len(list))
	for i, n := range list {
		out[i] = n.Expr
	}
	return out
}
