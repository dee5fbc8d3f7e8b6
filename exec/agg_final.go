package exec

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// finalRows gathers the results of closed windows and emits them in order: by
// window end, start, then the bytes of the key.
type finalRows struct {
	agg    *aggregation
	key    format.Encoder
	cols   []*types.Vector
	times  []int64
	starts []int64
	ends   []int64

	keys  types.Spans
	order []uint32
	page  state.Page
	out   batch
	noOld types.Bitmap
}

func newFinalRows(a *aggregation, keyFormat plan.Format) (*finalRows, error) {
	f, err := newFormat(a.env.rt, keyFormat.Inherited(), a.node.Out().Key, true)
	if err != nil {
		return nil, err
	}
	return &finalRows{agg: a, key: f.NewEncoder()}, nil
}

// add takes the rows of a page. bounds returns the window of a row.
func (f *finalRows) add(bounds func(row uint32) (start, end int64)) {
	n := f.page.Len()
	var in batch // New for each page: what is gathered refers to its memory.
	if err := f.agg.readRows(&in, &f.page, firstRows(n)); err != nil {
		f.agg.env.task.chain.fail(err)
		return
	}
	if f.cols == nil {
		for _, v := range in.Cols {
			f.cols = append(f.cols, types.NewVector(v.Type))
		}
	}
	for c, v := range in.Cols {
		for i := range n {
			f.cols[c].AppendFrom(v, i)
		}
	}
	f.times = append(f.times, in.Time...)
	for i := range n {
		start, end := bounds(uint32(i))
		f.starts, f.ends = append(f.starts, start), append(f.ends, end)
	}
}

// emit hands on the rows and forgets them.
func (f *finalRows) emit() {
	n := len(f.times)
	f.order = append(f.order[:0], firstRows(n)...)
	f.keys.Reset()
	var errs format.Errors
	f.key.Encode(f.cols[:f.agg.keys], f.order, nil, &f.keys, &errs)
	slices.SortStableFunc(f.order, func(a, b uint32) int {
		x, _ := f.keys.At(int(a))
		y, _ := f.keys.At(int(b))
		return cmp.Or(cmp.Compare(f.ends[a], f.ends[b]), cmp.Compare(f.starts[a], f.starts[b]), bytes.Compare(x, y))
	})
	for len(f.order) > 0 {
		k := min(len(f.order), types.BatchRows)
		f.emitRows(f.order[:k])
		f.order = f.order[k:]
	}
	for _, v := range f.cols {
		v.Reset(0)
	}
	f.times, f.starts, f.ends = f.times[:0], f.starts[:0], f.ends[:0]
}

func (f *finalRows) emitRows(rows []uint32) {
	out := &f.out
	if out.Cols == nil {
		for _, v := range f.cols {
			out.Cols = append(out.Cols, types.NewVector(v.Type))
		}
	}
	for c, v := range f.cols {
		out.Cols[c].Gather(v, rows)
	}
	out.N, out.Sel = len(rows), firstRows(len(rows))
	out.Time = gather(out.Time, f.times, rows)
	out.WindowStart, out.WindowEnd = gather(out.WindowStart, f.starts, rows), gather(out.WindowEnd, f.ends, rows)
	// A window is emitted once: there is nothing before it that a HAVING which it
	// does not pass could delete.
	f.noOld = f.noOld.SetAll(out.N)
	out.Old, out.NoOld = out.Cols[f.agg.keys:], f.noOld
	f.agg.next.push(out)
}

func (f *finalRows) release() { *f = finalRows{agg: f.agg, key: f.key} }

// finalWindows emits time windows when they close.
//
// A window is remembered for RETENTION, counted to the start of the newest
// window. When stream time jumps so far that a window is forgotten by the very
// row that closes it, its result is lost. The store forgets later, batch by batch;
// so the jumps of a batch are noted row by row, and what they lose is left out.
type finalWindows struct {
	*finalRows
	name    string
	window  *plan.Window
	advance int64
	done    int64 // Windows that start here or before have been emitted.
	lost    []lostWindows
	starts  []int64
}

// lostWindows are the windows lost in one jump of stream time, by their starts.
type lostWindows struct{ first, last int64 }

func newFinalWindows(a *aggregation, keyFormat plan.Format) (*finalWindows, error) {
	rows, err := newFinalRows(a, keyFormat)
	return &finalWindows{finalRows: rows, name: a.node.Store + ".emitted", window: a.node.Window, advance: advanceOf(a.node.Window)}, err
}

// jump notes which windows are lost when stream time goes from one time to
// another, later one.
func (f *finalWindows) jump(from, to int64) {
	w := f.window
	firstClosed := from - w.SizeMillis - w.GraceMillis + 1
	lastForgotten := to - to%f.advance - w.RetentionMillis - 1
	if firstClosed <= lastForgotten {
		f.lost = append(f.lost, lostWindows{firstClosed, lastForgotten})
	}
}

// isLost tells whether the window was lost. Windows are asked for in ascending
// order.
func (f *finalWindows) isLost(start int64) bool {
	for len(f.lost) > 0 && f.lost[0].last < start {
		f.lost = f.lost[1:]
	}
	return len(f.lost) > 0 && f.lost[0].first <= start
}

func (f *finalWindows) load(m *state.Meta) {
	f.done = -1
	if m != nil {
		f.done = m.Int(f.name) - 1
	}
}

func (f *finalWindows) save(m *state.Meta) { setInt(m, f.name, f.done+1) }

// emitClosed emits the windows that start at closed or before.
func (f *finalWindows) emitClosed(store *state.Windows, closed int64) {
	if closed <= f.done {
		return
	}
	f.starts = store.Starts(f.starts[:0], f.done+1, closed)
	lost := 0
	for _, start := range f.starts {
		if f.isLost(start) {
			lost++
			continue
		}
		end := start + f.agg.node.Window.SizeMillis
		scan := store.Lookup(start).Scan(nil, nil)
		for scan.Next(&f.page) {
			f.add(func(uint32) (int64, int64) { return start, end })
		}
		if err := scan.Err(); err != nil {
			f.agg.env.task.chain.fail(err)
		}
		f.emit()
	}
	if lost > 0 {
		reason := fmt.Sprintf("the final results of %d windows are lost: stream time has jumped past the %d ms for which windows are kept; a longer RETENTION keeps them",
			lost, f.window.RetentionMillis)
		f.agg.env.errors.add(f.agg.env, f.agg.node.Store, logMessage{Type: 1, Processing: &processingError{ErrorMessage: reason, Cause: []string{}}})
	}
	f.done, f.lost = closed, nil
}
