package function

import "math"

// large is from where on angles are left to package math.
const large = 1 << 30

// small is up to where the cotangent is the reciprocal.
const small = 1e-100

// plain tells whether the exact functions take x; the others (NaN, infinite,
// huge) go to package math.
func plain(x float64) bool { return math.Abs(x) < large }

func exactSin(x float64) float64 {
	if !plain(x) || x == 0 {
		return math.Sin(x)
	}
	return sinDD(reduceDD(dd{hi: x})).sum()
}

func exactCos(x float64) float64 {
	if !plain(x) {
		return math.Cos(x)
	}
	r, k := reduceDD(dd{hi: x})
	return sinDD(r, k+1).sum()
}

func exactTan(x float64) float64 {
	if !plain(x) || x == 0 {
		return math.Tan(x)
	}
	s, c := sinCosDD(dd{hi: x})
	return s.div(c).sum()
}

func exactCot(x float64) float64 {
	if !plain(x) || x == 0 {
		return 1 / math.Tan(x)
	}
	if math.Abs(x) < small {
		return 1 / x // Which is infinite for the smallest; a quotient of pairs would be NaN.
	}
	s, c := sinCosDD(dd{hi: x})
	return c.div(s).sum()
}

// The inverse functions improve what package math gives by Newton's method.

func exactAsin(x float64) float64 {
	y := math.Asin(x)
	if y != y || x == 0 || math.Abs(x) == 1 {
		return y
	}
	s, c := sinCosDD(dd{hi: y})
	return dd{hi: y}.add(dd{hi: x}.sub(s).div(c)).sum()
}

func exactAcos(x float64) float64 {
	y := dd{hi: math.Acos(x)}
	if y.hi != y.hi || math.Abs(x) == 1 {
		return y.hi
	}
	for range 2 { // math.Acos is not good near 1.
		s, c := sinCosDD(y)
		y = y.add(c.sub(dd{hi: x}).div(s))
	}
	return y.sum()
}

func exactAtan(x float64) float64 { return exactAtan2(x, 1) }

func exactAtan2(y, x float64) float64 {
	a := math.Atan2(y, x)
	if !plain(y) || !plain(x) || math.Abs(y) < 1.0/large || math.Abs(x) < 1.0/large {
		return a
	}
	s, c := sinCosDD(dd{hi: a})
	above := c.times(y).sub(s.times(x))
	return dd{hi: a}.add(above.div(c.times(x).add(s.times(y)))).sum()
}

func exactExp(x float64) float64 {
	if !(math.Abs(x) < 700) {
		return math.Exp(x)
	}
	m, k := expDD(dd{hi: x})
	return math.Ldexp(m.sum(), k)
}

func exactLog(x float64) float64 {
	if !(x > 0 && x <= math.MaxFloat64) {
		return math.Log(x)
	}
	return logDD(x).sum()
}

// pow differs from math.Pow, too, where the base is 1 or -1 and the exponent is
// not finite: Java says NaN.
func exactPow(x, y float64) float64 {
	if y != y || math.IsInf(y, 0) && math.Abs(x) == 1 {
		return math.NaN()
	}
	r := math.Pow(x, y)
	if x != x || r != r || r == 0 || math.IsInf(r, 0) || math.Abs(r) < 1e-290 || x == 0 || math.IsInf(x, 0) {
		return r
	}
	m, k := expDD(logDD(math.Abs(x)).times(y))
	return math.Copysign(math.Ldexp(m.sum(), k), r)
}

func exactCbrt(x float64) float64 {
	y := math.Cbrt(x)
	if y == 0 || y-y != 0 {
		return y
	}
	square := twoProduct(y, y)
	return dd{hi: y}.sub(square.times(y).sub(dd{hi: x}).div(square.times(3))).sum()
}

// sinhCosh returns both for |x| below 300.
func sinhCosh(x float64) (s, c dd) {
	if math.Abs(x) < 0.4 {
		z := twoProduct(x, x)
		for n := 26; n >= 0; n -= 2 {
			c = inverseFactorial[n].add(z.mul(c))
			s = inverseFactorial[n+1].add(z.mul(s))
		}
		return s.times(x), c
	}
	m, k := expDD(dd{hi: x})
	up := dd{math.Ldexp(m.hi, k), math.Ldexp(m.lo, k)}
	down := ddOne.div(up)
	return up.sub(down).half(), up.add(down).half()
}

func exactSinh(x float64) float64 {
	if !(math.Abs(x) < 300) || x == 0 {
		return math.Sinh(x)
	}
	s, _ := sinhCosh(x)
	return s.sum()
}

func exactCosh(x float64) float64 {
	if !(math.Abs(x) < 300) {
		return math.Cosh(x)
	}
	_, c := sinhCosh(x)
	return c.sum()
}

func exactTanh(x float64) float64 {
	if !(math.Abs(x) < 300) || x == 0 {
		return math.Tanh(x)
	}
	s, c := sinhCosh(x)
	return s.div(c).sum()
}
