package expr

import (
	"fmt"
	"testing"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

// bids is a full batch of auction, bidder, price, channel and a DECIMAL price.
// One bid in seven is for an auction that the benchmarks' filters keep.
func bids() *types.Batch {
	b := &types.Batch{N: types.BatchRows}
	for _, t := range []*types.Type{types.BigIntType, types.IntegerType, types.DoubleType, types.StringType, types.DecimalOf(10, 2)} {
		v := types.NewVector(t)
		v.Reset(b.N)
		b.Cols = append(b.Cols, v)
	}
	channels := []string{"Google", "Facebook", "Baidu", "Apple", "channel-1234"}
	for i := range b.N {
		b.Cols[0].I64[i] = int64(i * 7919 % 1000)
		b.Cols[1].I32[i] = int32(i * 104729 % 5000)
		b.Cols[2].F64[i] = float64(i*15485863%100000) / 100
		b.Cols[3].Str[i] = channels[i*31%5]
		b.Cols[4].SetDecimal64(i, int64(i*15485863%100000))
	}
	return b
}

var (
	auction = Column(0, types.BigIntType)
	bidder  = Column(1, types.IntegerType)
	price   = Column(2, types.DoubleType)
	channel = Column(3, types.StringType)
	amount  = Column(4, types.DecimalOf(10, 2))
)

// query is a WHERE and a SELECT list.
type query struct {
	name    string
	where   *Expr
	selects []*Expr
}

func queries() []query {
	low := cmpOf("<", auction, lit("150", "BIGINT"))
	return []query{
		{"project", nil, []*Expr{auction, arith("*", price, lit("0.908", "DOUBLE"))}},
		{"filter", low, nil},
		{"filter_and_project", andOf(low, cmpOf(">", price, lit("1", "DOUBLE"))), []*Expr{auction, bidder, arith("*", price, lit("0.908", "DOUBLE"))}},
		{"mod", cmpOf("=", arith("%", auction, lit("123", "BIGINT")), lit("0", "BIGINT")), nil},
		{"string_equals", cmpOf("=", channel, str("Apple")), nil},
		{"in", boolean(OpIn, "", auction, lit("1", "BIGINT"), lit("20", "BIGINT"), lit("2019", "BIGINT"), lit("500", "BIGINT")), nil},
		{"like", func() *Expr { e := boolean(OpLike, "", channel, str("%ch%3_")); return e }(), nil},
		{"decimal", cmpOf(">", amount, lit("100.5", "DECIMAL(4, 1)")), []*Expr{arith("*", amount, lit("0.908", "DECIMAL(4, 3)"))}},
		{"case", nil, []*Expr{caseOf(cmpOf("<", price, lit("100", "DOUBLE")), str("low"), cmpOf("<", price, lit("500", "DOUBLE")), str("middle"), str("high"))}},
		{"cast_to_string", nil, []*Expr{castTo(auction, "STRING")}},
	}
}

// runner compiles a query and returns a function that runs it over a batch.
func runner(tb testing.TB, q query) func(b *types.Batch) {
	var where *Program
	var selects []*Program
	compile := func(e *Expr) *Program {
		p, err := Compile(e, nil)
		if err != nil {
			tb.Fatal(err)
		}
		return p
	}
	if q.where != nil {
		where = compile(q.where)
	}
	for _, e := range q.selects {
		selects = append(selects, compile(e))
	}
	var sel []uint32
	var errs function.Errors
	return func(b *types.Batch) {
		rows := b.Rows()
		if where != nil {
			sel = where.Filter(b, rows, sel, &errs)
			rows = sel
		}
		for _, p := range selects {
			p.Eval(b, rows, &errs)
		}
	}
}

func BenchmarkQueries(b *testing.B) {
	batch := bids()
	for _, q := range queries() {
		b.Run(q.name, func(b *testing.B) {
			run := runner(b, q)
			for b.Loop() {
				run(batch)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(batch.N), "ns/row")
		})
	}
}

// Once its scratch memory is there a program allocates nothing.
func TestEvaluationDoesNotAllocate(t *testing.T) {
	batch := bids()
	for _, q := range queries() {
		if q.name == "cast_to_string" {
			continue // The arena of the results grows to its size over a few batches.
		}
		run := runner(t, q)
		run(batch)
		if n := testing.AllocsPerRun(5, func() { run(batch) }); n != 0 {
			t.Errorf("%s allocates %v times for a batch", q.name, n)
		}
	}
}

// Compiling is cheap enough for INSERT VALUES and pull queries.
func BenchmarkCompile(b *testing.B) {
	for _, n := range []int{1, 10} {
		e := andOf(cmpOf("=", auction, lit("1", "BIGINT")), cmpOf("=", channel, str("x")))
		for range n - 1 {
			e = andOf(e, cmpOf("=", auction, lit("1", "BIGINT")))
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := Compile(e, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
