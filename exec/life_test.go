package exec

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

func sums() *plan.Query {
	s := stream("in", "K STRING", "A BIGINT")
	return sinkTo("out", &plan.Aggregate{Input: s, Store: "agg", Calls: []plan.AggCall{call(s, "SUM", "BIGINT", "A")}})
}

func TestProcessingLog(t *testing.T) {
	w := newWorld(t, Options{ProcessingLogTopic: "plog"})
	w.topic("plog", 1)
	w.topic("in", 1)
	w.topic("out", 1)
	w.close()
	w.open()
	s := stream("in", "K INTEGER", "A BIGINT, B BIGINT")
	p := &plan.Project{Input: s, Key: pick(s, "K"), Value: []plan.Named{named("Q", arith("/", col(s, "A"), col(s, "B")))}}
	q := w.start(sinkTo("out", p))
	w.produce("in", 0,
		rec{1, "\x00\x00\x00\x01", `{"A":6,"B":2}`},
		rec{2, "\x00\x00\x00\x02", `{"A":6,"B":0}`},
		rec{3, "\x00\x03", `{"A":6,"B":2}`},
		rec{4, "\x00\x00\x00\x04", `{"A":6,"B":2`},
		rec{-5, "\x00\x00\x00\x05", `{"A":6,"B":2}`},
		rec{6, "\x00\x00\x00\x06", `{"A":6,"B":3}`})
	w.quiesce()
	w.expect("out", 0, "1 \x00\x00\x00\x01=3\n2 \x00\x00\x00\x02=null\n6 \x00\x00\x00\x06=2")
	var got []string
	for _, r := range w.read("plog", 0) {
		var e struct {
			Level, Logger string
			Time          int64
			Message       struct {
				Type                  int
				DeserializationError  *struct{ Target, ErrorMessage, Topic string }
				RecordProcessingError *struct{ ErrorMessage string }
				Source                struct {
					Topic     string
					Partition int32
					Offset    int64
				}
			}
		}
		if err := json.Unmarshal([]byte(r.value), &e); err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprint(e.Message.Type, " ", e.Message.Source.Topic, " ", e.Message.Source.Offset)
		if d := e.Message.DeserializationError; d != nil {
			line += " " + d.Target
		}
		if e.Level != "ERROR" || !strings.HasPrefix(e.Logger, "processing.Q_out.") || e.Time == 0 {
			t.Errorf("entry %s", r.value)
		}
		got = append(got, line)
	}
	if text, want := strings.Join(got, ", "), "0 in 2 key, 0 in 3 value, 1 in 4, 1 in 1"; text != want {
		t.Errorf("%s\nexpected %s", text, want)
	}
	if s := q.Stats(); s.Errors != 4 || s.RowsIn != 6 || s.RowsOut != 3 || s.Lag != 0 || s.StreamTime != 6 {
		t.Errorf("%+v", s)
	}
}

func TestPauseResumeStop(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	w.topic("out", 1)
	q := w.start(sums())
	w.lines("in", 0, "1 a={\"A\":1}")
	w.quiesce()
	q.Pause()
	w.lines("in", 0, "2 a={\"A\":2}")
	w.quiesce()
	w.expect("out", 0, "1 a=1")
	if s := q.Status(); s.State != Paused || q.Stats().Lag != 1 {
		t.Errorf("%+v, lag %d", s, q.Stats().Lag)
	}
	q.Resume()
	w.quiesce()
	w.expect("out", 0, "1 a=1\n2 a=3")
	if err := q.Stop(ctx, false); err != nil {
		t.Fatal(err)
	}
	w.lines("in", 0, "3 a={\"A\":3}")
	q = w.start(sums())
	w.quiesce()
	w.expect("out", 0, "1 a=1\n2 a=3\n3 a=6")
	if err := q.Stop(ctx, true); err != nil {
		t.Fatal(err)
	}
	if names, groups := w.s.Names(), w.l.Groups(); len(names)+len(groups) > 0 {
		t.Errorf("left after the drop: stores %q, groups %q", names, groups)
	}
	w.start(sums()) // All from the beginning.
	w.quiesce()
	w.expect("out", 0, "1 a=1\n2 a=3\n3 a=6\n1 a=1\n2 a=3\n3 a=6")
}

func TestDropDeletesInternalTopics(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 2)
	w.topic("out", 1)
	s := stream("in", "K STRING", "G STRING, A BIGINT")
	r := by(s, pick(s, "G"), "A")
	q := w.start(sinkTo("out", &plan.Aggregate{Input: r, Store: "agg", Calls: []plan.AggCall{call(r, "COUNT", "BIGINT")}}))
	w.lines("in", 1, "1 a={\"G\":\"x\",\"A\":1}")
	w.quiesce()
	if n := len(w.l.Topics()); n != 3 {
		t.Fatalf("%d topics", n)
	}
	if err := q.Stop(ctx, true); err != nil {
		t.Fatal(err)
	}
	if n := len(w.l.Topics()); n != 2 {
		t.Errorf("%d topics are left", n)
	}
}

// A query that begins at the end of its topic begins there also when it is
// killed before it has committed anything.
func TestLatestIsDurable(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	w.topic("out", 1)
	w.lines("in", 0, "1 a={\"A\":1}")
	q := sums()
	q.FromEarliest = false
	w.rt.InputLimit(q.ID, "in", AllPartitions, 0)
	w.start(q)
	w.lines("in", 0, "2 a={\"A\":2}")
	w.close()
	w.open()
	w.start(q)
	w.quiesce()
	w.expect("out", 0, "2 a=2")
}

// A query whose sink is gone fails, says why, does not disturb others, and goes
// on from its last commit when the sink is back.
func TestFailureAndRetry(t *testing.T) {
	w := newWorld(t, Options{RetryBackoff: time.Millisecond, RetryBackoffMax: 2 * time.Millisecond})
	w.topic("in", 1)
	w.topic("out", 1)
	w.topic("other", 1)
	q := w.start(sums())
	w.lines("in", 0, "1 a={\"A\":1}")
	w.quiesce()
	if err := w.l.DeleteTopic(ctx, "out"); err != nil {
		t.Fatal(err)
	}
	w.lines("in", 0, "2 a={\"A\":2}")
	c, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	err := w.rt.Quiesce(c)
	if err == nil || !strings.Contains(err.Error(), "out") {
		t.Fatalf("quiesce: %v", err)
	}
	if s := q.Status(); s.State != Failed || s.Cause == nil || q.Stats().Failures == 0 {
		t.Errorf("%+v", s)
	}
	other := sinkTo("other", stream("in", "K STRING", "A BIGINT"))
	w.start(other)
	w.quiesce(other.ID)
	w.topic("out", 1)
	for {
		changed := w.rt.progress.wait()
		if err = w.rt.Quiesce(c, q.ID()); err == nil {
			break
		}
		select {
		case <-changed:
		case <-c.Done():
			t.Fatal(err)
		}
	}
	w.expect("out", 0, "2 a=3")
	if s := q.Status(); s.State != Running {
		t.Errorf("%+v", s)
	}
}

// A panic of a function ends a turn, not the process.
func TestPanicFailsTheQuery(t *testing.T) {
	w := newWorld(t, Options{RetryBackoff: time.Hour})
	w.topic("in", 1)
	w.topic("out", 1)
	s := stream("in", "K STRING", "A BIGINT")
	bad := &plan.Project{Input: s, Key: pick(s, "K"), Value: []plan.Named{named("X", expr.Column(17, types.BigIntType))}}
	q := w.start(sinkTo("out", bad))
	w.lines("in", 0, "1 a={\"A\":1}")
	c, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := w.rt.Quiesce(c); err == nil || !strings.Contains(err.Error(), "panic") {
		t.Errorf("%v", err)
	}
	if q.Status().State != Failed {
		t.Error(q.Status())
	}
}

func TestStartRefuses(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	if _, err := w.rt.Start(sums(), StartOptions{}); err == nil || !strings.Contains(err.Error(), "out") {
		t.Errorf("without its sink: %v", err)
	}
	w.topic("out", 1)
	w.start(sums())
	if _, err := w.rt.Start(sums(), StartOptions{}); err == nil {
		t.Error("started twice")
	}
	if _, err := w.rt.Pull(ctx, pullFrom(sums().Root, "nothing")); err == nil {
		t.Error("pulled from a store that is not there")
	}
}

// Records that a retention has deleted are skipped, not waited for.
func TestDeletedRecordsAreSkipped(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	w.topic("out", 1)
	q := w.start(sums())
	w.lines("in", 0, "1 a={\"A\":1}")
	w.quiesce()
	if err := q.Stop(ctx, false); err != nil {
		t.Fatal(err)
	}
	w.lines("in", 0, "2 a={\"A\":2}\n3 a={\"A\":3}")
	if err := w.l.DeleteRecords(ctx, "in", 0, 2); err != nil {
		t.Fatal(err)
	}
	w.start(sums())
	w.quiesce()
	w.expect("out", 0, "1 a=1\n3 a=4")
}

// A task that has cooled down holds no batches and works again.
func TestCoolDown(t *testing.T) {
	w := newWorld(t, Options{coolAfter: time.Millisecond})
	w.topic("in", 1)
	w.topic("out", 1)
	q := w.start(sums())
	for i := range 3 {
		w.produce("in", 0, rec{int64(i), "a", `{"A":1}`})
		w.quiesce()
		done := make(chan struct{})
		tk := q.stages[0].tasks[0]
		go func() {
			defer close(done)
			for {
				changed := w.rt.progress.wait()
				if tk.cold.Load() {
					return
				}
				<-changed
			}
		}()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Fatal("the task stays warm")
		}
	}
	w.expect("out", 0, "0 a=1\n1 a=2\n2 a=3")
}

// Records of repartition topics do not outlive their use.
func TestRepartitionTopicsArePurged(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	w.topic("out", 1)
	s := stream("in", "K STRING", "G STRING, A BIGINT")
	r := by(s, pick(s, "G"), "A")
	q := w.start(sinkTo("out", &plan.Aggregate{Input: r, Store: "agg", Calls: []plan.AggCall{call(r, "COUNT", "BIGINT")}}))
	var recs []rec
	for i := range purgeEvery / 2 {
		recs = append(recs, rec{int64(i), "k", `{"G":"g","A":1}`})
	}
	for range 3 {
		w.produce("in", 0, recs...)
	}
	w.quiesce()
	topic := q.stages[1].leaves[0].topic
	deadline := time.Now().Add(10 * time.Second)
	for { // The deletion follows the commit; there is nothing to wait on but the log itself.
		start, err := w.l.StartOffset(topic, 0)
		if err != nil {
			t.Fatal(err)
		}
		if start >= purgeEvery {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the repartition topic starts at %d", start)
		}
		runtime.Gosched()
	}
	if got := w.read("out", 0); got[len(got)-1].value != fmt.Sprint(purgeEvery/2*3) {
		t.Errorf("the last count is %v", got[len(got)-1])
	}
}

// TestProcessingLogIsBounded floods a query with garbage, twice: each commit
// lists so many entries and one that counts the rest.
func TestProcessingLogIsBounded(t *testing.T) {
	w := newWorld(t, Options{ProcessingLogTopic: "plog"})
	w.topic("plog", 1)
	w.topic("in", 1)
	w.topic("out", 1)
	w.close()
	w.open()
	s := stream("in", "K STRING", "A BIGINT")
	w.start(sinkTo("out", &plan.Project{Input: s, Key: pick(s, "K"), Value: pick(s, "A")}))
	garbage := make([]rec, 3*maxEntries)
	for i := range garbage {
		garbage[i] = rec{int64(i), "k", "{"}
	}
	listed := 0
	for range 2 {
		w.produce("in", 0, garbage...)
		w.quiesce()
		entries := w.read("plog", 0)[listed:]
		listed += len(entries)
		if len(entries) < maxEntries+1 || len(entries) > len(garbage) {
			t.Fatalf("%d entries for %d bad records", len(entries), len(garbage))
		}
		if last := entries[len(entries)-1].value; !strings.Contains(last, "more rows could not be processed") {
			t.Errorf("the last entry does not count the rest: %s", last)
		}
	}
}
