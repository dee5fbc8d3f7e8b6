package exec

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/leatdb/leat/planner/plan"
)

// Idle queries hold little memory, whatever they have done before, and nothing
// is going to wake them but the log.
func TestIdleQueriesAreCheap(t *testing.T) {
	const queries = 300
	w := newWorld(t, Options{coolAfter: time.Millisecond})
	w.topic("in", 1)
	heap := func() int64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	for i := range queries {
		name := fmt.Sprintf("out%d", i)
		w.topic(name, 1)
		s := stream("in", "K STRING", "G STRING, A BIGINT")
		r := by(s, pick(s, "G"), "A")
		a := &plan.Aggregate{Input: r, Store: "agg", Calls: []plan.AggCall{call(r, "COUNT", "BIGINT"), call(r, "SUM", "BIGINT", "A")}}
		w.start(sinkTo(name, a))
	}
	started := heap()
	var recs []rec
	for i := range 2000 {
		recs = append(recs, rec{int64(i), "k", fmt.Sprintf(`{"G":"g%d","A":%d}`, i%10, i)})
	}
	w.produce("in", 0, recs...)
	w.quiesce()
	for _, q := range w.rt.Queries() {
		q.eachTask(func(tk *task) {
			for {
				changed := w.rt.progress.wait()
				if tk.cold.Load() {
					return
				}
				<-changed
			}
		})
	}
	idle := heap()
	t.Logf("%d KiB per query once started, %d KiB when idle after work", (started-before)/queries/1024, (idle-before)/queries/1024)
	if per := (idle - before) / queries; per > 256<<10 {
		t.Errorf("%d bytes per idle query", per)
	}
	w.rt.timer.mu.Lock()
	alarms := len(w.rt.timer.due)
	w.rt.timer.mu.Unlock()
	if alarms > 0 {
		t.Errorf("%d alarms are set for idle queries", alarms)
	}
}
