package exec

import (
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// earlier finds the results of groups before each row of a batch: for the first
// row of a group what the store has, for the others what the row of the same
// group before it has made.
type earlier struct {
	created types.Bitmap // By entry: the group was made by it.
	last    []uint64     // By group: the stamp of the batch and the entry seen last.
	stamp   uint64

	vals      []*types.Vector
	noOld     types.Bitmap
	at, from  []uint32 // Rows that follow a row of their group, and that row.
	first     []uint32 // Groups at their first row,
	firstRows []uint32 // and these rows.
}

// room returns the bitmap that an upsert of n keys fills.
func (e *earlier) room(n int) types.Bitmap {
	e.created = e.created[:0].Grow(n)
	return e.created
}

// load reads what the store has, before the batch changes it. Row numbers are
// below n.
func (e *earlier) load(a *aggregation, st rowSource, groups, rows []uint32, n int) {
	e.begin(a, n)
	e.find(a, st, groups, rows)
}

// begin makes room for the old results of n rows.
func (e *earlier) begin(a *aggregation, n int) {
	if e.vals == nil {
		for i := range a.node.Calls {
			e.vals = append(e.vals, types.NewVector(a.node.Calls[i].Column.Type))
		}
	}
	resetVectors(e.vals, n)
	e.noOld = e.noOld.Reset().Grow(n)
	e.at, e.from = e.at[:0], e.from[:0]
}

// find sorts the rows of one store into first and following ones and reads the
// results before the first ones.
func (e *earlier) find(a *aggregation, st rowSource, groups, rows []uint32) {
	e.stamp++
	e.first, e.firstRows = e.first[:0], e.firstRows[:0]
	for k, g := range groups {
		for int(g) >= len(e.last) {
			e.last = append(e.last, make([]uint64, max(1024, len(e.last)))...)
		}
		seen := e.last[g]
		e.last[g] = e.stamp<<32 | uint64(rows[k])
		switch {
		case seen>>32 == e.stamp:
			e.at, e.from = append(e.at, rows[k]), append(e.from, uint32(seen))
		case e.created.Get(k):
			e.noOld.Set(int(rows[k]))
		default:
			e.first, e.firstRows = append(e.first, g), append(e.firstRows, rows[k])
		}
	}
	a.results(st, e.first, e.firstRows, e.vals)
}

// finish adds what rows of the batch have made, and returns the old side.
func (e *earlier) finish(vals []*types.Vector) ([]*types.Vector, types.Bitmap) {
	for c, v := range e.vals {
		v.CopyRows(e.at, vals[c], e.from)
	}
	return e.vals, e.noOld
}

// heldGroups are groups that have changed since the last commit, in the order of
// their first change. Their last results are emitted at the commit.
type heldGroups struct {
	windows []int64 // The window of each held group, 0 without windows.
	groups  []uint32
	marks   map[int64]types.Bitmap // By window: the groups that are held.
	old     []*types.Vector        // By held group: the result at the last commit.
	noOld   []bool
	fresh   []uint32
	row     []uint32
	out     batch
}

// add holds the groups of one window. It comes before they are changed; created
// tells, by entry, which of them were made just now.
func (h *heldGroups) add(a *aggregation, st *state.Table, window int64, groups []uint32, created types.Bitmap, wantOld bool) {
	if h.marks == nil {
		h.marks = map[int64]types.Bitmap{}
	}
	mark := h.marks[window]
	for k, g := range groups {
		mark = mark.Grow(int(g) + 1)
		if mark.Get(int(g)) {
			continue
		}
		mark.Set(int(g))
		h.windows, h.groups = append(h.windows, window), append(h.groups, g)
		if wantOld {
			h.keepOld(a, st, g, created.Get(k))
		}
	}
	h.marks[window] = mark
}

// keepOld notes the result of a group before its first change.
func (h *heldGroups) keepOld(a *aggregation, st *state.Table, g uint32, created bool) {
	if h.old == nil {
		for i := range a.node.Calls {
			h.old = append(h.old, types.NewVector(a.node.Calls[i].Column.Type))
		}
	}
	h.fresh, h.row = append(h.fresh[:0], g), h.row[:0]
	for _, v := range h.old {
		h.row = append(h.row[:0], uint32(v.Extend()))
	}
	h.noOld = append(h.noOld, created)
	if !created {
		a.results(st, h.fresh, h.row, h.old)
	}
}

// flush emits the last results of the held groups and forgets them. table finds
// the store of a window; windowed is nil without windows.
func (h *heldGroups) flush(a *aggregation, table func(window int64) *state.Table, windowed *plan.Window) {
	for done := 0; done < len(h.groups); {
		n := min(len(h.groups)-done, types.BatchRows)
		h.emit(a, done, done+n, table, windowed)
		done += n
	}
	h.windows, h.groups, h.noOld = h.windows[:0], h.groups[:0], h.noOld[:0]
	clear(h.marks)
	for _, v := range h.old {
		v.Reset(0)
	}
}

// emit hands on the held groups with numbers from and up to to.
func (h *heldGroups) emit(a *aggregation, from, to int, table func(int64) *state.Table, windowed *plan.Window) {
	n := to - from
	out := &h.out
	if out.Cols == nil {
		schema := a.node.Out()
		out.Cols = newVectors(append(append([]types.Column(nil), schema.Key...), schema.Value...))
	}
	resetVectors(out.Cols, n)
	out.N, out.Sel, out.Time = n, firstRows(n), resize(out.Time, n)
	for i := 0; i < n; {
		end := i + 1
		for end < n && h.windows[from+end] == h.windows[from+i] {
			end++
		}
		h.fill(a, table(h.windows[from+i]), h.groups[from+i:from+end], i)
		i = end
	}
	if windowed != nil {
		out.WindowStart, out.WindowEnd = resize(out.WindowStart, n), resize(out.WindowEnd, n)
		for i := range n {
			out.WindowStart[i] = h.windows[from+i]
			out.WindowEnd[i] = h.windows[from+i] + windowed.SizeMillis
		}
	}
	if h.old != nil {
		h.oldSide(from, to)
	}
	a.next.push(out)
}

// fill makes the rows from i on of groups of one store.
func (h *heldGroups) fill(a *aggregation, st *state.Table, groups []uint32, i int) {
	out := &h.out
	words, stride := st.Words(), st.Stride()
	h.row = h.row[:0]
	for k, g := range groups {
		if err := a.keyer.decode(st.Key(g), out.Cols[:a.keys], i+k); err != nil {
			a.env.task.chain.fail(err)
		}
		out.Time[i+k] = int64(words[int(g)*stride])
		h.row = append(h.row, uint32(i+k))
	}
	a.results(st, groups, h.row, out.Cols[a.keys:])
}

// oldSide adds the results at the last commit.
func (h *heldGroups) oldSide(from, to int) {
	out := &h.out
	if out.Old == nil {
		for _, v := range h.old {
			out.Old = append(out.Old, types.NewVector(v.Type))
		}
	}
	h.row = h.row[:0]
	out.NoOld = out.NoOld.Reset().Grow(to - from)
	for k := from; k < to; k++ {
		h.row = append(h.row, uint32(k))
		if h.noOld[k] {
			out.NoOld.Set(k - from)
		}
	}
	for c, v := range h.old {
		out.Old[c].Gather(v, h.row)
	}
}
