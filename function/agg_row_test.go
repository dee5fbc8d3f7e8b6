package function_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/internal/randvec"
	"github.com/leatdb/leat/types"
)

// offsetCalls are LATEST_BY_OFFSET and EARLIEST_BY_OFFSET of some columns, the
// first one of strings, joined and by themselves.
type offsetCalls struct {
	single []function.Accumulator
	args   []*types.Type
	joined []function.Joined
}

func drawOffsetCalls(t *rapid.T) *offsetCalls {
	c := &offsetCalls{}
	typs := append(typesOf("STRING"), rapid.SliceOfN(randvec.Type(1), 1, 9).Draw(t, "types")...)
	earliest := rapid.Bool().Draw(t, "earliest")
	for i, typ := range typs {
		name := "LATEST_BY_OFFSET"
		if earliest || i > 1 && rapid.IntRange(0, 3).Draw(t, "other") == 0 {
			name = "EARLIEST_BY_OFFSET"
		}
		var literals []any
		if rapid.Bool().Draw(t, "says") {
			literals = []any{rapid.Bool().Draw(t, "ignoreNulls")}
		}
		a, _ := aggregator(t, name, typesOf(typ.String()), literals...)
		c.single, c.args = append(c.single, a), append(c.args, typ)
	}
	c.joined = function.Join(c.single)
	return c
}

// groupsOf are the same groups, kept by both kinds of accumulators.
type groupsOf struct {
	*offsetCalls
	states []*memState // Of the single ones, then of the joined ones.
	at     function.Slots
}

func (c *offsetCalls) groups(n int) *groupsOf {
	g := &groupsOf{offsetCalls: c}
	var st *memState
	for _, a := range c.single {
		st, g.at = newState(a, n)
		g.states = append(g.states, st)
	}
	for _, j := range c.joined {
		st, g.at = newState(j, n)
		g.states = append(g.states, st)
	}
	return g
}

// pick returns the elements of a joined call; results as the one vector it wants.
func (c *offsetCalls) pick(j function.Joined, all []*types.Vector) []*types.Vector {
	var some []*types.Vector
	for _, i := range j.Calls {
		some = append(some, all[i])
	}
	return some
}

func (c *offsetCalls) outOf(j function.Joined, outs []*types.Vector) *types.Vector {
	if outs == nil {
		return nil
	}
	if kids := c.pick(j, outs); len(kids) > 1 {
		return &types.Vector{Kids: kids}
	}
	return outs[j.Calls[0]]
}

// each calls do for every accumulator with its state, arguments and results.
func (g *groupsOf) each(cols, want, got []*types.Vector, do func(a function.Accumulator, st *memState, args []*types.Vector, out *types.Vector)) {
	for i, a := range g.single {
		var args []*types.Vector
		if cols != nil {
			args = cols[i : i+1]
		}
		out := (*types.Vector)(nil)
		if want != nil {
			out = want[i]
		}
		do(a, g.states[i], args, out)
	}
	for i, j := range g.joined {
		var args []*types.Vector
		if cols != nil {
			args = g.pick(j, cols)
		}
		do(j.Accumulator, g.states[len(g.single)+i], args, g.outOf(j, got))
	}
}

func (g *groupsOf) outs(n int) (outs []*types.Vector) {
	for _, typ := range g.args {
		v := types.NewVector(typ)
		v.Reset(n)
		outs = append(outs, v)
	}
	return outs
}

func sameRows(t *rapid.T, what string, want, got []*types.Vector, n int) {
	for c := range want {
		for r := range n {
			if w, g := text(want[c], r), text(got[c], r); w != g {
				t.Fatalf("%s: column %d, row %d: joined %s, by itself %s", what, c, r, g, w)
			}
		}
	}
}

// check compares the results of all groups.
func (g *groupsOf) check(t *rapid.T, what string, n int) {
	want, got := g.outs(n), g.outs(n)
	g.each(nil, want, got, func(a function.Accumulator, st *memState, _ []*types.Vector, out *types.Vector) {
		a.Result(st, g.at, iota(n), iota(n), out)
		if !st.intact() {
			t.Fatalf("%s: %T wrote beyond its slots", what, a)
		}
	})
	sameRows(t, what, want, got, n)
}

// Accumulators that keep their values together have the results they have by
// themselves, after every row, of rows and of parts, of merged groups, and with
// NULLs that are ignored here and count there.
func TestJoinedAgreeWithSingle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawOffsetCalls(t)
		g := c.groups(modelGroups)
		for range rapid.IntRange(1, 5).Draw(t, "batches") {
			n := rapid.IntRange(0, 10).Draw(t, "rows")
			var cols []*types.Vector
			for _, typ := range c.args {
				cols = append(cols, randvec.Vector(t, typ, n))
			}
			of := make([]uint32, n)
			for r := range of {
				of[r] = uint32(rapid.IntRange(0, modelGroups-1).Draw(t, "group"))
			}
			var want, got []*types.Vector
			if rapid.Bool().Draw(t, "emit") {
				want, got = g.outs(n), g.outs(n)
			}
			if rapid.Bool().Draw(t, "in parts") {
				// A batch is cut in two, so that a group may have two parts of it.
				cut := rapid.IntRange(0, n).Draw(t, "cut")
				g.addParts(cols, of, 0, cut, want, got)
				g.addParts(cols, of, cut, n, want, got)
			} else {
				g.each(cols, want, got, func(a function.Accumulator, st *memState, args []*types.Vector, out *types.Vector) {
					a.Update(st, g.at, of, args, iota(n), 1, out, &function.Errors{})
				})
			}
			if want != nil {
				sameRows(t, "after each row", want, got, n)
			}
			g.check(t, "in the end", modelGroups)
		}
	})
}

// addParts makes parts of the rows from and up to to, and adds them. The result
// after a part is written to the row that has its number, behind from.
func (g *groupsOf) addParts(cols []*types.Vector, of []uint32, from, to int, want, got []*types.Vector) {
	var groups, part, rows, at []uint32
	number := map[uint32]uint32{}
	for r := from; r < to; r++ {
		p, ok := number[of[r]]
		if !ok {
			p = uint32(len(groups))
			number[of[r]] = p
			groups, at = append(groups, of[r]), append(at, uint32(from)+p)
		}
		part, rows = append(part, p), append(rows, uint32(r))
	}
	g.each(cols, want, got, func(a function.Accumulator, st *memState, args []*types.Vector, out *types.Vector) {
		parts, _ := newState(a, len(groups))
		p := a.(function.Parted)
		p.Part().Update(parts, g.at, part, args, rows, 1, nil, &function.Errors{})
		p.AddParts(st, g.at, groups, parts, at, out)
	})
}

// Groups of which one has all its rows before the other merge alike.
func TestJoinedMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawOffsetCalls(t)
		g := c.groups(2)
		for group := range uint32(2) { // 0 is the older one.
			n := rapid.IntRange(0, 3).Draw(t, "rows")
			var cols []*types.Vector
			for _, typ := range c.args {
				cols = append(cols, randvec.Vector(t, typ, n))
			}
			of := make([]uint32, n)
			for r := range of {
				of[r] = group
			}
			g.each(cols, nil, nil, func(a function.Accumulator, st *memState, args []*types.Vector, _ *types.Vector) {
				a.Update(st, g.at, of, args, iota(n), 1, nil, &function.Errors{})
			})
		}
		g.each(nil, nil, nil, func(a function.Accumulator, st *memState, _ []*types.Vector, _ *types.Vector) {
			a.Merge(st, g.at, 1, 0)
		})
		g.check(t, "merged", 2)
	})
}

// What is joined, and where in the order of the calls it stands.
func TestWhatIsJoined(t *testing.T) {
	var accs []function.Accumulator
	for _, c := range [][]string{{"COUNT", "STRING"}, {"LATEST_BY_OFFSET", "BIGINT"}, {"EARLIEST_BY_OFFSET", "INT"},
		{"LATEST_BY_OFFSET", "STRING"}, {"EARLIEST_BY_OFFSET", "BIGINT"}, {"MAX", "STRING"}, {"LATEST_BY_OFFSET", "DOUBLE"}} {
		a, _ := aggregator(t, c[0], typesOf(c[1]))
		accs = append(accs, a)
	}
	var got [][]int
	for _, j := range function.Join(accs) {
		got = append(got, j.Calls)
	}
	if want := "[[0] [1 3 6] [2] [4] [5]]"; fmt.Sprint(got) != want {
		t.Errorf("joined %v, expected %s: numbers alone stay in words", got, want)
	}
	if got := function.Join(accs[3:4]); len(got) != 1 || got[0].Accumulator != accs[3] {
		t.Errorf("one call became %v", got)
	}
}
