package exec

import (
	"testing"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// windowed is a query that counts and collects A per key and window, with the
// window bounds in the value.
func windowed(w plan.Window, final bool) *plan.Query {
	s := stream("in", "K STRING", "A BIGINT")
	a := &plan.Aggregate{Input: s, Store: "agg", Window: &w, Final: final,
		Calls: []plan.AggCall{call(s, "COUNT", "BIGINT"), call(s, "COLLECT_LIST", "ARRAY<BIGINT>", "A")}}
	bound := func(name string) plan.Named {
		return named(name, &expr.Expr{Op: expr.OpPseudo, Name: name, Type: types.BigIntType})
	}
	p := &plan.Project{Input: a, Key: pick(a, "K"), Value: append([]plan.Named{bound("WINDOWSTART"), bound("WINDOWEND")}, a2(a)...)}
	q := sinkTo("out", p)
	q.Root.(*plan.Sink).ValueFormat = jsonFormat
	return q
}

func a2(a *plan.Aggregate) []plan.Named {
	return []plan.Named{named("N", col(a, "COUNT")), named("L", col(a, "COLLECT_LISTA"))}
}

// plainKeys takes the window bounds off the keys of records.
func plainKeys(recs []rec, size int) (out []rec) {
	for _, r := range recs {
		r.key = r.key[:len(r.key)-size]
		out = append(out, r)
	}
	return out
}

func (w *world) expectWindows(bounds int, text string) {
	w.t.Helper()
	w.topic("plain", 1)
	if recs := plainKeys(w.read("out", 0), bounds); len(recs) > 0 {
		w.produce("plain", 0, recs...)
	}
	w.expect("plain", 0, text)
}

func TestTumbling(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	w.topic("out", 1)
	q := w.start(windowed(plan.Window{Kind: plan.Tumbling, SizeMillis: 10, GraceMillis: 5, RetentionMillis: 100}, false))
	w.lines("in", 0, `
		0 a={"A":1}
		12 a={"A":2}
		9 a={"A":3}
		15 b={"A":4}
		9 a={"A":5}
		14 a={"A":6}`) // 9 comes when its window is closed, at 15.
	w.quiesce()
	w.expectWindows(8, `
		0 a={"WINDOWSTART":0,"WINDOWEND":10,"N":1,"L":[1]}
		12 a={"WINDOWSTART":10,"WINDOWEND":20,"N":1,"L":[2]}
		9 a={"WINDOWSTART":0,"WINDOWEND":10,"N":2,"L":[1,3]}
		15 b={"WINDOWSTART":10,"WINDOWEND":20,"N":1,"L":[4]}
		14 a={"WINDOWSTART":10,"WINDOWEND":20,"N":2,"L":[2,6]}`)
	if late := q.Stats().Late; late != 1 {
		t.Errorf("%d late rows, expected 1", late)
	}
}

func TestHopping(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	w.topic("out", 1)
	w.start(windowed(plan.Window{Kind: plan.Hopping, SizeMillis: 10, AdvanceMillis: 4, GraceMillis: 0, RetentionMillis: 100}, false))
	w.lines("in", 0, `
		9 a={"A":1}
		13 a={"A":2}
		9 a={"A":3}`) // At 13 the window from 0 is closed, those from 4 and 8 are not.
	w.quiesce()
	w.expectWindows(8, `
		9 a={"WINDOWSTART":0,"WINDOWEND":10,"N":1,"L":[1]}
		9 a={"WINDOWSTART":4,"WINDOWEND":14,"N":1,"L":[1]}
		9 a={"WINDOWSTART":8,"WINDOWEND":18,"N":1,"L":[1]}
		13 a={"WINDOWSTART":4,"WINDOWEND":14,"N":2,"L":[1,2]}
		13 a={"WINDOWSTART":8,"WINDOWEND":18,"N":2,"L":[1,2]}
		13 a={"WINDOWSTART":12,"WINDOWEND":22,"N":1,"L":[2]}
		13 a={"WINDOWSTART":4,"WINDOWEND":14,"N":3,"L":[1,2,3]}
		13 a={"WINDOWSTART":8,"WINDOWEND":18,"N":3,"L":[1,2,3]}`)
}

func TestSession(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	w.topic("out", 1)
	w.start(windowed(plan.Window{Kind: plan.Session, SizeMillis: 5, GraceMillis: 10, RetentionMillis: 100}, false))
	w.lines("in", 0, `
		10 a={"A":1}
		10 a={"A":2}
		20 a={"A":3}
		15 a={"A":4}
		40 b={"A":5}
		16 a={"A":6}`) // 15 joins both sessions; 16 is late at 40.
	w.quiesce()
	w.expectWindows(16, `
		10 a={"WINDOWSTART":10,"WINDOWEND":10,"N":1,"L":[1]}
		10 a={"WINDOWSTART":10,"WINDOWEND":10,"N":2,"L":[1,2]}
		20 a={"WINDOWSTART":20,"WINDOWEND":20,"N":1,"L":[3]}
		10 a=null
		20 a=null
		20 a={"WINDOWSTART":10,"WINDOWEND":20,"N":4,"L":[1,2,3,4]}
		40 b={"WINDOWSTART":40,"WINDOWEND":40,"N":1,"L":[5]}`)
}

func TestFinal(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	w.topic("out", 1)
	w.start(windowed(plan.Window{Kind: plan.Tumbling, SizeMillis: 10, GraceMillis: 5, RetentionMillis: 15}, true))
	w.lines("in", 0, `
		1 b={"A":1}
		3 a={"A":2}
		12 b={"A":3}
		2 b={"A":4}
		14 b={"A":5}`)
	w.quiesce()
	w.expect("out", 0, "")
	w.lines("in", 0, `
		15 c={"A":6}
		5 a={"A":7}
		26 a={"A":8}
		1000 a={"A":9}`) // The window from 20 is forgotten when it closes: a newer one begins more than 15 later.
	w.quiesce()
	w.expectWindows(8, `
		3 a={"WINDOWSTART":0,"WINDOWEND":10,"N":1,"L":[2]}
		2 b={"WINDOWSTART":0,"WINDOWEND":10,"N":2,"L":[1,4]}
		14 b={"WINDOWSTART":10,"WINDOWEND":20,"N":2,"L":[3,5]}
		15 c={"WINDOWSTART":10,"WINDOWEND":20,"N":1,"L":[6]}`)
}

func TestFinalSession(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	w.topic("out", 1)
	w.start(windowed(plan.Window{Kind: plan.Session, SizeMillis: 5, GraceMillis: 2, RetentionMillis: 7}, true))
	w.lines("in", 0, `
		1 b={"A":1}
		4 b={"A":2}
		4 a={"A":3}
		11 c={"A":4}
		12 c={"A":5}`) // A session that ends at 4 is closed behind 4 + 5 + 2.
	w.quiesce()
	w.expectWindows(16, `
		4 b={"WINDOWSTART":1,"WINDOWEND":4,"N":2,"L":[1,2]}
		4 a={"WINDOWSTART":4,"WINDOWEND":4,"N":1,"L":[3]}`)
}
