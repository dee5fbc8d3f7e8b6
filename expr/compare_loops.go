package expr

import "github.com/leatdb/leat/types"

// The loops of this file write every row and move on only past those that
// hold, so that they have no branch to mispredict. dst may be rows.

func keepColumns[T number](op string) selector {
	loop := map[string]func(a, b []T, rows, dst []uint32) int{
		equal: keepEqual[T], notEqual: keepNotEqual[T], less: keepLess[T], lessEqual: keepLessEqual[T],
	}[op]
	if loop == nil { // a > b is b < a.
		loop = map[string]func(a, b []T, rows, dst []uint32) int{greater: keepLess[T], greaterEqual: keepLessEqual[T]}[op]
		return func(a, b *types.Vector, rows, dst []uint32) []uint32 {
			return dst[:loop(data[T](b), data[T](a), rows, dst[:len(rows)])]
		}
	}
	return func(a, b *types.Vector, rows, dst []uint32) []uint32 {
		return dst[:loop(data[T](a), data[T](b), rows, dst[:len(rows)])]
	}
}

func keepEqual[T number](a, b []T, rows, dst []uint32) (k int) {
	for _, r := range rows {
		dst[k] = r
		k += one(a[r] == b[r])
	}
	return k
}

func keepNotEqual[T number](a, b []T, rows, dst []uint32) (k int) {
	for _, r := range rows {
		dst[k] = r
		k += one(a[r] != b[r])
	}
	return k
}

func keepLess[T number](a, b []T, rows, dst []uint32) (k int) {
	for _, r := range rows {
		dst[k] = r
		k += one(a[r] < b[r])
	}
	return k
}

func keepLessEqual[T number](a, b []T, rows, dst []uint32) (k int) {
	for _, r := range rows {
		dst[k] = r
		k += one(a[r] <= b[r])
	}
	return k
}

// one is 1 for true; the compiler makes it a flag without a jump.
func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// keepConstant returns the loop of an operator on a column of type t and a
// constant, or nil when there is none.
func keepConstant(op string, t *types.Type, c *types.Vector) constantSelector {
	switch {
	case t.Kind != c.Type.Kind:
	case c.I32 != nil:
		return keepAgainst(op, c.I32[0])
	case t.Kind == types.BigInt || t.Kind == types.Timestamp:
		return keepAgainst(op, c.I64[0])
	case c.F64 != nil:
		return keepAgainst(op, c.F64[0])
	case t.Kind == types.Decimal:
		return keepDecimal(op, t, c)
	case c.Str != nil && (op == equal || op == notEqual):
		return keepString(op == equal, c.Str[0])
	}
	return nil
}

func keepAgainst[T number](op string, c T) constantSelector {
	loop := map[string]func(a []T, c T, rows, dst []uint32) int{
		equal: keepEqualTo[T], notEqual: keepNotEqualTo[T], less: keepLessThan[T], lessEqual: keepAtMost[T],
		greater: keepGreaterThan[T], greaterEqual: keepAtLeast[T],
	}[op]
	return func(a *types.Vector, rows, dst []uint32) []uint32 {
		return dst[:loop(data[T](a), c, rows, dst[:len(rows)])]
	}
}

func keepEqualTo[T number](a []T, c T, rows, dst []uint32) (k int) {
	for _, r := range rows {
		dst[k] = r
		k += one(a[r] == c)
	}
	return k
}

func keepNotEqualTo[T number](a []T, c T, rows, dst []uint32) (k int) {
	for _, r := range rows {
		dst[k] = r
		k += one(a[r] != c)
	}
	return k
}

func keepLessThan[T number](a []T, c T, rows, dst []uint32) (k int) {
	for _, r := range rows {
		dst[k] = r
		k += one(a[r] < c)
	}
	return k
}

func keepAtMost[T number](a []T, c T, rows, dst []uint32) (k int) {
	for _, r := range rows {
		dst[k] = r
		k += one(a[r] <= c)
	}
	return k
}

func keepGreaterThan[T number](a []T, c T, rows, dst []uint32) (k int) {
	for _, r := range rows {
		dst[k] = r
		k += one(a[r] > c)
	}
	return k
}

func keepAtLeast[T number](a []T, c T, rows, dst []uint32) (k int) {
	for _, r := range rows {
		dst[k] = r
		k += one(a[r] >= c)
	}
	return k
}

// keepDecimal compares unscaled values when the constant has the column's scale
// after an exact change and nothing is wider than 64 bits.
func keepDecimal(op string, t *types.Type, c *types.Vector) constantSelector {
	fast := types.NewVector(types.DecimalOf(18+t.Scale, t.Scale))
	fast.Reset(1)
	if c.WideAt(0) != nil || types.RoundDecimal64(fast, 0, c.I64[0], c.Type.Scale) != nil ||
		fast.WideAt(0) != nil || types.CompareDecimal(fast, 0, c, 0) != 0 {
		return nil
	}
	narrow := keepAgainst(op, fast.I64[0])
	holds := holdsFor(op)
	return func(a *types.Vector, rows, dst []uint32) []uint32 {
		if len(a.Wide) == 0 {
			return narrow(a, rows, dst)
		}
		k := 0
		for _, r := range rows {
			if holds[types.CompareDecimal(a, int(r), c, 0)+1] {
				dst[k] = r
				k++
			}
		}
		return dst[:k]
	}
}

func keepString(want bool, c string) constantSelector {
	return func(a *types.Vector, rows, dst []uint32) []uint32 {
		k := 0
		for _, r := range rows {
			if (a.Str[r] == c) == want {
				dst[k] = r
				k++
			}
		}
		return dst[:k]
	}
}
