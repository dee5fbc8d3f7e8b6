package planner

import (
	"slices"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// bindPartitionBy gives the rows of a stream a new key. The key is computed by
// the final projection, so here only the keys change.
func (q *query) bindPartitionBy() error {
	clause := q.sel.PartitionBy
	if clause == nil {
		return nil
	}
	if err := q.checkPartitionBy(clause); err != nil {
		return err
	}
	x := q.expressions(q.scope, "PARTITION BY")
	var keys []rowKey
	for i, e := range clause.Exprs {
		bound, err := x.bind(e)
		if err != nil {
			return err
		}
		if isNull(bound) {
			if len(clause.Exprs) > 1 {
				return errorf(e, "PARTITION BY NULL must stand alone").hint("it takes the key away, so there can be no other key column")
			}
			q.noKey = true
			break
		}
		if err := checkNewKey(e, bound, "PARTITION BY"); err != nil {
			return err
		}
		for k := range keys {
			if same(keys[k].read, bound) {
				return errorf(e, "PARTITION BY has the same expression twice: %s", x.text(clause.Exprs[i])).hint("leave one of them out")
			}
		}
		keys = append(keys, rowKey{read: bound, equal: []*expr.Expr{bound}, means: []meaning{{bound, x.text(e)}}, what: "partitioning expression"})
	}
	if !q.noKey && q.isKey(keys) {
		return nil
	}
	if w := q.node.Out().Window; w != nil {
		return errorf(clause, "%s is windowed and cannot get another key", quote(q.first.Name)).
			hint("its keys carry windows, which a new key would lose; see https://github.com/confluentinc/ksql/issues/4385")
	}
	q.keys, q.rekeyed = keys, true
	return nil
}

func (q *query) checkPartitionBy(clause *parser.ExprList) error {
	switch {
	case q.relation() == plan.Table:
		return errorf(clause, "PARTITION BY applies to a STREAM, and %s is a TABLE", quote(q.first.Name)).
			hint("the key of a table is what its rows are told apart by; use GROUP BY to aggregate by another key")
	case q.sel.GroupBy != nil:
		return errorf(clause, "PARTITION BY cannot be combined with GROUP BY").hint("the result of GROUP BY is partitioned by its grouping expressions")
	case len(clause.Exprs) == 0:
		return errorf(clause, "PARTITION BY needs an expression").hint("name the column that is to be the key, or write NULL for no key")
	}
	return nil
}

// checkNewKey holds that values of the expression can be keys.
func checkNewKey(at parser.Node, e *expr.Expr, clause string) error {
	if hasMap(e.Type) {
		return errorf(at, "%s cannot use %s: a MAP has no fixed order and cannot be in a key", clause, e.Type)
	}
	return nil
}

func hasMap(t *types.Type) bool {
	if t.Kind == types.Map || t.Elem != nil && hasMap(t.Elem) {
		return true
	}
	for _, f := range t.Fields {
		if hasMap(f.Type) {
			return true
		}
	}
	return false
}

// isKey tells whether the expressions are exactly the key that the rows have
// already.
func (q *query) isKey(keys []rowKey) bool {
	if len(keys) != len(q.keys) {
		return false
	}
	for i, k := range keys {
		if !q.keys[i].is(k.read) {
			return false
		}
	}
	return true
}

// is tells whether e always has the value of the key.
func (k rowKey) is(e *expr.Expr) bool {
	return slices.ContainsFunc(k.equal, func(x *expr.Expr) bool { return same(x, e) })
}
