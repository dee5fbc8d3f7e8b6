package expr

import (
	"fmt"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

// call is a scalar function call. A row that fails in an argument is not passed
// to the function, unless the argument is itself a call or a field access: that
// one becomes NULL and the function is called (see attempt).
type call struct {
	kernel  function.Kernel
	args    []value // nil for lambdas and time units.
	vecs    []*types.Vector
	lambdas []*lambda
	out     *scratch
}

func (n *call) eval(x *frame, rows []uint32) *types.Vector {
	mark := x.mark()
	for i, a := range n.args {
		if a != nil {
			n.vecs[i] = a.eval(x, rows)
			rows = x.alive(rows, mark, n.out)
		}
	}
	for _, l := range n.lambdas {
		l.caller = x
	}
	out := n.out.vector(x.n)
	mark = x.mark()
	n.kernel(n.vecs, rows, out, x.errs)
	x.absorb(mark)
	return out
}

var unitMillis = map[string]int64{"MILLISECONDS": 1, "SECONDS": 1000, "MINUTES": 60_000, "HOURS": 3_600_000, "DAYS": 86_400_000}

func (c *compiler) call(e *Expr) (value, error) {
	if c.funcs == nil {
		return nil, fmt.Errorf("function %s is called where there are no functions", e.Name)
	}
	m := len(e.Args)
	n := &call{args: make([]value, m), vecs: make([]*types.Vector, m), out: c.scratch(e.Type)}
	site := &function.Call{Args: make([]*types.Type, m), Return: e.Type, Const: make([]*types.Vector, m),
		Unit: make([]int64, m), Lambda: make([]function.Lambda, m)}
	for i, a := range e.Args {
		switch a.Op {
		case OpLambda:
			l, err := c.lambda(a)
			if err != nil {
				return nil, err
			}
			n.lambdas = append(n.lambdas, l)
			site.Lambda[i], site.Args[i] = l.run, a.Args[0].Type
		case OpUnit:
			if site.Unit[i] = unitMillis[a.Name]; site.Unit[i] == 0 {
				return nil, fmt.Errorf("unknown time unit %q", a.Name)
			}
		default:
			v, err := c.argument(a)
			if err != nil {
				return nil, err
			}
			n.args[i], site.Args[i] = v, a.Type
			if k, ok := v.(*constant); ok {
				site.Const[i] = k.one
			}
		}
	}
	kernel, volatile, err := c.funcs.Kernel(e.Name, site)
	if err != nil {
		return nil, fmt.Errorf("function %s: %w", e.Name, err)
	}
	if volatile {
		c.varying++
		c.volatile++
	}
	n.kernel = kernel
	return n, nil
}

// argument compiles an argument of a call. Implicit casts are looked through.
func (c *compiler) argument(e *Expr) (value, error) {
	v, err := c.value(e)
	for e.Op == OpCast {
		e = e.Args[0]
	}
	if err == nil && (e.Op == OpCall || e.Op == OpField) {
		v = c.attempt(v)
	}
	return v, err
}
