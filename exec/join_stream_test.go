package exec

import (
	"testing"

	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

func streamJoinOf(typ plan.JoinType, within plan.Within) *plan.Join {
	j := joinOf(typ, joinInput("L", plan.Stream), joinInput("R", plan.Stream))
	j.Within = &within
	return j
}

func withGrace(before, after, grace int64) plan.Within {
	return plan.Within{BeforeMillis: before, AfterMillis: after, GraceMillis: grace, HasGrace: true}
}

func withoutGrace(before, after int64) plan.Within {
	return plan.Within{BeforeMillis: before, AfterMillis: after}
}

// "Symmetric window: right.time between left.time − before and left.time +
// after." "Each arriving row joins all buffered matches of other side, in other
// side's time order; output time = max." "Rows with NULL value never join. NULL
// key: INNER drops".
func TestStreamJoinInner(t *testing.T) {
	expectJoin(t, streamJoinOf(plan.InnerJoin, withoutGrace(10, 5)), false, `
		L 10 a l1
		R 15 a r1
		R 16 a r2
		R 0 a r3
		R 10 a r4
		R 10 b r5
		L 10 a l2
		L 12 b l3
		L 20 a -
		L 20 - l4
		R 20 - r6
		R 20 a -
		L 0 a l5
		L 20 a l6`, `
		15 a l1 r1
		10 a l1 r3
		10 a l1 r4
		10 a l2 r3
		10 a l2 r4
		15 a l2 r1
		12 b l3 r5
		0 a l5 r3
		20 a l6 r4
		20 a l6 r1
		20 a l6 r2`)
}

// "Without GRACE (legacy): grace 24 h, and LEFT/FULL/RIGHT non-matches are emitted
// eagerly on arrival (may later be followed by a real match)." "NULL key: …
// LEFT/FULL: Streams ≥3.7 emits the row padded with NULLs".
const legacyHistory = `
	L 10 a l1
	R 12 a r1
	R 50 b r2
	L 51 b l2
	L 9 c l3
	L 60 - l4
	R 60 - r3
	L 60 d -
	R 60 d -
	L 200000 e l5
	R 1 a r4`

func TestStreamJoinLegacyLeft(t *testing.T) {
	expectJoin(t, streamJoinOf(plan.LeftJoin, withoutGrace(10, 10)), false, legacyHistory, `
		10 a l1 -
		12 a l1 r1
		51 b l2 r2
		9 c l3 -
		60 - l4 -
		200000 e l5 -
		10 a l1 r4`)
}

func TestStreamJoinLegacyRight(t *testing.T) {
	expectJoin(t, streamJoinOf(plan.RightJoin, withoutGrace(10, 10)), false, legacyHistory, `
		12 a l1 r1
		50 b - r2
		51 b l2 r2
		60 - - r3
		10 a l1 r4`)
}

func TestStreamJoinLegacyFull(t *testing.T) {
	expectJoin(t, streamJoinOf(plan.FullJoin, withoutGrace(10, 10)), false, legacyHistory, `
		10 a l1 -
		12 a l1 r1
		50 b - r2
		51 b l2 r2
		9 c l3 -
		60 - l4 -
		60 - - r3
		200000 e l5 -
		10 a l1 r4`)
}

// "emit every entry of the left whose time + after + grace < st, and of the right
// whose time + before + grace < st, padded with NULLs, with the entry's own
// timestamp": not before, and before what the row itself makes.
func TestStreamJoinWaitsForPartners(t *testing.T) {
	expectJoin(t, streamJoinOf(plan.LeftJoin, withGrace(10, 10, 5)), false, `
		L 10 a l1
		L 11 b l2
		R 25 z r0
		R 26 b r1
		L 26 b l3
		R 27 z r2
		L 100 c l4`, `
		10 a l1 -
		26 b l3 r1
		11 b l2 -`)
}

// "sweep the pending-unmatched set in (time, side, key) order": of equal times,
// rows of the right side come first, as Kafka Streams keeps them.
func TestStreamJoinSweepOrder(t *testing.T) {
	expectJoin(t, streamJoinOf(plan.FullJoin, withGrace(1, 1, 0)), false, `
		L 5 z l1
		L 5 b l2
		R 5 a r1
		R 4 y r2
		L 5 b l3
		R 5 ab r3
		L 6 q l4
		R 9 p r4
		L 9 p l5`, `
		4 y - r2
		5 a - r1
		5 ab - r3
		5 b l2 -
		5 b l3 -
		5 z l1 -
		6 q l4 -
		9 p l5 r4`)
}

// "if r is not older than st: sweep": an older row does not, nor does one that is
// dropped before that, "NULL value → drop; NULL key → … emit padded at once".
func TestStreamJoinOldRowsDoNotSweep(t *testing.T) {
	expectJoin(t, streamJoinOf(plan.LeftJoin, withGrace(1, 1, 0)), false, `
		L 5 a l1
		L 50 b -
		R 50 b -
		L 49 - l2
		L 49 d l3
		R 50 c r1`, `
		49 - l2 -
		5 a l1 -`)
}

// "look up the other side's buffer … also for late rows: whatever is still
// buffered joins … and remove the matched partner from the pending set."
func TestStreamJoinLateRows(t *testing.T) {
	expectJoin(t, streamJoinOf(plan.LeftJoin, withGrace(10, 10, 20)), false, `
		L 10 a l1
		L 11 b l2
		R 40 z r1
		R 20 a r2
		R 60 z r3
		L 100 z l3`, `
		20 a l1 r2
		11 b l2 -`)
}

// "no match and this side is outer: if r.t + after < st emit padded immediately
// (late row), else add r to the pending set."
func TestStreamJoinLateRowWithoutPartner(t *testing.T) {
	expectJoin(t, streamJoinOf(plan.FullJoin, withGrace(3, 10, 5)), false, `
		L 30 a l1
		L 19 b l2
		L 20 c l3
		R 26 d r1
		R 27 e r2
		L 36 q l4
		L 46 q l5`, `
		19 b l2 -
		26 d - r1
		20 c l3 -
		27 e - r2
		30 a l1 -`)
}

// "RIGHT runs as LEFT with the inputs swapped, but the (before, after) pair is
// not swapped".
func TestStreamJoinRightQuirk(t *testing.T) {
	rows := `
		R 100 a r1
		L 90 a l1
		L 105 a l2
		R 1000 b r2
		L 1006 b l3
		L 995 b l4
		R 1001 c r3
		R 1200 d r4`
	expectJoin(t, streamJoinOf(plan.RightJoin, withGrace(5, 10, 0)), false, rows, `
		105 a l2 r1
		1006 b l3 r2
		1000 b l4 r2
		1001 c - r3`)
	expectJoin(t, streamJoinOf(plan.InnerJoin, withGrace(5, 10, 0)), false, rows, `
		100 a l1 r1
		105 a l2 r1
		1000 b l4 r2`)
}

// "each side's buffer additionally has its own clock and forgets rows older than
// its own highest time − retention, dropping late inserts"; "Store retention =
// before + after + grace."
func TestStreamJoinForgets(t *testing.T) {
	expectJoin(t, streamJoinOf(plan.InnerJoin, withGrace(10, 10, 10)), false, `
		L 10 a l1
		L 40 b l2
		R 10 a r1
		L 41 b l3
		R 11 a r2
		L 10 a l4
		R 12 a r3
		R 1000 z r4
		L 11 c l5
		R 1000 y r5
		L 12 d l6
		L 1000 y l7`, `
		10 a l1 r1
		10 a l4 r1
		11 a l4 r2
		1000 y l7 r5`)
}

// The window of windowed rows is part of the key.
func TestStreamJoinOfWindows(t *testing.T) {
	j := streamJoinOf(plan.FullJoin, withGrace(10, 10, 0))
	w := &plan.KeyWindow{Kind: plan.Session}
	j.Left.(*plan.Source).Schema.Window, j.Right.(*plan.Source).Schema.Window = w, w
	expectJoin(t, j, false, `
		L 5 a@0-5 l1
		R 6 a@0-6 r1
		R 6 a@0-5 r2
		L 6 a@1-5 l2
		L 100 b@0-1 l3`, `
		6 a@0-5 l1 r2
		6 a@0-6 - r1
		6 a@1-5 l2 -`)
}

// Columns of all kinds go through the buffers.
func TestStreamJoinColumns(t *testing.T) {
	j := streamJoinOf(plan.FullJoin, withGrace(1, 1, 0))
	key := []types.Column{{Name: "K", Type: types.BigIntType}}
	value := []types.Column{{Name: "A", Type: types.DecimalOf(5, 2)}, {Name: "B", Type: types.DoubleType}, {Name: "C", Type: types.BooleanType}}
	for _, s := range []plan.Node{j.Left, j.Right} {
		s.(*plan.Source).Schema.Key, s.(*plan.Source).Schema.Value = key, value
	}
	j.Key = key
	expectJoin(t, j, false, `
		L 1 -7 1.5,2.5,true
		R 2 -7 -,-0.5,-
		R 3 8 3.25,1,false
		L 9 9 -,-,-`, `
		2 -7 1.50 2.5 true - -0.5 -
		3 8 - - - 3.25 1 false`)
}
