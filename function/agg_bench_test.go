package function_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

const benchGroups = 10000

// aggBench is a batch that falls into random groups.
type aggBench struct {
	name   string
	acc    function.Accumulator
	st     *memState
	at     function.Slots
	groups []uint32
	rows   []uint32
	cols   []*types.Vector
	out    *types.Vector
}

func (a *aggBench) update(emit bool, errs *function.Errors) {
	if emit {
		a.out.Reset(len(a.rows))
		a.acc.Update(a.st, a.at, a.groups, a.cols, a.rows, 1, a.out, errs)
		return
	}
	a.acc.Update(a.st, a.at, a.groups, a.cols, a.rows, 1, nil, errs)
}

func aggBenches(tb testing.TB) []*aggBench {
	random := rand.New(rand.NewPCG(1, 2))
	groups, ints, longs, doubles, strs, decs := make([]uint32, types.BatchRows), types.NewVector(types.IntegerType), types.NewVector(types.BigIntType),
		types.NewVector(types.DoubleType), types.NewVector(types.StringType), types.NewVector(types.DecimalOf(30, 2))
	for _, v := range []*types.Vector{ints, longs, doubles, strs, decs} {
		v.Reset(types.BatchRows)
	}
	for i := range groups {
		groups[i] = random.Uint32N(benchGroups)
		ints.I32[i], longs.I64[i], doubles.F64[i] = random.Int32N(1e6), random.Int64N(1e6), random.Float64()
		strs.Str[i] = fmt.Sprint("name ", random.Int32N(1e6))
		decs.SetDecimal64(i, random.Int64N(1e6))
	}
	var out []*aggBench
	for _, c := range []struct {
		name string
		cols []*types.Vector
	}{
		{"COUNT", nil}, {"SUM", []*types.Vector{ints}}, {"SUM", []*types.Vector{longs}}, {"SUM", []*types.Vector{doubles}}, {"SUM", []*types.Vector{decs}},
		{"AVG", []*types.Vector{doubles}}, {"MIN", []*types.Vector{longs}}, {"MAX", []*types.Vector{ints}}, {"MAX", []*types.Vector{doubles}},
		{"MAX", []*types.Vector{strs}}, {"LATEST_BY_OFFSET", []*types.Vector{longs}}, {"LATEST_BY_OFFSET", []*types.Vector{strs}},
		{"COUNT_DISTINCT", []*types.Vector{longs}}, {"STDDEV_SAMPLE", []*types.Vector{doubles}},
	} {
		name, args := c.name, []*types.Type(nil)
		for _, v := range c.cols {
			args = append(args, v.Type)
			name += "_" + v.Type.Kind.String()
		}
		acc, typ := aggregator(tb, c.name, args)
		b := &aggBench{name: name, acc: acc, groups: groups, rows: iota(types.BatchRows), cols: c.cols, out: types.NewVector(typ)}
		b.st, b.at = newState(acc, benchGroups)
		out = append(out, b)
	}
	return out
}

func BenchmarkUpdate(b *testing.B) {
	for _, a := range aggBenches(b) {
		for _, emit := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/emit=%v", a.name, emit), func(b *testing.B) {
				var errs function.Errors
				for b.Loop() {
					a.update(emit, &errs)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/types.BatchRows, "ns/row")
			})
		}
	}
}

// Updates of groups that exist allocate nothing.
func TestUpdateDoesNotAllocate(t *testing.T) {
	for _, a := range aggBenches(t) {
		var errs function.Errors
		for range 3 { // Scratch memory and the arena of out grow to their size.
			a.update(true, &errs)
		}
		if n := testing.AllocsPerRun(5, func() { a.update(true, &errs) }); n != 0 {
			t.Errorf("%s allocates %v times for a batch", a.name, n)
		}
	}
}
