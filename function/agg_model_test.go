package function_test

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/internal/randvec"
	"github.com/leatdb/leat/types"
)

// seenRow is a row that a group has seen: its values, and its place in the
// arrival order of all groups.
type seenRow struct {
	values []any
	at     int
}

// aggModel computes an aggregate from all rows of a group, in the order of
// arrival. It shares nothing with the accumulators.
type aggModel struct {
	name     string
	args     []string
	literals []any
	undo     bool
	value    func(rows []seenRow, args []*types.Type) any
}

// first returns the first column without NULLs.
func first(rows []seenRow) []any {
	var out []any
	for _, r := range rows {
		if r.values[0] != nil {
			out = append(out, r.values[0])
		}
	}
	return out
}

func all(rows []seenRow) []any {
	out := []any{}
	for _, r := range rows {
		out = append(out, r.values[0])
	}
	return out
}

func sumInts(rows []seenRow) int64 {
	var sum int64
	for _, x := range first(rows) {
		switch x := x.(type) {
		case int32:
			sum += int64(x)
		case int64:
			sum += x
		}
	}
	return sum
}

// compareAny orders values of one type with the tested order of package types.
func compareAny(t *types.Type, a, b any) int {
	v := types.NewVector(t)
	for _, x := range []any{a, b} {
		if err := v.AppendAny(x); err != nil {
			panic(err)
		}
	}
	return types.CompareAt(v, 0, v, 1)
}

func extremeOf(sign int) func([]seenRow, []*types.Type) any {
	return func(rows []seenRow, args []*types.Type) any {
		var best any
		for _, x := range first(rows) {
			if best == nil || compareAny(args[0], x, best)*sign > 0 {
				best = x
			}
		}
		return best
	}
}

func distinctValues(t *types.Type, list []any) []any {
	out := []any{}
	for _, x := range list {
		if !slices.ContainsFunc(out, func(y any) bool { return compareAny(t, x, y) == 0 }) {
			out = append(out, x)
		}
	}
	return out
}

func descendingOf(t *types.Type, list []any, k int) []any {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b any) int { return compareAny(t, b, a) })
	if out == nil {
		out = []any{}
	}
	return out[:min(k, len(out))]
}

var aggModels = []aggModel{
	{"COUNT", nil, nil, true, func(rows []seenRow, _ []*types.Type) any { return int64(len(rows)) }},
	{"COUNT", []string{"STRING"}, nil, true, func(rows []seenRow, _ []*types.Type) any { return int64(len(first(rows))) }},
	{"SUM", []string{"INT"}, nil, true, func(rows []seenRow, _ []*types.Type) any { return int32(sumInts(rows)) }},
	{"SUM", []string{"BIGINT"}, nil, true, func(rows []seenRow, _ []*types.Type) any { return sumInts(rows) }},
	{"SUM", []string{"DECIMAL(38, 0)"}, nil, true, func(rows []seenRow, _ []*types.Type) any {
		sum := new(big.Int)
		for _, x := range first(rows) {
			sum.Add(sum, x.(types.DecimalValue).Unscaled)
		}
		return types.DecimalValue{Unscaled: sum}
	}},
	{"AVG", []string{"INT"}, nil, true, func(rows []seenRow, _ []*types.Type) any {
		if n := len(first(rows)); n > 0 {
			return float64(int32(sumInts(rows))) / float64(n)
		}
		return 0.0
	}},
	{"AVG", []string{"BIGINT"}, nil, true, func(rows []seenRow, _ []*types.Type) any {
		if n := len(first(rows)); n > 0 {
			return float64(sumInts(rows)) / float64(n)
		}
		return 0.0
	}},
	{"MIN", []string{"INT"}, nil, false, extremeOf(-1)},
	{"MAX", []string{"BIGINT"}, nil, false, extremeOf(1)},
	{"MAX", []string{"DOUBLE"}, nil, false, extremeOf(1)},
	{"MIN", []string{"STRING"}, nil, false, extremeOf(-1)},
	{"MAX", []string{"BYTES"}, nil, false, extremeOf(1)},
	{"MIN", []string{"DECIMAL(30, 2)"}, nil, false, extremeOf(-1)},
	{"MAX", []string{"TIMESTAMP"}, nil, false, extremeOf(1)},
	{"LATEST_BY_OFFSET", []string{"BIGINT"}, nil, false, func(rows []seenRow, _ []*types.Type) any { return last(first(rows)) }},
	{"LATEST_BY_OFFSET", []string{"STRING"}, []any{false}, false, func(rows []seenRow, _ []*types.Type) any { return last(all(rows)) }},
	{"LATEST_BY_OFFSET", []string{"DECIMAL(30, 2)"}, nil, false, func(rows []seenRow, _ []*types.Type) any { return last(first(rows)) }},
	{"LATEST_BY_OFFSET", []string{"STRUCT<A INT, B ARRAY<STRING>>"}, nil, false, func(rows []seenRow, _ []*types.Type) any { return last(first(rows)) }},
	{"EARLIEST_BY_OFFSET", []string{"BOOLEAN"}, nil, false, func(rows []seenRow, _ []*types.Type) any { return firstOf(first(rows)) }},
	{"EARLIEST_BY_OFFSET", []string{"DATE"}, []any{false}, false, func(rows []seenRow, _ []*types.Type) any { return firstOf(all(rows)) }},
	{"EARLIEST_BY_OFFSET", []string{"STRING"}, []any{3}, false, func(rows []seenRow, _ []*types.Type) any {
		list := append([]any{}, first(rows)...)
		return list[:min(3, len(list))]
	}},
	{"COLLECT_LIST", []string{"ARRAY<STRING>"}, nil, true, func(rows []seenRow, _ []*types.Type) any { return all(rows) }},
	{"COLLECT_SET", []string{"DOUBLE"}, nil, false, func(rows []seenRow, args []*types.Type) any { return distinctValues(args[0], all(rows)) }},
	{"TOPK", []string{"STRING"}, []any{3}, false, func(rows []seenRow, args []*types.Type) any { return descendingOf(args[0], first(rows), 3) }},
	{"TOPKDISTINCT", []string{"DECIMAL(30, 2)"}, []any{3}, false, func(rows []seenRow, args []*types.Type) any {
		return descendingOf(args[0], distinctValues(args[0], first(rows)), 3)
	}},
	{"ATTR", []string{"STRING"}, nil, true, func(rows []seenRow, args []*types.Type) any {
		if d := distinctValues(args[0], all(rows)); len(d) == 1 {
			return d[0]
		}
		return nil
	}},
	{"COUNT_DISTINCT", []string{"STRING"}, nil, false, func(rows []seenRow, args []*types.Type) any {
		return int64(len(distinctValues(args[0], first(rows))))
	}},
	{"HISTOGRAM", []string{"STRING"}, nil, true, func(rows []seenRow, args []*types.Type) any {
		m := types.MapValue{}
		for _, x := range distinctValues(args[0], all(rows)) {
			n := int64(0)
			for _, y := range all(rows) {
				if compareAny(args[0], x, y) == 0 {
					n++
				}
			}
			m = append(m, types.MapEntry{Key: x, Value: n})
		}
		return m
	}},
	{"LATEST_BY_OFFSET", []string{"DOUBLE"}, []any{false}, false, func(rows []seenRow, _ []*types.Type) any { return last(all(rows)) }},
	{"SUM_LIST", []string{"ARRAY<BIGINT>"}, nil, true, func(rows []seenRow, _ []*types.Type) any {
		var sum int64
		for _, list := range first(rows) {
			for _, x := range list.([]any) {
				if x != nil {
					sum += x.(int64)
				}
			}
		}
		return sum
	}},
}

func last(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

func firstOf(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

const modelGroups = 3

// Random batches over a few groups, rows taken back and groups merged: after
// every row the accumulator has the value that the model computes from scratch.
func TestAggregatesAgreeWithTheModel(t *testing.T) {
	for _, m := range aggModels {
		t.Run(fmt.Sprint(m.name, m.args, m.literals), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { m.check(t) })
		})
	}
}

func (m aggModel) check(t *rapid.T) {
	args := typesOf(m.args...)
	a, typ := aggregator(t, m.name, args, m.literals...)
	st, at := newState(a, modelGroups)
	var seen [modelGroups][]seenRow
	arrival := 0
	for range rapid.IntRange(1, 4).Draw(t, "batches") {
		n := rapid.IntRange(0, 9).Draw(t, "rows")
		cols := make([]*types.Vector, len(args))
		for i := range args {
			cols[i] = randvec.Vector(t, args[i], n)
			if m.name == "SUM" && args[i].Kind == types.Decimal { // Sums must fit.
				cols[i] = randvec.Vector(t, types.DecimalOf(25, 0), n)
				cols[i].Type = args[i]
			}
		}
		var groups, rows []uint32
		var want []any
		for r := range n {
			if rapid.IntRange(0, 4).Draw(t, "skip") == 0 {
				continue
			}
			g := rapid.IntRange(0, modelGroups-1).Draw(t, "group")
			row := seenRow{at: arrival}
			arrival++
			for _, c := range cols {
				row.values = append(row.values, c.Any(r))
			}
			seen[g] = append(seen[g], row)
			groups, rows = append(groups, uint32(g)), append(rows, uint32(r))
			want = append(want, m.value(seen[g], args))
		}
		out := types.NewVector(typ)
		out.Reset(n)
		var errs function.Errors
		if rapid.Bool().Draw(t, "emit") {
			a.Update(st, at, groups, cols, rows, 1, out, &errs)
			for k, r := range rows {
				m.same(t, "after row", out, int(r), want[k])
			}
		} else {
			a.Update(st, at, groups, cols, rows, 1, nil, &errs)
		}
		m.step(t, a, st, at, typ, &seen)
		if len(errs.Rows) > 0 || !st.intact() {
			t.Fatalf("errors %v, intact: %v", errs.Errs, st.intact())
		}
		m.results(t, a, st, at, typ, &seen, args)
	}
}

// step takes a row back, or merges two groups.
func (m aggModel) step(t *rapid.T, a function.Accumulator, st *memState, at function.Slots, typ *types.Type, seen *[modelGroups][]seenRow) {
	g := rapid.IntRange(0, modelGroups-1).Draw(t, "stepped")
	var errs function.Errors
	switch rows := seen[g]; {
	case m.undo && len(rows) > 0 && rapid.Bool().Draw(t, "undo"):
		// The last equal row is the one taken back, as COLLECT_LIST does.
		k := len(rows) - 1
		cols := make([]*types.Vector, len(m.args))
		for i, text := range m.args {
			cols[i] = columnOf(t, types.MustType(text), rows[k].values[i])
		}
		out := types.NewVector(typ)
		out.Reset(1)
		a.Update(st, at, []uint32{uint32(g)}, cols, []uint32{0}, -1, out, &errs)
		seen[g] = rows[:k]
		m.same(t, "after undo", out, 0, m.value(seen[g], typesOf(m.args...)))
	case rapid.IntRange(0, 3).Draw(t, "merge") == 0:
		into := (g + 1) % modelGroups
		older, newer := seen[g], seen[into]
		if len(older) > 0 && len(newer) > 0 && older[len(older)-1].at > newer[0].at {
			return // Lists merge as a whole: only when one is really older.
		}
		a.Merge(st, at, uint32(into), uint32(g))
		seen[into] = append(slices.Clone(older), newer...)
		w, b := a.Size()
		clear(st.words[g*st.stride+1 : g*st.stride+1+w])
		for i := range b {
			st.SetBlob(uint32(g), at.Blob+i, nil)
		}
		seen[g] = nil
	}
	if len(errs.Rows) > 0 {
		t.Fatal(errs.Errs)
	}
}

func (m aggModel) results(t *rapid.T, a function.Accumulator, st *memState, at function.Slots, typ *types.Type, seen *[modelGroups][]seenRow, args []*types.Type) {
	out := types.NewVector(typ)
	out.Reset(modelGroups + 1)
	a.Result(st, at, []uint32{2, 0, 1, 2}, []uint32{0, 1, 2, 3}, out)
	for k, g := range []int{2, 0, 1, 2} {
		m.same(t, "result", out, k, m.value(seen[g], args))
	}
}

func (m aggModel) same(t *rapid.T, when string, out *types.Vector, row int, want any) {
	v := types.NewVector(out.Type)
	if err := v.AppendAny(want); err != nil {
		t.Fatal(err)
	}
	if out.Type.Kind == types.Double && !out.IsNull(row) && want != nil && math.Abs(out.F64[row]-v.F64[0]) <= 1e-9*math.Abs(v.F64[0]) {
		return
	}
	// An estimate: two of few values may share a register of 2^14, not more.
	if m.name == "COUNT_DISTINCT" && !out.IsNull(row) && (v.I64[0] == out.I64[row]+1 && v.I64[0] > 1) {
		return
	}
	if !types.EqualAt(out, row, v, 0) {
		t.Fatalf("%s: %s%v is %v, want %v", when, m.name, m.args, out.Any(row), want)
	}
}
