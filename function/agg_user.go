package function

import (
	"encoding/json"
	"fmt"

	"github.com/leatdb/leat/types"
)

// GoAggregate is an aggregate written over Go values, as embedders do: S is its
// state per group. Values are those of types.Vector.Any; NULL is nil.
type GoAggregate[S any] struct {
	Info
	// Signature is parameters and result, e.g. "(price DOUBLE, n INT) -> DOUBLE";
	// see [Sig]. The last Literals parameters are constants, given to Init.
	Signature string
	Literals  int
	// Returns computes the result type when the signature does not tell it.
	Returns func(args []*types.Type) (*types.Type, error)

	// Init makes the state of a new group.
	Init func(literals []any) (S, error)
	// Add takes a row into the state and returns it.
	Add func(state S, args []any) (S, error)
	// Remove undoes Add; nil when the aggregate cannot run over a table.
	Remove func(state S, args []any) (S, error)
	// Merge joins the states of two groups, for session windows.
	Merge func(older, newer S) (S, error)
	// Result returns the value of a group.
	Result func(state S) (any, error)
}

// Aggregate returns the descriptor to register. The state is stored as JSON, so
// S must survive that.
func (g GoAggregate[S]) Aggregate() (a *Aggregate, err error) {
	if g.Init == nil || g.Add == nil || g.Merge == nil || g.Result == nil {
		return nil, fmt.Errorf("aggregate %s needs Init, Add, Merge and Result", g.Name)
	}
	defer func() {
		if text, bad := recover().(string); bad {
			a, err = nil, fmt.Errorf("aggregate %s: %s", g.Name, text)
		}
	}()
	o := streamOnly(g.Signature, g.Literals, func(c *AggregateCall) (Accumulator, error) {
		literals := make([]any, len(c.Literals))
		for i, v := range c.Literals {
			literals[i] = v.Any(0)
		}
		if _, err := g.Init(literals); err != nil {
			return nil, err
		}
		return newFolding(&goFold[S]{g: &g, literals: literals, args: make([]any, len(c.Args))}), nil
	})
	o.Returns = g.Returns
	o.TableOK = g.Remove != nil
	if g.Category == "" {
		g.Category = categoryAggregate
	}
	return &Aggregate{Info: g.Info, Overloads: []AggregateOverload{o}}, nil
}

// goFold runs a GoAggregate.
type goFold[S any] struct {
	g        *GoAggregate[S]
	literals []any
	state    S
	args     []any
}

func (f *goFold[S]) load(blob []byte) (err error) {
	f.state, err = f.read(blob)
	return err
}

func (f *goFold[S]) read(blob []byte) (S, error) {
	if len(blob) == 0 {
		return f.g.Init(f.literals)
	}
	var s S
	if err := json.Unmarshal(blob, &s); err != nil {
		return s, fmt.Errorf("state of aggregate %s: %w", f.g.Name, err)
	}
	return s, nil
}

func (f *goFold[S]) add(args []*types.Vector, r, sign int, _ uint64) error {
	for i, a := range args {
		f.args[i] = a.Any(r)
	}
	change := f.g.Add
	if sign < 0 {
		change = f.g.Remove
	}
	s, err := change(f.state, f.args)
	if err == nil {
		f.state = s
	}
	return err
}

func (f *goFold[S]) emit(out *types.Vector, r int) error {
	x, err := f.g.Result(f.state)
	if err != nil {
		return err
	}
	return out.SetAny(r, x)
}

func (f *goFold[S]) store(dst []byte) ([]byte, error) {
	text, err := json.Marshal(f.state)
	if err != nil {
		return nil, fmt.Errorf("state of aggregate %s: %w", f.g.Name, err)
	}
	return append(dst, text...), nil
}

func (f *goFold[S]) merge(older []byte) error {
	o, err := f.read(older)
	if err != nil {
		return err
	}
	s, err := f.g.Merge(o, f.state)
	if err == nil {
		f.state = s
	}
	return err
}
