package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// rowsOf returns the next batches of results as text, until there are n rows or
// the end.
func rowsOf(t *testing.T, r *Results, n int) (rows []string, err error) {
	t.Helper()
	c, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for len(rows) < n {
		b, err := r.Next(c)
		if err != nil {
			return rows, err
		}
		for i := range b.N {
			var parts []string
			for k, v := range b.Cols {
				if b.NoValue.Get(i) && k >= len(r.Schema().Key) {
					parts = append(parts, "-")
					continue
				}
				parts = append(parts, fmt.Sprint(v.Any(i)))
			}
			rows = append(rows, strings.Join(parts, " "))
		}
	}
	return rows, nil
}

func push(root plan.Node) *plan.Query {
	return &plan.Query{ID: "push", Root: root, Limit: -1, FromEarliest: true}
}

func TestPushAggregateOverPartitions(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 3)
	w.lines("in", 0, "1 a={\"G\":\"x\",\"A\":1}\n5 a={\"G\":\"y\",\"A\":2}")
	w.lines("in", 1, "2 b={\"G\":\"x\",\"A\":3}\n4 b={\"G\":\"x\",\"A\":4}")
	s := stream("in", "K STRING", "G STRING, A BIGINT")
	p := &plan.Project{Input: s, Rekey: true, Key: pick(s, "G"), Value: pick(s, "A")}
	a := &plan.Aggregate{Input: p, Store: "agg", Calls: []plan.AggCall{call(p, "SUM", "BIGINT", "A")}}
	q := push(a)
	q.Limit = 5
	r, err := w.rt.Push(ctx, q, PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rows, err := rowsOf(t, r, 4)
	if want := []string{"x 1", "x 4", "x 8", "y 2"}; err != nil || !slices.Equal(rows, want) {
		t.Fatalf("%q, %v, expected %q", rows, err, want)
	}
	w.lines("in", 2, "3 c={\"G\":\"y\",\"A\":5}\n3 c={\"G\":\"y\",\"A\":6}")
	rows, err = rowsOf(t, r, 2)
	if want := []string{"y 7"}; !errors.Is(err, io.EOF) || !slices.Equal(rows, want) || !r.LimitReached() {
		t.Fatalf("%q, %v, expected %q and the limit", rows, err, want)
	}
}

func TestPushTableGroups(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	w.lines("in", 0, `
		1 a={"G":"x","A":1}
		2 b={"G":"x","A":2}
		3 a={"G":"y","A":3}
		4 b=null`)
	s := table("in", "K STRING", "G STRING, A BIGINT")
	p := &plan.Project{Input: s, Rekey: true, Key: pick(s, "G"), Value: pick(s, "A")}
	a := &plan.Aggregate{Input: p, Store: "agg", Calls: []plan.AggCall{call(p, "SUM", "BIGINT", "A"), call(p, "COUNT", "BIGINT")}}
	r, err := w.rt.Push(ctx, push(a), PushOptions{Bounded: true})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := rowsOf(t, r, 10)
	if want := []string{"x 1 1", "x 3 2", "x 2 1", "y 3 1", "x 0 0"}; !errors.Is(err, io.EOF) || !slices.Equal(rows, want) {
		t.Fatalf("%q, %v, expected %q", rows, err, want)
	}
}

// With the cache, a push query shows the last change of each key for what it has
// read at once.
func TestPushCached(t *testing.T) {
	w := newWorld(t, Options{Cache: true})
	w.topic("in", 1)
	w.lines("in", 0, "1 a={\"A\":1}\n2 b={\"A\":5}\n3 a={\"A\":2}")
	s := stream("in", "K STRING", "A BIGINT")
	r, err := w.rt.Push(ctx, push(&plan.Aggregate{Input: s, Store: "agg", Calls: []plan.AggCall{call(s, "SUM", "BIGINT", "A")}}), PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rows, err := rowsOf(t, r, 2)
	if want := []string{"a 3", "b 5"}; err != nil || !slices.Equal(rows, want) {
		t.Fatalf("%q, %v, expected %q", rows, err, want)
	}
	w.lines("in", 0, "4 a={\"A\":3}")
	rows, err = rowsOf(t, r, 1)
	if want := []string{"a 6"}; err != nil || !slices.Equal(rows, want) {
		t.Fatalf("%q, %v, expected %q", rows, err, want)
	}
}

func TestPushBoundedEndsWithItsTopic(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 2)
	r, err := w.rt.Push(ctx, push(stream("in", "K STRING", "A BIGINT")), PushOptions{Bounded: true})
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := rowsOf(t, r, 1); len(rows) > 0 || !errors.Is(err, io.EOF) {
		t.Fatalf("%q, %v from an empty topic", rows, err)
	}
}

// A client that does not read holds its query back, not others and not memory.
func TestPushWaitsForItsClient(t *testing.T) {
	w := newWorld(t, Options{Workers: 1, batchRows: 10})
	w.topic("in", 1)
	w.topic("out", 1)
	var recs []rec
	for i := range 1000 {
		recs = append(recs, rec{int64(i), "k", fmt.Sprintf(`{"A":%d}`, i)})
	}
	w.produce("in", 0, recs...)
	s := stream("in", "K STRING", "A BIGINT")
	r, err := w.rt.Push(ctx, push(s), PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w.start(sinkTo("out", s))
	w.quiesce()
	if n := len(w.read("out", 0)); n != 1000 {
		t.Fatalf("the other query wrote %d rows", n)
	}
	r.mu.Lock()
	queued := len(r.queue)
	r.mu.Unlock()
	if queued > maxQueued+roundsPerTurn {
		t.Errorf("%d batches are queued", queued)
	}
	rows, err := rowsOf(t, r, 1000)
	if err != nil || rows[999] != "k 999" {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	r.Close()
	if _, err := r.Next(ctx); !errors.Is(err, io.EOF) {
		t.Errorf("after Close: %v", err)
	}
}

func TestPushEndsWithItsContext(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	c, cancel := context.WithCancel(ctx)
	r, err := w.rt.Push(c, push(stream("in", "K STRING", "A BIGINT")), PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := r.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// pullFrom is a pull query over the store of a node.
func pullFrom(n plan.Node, store string) *plan.Pull {
	return &plan.Pull{QueryID: "Q_out", Store: store, Limit: -1, Root: &plan.Stored{Schema: *n.Out()}}
}

func (w *world) pull(p *plan.Pull) []string {
	w.t.Helper()
	r, err := w.rt.Pull(ctx, p)
	if err != nil {
		w.t.Fatal(err)
	}
	rows, err := rowsOf(w.t.(*testing.T), r, 1<<30)
	if !errors.Is(err, io.EOF) {
		w.t.Fatal(err)
	}
	slices.Sort(rows)
	return rows
}

func TestPullAggregate(t *testing.T) {
	for _, key := range []string{"STRING", "BIGINT", "INTEGER"} {
		t.Run(key, func(t *testing.T) {
			w := newWorld(t, Options{})
			w.topic("in", 2)
			w.topic("out", 2)
			s := stream("in", "K "+key, "A BIGINT")
			s.KeyFormat = jsonFormat
			a := &plan.Aggregate{Input: s, Store: "agg", Calls: []plan.AggCall{call(s, "SUM", "BIGINT", "A")}}
			q := sinkTo("out", a)
			q.Root.(*plan.Sink).KeyFormat = jsonFormat
			w.start(q)
			name := func(i int) string {
				if key == "STRING" {
					return fmt.Sprintf(`"%d"`, i)
				}
				return fmt.Sprint(i)
			}
			for i := range 9 {
				w.produce("in", int32(i%2), rec{1, name(i), fmt.Sprintf(`{"A":%d}`, i*i)}, rec{2, name(i), `{"A":1}`})
			}
			w.quiesce()
			p := pullFrom(a, "agg")
			if got := w.pull(p); len(got) != 9 || got[3] != "3 10" {
				t.Errorf("all: %q", got)
			}
			constant := func(i int) plan.Named { return named("K", expr.Const(fmt.Sprint(i), types.MustType(key))) }
			p.Keys = [][]plan.Named{{constant(4)}, {constant(77)}, {constant(7)}}
			if got, want := w.pull(p), []string{"4 17", "7 50"}; !slices.Equal(got, want) {
				t.Errorf("keys: %q, expected %q", got, want)
			}
			p.Keys = nil
			low, high := constant(3), constant(6)
			for _, x := range []struct {
				r    plan.KeyRange
				want string
			}{
				{plan.KeyRange{Low: &low, High: &high}, "4 17,5 26"},
				{plan.KeyRange{Low: &low, High: &high, LowInclusive: true, HighInclusive: true}, "3 10,4 17,5 26,6 37"},
				{plan.KeyRange{High: &low}, "0 1,1 2,2 5"},
				{plan.KeyRange{Low: &high}, "7 50,8 65"},
			} {
				p.Range = &x.r
				if got := strings.Join(w.pull(p), ","); got != x.want {
					t.Errorf("range: %q, expected %q", got, x.want)
				}
			}
			p.Range, p.Limit = nil, 4
			if got := w.pull(p); len(got) != 4 {
				t.Errorf("limit: %q", got)
			}
		})
	}
}

func TestPullWindows(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	w.topic("out", 1)
	q := windowed(plan.Window{Kind: plan.Tumbling, SizeMillis: 10, GraceMillis: 0, RetentionMillis: 1000}, false)
	w.start(q)
	w.lines("in", 0, "1 a={\"A\":1}\n2 b={\"A\":2}\n12 a={\"A\":3}\n25 a={\"A\":4}\n31 b={\"A\":5}")
	w.quiesce()
	project := q.Root.(*plan.Sink).Input.(*plan.Project)
	a := project.Input
	p := pullFrom(a, "agg")
	stored := *project
	stored.Input = p.Root
	p.Root = &stored
	if got, want := w.pull(p), []string{"a 0 10 1 [1]", "a 10 20 1 [3]", "a 20 30 1 [4]", "b 0 10 1 [2]", "b 30 40 1 [5]"}; !slices.Equal(got, want) {
		t.Errorf("all: %q, expected %q", got, want)
	}
	from, to := int64(10), int64(30)
	p.WindowStartMin, p.WindowEndMax = &from, &to
	if got, want := w.pull(p), []string{"a 10 20 1 [3]", "a 20 30 1 [4]"}; !slices.Equal(got, want) {
		t.Errorf("bounds: %q, expected %q", got, want)
	}
	p.WindowEndMax = nil
	p.Keys = [][]plan.Named{{named("K", expr.Const("b", types.StringType))}}
	if got, want := w.pull(p), []string{"b 30 40 1 [5]"}; !slices.Equal(got, want) {
		t.Errorf("key: %q, expected %q", got, want)
	}
}

func TestPullSessions(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	w.topic("out", 1)
	q := windowed(plan.Window{Kind: plan.Session, SizeMillis: 5, GraceMillis: 100, RetentionMillis: 1000}, false)
	w.start(q)
	w.lines("in", 0, "1 a={\"A\":1}\n4 a={\"A\":2}\n12 a={\"A\":3}\n25 b={\"A\":4}")
	w.quiesce()
	p := pullFrom(q.Root.(*plan.Sink).Input.(*plan.Project).Input, "agg")
	if got, want := w.pull(p), []string{"a 1 [3]", "a 2 [1 2]", "b 1 [4]"}; !slices.Equal(got, want) {
		t.Errorf("all: %q, expected %q", got, want)
	}
	p.Keys = [][]plan.Named{{named("K", expr.Const("a", types.StringType))}}
	if got, want := w.pull(p), []string{"a 1 [3]", "a 2 [1 2]"}; !slices.Equal(got, want) {
		t.Errorf("key: %q, expected %q", got, want)
	}
}

func TestPullTable(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	s := table("in", "K STRING", "A BIGINT, B STRING")
	w.start(&plan.Query{ID: "Q_out", Root: s, FromEarliest: true, Limit: -1})
	w.lines("in", 0, "1 a={\"A\":1,\"B\":\"x\"}\n2 b={\"A\":2}\n3 a={\"A\":3}\n4 c={\"A\":4}\n5 b=null")
	w.quiesce()
	p := pullFrom(s, "in")
	f := &plan.Filter{Input: p.Root, Predicate: compare("<", col(p.Root, "A"), number(4))}
	p.Root = f
	if got, want := w.pull(p), []string{"a 3 <nil>"}; !slices.Equal(got, want) {
		t.Errorf("%q, expected %q", got, want)
	}
}
