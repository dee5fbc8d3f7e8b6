package expr

import (
	"fmt"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

// Compile turns a bound expression into kernels. Parts that depend on nothing
// are evaluated here, once.
func Compile(e *Expr, funcs Functions) (*Program, error) {
	p := &Program{typ: e.Type}
	c := &compiler{funcs: funcs, prog: p, scope: &scope{}}
	root, err := c.value(e)
	if err != nil {
		return nil, err
	}
	p.root = root
	if e.Type.Kind == types.Boolean {
		p.pred = truthOf(root, false)
	}
	return p, nil
}

type compiler struct {
	funcs Functions
	prog  *Program
	scope *scope
	// varying counts the inputs and volatile calls compiled so far: an expression
	// that adds none is constant.
	varying int
}

// scratch returns memory for a node, known to the program for Release.
func (c *compiler) scratch(t *types.Type) *scratch {
	s := &scratch{typ: t}
	c.prog.scratch = append(c.prog.scratch, s)
	return s
}

// value compiles e; a constant expression becomes a constant, unless its
// evaluation fails: that is then reported for every row, as if not folded.
func (c *compiler) value(e *Expr) (value, error) {
	before := c.varying
	v, err := c.build(e)
	if err != nil {
		return nil, err
	}
	if _, done := v.(*constant); done || c.varying > before {
		return v, nil
	}
	var errs function.Errors
	b := types.Batch{N: 1}
	x := frame{n: 1, batch: &b, errs: &errs}
	row := v.eval(&x, b.Rows())
	if len(errs.Rows) > 0 || len(x.forgiven.Rows) > 0 {
		return v, nil
	}
	one := types.NewVector(e.Type)
	one.AppendFrom(row, 0)
	return &constant{one: one, all: c.scratch(e.Type)}, nil
}

// values compiles a list.
func (c *compiler) values(list []*Expr) ([]value, error) {
	out := make([]value, len(list))
	for i, e := range list {
		v, err := c.value(e)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

// build compiles e itself, one case per operation.
func (c *compiler) build(e *Expr) (value, error) {
	switch e.Op {
	case OpConst:
		return c.constant(e)
	case OpColumn, OpPseudo, OpParam:
		c.varying++
		return c.input(e)
	}
	return nil, fmt.Errorf("expression operation %q cannot be compiled", e.Op)
}
