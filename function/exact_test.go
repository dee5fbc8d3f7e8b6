package function

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// Reference values are computed with 200 bits from Taylor series.

const refBits = 200

func ref(x float64) *big.Float { return new(big.Float).SetPrec(refBits).SetFloat64(x) }

func refNew() *big.Float { return new(big.Float).SetPrec(refBits) }

// refSeries sums x^n/n! for n = first, first+step, ... with the sign of each
// term turned by sign.
func refSeries(x *big.Float, first, step int, sign float64) *big.Float {
	sum, term := refNew(), ref(1)
	for n := 1; n <= first; n++ {
		term.Quo(term.Mul(term, x), ref(float64(n)))
	}
	for n := first; term.Sign() != 0 && (sum.Sign() == 0 || term.MantExp(nil) > sum.MantExp(nil)-refBits || n < 40); n += step {
		sum.Add(sum, term)
		for k := 1; k <= step; k++ {
			term.Quo(term.Mul(term, x), ref(float64(n+k)))
		}
		term.Mul(term, ref(sign))
	}
	return sum
}

// halfUnit is half a unit in the last place, and a little more: results that lie
// almost in the middle between two doubles may go either way.
const halfUnit = 0.5 + 1e-9

// isNearest tells whether no double is nearer to want than got.
func isNearest(got float64, want *big.Float) bool {
	if math.IsInf(got, 0) {
		nearest, _ := want.Float64()
		return nearest == got
	}
	unit := math.Nextafter(math.Abs(got), math.Inf(1)) - math.Abs(got)
	error, _ := refNew().Sub(ref(got), want).Float64()
	return math.Abs(error) <= halfUnit*unit
}

// TestCotangentOfTheSmallest: of arguments so small that the result overflows, or
// that a quotient of pairs would lose it.
func TestCotangentOfTheSmallest(t *testing.T) {
	for _, x := range []float64{3.4766779039175e-310, -2.781342323134e-309, math.SmallestNonzeroFloat64, 1e-300, 1e-101, 0.99e-100} {
		if got := exactCot(x); got != 1/x {
			t.Errorf("cot(%v) = %v, want %v", x, got, 1/x)
		}
	}
}

func TestExactFunctionsAreRight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-20, 20).Draw(t, "x")
		check := func(name string, got float64, want *big.Float) {
			if !isNearest(got, want) {
				t.Fatalf("%s(%v) = %v, want %v", name, x, got, want)
			}
		}
		s, c := refSeries(ref(x), 1, 2, -1), refSeries(ref(x), 0, 2, -1)
		check("sin", exactSin(x), s)
		check("cos", exactCos(x), c)
		check("tan", exactTan(x), refNew().Quo(s, c))
		if x != 0 {
			check("cot", exactCot(x), refNew().Quo(c, s))
		}
		check("exp", exactExp(x), refSeries(ref(x), 0, 1, 1))
		s, c = refSeries(ref(x), 1, 2, 1), refSeries(ref(x), 0, 2, 1)
		check("sinh", exactSinh(x), s)
		check("cosh", exactCosh(x), c)
		check("tanh", exactTanh(x), refNew().Quo(s, c))
	})
}

// An inverse is right when the function, computed exactly, takes both ends of the
// interval around the result to both sides of the argument.
func TestExactInverses(t *testing.T) {
	between := func(t *rapid.T, name string, x, got float64, f func(*big.Float) *big.Float) {
		unit := math.Nextafter(got, math.Inf(1)) - got
		a := f(refNew().Sub(ref(got), ref(halfUnit*unit)))
		b := f(refNew().Add(ref(got), ref(halfUnit*unit)))
		if a.Cmp(b) > 0 {
			a, b = b, a
		}
		if a.Cmp(ref(x)) > 0 || b.Cmp(ref(x)) < 0 {
			t.Fatalf("%s(%v) = %v is not the nearest", name, x, got)
		}
	}
	sine := func(x *big.Float) *big.Float { return refSeries(x, 1, 2, -1) }
	cosine := func(x *big.Float) *big.Float { return refSeries(x, 0, 2, -1) }
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-0.999999, 0.999999).Draw(t, "x")
		if math.Abs(x) > 1e-300 {
			between(t, "asin", x, exactAsin(x), sine)
		}
		between(t, "acos", x, exactAcos(x), cosine)
		y := rapid.Float64Range(1e-9, 1e9).Draw(t, "y")
		between(t, "log", y, exactLog(y), func(x *big.Float) *big.Float { return refSeries(x, 0, 1, 1) })
		between(t, "atan", y, exactAtan(y), func(x *big.Float) *big.Float { return refNew().Quo(sine(x), cosine(x)) })
		between(t, "cbrt", y, exactCbrt(y), func(x *big.Float) *big.Float { c := refNew().Mul(x, x); return c.Mul(c, x) })
	})
}

func TestExactPow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-50, 50).Draw(t, "x")
		n := rapid.IntRange(0, 40).Draw(t, "n")
		want := ref(1)
		for range n {
			want.Mul(want, ref(x))
		}
		if got := exactPow(x, float64(n)); math.Abs(got) > 1e-290 && !isNearest(got, want) {
			t.Fatalf("%v^%d = %v, want %v", x, n, got, want)
		}
	})
}

// Arguments that are not plain have the results of package math.
func TestExactSpecials(t *testing.T) {
	type function struct {
		name         string
		exact, plain func(float64) float64
	}
	list := []function{{"sin", exactSin, math.Sin}, {"cos", exactCos, math.Cos}, {"tan", exactTan, math.Tan}, {"asin", exactAsin, math.Asin}, {"acos", exactAcos, math.Acos}, {"atan", exactAtan, math.Atan},
		{"exp", exactExp, math.Exp}, {"log", exactLog, math.Log}, {"cbrt", exactCbrt, math.Cbrt}, {"sinh", exactSinh, math.Sinh}, {"cosh", exactCosh, math.Cosh}, {"tanh", exactTanh, math.Tanh}}
	for _, f := range list {
		for _, x := range []float64{0, math.Copysign(0, -1), 1, -1, 2, nan, inf, -inf, 1e300, -1e300, 5e-324, 1e-200, 1e9, 2e9, 709, 720, -745, 310, math.MaxFloat64} {
			if f.name == "log" && x == 5e-324 {
				continue // Package math is wrong there on some platforms.
			}
			got, want := f.exact(x), f.plain(x)
			same := math.Float64bits(got) == math.Float64bits(want) || got != got && want != want
			if !same && math.Abs(got-want) > 1e-12*math.Abs(want) {
				t.Errorf("%s(%v) = %v, package math says %v", f.name, x, got, want)
			}
		}
	}
	for _, y := range []float64{0, math.Copysign(0, -1), 1, -1, inf, 1e-300, 1e300} {
		for _, x := range []float64{0, math.Copysign(0, -1), 1, -1, -inf, 1e-300, -1e300} {
			if got, want := exactAtan2(y, x), math.Atan2(y, x); math.Float64bits(got) != math.Float64bits(want) {
				t.Errorf("atan2(%v, %v) = %v, package math says %v", y, x, got, want)
			}
		}
	}
}

func BenchmarkExactSin(b *testing.B) {
	sum := 0.0
	for i := range b.N {
		sum += exactSin(float64(i & 1023))
	}
	if sum == 42 {
		b.Fatal(sum)
	}
}
