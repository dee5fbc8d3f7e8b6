package expr

import (
	"slices"

	"github.com/leatdb/leat/types"
)

// constantSet returns the loop for a list of constants of the value's type, when
// that is a whole number, a time or STRING, and nil otherwise.
func (c *compiler) constantSet(e *Expr) (constantSelector, error) {
	t := e.Args[0].Type
	all := types.NewVector(t)
	for _, item := range e.Args[1:] {
		v, err := c.value(item)
		if err != nil {
			return nil, err
		}
		k, ok := v.(*constant)
		if !ok || !item.Type.Equal(t) {
			return nil, nil
		}
		if !k.one.IsNull(0) {
			all.AppendFrom(k.one, 0)
		}
	}
	switch t.Kind {
	case types.Integer, types.Date, types.Time:
		return keepMember(all.I32, func(v *types.Vector) []int32 { return v.I32 }), nil
	case types.BigInt, types.Timestamp:
		return keepMember(all.I64, func(v *types.Vector) []int64 { return v.I64 }), nil
	case types.String:
		return keepMember(all.Str, func(v *types.Vector) []string { return v.Str }), nil
	}
	return nil, nil
}

func keepMember[T int32 | int64 | string](list []T, of func(*types.Vector) []T) constantSelector {
	slices.Sort(list)
	return func(a *types.Vector, rows, dst []uint32) []uint32 {
		values := of(a)
		k := 0
		for _, r := range rows {
			if _, ok := slices.BinarySearch(list, values[r]); ok {
				dst[k] = r
				k++
			}
		}
		return dst[:k]
	}
}
