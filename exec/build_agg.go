package exec

import (
	"fmt"

	"github.com/leatdb/leat/planner/plan"
)

// aggregate builds the aggregation of its kind.
func (b *builder) aggregate(n *plan.Aggregate, next operator, wantOld bool) error {
	in := n.Input.Out()
	if in.Relation == plan.Table {
		if n.Window != nil {
			return fmt.Errorf("a table cannot be aggregated in windows")
		}
		op, err := newTableAgg(b.env, n, wantOld, next)
		b.chain.keeper[n.Store] = op
		return b.on(n.Input, op, true, err)
	}
	op, keeper, err := b.streamAggregate(n, next, wantOld)
	if err != nil {
		return err
	}
	b.chain.keeper[n.Store] = keeper
	guard := &keyed{env: b.env, keys: len(in.Key), next: op}
	return b.on(n.Input, guard, false, nil, op)
}

func (b *builder) streamAggregate(n *plan.Aggregate, next operator, wantOld bool) (operator, keeper, error) {
	switch {
	case n.Window == nil:
		op, err := newStreamAgg(b.env, n, wantOld, next)
		return op, op, err
	case n.Window.Kind == plan.Session:
		op, err := newSessionAgg(b.env, n, wantOld, keyFormatBelow(n.Input), next)
		return op, op, err
	}
	op, err := newWindowAgg(b.env, n, wantOld, keyFormatBelow(n.Input), next)
	return op, op, err
}

// parts builds the way of rows that travel in parts: only those that belong to a
// group are looked at.
func (b *builder) parts(n *plan.Repartition, reader *plan.Aggregate, out operator) error {
	m, err := newPartMaker(b.env, reader, out)
	guard := &keyed{env: b.env, keys: len(n.Out().Key), next: m}
	return b.on(n.Input, guard, false, err, m, out)
}

// keyFormatBelow is the format in which the key of n's rows has travelled last.
func keyFormatBelow(n plan.Node) plan.Format {
	switch n := n.(type) {
	case *plan.Source:
		return n.KeyFormat
	case *plan.Repartition:
		return n.KeyFormat
	}
	return keyFormatBelow(n.Inputs()[0])
}
