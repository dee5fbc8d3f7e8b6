package expr

import (
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

// scope is what names stand for in an expression or a lambda body. In a body,
// the frame's columns are the lambda's parameters followed by its captures.
type scope struct {
	parent   *scope
	first    int // Number of the first own parameter.
	params   []*types.Type
	captures []capture
}

// capture is something from outside that a lambda body reads: an input column,
// a pseudo column or a parameter of an enclosing lambda.
type capture struct {
	op    Op
	index int
	name  string
	from  value // In the frame of the enclosing expression.
	typ   *types.Type
}

// param returns the column of e in a lambda's frame when e is one of its own
// parameters.
func (s *scope) param(e *Expr) (slot int, own bool) {
	if e.Op != OpParam || e.Index < s.first || e.Index >= s.first+len(s.params) {
		return 0, false
	}
	return e.Index - s.first, true
}

// capture returns the column of the lambda's frame that holds e from outside.
func (c *compiler) capture(e *Expr) (value, error) {
	s := c.scope
	for k, have := range s.captures {
		if have.op == e.Op && have.index == e.Index && have.name == e.Name {
			return column(len(s.params) + k), nil
		}
	}
	c.scope = s.parent
	from, err := c.input(e)
	c.scope = s
	if err != nil {
		return nil, err
	}
	s.captures = append(s.captures, capture{e.Op, e.Index, e.Name, from, e.Type})
	return column(len(s.params) + len(s.captures) - 1), nil
}

// lambda evaluates a lambda body for its function. It runs in a frame of its
// own, whose rows are the evaluations.
type lambda struct {
	body     value
	params   int
	captures []capture
	gathered []*types.Vector
	caller   *frame // Set by the call before its kernel runs.
	frame    frame
	all      []uint32 // 0, 1, 2, ...
}

// run is the function.Lambda.
func (l *lambda) run(params []*types.Vector, outer []uint32, errs *function.Errors) *types.Vector {
	x := &l.frame
	x.n, x.errs, x.parent, x.outer = len(outer), errs, l.caller, outer
	x.cols = append(x.cols[:0], params[:l.params]...)
	for k, c := range l.captures {
		v := l.gathered[k]
		v.Gather(c.from.eval(l.caller, nil), outer)
		x.cols = append(x.cols, v)
	}
	for i := len(l.all); i < x.n; i++ {
		l.all = append(l.all, uint32(i))
	}
	mark := x.mark()
	v := l.body.eval(x, l.all[:x.n])
	x.settle(v, mark)
	return v
}

// lambda compiles a lambda argument.
func (c *compiler) lambda(e *Expr) (*lambda, error) {
	s := &scope{parent: c.scope, first: e.Index, params: e.Params}
	c.scope = s
	body, err := c.value(e.Args[0])
	c.scope = s.parent
	if err != nil {
		return nil, err
	}
	l := &lambda{body: body, params: len(e.Params), captures: s.captures}
	for _, have := range s.captures {
		l.gathered = append(l.gathered, types.NewVector(have.typ))
	}
	return l, nil
}
