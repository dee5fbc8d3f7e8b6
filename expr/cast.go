package expr

import (
	"fmt"
	"math"
	"math/big"
	"strconv"

	"github.com/leatdb/leat/types"
)

// A cast kernel is a unaryKernel: it sees rows that are not NULL and reports
// those that cannot be converted.

// cast compiles CAST(Args[0] AS Type).
func (c *compiler) cast(e *Expr) (value, error) {
	arg, err := c.value(e.Args[0])
	if err != nil {
		return nil, err
	}
	if e.Args[0].Type.Equal(e.Type) {
		return arg, nil
	}
	casts := caster{nullText: c.options.NullText}
	kernel, err := casts.kernel(e.Args[0].Type, e.Type)
	if err != nil {
		return nil, err
	}
	n := &unary{arg: arg, kernel: kernel, out: c.scratch(e.Type)}
	if casts.printsNull(e.Args[0].Type, e.Type) {
		return &printed{n}, nil
	}
	return n, nil
}

// caster finds the kernels of casts.
type caster struct {
	// nullText makes the text "null" of NULL, also within arrays, maps and structs.
	nullText bool
}

// printsNull tells whether the cast turns NULL into text. A cast to the same
// type does nothing at all.
func (c caster) printsNull(from, to *types.Type) bool {
	return c.nullText && to.Kind == types.String && from.Kind != types.String
}

// nullText is what NULL is cast to when NULLs are not preserved.
const nullText = "null"

// printed is a cast to STRING that prints NULL, too.
type printed struct{ *unary }

func (n *printed) eval(x *frame, rows []uint32) *types.Vector {
	mark := x.mark()
	a := n.arg.eval(x, rows)
	rows = x.alive(rows, mark, n.out)
	out := n.out.vector(x.n)
	if a.Nulls.Any() {
		for _, r := range rows {
			if a.IsNull(int(r)) {
				out.Str[r] = nullText
			}
		}
		rows = notNull(rows, a.Nulls, n.out.rows(len(rows)))
	}
	n.kernel(x, out, a, rows)
	return out
}

// CanCast tells whether a value of one type can be cast to another: the CAST
// matrix of the dialect.
func CanCast(from, to *types.Type) bool {
	_, err := caster{}.kernel(from, to)
	return err == nil
}

// kernel returns the kernel of a cast, one function per target.
func (c caster) kernel(from, to *types.Type) (unaryKernel, error) {
	var k unaryKernel
	switch {
	case from.Equal(to):
		k = func(_ failer, out, a *types.Vector, rows []uint32) { out.CopyRows(rows, a, rows) }
	case from.Kind == types.Null:
		k = func(failer, *types.Vector, *types.Vector, []uint32) {} // All rows are NULL.
	case to.Kind == types.String && from.Kind != types.Bytes:
		k = castToText
	case from.Kind == types.String && !to.Kind.Nested():
		k = castFromText
	case from.Kind.Nested():
		return c.nested(from, to)
	default:
		k = castScalar(from, to)
	}
	if k == nil {
		return nil, fmt.Errorf("%s cannot be cast to %s", from, to)
	}
	return k, nil
}

// castScalar casts between numbers and between times.
func castScalar(from, to *types.Type) unaryKernel {
	switch to.Kind {
	case types.Integer:
		return castToWhole[int32](from)
	case types.BigInt:
		return castToWhole[int64](from)
	case types.Double:
		return castToDouble(from)
	case types.Decimal:
		return castToDecimal(from)
	case types.Time, types.Date, types.Timestamp:
		return castTime(from.Kind, to.Kind)
	}
	return nil
}

// castToText prints every type as types.Vector.AppendText does.
func castToText(_ failer, out, a *types.Vector, rows []uint32) {
	var space [64]byte
	buf := space[:0]
	for _, r := range rows {
		buf = a.AppendText(buf[:0], int(r))
		out.Str[r] = out.Own(buf)
	}
}

func castFromText(x failer, out, a *types.Vector, rows []uint32) {
	for _, r := range rows {
		if err := types.ParseText(a.Str[r], out, int(r)); err != nil {
			x.fail(r, err)
		}
	}
}

// castToWhole wraps whole numbers, cuts decimals and saturates doubles, as Java
// does.
func castToWhole[T int32 | int64](from *types.Type) unaryKernel {
	switch from.Kind {
	case types.Integer:
		return convert[int32, T]
	case types.BigInt:
		return convert[int64, T]
	case types.Double:
		return func(_ failer, out, a *types.Vector, rows []uint32) {
			o := data[T](out)
			for _, r := range rows {
				o[r] = saturate[T](a.F64[r])
			}
		}
	case types.Decimal:
		by := types.Pow10(from.Scale)
		return func(_ failer, out, a *types.Vector, rows []uint32) {
			o := data[T](out)
			for _, r := range rows {
				if a.WideAt(int(r)) == nil && by.IsInt64() {
					o[r] = T(a.I64[r] / by.Int64())
				} else {
					o[r] = T(lowBits(new(big.Int).Quo(a.BigAt(int(r)), by)))
				}
			}
		}
	}
	return nil
}

func convert[F, T number](_ failer, out, a *types.Vector, rows []uint32) {
	o, v := data[T](out), data[F](a)
	for _, r := range rows {
		o[r] = T(v[r])
	}
}

// saturate converts as Java's narrowing from double does: NaN is 0.
func saturate[T int32 | int64](f float64) T {
	low, high := int64(math.MinInt64), int64(math.MaxInt64)
	if _, narrow := any(T(0)).(int32); narrow {
		low, high = math.MinInt32, math.MaxInt32
	}
	switch {
	case f != f:
		return 0
	case f >= float64(high):
		return T(high)
	case f <= float64(low):
		return T(low)
	}
	return T(f)
}

// lowBits returns the low 64 bits of the two's complement of x.
func lowBits(x *big.Int) int64 {
	var low uint64
	if words := x.Bits(); len(words) > 0 {
		low = uint64(words[0])
		if strconv.IntSize == 32 && len(words) > 1 {
			low |= uint64(words[1]) << 32
		}
	}
	if x.Sign() < 0 {
		low = -low
	}
	return int64(low)
}

func castToDouble(from *types.Type) unaryKernel {
	switch from.Kind {
	case types.Integer:
		return convert[int32, float64]
	case types.BigInt:
		return convert[int64, float64]
	case types.Decimal:
		return decimalToDouble
	}
	return nil
}

// decimalToDouble returns the nearest double. A quotient of two doubles that
// are exact is correctly rounded; other decimals are read from their text.
func decimalToDouble(_ failer, out, a *types.Vector, rows []uint32) {
	const exact, exactPower = 1 << 53, 22
	scale := a.Type.Scale
	by := math.Pow10(scale)
	var space [64]byte
	buf := space[:0]
	for _, r := range rows {
		if x := a.I64[r]; a.WideAt(int(r)) == nil && scale <= exactPower && x >= -exact && x <= exact {
			out.F64[r] = float64(x) / by
			continue
		}
		buf = a.AppendText(buf[:0], int(r))
		out.F64[r], _ = strconv.ParseFloat(types.View(buf), 64) // Infinity when out of range.
	}
}

func castToDecimal(from *types.Type) unaryKernel {
	var store func(out *types.Vector, i int, a *types.Vector) error
	switch from.Kind {
	case types.Integer:
		store = func(out *types.Vector, i int, a *types.Vector) error {
			return types.RoundDecimal64(out, i, int64(a.I32[i]), 0)
		}
	case types.BigInt:
		store = func(out *types.Vector, i int, a *types.Vector) error {
			return types.RoundDecimal64(out, i, a.I64[i], 0)
		}
	case types.Double:
		store = func(out *types.Vector, i int, a *types.Vector) error {
			return types.DoubleToDecimal(a.F64[i], out, i)
		}
	case types.Decimal:
		store = func(out *types.Vector, i int, a *types.Vector) error {
			if w := a.WideAt(i); w != nil {
				return types.RoundDecimal(out, i, w, a.Type.Scale)
			}
			return types.RoundDecimal64(out, i, a.I64[i], a.Type.Scale)
		}
	default:
		return nil
	}
	return func(x failer, out, a *types.Vector, rows []uint32) {
		for _, r := range rows {
			if err := store(out, int(r), a); err != nil {
				x.fail(r, err)
			}
		}
	}
}

// castTime casts DATE to TIMESTAMP and TIMESTAMP to DATE or TIME, all in UTC.
func castTime(from, to types.Kind) unaryKernel {
	switch {
	case from == types.Date && to == types.Timestamp:
		return func(_ failer, out, a *types.Vector, rows []uint32) {
			for _, r := range rows {
				out.I64[r] = int64(a.I32[r]) * 86_400_000
			}
		}
	case from == types.Timestamp && to == types.Date:
		return func(_ failer, out, a *types.Vector, rows []uint32) {
			for _, r := range rows {
				days, _ := types.SplitDay(a.I64[r])
				out.I32[r] = int32(days)
			}
		}
	case from == types.Timestamp && to == types.Time:
		return func(_ failer, out, a *types.Vector, rows []uint32) {
			for _, r := range rows {
				_, out.I32[r] = types.SplitDay(a.I64[r])
			}
		}
	}
	return nil
}
