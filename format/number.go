package format

import (
	"math"
	"math/big"
	"strconv"

	"github.com/leatdb/leat/types"
)

// number is a decimal number as it was written: digits around a point and an
// exponent. Nothing is rounded and nothing as large as its exponent is built.
type number struct {
	neg         bool
	whole, frac []byte // Digits only.
	exp         int64  // Within ±maxExponent.
}

// maxExponent is where exponents stop growing: whatever lies beyond fits no
// type, and sums with lengths stay far from overflow.
const maxExponent = 1 << 40

// parseNumber reads what Java's BigDecimal reads: a sign, digits with a point
// anywhere, an exponent. JSON numbers are a part of that.
func parseNumber(b []byte) (n number, ok bool) {
	i := 0
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		n.neg = b[i] == '-'
		i++
	}
	n.whole = digitsAt(b, i)
	i += len(n.whole)
	if i < len(b) && b[i] == '.' {
		n.frac = digitsAt(b, i+1)
		i += 1 + len(n.frac)
	}
	if len(n.whole)+len(n.frac) == 0 {
		return n, false
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		negative := i < len(b) && b[i] == '-'
		if i < len(b) && (b[i] == '-' || b[i] == '+') {
			i++
		}
		digits := digitsAt(b, i)
		if len(digits) == 0 {
			return n, false
		}
		i += len(digits)
		for _, c := range digits {
			n.exp = min(n.exp*10+int64(c-'0'), maxExponent)
		}
		if negative {
			n.exp = -n.exp
		}
	}
	return n, i == len(b)
}

// digitsAt returns the run of digits at b[i:].
func digitsAt(b []byte, i int) []byte {
	from := i
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	return b[from:i]
}

func (n *number) digit(k int) byte {
	if k < len(n.whole) {
		return n.whole[k]
	}
	return n.frac[k-len(n.whole)]
}

// significant returns the range of digits without leading and trailing zeros;
// it is empty for zero.
func (n *number) significant() (from, to int) {
	to = len(n.whole) + len(n.frac)
	for from < to && n.digit(from) == '0' {
		from++
	}
	for to > from && n.digit(to-1) == '0' {
		to--
	}
	return from, to
}

// int64 returns the number without its fraction, or false when that does not
// fit.
func (n *number) int64() (int64, bool) {
	from, to := n.significant()
	end := int64(len(n.whole)) + n.exp // Digits up to here are left of the point.
	if from == to || end <= int64(from) {
		return 0, true
	}
	if end-int64(from) > 19 {
		return 0, false
	}
	var u uint64
	for k := from; k < int(end); k++ {
		d := uint64(0)
		if k < to {
			d = uint64(n.digit(k) - '0')
		}
		u = u*10 + d // 19 digits always fit 64 bits.
	}
	if n.neg {
		return -int64(u), u <= 1<<63
	}
	return int64(u), u <= math.MaxInt64
}

// setDecimal stores the number in row of a DECIMAL vector, or tells that it
// does not fit precision and scale without rounding.
func (n *number) setDecimal(v *types.Vector, row int) bool {
	from, to := n.significant()
	if from == to {
		v.SetDecimal64(row, 0)
		return true
	}
	// The unscaled value is the digits from..to followed by zeros up to the scale.
	zeros := int64(v.Type.Scale) + n.exp - int64(to-len(n.whole))
	if zeros < 0 || int64(to-from)+zeros > int64(v.Type.Precision) {
		return false
	}
	if size := to - from + int(zeros); size > 18 {
		v.SetDecimal(row, n.big(from, to, int(zeros)))
		return true
	}
	var u int64
	for k := from; k < to; k++ {
		u = u*10 + int64(n.digit(k)-'0')
	}
	for range zeros {
		u *= 10
	}
	if n.neg {
		u = -u
	}
	v.SetDecimal64(row, u)
	return true
}

func (n *number) big(from, to, zeros int) *big.Int {
	text := make([]byte, 0, to-from+zeros)
	for k := from; k < to; k++ {
		text = append(text, n.digit(k))
	}
	for range zeros {
		text = append(text, '0')
	}
	x, _ := new(big.Int).SetString(string(text), 10)
	if n.neg {
		x.Neg(x)
	}
	return x
}

// appendText appends the number as Java's BigDecimal shows it: all digits, no
// leading zeros, no negative zero, an exponent only when the number was written
// with one or is small (1E+3, 1E-7).
func (n *number) appendText(dst []byte) []byte {
	total := len(n.whole) + len(n.frac)
	from := 0
	for from < total-1 && n.digit(from) == '0' {
		from++
	}
	count := total - from
	if n.neg && !(count == 1 && n.digit(from) == '0') {
		dst = append(dst, '-')
	}
	scale := int64(len(n.frac)) - n.exp
	adjusted := int64(count) - 1 - scale
	if scale < 0 || adjusted < -6 {
		dst = append(dst, n.digit(from))
		if count > 1 {
			dst = append(dst, '.')
		}
		for k := from + 1; k < total; k++ {
			dst = append(dst, n.digit(k))
		}
		dst = append(dst, 'E')
		if adjusted > 0 {
			dst = append(dst, '+')
		}
		return strconv.AppendInt(dst, adjusted, 10)
	}
	if adjusted < 0 {
		dst = append(dst, '0')
	}
	for k := int64(from) + min(adjusted+1, 0); k < int64(total); k++ {
		if int64(total)-k == scale {
			dst = append(dst, '.')
		}
		if k < int64(from) {
			dst = append(dst, '0')
		} else {
			dst = append(dst, n.digit(int(k)))
		}
	}
	return dst
}
