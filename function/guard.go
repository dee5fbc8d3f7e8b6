package function

import (
	"fmt"

	"github.com/leatdb/leat/types"
)

// guardNotNull wraps the kernels newKernel makes so that rows with a NULL where
// the parameter does not allow it fail before the kernel sees them.
func guardNotNull(params []Param, variadic int, newKernel func(*Call) (Kernel, error)) func(*Call) (Kernel, error) {
	guarded := false
	for _, p := range params {
		guarded = guarded || p.NotNull
	}
	if !guarded {
		return newKernel
	}
	return func(call *Call) (Kernel, error) {
		kernel, err := newKernel(call)
		if err != nil {
			return nil, err
		}
		g := notNullGuard{}
		for i, p := range expand(params, variadic, len(call.Args)) {
			if p.NotNull {
				g.args = append(g.args, i)
				g.errs = append(g.errs, fmt.Errorf("argument %d (%s) must not be NULL", i+1, p.Name))
			}
		}
		return func(args []*types.Vector, rows []uint32, out *types.Vector, errs *Errors) {
			kernel(args, g.filter(args, rows, out, errs), out, errs)
		}, nil
	}
}

type notNullGuard struct {
	args []int
	errs []error // By position in args.
	keep []uint32
}

// filter returns the rows that have no forbidden NULL and fails the others.
func (g *notNullGuard) filter(args []*types.Vector, rows []uint32, out *types.Vector, errs *Errors) []uint32 {
	for k, i := range g.args {
		nulls := args[i].Nulls
		if len(nulls) == 0 {
			continue
		}
		// The first pass writes g.keep from rows, later ones filter it in place.
		keep := g.keep[:0]
		for _, r := range rows {
			if nulls.Get(int(r)) {
				out.SetNull(int(r))
				errs.Add(r, g.errs[k])
				continue
			}
			keep = append(keep, r)
		}
		g.keep, rows = keep, keep
	}
	return rows
}

// strict makes kernels NULL wherever an argument is NULL, so that the wrapped
// kernel sees only rows without NULLs.
func strict(newKernel func(*Call) (Kernel, error)) func(*Call) (Kernel, error) {
	return func(call *Call) (Kernel, error) {
		kernel, err := newKernel(call)
		if err != nil {
			return nil, err
		}
		var keep []uint32
		return func(args []*types.Vector, rows []uint32, out *types.Vector, errs *Errors) {
			for _, a := range args {
				if a == nil || len(a.Nulls) == 0 {
					continue
				}
				k := keep[:0]
				for _, r := range rows {
					if a.Nulls.Get(int(r)) {
						out.SetNull(int(r))
						continue
					}
					k = append(k, r)
				}
				keep, rows = k, k
			}
			kernel(args, rows, out, errs)
		}, nil
	}
}
