package exec

import (
	"testing"

	"github.com/leatdb/leat/planner/plan"
)

// offsets are the calls whose values are kept as rows: the latest and the
// earliest of three columns.
func offsets(n plan.Node) (calls []plan.AggCall) {
	for _, name := range []string{"LATEST_BY_OFFSET", "EARLIEST_BY_OFFSET"} {
		calls = append(calls, call(n, name, "BIGINT", "A"), call(n, name, "STRING", "T"), call(n, name, "STRING", "U"))
	}
	return calls
}

// Values that are kept as one row are those of different rows where there are
// NULLs, in parts and without, in windows, and across a restart.
func TestJoinedCalls(t *testing.T) {
	for name, plot := range map[string]func() plan.Node{
		"rows": func() plan.Node {
			s := stream("in", "K STRING", "A BIGINT, T STRING, U STRING")
			return &plan.Aggregate{Input: s, Store: "agg", Calls: offsets(s)}
		},
		"parts": func() plan.Node {
			s := stream("in", "K STRING", "A BIGINT, T STRING, U STRING")
			r := by(s, pick(s, "K"), "A", "T", "U")
			return &plan.Aggregate{Input: r, Store: "agg", Calls: offsets(r)}
		},
		"windows": func() plan.Node {
			s := stream("in", "K STRING", "A BIGINT, T STRING, U STRING")
			w := &plan.Window{Kind: plan.Tumbling, SizeMillis: 100, RetentionMillis: 1000}
			a := &plan.Aggregate{Input: s, Store: "agg", Window: w, Calls: offsets(s)}
			p := &plan.Project{Input: a, Key: pick(a, "K")}
			for _, c := range a.Calls {
				p.Value = append(p.Value, pick(a, c.Column.Name)...)
			}
			return p
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, Options{})
			w.topic("in", 1)
			w.topic("out", 1)
			q := w.start(sinkTo("out", plot()))
			w.lines("in", 0, `
				1 a={"A":1,"T":"p"}
				2 a={"T":"q","U":"u"}`)
			w.quiesce(q.ID())
			w.close()
			w.open()
			w.start(sinkTo("out", plot()))
			w.lines("in", 0, `
				3 a={"A":3}
				4 b={"U":"v"}
				5 a={"A":4,"T":"r","U":"w"}`)
			w.quiesce()
			expect := w.expect
			if name == "windows" {
				expect = func(_ string, _ int32, text string) { w.expectWindows(8, text) }
			}
			expect("out", 0, `
				1 a=1,p,,1,p,
				2 a=1,q,u,1,p,u
				3 a=3,q,u,1,p,u
				4 b=,,v,,,v
				5 a=4,r,w,1,p,u`)
		})
	}
}

// A session made of two whose rows came by turns has the values by offset, not
// those of the session that began last.
func TestSessionsOfRowsByTurns(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	w.topic("out", 1)
	s := stream("in", "K STRING", "A BIGINT, T STRING, U STRING")
	a := &plan.Aggregate{Input: s, Store: "agg", Calls: offsets(s),
		Window: &plan.Window{Kind: plan.Session, SizeMillis: 5, GraceMillis: 100, RetentionMillis: 1000}}
	p := &plan.Project{Input: a, Key: pick(a, "K")}
	for _, c := range a.Calls {
		p.Value = append(p.Value, pick(a, c.Column.Name)...)
	}
	w.start(sinkTo("out", p))
	w.lines("in", 0, `
		20 a={"A":1,"T":"p"}
		10 a={"T":"q","U":"u"}
		21 a={"T":"r"}
		15 a={}`)
	w.quiesce()
	recs := plainKeys(w.read("out", 0), 16)
	if got, want := recs[len(recs)-1].String(), "21 a=1,r,u,1,p,u"; got != want {
		t.Errorf("the session of all rows is %s, expected %s", got, want)
	}
}
