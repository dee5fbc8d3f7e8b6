package planner

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// checkReplaceSource holds that CREATE OR REPLACE only adds value columns at
// the end: rows that are written already must keep their meaning.
func checkReplaceSource(name *parser.Name, old, now *catalog.Source) error {
	refuse := func(what string) error {
		return errorf(name, "%s cannot be replaced: %s; it is (%s) and would be (%s)", name, what, old.Schema.String(), now.Schema.String()).
			hint("drop it and create it again")
	}
	if old.Relation != now.Relation {
		return refuse(fmt.Sprintf("it is a %s, not a %s", old.Relation, now.Relation))
	}
	if old.Topic != now.Topic {
		return refuse(fmt.Sprintf("its topic is %s, not %s", old.Topic, now.Topic))
	}
	if !sameFormat(old.KeyFormat, now.KeyFormat) || !sameFormat(old.ValueFormat, now.ValueFormat) {
		return refuse("its formats would change")
	}
	switch {
	case (old.Timestamp == nil) != (now.Timestamp == nil) || old.Timestamp != nil && *old.Timestamp != *now.Timestamp:
		return refuse("its TIMESTAMP column would change")
	case (old.Window == nil) != (now.Window == nil) || old.Window != nil && *old.Window != *now.Window:
		return refuse("its window would change")
	}
	return checkGrows(refuse, &old.Schema, &now.Schema)
}

// checkGrows holds that the columns of a schema stay and others follow them.
func checkGrows(refuse func(string) error, old, now *types.Schema) error {
	if len(old.Key) != len(now.Key) {
		return refuse("its key columns would change")
	}
	for i, c := range old.Key {
		if c.Name != now.Key[i].Name || !c.Type.Equal(now.Key[i].Type) {
			return refuse(fmt.Sprintf("key column %s would change", quote(c.Name)))
		}
	}
	for i, c := range old.Value {
		if i >= len(now.Value) || c.Name != now.Value[i].Name || !c.Type.Equal(now.Value[i].Type) {
			return refuse(fmt.Sprintf("column %s would be removed, moved or change its type", quote(c.Name)))
		}
	}
	return nil
}

// checkReplaceQuery holds that CREATE OR REPLACE ... AS leaves everything alone
// that the running query has kept: its key, its columns and its state.
func (b *binder) checkReplaceQuery(name *parser.Name, old, now *catalog.Source, p *plan.Query) error {
	refuse := func(what string) error {
		return errorf(name, "%s cannot be replaced: %s; it is (%s) and would be (%s)", name, what, old.Schema.String(), now.Schema.String()).
			hint("drop it and create it again")
	}
	running := b.cat.Query(old.QueryID)
	switch {
	case !old.Derived():
		return refuse("it was not made by CREATE ... AS SELECT")
	case running == nil:
		return refuse("its query was terminated")
	case len(b.cat.Writers(old.Name)) > 1:
		return refuse("more than one query writes into it")
	}
	if err := checkReplaceSource(name, old, now); err != nil {
		return err
	}
	return samePlan(refuse, running.Plan.Root, p.Root)
}

// samePlan holds that two plans keep the same state: they differ in filters and
// projections only.
func samePlan(refuse func(string) error, old, now plan.Node) error {
	a, b := stateful(old), stateful(now)
	if len(a) != len(b) {
		return refuse("its query would have other steps")
	}
	for i := range a {
		step, ok := sameStep(a[i], b[i])
		if !ok {
			return refuse(fmt.Sprintf("the step %s of its query cannot be changed", step))
		}
	}
	return nil
}

// stateful lists the nodes that keep or move rows.
func stateful(root plan.Node) []plan.Node {
	var out []plan.Node
	plan.Walk(root, func(n plan.Node) {
		switch n.(type) {
		case *plan.Filter, *plan.Project, *plan.Flatten:
		default:
			out = append(out, n)
		}
	})
	return out
}

// sameStep names a step and tells whether it may be replaced by the other.
func sameStep(a, b plan.Node) (string, bool) {
	switch a := a.(type) {
	case *plan.Source:
		b, ok := b.(*plan.Source)
		return "read " + a.Name, ok && a.Topic == b.Topic && a.Store == b.Store && (a.Store == "" || slices.Equal(a.Needed, b.Needed))
	case *plan.Aggregate:
		b, ok := b.(*plan.Aggregate)
		return "aggregate", ok && a.Window == nil && b.Window == nil && a.Input.Out().Relation == plan.Stream && reflect.DeepEqual(callsOf(a), callsOf(b))
	case *plan.Repartition:
		b, ok := b.(*plan.Repartition)
		return "repartition", ok && a.Out().Schema.String() == b.Out().Schema.String()
	case *plan.Sink:
		_, ok := b.(*plan.Sink)
		return "write " + a.Name, ok
	case *plan.Join:
		return "join", false
	}
	return "unknown", false
}

// callsOf describes what an aggregation keeps.
func callsOf(a *plan.Aggregate) []string {
	var out []string
	for _, c := range a.Calls {
		text := c.Name
		for _, e := range append(append([]*expr.Expr(nil), c.Args...), c.Literals...) {
			text += " " + e.Type.String() + " " + e.Text
		}
		out = append(out, text)
	}
	return out
}
