package expr

import (
	"errors"
	"fmt"
	"math"

	"github.com/leatdb/leat/types"
)

var errDivisionByZero = errors.New("division by zero: test the divisor first, e.g. CASE WHEN d <> 0 THEN n / d END")

// errNullArithmetic fails a row whose operand is NULL, as the dialect's compiled
// queries do: the whole expression becomes NULL, also where NULL as a value
// would have been absorbed, as in COALESCE(a + 1, 0).
var errNullArithmetic = errors.New("an operand of an arithmetic operator is NULL: use COALESCE on the operand")

// arith compiles + - * / %. The operands of all types but DECIMAL have the
// result's type.
func (c *compiler) arith(e *Expr) (value, error) {
	if e.Type.Kind == types.Decimal {
		return c.decimalArith(e)
	}
	args, err := c.values(e.Args)
	if err != nil {
		return nil, err
	}
	for _, a := range e.Args {
		if a.Type.Kind != e.Type.Kind {
			return nil, fmt.Errorf("operator %s of type %s has an operand of type %s", e.Name, e.Type, a.Type)
		}
	}
	n := &arithNode{args[0], args[1], e.Name, c.scratch(e.Type), c.nullArithmetic()}
	switch e.Type.Kind {
	case types.Integer:
		return arithOf(n, integerOperators[int32]())
	case types.BigInt:
		return arithOf(n, integerOperators[int64]())
	case types.Double:
		return arithOf(n, doubleOperators())
	}
	return nil, fmt.Errorf("operator %s does not apply to %s", e.Name, e.Type)
}

type arithNode struct {
	left, right value
	op          string
	out         *scratch
	nullErr     error
}

// operators are the kernels of one element type. Those with a constant operand
// are optional.
type operators[T number] struct {
	columns map[string]binaryKernel
	right   map[string]func(c T) unaryKernel // column op constant
	left    map[string]func(c T) unaryKernel // constant op column
}

// arithOf chooses the kernel by operator and by which operand is constant.
func arithOf[T number](n *arithNode, ops operators[T]) (value, error) {
	if one, ok := constantOf(n.right); ok && ops.right[n.op] != nil {
		return &unary{n.left, ops.right[n.op](data[T](one)[0]), n.out, n.nullErr}, nil
	}
	if one, ok := constantOf(n.left); ok && ops.left[n.op] != nil {
		return &unary{n.right, ops.left[n.op](data[T](one)[0]), n.out, n.nullErr}, nil
	}
	if k := ops.columns[n.op]; k != nil {
		return &binary{n.left, n.right, k, n.out, n.nullErr}, nil
	}
	return nil, fmt.Errorf("unknown arithmetic operator %q", n.op)
}

func commonOperators[T number]() operators[T] {
	return operators[T]{
		columns: map[string]binaryKernel{
			"+": func(_ failer, out, a, b *types.Vector, rows []uint32) {
				add(data[T](out), data[T](a), data[T](b), rows)
			},
			"-": func(_ failer, out, a, b *types.Vector, rows []uint32) {
				subtract(data[T](out), data[T](a), data[T](b), rows)
			},
			"*": func(_ failer, out, a, b *types.Vector, rows []uint32) {
				multiply(data[T](out), data[T](a), data[T](b), rows)
			},
		},
		right: map[string]func(T) unaryKernel{
			"+": addConstant[T],
			"-": func(c T) unaryKernel { return addConstant(-c) },
			"*": multiplyConstant[T],
		},
		left: map[string]func(T) unaryKernel{"+": addConstant[T], "-": subtractFrom[T], "*": multiplyConstant[T]},
	}
}

func integerOperators[T int32 | int64]() operators[T] {
	ops := commonOperators[T]()
	ops.columns["/"] = divide(func(a, b T) T { return a / b })
	ops.columns["%"] = divide(func(a, b T) T { return a % b })
	ops.right["/"] = divideByConstant[T]
	ops.right["%"] = remainderByConstant[T]
	return ops
}

func doubleOperators() operators[float64] {
	ops := commonOperators[float64]()
	ops.columns["/"] = func(_ failer, out, a, b *types.Vector, rows []uint32) {
		for _, r := range rows {
			out.F64[r] = a.F64[r] / b.F64[r]
		}
	}
	ops.columns["%"] = func(_ failer, out, a, b *types.Vector, rows []uint32) {
		for _, r := range rows {
			out.F64[r] = math.Mod(a.F64[r], b.F64[r])
		}
	}
	return ops
}

// The loops below run without row numbers when all rows are wanted.

func add[T number](out, a, b []T, rows []uint32) {
	if len(rows) == len(out) {
		a, b = a[:len(out)], b[:len(out)]
		for i := range out {
			out[i] = a[i] + b[i]
		}
		return
	}
	for _, r := range rows {
		out[r] = a[r] + b[r]
	}
}

func subtract[T number](out, a, b []T, rows []uint32) {
	if len(rows) == len(out) {
		a, b = a[:len(out)], b[:len(out)]
		for i := range out {
			out[i] = a[i] - b[i]
		}
		return
	}
	for _, r := range rows {
		out[r] = a[r] - b[r]
	}
}

func multiply[T number](out, a, b []T, rows []uint32) {
	if len(rows) == len(out) {
		a, b = a[:len(out)], b[:len(out)]
		for i := range out {
			out[i] = a[i] * b[i]
		}
		return
	}
	for _, r := range rows {
		out[r] = a[r] * b[r]
	}
}

func addConstant[T number](c T) unaryKernel {
	return func(_ failer, ov, av *types.Vector, rows []uint32) {
		out, a := data[T](ov), data[T](av)
		if len(rows) == len(out) {
			a = a[:len(out)]
			for i := range out {
				out[i] = a[i] + c
			}
			return
		}
		for _, r := range rows {
			out[r] = a[r] + c
		}
	}
}

func subtractFrom[T number](c T) unaryKernel {
	return func(_ failer, ov, av *types.Vector, rows []uint32) {
		out, a := data[T](ov), data[T](av)
		for _, r := range rows {
			out[r] = c - a[r]
		}
	}
}

func multiplyConstant[T number](c T) unaryKernel {
	return func(_ failer, ov, av *types.Vector, rows []uint32) {
		out, a := data[T](ov), data[T](av)
		if len(rows) == len(out) {
			a = a[:len(out)]
			for i := range out {
				out[i] = a[i] * c
			}
			return
		}
		for _, r := range rows {
			out[r] = a[r] * c
		}
	}
}

// divide makes the kernel of / or % on whole numbers. Go's and Java's agree on
// signs and on the smallest number divided by -1.
func divide[T int32 | int64](op func(a, b T) T) binaryKernel {
	return func(x failer, ov, av, bv *types.Vector, rows []uint32) {
		out, a, b := data[T](ov), data[T](av), data[T](bv)
		for _, r := range rows {
			if b[r] == 0 {
				x.fail(r, errDivisionByZero)
				continue
			}
			out[r] = op(a[r], b[r])
		}
	}
}

func divideByConstant[T int32 | int64](c T) unaryKernel {
	return func(x failer, ov, av *types.Vector, rows []uint32) {
		if c == 0 {
			failAll(x, rows, errDivisionByZero)
			return
		}
		out, a := data[T](ov), data[T](av)
		for _, r := range rows {
			out[r] = a[r] / c
		}
	}
}

func remainderByConstant[T int32 | int64](c T) unaryKernel {
	return func(x failer, ov, av *types.Vector, rows []uint32) {
		if c == 0 {
			failAll(x, rows, errDivisionByZero)
			return
		}
		out, a := data[T](ov), data[T](av)
		for _, r := range rows {
			out[r] = a[r] % c
		}
	}
}

func failAll(x failer, rows []uint32, err error) {
	for _, r := range rows {
		x.fail(r, err)
	}
}

// negate compiles the unary minus.
func (c *compiler) negate(e *Expr) (value, error) {
	arg, err := c.value(e.Args[0])
	if err != nil {
		return nil, err
	}
	n := &unary{arg: arg, out: c.scratch(e.Type), nullErr: c.nullArithmetic()}
	switch e.Type.Kind {
	case types.Integer:
		n.kernel = negative[int32]
	case types.BigInt:
		n.kernel = negative[int64]
	case types.Double:
		n.kernel = negative[float64]
	case types.Decimal:
		n.kernel = negativeDecimal
	default:
		return nil, fmt.Errorf("unary minus does not apply to %s", e.Type)
	}
	return n, nil
}

func negative[T number](_ failer, out, a *types.Vector, rows []uint32) {
	o, v := data[T](out), data[T](a)
	for _, r := range rows {
		o[r] = -v[r]
	}
}

// concat compiles STRING + STRING.
func (c *compiler) concat(e *Expr) (value, error) {
	args, err := c.values(e.Args)
	if err != nil {
		return nil, err
	}
	return &binary{args[0], args[1], func(_ failer, out, a, b *types.Vector, rows []uint32) {
		for _, r := range rows {
			left, right := a.Str[r], b.Str[r]
			p := out.Alloc(len(left) + len(right))
			copy(p[copy(p, left):], right)
			out.Str[r] = types.View(p)
		}
	}, c.scratch(e.Type), nil}, nil
}
