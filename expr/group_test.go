package expr

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

// repeat copies an expression and puts drawn parts in place of others of their
// type, so that many parts occur several times.
func (d drawer) repeat(e *Expr, parts []*Expr) *Expr {
	if d.pick(3) == 0 {
		for _, k := range rapid.Permutation([]int{0, 1, 2, 3, 4, 5}).Draw(d.t, "order") {
			if k < len(parts) && parts[k].Type.Equal(e.Type) {
				return parts[k]
			}
		}
	}
	out := *e
	out.Args = nil
	for _, a := range e.Args {
		out.Args = append(out.Args, d.repeat(a, parts))
	}
	return &out
}

// Programs of a group agree with the model in values and in the number of
// reports, whatever they have in common, for any selections of rows, batch after
// batch.
func TestGroupsAgreeWithTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawer{t}
		var parts, list []*Expr
		for range 6 {
			parts = append(parts, d.expr(drawnTypes[d.pick(len(drawnTypes))], 2))
		}
		for range 3 {
			list = append(list, d.repeat(d.expr(drawnTypes[d.pick(len(drawnTypes))], 3), parts))
		}
		g := Options{}.NewGroup(testFunctions{}, list...)
		var programs []*Program
		for _, e := range list {
			p, err := g.Compile(e)
			if err != nil {
				t.Fatal(err)
			}
			programs = append(programs, p)
		}
		for range 3 {
			b := d.batch()
			g.Begin()
			var outs []*types.Vector
			var sels [][]uint32
			for i, p := range programs {
				sel := b.Rows()
				if d.pick(2) == 0 {
					sel = []uint32{}
					for r := range drawnRows {
						if d.pick(3) == 0 {
							sel = append(sel, uint32(r))
						}
					}
				}
				outs, sels = append(outs, evalOrFilter(t, d, p, list[i], b, sel)), append(sels, sel)
			}
			for i, out := range outs { // Only now, as all columns must stay what they are.
				checkValues(t, list[i], b, sels[i], out)
			}
			if d.pick(2) == 0 {
				g.Release()
			}
		}
	})
}

// evalOrFilter evaluates a program in one of the two ways. It checks the reports
// and the rows that pass a filter, or returns the column.
func evalOrFilter(t *rapid.T, d drawer, p *Program, e *Expr, b *types.Batch, sel []uint32) *types.Vector {
	var errs function.Errors
	var out *types.Vector
	var kept, wantKept []uint32
	filter := e.Type.Kind == types.Boolean && d.pick(2) == 0
	if filter {
		kept = p.Filter(b, sel, nil, &errs)
	} else {
		out = p.Eval(b, sel, &errs)
	}
	reports, want := map[uint32]int{}, map[uint32]int{}
	for _, r := range errs.Rows {
		reports[r]++
	}
	for _, r := range sel {
		m := model{cols: b.Cols, row: int(r)}
		v, err := m.eval(e)
		if n := m.forgiven + one(err != nil); n > 0 {
			want[r] = n
		}
		if err == nil && v == true {
			wantKept = append(wantKept, r)
		}
	}
	if !maps.Equal(reports, want) {
		t.Fatalf("%s reports %v, want %v", show(e), reports, want)
	}
	if filter && !slices.Equal(kept, wantKept) {
		t.Fatalf("%s keeps %v, want %v", show(e), kept, wantKept)
	}
	return out
}

func checkValues(t *rapid.T, e *Expr, b *types.Batch, sel []uint32, out *types.Vector) {
	if out == nil {
		return
	}
	for _, r := range sel {
		m := model{cols: b.Cols, row: int(r)}
		want, err := m.eval(e)
		if err != nil {
			want = nil
		}
		if got := plain(out.Any(int(r))); !sameValue(got, want) {
			t.Fatalf("row %d of %s is %v, want %v", r, show(e), got, want)
		}
	}
}

// counting counts the rows that FAIL_IF_NEGATIVE is called for.
type counting struct{ rows *int }

func (c counting) Kernel(name string, call *function.Call) (function.Kernel, bool, error) {
	k, volatile, err := testFunctions{}.Kernel(name, call)
	return func(args []*types.Vector, rows []uint32, out *types.Vector, errs *function.Errors) {
		*c.rows += len(rows)
		k(args, rows, out, errs)
	}, volatile, err
}

func TestGroupComputesOnce(t *testing.T) {
	x := Column(0, types.IntegerType)
	call := func() *Expr { return callOf("FAIL_IF_NEGATIVE", types.IntegerType, x) }
	even := cmpOf("=", arith("%", x, integer(2)), integer(0))
	tests := []struct {
		name string
		list []*Expr
		want int // Rows of 100.
	}{
		{"two columns", []*Expr{call(), call()}, 100},
		{"a part of another", []*Expr{call(), arith("+", call(), call())}, 100},
		{"a condition and a column", []*Expr{cmpOf("<", call(), integer(50)), call()}, 100},
		{"nested", []*Expr{castTo(call(), "STRING"), castTo(call(), "STRING"), call()}, 100},
		{"in a branch first", []*Expr{caseOf(even, call()), call()}, 150},
		{"in both branches", []*Expr{caseOf(even, call(), arith("+", call(), integer(1)))}, 150},
		{"once", []*Expr{call(), x}, 100},
		{"volatile", []*Expr{callOf("COUNTER", types.IntegerType), callOf("COUNTER", types.IntegerType)}, 200},
	}
	b := &types.Batch{N: 100, Cols: []*types.Vector{types.NewVector(types.IntegerType)}}
	for i := range 100 {
		b.Cols[0].I32[b.Cols[0].Extend()] = int32(i)
	}
	for _, tt := range tests {
		n := 0
		g := Options{}.NewGroup(counting{&n}, tt.list...)
		var programs []*Program
		for _, e := range tt.list {
			p, err := g.Compile(e)
			if err != nil {
				t.Fatal(err)
			}
			programs = append(programs, p)
		}
		for range 2 {
			n = 0
			g.Begin()
			for _, p := range programs {
				p.Eval(b, b.Rows(), nil)
			}
			if n != tt.want {
				t.Errorf("%s: the function was called for %d rows, want %d", tt.name, n, tt.want)
			}
		}
	}
}

// BenchmarkGroup: a decimal product in a condition and in a column.
func BenchmarkGroup(b *testing.B) {
	product := func() *Expr { return arith("*", amount, lit("0.908", "DECIMAL(4, 3)")) }
	where := andOf(cmpOf(">", product(), lit("1", "DECIMAL(4, 1)")), cmpOf("<", product(), lit("900", "DECIMAL(4, 1)")))
	for _, shared := range []bool{false, true} {
		b.Run(fmt.Sprintf("shared=%t", shared), func(b *testing.B) {
			batch := bids()
			list := []*Expr{where, product()}
			g := Options{}.NewGroup(testFunctions{}, list...)
			var programs []*Program
			for _, e := range list {
				p, err := Compile(e, testFunctions{})
				if shared {
					p, err = g.Compile(e)
				}
				if err != nil {
					b.Fatal(err)
				}
				programs = append(programs, p)
			}
			var sel []uint32
			b.ReportAllocs()
			for range b.N {
				g.Begin()
				sel = programs[0].Filter(batch, batch.Rows(), sel, nil)
				programs[1].Eval(batch, sel, nil)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/types.BatchRows, "ns/row")
		})
	}
}
