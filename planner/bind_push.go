package planner

import (
	"fmt"

	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
)

// queryStatement plans a SELECT whose rows go to the client.
func (b *binder) queryStatement(s *parser.QueryStatement) (Planned, error) {
	if s.Query.Emit == parser.EmitNone {
		return b.pull(s.Query)
	}
	return b.push(s.Query)
}

// push plans a query that goes on until it is stopped. Its rows run through one
// task, so nothing is repartitioned.
func (b *binder) push(sel *parser.Select) (*Push, error) {
	q, err := b.bindQuery(sel, "")
	if err != nil {
		return nil, err
	}
	limit, err := bindLimit(sel)
	if err != nil {
		return nil, err
	}
	return &Push{
		Query: &plan.Query{
			ID: fmt.Sprintf("transient_%s_%d", q.first.Name, b.session.NextID), SQL: parser.Print(sel), Root: physical(q.node),
			Limit: limit, FromEarliest: b.session.fromEarliest(), Properties: b.session.Properties,
		},
		Outputs: q.outputs,
	}, nil
}

// bindLimit is the LIMIT, or -1.
func bindLimit(sel *parser.Select) (int64, error) {
	if sel.Limit == nil {
		return -1, nil
	}
	if sel.Limit.Value < 0 {
		return 0, errorf(sel.Limit, "the limit is %d; expected 0 or more", sel.Limit.Value)
	}
	return sel.Limit.Value, nil
}
