package expr

import (
	"errors"
	"fmt"

	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/types"
)

// testFunctions are a few functions with the kinds of arguments there are.
type testFunctions struct{}

var errTest = errors.New("failed on purpose")

func (testFunctions) Kernel(name string, call *function.Call) (function.Kernel, bool, error) {
	switch name {
	case "FAIL": // Fails for every row.
		return func(_ []*types.Vector, rows []uint32, out *types.Vector, errs *function.Errors) {
			for _, r := range rows {
				out.SetNull(int(r))
				errs.Add(r, errTest)
			}
		}, false, nil
	case "FAIL_IF_NEGATIVE": // The argument itself otherwise.
		return func(args []*types.Vector, rows []uint32, out *types.Vector, errs *function.Errors) {
			for _, r := range rows {
				out.Copy(int(r), args[0], int(r))
				if !args[0].IsNull(int(r)) && args[0].I32[r] < 0 {
					out.SetNull(int(r))
					errs.Add(r, errTest)
				}
			}
		}, false, nil
	case "COALESCE":
		return func(args []*types.Vector, rows []uint32, out *types.Vector, _ *function.Errors) {
			for _, r := range rows {
				out.SetNull(int(r))
				for _, a := range args {
					if !a.IsNull(int(r)) {
						out.Copy(int(r), a, int(r))
						break
					}
				}
			}
		}, false, nil
	case "ADD_UNITS":
		return func(args []*types.Vector, rows []uint32, out *types.Vector, _ *function.Errors) {
			for _, r := range rows {
				out.I64[r] = args[1].I64[r] + call.Unit[0]
			}
		}, false, nil
	case "COUNTER": // Volatile: counts its calls.
		n := int32(0)
		return func(_ []*types.Vector, rows []uint32, out *types.Vector, _ *function.Errors) {
			for _, r := range rows {
				n++
				out.I32[r] = n
			}
		}, true, nil
	case "TRANSFORM":
		return transform(call.Lambda[1]), false, nil
	}
	return nil, false, fmt.Errorf("no such function")
}

// transform maps the elements of an array; a failing element fails the row.
func transform(f function.Lambda) function.Kernel {
	var inner function.Errors
	return func(args []*types.Vector, rows []uint32, out *types.Vector, errs *function.Errors) {
		list := args[0]
		var outer, child []uint32
		for _, r := range rows {
			s := list.Span[r]
			out.Span[r] = types.Span{Start: uint32(len(child)), Len: s.Len}
			for e := range s.Len {
				outer, child = append(outer, r), append(child, s.Start+e)
			}
			if list.IsNull(int(r)) {
				out.SetNull(int(r))
			}
		}
		elems := types.NewVector(list.Type.Elem)
		elems.Gather(list.Kids[0], child)
		inner.Reset()
		result := f([]*types.Vector{elems}, outer, &inner)
		for k := range child {
			out.Kids[0].AppendFrom(result, k)
		}
		last := -1
		for k, n := range inner.Rows {
			if r := outer[n]; int(r) != last {
				out.SetNull(int(r))
				errs.Add(r, inner.Errs[k])
				last = int(r)
			}
		}
	}
}
