package exec

import (
	"fmt"
	"testing"

	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// foreignHistory: left values are "value,reference".
const foreignHistory = `
	R 0 x r1
	L 10 a l1,x
	L 13 b l2,y
	R 15 x r2
	L 16 c l3,x
	R 17 x -
	R 18 x -
	L 19 a -
	L 20 c l4,y
	R 21 y r3
	L 12 c l5,-
	L 23 d l6,-
	L 24 d l7,y
	L 25 b l8,x
	L 26 d l9,y
	R 5 y r4
	L 27 b -
	L 28 e -
	L 29 d -`

// "Many left rows per right row. Right change re-emits all subscribed left rows
// (order by left key bytes). INNER: emits tombstone when the match disappears …
// NULL foreign key: INNER no output … Change of FK moves subscription." "FK join
// → the larger of both" are the times.
func TestForeignJoinInner(t *testing.T) {
	expectJoin(t, foreignJoinOf(plan.InnerJoin), false, foreignHistory, `
		10 a l1 x r1
		15 a l1 x r2
		16 c l3 x r2
		17 a x
		17 c x
		19 a x
		20 c x
		21 b l2 y r3
		21 c l4 y r3
		21 c x
		24 d l7 y r3
		25 b x
		26 d l9 y r3
		26 d l9 y r4
		27 b x
		29 d x`)
}

// "LEFT: NULL padding. NULL foreign key: … LEFT padded row".
func TestForeignJoinLeft(t *testing.T) {
	expectJoin(t, foreignJoinOf(plan.LeftJoin), false, foreignHistory, `
		10 a l1 x r1
		13 b l2 y -
		15 a l1 x r2
		16 c l3 x r2
		17 a l1 x -
		17 c l3 x -
		19 a x
		20 c l4 y -
		21 b l2 y r3
		21 c l4 y r3
		12 c l5 - -
		23 d l6 - -
		24 d l7 y r3
		25 b l8 x -
		26 d l9 y r3
		26 d l9 y r4
		27 b x
		29 d x`)
}

// The old side is what the join gave before; what changes nothing is left out.
func TestForeignJoinOldSide(t *testing.T) {
	expectJoin(t, foreignJoinOf(plan.InnerJoin), true, foreignHistory, `
		10 a l1 x r1 was x
		15 a l1 x r2 was l1 x r1
		16 c l3 x r2 was x
		17 a x was l1 x r2
		17 c x was l3 x r2
		21 b l2 y r3 was x
		21 c l4 y r3 was x
		21 c x was l4 y r3
		24 d l7 y r3 was x
		25 b x was l2 y r3
		26 d l9 y r3 was l7 y r3
		26 d l9 y r4 was l9 y r3
		29 d x was l9 y r4`)
}

// "(order by left key bytes)": those of the records, which order numbers as text
// in JSON.
func TestForeignJoinOrder(t *testing.T) {
	for format, order := range map[string][]int{"KAFKA": {2, 9, 10, 100, -1}, "JSON": {-1, 10, 100, 2, 9}} {
		j := foreignJoinOf(plan.InnerJoin)
		left := j.Left.(*plan.Source)
		left.KeyFormat.Name = format
		left.Schema.Key = []types.Column{{Name: "K", Type: types.IntegerType}}
		j.Key = left.Schema.Key
		rows, want := "", ""
		for i, key := range []int{9, -1, 100, 10, 2} {
			rows += fmt.Sprintf("L %d %d l,x\n", i, key)
		}
		for _, key := range order {
			want += fmt.Sprintf("9 %d l x r\n", key)
		}
		expectJoin(t, j, false, rows+"R 9 x r", want)
	}
}
