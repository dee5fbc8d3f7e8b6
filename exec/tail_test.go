package exec

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/planner/plan"
)

// fromEnd is a push query that begins at the end of its topic.
func fromEnd(root plan.Node) *plan.Query {
	return &plan.Query{ID: "push", Root: root, Limit: -1}
}

// tasksOfPushes counts what runs for push queries.
func (w *world) tasksOfPushes() int {
	w.rt.mu.Lock()
	defer w.rt.mu.Unlock()
	return len(w.rt.pushes)
}

func (w *world) tails() int {
	w.rt.mu.Lock()
	defer w.rt.mu.Unlock()
	return len(w.rt.tails)
}

// until waits for a condition.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("%s: not within 10 s", what)
		case <-time.After(time.Millisecond):
		}
	}
}

func numbers(from, to int) string {
	var lines []string
	for i := from; i < to; i++ {
		lines = append(lines, fmt.Sprintf("%d k={\"A\":%d}", i, i))
	}
	return strings.Join(lines, "\n")
}

func wantRows(t *testing.T, r *Results, want ...string) {
	t.Helper()
	rows, err := rowsOf(t, r, len(want))
	if err != nil || !slices.Equal(rows, want) {
		t.Fatalf("%q, %v, expected %q", rows, err, want)
	}
}

func TestTailIsShared(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 2)
	w.lines("in", 0, "1 a={\"A\":1}")
	s := func() *plan.Source { return stream("in", "K STRING", "A BIGINT") }
	all, err := w.rt.Push(ctx, fromEnd(s()), PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	same, err := w.rt.Push(ctx, fromEnd(s()), PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	large, err := w.rt.Push(ctx, fromEnd(&plan.Filter{Input: s(), Predicate: compare("<", number(3), col(s(), "A"))}), PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !all.Shared() || w.tails() != 1 || w.tasksOfPushes() != 1 {
		t.Fatalf("%d tails, %d tasks", w.tails(), w.tasksOfPushes())
	}
	w.lines("in", 0, "2 a={\"A\":2}\n3 a=null\n4 a={\"A\":4}")
	wantRows(t, all, "a 2", "a 4")
	wantRows(t, same, "a 2", "a 4")
	wantRows(t, large, "a 4")

	// Who comes later does not see what was before, and a LIMIT ends only its query.
	limited := fromEnd(s())
	limited.Limit = 1
	late, err := w.rt.Push(ctx, limited, PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w.lines("in", 1, "5 b={\"A\":5}")
	rows, err := rowsOf(t, late, 2)
	if !errors.Is(err, io.EOF) || !slices.Equal(rows, []string{"b 5"}) || !late.LimitReached() {
		t.Fatalf("%q, %v", rows, err)
	}
	wantRows(t, large, "b 5")
	for _, r := range []*Results{all, same, large} {
		if w.tails() != 1 {
			t.Fatal("the tail has ended before its last member has left")
		}
		r.Close()
	}
	until(t, "the tail ends with its last member", func() bool { return w.tails() == 0 && w.tasksOfPushes() == 0 })
}

func TestWhatSharesNoTail(t *testing.T) {
	s, tab := stream("in", "K STRING", "A BIGINT"), table("in", "K STRING", "A BIGINT")
	kept := *tab
	kept.Store, tab.Store = "kept", ""
	off := fromEnd(s)
	off.Properties = map[string]string{sharedPush: "false"}
	for name, c := range map[string]struct {
		q      *plan.Query
		o      PushOptions
		shared bool
	}{
		"a stream":                {fromEnd(s), PushOptions{}, true},
		"a table":                 {fromEnd(tab), PushOptions{}, true},
		"from the beginning":      {push(s), PushOptions{}, false},
		"bounded":                 {fromEnd(s), PushOptions{Bounded: true}, false},
		"a table with a store":    {fromEnd(&kept), PushOptions{}, false},
		"a filter of a table":     {fromEnd(&plan.Filter{Input: tab, Predicate: compare("<", number(3), col(tab, "A"))}), PushOptions{}, false},
		"an aggregation":          {fromEnd(&plan.Aggregate{Input: s, Store: "agg", Calls: []plan.AggCall{call(s, "COUNT", "BIGINT")}}), PushOptions{}, false},
		"switched off":            {off, PushOptions{}, false},
		"a projection of a table": {fromEnd(&plan.Project{Input: tab, Key: pick(tab, "K"), Value: pick(tab, "A")}), PushOptions{}, true},
	} {
		if got := shareable(c.q, c.o) != nil; got != c.shared {
			t.Errorf("%s: shared is %t", name, got)
		}
	}
}

// A client that does not read falls behind without holding others back, misses
// nothing, and shares the tail again when it has caught up.
func TestSlowClientFallsBehindItsTail(t *testing.T) {
	w := newWorld(t, Options{batchRows: 4})
	w.topic("in", 1)
	s := stream("in", "K STRING", "A BIGINT")
	slow, err := w.rt.Push(ctx, fromEnd(s), PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	quick, err := w.rt.Push(ctx, fromEnd(s), PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer quick.Close()
	const n = 400
	var want []string
	for i := range n {
		want = append(want, fmt.Sprintf("k %d", i))
	}
	for i := 0; i < n; i += 4 {
		w.lines("in", 0, numbers(i, i+4))
		wantRows(t, quick, want[i:i+4]...)
	}
	if w.tails() != 1 || w.tasksOfPushes() != 2 {
		t.Fatalf("%d tails, %d tasks", w.tails(), w.tasksOfPushes())
	}
	wantRows(t, slow, want...)
	until(t, "the slow client shares the tail again", func() bool { return w.tasksOfPushes() == 1 })
	w.lines("in", 0, numbers(n, n+1))
	wantRows(t, slow, fmt.Sprintf("k %d", n))
	wantRows(t, quick, fmt.Sprintf("k %d", n))
}

// A filter of a table knows the rows from before, and shows changes only.
func TestPushFilterOfTableFromTheEnd(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	w.lines("in", 0, "1 a={\"A\":1}\n2 b={\"A\":5}")
	s := table("in", "K STRING", "A BIGINT")
	r, err := w.rt.Push(ctx, fromEnd(&plan.Filter{Input: s, Predicate: compare("<", number(3), col(s, "A"))}), PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	w.lines("in", 0, "3 b={\"A\":2}\n4 a={\"A\":7}")
	wantRows(t, r, "b -", "a 7")
}

// A topic that goes ends all that read it.
func TestTailFails(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	s := stream("in", "K STRING", "A BIGINT")
	s.Timestamp = &plan.Timestamp{Column: "A"}
	q := fromEnd(s)
	q.Properties = map[string]string{"ksql.timestamp.throw.on.invalid": "true"}
	r, err := w.rt.Push(ctx, q, PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w.lines("in", 0, "1 k={\"A\":-5}")
	if _, err := rowsOf(t, r, 1); err == nil || !strings.Contains(err.Error(), "stops the query") {
		t.Fatalf("error %v", err)
	}
	until(t, "the tail is gone", func() bool { return w.tails() == 0 && w.tasksOfPushes() == 0 })
}

func TestTailEndsWithTheRuntime(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	r, err := w.rt.Push(ctx, fromEnd(stream("in", "K STRING", "A BIGINT")), PushOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w.close()
	if _, err := rowsOf(t, r, 1); !errors.Is(err, ErrClosed) {
		t.Fatalf("error %v", err)
	}
}

// TestTailHistories draws histories of clients that come, read a little and go
// while rows arrive in several partitions: each gets the rows since it came, all
// of them, once, and those of a partition in their order.
func TestTailHistories(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, Options{batchRows: rapid.SampledFrom([]int{1, 3, 100}).Draw(rt, "batch")})
		defer w.close()
		const partitions = 2
		w.topic("in", partitions)
		s := stream("in", "K STRING", "A BIGINT")
		type client struct {
			results *Results
			since   [partitions]int
			got     [partitions]int
		}
		var produced [partitions]int
		var clients []*client
		read := func(c *client, n int) {
			rows, err := rowsOf(t, c.results, n)
			if err != nil {
				rt.Fatal(err)
			}
			for _, row := range rows {
				var p, a int
				if _, err := fmt.Sscanf(row, "p%d %d", &p, &a); err != nil {
					rt.Fatalf("row %q: %v", row, err)
				}
				if want := c.since[p] + c.got[p]; a != want {
					rt.Fatalf("row %d of partition %d, want %d", a, p, want)
				}
				c.got[p]++
			}
		}
		left := func(c *client) (n int) {
			for p := range partitions {
				n += produced[p] - c.since[p] - c.got[p]
			}
			return n
		}
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			switch rapid.IntRange(0, 5).Draw(rt, "step") {
			case 0:
				r, err := w.rt.Push(ctx, fromEnd(s), PushOptions{})
				if err != nil {
					rt.Fatal(err)
				}
				clients = append(clients, &client{results: r, since: produced})
			case 1:
				if len(clients) > 0 {
					i := rapid.IntRange(0, len(clients)-1).Draw(rt, "client")
					clients[i].results.Close()
					clients = slices.Delete(clients, i, i+1)
				}
			case 2, 3:
				p := rapid.IntRange(0, partitions-1).Draw(rt, "partition")
				var lines []string
				for range rapid.IntRange(1, 30).Draw(rt, "rows") {
					lines = append(lines, fmt.Sprintf("%d p%d={\"A\":%d}", produced[p], p, produced[p]))
					produced[p]++
				}
				w.lines("in", int32(p), strings.Join(lines, "\n"))
			default:
				if len(clients) > 0 {
					c := rapid.SampledFrom(clients).Draw(rt, "reader")
					if n := left(c); n > 0 {
						read(c, rapid.IntRange(1, n).Draw(rt, "read"))
					}
				}
			}
		}
		for _, c := range clients {
			if n := left(c); n > 0 {
				read(c, n)
			}
			c.results.Close()
		}
		until(t, "all tails end", func() bool { return w.tails() == 0 && w.tasksOfPushes() == 0 })
	})
}
