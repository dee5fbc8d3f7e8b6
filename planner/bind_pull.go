package planner

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
)

// pull plans a SELECT without EMIT: rows of a table as they are now, or those of
// a stream from its start to its end.
func (b *binder) pull(sel *parser.Select) (Planned, error) {
	if !b.session.enabled(propPull) {
		return nil, errorf(sel, "pull queries are disabled").hint("SET '%s'='true', or add EMIT CHANGES for a push query", propPull)
	}
	if err := b.checkPull(sel); err != nil {
		return nil, err
	}
	from := sel.From.(*parser.AliasedSource)
	src, err := b.source(&from.Name)
	if err != nil {
		return nil, err
	}
	if src.Relation == plan.Stream {
		return b.pullStream(sel)
	}
	return b.pullTable(sel, from, src)
}

// checkPull refuses the clauses that only push queries have.
func (b *binder) checkPull(sel *parser.Select) error {
	refuse := func(at parser.Node, clause string) error {
		return errorf(at, "a pull query cannot have %s", clause).
			hint("a SELECT without EMIT reads what is there now; add EMIT CHANGES for a push query")
	}
	join, isJoin := sel.From.(*parser.Join)
	switch {
	case isJoin:
		return refuse(join, "JOIN")
	case sel.Window != nil:
		return refuse(sel.Window, "WINDOW")
	case sel.GroupBy != nil:
		return refuse(sel.GroupBy, "GROUP BY")
	case sel.PartitionBy != nil:
		return refuse(sel.PartitionBy, "PARTITION BY")
	case sel.Having != nil:
		return refuse(sel.Having, "HAVING")
	case sel.Limit != nil && !b.session.enabled(propPullLimit):
		return errorf(sel.Limit, "LIMIT in pull queries is disabled").hint("SET '%s'='true', or leave it out", propPullLimit)
	}
	var found *Error
	parser.Walk(sel, func(n parser.Node) bool {
		switch n := n.(type) {
		case *parser.Column:
			if n.Name.Text == "ROWPARTITION" || n.Name.Text == "ROWOFFSET" {
				found = cmp.Or(found, errorf(n, "a pull query cannot use %s", &n.Name).hint("add EMIT CHANGES for a push query"))
			}
		case *parser.Call:
			found = cmp.Or(found, b.checkPullCall(n))
		}
		return found == nil
	})
	if found == nil {
		return nil
	}
	return found
}

// checkPullCall refuses functions that make other rows than there are.
func (b *binder) checkPullCall(c *parser.Call) *Error {
	switch b.functions.Kind(c.Name.Text) {
	case function.AggregateKind:
		return errorf(c, "the aggregate function %s cannot be used in a pull query", c.Name.Text).
			hint("keep the result in a table and look it up: CREATE TABLE ... AS SELECT; or add EMIT CHANGES for a push query")
	case function.TableKind:
		return errorf(c, "the table function %s cannot be used in a pull query", c.Name.Text).
			hint("add EMIT CHANGES for a push query, or write the rows into a stream: CREATE STREAM ... AS SELECT")
	}
	return nil
}

// pullStream reads a stream from the oldest record to the newest.
func (b *binder) pullStream(sel *parser.Select) (Planned, error) {
	if !b.session.enabled(propPullStream) {
		return nil, errorf(sel.From, "pull queries over streams are disabled").hint("SET '%s'='true', or add EMIT CHANGES for a push query", propPullStream)
	}
	p, err := b.push(sel)
	if err != nil {
		return nil, err
	}
	p.Bounded, p.Query.FromEarliest = true, true
	return p, nil
}

// pullTable looks rows up in the store of the query that keeps the table, and
// runs them through what that query has above the store.
func (b *binder) pullTable(sel *parser.Select, from *parser.AliasedSource, src *catalog.Source) (Planned, error) {
	keeps := b.cat.Query(src.QueryID)
	if keeps == nil {
		return nil, errorf(&from.Name, "the TABLE %s is not kept by any query, so it cannot be looked up", &from.Name).
			hint("derive one that is: CREATE TABLE QUERYABLE_%s AS SELECT * FROM %s; or CREATE SOURCE TABLE", src.Name, &from.Name)
	}
	node, store, err := storedRows(keeps, src)
	if err != nil {
		return nil, errorf(&from.Name, "%s", err)
	}
	rel := sourceRelation(from.RefName().Text, src)
	// What a store keeps is the key, the headers and the value, whatever the order
	// in which they were declared.
	slices.SortStableFunc(rel.columns, func(a, b column) int { return pullPlace(a) - pullPlace(b) })
	q := &query{binder: b, sel: sel, node: node, scope: &scope{relations: []*relation{rel}}, first: src, pull: true}
	for i := range src.Schema.Key {
		q.keys = append(q.keys, rowKey{read: rel.columns[i].expr, means: []meaning{{rel.columns[i].expr, quote(rel.columns[i].name)}}, what: "key column"})
	}
	p := &plan.Pull{SQL: parser.Print(sel), QueryID: keeps.ID, Store: store}
	for _, stage := range []func() error{q.bindWhere, func() error { return q.bindLookup(p) }, q.bindItems, q.bindProjection} {
		if err := stage(); err != nil {
			return nil, err
		}
	}
	if p.Limit, err = bindLimit(sel); err != nil {
		return nil, err
	}
	p.Root = q.node
	return &Pull{Pull: p, Outputs: q.outputs}, nil
}

func pullPlace(c column) int {
	switch {
	case c.key:
		return 0
	case c.expr.Op == expr.OpPseudo:
		return 1
	case c.mark != "":
		return 2
	}
	return 3
}

// storedRows is the chain of nodes from the store of a query to its result.
func storedRows(q *catalog.Query, src *catalog.Source) (node plan.Node, store string, err error) {
	if s, ok := q.Plan.Root.(*plan.Source); ok {
		return &plan.Stored{Schema: s.Schema}, s.Store, nil
	}
	sink := q.Plan.Root.(*plan.Sink)
	if sink.Store != "" {
		return &plan.Stored{Schema: src.PlanSchema()}, sink.Store, nil
	}
	switch k := keeper(sink.Input).(type) {
	case *plan.Aggregate:
		store = k.Store
	case *plan.Source:
		store = k.Store
	}
	if store == "" {
		return nil, "", fmt.Errorf("the query %s keeps no rows of %s", q.ID, src.Name)
	}
	return aboveStore(sink.Input), store, nil
}

// aboveStore copies a chain of filters and projections with the stored rows in
// the place of the node that keeps them.
func aboveStore(n plan.Node) plan.Node {
	switch n := n.(type) {
	case *plan.Filter:
		return &plan.Filter{Input: aboveStore(n.Input), Predicate: n.Predicate}
	case *plan.Project:
		return &plan.Project{Input: aboveStore(n.Input), Key: n.Key, Value: n.Value}
	}
	return &plan.Stored{Schema: *n.Out()}
}
