package planner

import (
	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
)

// query is a SELECT on its way from syntax to plan. Every stage puts nodes on
// top of node and leaves scope and keys telling what its rows are.
type query struct {
	*binder
	sel *parser.Select
	// target names the sink of a persistent query, whose projection must have
	// the key; empty for queries whose rows go to a client.
	target string
	pull   bool // The rows are looked up in a store.

	node  plan.Node
	scope *scope
	keys  []rowKey
	// rekeyed is set when PARTITION BY made keys that node's rows do not have yet.
	rekeyed bool
	// noKey is set by PARTITION BY NULL.
	noKey bool
	// first is the left-most source: it hands down formats and partitions.
	first   *catalog.Source
	sources []string

	items []*item
	// spans remembers where the expressions of SELECT and HAVING stand.
	spans   map[*expr.Expr]parser.Span
	aggs    *aggregates
	tables  *tableCalls
	outputs []Output
	names   nameGenerator
}

// rowKey is a key column of the rows: how to read it, and which expressions of
// the query stand for it.
type rowKey struct {
	read *expr.Expr
	// equal lists the expressions that always have the key's value; a key of one
	// of them is no new key.
	equal []*expr.Expr
	// means lists what selects the key, the preferred one first. The names are
	// what they are called when they are selected without alias.
	means []meaning
	// what the key is, for messages: key column, join expression ...
	what string
}

type meaning struct {
	expr *expr.Expr
	text string
}

// persistent tells whether the result goes to a sink.
func (q *query) persistent() bool { return q.target != "" }

// relation tells whether the rows are those of a stream or of a table.
func (q *query) relation() plan.Relation { return q.node.Out().Relation }

// bindQuery binds a SELECT; its root gives key columns and value columns, and
// outputs say where the selected ones are.
func (b *binder) bindQuery(sel *parser.Select, target string) (*query, error) {
	q := &query{binder: b, sel: sel, target: target}
	stages := []func() error{q.bindFrom, q.bindWhere, q.bindPartitionBy, q.bindItems}
	if q.grouped() {
		stages = append(stages, q.bindAggregation)
	} else {
		stages = append(stages, q.bindProjection)
	}
	for _, stage := range stages {
		if err := stage(); err != nil {
			return nil, err
		}
	}
	return q, nil
}

// bindWhere filters the rows.
func (q *query) bindWhere() error {
	if q.sel.Where == nil {
		return nil
	}
	p, err := q.expressions(q.scope, whereClause).predicate(q.sel.Where)
	if err != nil {
		return err
	}
	q.node = &plan.Filter{Input: q.node, Predicate: p}
	return nil
}
