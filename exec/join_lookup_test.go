package exec

import (
	"testing"

	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

func lookupJoinOf(typ plan.JoinType) *plan.Join {
	return joinOf(typ, joinInput("L", plan.Stream), joinInput("R", plan.Table))
}

const lookupHistory = `
	L 1 a l1
	R 2 a r1
	L 3 a l2
	L 1 a l3
	R 9 a r2
	R 8 b r3
	L 4 b l4
	L 5 a l5
	R 6 a -
	L 7 a l6
	L 8 b -
	L 9 - l7
	R 9 - r4
	R 9 c -
	L 10 b l8`

// "Only stream rows trigger; lookup of current table value." "Table tombstone
// deletes. Stream row null value: dropped." "Stream-table join → stream row
// time." And of null keys: "INNER drops".
func TestLookupJoinInner(t *testing.T) {
	expectJoin(t, lookupJoinOf(plan.InnerJoin), false, lookupHistory, `
		3 a l2 r1
		1 a l3 r1
		4 b l4 r3
		5 a l5 r2
		10 b l8 r3`)
}

// "LEFT emits NULLs if missing." And of null keys: "LEFT/FULL: Streams ≥3.7 emits
// the row padded with NULLs".
func TestLookupJoinLeft(t *testing.T) {
	expectJoin(t, lookupJoinOf(plan.LeftJoin), false, lookupHistory, `
		1 a l1 -
		3 a l2 r1
		1 a l3 r1
		4 b l4 r3
		5 a l5 r2
		7 a l6 -
		9 - l7 -
		10 b l8 r3`)
}

// Keys of one whole number live in stores of another layout.
func TestLookupJoinNumbers(t *testing.T) {
	for _, typ := range []*types.Type{types.BigIntType, types.IntegerType} {
		j := lookupJoinOf(plan.LeftJoin)
		key := []types.Column{{Name: "K", Type: typ}}
		j.Left.(*plan.Source).Schema.Key, j.Right.(*plan.Source).Schema.Key, j.Key = key, key, key
		expectJoin(t, j, false, `
			R 1 7 r1
			R 1 -7 r2
			L 2 7 l1
			L 3 - l2
			R 4 - r3
			L 5 -7 l3
			L 6 0 l4
			R 7 7 -
			L 8 7 l5`, `
			2 7 l1 r1
			3 - l2 -
			5 -7 l3 r2
			6 0 l4 -
			8 7 l5 -`)
	}
}

func TestLookupJoinOfWindows(t *testing.T) {
	j := lookupJoinOf(plan.LeftJoin)
	w := &plan.KeyWindow{Kind: plan.Tumbling, SizeMillis: 10}
	j.Left.(*plan.Source).Schema.Window, j.Right.(*plan.Source).Schema.Window = w, w
	expectJoin(t, j, false, `
		R 1 a@0-10 r1
		R 2 a@10-20 r2
		L 3 a@10-20 l1
		L 4 a@0-10 l2
		L 5 a@20-30 l3`, `
		3 a@10-20 l1 r2
		4 a@0-10 l2 r1
		5 a@20-30 l3 -`)
}
