package expr

import (
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

// value computes a column. The result is aligned to the frame's rows; only the
// named rows that did not fail are specified.
type value interface {
	eval(x *frame, rows []uint32) *types.Vector
}

// pred is a condition as a selection: it keeps the rows for which it is true.
// filter writes to dst, which has room for len(rows) entries and may share
// memory with rows, and returns it cut to the result. A row that fails is left
// out and marked in the frame.
type pred interface {
	filter(x *frame, rows, dst []uint32) []uint32
}

// frame is what one evaluation of a program or of a lambda body runs in: the
// input and the rows that failed so far. Every node leaves out rows that failed
// in one of its operands, so a failure is reported once and ends the row.
//
// x.errs holds, from a mark on, exactly the failures that still stand; forgiven
// ones move to the program's frame at once.
type frame struct {
	n     int             // Rows of the input.
	cols  []*types.Vector // The batch's columns; parameters and captures in a lambda body.
	batch *types.Batch    // nil in a lambda body.
	errs  *function.Errors

	failed   types.Bitmap // Rows with a standing failure.
	forgiven function.Errors
	unseen   function.Errors // Stands in when the caller wants no errors.

	parent *frame   // The frame that calls the lambda; nil in a program's frame.
	outer  []uint32 // Row of parent for each row of the lambda's frame.
}

// mark names a point in time, to find the failures since.
func (x *frame) mark() int { return len(x.errs.Rows) }

// fail reports that the row failed, once: the parts of a nested value may fail
// one after the other.
func (x *frame) fail(row uint32, err error) {
	if x.failed.Get(int(row)) {
		return
	}
	x.errs.Add(row, err)
	x.failed = x.failed.Grow(x.n)
	x.failed.Set(int(row))
}

// absorb marks rows that a kernel reported to x.errs itself.
func (x *frame) absorb(mark int) {
	for _, row := range x.errs.Rows[mark:] {
		x.failed = x.failed.Grow(x.n)
		x.failed.Set(int(row))
	}
}

// alive returns rows without those that failed since the mark. Only then it
// copies, to buf.
func (x *frame) alive(rows []uint32, mark int, buf *scratch) []uint32 {
	if len(x.errs.Rows) == mark {
		return rows
	}
	buf.sel = x.dropFailed(rows, room(buf.sel, len(rows)))
	return buf.sel
}

// operand evaluates v, and returns the rows it did not fail for: in dst when there
// were failures, and as they came otherwise.
func (x *frame) operand(v value, rows, dst []uint32) (*types.Vector, []uint32) {
	mark := x.mark()
	a := v.eval(x, rows)
	if x.mark() > mark {
		rows = x.dropFailed(rows, dst)
	}
	return a, rows
}

// dropFailed writes the rows without standing failure to dst.
func (x *frame) dropFailed(rows, dst []uint32) []uint32 {
	k := 0
	for _, r := range rows {
		dst[k] = r
		if !x.failed.Get(int(r)) {
			k++
		}
	}
	return dst[:k]
}

// forgive makes the rows that failed since the mark NULL in v and lets their
// evaluation go on. The reports are kept.
func (x *frame) forgive(v *types.Vector, mark int) {
	for k := mark; k < len(x.errs.Rows); k++ {
		row := x.errs.Rows[k]
		v.SetNull(int(row))
		x.failed.Clear(int(row))
		top, at := x, row
		for top.parent != nil {
			at = top.outer[at]
			top = top.parent
		}
		top.forgiven.Add(at, x.errs.Errs[k])
	}
	x.errs.Rows, x.errs.Errs = x.errs.Rows[:mark], x.errs.Errs[:mark]
}

// settle ends an evaluation: failed rows become NULL in v (when there is one)
// and the marks are cleared for the next.
func (x *frame) settle(v *types.Vector, mark int) {
	for _, row := range x.errs.Rows[mark:] {
		x.failed.Clear(int(row))
		if v != nil {
			v.SetNull(int(row))
		}
	}
	for k, row := range x.forgiven.Rows {
		x.errs.Add(row, x.forgiven.Errs[k])
	}
	x.forgiven.Reset()
}

// scratch is the memory of one node, made when it is first needed.
type scratch struct {
	typ *types.Type
	vec *types.Vector
	sel []uint32
}

// vector returns the scratch vector, reset to n rows.
func (s *scratch) vector(n int) *types.Vector {
	if s.vec == nil {
		s.vec = types.NewVector(s.typ)
	}
	s.vec.Reset(n)
	return s.vec
}

// rows returns the scratch selection with room for n rows.
func (s *scratch) rows(n int) []uint32 {
	s.sel = room(s.sel, n)
	return s.sel
}

// room returns dst with n entries.
func room(dst []uint32, n int) []uint32 {
	if cap(dst) < n {
		return make([]uint32, n, max(n, types.BatchRows))
	}
	return dst[:n]
}
