package function

import (
	"cmp"
	"errors"
	"math"
	"math/big"
	"strconv"

	"github.com/leatdb/leat/types"
)

func roundFunctions() []*Scalar {
	params := docs{"value": "the number", "places": "how many places to keep after the point; negative ones are left of it"}
	return []*Scalar{
		scalar("CEIL", categoryMath, "Returns the smallest whole number that is not less than a number.", docs{"value": "the number"},
			[]Example{{"CEIL(1.2)", "2.0"}, {"CEIL(-1.2E0)", "-1.0"}},
			over("(value INT) -> INT", map1(func(x int32) int32 { return x })),
			over("(value BIGINT) -> BIGINT", map1(func(x int64) int64 { return x })),
			over("(value DOUBLE) -> DOUBLE", map1(math.Ceil)),
			decimalOver("(value DECIMAL) -> DECIMAL", sameDecimal, perRowStrict(decimalRounder{up: ceilUp}.row))),
		scalar("FLOOR", categoryMath, "Returns the greatest whole number that is not more than a number.", docs{"value": "the number"},
			[]Example{{"FLOOR(1.8)", "1.0"}, {"FLOOR(-1.2E0)", "-2.0"}},
			over("(value INT) -> INT", map1(func(x int32) int32 { return x })),
			over("(value BIGINT) -> BIGINT", map1(func(x int64) int64 { return x })),
			over("(value DOUBLE) -> DOUBLE", map1(math.Floor)),
			decimalOver("(value DECIMAL) -> DECIMAL", sameDecimal, perRowStrict(decimalRounder{up: floorUp}.row))),
		scalar("ROUND", categoryMath, "Rounds a number to a whole one or to some places; halves go towards positive infinity.", params,
			[]Example{{"ROUND(1.5E0)", "2"}, {"ROUND(-1.5E0)", "-1"}, {"ROUND(2.345, 1)", "2.300"}},
			over("(value BIGINT!) -> BIGINT", map1(func(x int64) int64 { return x })),
			over("(value INT!) -> BIGINT", map1(func(x int32) int64 { return int64(x) })),
			over("(value DOUBLE) -> BIGINT", map1(func(x float64) int64 { return saturate(roundHalf(x)) })),
			over("(value DOUBLE, places INT) -> DOUBLE", map2E(func(x float64, places int32) (float64, error) { return roundDouble(x, int(places), roundUp) })),
			decimalOver("(value DECIMAL) -> DECIMAL", wholeDecimal, perRowStrict(decimalRounder{up: roundUp}.row)),
			decimalOver("(value DECIMAL, places INT) -> DECIMAL", sameDecimal, perRowStrict(decimalRounder{up: roundUp, places: true}.row))),
		scalar("TRUNC", categoryMath, "Cuts a number to a whole one or to some places.", params,
			[]Example{{"TRUNC(1.9E0)", "1"}, {"TRUNC(-1.9E0)", "-1"}, {"TRUNC(2.345, 1)", "2.300"}},
			over("(value BIGINT) -> BIGINT", map1(func(x int64) int64 { return x })),
			over("(value INT) -> BIGINT", map1(func(x int32) int64 { return int64(x) })),
			over("(value DOUBLE) -> BIGINT", map1(saturate)),
			over("(value DOUBLE, places INT) -> DOUBLE", map2E(func(x float64, places int32) (float64, error) { return roundDouble(x, int(places), truncUp) })),
			decimalOver("(value DECIMAL) -> DECIMAL", wholeDecimal, perRowStrict(decimalRounder{up: truncUp}.row)),
			decimalOver("(value DECIMAL, places INT) -> DECIMAL", sameDecimal, perRowStrict(decimalRounder{up: truncUp, places: true}.row))),
	}
}

// saturate converts as Java's (long) does: NaN is 0, and what does not fit is
// the nearest number that does.
func saturate(x float64) int64 {
	switch {
	case x != x:
		return 0
	case x >= math.MaxInt64:
		return math.MaxInt64
	case x <= math.MinInt64:
		return math.MinInt64
	}
	return int64(x)
}

// roundHalf is Java's Math.round: floor(x + 1/2), computed exactly.
func roundHalf(x float64) float64 {
	f := math.Floor(x)
	if x-f >= 0.5 {
		return f + 1
	}
	return f
}

// A stepper decides about a number cut towards zero: whether to go one step
// further from zero. half compares what was cut off with half a step; exact
// tells that nothing was cut off.
type stepper func(negative bool, half int, exact bool) bool

func ceilUp(negative bool, _ int, exact bool) bool  { return !negative && !exact }
func floorUp(negative bool, _ int, exact bool) bool { return negative && !exact }
func truncUp(bool, int, bool) bool                  { return false }
func roundUp(negative bool, half int, _ bool) bool  { return half > 0 || half == 0 && !negative }

var errNotFinite = errors.New("NaN and infinite numbers cannot be rounded to places")

// roundDouble rounds the shortest decimal text of x.
func roundDouble(x float64, places int, up stepper) (float64, error) {
	if x != x || math.IsInf(x, 0) {
		return 0, errNotFinite
	}
	if x == 0 {
		return 0, nil
	}
	var buf [40]byte
	text := strconv.AppendFloat(buf[:0], math.Abs(x), 'e', -1, 64)
	digits := text[:0]
	k := 0
	for ; text[k] != 'e'; k++ {
		if text[k] != '.' {
			digits = append(digits, text[k])
		}
	}
	exp, _ := strconv.Atoi(string(text[k+1:]))
	keep := exp + 1 + places // Of the digits.
	if keep >= len(digits) {
		return x, nil
	}
	half := -1
	if keep >= 0 {
		half = compareHalf(digits[keep:])
	}
	digits = digits[:max(keep, 0)]
	if up(x < 0, half, false) {
		digits = increment(digits)
	}
	if len(digits) == 0 {
		return 0, nil
	}
	out := append(make([]byte, 0, 40), digits...)
	out = append(out, 'e')
	out = strconv.AppendInt(out, int64(-places), 10)
	r, _ := strconv.ParseFloat(string(out), 64)
	return math.Copysign(r, x), nil
}

// compareHalf compares the digits after a point with one half.
func compareHalf(digits []byte) int {
	if digits[0] != '5' {
		return int(digits[0]) - '5'
	}
	for _, d := range digits[1:] {
		if d != '0' {
			return 1
		}
	}
	return 0
}

// increment adds one to a number in decimal digits, possibly none.
func increment(digits []byte) []byte {
	for k := len(digits) - 1; k >= 0; k-- {
		if digits[k] < '9' {
			digits[k]++
			return digits
		}
		digits[k] = '0'
	}
	return append([]byte{'1'}, digits...)
}

// decimalRounder rounds decimals to places (argument 1), or to whole numbers.
type decimalRounder struct {
	up     stepper
	places bool
}

// decimalOver is over for a result type that depends on the first argument.
func decimalOver(signature string, returns func(*types.Type) (*types.Type, error), newKernel maker) ScalarOverload {
	o := over(signature, newKernel)
	o.Returns = func(args []*types.Type) (*types.Type, error) { return returns(args[0]) }
	return o
}

func sameDecimal(t *types.Type) (*types.Type, error) { return t, nil }

func wholeDecimal(t *types.Type) (*types.Type, error) {
	if t.Precision == t.Scale {
		return nil, errors.New(t.String() + " has no digits before the point, so the result would have none; CAST the argument to a DECIMAL with more digits")
	}
	return types.DecimalOf(t.Precision-t.Scale, 0), nil
}

// row rounds to 10^-places and writes the result in the scale of out. The result
// may need a digit more than the precision has, as in the dialect's origin.
func (d decimalRounder) row(args []*types.Vector, i int, out *types.Vector) error {
	v := args[0]
	places := 0
	if d.places {
		places = int(args[1].I32[i])
	}
	drop := v.Type.Scale - places
	if drop <= 0 {
		out.Copy(i, v, i)
		return nil
	}
	if v.WideAt(i) == nil && drop <= 18 {
		x := v.I64[i]
		by, _ := types.Scale64(1, drop)
		q, r := x/by, x%by
		if d.up(x < 0, halfOf(r, by), r == 0) {
			if x < 0 {
				q--
			} else {
				q++
			}
		}
		if scaled, ok := types.Scale64(q, out.Type.Scale-places); ok {
			out.SetDecimal64(i, scaled)
			return nil
		}
	}
	d.big(v, i, out, drop, places)
	return nil
}

// halfOf compares the remainder r of a division by an even number with half.
func halfOf(r, by int64) int { return cmp.Compare(max(r, -r), by/2) }

// big is row for any value; drop digits are cut off.
func (d decimalRounder) big(v *types.Vector, i int, out *types.Vector, drop, places int) {
	const most = 1000 // Beyond that everything is cut off.
	drop = min(drop, most)
	by := types.Pow10(drop)
	x := v.BigAt(i)
	q, r := new(big.Int).QuoRem(x, by, new(big.Int))
	r.Abs(r)
	half := r.Lsh(r, 1).Cmp(by)
	if d.up(x.Sign() < 0, half, r.Sign() == 0) {
		step := int64(1)
		if x.Sign() < 0 {
			step = -1
		}
		q.Add(q, big.NewInt(step))
	}
	if q.Sign() != 0 && out.Type.Scale > places {
		q.Mul(q, types.Pow10(out.Type.Scale-places))
	}
	out.SetDecimal(i, q)
}
