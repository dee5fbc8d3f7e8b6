package planner

import (
	"errors"
	"fmt"
	"strings"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// grouped tells whether the query aggregates: it has GROUP BY, or an aggregate
// function in its SELECT list.
func (q *query) grouped() bool {
	if q.pull {
		return false
	}
	if q.sel.GroupBy != nil {
		return true
	}
	found := false
	for _, i := range q.sel.Items {
		parser.Walk(i, func(n parser.Node) bool {
			if c, ok := n.(*parser.Call); ok && q.functions.Kind(c.Name.Text) == function.AggregateKind {
				found = true
			}
			return !found
		})
	}
	return found
}

// checkClauses refuses clauses that need others.
func (q *query) checkClauses() error {
	table := q.relation() == plan.Table
	switch {
	case q.sel.Window != nil && q.sel.GroupBy == nil:
		return errorf(q.sel.Window, "WINDOW needs GROUP BY").hint("windows divide the rows of a group; add GROUP BY and an aggregate function")
	case q.sel.Window != nil && table:
		return errorf(q.sel.Window, "WINDOW applies to a STREAM, and %s is a TABLE", quote(q.first.Name)).
			hint("the rows of a table have no place in time; leave WINDOW out")
	case q.sel.Emit == parser.EmitFinal && (q.sel.Window == nil || q.sel.GroupBy == nil):
		return errorAt(q.sel.EmitAt, "EMIT FINAL needs WINDOW and GROUP BY").hint("only a window has a final result; use EMIT CHANGES")
	case q.sel.Emit == parser.EmitFinal && !q.binder.session.enabled(propFinal):
		return errorAt(q.sel.EmitAt, "EMIT FINAL is disabled").hint("SET '%s'='true', or use EMIT CHANGES", propFinal)
	case q.grouped():
		for _, r := range q.scope.relations {
			if err := checkKafkaValues(q.sel.Items[0], r.src, "aggregated"); err != nil {
				return err
			}
		}
	}
	return nil
}

// bindAggregation groups the rows, aggregates, filters the groups by HAVING and
// computes the selected columns over the aggregates.
func (q *query) bindAggregation() error {
	groups, err := q.bindGroups()
	if err != nil {
		return err
	}
	having, err := q.bindHaving()
	if err != nil {
		return err
	}
	if err := q.checkAggregates(); err != nil {
		return err
	}
	// Keys of windowed topics are partitioned with their windows.
	rekey := !q.isKey(groups) || q.node.Out().Window != nil
	agg := &plan.Aggregate{Final: q.sel.Emit == parser.EmitFinal, Store: "Aggregate"}
	agg.Input = q.groupInput(groups, rekey, agg)
	if agg.Window, err = bindWindow(q.sel.Window, agg.Final); err != nil {
		return err
	}
	q.node = agg
	over := &overGroups{groups: groups, windowed: agg.Window != nil}
	if having != nil {
		if having, err = over.rewrite(having); err != nil {
			return errorAt(q.spanOf(err, q.sel.Having), "HAVING uses a column that is not in GROUP BY and not aggregated").
				hint("use WHERE to filter rows before they are grouped")
		}
		q.node = &plan.Filter{Input: q.node, Predicate: having}
	}
	if err := q.overGroups(over); err != nil {
		return err
	}
	q.keys, q.scope = over.keys(), &scope{}
	return q.project(false)
}

// bindGroups binds the grouping expressions. Without GROUP BY all rows are in
// one group, under a key of one byte.
func (q *query) bindGroups() ([]rowKey, error) {
	clause := q.sel.GroupBy
	if clause == nil {
		return []rowKey{{read: expr.Const("AQ==", types.BytesType), what: "group"}}, nil
	}
	if len(clause.Exprs) == 0 {
		return nil, errorf(clause, "GROUP BY needs an expression").hint("leave GROUP BY out to aggregate all rows into one")
	}
	x := q.expressions(q.scope, "GROUP BY")
	var groups []rowKey
	for _, e := range clause.Exprs {
		bound, err := x.bind(e)
		if err != nil {
			return nil, err
		}
		if isNull(bound) {
			return nil, errorf(e, "GROUP BY NULL makes no group: rows with a NULL group are left out").hint("leave GROUP BY out to aggregate all rows into one")
		}
		if err := checkNewKey(e, bound, "GROUP BY"); err != nil {
			return nil, err
		}
		for _, g := range groups {
			if same(g.read, bound) {
				return nil, errorf(e, "GROUP BY has the same expression twice: %s", x.text(e)).hint("leave one of them out")
			}
		}
		groups = append(groups, rowKey{read: bound, means: []meaning{{bound, x.text(e)}}, what: "grouping expression"})
	}
	return groups, nil
}

func (q *query) bindHaving() (*expr.Expr, error) {
	if q.sel.Having == nil {
		return nil, nil
	}
	x := q.expressions(q.scope, "HAVING")
	x.spans = q.spans
	x.aggs = q.aggs
	return x.predicate(q.sel.Having)
}

// checkAggregates holds that there are aggregates, and that they can take rows
// back where the source is a table.
func (q *query) checkAggregates() error {
	if len(q.aggs.calls) == 0 {
		return errorf(q.sel.GroupBy, "GROUP BY needs an aggregate function in SELECT or HAVING").hint("add one, e.g. COUNT(*), or leave GROUP BY out")
	}
	if err := q.checkAggregateState(); err != nil || q.relation() != plan.Table {
		return err
	}
	var refused []string
	at := parser.Span{}
	for _, c := range q.aggs.calls {
		if !c.use.Overload.TableOK {
			if len(refused) == 0 {
				at = c.at
			}
			refused = append(refused, c.use.Func.Name)
		}
	}
	if len(refused) > 0 {
		return errorAt(at, fmt.Sprintf("%s cannot aggregate the TABLE %s: the rows of a table change, and the old ones cannot be taken out again",
			strings.Join(refused, ", "), quote(q.first.Name))).hint("aggregate a STREAM, or use a function such as COUNT, SUM or COLLECT_LIST")
	}
	return nil
}

// checkAggregateState refuses aggregates that the dialect cannot keep, because
// it keeps them in the value format of the source.
func (q *query) checkAggregateState() error {
	if !q.persistent() || q.first.ValueFormat.Name != "DELIMITED" {
		return nil
	}
	for _, c := range q.aggs.calls {
		if c.use.Overload.NestedState {
			return errorAt(c.at, fmt.Sprintf("%s cannot aggregate %s: its values have the format DELIMITED, which cannot hold what the function keeps",
				c.use.Func.Name, quote(q.first.Name))).hint("copy the rows to a stream of another format first: CREATE STREAM s WITH (VALUE_FORMAT='JSON') AS SELECT ...")
		}
	}
	return nil
}

// groupInput makes the rows that the aggregation reads: keyed by the grouping
// expressions, with the arguments of the aggregates as values, and moved to the
// task of their group.
func (q *query) groupInput(groups []rowKey, rekey bool, agg *plan.Aggregate) plan.Node {
	p := &plan.Project{Input: q.node, Rekey: rekey}
	for i, g := range groups {
		name := fmt.Sprintf("KSQL_GROUP_%d", i)
		if g.read.Op == expr.OpColumn {
			name = q.node.Out().Schema.Columns()[g.read.Index].Name
		}
		p.Key = append(p.Key, plan.Named{Name: name, Expr: g.read})
	}
	if !rekey {
		for i := range p.Key {
			p.Key[i].Expr = q.keys[i].read
		}
	}
	for i, c := range q.aggs.calls {
		call := plan.AggCall{Name: c.use.Func.Name, Literals: c.literals,
			Column: types.Column{Name: fmt.Sprintf("KSQL_AGG_%d", i), Type: c.use.Return}}
		for _, a := range c.args {
			call.Args = append(call.Args, argumentColumn(p, a))
		}
		agg.Calls = append(agg.Calls, call)
	}
	if !rekey || !q.persistent() {
		return p
	}
	return &plan.Repartition{Input: p, Name: "Aggregate-GroupBy-repartition", KeyFormat: q.groupFormat(p).Inherited(), ValueFormat: internalValues, DropNullKeys: q.sel.GroupBy != nil}
}

// argumentColumn makes e a value of the projection, once, and reads it.
func argumentColumn(p *plan.Project, e *expr.Expr) *expr.Expr {
	for i, v := range p.Value {
		if same(v.Expr, e) {
			return expr.Column(len(p.Key)+i, e.Type)
		}
	}
	p.Value = append(p.Value, plan.Named{Name: fmt.Sprintf("KSQL_ARG_%d", len(p.Value)), Expr: e})
	return expr.Column(len(p.Key)+len(p.Value)-1, e.Type)
}

// groupFormat is the format of keys on their way to the groups: the source's,
// or JSON where that cannot carry them.
func (q *query) groupFormat(p *plan.Project) plan.Format {
	f := q.first.KeyFormat
	if f.Name == "NONE" {
		f = plan.Format{Name: q.session.keyFormat()}
	}
	if !carries(f, p.Out().Key, true) {
		return plan.Format{Name: "JSON"}
	}
	return f
}

// overGroups rewrites expressions over the rows before an aggregation to those
// after it.
type overGroups struct {
	groups   []rowKey
	windowed bool
}

// keys are the key columns of the groups.
func (o *overGroups) keys() []rowKey {
	out := make([]rowKey, len(o.groups))
	for i, g := range o.groups {
		read := expr.Column(i, g.read.Type)
		out[i] = rowKey{read: read, equal: []*expr.Expr{read}, what: g.what}
		for _, m := range g.means {
			out[i].means = append(out[i].means, meaning{read, m.text})
		}
	}
	return out
}

// notGrouped is the error for an expression that reads a row, which is gone
// after the aggregation.
type notGrouped struct{ *expr.Expr }

func (notGrouped) Error() string { return "not in GROUP BY and not aggregated" }

// spanOf is where the expression of a notGrouped error stands, or else the node.
func (q *query) spanOf(err error, otherwise parser.Node) parser.Span {
	var n notGrouped
	if errors.As(err, &n) {
		if at, known := q.spans[n.Expr]; known {
			return at
		}
	}
	return otherwise.Span()
}

// rewrite replaces grouping expressions by key columns and aggregate calls by
// the columns of their results. Anything else that reads a row is refused.
func (o *overGroups) rewrite(e *expr.Expr) (*expr.Expr, error) {
	for i, g := range o.groups {
		if same(g.read, e) {
			return expr.Column(i, e.Type), nil
		}
	}
	switch e.Op {
	case opAggregate:
		return expr.Column(len(o.groups)+e.Index, e.Type), nil
	case expr.OpColumn:
		return nil, notGrouped{e}
	case expr.OpPseudo:
		if o.windowed && (e.Name == "WINDOWSTART" || e.Name == "WINDOWEND") {
			return e, nil
		}
		return nil, notGrouped{e}
	}
	if len(e.Args) == 0 {
		return e, nil
	}
	out := *e
	out.Args = make([]*expr.Expr, len(e.Args))
	for i, a := range e.Args {
		var err error
		if out.Args[i], err = o.rewrite(a); err != nil {
			return nil, err
		}
	}
	return &out, nil
}

// overGroups rewrites the items.
func (q *query) overGroups(o *overGroups) error {
	var texts []string
	var at parser.Span
	for _, i := range q.items {
		e, err := o.rewrite(i.expr)
		if err == nil {
			i.expr = e
			continue
		}
		if len(texts) == 0 {
			at = q.spanOf(err, i.at)
		}
		texts = append(texts, i.text)
	}
	if len(texts) == 0 {
		return nil
	}
	err := errorAt(at, "not in GROUP BY and not aggregated: "+strings.Join(texts, ", "))
	if q.sel.GroupBy == nil {
		return err.hint("add GROUP BY %s, or use an aggregate function such as LATEST_BY_OFFSET(%s)", strings.Join(texts, ", "), texts[0])
	}
	return err.hint("add it to GROUP BY, or use an aggregate function such as LATEST_BY_OFFSET(%s)", texts[0])
}
