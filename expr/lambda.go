package expr

import "github.com/leatdb/leat/types"

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
