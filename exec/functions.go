package exec

import (
	"fmt"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// tableKernel makes the kernel of a call of a table function. The overload is
// found again from the types the planner has given the arguments.
func tableKernel(r *function.Registry, name string, call *function.Call) (function.TableKernel, error) {
	args := make([]function.Arg, len(call.Args))
	for i, t := range call.Args {
		args[i] = function.Arg{Type: t}
	}
	use, err := r.ResolveTable(name, args)
	if err != nil {
		return nil, err
	}
	call.Config = r.Config(name)
	return use.Overload.New(call)
}

// accumulator makes the accumulator of an aggregate call.
func accumulator(r *function.Registry, c *plan.AggCall) (function.Accumulator, error) {
	call := &function.AggregateCall{Return: c.Column.Type, Config: r.Config(c.Name)}
	var args []function.Arg
	for _, a := range c.Args {
		args = append(args, function.Arg{Type: a.Type})
		call.Args = append(call.Args, a.Type)
	}
	for _, l := range c.Literals {
		value, err := expr.Constant(l, r)
		if err != nil {
			return nil, fmt.Errorf("aggregate %s: %w", c.Name, err)
		}
		args = append(args, function.Arg{Type: l.Type, Literal: true, SQL: l.SQL})
		call.Literals = append(call.Literals, value)
	}
	use, err := r.ResolveAggregate(c.Name, args)
	if err != nil {
		return nil, err
	}
	return use.Overload.New(call)
}

// releaseAll drops the scratch memory of programs.
func releaseAll(lists ...[]*expr.Program) {
	for _, list := range lists {
		for _, p := range list {
			p.Release()
		}
	}
}

// ownStrings copies the strings of a vector to its own memory, so that it
// outlives the batch it was made from.
func ownStrings(v *types.Vector) {
	if v.Str != nil {
		for i, s := range v.Str[:v.Len] {
			v.Str[i] = v.OwnString(s)
		}
	}
	for _, k := range v.Kids {
		ownStrings(k)
	}
}
