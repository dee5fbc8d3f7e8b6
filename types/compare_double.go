package types

import (
	"math"
	"math/big"
	"strconv"
)

// CompareDecimalDouble compares a decimal with the decimal text of f exactly:
// 0.1 as DECIMAL equals 0.1 as DOUBLE. Infinities and NaN are beyond every
// decimal.
func CompareDecimalDouble(a *Vector, i int, f float64) int {
	if f != f || math.IsInf(f, 1) {
		return -1
	}
	if math.IsInf(f, -1) {
		return 1
	}
	var buf [32]byte
	d, _ := scanDecimal(View(strconv.AppendFloat(buf[:0], f, 'e', -1, 64)))
	unscaled, _ := new(big.Int).SetString(d.int+d.frac, 10)
	if d.neg {
		unscaled.Neg(unscaled)
	}
	x, scale := a.BigAt(i), len(d.frac)-d.exp // f is unscaled * 10^-scale.
	if up := scale - a.Type.Scale; up > 0 {
		x = new(big.Int).Mul(x, Pow10(up))
	} else if up < 0 {
		unscaled.Mul(unscaled, Pow10(-up))
	}
	return x.Cmp(unscaled)
}
