package exec

import (
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// sessionAgg aggregates a stream in session windows: a row joins all sessions of
// its key that are not farther than the gap, which become one.
//
// A session that changes is another window, so the old one gets a tombstone
// before the new one is emitted. Sessions are found and moved row by row; the
// groups of many rows are updated together, until sessions merge.
type sessionAgg struct {
	aggregation
	store   *state.Sessions
	window  *plan.Window
	wantOld bool
	final   *finalSessions // Emits sessions when they close; nil: every change.
	clock   streamClock

	found   []state.Session
	pending []uint32 // Rows whose groups, in groups, are not updated yet.
	changes []sessionChange
	keyOut  []*types.Vector
	valOut  []*types.Vector
	old     []*types.Vector
	at      []uint32
	from    []uint32
}

// sessionChange is an output row: the session that the row from has made or, for
// a tombstone, replaced.
type sessionChange struct {
	from       uint32
	tombstone  bool
	start, end int64
	old        uint32 // Row of old, for a tombstone.
}

func newSessionAgg(e *env, n *plan.Aggregate, wantOld bool, keyFormat plan.Format, next operator) (*sessionAgg, error) {
	agg, err := newAggregation(e, n, next)
	if err != nil {
		return nil, err
	}
	a := &sessionAgg{aggregation: agg, window: n.Window, wantOld: wantOld}
	a.clock.name = n.Store + ".streamTime"
	if n.Final {
		a.final, err = newFinalSessions(&a.aggregation, keyFormat)
	}
	return a, err
}

func (a *sessionAgg) open(e *env) (err error) {
	a.clock.load(e.meta)
	if a.final != nil {
		a.final.load(e.meta)
	}
	a.store, err = e.sessions(a.node.Store, a.layout, a.window.SizeMillis, a.window.RetentionMillis)
	return err
}

func (a *sessionAgg) save(m *state.Meta) {
	a.clock.save(m)
	if a.final != nil {
		a.final.save(m)
	}
}

func (a *sessionAgg) push(b *batch) {
	a.keyer.load(b.Cols[:a.keys], b.Sel)
	a.evalArgs(b, b.Sel)
	a.resetVals(b.N)
	a.begin()
	for k, r := range b.Sel {
		a.assign(b, k, r)
	}
	a.updatePending(b)
	a.report(b)
	if a.final == nil && len(a.changes) > 0 {
		a.emitChanges(b)
	}
	a.expire()
}

func (a *sessionAgg) begin() {
	a.groups, a.pending, a.changes = a.groups[:0], a.pending[:0], a.changes[:0]
	if a.wantOld && a.old == nil {
		for _, v := range a.vals {
			a.old = append(a.old, types.NewVector(v.Type))
		}
	}
	resetVectors(a.old, 0)
}

// assign finds or makes the session of a row.
func (a *sessionAgg) assign(b *batch, k int, r uint32) {
	gap, t := a.window.SizeMillis, b.Time[r]
	key := a.keyer.bytes(k)
	a.clock.now = max(a.clock.now, t)
	// The store forgets batch by batch; what is to be found must not depend on
	// where batches end.
	a.found = a.store.Find(a.found[:0], key, max(t-gap, a.kept()), t+gap)
	start, end := t, t
	for _, s := range a.found {
		start, end = min(start, s.Start), max(end, s.End)
	}
	if end < a.clock.now-a.window.GraceMillis-gap {
		a.env.task.count.late.Add(1)
		return
	}
	var row uint32
	if len(a.found) == 0 {
		row = a.store.Put(key, start, end)
	} else {
		if start != t || end != t { // Else it is the session of this very moment, which stays.
			a.replace(b, r)
		}
		row = a.merge(b)
		a.store.Move(row, start, end)
	}
	a.groups, a.pending = append(a.groups, row), append(a.pending, r)
	a.changes = append(a.changes, sessionChange{from: r, start: start, end: end})
}

// replace notes tombstones for the sessions found.
func (a *sessionAgg) replace(b *batch, r uint32) {
	if a.final != nil {
		return
	}
	for _, s := range a.found {
		c := sessionChange{from: r, tombstone: true, start: s.Start, end: s.End}
		if a.wantOld {
			a.updatePending(b)
			for _, v := range a.old {
				c.old = uint32(v.Extend())
			}
			a.results(a.store, []uint32{s.Row}, []uint32{c.old}, a.old)
		}
		a.changes = append(a.changes, c)
	}
}

// merge makes one group of the sessions found and returns its row. Each is taken
// into the next newer one.
func (a *sessionAgg) merge(b *batch) uint32 {
	last := a.found[len(a.found)-1].Row
	if len(a.found) == 1 {
		return last
	}
	a.updatePending(b)
	for i, s := range a.found[:len(a.found)-1] {
		into := a.found[i+1].Row
		for j := range a.calls {
			a.calls[j].acc.Merge(a.store, a.calls[j].at, into, s.Row)
		}
		w, stride := a.store.Words(), a.store.Stride()
		w[int(into)*stride] = max(w[int(into)*stride], w[int(s.Row)*stride])
	}
	for _, s := range a.found[:len(a.found)-1] {
		a.store.Remove(s.Row)
	}
	return last
}

// updatePending updates the groups of the assigned rows.
func (a *sessionAgg) updatePending(b *batch) {
	if len(a.pending) == 0 {
		return
	}
	outs := a.vals
	if a.final != nil {
		outs = nil
	}
	a.update(a.store, a.groups, a.pending, +1, outs)
	touch(a.store, a.groups, a.pending, b.Time, nil)
	a.groups, a.pending = a.groups[:0], a.pending[:0]
}

// emitChanges hands on tombstones and sessions in the order they came about. The
// time of a change is the end of its session.
func (a *sessionAgg) emitChanges(b *batch) {
	if a.keyOut == nil {
		for _, v := range b.Cols[:a.keys] {
			a.keyOut = append(a.keyOut, types.NewVector(v.Type))
		}
		for _, v := range a.vals {
			a.valOut = append(a.valOut, types.NewVector(v.Type))
		}
	}
	for done := 0; done < len(a.changes); {
		n := min(len(a.changes)-done, types.BatchRows)
		a.emitSlice(b, a.changes[done:done+n])
		done += n
	}
}

func (a *sessionAgg) emitSlice(b *batch, changes []sessionChange) {
	n := len(changes)
	out := &a.out
	a.at = a.at[:0]
	out.Time, out.WindowStart, out.WindowEnd = resize(out.Time, n), resize(out.WindowStart, n), resize(out.WindowEnd, n)
	out.NoValue = out.NoValue.Reset().Grow(n)
	for i, c := range changes {
		a.at = append(a.at, c.from)
		out.Time[i], out.WindowStart[i], out.WindowEnd[i] = c.end, c.start, c.end
		if c.tombstone {
			out.NoValue.Set(i)
		}
	}
	for c, v := range b.Cols[:a.keys] {
		a.keyOut[c].Gather(v, a.at)
	}
	for c, v := range a.vals {
		a.valOut[c].Gather(v, a.at)
	}
	out.N, out.Sel, out.Cols = n, firstRows(n), a.columns(a.keyOut, a.valOut)
	out.Seq = gather(out.Seq, b.Seq, a.at)
	if a.wantOld {
		a.oldSide(changes)
	}
	a.next.push(out)
}

// oldSide adds what the replaced sessions were; new sessions have nothing before
// them.
func (a *sessionAgg) oldSide(changes []sessionChange) {
	out := &a.out
	if out.Old == nil {
		for _, v := range a.old {
			out.Old = append(out.Old, types.NewVector(v.Type))
		}
	}
	a.at, a.from = a.at[:0], a.from[:0]
	out.NoOld = out.NoOld.SetAll(len(changes))
	for i, c := range changes {
		if c.tombstone {
			out.NoOld.Clear(i)
			a.at, a.from = append(a.at, uint32(i)), append(a.from, c.old)
		}
	}
	for c, v := range a.old {
		out.Old[c].Reset(len(changes))
		out.Old[c].CopyRows(a.at, v, a.from)
	}
}

// expire emits what has closed and forgets what is too old.
func (a *sessionAgg) expire() {
	closed := a.clock.now - a.window.GraceMillis - a.window.SizeMillis // Sessions that end before are closed.
	if a.final != nil && closed > 0 {
		a.final.emitClosed(a.store, closed)
	}
	if a.clock.advanced() {
		a.store.Expire(a.kept())
	}
}

// kept is the time from which on ended sessions are still remembered.
func (a *sessionAgg) kept() int64 {
	return a.clock.now - max(a.window.RetentionMillis, a.window.GraceMillis+a.window.SizeMillis)
}

func (a *sessionAgg) release() {
	a.releaseScratch()
	a.found, a.pending, a.changes, a.at, a.from = nil, nil, nil, nil, nil
	a.keyOut, a.valOut, a.old = nil, nil, nil
	if a.final != nil {
		a.final.release()
	}
}

// finalSessions emits sessions when they close.
type finalSessions struct {
	*finalRows
	name string
	done int64 // Sessions that end before have been emitted.
}

func newFinalSessions(a *aggregation, keyFormat plan.Format) (*finalSessions, error) {
	rows, err := newFinalRows(a, keyFormat)
	return &finalSessions{finalRows: rows, name: a.node.Store + ".emitted"}, err
}

func (f *finalSessions) load(m *state.Meta) {
	f.done = 0
	if m != nil {
		f.done = m.Int(f.name)
	}
}

func (f *finalSessions) save(m *state.Meta) { setInt(m, f.name, f.done) }

// emitClosed emits the sessions that end before the time.
func (f *finalSessions) emitClosed(store *state.Sessions, before int64) {
	if before <= f.done {
		return
	}
	scan := store.Ended(f.done, before)
	for scan.Next(&f.page) {
		f.add(func(row uint32) (int64, int64) { return f.page.Start(row), f.page.End(row) })
	}
	if err := scan.Err(); err != nil {
		f.agg.env.task.chain.fail(err)
	}
	if len(f.times) > 0 {
		f.emit()
	}
	f.done = before
}
