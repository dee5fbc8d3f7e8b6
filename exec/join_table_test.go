package exec

import (
	"testing"

	"github.com/leatdb/leat/planner/plan"
)

func tableJoinOf(typ plan.JoinType) *plan.Join {
	return joinOf(typ, joinInput("L", plan.Table), joinInput("R", plan.Table))
}

// tableHistory has every kind of change of either side while the other side is
// there and while it is not.
const tableHistory = `
	L 1 a l1
	R 2 a r1
	L 3 a l2
	R 1 a r2
	L 5 a -
	L 6 a -
	R 7 a r3
	R 8 a -
	R 9 a -
	R 10 b r1
	L 11 b l1
	R 12 b -
	L 13 b -
	L 14 - l
	R 15 - r`

// "Any side's change re-evaluates: INNER emits when both present; tombstone when
// it ceases." "No tombstone if result did not exist before (old value null)."
// "Table-table join → max of both sides" are the times.
func TestTableJoinInner(t *testing.T) {
	expectJoin(t, tableJoinOf(plan.InnerJoin), false, tableHistory, `
		2 a l1 r1
		3 a l2 r1
		3 a l2 r2
		5 a x
		11 b l1 r1
		12 b x`)
}

// "LEFT / RIGHT / FULL with NULL padding; tombstone when no side qualifies."
func TestTableJoinLeft(t *testing.T) {
	expectJoin(t, tableJoinOf(plan.LeftJoin), false, tableHistory, `
		1 a l1 -
		2 a l1 r1
		3 a l2 r1
		3 a l2 r2
		5 a x
		11 b l1 r1
		12 b l1 -
		13 b x`)
}

func TestTableJoinRight(t *testing.T) {
	expectJoin(t, tableJoinOf(plan.RightJoin), false, tableHistory, `
		2 a l1 r1
		3 a l2 r1
		3 a l2 r2
		5 a - r2
		7 a - r3
		8 a x
		10 b - r1
		11 b l1 r1
		12 b x`)
}

func TestTableJoinFull(t *testing.T) {
	expectJoin(t, tableJoinOf(plan.FullJoin), false, tableHistory, `
		1 a l1 -
		2 a l1 r1
		3 a l2 r1
		3 a l2 r2
		5 a - r2
		7 a - r3
		8 a x
		10 b - r1
		11 b l1 r1
		12 b l1 -
		13 b x`)
}

// The old side of a change is what the join gave before it.
func TestTableJoinOldSide(t *testing.T) {
	expectJoin(t, tableJoinOf(plan.FullJoin), true, tableHistory, `
		1 a l1 - was x
		2 a l1 r1 was l1 -
		3 a l2 r1 was l1 r1
		3 a l2 r2 was l2 r1
		5 a - r2 was l2 r2
		7 a - r3 was - r2
		8 a x was - r3
		10 b - r1 was x
		11 b l1 r1 was - r1
		12 b l1 - was l1 r1
		13 b x was l1 -`)
	expectJoin(t, tableJoinOf(plan.InnerJoin), true, tableHistory, `
		2 a l1 r1 was x
		3 a l2 r1 was l1 r1
		3 a l2 r2 was l2 r1
		5 a x was l2 r2
		11 b l1 r1 was x
		12 b x was l1 r1`)
}

// "Windowed sources join only windowed …, matching on exact window."
func TestTableJoinOfWindows(t *testing.T) {
	j := tableJoinOf(plan.LeftJoin)
	w := &plan.KeyWindow{Kind: plan.Session}
	j.Left.(*plan.Source).Schema.Window, j.Right.(*plan.Source).Schema.Window = w, w
	expectJoin(t, j, true, `
		L 1 a@0-5 l1
		R 2 a@0-6 r1
		R 3 a@1-5 r2
		R 4 a@0-5 r3
		L 5 a@0-6 l2
		L 6 a@0-5 -`, `
		1 a@0-5 l1 - was x
		4 a@0-5 l1 r3 was l1 -
		5 a@0-6 l2 r1 was x
		6 a@0-5 x was l1 r3`)
}
