package exec

import (
	"fmt"
	"testing"

	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner/plan"
)

// BenchmarkQueries takes rows from a topic to a topic over a log in memory:
// decoding, operators, encoding and commits, and no disk.
func BenchmarkQueries(b *testing.B) {
	const perBatch, batches = 4096, 16
	in := make([][]byte, batches)
	size := 0
	for i := range in {
		var builder log.BatchBuilder
		for k := range perBatch {
			n := i*perBatch + k
			builder.Append([]byte(fmt.Sprintf("key-%d", n%5000)), []byte(fmt.Sprintf(`{"A":%d,"B":"a value with some text %d","C":%d}`, n%1000, n, n*7)), nil, int64(n))
		}
		in[i] = builder.Bytes()
		size += len(in[i])
	}
	s := func() *plan.Source { return stream("in", "K STRING", "A BIGINT, B STRING, C BIGINT") }
	count := func(w *plan.Window) plan.Node {
		return &plan.Aggregate{Input: s(), Store: "agg", Window: w, Calls: []plan.AggCall{call(s(), "COUNT", "BIGINT"), call(s(), "SUM", "BIGINT", "A")}}
	}
	for _, c := range []struct {
		name string
		node plan.Node
	}{
		{"copy", s()},
		{"filter", &plan.Filter{Input: s(), Predicate: compare("<", col(s(), "A"), number(100))}},
		{"group", count(nil)},
		{"tumbling", count(&plan.Window{Kind: plan.Tumbling, SizeMillis: 1000, RetentionMillis: 1000})},
		{"hopping", count(&plan.Window{Kind: plan.Hopping, SizeMillis: 1000, AdvanceMillis: 250, RetentionMillis: 1000})},
		{"session", count(&plan.Window{Kind: plan.Session, SizeMillis: 6000, RetentionMillis: 10000})},
		{"regroup", &plan.Aggregate{Input: by(s(), pick(s(), "A"), "C"), Store: "agg", Calls: []plan.AggCall{call(by(s(), pick(s(), "A"), "C"), "COUNT", "BIGINT")}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			w := newWorld(b, Options{Cache: true})
			w.topic("in", 1)
			w.topic("out", 1)
			q := sinkTo("out", c.node)
			q.Root.(*plan.Sink).ValueFormat = jsonFormat
			w.start(q)
			b.SetBytes(int64(size))
			for b.Loop() {
				for _, batch := range in {
					if _, err := w.l.Produce(ctx, []log.Write{{Topic: "in", Batch: batch}}); err != nil {
						b.Fatal(err)
					}
				}
				w.quiesce()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/perBatch/batches, "ns/row")
		})
	}
}

// BenchmarkSubscribers gives rows to many clients of one query, which share a
// tail, a batch of 100 rows at a time.
func BenchmarkSubscribers(b *testing.B) {
	const rows = 100
	var builder log.BatchBuilder
	for n := range rows {
		builder.Append([]byte(fmt.Sprintf("key-%d", n)), []byte(fmt.Sprintf(`{"A":%d,"B":"a value with some text %d","C":%d}`, n, n, n*7)), nil, int64(n))
	}
	for _, n := range []int{1, 100, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w := newWorld(b, Options{})
			w.topic("in", 1)
			s := stream("in", "K STRING", "A BIGINT, B STRING, C BIGINT")
			clients := make([]*Results, n)
			for i := range clients {
				r, err := w.rt.Push(ctx, &plan.Query{ID: "push", Root: s, Limit: -1}, PushOptions{})
				if err != nil {
					b.Fatal(err)
				}
				clients[i] = r
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := w.l.Produce(ctx, []log.Write{{Topic: "in", Batch: builder.Bytes()}}); err != nil {
					b.Fatal(err)
				}
				for _, r := range clients {
					for got := 0; got < rows; {
						batch, err := r.Next(ctx)
						if err != nil {
							b.Fatal(err)
						}
						got += batch.N
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows/float64(n), "ns/row/client")
			for _, r := range clients {
				r.Close()
			}
		})
	}
}
