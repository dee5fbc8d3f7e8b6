package exec

import (
	"fmt"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// flatten expands rows by table functions: a row becomes as many as its longest
// result has, and shorter results are padded with NULL.
type flatten struct {
	env   *env
	calls []tableCall
	next  operator

	out  batch
	cols []*types.Vector // The input's columns, expanded.
	from []uint32        // Input row of each output row.
	buf  []uint32
	errs function.Errors
}

// tableCall is one table function of a flatten. Input row r has the entries
// spans[k] of result, where k is the place of r among the rows.
type tableCall struct {
	name   string
	args   []*expr.Program
	kernel function.TableKernel
	result *types.Vector
	spans  []types.Span
	values []*types.Vector
	out    *types.Vector
	at     []uint32 // Output rows that have an entry,
	entry  []uint32 // and which.
}

func newFlatten(e *env, n *plan.Flatten, next operator) (*flatten, error) {
	f := &flatten{env: e, next: next}
	for _, c := range n.Calls {
		call, err := newTableCall(e, c.Expr)
		if err != nil {
			return nil, err
		}
		f.calls = append(f.calls, call)
	}
	return f, nil
}

func newTableCall(e *env, x *expr.Expr) (tableCall, error) {
	if x.Op != expr.OpCall {
		return tableCall{}, fmt.Errorf("%s is not a call of a table function", x.SQL)
	}
	c := tableCall{name: x.Name, result: types.NewVector(x.Type), out: types.NewVector(x.Type)}
	call := &function.Call{Return: x.Type, Unit: make([]int64, len(x.Args)), Lambda: make([]function.Lambda, len(x.Args))}
	for _, a := range x.Args {
		p, err := e.compile(a)
		if err != nil {
			return c, err
		}
		c.args = append(c.args, p)
		call.Args = append(call.Args, a.Type)
		value, err := expr.Constant(a, e.functions)
		if err != nil {
			value = nil // Not constant, or failing: then it fails for every row.
		}
		call.Const = append(call.Const, value)
	}
	var err error
	c.kernel, err = tableKernel(e.functions, x.Name, call)
	return c, err
}

func (f *flatten) push(b *batch) {
	rows := b.valued(&f.buf)
	for i := range f.calls {
		c := &f.calls[i]
		c.values = evalAll(c.values[:0], c.args, &b.Batch, rows, &f.errs)
		c.result.Reset(0)
		c.spans = resize(c.spans, len(rows))
		clear(c.spans)
		c.kernel(c.values, rows, c.result, c.spans, &f.errs)
	}
	f.env.errors.addRows(f.env, "flatten", b, &f.errs)
	f.clear()
	for k, r := range rows {
		f.expand(r, k)
		if len(f.from) >= types.BatchRows {
			f.emit(b)
		}
	}
	if len(f.from) > 0 {
		f.emit(b)
	}
}

// expand adds the output rows of the k-th input row.
func (f *flatten) expand(r uint32, k int) {
	start, n := uint32(len(f.from)), uint32(0)
	for i := range f.calls {
		c := &f.calls[i]
		s := c.spans[k]
		n = max(n, s.Len)
		for e := range s.Len {
			c.at, c.entry = append(c.at, start+e), append(c.entry, s.Start+e)
		}
	}
	for range n {
		f.from = append(f.from, r)
	}
}

// emit hands on the expanded rows.
func (f *flatten) emit(b *batch) {
	n := len(f.from)
	if f.cols == nil {
		for _, v := range b.Cols {
			f.cols = append(f.cols, types.NewVector(v.Type))
		}
	}
	f.out.Cols = append(f.out.Cols[:0], f.cols...)
	for c, v := range b.Cols {
		f.cols[c].Gather(v, f.from)
	}
	for i := range f.calls {
		c := &f.calls[i]
		c.out.SetAllNull(n)
		c.out.CopyRows(c.at, c.result, c.entry)
		f.out.Cols = append(f.out.Cols, c.out)
	}
	f.out.N, f.out.Sel = n, firstRows(n)
	f.out.gatherPlace(b, f.from)
	f.next.push(&f.out)
	f.clear()
}

func (f *flatten) clear() {
	f.from = f.from[:0]
	for i := range f.calls {
		f.calls[i].at, f.calls[i].entry = f.calls[i].at[:0], f.calls[i].entry[:0]
	}
}

func (f *flatten) release() {
	f.out, f.cols, f.from, f.buf, f.errs = batch{}, nil, nil, nil, function.Errors{}
	for i := range f.calls {
		c := &f.calls[i]
		releaseAll(c.args)
		*c = tableCall{name: c.name, args: c.args, kernel: c.kernel, result: types.NewVector(c.result.Type), out: types.NewVector(c.out.Type)}
	}
}
