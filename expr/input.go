package expr

import (
	"fmt"

	"github.com/leatdb/leat/types"
)

// constant is a value that is the same in all rows. one holds it once; all
// repeats it as often as a frame has rows, and is made when an operator wants a
// column.
type constant struct {
	one *types.Vector
	all *scratch
}

func (k *constant) eval(x *frame, _ []uint32) *types.Vector {
	if k.all.vec == nil {
		k.all.vec = types.NewVector(k.one.Type)
	}
	all := k.all.vec
	if all.Len >= x.n {
		return all
	}
	n := max(x.n, min(2*all.Len, types.BatchRows))
	if k.one.IsNull(0) {
		all.SetAllNull(n)
		return all
	}
	all.Repeat(k.one, 0, n)
	return all
}

// constant compiles a literal.
func (c *compiler) constant(e *Expr) (value, error) {
	one := types.NewVector(e.Type)
	if e.Null {
		one.AppendNull()
	} else {
		one.Reset(1)
		if err := types.ParseText(e.Text, one, 0); err != nil {
			return nil, fmt.Errorf("constant %s: %w", e.text(), err)
		}
	}
	return &constant{one: one, all: c.scratch(e.Type)}, nil
}

// column is a column of the frame.
type column int

func (i column) eval(x *frame, _ []uint32) *types.Vector { return x.cols[i] }

// pseudo is a pseudo column of the batch: a vector header over its slice, or
// NULLs where the batch has none.
type pseudo struct {
	name string
	view types.Vector
	null *scratch
}

func (p *pseudo) eval(x *frame, _ []uint32) *types.Vector {
	b := x.batch
	p.view.Len = x.n
	switch p.name {
	case "ROWTIME":
		p.view.I64 = b.Time
	case "ROWPARTITION":
		p.view.I32 = b.Partition
	case "ROWOFFSET":
		p.view.I64 = b.Offset
	case "WINDOWSTART":
		p.view.I64 = b.WindowStart
	case "WINDOWEND":
		p.view.I64 = b.WindowEnd
	}
	if p.view.I64 == nil && p.view.I32 == nil {
		v := p.null.vector(x.n)
		v.SetAllNull(x.n)
		return v
	}
	return &p.view
}

// input compiles what is read from the frame. In a lambda body, own parameters
// are the first columns of the frame and everything from outside is a capture.
func (c *compiler) input(e *Expr) (value, error) {
	if s := c.scope; s.parent != nil {
		if slot, own := s.param(e); own {
			return column(slot), nil
		}
		return c.capture(e)
	}
	switch e.Op {
	case OpColumn:
		return column(e.Index), nil
	case OpParam:
		return nil, fmt.Errorf("lambda parameter %d is used outside of its lambda", e.Index)
	}
	switch e.Name {
	case "ROWTIME", "ROWPARTITION", "ROWOFFSET", "WINDOWSTART", "WINDOWEND":
		return &pseudo{name: e.Name, view: types.Vector{Type: e.Type}, null: c.scratch(e.Type)}, nil
	}
	return nil, fmt.Errorf("unknown pseudo column %s", e.Name)
}
