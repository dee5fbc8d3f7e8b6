package exec

import (
	"math"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leatdb/leat/planner/plan"
)

// TestFlows: every node of a plan tells the rows it has handed on, over several
// stages and tasks, and starts where it was when a task is built again.
func TestFlows(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 2)
	w.topic("out", 1)
	s := stream("in", "K STRING", "G STRING, A BIGINT")
	f := &plan.Filter{Input: s, Predicate: compare("<", col(s, "A"), number(3))}
	r := by(f, pick(f, "G"), "A")
	a := &plan.Aggregate{Input: r, Store: "agg", Calls: []plan.AggCall{call(r, "COUNT", "BIGINT")}}
	q := w.start(sinkTo("out", a))
	w.lines("in", 0, "1 a={\"G\":\"x\",\"A\":1}\n2 a={\"G\":\"y\",\"A\":5}")
	w.lines("in", 1, "3 b={\"G\":\"x\",\"A\":2}\n4 b={\"G\":\"x\",\"A\":2}")
	w.quiesce()
	flows := q.Flows()
	for i, want := range []struct {
		node    plan.Node
		in, out int64
	}{{q.plan.Root, 3, 3}, {a, 3, 3}, {r, 3, 3}, {r.Input, 3, 3}, {f, 4, 3}, {s, 0, 4}} {
		got := flows[i]
		if got.Node != want.node || got.Depth != i || got.In != want.in || got.Out != want.out {
			t.Errorf("%d: %+v, want %d in, %d out", i, got, want.in, want.out)
		}
		if got.OutRate <= 0 {
			t.Errorf("%d: rate %v", i, got.OutRate)
		}
	}
	if len(flows) != 6 {
		t.Errorf("%d flows", len(flows))
	}
}

// TestRates: a rate is that of the last seconds, right from the start, and falls
// when nothing comes, whoever asks.
func TestRates(t *testing.T) {
	now := time.Unix(1000, 0)
	var rows atomic.Int64
	m := meters{began: now}
	m.of(nil, &rows)
	rate := func() float64 {
		s := m.measure(m.sample.Load(), now)
		return s.rate[0] / s.weight
	}
	near := func(want, tolerance float64) {
		t.Helper()
		if got := rate(); math.Abs(got-want) > tolerance {
			t.Errorf("at %s: %v rows a second, want %v", now.Sub(m.began), got, want)
		}
	}
	advance := func(ticks int, each int64) {
		for range ticks {
			now = now.Add(sampleEvery)
			rows.Add(each)
			m.tick(now)
		}
	}
	advance(2, 50)
	near(100, 1e-6) // Not less because it is young.
	advance(200, 50)
	near(100, 1e-6)
	advance(200, 500)
	near(1000, 1)
	now = now.Add(rateSpan)
	near(1000/math.E, 1)
	now = now.Add(100 * rateSpan)
	near(0, 1e-6)
	advance(1, 100) // What came after a long pause is spread over the pause.
	near(0, 5)
}
