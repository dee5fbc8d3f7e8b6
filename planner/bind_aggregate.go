package planner

import (
	"fmt"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
)

// opAggregate stands for the result of aggregate call number Index while the
// clauses of an aggregation are bound. It never gets into a plan.
const opAggregate expr.Op = "aggregate"

// aggregates collects the aggregate calls of SELECT and HAVING. Their arguments
// are over the rows before the aggregation.
type aggregates struct{ calls []aggregateCall }

type aggregateCall struct {
	use      *function.AggregateUse
	args     []*expr.Expr
	literals []*expr.Expr
	at       parser.Span
}

func (x *exprBinder) aggregateCall(e *parser.Call) (*expr.Expr, error) {
	name := e.Name.Text
	if x.aggs == nil {
		return nil, errorf(e, "the aggregate function %s cannot be used %s", name, x.where()).hint("aggregate functions belong into the SELECT and HAVING clauses of push queries and of CREATE TABLE ... AS SELECT")
	}
	if x.inAggregate() {
		return nil, errorf(e, "the aggregate function %s cannot be used %s", name, x.where()).
			hint("aggregate in one query and again in a second one that reads the first")
	}
	args, bound, err := x.argumentsWithin(name, e)
	if err != nil {
		return nil, err
	}
	use, err := x.functions.ResolveAggregate(name, args)
	if err != nil {
		return nil, positioned(&e.Name, err)
	}
	finishArguments(bound, &use.Resolved)
	columns := use.Overload.Columns(len(bound))
	index := x.aggs.add(aggregateCall{use: use, args: bound[:columns], literals: bound[columns:], at: e.Span()})
	return &expr.Expr{Op: opAggregate, Type: use.Return, Name: name, Index: index}, nil
}

// inAggregate tells whether the expression is an argument of an aggregate.
func (x *exprBinder) inAggregate() bool {
	for _, around := range x.inside {
		if x.functions.Kind(around) == function.AggregateKind {
			return true
		}
	}
	return false
}

// add notes a call and returns its number; equal calls are computed once.
func (a *aggregates) add(c aggregateCall) int {
	for i, other := range a.calls {
		if other.use.Overload == c.use.Overload && sameAll(other.args, c.args) && sameAll(other.literals, c.literals) {
			return i
		}
	}
	a.calls = append(a.calls, c)
	return len(a.calls) - 1
}

func sameAll(a, b []*expr.Expr) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !same(a[i], b[i]) {
			return false
		}
	}
	return true
}

// tableCalls collects the calls of table functions in SELECT. Their results
// are columns that follow those of the rows they are computed over.
type tableCalls struct {
	base  int // Number of columns before them.
	calls []plan.Named
}

func (x *exprBinder) tableCall(e *parser.Call) (*expr.Expr, error) {
	name := e.Name.Text
	if x.tables == nil {
		return nil, errorf(e, "the table function %s cannot be used %s", name, x.where()).
			hint("table functions belong into the SELECT clause of push and persistent queries over a STREAM, without GROUP BY and aggregates")
	}
	for _, around := range x.inside {
		if around == "CASE" || x.functions.Kind(around) != function.ScalarKind {
			return nil, errorf(e, "the table function %s cannot be used inside %s", name, around).hint("call it in a SELECT item of its own")
		}
	}
	args, bound, err := x.argumentsWithin(name, e)
	if err != nil {
		return nil, err
	}
	call, err := x.functions.ResolveTable(name, args)
	if err != nil {
		return nil, positioned(&e.Name, err)
	}
	finishArguments(bound, &call.Resolved)
	n := len(x.tables.calls)
	x.tables.calls = append(x.tables.calls, plan.Named{
		Name: fmt.Sprintf("KSQL_TABLE_%d", n),
		Expr: &expr.Expr{Op: expr.OpCall, Name: call.Func.Name, Type: call.Return, Args: bound, SQL: x.text(e)},
	})
	return expr.Column(x.tables.base+n, call.Return), nil
}
