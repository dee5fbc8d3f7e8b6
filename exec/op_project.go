package exec

import (
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// project computes new key and value columns.
type project struct {
	env        *env
	exprs      exprs
	keys       int  // Key columns of the input.
	rekey      bool // The key becomes another.
	key, value []*expr.Program
	old        []*expr.Program // The value columns once more, for the old side.
	masked     []*types.Vector // By key column: where it is NULL without a value; nil for those over key columns only.
	next       operator

	out     batch
	oldCols []*types.Vector // The old side of the input.
	oldOut  []*types.Vector
	buf     []uint32
	errs    function.Errors
}

// newProject makes the operator; wantOld says that the old side of table changes
// is wanted.
func newProject(x exprs, n *plan.Project, wantOld bool, next operator) (*project, error) {
	p := &project{env: x.env, exprs: x, keys: len(n.Input.Out().Key), rekey: n.Rekey, next: next}
	var err error
	if p.key, err = x.compileAll(unnamed(n.Key)); err != nil {
		return nil, err
	}
	p.masked = make([]*types.Vector, len(n.Key))
	for i, k := range n.Key {
		if !readsKeyOnly(k.Expr, p.keys) {
			p.masked[i] = types.NewVector(k.Expr.Type)
		}
	}
	if p.value, err = x.compileAll(unnamed(n.Value)); err != nil {
		return nil, err
	}
	if wantOld {
		p.old, err = x.env.apart().compileAll(unnamed(n.Value))
	}
	return p, err
}

func (p *project) push(b *batch) {
	p.exprs.begin()
	cols := p.out.Cols[:0]
	p.out = *b
	cols = p.keyColumns(cols, b)
	p.out.Cols = evalAll(cols, p.value, &b.Batch, b.valued(&p.buf), &p.errs)
	p.env.errors.addRows(p.env, "project", b, &p.errs)
	p.out.Old = nil
	if p.rekey {
		p.out.NoKey = nil
	}
	if p.old != nil && b.Old != nil {
		p.pushOld(b)
	}
	p.next.push(&p.out)
}

// keyColumns appends the key columns. Rows without a value have only a key: what
// is computed of anything else is NULL for them.
func (p *project) keyColumns(dst []*types.Vector, b *batch) []*types.Vector {
	if !b.NoValue.Any() {
		return evalAll(dst, p.key, &b.Batch, b.Sel, &p.errs)
	}
	for i, x := range p.key {
		m := p.masked[i]
		if m == nil {
			dst = append(dst, x.Eval(&b.Batch, b.Sel, &p.errs))
			continue
		}
		rows := b.valued(&p.buf)
		m.SetAllNull(b.N)
		m.CopyRows(rows, x.Eval(&b.Batch, rows, &p.errs), rows)
		dst = append(dst, m)
	}
	return dst
}

// readsKeyOnly tells whether an expression reads nothing but the first columns.
func readsKeyOnly(x *expr.Expr, keys int) bool {
	only := true
	x.Walk(func(x *expr.Expr) bool {
		if x.Op == expr.OpPseudo || x.Op == expr.OpColumn && x.Index >= keys {
			only = false
		}
		return only
	})
	return only
}

// evalAll appends the results of the programs. errs may be nil.
func evalAll(dst []*types.Vector, programs []*expr.Program, b *types.Batch, rows []uint32, errs *function.Errors) []*types.Vector {
	for _, x := range programs {
		dst = append(dst, x.Eval(b, rows, errs))
	}
	return dst
}

// pushOld computes the value columns of the old side. What fails has failed
// before, when the row was new.
func (p *project) pushOld(b *batch) {
	old, rows := b.oldSide(p.keys, p.oldCols, &p.buf)
	p.oldCols = old.Cols
	p.oldOut = evalAll(p.oldOut[:0], p.old, &old, rows, nil)
	p.out.Old = p.oldOut
}

func (p *project) release() {
	p.exprs.release()
	releaseAll(p.key, p.value, p.old)
	for _, m := range p.masked {
		if m != nil {
			*m = *types.NewVector(m.Type)
		}
	}
	p.out, p.oldCols, p.oldOut, p.buf = batch{}, nil, nil, nil
	p.errs = function.Errors{}
}
