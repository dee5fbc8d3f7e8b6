package exec

import (
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// tableAgg aggregates a table: a change takes the old row out of its group and
// adds the new one.
type tableAgg struct {
	aggregation
	store   *state.Table
	wantOld bool
	before  earlier
	held    heldGroups

	old     [][]*expr.Program // The arguments of each call once more, for old rows.
	oldCols []*types.Vector
	olds    [][]*types.Vector
	seen    []uint64 // By group: the number of the segment it was seen in last.
	segment uint64
	buf     []uint32
	sub     groupRows
	add     groupRows
	sel     []uint32
}

// groupRows are rows and their groups.
type groupRows struct{ groups, rows []uint32 }

func (g *groupRows) reset() { g.groups, g.rows = g.groups[:0], g.rows[:0] }

func newTableAgg(e *env, n *plan.Aggregate, wantOld bool, next operator) (*tableAgg, error) {
	agg, err := newAggregation(e, n, next)
	if err != nil {
		return nil, err
	}
	a := &tableAgg{aggregation: agg, wantOld: wantOld}
	for i := range n.Calls {
		args, err := e.apart().compileAll(n.Calls[i].Args)
		if err != nil {
			return nil, err
		}
		a.old = append(a.old, args)
	}
	a.olds = make([][]*types.Vector, len(a.old))
	return a, nil
}

func (a *tableAgg) open(e *env) (err error) {
	a.store, err = e.table(a.node.Store, a.layout)
	return err
}

func (a *tableAgg) save(*state.Meta) {}

func (a *tableAgg) push(b *batch) {
	a.evalSides(b)
	rows := a.rowsOf(b)
	n := len(rows)
	a.keyer.load(b.Cols[:a.keys], rows)
	a.groups = resize(a.groups, n)
	created := a.before.room(n)
	a.keyer.upsert(a.store, firstRows(n), a.groups, created)
	var outs []*types.Vector
	switch {
	case a.env.cache:
		a.held.add(&a.aggregation, a.store, 0, a.groups, created, a.wantOld)
	case a.wantOld:
		a.resetVals(b.N)
		a.before.load(&a.aggregation, a.store, a.groups, rows, b.N)
		outs = a.vals
	default:
		a.resetVals(b.N)
		outs = a.vals
	}
	a.apply(b, rows, outs)
	a.report(b)
	if a.env.cache {
		touch(a.store, a.groups, rows, b.Time, nil)
		return
	}
	touch(a.store, a.groups, rows, b.Time, a.times)
	a.out = batch{Batch: types.Batch{N: b.N, Sel: rows, Cols: a.columns(b.Cols[:a.keys], a.vals), Time: a.times}, Seq: b.Seq}
	if a.wantOld {
		a.out.Old, a.out.NoOld = a.before.finish(a.vals)
	}
	a.emit(&a.out)
}

// evalSides evaluates the arguments over new and over old rows.
func (a *tableAgg) evalSides(b *batch) {
	a.evalArgs(b, b.valued(&a.buf))
	if b.Old == nil {
		return
	}
	old, rows := b.oldSide(a.keys, a.oldCols, &a.buf)
	a.oldCols = old.Cols
	for i, args := range a.old {
		a.olds[i] = evalAll(a.olds[i][:0], args, &old, rows, nil)
	}
}

// rowsOf returns the rows that change anything.
func (a *tableAgg) rowsOf(b *batch) []uint32 {
	a.sel = a.sel[:0]
	for _, r := range b.Sel {
		if !b.NoValue.Get(int(r)) || b.hasOld(r) {
			a.sel = append(a.sel, r)
		}
	}
	return a.sel
}

func (b *batch) hasOld(r uint32) bool { return b.Old != nil && !b.NoOld.Get(int(r)) }

// apply takes old rows out and adds new ones, in segments in which no group
// occurs twice: there the order of the two steps of different rows does not
// matter.
func (a *tableAgg) apply(b *batch, rows []uint32, outs []*types.Vector) {
	a.nextSegment()
	for k, r := range rows {
		g := a.groups[k]
		for int(g) >= len(a.seen) {
			a.seen = append(a.seen, make([]uint64, max(1024, len(a.seen)))...)
		}
		if a.seen[g] == a.segment {
			a.applySegment(outs)
			a.nextSegment()
		}
		a.seen[g] = a.segment
		if b.hasOld(r) {
			a.sub.groups, a.sub.rows = append(a.sub.groups, g), append(a.sub.rows, r)
		}
		if !b.NoValue.Get(int(r)) {
			a.add.groups, a.add.rows = append(a.add.groups, g), append(a.add.rows, r)
		}
	}
	a.applySegment(outs)
}

func (a *tableAgg) nextSegment() {
	a.segment++
	a.sub.reset()
	a.add.reset()
}

func (a *tableAgg) applySegment(outs []*types.Vector) {
	if len(a.sub.rows) > 0 {
		for i := range a.calls {
			a.calls[i].use = a.olds[i]
		}
		a.update(a.store, a.sub.groups, a.sub.rows, -1, outs)
		for i := range a.calls {
			a.calls[i].use = a.calls[i].cols
		}
	}
	if len(a.add.rows) > 0 {
		a.update(a.store, a.add.groups, a.add.rows, +1, outs)
	}
}

func (a *tableAgg) flush() {
	a.held.flush(&a.aggregation, func(int64) *state.Table { return a.store }, nil)
}

func (a *tableAgg) pages(want *selection) pager {
	return newTablePager(a.store, a, a.keyer.selected(want))
}

func (a *tableAgg) release() {
	a.releaseScratch()
	releaseAll(a.old...)
	for i := range a.olds {
		a.olds[i] = nil
	}
	a.before, a.held = earlier{}, heldGroups{}
	a.oldCols, a.seen, a.buf, a.sel, a.sub, a.add = nil, nil, nil, nil, groupRows{}, groupRows{}
}
