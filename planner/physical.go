package planner

import (
	"maps"
	"slices"
	"strings"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/planner/plan"
)

// physical makes a bound plan ready to run: columns that nobody reads are cut
// off, so that sources decode and internal topics carry only what is needed,
// and the tables whose old rows somebody needs get a store.
func physical(root plan.Node) plan.Node {
	all := map[int]bool{}
	for i := range root.Out().Schema.Columns() {
		all[i] = true
	}
	root, _ = prune(root, all)
	nameStores(root)
	return root
}

// columnMap tells where the columns of a node's rows went when it was pruned.
type columnMap map[int]int

func (m columnMap) expr(e *expr.Expr) *expr.Expr {
	if e == nil {
		return nil
	}
	out := *e
	if e.Op == expr.OpColumn {
		out.Index = m[e.Index]
	}
	if len(e.Args) > 0 {
		out.Args = m.exprs(e.Args)
	}
	return &out
}

func (m columnMap) exprs(list []*expr.Expr) []*expr.Expr {
	out := make([]*expr.Expr, len(list))
	for i, e := range list {
		out[i] = m.expr(e)
	}
	return out
}

func (m columnMap) named(list []plan.Named) []plan.Named {
	out := make([]plan.Named, len(list))
	for i, n := range list {
		out[i] = plan.Named{Name: n.Name, Expr: m.expr(n.Expr)}
	}
	return out
}

// identity maps n columns to themselves.
func identity(n int) columnMap {
	m := columnMap{}
	for i := range n {
		m[i] = i
	}
	return m
}

// prune cuts off what is not in need, a set of columns of n's rows, and returns
// the new node and where the columns went. Key columns always stay.
func prune(n plan.Node, need map[int]bool) (plan.Node, columnMap) {
	switch n := n.(type) {
	case *plan.Source:
		return pruneSource(n, need)
	case *plan.Filter:
		need = maps.Clone(need)
		n.Predicate.Columns(need)
		in, m := prune(n.Input, need)
		return &plan.Filter{Input: in, Predicate: m.expr(n.Predicate)}, m
	case *plan.Project:
		return pruneProject(n, need)
	case *plan.Flatten:
		return pruneFlatten(n, need)
	case *plan.Repartition:
		in, m := prune(n.Input, need)
		out := *n
		out.Input = in
		return &out, m
	case *plan.Aggregate:
		return pruneAggregate(n)
	case *plan.Join:
		return pruneJoin(n, need)
	case *plan.Sink:
		in, m := prune(n.Input, need)
		out := *n
		out.Input = in
		return &out, m
	}
	return n, identity(len(n.Out().Schema.Columns()))
}

// pruneSource notes the columns that are needed; the others are there as NULL.
// Tables need their key to tell rows apart.
func pruneSource(n *plan.Source, need map[int]bool) (plan.Node, columnMap) {
	columns := n.Schema.Schema.Columns()
	need = maps.Clone(need)
	if n.Schema.Relation == plan.Table {
		for i := range n.Schema.Key {
			need[i] = true
		}
	}
	if n.Timestamp != nil {
		need[n.Schema.Find(n.Timestamp.Column)] = true
	}
	if len(need) < len(columns) {
		n.Needed = slices.Sorted(maps.Keys(need))
	}
	return n, identity(len(columns))
}

func pruneProject(n *plan.Project, need map[int]bool) (plan.Node, columnMap) {
	below := map[int]bool{}
	for _, k := range n.Key {
		k.Expr.Columns(below)
	}
	out := &plan.Project{Rekey: n.Rekey}
	m := identity(len(n.Key))
	var kept []plan.Named
	for i, v := range n.Value {
		if need[len(n.Key)+i] {
			m[len(n.Key)+i] = len(n.Key) + len(kept)
			kept = append(kept, v)
			v.Expr.Columns(below)
		}
	}
	in, moved := prune(n.Input, below)
	out.Input, out.Key, out.Value = in, moved.named(n.Key), moved.named(kept)
	return out, m
}

func pruneFlatten(n *plan.Flatten, need map[int]bool) (plan.Node, columnMap) {
	base := len(n.Input.Out().Schema.Columns())
	below := map[int]bool{}
	for i := range need {
		if i < base {
			below[i] = true
		}
	}
	for _, c := range n.Calls {
		c.Expr.Columns(below)
	}
	in, m := prune(n.Input, below)
	out := &plan.Flatten{Input: in, Calls: m.named(n.Calls)}
	m = maps.Clone(m)
	newBase := len(in.Out().Schema.Columns())
	for i := range n.Calls {
		m[base+i] = newBase + i
	}
	return out, m
}

func pruneAggregate(n *plan.Aggregate) (plan.Node, columnMap) {
	below := map[int]bool{}
	for _, c := range n.Calls {
		for _, a := range c.Args {
			a.Columns(below)
		}
	}
	in, m := prune(n.Input, below)
	out := *n
	out.Input = in
	out.Calls = slices.Clone(n.Calls)
	for i := range out.Calls {
		out.Calls[i].Args = m.exprs(out.Calls[i].Args)
	}
	return &out, identity(len(n.Out().Schema.Columns()))
}

func pruneJoin(n *plan.Join, need map[int]bool) (plan.Node, columnMap) {
	left, right := n.Left.Out(), n.Right.Out()
	keys, leftKeys, rightKeys := len(n.Key), len(left.Key), len(right.Key)
	leftNeed, rightNeed := map[int]bool{}, map[int]bool{}
	for i := range need {
		switch v := i - keys; {
		case v < 0:
		case v < len(left.Value):
			leftNeed[leftKeys+v] = true
		default:
			rightNeed[rightKeys+v-len(left.Value)] = true
		}
	}
	if n.ForeignKey != nil {
		n.ForeignKey.Columns(leftNeed)
	}
	out := *n
	var lm, rm columnMap
	out.Left, lm = prune(n.Left, leftNeed)
	out.Right, rm = prune(n.Right, rightNeed)
	out.ForeignKey = lm.expr(n.ForeignKey)
	m := identity(keys)
	kept := len(out.Left.Out().Value)
	for i := range left.Value {
		if to, ok := lm[leftKeys+i]; ok {
			m[keys+i] = keys + to - leftKeys
		}
	}
	for i := range right.Value {
		if to, ok := rm[rightKeys+i]; ok {
			m[keys+len(left.Value)+i] = keys + kept + to - rightKeys
		}
	}
	return &out, m
}

// nameStores names the stores of tables whose old or current rows somebody
// needs: operators that must know what a row was, and pull queries. Joins keep
// the columns they need themselves.
func nameStores(root plan.Node) {
	sink, persistent := root.(*plan.Sink)
	if persistent && root.Out().Relation == plan.Table {
		_, copies := keeper(sink.Input).(*plan.Source)
		if keeper(sink.Input) == nil || copies && strings.HasPrefix(sink.ValueFormat.Name, "PROTOBUF") {
			// PROTOBUF may change what it writes, so the source's rows are not the sink's.
			sink.Store = "Result"
		}
	}
	name := func(s *plan.Source) {
		if s.Schema.Relation == plan.Table && s.Store == "" {
			s.Store = sourceStore(s)
		}
	}
	plan.Walk(root, func(n plan.Node) {
		switch n.(type) {
		case *plan.Source, *plan.Project, *plan.Join:
			return
		case *plan.Sink:
			if n.Out().Relation != plan.Table {
				return
			}
		}
		for _, in := range n.Inputs() {
			for {
				if p, ok := in.(*plan.Project); ok {
					in = p.Input
					continue
				}
				break
			}
			if s, ok := in.(*plan.Source); ok {
				name(s)
			}
		}
	})
}

// sourceStore names the store of a table that is read. No other store of a
// query has a name that begins so.
func sourceStore(s *plan.Source) string { return "Source-" + s.Name }

// keeper is the node below a chain of filters and projections that keeps the
// rows of a table, so that they can be looked up; nil when there is none.
func keeper(n plan.Node) plan.Node {
	switch n := n.(type) {
	case *plan.Filter:
		return keeper(n.Input)
	case *plan.Project:
		if n.Rekey {
			return nil
		}
		return keeper(n.Input)
	case *plan.Aggregate, *plan.Source:
		return n
	}
	return nil
}
