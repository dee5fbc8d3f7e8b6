package planner

import (
	"fmt"
	"slices"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// item is one column of the SELECT list after the expansion of stars.
type item struct {
	at   parser.Node
	name string
	expr *expr.Expr
	// text is what was selected, for messages.
	text string
	// bare is set when a pseudo column is selected without alias.
	bare bool
	// key is the number of the key column the item selects, or -1.
	key int
	// mark is that of a header column that a star selects.
	mark string
}

// bindItems expands stars, binds the expressions and names the columns.
func (q *query) bindItems() error {
	if err := q.checkClauses(); err != nil {
		return err
	}
	q.names.use(q.scope, q.sel)
	x := q.expressions(q.scope, "SELECT")
	q.spans = x.spans
	if q.pull {
		x.clause = "a pull query"
	} else if q.grouped() {
		q.aggs = &aggregates{}
		x.aggs, x.bounds = q.aggs, q.sel.Window != nil
	} else if q.relation() == plan.Stream {
		q.tables = &tableCalls{base: len(q.node.Out().Schema.Columns())}
		x.tables = q.tables
	}
	for _, s := range q.sel.Items {
		if err := q.bindItem(x, s); err != nil {
			return err
		}
	}
	if q.tables != nil && len(q.tables.calls) > 0 {
		q.node = &plan.Flatten{Input: q.node, Calls: q.tables.calls}
	}
	if q.persistent() {
		if err := q.checkPseudo(); err != nil {
			return err
		}
	}
	return q.checkTwice()
}

func (q *query) bindItem(x *exprBinder, s parser.SelectItem) error {
	switch s := s.(type) {
	case *parser.Star:
		return q.expandStar(s)
	case *parser.FieldStar:
		return q.expandFields(x, s)
	case *parser.ExprItem:
		e, err := x.bind(s.Expr)
		if err != nil {
			return err
		}
		if isNull(e) {
			return errorf(s.Expr, "the type of %s is not known", x.text(s.Expr)).hint("give it one, e.g. CAST(NULL AS STRING)")
		}
		if e.Type.Kind == types.Struct && len(e.Type.Fields) == 0 {
			return errorf(s.Expr, "the STRUCT has no fields").hint("name them, e.g. STRUCT(A := 1)")
		}
		i := &item{at: s, expr: e, text: x.text(s.Expr), key: -1}
		if s.Alias != nil {
			i.name = s.Alias.Text
		} else {
			i.name = q.names.nameOf(q.scope, s.Expr)
			c, isColumn := s.Expr.(*parser.Column)
			i.bare = isColumn && isPseudo(c.Name.Text) && !q.scope.joined()
		}
		q.items = append(q.items, i)
	}
	return nil
}

// namesPseudo tells whether an item of a sink has a name that every source gives
// a column of its own.
func (i *item) namesPseudo() bool {
	_, star := i.at.(*parser.Star)
	return !star && isPseudo(i.name)
}

// checkPseudo refuses such names for the columns of a sink.
func (q *query) checkPseudo() error {
	for _, i := range q.items {
		if !i.namesPseudo() || i.bare && (i.name == "WINDOWSTART" || i.name == "WINDOWEND") {
			continue // Bounds are in the key already, and are left out below.
		}
		err := errorf(i.at, "%s cannot be a column of %s: every source has a column of that name", i.name, quote(q.target))
		if i.bare {
			return err.hint("leave it out, or give it an alias: %s AS ...", i.name)
		}
		return err.hint("choose another alias")
	}
	return nil
}

// checkTwice holds that no two columns have the same name.
func (q *query) checkTwice() error {
	seen := map[string]bool{}
	for _, i := range q.items {
		if q.persistent() && i.namesPseudo() {
			continue
		}
		if seen[i.name] {
			return errorf(i.at, "the SELECT list has two columns named %s", quote(i.name)).hint("give one of them an alias with AS")
		}
		seen[i.name] = true
	}
	return nil
}

// bindProjection computes the selected columns of a query without aggregation.
func (q *query) bindProjection() error {
	if q.sel.Having != nil {
		return errorf(q.sel.Having, "HAVING needs GROUP BY").hint("use WHERE to filter rows")
	}
	return q.project(q.rekeyed)
}

// project makes the final projection: the key columns, then the values.
func (q *query) project(rekey bool) error {
	p := &plan.Project{Input: q.node, Rekey: rekey}
	if q.persistent() && q.session.keyOptional() && q.relation() == plan.Stream && !q.selectsKey() {
		q.keys, q.noKey, p.Rekey = nil, true, true
	}
	if err := q.projectKeys(p); err != nil {
		return err
	}
	for _, i := range q.items {
		out := Output{Name: i.name, Type: i.expr.Type, Column: i.key, Key: i.key >= 0 || q.pull && i.isBound()}
		if q.pull {
			out.Header = i.mark
		}
		switch {
		case i.key >= 0:
		case q.persistent() && i.isBound() && isPseudo(i.name):
			continue
		default:
			out.Column = len(p.Key) + len(p.Value)
			p.Value = append(p.Value, plan.Named{Name: i.name, Expr: i.expr})
		}
		q.outputs = append(q.outputs, out)
	}
	if q.persistent() && len(p.Value) == 0 {
		return errorf(q.sel.Items[0], "the SELECT list has no value column").
			hint("select a column besides the key, or copy the key with AS_VALUE(%s) AS copy", q.items[0].text)
	}
	q.node = p
	return nil
}

// isBound tells whether the item is a bound of the row's window. Windowed rows
// have the bounds in their key, and so have sinks, where they are not columns
// unless they have an alias.
func (i *item) isBound() bool {
	return i.expr.Op == expr.OpPseudo && (i.expr.Name == "WINDOWSTART" || i.expr.Name == "WINDOWEND")
}

// projectKeys finds the item that selects each key column. A sink needs all of
// them; a query for a client gets those that were not selected, too, as the
// rows of tables are told apart by them.
func (q *query) projectKeys(p *plan.Project) error {
	var missing []rowKey
	for k, key := range q.keys {
		selected := q.selects(key)
		switch {
		case len(selected) == 0:
			missing = append(missing, key)
			p.Key = append(p.Key, plan.Named{Name: fmt.Sprintf("KSQL_KEY_%d", k), Expr: key.read})
			continue
		case len(selected) > 1 && q.persistent():
			names := []string{quote(selected[0].name), quote(selected[1].name)}
			return errorf(selected[1].at, "the key %s is selected twice, as %s", key.means[0].text, list(names, "and")).
				hint("copy it to a value with AS_VALUE(%s)", selected[1].text)
		}
		for _, i := range selected {
			i.key = k
		}
		p.Key = append(p.Key, plan.Named{Name: selected[0].name, Expr: key.read})
	}
	if q.persistent() && len(missing) > 0 {
		return q.missingKeys(missing)
	}
	return nil
}

// selectsKey tells whether some key column is selected.
func (q *query) selectsKey() bool {
	return slices.ContainsFunc(q.keys, func(k rowKey) bool { return len(q.selects(k)) > 0 })
}

// selects returns the items that select the key, by the first of its meanings
// that is selected.
func (q *query) selects(key rowKey) []*item {
	for _, m := range key.means {
		var found []*item
		for _, i := range q.items {
			if same(i.expr, m.expr) {
				found = append(found, i)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// missingKeys tells which keys a projection lacks.
func (q *query) missingKeys(missing []rowKey) error {
	var names []string
	example := "SELECT "
	for i, key := range missing {
		var ways []string
		for _, m := range key.means {
			ways = append(ways, m.text)
		}
		if len(ways) == 0 {
			return errorf(q.sel.Items[0], "a query that aggregates all rows into one has no key, and %s needs one", quote(q.target)).
				hint("add GROUP BY, e.g. SELECT 1 AS K, ... GROUP BY 1")
		}
		names = append(names, fmt.Sprintf("the %s %s", key.what, list(ways, "or")))
		if i > 0 {
			example += ", "
		}
		example += ways[0]
	}
	err := errorf(q.sel.Items[0], "the SELECT list of %s lacks its key: %s", quote(q.target), list(names, "and"))
	if q.scope.synthetic != nil && !q.grouped() && !q.rekeyed {
		return err.hint("the join's condition matches no column of the sources, so the result's key is called %s; select it: %s, ... (an alias may rename it)", q.scope.synthetic.name, example)
	}
	return err.hint("select it: %s, ...", example)
}
