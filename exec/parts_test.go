package exec

import (
	"fmt"
	"slices"
	"testing"

	"github.com/leatdb/leat/planner/plan"
)

// grouped is a query whose rows travel in parts, or as rows when it also has an
// aggregate that needs them.
func grouped(whole bool) *plan.Query {
	s := stream("in", "K STRING", "G STRING, A BIGINT, T STRING")
	r := by(s, pick(s, "G"), "A", "T")
	a := &plan.Aggregate{Input: r, Store: "agg", Calls: []plan.AggCall{
		call(r, "COUNT", "BIGINT"), call(r, "SUM", "BIGINT", "A"), call(r, "AVG", "DOUBLE", "A"),
		call(r, "MIN", "BIGINT", "A"), call(r, "MAX", "BIGINT", "A"),
		call(r, "LATEST_BY_OFFSET", "STRING", "T"), call(r, "EARLIEST_BY_OFFSET", "STRING", "T")}}
	if !whole {
		return sinkTo("out", a)
	}
	a.Calls = append(a.Calls, call(r, "COLLECT_LIST", "ARRAY<STRING>", "T"))
	p := &plan.Project{Input: a, Key: pick(a, "G")}
	for _, c := range a.Calls[:len(a.Calls)-1] {
		p.Value = append(p.Value, pick(a, c.Column.Name)...)
	}
	return sinkTo("out", p)
}

// drawnRows are rows of few groups, some of them NULL, with NULLs in the values.
func drawnRows(seed uint64, n int) []rec {
	rng := random(seed)
	var recs []rec
	for i := range n {
		value := fmt.Sprintf(`{"G":"g%d","A":%d,"T":"t%d"}`, rng.IntN(7), rng.IntN(1000)-500, i)
		switch rng.IntN(12) {
		case 0:
			value = fmt.Sprintf(`{"G":"g%d"}`, rng.IntN(7))
		case 1:
			value = `{"A":1,"T":"of no group"}`
		case 2:
			value = "null"
		}
		recs = append(recs, rec{int64(i) + rng.Int64N(30), "k", value})
	}
	return recs
}

// outOf are the results of a query: all of them in order, and the last by key.
func (w *world) outOf(partitions int) (all []string, last map[string]string) {
	last = map[string]string{}
	for p := range int32(partitions) {
		for _, r := range w.read("out", p) {
			all = append(all, r.String())
			last[r.key] = r.String()
		}
	}
	return all, last
}

// Parts come to the same results as rows: without the cache change by change,
// with it at the end.
func TestPartsAgreeWithRows(t *testing.T) {
	for _, partitions := range []int{1, 3} {
		for _, cache := range []bool{false, true} {
			all, last := map[bool][]string{}, map[bool]map[string]string{}
			for _, whole := range []bool{true, false} {
				w := newWorld(t, Options{Cache: cache, batchRows: 64, CommitInterval: 1})
				w.topic("in", 1)
				w.topic("out", partitions)
				q := w.start(grouped(whole))
				if r := repartitionOf(q); (q.wire(r).parts == nil) != whole {
					t.Fatalf("whole rows: %v, but travels in parts: %v", whole, q.wire(r).parts != nil)
				}
				w.produce("in", 0, drawnRows(5, 1500)...)
				w.quiesce()
				all[whole], last[whole] = w.outOf(partitions)
				w.close()
			}
			if len(last[true]) != 7 || fmt.Sprint(last[true]) != fmt.Sprint(last[false]) {
				t.Errorf("%d partitions, cache %v: as rows\n%v\nin parts\n%v", partitions, cache, last[true], last[false])
			}
			if !cache && !slices.Equal(all[true], all[false]) {
				t.Errorf("%d partitions: the changes differ:\n%q\n%q", partitions, all[true], all[false])
			}
		}
	}
}

// repartitionOf is the one repartition of a query.
func repartitionOf(q *Query) (r *plan.Repartition) {
	for r = range q.grouped {
	}
	return r
}

// Rows that are underway when the engine stops are understood after a restart
// with the other setting of the cache.
func TestPartsOutliveTheCache(t *testing.T) {
	for _, cache := range []bool{false, true} {
		w := newWorld(t, Options{Cache: cache, batchRows: 64})
		w.topic("in", 1)
		w.topic("out", 1)
		rows := drawnRows(6, 600)
		q := w.start(grouped(false))
		topic := q.internalTopic("groupby-repartition")
		w.rt.InputLimit(q.ID(), topic, AllPartitions, 0) // Nothing leaves the topic.
		w.produce("in", 0, rows[:300]...)
		w.awaitInputs(q.ID(), "in", 300)
		if all, _ := w.outOf(1); len(all) > 0 || len(w.read(topic, 0)) == 0 {
			t.Fatalf("%d results and %d records underway, expected some underway only", len(all), len(w.read(topic, 0)))
		}
		w.close()
		w.o.Cache = !cache
		w.open()
		w.start(grouped(false))
		w.produce("in", 0, rows[300:]...)
		w.quiesce()
		_, last := w.outOf(1)
		w.close()

		plain := newWorld(t, Options{})
		plain.topic("in", 1)
		plain.topic("out", 1)
		plain.start(grouped(true))
		plain.produce("in", 0, rows...)
		plain.quiesce()
		if _, want := plain.outOf(1); fmt.Sprint(want) != fmt.Sprint(last) {
			t.Errorf("cache %v, then the other way:\n%v\nexpected\n%v", cache, last, want)
		}
	}
}

// awaitInputs waits until all rows of a topic up to an offset are processed and
// durable.
func (w *world) awaitInputs(id, topic string, offset int64) {
	for done := false; !done; {
		changed := w.rt.progress.wait()
		done = true
		for _, q := range w.rt.Queries() {
			q.eachTask(func(tk *task) {
				for _, in := range tk.inputs {
					done = done && (q.plan.ID != id || in.topic != topic || in.durable.Load() >= offset)
				}
			})
		}
		if !done {
			<-changed
		}
	}
}
