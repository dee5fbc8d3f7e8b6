package exec

import (
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// streamAgg aggregates a stream without windows: a group per key, for ever.
type streamAgg struct {
	aggregation
	store   *state.Table
	parts   *state.Groups // The rows are parts of groups; nil where they are rows.
	wantOld bool
	before  earlier
	held    heldGroups
}

func newStreamAgg(e *env, n *plan.Aggregate, wantOld bool, next operator) (*streamAgg, error) {
	agg, err := newAggregation(e, n, next)
	a := &streamAgg{aggregation: agg, wantOld: wantOld}
	if r, ok := n.Input.(*plan.Repartition); ok && !e.transient && e.task.query.wire(r).parts != nil {
		a.parts = state.NewGroups(a.layout)
	}
	return a, err
}

func (a *streamAgg) open(e *env) (err error) {
	a.store, err = e.table(a.node.Store, a.layout)
	return err
}

func (a *streamAgg) save(*state.Meta) {}

func (a *streamAgg) push(b *batch) {
	n := len(b.Sel)
	entries := firstRows(n)
	a.keyer.load(b.Cols[:a.keys], b.Sel)
	a.groups = resize(a.groups, n)
	var created types.Bitmap
	if a.wantOld {
		created = a.before.room(n)
	}
	a.keyer.upsert(a.store, entries, a.groups, created)
	if a.parts == nil {
		a.evalArgs(b, b.Sel)
	}
	if a.env.cache {
		a.hold(b, created)
		return
	}
	a.resetVals(b.N)
	if a.wantOld {
		a.before.load(&a.aggregation, a.store, a.groups, b.Sel, b.N)
	}
	a.take(b, a.vals)
	touch(a.store, a.groups, b.Sel, b.Time, a.times)
	a.out = batch{Batch: types.Batch{N: b.N, Sel: b.Sel, Cols: a.columns(b.Cols[:a.keys], a.vals), Time: a.times}, Seq: b.Seq}
	if a.wantOld {
		a.out.Old, a.out.NoOld = a.before.finish(a.vals)
	}
	a.emit(&a.out)
}

// take adds the rows to their groups. With outs the result after each row is
// written there.
func (a *streamAgg) take(b *batch, outs []*types.Vector) {
	if a.parts != nil {
		a.addParts(a.store, a.parts, b, a.groups, outs)
		return
	}
	a.update(a.store, a.groups, b.Sel, +1, outs)
	a.report(b)
}

// hold updates the groups and leaves the emission to the commit.
func (a *streamAgg) hold(b *batch, created types.Bitmap) {
	a.held.add(&a.aggregation, a.store, 0, a.groups, created, a.wantOld)
	a.take(b, nil)
	touch(a.store, a.groups, b.Sel, b.Time, nil)
}

func (a *streamAgg) flush() {
	a.held.flush(&a.aggregation, func(int64) *state.Table { return a.store }, nil)
}

func (a *streamAgg) pages(want *selection) pager {
	return newTablePager(a.store, a, a.keyer.selected(want))
}

func (a *streamAgg) release() {
	a.releaseScratch()
	if a.parts != nil {
		a.parts.Release()
	}
	a.before, a.held = earlier{}, heldGroups{}
}
