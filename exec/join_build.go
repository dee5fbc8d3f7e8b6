package exec

import (
	"fmt"

	"github.com/leatdb/leat/planner/plan"
)

// join builds a join and what is below it: the right side first, since that is
// pushed first.
func (b *builder) join(n *plan.Join, next operator, wantOld bool) error {
	if !b.oncePerRound(n.Right) {
		return notOnce(n)
	}
	left, right := n.Left.Out().Relation, n.Right.Out().Relation
	switch {
	case b.task.stage.foreign[n] != nil:
		return b.requests(b.task.stage.foreign[n], next, wantOld)
	case n.ForeignKey != nil:
		j, err := newForeignJoin(b.env, n, wantOld, next)
		if err != nil {
			return err
		}
		return b.bothSides(n, j, &j.sides)
	case left == plan.Table:
		j := newTableJoin(b.env, n, wantOld, next)
		return b.bothSides(n, j, &j.sides)
	case right == plan.Table:
		j := newLookupJoin(b.env, n, next)
		return b.bothSides(n, j, &j.sides)
	case n.Within == nil:
		return fmt.Errorf("the join %s of two streams has no window", n.Store)
	}
	j := newStreamJoin(b.env, n, next)
	return b.bothSides(n, j, &j.sides)
}

func notOnce(n *plan.Join) error {
	return fmt.Errorf("the right side of the join %s is not a chain of filters and projections over a topic", n.Store)
}

// bothSides builds what is below a join and registers it.
func (b *builder) bothSides(n *plan.Join, j operator, s *sides) error {
	if err := b.below(n.Right, rightInput{s}, false); err != nil {
		return err
	}
	return b.on(n.Left, j, false, nil)
}

// oncePerRound tells whether the operators of a node hand on at most one batch a
// round, which stays as it is until the next one.
func (b *builder) oncePerRound(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Source:
		return true
	case *plan.Filter:
		return b.oncePerRound(n.Input)
	case *plan.Project:
		return b.oncePerRound(n.Input)
	case *plan.Repartition:
		return !b.env.transient || b.oncePerRound(n.Input)
	}
	return false
}

// foreign tells whether the rows of a node are those of a foreign-key join, some
// of whose tombstones have nothing to delete and are written all the same.
func foreign(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Project:
		return foreign(n.Input)
	case *plan.Join:
		return n.ForeignKey != nil
	}
	return false
}
