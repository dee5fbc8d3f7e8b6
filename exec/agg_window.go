package exec

import (
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// windowAgg aggregates a stream in tumbling or hopping windows.
//
// Rows are assigned to windows first, which makes entries: (row, window) pairs in
// the order of rows, then windows. In tumbling windows an entry keeps the number
// of its row. In hopping windows, where a row has many, entries are numbered
// anew and arguments and keys are gathered.
type windowAgg struct {
	aggregation
	store   *state.Windows
	window  *plan.Window
	advance int64
	wantOld bool
	final   *finalWindows // Emits windows when they close; nil: every change.
	clock   streamClock

	set    windowSet
	from   []uint32 // Hopping: the batch row of each entry.
	start  []int64  // Window starts by output row.
	end    []int64
	sel    []uint32
	keyOut []*types.Vector
	wide   [][]*types.Vector // Hopping: the gathered arguments of each call,
	// row times and places.
	rowTimes []int64
	seq      []uint32

	before earlier
	held   heldGroups
}

func newWindowAgg(e *env, n *plan.Aggregate, wantOld bool, keyFormat plan.Format, next operator) (*windowAgg, error) {
	agg, err := newAggregation(e, n, next)
	if err != nil {
		return nil, err
	}
	a := &windowAgg{aggregation: agg, window: n.Window, advance: advanceOf(n.Window), wantOld: wantOld}
	a.clock.name = n.Store + ".streamTime"
	if n.Final {
		a.final, err = newFinalWindows(&a.aggregation, keyFormat)
	}
	return a, err
}

// advanceOf is how far apart windows start.
func advanceOf(w *plan.Window) int64 {
	if w.Kind == plan.Tumbling || w.AdvanceMillis <= 0 {
		return w.SizeMillis
	}
	return w.AdvanceMillis
}

func (a *windowAgg) open(e *env) (err error) {
	a.clock.load(e.meta)
	if a.final != nil {
		a.final.load(e.meta)
	}
	a.store, err = e.windows(a.node.Store, a.layout)
	return err
}

func (a *windowAgg) save(m *state.Meta) {
	a.clock.save(m)
	if a.final != nil {
		a.final.save(m)
	}
}

func (a *windowAgg) push(b *batch) {
	a.keyer.load(b.Cols[:a.keys], b.Sel)
	a.evalArgs(b, b.Sel)
	a.begin(b)
	if a.advance == a.window.SizeMillis {
		a.assignTumbling(b)
	} else {
		a.assignHopping(b)
	}
	a.process(b)
	a.expire()
}

// begin makes room for the entries of a batch.
func (a *windowAgg) begin(b *batch) {
	a.set.reset()
	a.sel, a.from = a.sel[:0], a.from[:0]
	a.start, a.end = resize(a.start, b.N), resize(a.end, b.N)
}

// assignTumbling gives each row its window, unless that is closed.
func (a *windowAgg) assignTumbling(b *batch) {
	size, grace := a.window.SizeMillis, a.window.GraceMillis
	start, now := int64(0), a.clock.now
	late := int64(0)
	for k, r := range b.Sel {
		t := b.Time[r]
		if t > now {
			if a.final != nil {
				a.final.jump(now, t)
			}
			now = t
		}
		if t < start || t >= start+size {
			start = t - t%size
		}
		if start+size+grace <= now {
			late++
			continue
		}
		a.start[r], a.end[r] = start, start+size
		a.sel = append(a.sel, r)
		a.set.add(start, uint32(k), r)
	}
	a.clock.now = now
	a.env.task.count.late.Add(late)
}

// assignHopping gives each row all windows that hold it and are not closed, and
// processes them piece by piece.
func (a *windowAgg) assignHopping(b *batch) {
	size, grace, advance := a.window.SizeMillis, a.window.GraceMillis, a.advance
	for k, r := range b.Sel {
		t := b.Time[r]
		if t > a.clock.now {
			if a.final != nil {
				a.final.jump(a.clock.now, t)
			}
			a.clock.now = t
		}
		late := true
		for start := max(0, t-size+advance) / advance * advance; start <= t; start += advance {
			if start+size+grace <= a.clock.now {
				continue
			}
			late = false
			e := uint32(len(a.from))
			a.from = append(a.from, r)
			a.start, a.end = append(a.start[:e], start), append(a.end[:e], start+size)
			a.set.add(start, uint32(k), e)
		}
		if late {
			a.env.task.count.late.Add(1)
		}
		if len(a.from) >= types.BatchRows {
			a.process(b)
			a.begin(b)
		}
	}
}

// process updates the groups of the assigned entries and emits the changes.
func (a *windowAgg) process(b *batch) {
	if a.set.n == 0 {
		return
	}
	if len(a.from) > 0 {
		a.widen(b)
	} else {
		a.out = batch{Batch: types.Batch{N: b.N, Sel: a.sel, Time: b.Time, Cols: a.out.Cols}, Seq: b.Seq}
		a.keyOut = append(a.keyOut[:0], b.Cols[:a.keys]...)
	}
	if a.final != nil || a.env.cache {
		a.updateQuietly()
		a.report(b)
		return
	}
	a.resetVals(a.out.N)
	if a.wantOld {
		a.before.begin(&a.aggregation, a.out.N)
	}
	expired := false
	for i := range a.set.windows() {
		w := &a.set.list[i]
		if !a.updateWindow(w) {
			expired = true
		}
	}
	a.report(b)
	a.out.Time = a.times
	a.out.WindowStart, a.out.WindowEnd = a.start, a.end
	a.out.Cols = a.columns(a.keyOut, a.vals)
	if a.wantOld {
		a.out.Old, a.out.NoOld = a.before.finish(a.vals)
	}
	if expired {
		a.dropExpired()
	}
	a.emit(&a.out)
}

// widen gathers keys, arguments and times of the entries.
func (a *windowAgg) widen(b *batch) {
	n := len(a.from)
	if len(a.wide) == 0 {
		a.wide = make([][]*types.Vector, len(a.calls))
		for _, v := range b.Cols[:a.keys] {
			a.keyOut = append(a.keyOut, types.NewVector(v.Type))
		}
	}
	for c, v := range b.Cols[:a.keys] {
		a.keyOut[c].Gather(v, a.from)
	}
	for i := range a.calls {
		for c, v := range a.calls[i].cols {
			if len(a.wide[i]) == c {
				a.wide[i] = append(a.wide[i], types.NewVector(v.Type))
			}
			a.wide[i][c].Gather(v, a.from)
		}
		a.calls[i].use = a.wide[i]
	}
	a.rowTimes, a.seq = gather(a.rowTimes, b.Time, a.from), gather(a.seq, b.Seq, a.from)
	a.out = batch{Batch: types.Batch{N: n, Sel: firstRows(n), Time: a.rowTimes, Cols: a.out.Cols}, Seq: a.seq}
}

// updateWindow updates the groups of one window. It returns false when the store
// has forgotten the window.
func (a *windowAgg) updateWindow(w *windowEntries) bool {
	t := a.store.Window(w.start)
	if t == nil {
		return false
	}
	a.groups = resize(a.groups, len(w.keys))
	var created types.Bitmap
	if a.wantOld {
		created = a.before.room(len(w.keys))
	}
	a.keyer.upsert(t, w.keys, a.groups, created)
	if a.wantOld {
		a.before.find(&a.aggregation, t, a.groups, w.rows)
	}
	a.update(t, a.groups, w.rows, +1, a.vals)
	touch(t, a.groups, w.rows, a.out.Time, a.times)
	return true
}

// updateQuietly updates all windows and emits nothing.
func (a *windowAgg) updateQuietly() {
	for i := range a.set.windows() {
		w := &a.set.list[i]
		t := a.store.Window(w.start)
		if t == nil {
			continue
		}
		a.groups = resize(a.groups, len(w.keys))
		var created types.Bitmap
		if a.wantOld && a.final == nil {
			created = a.before.room(len(w.keys))
		}
		a.keyer.upsert(t, w.keys, a.groups, created)
		if a.final == nil {
			a.held.add(&a.aggregation, t, w.start, a.groups, created, a.wantOld)
		}
		a.update(t, a.groups, w.rows, +1, nil)
		touch(t, a.groups, w.rows, a.out.Time, nil)
	}
}

// dropExpired leaves out the entries of windows that the store has forgotten.
func (a *windowAgg) dropExpired() {
	kept := make([]uint32, 0, len(a.out.Sel))
	for _, r := range a.out.Sel {
		if a.store.Lookup(a.start[r]) != nil {
			kept = append(kept, r)
		}
	}
	a.env.task.count.late.Add(int64(len(a.out.Sel) - len(kept)))
	a.out.Sel = kept
}

// expire emits what has closed and forgets what is too old.
func (a *windowAgg) expire() {
	w := a.window
	closed := a.clock.now - w.GraceMillis - w.SizeMillis // Starts of closed windows are not higher.
	if a.final != nil && closed >= 0 {
		a.final.emitClosed(a.store, closed)
	}
	if closed >= 0 && a.clock.advanced() {
		a.store.Seal(closed + 1)
		if !a.env.cache { // Held groups may be in any window until they are flushed.
			a.store.Expire(a.clock.now - w.RetentionMillis + 1)
		}
	}
}

func (a *windowAgg) flush() {
	if !a.env.cache || a.final != nil {
		return
	}
	a.held.flush(&a.aggregation, a.store.Lookup, a.window)
	a.store.Expire(a.clock.now - a.window.RetentionMillis + 1)
}

func (a *windowAgg) release() {
	a.releaseScratch()
	a.set, a.before, a.held = windowSet{}, earlier{}, heldGroups{}
	a.from, a.start, a.end, a.sel, a.keyOut, a.wide, a.rowTimes, a.seq = nil, nil, nil, nil, nil, nil, nil, nil
	if a.final != nil {
		a.final.release()
	}
}

// streamClock is the stream time of an operator: the highest time of the rows it
// has seen, -1 before the first.
type streamClock struct {
	name string
	now  int64
	seen int64 // When advanced was asked last.
}

func (c *streamClock) load(m *state.Meta) {
	c.now = -1
	if m != nil {
		c.now = m.Int(c.name) - 1 // 0 is what was never set.
	}
	c.seen = c.now
}

func (c *streamClock) save(m *state.Meta) { setInt(m, c.name, c.now+1) }

// advanced tells whether the time has changed since the last call.
func (c *streamClock) advanced() bool {
	was := c.seen
	c.seen = c.now
	return was != c.now
}
