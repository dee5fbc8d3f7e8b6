package exec

import (
	"fmt"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// regroup gives the changes of a table the keys of an aggregation. A row that
// changes its key becomes two changes: it leaves its old group, then it joins its
// new one. A key with a NULL is no group.
type regroup struct {
	env      *env
	keys     int // Key columns of the input.
	new, old side
	next     operator

	out     batch
	outOld  []*types.Vector
	oldCols []*types.Vector
	buf     []uint32
	origin  []uint32 // Input row of each output row.
	errs    function.Errors
}

// side computes the columns of changes after or before the change.
type side struct {
	key, value []*expr.Program
	keyCols    []*types.Vector
	valueCols  []*types.Vector
	has        types.Bitmap // Rows that are there, with a whole key.
	from, at   []uint32     // Input rows, and their places in the output.
}

func newRegroup(e *env, n *plan.Project, next operator) (*regroup, error) {
	r := &regroup{env: e, keys: len(n.Input.Out().Key), next: next}
	for _, s := range []*side{&r.new, &r.old} {
		var err error
		if s.key, err = e.apart().compileAll(unnamed(n.Key)); err != nil {
			return nil, err
		}
		if s.value, err = e.apart().compileAll(unnamed(n.Value)); err != nil {
			return nil, err
		}
	}
	out := n.Out()
	r.out.Cols = newVectors(append(append([]types.Column(nil), out.Key...), out.Value...))
	r.outOld = newVectors(out.Value)
	return r, nil
}

func (r *regroup) push(b *batch) {
	r.compute(&r.new, b, &b.Batch, b.valued(&r.buf), &r.errs)
	r.env.errors.addRows(r.env, "group", b, &r.errs)
	if b.Old != nil {
		old, rows := b.oldSide(r.keys, r.oldCols, &r.buf)
		r.oldCols = old.Cols
		r.compute(&r.old, b, &old, rows, nil) // What fails has failed when the row was new.
	}
	r.place(b)
	if r.out.N > 0 {
		r.fill(b)
		r.next.push(&r.out)
	}
}

// compute evaluates one side for the rows that are there.
func (r *regroup) compute(s *side, b *batch, in *types.Batch, rows []uint32, errs *function.Errors) {
	s.keyCols = evalAll(s.keyCols[:0], s.key, in, rows, errs)
	s.valueCols = evalAll(s.valueCols[:0], s.value, in, rows, errs)
	s.has = s.has.Reset().Grow(b.N)
	for _, row := range rows {
		if c := r.nullColumn(s, row); c >= 0 {
			if errs != nil {
				r.env.errors.addRow(r.env, "group", b, row, nullKey(c))
			}
			continue
		}
		s.has.Set(int(row))
	}
}

// nullColumn returns the first key column that is NULL, or -1.
func (r *regroup) nullColumn(s *side, row uint32) int {
	for i, c := range s.keyCols {
		if c.IsNull(int(row)) {
			return i
		}
	}
	return -1
}

// place decides which output rows there are.
func (r *regroup) place(b *batch) {
	n, o := &r.new, &r.old
	n.from, n.at, o.from, o.at = n.from[:0], n.at[:0], o.from[:0], o.at[:0]
	r.origin = r.origin[:0]
	for _, row := range b.Sel {
		isNew, isOld := n.has.Get(int(row)), b.Old != nil && o.has.Get(int(row))
		if isOld {
			o.from, o.at = append(o.from, row), append(o.at, uint32(len(r.origin)))
			if !isNew || !sameRow(n.keyCols, o.keyCols, int(row)) {
				r.origin = append(r.origin, row)
			}
		}
		if isNew {
			n.from, n.at = append(n.from, row), append(n.at, uint32(len(r.origin)))
			r.origin = append(r.origin, row)
		}
	}
	r.out.N = len(r.origin)
}

// fill makes the output batch.
func (r *regroup) fill(b *batch) {
	out, count := &r.out, r.out.N
	resetVectors(out.Cols, count)
	resetVectors(r.outOld, count)
	out.NoValue, out.NoOld = out.NoValue.SetAll(count), out.NoOld.SetAll(count)
	for _, s := range []*side{&r.old, &r.new} { // The new key counts where a row has both.
		for c, v := range s.keyCols {
			if len(s.at) > 0 {
				out.Cols[c].CopyRows(s.at, v, s.from)
			}
		}
	}
	keys := len(r.new.key)
	for c, v := range r.new.valueCols {
		out.Cols[keys+c].CopyRows(r.new.at, v, r.new.from)
	}
	for _, p := range r.new.at {
		out.NoValue.Clear(int(p))
	}
	if len(r.old.at) > 0 {
		for c, v := range r.old.valueCols {
			r.outOld[c].CopyRows(r.old.at, v, r.old.from)
		}
	}
	for _, p := range r.old.at {
		out.NoOld.Clear(int(p))
	}
	out.Old, out.Sel = r.outOld, firstRows(count)
	out.gatherPlace(b, r.origin)
}

// gatherPlace takes time and origin of rows from src.
func (b *batch) gatherPlace(src *batch, rows []uint32) {
	b.Topic = src.Topic
	b.Time = gather(b.Time, src.Time, rows)
	b.Offset = gather(b.Offset, src.Offset, rows)
	b.Partition = gather(b.Partition, src.Partition, rows)
	b.Seq = gather(b.Seq, src.Seq, rows)
	b.WindowStart = gather(b.WindowStart, src.WindowStart, rows)
	b.WindowEnd = gather(b.WindowEnd, src.WindowEnd, rows)
}

// gather makes dst the rows of src, nil when src is nil.
func gather[T any](dst, src []T, rows []uint32) []T {
	if src == nil {
		return nil
	}
	dst = resize(dst, len(rows))
	for k, r := range rows {
		dst[k] = src[r]
	}
	return dst
}

// sameRow tells whether two sets of columns are equal in a row.
func sameRow(a, b []*types.Vector, row int) bool {
	for i := range a {
		if !types.EqualAt(a[i], row, b[i], row) {
			return false
		}
	}
	return true
}

func nullKey(column int) string {
	return fmt.Sprintf("key column %d is NULL, so the row belongs to no group", column+1)
}

func (r *regroup) release() {
	for _, s := range []*side{&r.new, &r.old} {
		releaseAll(s.key, s.value)
		*s = side{key: s.key, value: s.value}
	}
	cols := r.out.Cols
	for _, v := range append(cols, r.outOld...) {
		*v = *types.NewVector(v.Type)
	}
	r.out = batch{Batch: types.Batch{Cols: cols}}
	r.oldCols, r.buf, r.origin = nil, nil, nil
}
