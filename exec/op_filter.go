package exec

import (
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// filter keeps the rows of a stream for which a condition is true. Rows without
// a value never pass.
type filter struct {
	env   *env
	exprs exprs
	cond  *expr.Program
	next  operator
	out   batch
	sel   []uint32
	errs  function.Errors
}

func newFilter(x exprs, n *plan.Filter, next operator) (*filter, error) {
	cond, err := x.compile(n.Predicate)
	return &filter{env: x.env, exprs: x, cond: cond, next: next}, err
}

func (f *filter) push(b *batch) {
	f.exprs.begin()
	rows := b.valued(&f.sel)
	f.sel = f.cond.Filter(&b.Batch, rows, f.sel, &f.errs)
	f.env.errors.addRows(f.env, "filter", b, &f.errs)
	if len(f.sel) == 0 {
		return
	}
	f.out = *b
	f.out.Sel, f.out.NoValue = f.sel, nil
	f.next.push(&f.out)
}

func (f *filter) release() {
	f.exprs.release()
	f.cond.Release()
	f.out, f.sel, f.errs = batch{}, nil, function.Errors{}
}

// tableFilter keeps the rows of a table for which a condition is true. A row
// that passed before its change and does not after it becomes a tombstone.
type tableFilter struct {
	env  *env
	keys int
	cond *expr.Program
	next operator

	out      batch
	cols     []*types.Vector // The old side.
	new, old []uint32        // Rows that pass after and before the change.
	buf, sel []uint32
	noValue  types.Bitmap
	noOld    types.Bitmap
	errs     function.Errors
}

func newTableFilter(e *env, n *plan.Filter, next operator) (*tableFilter, error) {
	cond, err := e.compile(n.Predicate)
	return &tableFilter{env: e, keys: len(n.Out().Key), cond: cond, next: next}, err
}

func (f *tableFilter) push(b *batch) {
	f.new = f.cond.Filter(&b.Batch, b.valued(&f.buf), f.new, &f.errs)
	f.env.errors.addRows(f.env, "filter", b, &f.errs)
	f.out = *b
	if b.Old == nil {
		f.withoutOld(b)
	} else {
		f.withOld(b)
	}
	if len(f.out.Sel) > 0 {
		f.next.push(&f.out)
	}
}

// withoutOld handles changes whose old side is unknown: a row that does not pass
// may have been passed on before, so it becomes a tombstone.
func (f *tableFilter) withoutOld(b *batch) {
	f.out.NoValue = allBut(&f.noValue, b.N, f.new)
}

// withOld passes on the rows that pass now or have passed before.
func (f *tableFilter) withOld(b *batch) {
	old, rows := b.oldSide(f.keys, f.cols, &f.buf)
	f.cols = old.Cols
	f.old = f.cond.Filter(&old, rows, f.old, &f.errs)
	f.errs.Reset() // Reported when the row was new.
	f.sel = union(f.sel[:0], f.new, f.old)
	f.out.Sel = f.sel
	f.out.NoValue = allBut(&f.noValue, b.N, f.new)
	f.out.NoOld = allBut(&f.noOld, b.N, f.old)
}

func (f *tableFilter) release() {
	f.cond.Release()
	f.out, f.cols, f.errs = batch{}, nil, function.Errors{}
	f.new, f.old, f.buf, f.sel, f.noValue, f.noOld = nil, nil, nil, nil, nil, nil
}

// allBut returns, in the memory of set, the rows below n but those given.
func allBut(set *types.Bitmap, n int, rows []uint32) types.Bitmap {
	*set = set.SetAll(n)
	for _, r := range rows {
		set.Clear(int(r))
	}
	return *set
}

// union appends the rows that are in a or b, both ascending.
func union(dst, a, b []uint32) []uint32 {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			dst, a = append(dst, a[0]), a[1:]
		case a[0] > b[0]:
			dst, b = append(dst, b[0]), b[1:]
		default:
			dst, a, b = append(dst, a[0]), a[1:], b[1:]
		}
	}
	return append(append(dst, a...), b...)
}
