package exec

import (
	"slices"
	"strings"
	"testing"

	"github.com/leatdb/leat/planner/plan"
)

// having is a count per key with a condition on the result: only a HAVING needs
// to know the result before a change.
func having(window *plan.Window) *plan.Query {
	s := stream("in", "K STRING", "A BIGINT")
	a := &plan.Aggregate{Input: s, Store: "agg", Window: window, Calls: []plan.AggCall{call(s, "SUM", "BIGINT", "A")}}
	f := &plan.Filter{Input: a, Predicate: compare(">", col(a, "SUMA"), number(10))}
	return sinkTo("out", f)
}

func TestHaving(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	w.topic("out", 1)
	w.start(having(nil))
	w.lines("in", 0, `
		1 a={"A":5}
		2 b={"A":11}
		3 a={"A":6}
		4 a={"A":-3}
		5 a={"A":-3}
		6 b={"A":1}`)
	w.quiesce()
	w.expect("out", 0, `
		2 b=11
		3 a=11
		4 a=null
		6 b=12`)
}

// With the cache, a commit holds the last change of each key, compared with the
// commit before.
func TestCacheHaving(t *testing.T) {
	w := newWorld(t, Options{Cache: true})
	w.topic("in", 1)
	w.topic("out", 1)
	w.start(having(nil))
	for _, step := range []struct{ in, out string }{
		{"1 a={\"A\":5}\n2 b={\"A\":11}\n3 a={\"A\":6}\n4 b={\"A\":1}", "3 a=11\n4 b=12"},
		{"5 a={\"A\":-3}\n6 c={\"A\":20}\n6 c={\"A\":-20}", "5 a=null"},
		{"7 a={\"A\":9}\n8 a={\"A\":-9}\n9 b={\"A\":1}", "9 b=13"},
	} {
		before := len(w.read("out", 0))
		w.lines("in", 0, step.in)
		w.quiesce()
		var got []string
		for _, r := range w.read("out", 0)[before:] {
			got = append(got, r.String())
		}
		if strings.Join(got, "\n") != step.out {
			t.Errorf("after %q\n%s\nexpected\n%s", step.in, strings.Join(got, "\n"), step.out)
		}
	}
}

// Cached or not, the last record of each key is the same.
func TestCacheAgrees(t *testing.T) {
	for _, window := range []*plan.Window{nil,
		{Kind: plan.Tumbling, SizeMillis: 50, GraceMillis: 20, RetentionMillis: 100},
		{Kind: plan.Hopping, SizeMillis: 50, AdvanceMillis: 20, GraceMillis: 20, RetentionMillis: 100}} {
		last := map[bool][]string{}
		for _, cache := range []bool{false, true} {
			w := newWorld(t, Options{Cache: cache, batchRows: 16, CommitInterval: 1})
			w.topic("in", 1)
			w.topic("out", 1)
			rng := random(9)
			var recs []rec
			for i := range 500 {
				recs = append(recs, rec{int64(i) + rng.Int64N(30), string('a' + rune(rng.IntN(4))), `{"A":` + string('0'+rune(rng.IntN(10))) + `}`})
			}
			w.produce("in", 0, recs...)
			w.start(having(window))
			w.quiesce()
			byKey := map[string]string{}
			for _, r := range w.read("out", 0) {
				byKey[r.key] = r.String()
			}
			for _, s := range byKey {
				last[cache] = append(last[cache], s)
			}
			slices.Sort(last[cache])
			w.close()
		}
		if len(last[false]) == 0 || !slices.Equal(last[false], last[true]) {
			t.Errorf("window %+v: without the cache\n%q\nwith it\n%q", window, last[false], last[true])
		}
	}
}
