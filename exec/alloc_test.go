package exec

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner/plan"
)

// bench runs a query over n rows per run and returns allocations and bytes per
// row of the whole process, commits and log included, and the rows.
func (w *world) allocations(q *plan.Query, batch func(i int) []byte, perBatch int) (allocs, bytes float64) {
	w.t.Helper()
	w.start(q)
	round := func() {
		for i := range 32 {
			if _, err := w.l.Produce(ctx, []log.Write{{Topic: "in", Batch: batch(i)}}); err != nil {
				w.t.Fatal(err)
			}
		}
		w.rt.InputLimit(q.ID, "in", 0, -1)
		w.quiesce()
		w.rt.InputLimit(q.ID, "in", 0, w.end("in"))
	}
	round()
	round()
	// The rows of the measured run are there before it begins.
	for i := range 32 {
		if _, err := w.l.Produce(ctx, []log.Write{{Topic: "in", Batch: batch(i)}}); err != nil {
			w.t.Fatal(err)
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w.rt.InputLimit(q.ID, "in", 0, -1)
	w.quiesce()
	runtime.ReadMemStats(&after)
	rows := float64(32 * perBatch)
	return float64(after.Mallocs-before.Mallocs) / rows, float64(after.TotalAlloc-before.TotalAlloc) / rows
}

func (w *world) end(topic string) int64 {
	w.t.Helper()
	end, err := w.l.EndOffset(topic, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return end
}

// No row may allocate: what a run allocates is batches and commits.
func TestAllocations(t *testing.T) {
	const perBatch = 4096
	s := func() *plan.Source { return stream("in", "K STRING", "A BIGINT, B STRING, C BIGINT") }
	build := map[string]func() plan.Node{
		"project": func() plan.Node {
			f := &plan.Filter{Input: s(), Predicate: compare(">", col(s(), "A"), number(100))}
			return &plan.Project{Input: f, Key: pick(f, "K"), Value: append(pick(f, "B"), named("A2", arith("*", col(f, "A"), number(2))))}
		},
		"aggregate": func() plan.Node {
			return &plan.Aggregate{Input: s(), Store: "agg", Calls: []plan.AggCall{call(s(), "COUNT", "BIGINT"), call(s(), "SUM", "BIGINT", "A")}}
		},
		"window": func() plan.Node {
			return &plan.Aggregate{Input: s(), Store: "agg", Window: &plan.Window{Kind: plan.Tumbling, SizeMillis: 100000, RetentionMillis: 1000000},
				Calls: []plan.AggCall{call(s(), "COUNT", "BIGINT"), call(s(), "MAX", "BIGINT", "C")}}
		},
		"session": func() plan.Node {
			return &plan.Aggregate{Input: s(), Store: "agg", Window: &plan.Window{Kind: plan.Session, SizeMillis: 100000, RetentionMillis: 1000000},
				Calls: []plan.AggCall{call(s(), "COUNT", "BIGINT"), call(s(), "SUM", "BIGINT", "A")}}
		},
	}
	for name, node := range build {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, Options{})
			w.topic("in", 1)
			w.topic("out", 1)
			q := sinkTo("out", node())
			q.Root.(*plan.Sink).ValueFormat = jsonFormat
			var batches [][]byte
			for i := range 32 {
				var b log.BatchBuilder
				for k := range perBatch {
					n := i*perBatch + k
					b.Append([]byte(fmt.Sprintf("key-%d", n%500)), []byte(fmt.Sprintf(`{"A":%d,"B":"value %d","C":%d}`, n%1000, n, n*7)), nil, int64(n/10))
				}
				batches = append(batches, b.Bytes())
			}
			allocs, bytes := w.allocations(q, func(i int) []byte { return batches[i] }, perBatch)
			t.Logf("%.4f allocations and %.0f bytes per row", allocs, bytes)
			if allocs > 0.05 {
				t.Errorf("%.4f allocations per row", allocs)
			}
		})
	}
}
