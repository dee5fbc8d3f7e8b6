package exec

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
	"github.com/leatdb/leat/planner/plan"
)

// crashQueries are queries with all kinds of state: windows behind a
// repartition, sessions, join buffers, and tables, one of them joined with rows
// that come through a repartition.
func crashQueries() []*plan.Query {
	clicks := func() *plan.Source { return stream("clicks", "K STRING", "G STRING, A BIGINT") }
	window := func(kind plan.WindowKind) *plan.Window {
		return &plan.Window{Kind: kind, SizeMillis: 1000, GraceMillis: 500, RetentionMillis: 5000}
	}
	r := by(clicks(), pick(clicks(), "G"), "A")
	counts := &plan.Aggregate{Input: r, Store: "agg", Window: window(plan.Tumbling),
		Calls: []plan.AggCall{call(r, "COUNT", "BIGINT"), call(r, "SUM", "BIGINT", "A")}}
	final := &plan.Aggregate{Input: clicks(), Store: "agg", Window: window(plan.Hopping), Final: true,
		Calls: []plan.AggCall{call(clicks(), "COUNT", "BIGINT")}}
	final.Window.AdvanceMillis = 400
	sessions := &plan.Aggregate{Input: clicks(), Store: "agg", Window: window(plan.Session),
		Calls: []plan.AggCall{call(clicks(), "COLLECT_LIST", "ARRAY<BIGINT>", "A")}}
	sessions.Window.SizeMillis = 30
	orders := stream("orders", "K STRING", "B BIGINT")
	joined := &plan.Join{Left: clicks(), Right: orders, Type: plan.LeftJoin, Key: cols("K STRING"), Store: "join",
		Within: &plan.Within{BeforeMillis: 20, AfterMillis: 20, GraceMillis: 100, HasGrace: true}}
	names := relation("names", plan.Table, "K STRING", "N STRING")
	named := &plan.Join{Left: clicks(), Right: names, Type: plan.LeftJoin, Key: cols("K STRING"), Store: "join"}
	moved := by(clicks(), pick(clicks(), "K"), "A")
	renamed := &plan.Join{Left: moved, Right: names, Type: plan.LeftJoin, Key: cols("K STRING"), Store: "join"}
	queries := []*plan.Query{sinkTo("renamed", renamed), sinkTo("counts", counts), sinkTo("final", final), sinkTo("sessions", sessions), sinkTo("joined", joined), sinkTo("named", named)}
	for _, q := range queries {
		q.Root.(*plan.Sink).ValueFormat = jsonFormat
	}
	return queries
}

var crashTopics = []string{"clicks", "orders", "names", "counts", "final", "sessions", "joined", "named", "renamed"}

// crashInput fills the topics with rows that are a little out of order.
func crashInput(w *world, rng *rand.Rand, n int) {
	for _, topic := range crashTopics {
		w.topic(topic, 1)
	}
	var recs [3][]rec
	now := int64(0)
	for i := range n {
		now += rng.Int64N(8)
		key := fmt.Sprintf("k%d", rng.IntN(20))
		t := max(0, now-rng.Int64N(40))
		switch rng.IntN(10) {
		case 0, 1:
			recs[1] = append(recs[1], rec{t, key, fmt.Sprintf(`{"B":%d}`, i)})
		case 2:
			value := fmt.Sprintf(`{"N":"n%d"}`, i)
			if rng.IntN(4) == 0 {
				value = "null"
			}
			recs[2] = append(recs[2], rec{t, key, value})
		default:
			recs[0] = append(recs[0], rec{t, key, fmt.Sprintf(`{"G":"g%d","A":%d}`, rng.IntN(5), i)})
		}
	}
	for k, topic := range crashTopics[:3] {
		for list := recs[k]; len(list) > 0; {
			m := min(len(list), 1+rng.IntN(50))
			w.produce(topic, 0, list[:m]...)
			list = list[m:]
		}
	}
}

func (w *world) outputs() map[string][]rec {
	all := map[string][]rec{}
	for _, topic := range crashTopics[3:] {
		all[topic] = w.read(topic, 0)
	}
	return all
}

// TestCrash cuts the power at random moments of a run, again and again, and
// expects the records of an undisturbed run.
func TestCrash(t *testing.T) {
	const rows = 6000
	calm := newWorld(t, Options{})
	crashInput(calm, random(1), rows)
	for _, q := range crashQueries() {
		calm.start(q)
	}
	calm.quiesce()
	want := calm.outputs()
	for topic, recs := range want {
		if len(recs) == 0 {
			t.Fatalf("the undisturbed run wrote nothing to %s", topic)
		}
	}
	for seed := range uint64(4) {
		rng := random(seed)
		w := &world{t: t, fs: vfs.NewCrashMem(), o: Options{CommitInterval: 1, batchRows: 50}}
		w.open()
		crashInput(w, random(1), rows)
		crashes := w.runWithCrashes(rng)
		got := w.outputs()
		w.close()
		t.Logf("seed %d: %d crashes", seed, crashes)
		for topic, recs := range want {
			if !reflect.DeepEqual(got[topic], recs) {
				t.Fatalf("seed %d: %s after %d crashes: %s", seed, topic, crashes, firstDifference(got[topic], recs))
			}
		}
	}
}

// runWithCrashes runs the queries to the end, losing power on the way. Rows are
// released bit by bit, so that there are many commits to be interrupted.
func (w *world) runWithCrashes(rng *rand.Rand) (crashes int) {
	released := map[string]int64{}
	for {
		for _, q := range crashQueries() {
			for _, topic := range crashTopics[:3] {
				if !joins(q) {
					w.rt.InputLimit(q.ID, topic, 0, released[q.ID+topic])
				}
			}
			w.start(q)
		}
		lives := 1 + rng.IntN(12)
		done := false
		for range lives {
			if done = w.release(rng, released); done {
				break
			}
		}
		if done {
			w.quiesce()
			return crashes
		}
		crashes++
		w.o.batchRows = 1 + rng.IntN(200)
		cut := w.fs.Crash(rng)
		w.close()
		w.fs = cut
		w.open()
	}
}

// joins tells whether a query reads several topics. It must have all of them
// from the start: which rows of two inputs meet depends on what is there when
// they are merged, so releasing one topic before the other is another history.
func joins(q *plan.Query) bool {
	leaves := 0
	plan.Walk(q.Root, func(n plan.Node) {
		if len(n.Inputs()) == 0 {
			leaves++
		}
	})
	return leaves > 1
}

// release lets the queries read on for a while. It waits for one of them, in
// turn; the others are in the middle of something when it returns. It tells when
// everything is released.
func (w *world) release(rng *rand.Rand, released map[string]int64) bool {
	done := true
	queries := w.rt.Queries()
	for _, q := range queries {
		for _, topic := range crashTopics[:3] {
			end, err := w.l.EndOffset(topic, 0)
			if err != nil {
				w.t.Fatal(err)
			}
			if joins(q.Plan()) {
				continue
			}
			k := q.ID() + topic
			released[k] = min(end, released[k]+1+rng.Int64N(100))
			done = done && released[k] == end
			w.rt.InputLimit(q.ID(), topic, 0, released[k])
		}
	}
	if !done && rng.IntN(3) == 0 {
		w.quiesce(queries[rng.IntN(len(queries))].ID())
	}
	return done
}

func firstDifference(got, want []rec) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("record %d of %d is %v, expected %v of %d", i, len(got), got[i], want[i], len(want))
		}
	}
	return fmt.Sprintf("%d records, expected %d", len(got), len(want))
}
