package types

import "math/big"

// SetDecimal makes row i the decimal unscaled * 10^-scale of the vector's type.
// x may be kept; the caller must not change it afterwards.
func (v *Vector) SetDecimal(i int, x *big.Int) {
	if x.IsInt64() {
		v.SetDecimal64(i, x.Int64())
		return
	}
	if len(v.Wide) <= i {
		old := len(v.Wide)
		v.Wide = sized(v.Wide, v.Len)
		clear(v.Wide[old:])
	}
	v.I64[i] = 0
	v.Wide[i] = x
}

// SetDecimal64 is SetDecimal for an unscaled value that fits 64 bits.
func (v *Vector) SetDecimal64(i int, x int64) {
	v.I64[i] = x
	if i < len(v.Wide) {
		v.Wide[i] = nil
	}
}

// WideAt returns the unscaled value of row i when it does not fit I64, or nil.
func (v *Vector) WideAt(i int) *big.Int {
	if i < len(v.Wide) {
		return v.Wide[i]
	}
	return nil
}

// BigAt returns the unscaled value of row i as a big integer that the caller
// must not change.
func (v *Vector) BigAt(i int) *big.Int {
	if w := v.WideAt(i); w != nil {
		return w
	}
	return big.NewInt(v.I64[i])
}

func (v *Vector) copyDecimal(i int, src *Vector, j int) {
	if w := src.WideAt(j); w != nil {
		v.SetDecimal(i, w)
		return
	}
	v.SetDecimal64(i, src.I64[j])
}

// DecimalText returns unscaled * 10^-scale in plain notation with exactly scale
// digits after the point, e.g. (-5, 2) is -0.05.
func DecimalText(unscaled *big.Int, scale int) string {
	return string(AppendDecimal(nil, unscaled, scale))
}

// AppendDecimal appends DecimalText to dst.
func AppendDecimal(dst []byte, unscaled *big.Int, scale int) []byte {
	return placePoint(dst, unscaled.Append(nil, 10), scale)
}

// AppendDecimal64 is AppendDecimal for a value that fits 64 bits; it does not
// allocate.
func AppendDecimal64(dst []byte, unscaled int64, scale int) []byte {
	var buf [24]byte
	u := uint64(unscaled)
	if unscaled < 0 {
		u = -u
	}
	i := len(buf)
	for u >= 10 {
		i--
		buf[i] = byte('0' + u%10)
		u /= 10
	}
	i--
	buf[i] = byte('0' + u)
	if unscaled < 0 {
		i--
		buf[i] = '-'
	}
	return placePoint(dst, buf[i:], scale)
}

// placePoint appends the digits (with an optional sign) to dst with a point
// before the last scale digits, padding with zeros.
func placePoint(dst, digits []byte, scale int) []byte {
	if digits[0] == '-' {
		dst = append(dst, '-')
		digits = digits[1:]
	}
	if scale == 0 {
		return append(dst, digits...)
	}
	if len(digits) <= scale {
		dst = append(dst, '0', '.')
		for range scale - len(digits) {
			dst = append(dst, '0')
		}
		return append(dst, digits...)
	}
	point := len(digits) - scale
	dst = append(dst, digits[:point]...)
	dst = append(dst, '.')
	return append(dst, digits[point:]...)
}

// Pow10 returns 10^n for n >= 0. The result must not be changed.
func Pow10(n int) *big.Int {
	if n < len(pow10) {
		return pow10[n]
	}
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

var pow10 = func() (p [64]*big.Int) {
	p[0] = big.NewInt(1)
	for i := 1; i < len(p); i++ {
		p[i] = new(big.Int).Mul(p[i-1], big.NewInt(10))
	}
	return p
}()
