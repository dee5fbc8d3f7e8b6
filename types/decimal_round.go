package types

import (
	"fmt"
	"math"
	"math/big"
)

// DecimalOverflow is the error of a value that, rounded to the scale of a
// DECIMAL type, has more digits than its precision allows.
type DecimalOverflow struct {
	Type  *Type
	Value string
}

func (e *DecimalOverflow) Error() string {
	return fmt.Sprintf("numeric overflow: a field with precision %d and scale %d must round to an absolute value less than 10^%d, got %s",
		e.Type.Precision, e.Type.Scale, e.Type.Precision-e.Type.Scale, e.Value)
}

// pow10i holds the powers of ten that fit 64 bits.
var pow10i = [19]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// fits64 tells whether unscaled has at most precision digits.
func fits64(unscaled int64, precision int) bool {
	return precision > 18 || unscaled > -pow10i[precision] && unscaled < pow10i[precision]
}

// fitsBig is fits64 for any value.
func fitsBig(unscaled *big.Int, precision int) bool {
	// A number of b bits has more than (b-1)*log10(2) digits and no more than that plus one.
	if float64(unscaled.BitLen())*0.30103 < float64(precision)-1 {
		return true
	}
	return unscaled.CmpAbs(Pow10(precision)) < 0
}

// Scale64 returns x * 10^n and whether that fits 64 bits; n is not negative.
func Scale64(x int64, n int) (int64, bool) {
	if n >= len(pow10i) {
		return 0, x == 0
	}
	limit := math.MaxInt64 / pow10i[n]
	return x * pow10i[n], x >= -limit && x <= limit
}

// RoundDecimal64 makes row i of a DECIMAL vector unscaled * 10^-scale, rounded
// half up to the vector's scale.
func RoundDecimal64(v *Vector, i int, unscaled int64, scale int) error {
	t := v.Type
	switch drop := scale - t.Scale; {
	case drop == 0:
	case drop < 0:
		scaled, ok := Scale64(unscaled, -drop)
		if !ok {
			return RoundDecimal(v, i, big.NewInt(unscaled), scale)
		}
		unscaled = scaled
	case drop > 18:
		// Rounding 19 digits or more away leaves 0, or 1 from half of 10^19 on.
		return RoundDecimal(v, i, big.NewInt(unscaled), scale)
	default:
		unscaled = halfUp64(unscaled, pow10i[drop])
	}
	if !fits64(unscaled, t.Precision) {
		return overflow(t, big.NewInt(unscaled))
	}
	v.SetDecimal64(i, unscaled)
	return nil
}

// halfUp64 divides by a positive power of ten, rounding half away from zero.
func halfUp64(x, by int64) int64 {
	q, r := x/by, x%by
	if r < 0 {
		r = -r
	}
	if r >= by-r {
		if x < 0 {
			return q - 1
		}
		return q + 1
	}
	return q
}

// RoundDecimal is RoundDecimal64 for any value.
func RoundDecimal(v *Vector, i int, unscaled *big.Int, scale int) error {
	t := v.Type
	switch drop := scale - t.Scale; {
	case drop < 0:
		unscaled = new(big.Int).Mul(unscaled, Pow10(-drop))
	case drop > 0:
		unscaled = halfUp(unscaled, Pow10(drop))
	}
	if !fitsBig(unscaled, t.Precision) {
		return overflow(t, unscaled)
	}
	v.SetDecimal(i, unscaled)
	return nil
}

func halfUp(x, by *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(x, by, new(big.Int))
	r.Abs(r)
	if r.Lsh(r, 1).Cmp(by) >= 0 {
		q.Add(q, big.NewInt(int64(x.Sign())))
	}
	return q
}

func overflow(t *Type, unscaled *big.Int) error {
	return &DecimalOverflow{Type: t, Value: DecimalText(unscaled, t.Scale)}
}

// storeWide is store for more digits than 64 bits hold.
func (d *digits) storeWide(v *Vector, i, lead, keep int, up bool) error {
	text := make([]byte, 0, keep-lead)
	for k := lead; k < keep; k++ {
		if k < len(d.int)+len(d.frac) {
			text = append(text, d.at(k))
		} else {
			text = append(text, '0')
		}
	}
	n, _ := new(big.Int).SetString(string(text), 10)
	if up {
		n.Add(n, big.NewInt(1))
	}
	if d.neg {
		n.Neg(n)
	}
	if !fitsBig(n, v.Type.Precision) {
		return d.overflow(v.Type)
	}
	v.SetDecimal(i, n)
	return nil
}
