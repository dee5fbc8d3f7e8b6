package expr

import (
	"errors"
	"fmt"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

// Functions makes the kernels of scalar calls for [Compile]. It is implemented
// by the function registry.
type Functions interface {
	// Kernel returns the kernel of one call site of the named function, whose
	// overload is found again from the types in call. In call.Args a lambda has
	// the type of its body and a time unit has no type (nil); the vectors a kernel
	// gets for both are nil. call.Config is left to the implementation. A call of
	// a volatile function is never folded to a constant.
	Kernel(name string, call *function.Call) (k function.Kernel, volatile bool, err error)
}

// Program is a compiled expression. It keeps scratch vectors, made at the first
// evaluation, so it serves one task at a time; results are valid until its next
// evaluation.
//
// Failing rows. A row whose evaluation fails (division by zero, a bad cast, a
// function's error) is NULL in the result and its reason is added to errs. A
// failure ends the evaluation of the whole expression for that row, except that
// a failing array item, map entry, struct field, or nested call or field access
// in argument position only becomes NULL itself.
type Program struct {
	typ     *types.Type
	root    value
	pred    pred // Set when the type is BOOLEAN.
	frame   frame
	scratch []*scratch
}

// Type returns the type of the result.
func (p *Program) Type() *types.Type { return p.typ }

// Eval computes the rows of b named by rows (ascending; see types.Batch.Rows)
// and returns a vector in which they stand at their own row numbers; other rows
// are unspecified. A bare column reference returns the batch's own vector.
func (p *Program) Eval(b *types.Batch, rows []uint32, errs *function.Errors) *types.Vector {
	x := p.begin(b, errs)
	mark := x.mark()
	v := p.root.eval(x, rows)
	x.settle(v, mark)
	return v
}

// Filter appends to dst[:0] the rows for which the BOOLEAN expression is true,
// in order, and returns it; NULL and failing rows are left out. dst may share
// memory with rows.
func (p *Program) Filter(b *types.Batch, rows, dst []uint32, errs *function.Errors) []uint32 {
	x := p.begin(b, errs)
	mark := x.mark()
	dst = p.pred.filter(x, rows, room(dst, len(rows)))
	x.settle(nil, mark)
	return dst
}

// Release drops the scratch memory; the next evaluation makes it anew.
func (p *Program) Release() {
	for _, s := range p.scratch {
		*s = scratch{typ: s.typ}
	}
	p.frame = frame{}
}

func (p *Program) begin(b *types.Batch, errs *function.Errors) *frame {
	x := &p.frame
	if errs == nil {
		errs = &x.unseen
		errs.Reset()
	}
	x.n, x.cols, x.batch, x.errs = b.N, b.Cols, b, errs
	return x
}

// Constant evaluates an expression that reads no columns to a vector of one
// row. An evaluation that fails is an error.
func Constant(e *Expr, funcs Functions) (*types.Vector, error) {
	if !closed(e) {
		return nil, fmt.Errorf("%s is not constant: it reads a column", e.text())
	}
	p, err := Compile(e, funcs)
	if err != nil {
		return nil, err
	}
	var errs function.Errors
	b := types.Batch{N: 1}
	v := p.Eval(&b, b.Rows(), &errs)
	if len(errs.Errs) > 0 {
		return nil, errors.Join(errs.Errs...)
	}
	return v, nil
}

// closed tells whether e reads nothing of a batch.
func closed(e *Expr) bool {
	ok := true
	e.Walk(func(x *Expr) bool {
		if x.Op == OpColumn || x.Op == OpPseudo {
			ok = false
		}
		return ok
	})
	return ok
}

// text names the expression in errors.
func (e *Expr) text() string {
	if e.SQL != "" {
		return e.SQL
	}
	return "an expression of type " + e.Type.String()
}
