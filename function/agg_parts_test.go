package function_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/internal/randvec"
	"github.com/leatdb/leat/types"
)

// What is made in parts has the value that the model computes of all rows, after
// every part.
func TestPartsAgreeWithTheModel(t *testing.T) {
	for _, m := range aggModels {
		if a, _ := aggregator(t, m.name, typesOf(m.args...), m.literals...); !isParted(a) {
			continue
		}
		t.Run(fmt.Sprint(m.name, m.args, m.literals), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { m.checkParts(t) })
		})
	}
}

func isParted(a function.Accumulator) bool {
	_, ok := a.(function.Parted)
	return ok
}

func (m aggModel) checkParts(t *rapid.T) {
	args := typesOf(m.args...)
	acc, typ := aggregator(t, m.name, args, m.literals...)
	a := acc.(function.Parted)
	st, at := newState(a, modelGroups)
	var seen [modelGroups][]seenRow
	for range rapid.IntRange(1, 4).Draw(t, "batches") {
		n := rapid.IntRange(0, 12).Draw(t, "rows")
		cols := make([]*types.Vector, len(args))
		for i := range args {
			cols[i] = randvec.Vector(t, args[i], n)
		}
		// A group may have several parts, as from several batches or tasks.
		var groups, of, rows []uint32
		for r := range n {
			g := uint32(rapid.IntRange(0, modelGroups-1).Draw(t, "group"))
			p := slices.Index(groups, g)
			if p < 0 || rapid.IntRange(0, 3).Draw(t, "new part") == 0 {
				p = len(groups)
				groups = append(groups, g)
			} else {
				for q := p + 1; q < len(groups); q++ {
					if groups[q] == g {
						p = q
					}
				}
			}
			of, rows = append(of, uint32(p)), append(rows, uint32(r))
		}
		parts, _ := newState(a, len(groups))
		var errs function.Errors
		a.Part().Update(parts, at, of, cols, rows, 1, nil, &errs)
		var want []any
		for p, g := range groups {
			for r := range n {
				if of[r] == uint32(p) {
					row := seenRow{}
					for _, c := range cols {
						row.values = append(row.values, c.Any(r))
					}
					seen[g] = append(seen[g], row)
				}
			}
			want = append(want, m.value(seen[g], args))
		}
		var out *types.Vector
		if rapid.Bool().Draw(t, "emit") {
			out = types.NewVector(typ)
			out.Reset(len(groups))
		}
		a.AddParts(st, at, groups, parts, iota(len(groups)), out)
		for p := range groups {
			if out != nil {
				m.same(t, "after part", out, p, want[p])
			}
		}
		if len(errs.Rows) > 0 || !st.intact() || !parts.intact() {
			t.Fatalf("errors %v, intact: %v, %v", errs.Errs, st.intact(), parts.intact())
		}
		m.results(t, a, st, at, typ, &seen, args)
	}
}

// Sums whose value depends on the order of the additions are not made in parts.
func TestWhatIsNotMadeInParts(t *testing.T) {
	for _, c := range [][2]string{{"SUM", "DOUBLE"}, {"AVG", "DOUBLE"}, {"SUM", "DECIMAL(38, 0)"}, {"STDDEV_SAMP", "DOUBLE"}, {"COLLECT_LIST", "STRING"}} {
		if a, _ := aggregator(t, c[0], typesOf(c[1])); isParted(a) {
			t.Errorf("%s(%s) is made in parts", c[0], c[1])
		}
	}
}
