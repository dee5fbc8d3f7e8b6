package expr

import (
	"cmp"
	"fmt"

	"github.com/leatdb/leat/types"
)

// The comparison operators of OpCompare.
const (
	equal        = "="
	notEqual     = "<>"
	less         = "<"
	lessEqual    = "<="
	greater      = ">"
	greaterEqual = ">="
)

// mirrored is the operator with its operands exchanged.
var mirrored = map[string]string{equal: equal, notEqual: notEqual, less: greater, lessEqual: greaterEqual, greater: less, greaterEqual: lessEqual}

// selector keeps the rows for which a comparison of a and b holds, like
// pred.filter. Rows with a NULL were left out before.
type selector func(a, b *types.Vector, rows, dst []uint32) []uint32

// constantSelector is a selector with a constant on the right.
type constantSelector func(a *types.Vector, rows, dst []uint32) []uint32

// comparison compares two columns; a NULL operand makes it false.
type comparison struct {
	left, right value
	keep        selector
}

func (n *comparison) filter(x *frame, rows, dst []uint32) []uint32 {
	a, rows := x.operand(n.left, rows, dst)
	b, rows := x.operand(n.right, rows, dst)
	if a.Nulls.Any() {
		rows = notNull(rows, a.Nulls, dst)
	}
	if b.Nulls.Any() {
		rows = notNull(rows, b.Nulls, dst)
	}
	return n.keep(a, b, rows, dst)
}

// constantComparison compares a column with a constant, or searches it in a sorted
// list of constants, in one loop.
type constantComparison struct {
	arg  value
	keep constantSelector
}

func (n *constantComparison) filter(x *frame, rows, dst []uint32) []uint32 {
	a, rows := x.operand(n.arg, rows, dst)
	if a.Nulls.Any() {
		rows = notNull(rows, a.Nulls, dst)
	}
	return n.keep(a, rows, dst)
}

// compare compiles a comparison operator.
func (c *compiler) compare(e *Expr) (value, error) {
	p, err := c.comparison(e.Name, e.Args[0], e.Args[1])
	if err != nil {
		return nil, err
	}
	return c.truth(e, p), nil
}

func (c *compiler) comparison(op string, left, right *Expr) (pred, error) {
	if mirrored[op] == "" {
		return nil, fmt.Errorf("unknown comparison operator %q", op)
	}
	left, right, err := comparable(left, right)
	if err != nil {
		return nil, err
	}
	a, err := c.value(left)
	if err != nil {
		return nil, err
	}
	b, err := c.value(right)
	if err != nil {
		return nil, err
	}
	if _, ok := constantOf(a); ok {
		a, b, left, right, op = b, a, right, left, mirrored[op]
	}
	if one, ok := constantOf(b); ok {
		if keep := keepConstant(op, left.Type, one); keep != nil {
			return &constantComparison{a, keep}, nil
		}
	}
	keep, err := keepOf(op, left.Type, right.Type)
	if err != nil {
		return nil, err
	}
	return &comparison{a, b, keep}, nil
}

// truth wraps a predicate as a BOOLEAN value.
func (c *compiler) truth(e *Expr, p pred) *truth { return &truth{p, c.scratch(e.Type)} }

// comparable gives both sides types that a kernel compares: whole numbers are
// widened, strings are read as times, dates become timestamps. DECIMAL and
// DOUBLE stay, as their comparison is exact.
func comparable(a, b *Expr) (*Expr, *Expr, error) {
	ka, kb := a.Type.Kind, b.Type.Kind
	switch {
	case ka == types.Null || kb == types.Null:
		if ka == types.Null {
			return Cast(a, b.Type), b, nil
		}
		return a, Cast(b, a.Type), nil
	case ka == kb:
		if ka.Nested() && !a.Type.Equal(b.Type) {
			break
		}
		return a, b, nil
	case ka.Numeric() && kb.Numeric():
		if ka > kb {
			b, a, err := comparable(b, a)
			return a, b, err
		}
		return widenNumber(a, b.Type), b, nil
	case ka == types.String && kb.Temporal(), ka == types.Date && kb == types.Timestamp:
		return Cast(a, b.Type), b, nil
	case kb == types.String && ka.Temporal(), kb == types.Date && ka == types.Timestamp:
		return a, Cast(b, a.Type), nil
	}
	return nil, nil, fmt.Errorf("%s and %s cannot be compared", a.Type, b.Type)
}

// widenNumber casts a, of a narrower kind, to what compares with type t.
// Kinds are in order INTEGER, BIGINT, DOUBLE, DECIMAL.
func widenNumber(a *Expr, t *types.Type) *Expr {
	switch {
	case t.Kind == types.Decimal && a.Type.Kind == types.Integer:
		return Cast(a, types.DecimalOf(10, 0))
	case t.Kind == types.Decimal && a.Type.Kind == types.BigInt:
		return Cast(a, types.DecimalOf(19, 0))
	case t.Kind == types.Decimal: // DOUBLE against DECIMAL.
		return a
	}
	return Cast(a, t)
}

// keepOf returns the selector of an operator on two columns.
func keepOf(op string, ta, tb *types.Type) (selector, error) {
	switch ta.Kind {
	case types.Integer, types.Date, types.Time:
		return keepColumns[int32](op), nil
	case types.BigInt, types.Timestamp:
		return keepColumns[int64](op), nil
	case types.Double:
		if tb.Kind == types.Double {
			return keepColumns[float64](op), nil
		}
	case types.Decimal:
		if tb.Kind == types.Decimal && ta.Scale == tb.Scale {
			narrow, wide := keepColumns[int64](op), keepByOrder(op, types.CompareDecimal)
			return func(a, b *types.Vector, rows, dst []uint32) []uint32 {
				if len(a.Wide) == 0 && len(b.Wide) == 0 {
					return narrow(a, b, rows, dst)
				}
				return wide(a, b, rows, dst)
			}, nil
		}
	}
	order, ordered := orderOf(ta, tb)
	if !ordered && op != equal && op != notEqual {
		return nil, fmt.Errorf("%s values have no order: compare them with = or <>", ta)
	}
	if op == equal || op == notEqual {
		return keepByEquality(op == equal, equalityOf(ta, tb)), nil
	}
	return keepByOrder(op, order), nil
}

// orderOf returns the order of two types for the operators < <= > >=, as far as
// they have one.
func orderOf(ta, tb *types.Type) (order func(a *types.Vector, i int, b *types.Vector, j int) int, ok bool) {
	switch {
	case ta.Kind == types.Decimal && tb.Kind == types.Double:
		return func(a *types.Vector, i int, b *types.Vector, j int) int {
			return types.CompareDecimalDouble(a, i, b.F64[j])
		}, true
	case ta.Kind == types.Double && tb.Kind == types.Decimal:
		return func(a *types.Vector, i int, b *types.Vector, j int) int {
			return -types.CompareDecimalDouble(b, j, a.F64[i])
		}, true
	case ta.Kind == types.Decimal:
		return types.CompareDecimal, true
	case ta.Kind == types.String:
		return func(a *types.Vector, i int, b *types.Vector, j int) int {
			return types.CompareString(a.Str[i], b.Str[j])
		}, true
	case ta.Kind == types.Bytes:
		return func(a *types.Vector, i int, b *types.Vector, j int) int {
			return types.CompareBytes(a.Str[i], b.Str[j])
		}, true
	}
	return nil, false
}

// equality tells whether two values that are not NULL are equal.
type equality func(a *types.Vector, i int, b *types.Vector, j int) bool

// equalityOf returns the equality of two comparable types.
func equalityOf(ta, tb *types.Type) equality {
	switch ta.Kind {
	case types.String, types.Bytes:
		return func(a *types.Vector, i int, b *types.Vector, j int) bool { return a.Str[i] == b.Str[j] }
	case types.Double:
		if tb.Kind == types.Double {
			return func(a *types.Vector, i int, b *types.Vector, j int) bool { return a.F64[i] == b.F64[j] }
		}
	}
	if order, ok := orderOf(ta, tb); ok {
		return func(a *types.Vector, i int, b *types.Vector, j int) bool { return order(a, i, b, j) == 0 }
	}
	return types.EqualAt
}

func keepByEquality(want bool, same equality) selector {
	return func(a, b *types.Vector, rows, dst []uint32) []uint32 {
		k := 0
		for _, r := range rows {
			if same(a, int(r), b, int(r)) == want {
				dst[k] = r
				k++
			}
		}
		return dst[:k]
	}
}

func keepByOrder(op string, order func(a *types.Vector, i int, b *types.Vector, j int) int) selector {
	holds := holdsFor(op)
	return func(a, b *types.Vector, rows, dst []uint32) []uint32 {
		k := 0
		for _, r := range rows {
			if holds[cmp.Compare(order(a, int(r), b, int(r)), 0)+1] {
				dst[k] = r
				k++
			}
		}
		return dst[:k]
	}
}

// holdsFor tells for less, equal and greater whether the operator holds.
func holdsFor(op string) [3]bool {
	switch op {
	case equal:
		return [3]bool{false, true, false}
	case notEqual:
		return [3]bool{true, false, true}
	case less:
		return [3]bool{true, false, false}
	case lessEqual:
		return [3]bool{true, true, false}
	case greater:
		return [3]bool{false, false, true}
	}
	return [3]bool{false, true, true}
}
