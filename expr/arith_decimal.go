package expr

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"

	"github.com/leatdb/leat/types"
)

var (
	errInexact    = errors.New("the exact quotient has more digits than the DECIMAL type of the result: cast an operand to DOUBLE")
	errImpossible = errors.New("the whole part of the quotient has more digits than the DECIMAL type of the remainder: cast an operand to DOUBLE")
)

// decimalOp computes one DECIMAL operator on unscaled values. narrow works on 64
// bits and tells when it cannot; wide always works.
type decimalOp struct {
	narrow func(a, b int64) (int64, bool)
	wide   func(a, b *big.Int) (*big.Int, error)
	byZero bool // A zero on the right is an error.
}

// decimalArith compiles an operator on DECIMALs. Results are exact: their type
// has room for every sum, difference and product; a quotient that does not end
// within it is an error, never rounded.
func (c *compiler) decimalArith(e *Expr) (value, error) {
	args, err := c.values(e.Args)
	if err != nil {
		return nil, err
	}
	a, b, t := e.Args[0].Type, e.Args[1].Type, e.Type
	if a.Kind != types.Decimal || b.Kind != types.Decimal {
		return nil, fmt.Errorf("operator %s of type %s has operands of types %s and %s", e.Name, t, a, b)
	}
	var op decimalOp
	switch e.Name {
	case "+":
		op = decimalSum(t.Scale-a.Scale, t.Scale-b.Scale, false)
	case "-":
		op = decimalSum(t.Scale-a.Scale, t.Scale-b.Scale, true)
	case "*":
		op = decimalProduct()
	case "/":
		op = decimalQuotient(t.Scale + b.Scale - a.Scale)
	case "%":
		op = decimalRemainder(t.Scale-a.Scale, t.Scale-b.Scale, t.Precision)
	default:
		return nil, fmt.Errorf("unknown arithmetic operator %q", e.Name)
	}
	return &binary{args[0], args[1], op.kernel, c.scratch(t), c.nullArithmetic()}, nil
}

func (op decimalOp) kernel(x failer, out, a, b *types.Vector, rows []uint32) {
	allNarrow := len(a.Wide) == 0 && len(b.Wide) == 0
	for _, r := range rows {
		if allNarrow || a.WideAt(int(r)) == nil && b.WideAt(int(r)) == nil {
			left, right := a.I64[r], b.I64[r]
			if op.byZero && right == 0 {
				x.fail(r, errDivisionByZero)
				continue
			}
			if v, ok := op.narrow(left, right); ok {
				out.SetDecimal64(int(r), v)
				continue
			}
		}
		v, err := op.wide(a.BigAt(int(r)), b.BigAt(int(r)))
		if err != nil {
			x.fail(r, err)
			continue
		}
		out.SetDecimal(int(r), v)
	}
}

// shift returns a function that multiplies by 10^n and tells whether the
// product fits 64 bits.
func shift(n int) func(x int64) (int64, bool) {
	if n == 0 {
		return func(x int64) (int64, bool) { return x, true }
	}
	by, ok := types.Scale64(1, n)
	if !ok {
		return func(x int64) (int64, bool) { return 0, x == 0 }
	}
	limit := math.MaxInt64 / by
	return func(x int64) (int64, bool) { return x * by, x >= -limit && x <= limit }
}

func scaled(x *big.Int, n int) *big.Int {
	if n == 0 {
		return x
	}
	return new(big.Int).Mul(x, types.Pow10(n))
}

// decimalSum adds (or subtracts) after bringing both sides to one scale.
func decimalSum(upA, upB int, minus bool) decimalOp {
	shiftA, shiftB := shift(upA), shift(upB)
	return decimalOp{
		narrow: func(a, b int64) (int64, bool) {
			a, okA := shiftA(a)
			b, okB := shiftB(b)
			if minus {
				b = -b
				okB = okB && b != math.MinInt64
			}
			sum := a + b
			return sum, okA && okB && (sum > a) == (b > 0)
		},
		wide: func(a, b *big.Int) (*big.Int, error) {
			if minus {
				return new(big.Int).Sub(scaled(a, upA), scaled(b, upB)), nil
			}
			return new(big.Int).Add(scaled(a, upA), scaled(b, upB)), nil
		},
	}
}

func decimalProduct() decimalOp {
	return decimalOp{
		narrow: func(a, b int64) (int64, bool) {
			high, _ := bits.Mul64(magnitude(a), magnitude(b))
			p := a * b
			return p, high == 0 && (p < 0) == ((a < 0) != (b < 0)) || p == 0 && high == 0
		},
		wide: func(a, b *big.Int) (*big.Int, error) { return new(big.Int).Mul(a, b), nil },
	}
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

// decimalQuotient divides a * 10^up by b, exactly.
func decimalQuotient(up int) decimalOp {
	shiftA := shift(up)
	return decimalOp{
		byZero: true,
		narrow: func(a, b int64) (int64, bool) {
			a, ok := shiftA(a)
			if !ok || a%b != 0 || a == math.MinInt64 {
				return 0, false
			}
			return a / b, true
		},
		wide: func(a, b *big.Int) (*big.Int, error) {
			q, rest := new(big.Int).QuoRem(scaled(a, up), b, new(big.Int))
			if rest.Sign() != 0 {
				return nil, errInexact
			}
			return q, nil
		},
	}
}

// decimalRemainder keeps the sign of a. The whole part of the quotient must fit
// the precision of the result, trailing zeros aside.
func decimalRemainder(upA, upB, precision int) decimalOp {
	shiftA, shiftB := shift(upA), shift(upB)
	whole := types.Pow10(precision)
	wide := func(a, b *big.Int) (*big.Int, error) {
		q, rest := new(big.Int).QuoRem(scaled(a, upA), scaled(b, upB), new(big.Int))
		if q.CmpAbs(whole) >= 0 {
			cut := types.Pow10(len(q.Abs(q).Text(10)) - precision)
			if new(big.Int).Rem(q, cut).Sign() != 0 {
				return nil, errImpossible
			}
		}
		return rest, nil
	}
	return decimalOp{
		byZero: true,
		narrow: func(a, b int64) (int64, bool) {
			a, okA := shiftA(a)
			b, okB := shiftB(b)
			if !okA || !okB {
				return 0, false
			}
			limit, bounded := types.Scale64(1, precision)
			return a % b, !bounded || a/b < limit && a/b > -limit
		},
		wide: wide,
	}
}

func negativeDecimal(_ failer, out, a *types.Vector, rows []uint32) {
	for _, r := range rows {
		if a.WideAt(int(r)) != nil || a.I64[r] == math.MinInt64 {
			out.SetDecimal(int(r), new(big.Int).Neg(a.BigAt(int(r))))
		} else {
			out.SetDecimal64(int(r), -a.I64[r])
		}
	}
}
