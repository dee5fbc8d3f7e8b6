package function

import "math"

// The functions of analysis are computed with twice the precision of a double
// and rounded once. So they are right to the last digit in all but very rare
// cases, and the same on every platform, which package math does not promise.

// dd is hi + lo, where lo is less than half a unit in the last place of hi.
type dd struct{ hi, lo float64 }

func twoSum(a, b float64) dd {
	s := a + b
	t := s - a
	return dd{s, (a - (s - t)) + (b - t)}
}

// fastSum is twoSum for |a| >= |b|.
func fastSum(a, b float64) dd {
	s := a + b
	return dd{s, b - (s - a)}
}

func twoProduct(a, b float64) dd {
	p := a * b
	return dd{p, math.FMA(a, b, -p)}
}

func (x dd) add(y dd) dd {
	s, t := twoSum(x.hi, y.hi), twoSum(x.lo, y.lo)
	s = fastSum(s.hi, s.lo+t.hi)
	return fastSum(s.hi, s.lo+t.lo)
}

func (x dd) neg() dd      { return dd{-x.hi, -x.lo} }
func (x dd) sub(y dd) dd  { return x.add(y.neg()) }
func (x dd) half() dd     { return dd{x.hi / 2, x.lo / 2} }
func (x dd) sum() float64 { return x.hi + x.lo }

func (x dd) mul(y dd) dd {
	p := twoProduct(x.hi, y.hi)
	return fastSum(p.hi, p.lo+(x.hi*y.lo+x.lo*y.hi))
}

func (x dd) times(f float64) dd { return x.mul(dd{hi: f}) }

func (x dd) div(y dd) dd {
	q := x.hi / y.hi
	r := x.sub(y.times(q))
	q2 := r.hi / y.hi
	r = r.sub(y.times(q2))
	return fastSum(q, q2).add(dd{hi: r.hi / y.hi})
}

var (
	ddOne = dd{hi: 1}
	ddLn2 = dd{0.6931471805599453, 2.3190468138462996e-17}
	// halfPi has the parts of pi/2.
	halfPi = [3]float64{1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33}

	// inverseFactorial and inverseOdd are 1/n! and 1/(2n+1).
	inverseFactorial [30]dd
	inverseOdd       [20]dd
)

func init() {
	inverseFactorial[0] = ddOne
	for n := 1; n < len(inverseFactorial); n++ {
		inverseFactorial[n] = inverseFactorial[n-1].div(dd{hi: float64(n)})
	}
	for n := range inverseOdd {
		inverseOdd[n] = ddOne.div(dd{hi: float64(2*n + 1)})
	}
}

// The series below begin with their small terms in plain doubles: what those lack
// is far below the precision of the sum.

// reduceDD returns k and x - k*pi/2, which is at most pi/4, for |x| below 2^30.
func reduceDD(x dd) (r dd, k int64) {
	n := math.Round(x.hi / halfPi[0])
	for _, part := range halfPi {
		x = x.sub(twoProduct(n, part))
	}
	return x, int64(n)
}

// alternating is the sum of (-z)^i / (2i+first)! for z up to 0.62.
func alternating(z dd, first int) dd {
	small := 0.0
	for n := 26 + first; n >= 14+first; n -= 2 {
		small = inverseFactorial[n].hi - z.hi*small
	}
	sum := dd{hi: small}
	for n := 12 + first; n >= first; n -= 2 {
		sum = inverseFactorial[n].sub(z.mul(sum))
	}
	return sum
}

// sinDD returns the sine of r plus k right angles.
func sinDD(r dd, k int64) dd {
	z := r.mul(r)
	var s dd
	if k&1 == 0 {
		s = alternating(z, 1).mul(r)
	} else {
		s = alternating(z, 0)
	}
	if k&2 != 0 {
		return s.neg()
	}
	return s
}

// sinCosDD returns sine and cosine of an angle below 2^30.
func sinCosDD(x dd) (sin, cos dd) {
	r, k := reduceDD(x)
	return sinDD(r, k), sinDD(r, k+1)
}

// expDD returns e^x as m * 2^k for |x| below 2^30.
func expDD(x dd) (m dd, k int) {
	n := math.Round(x.hi / ddLn2.hi)
	r := x.sub(ddLn2.times(n)) // At most 0.35.
	small := 0.0
	for i := 22; i >= 11; i-- {
		small = inverseFactorial[i].hi + r.hi*small
	}
	m.hi = small
	for i := 10; i >= 0; i-- {
		m = inverseFactorial[i].add(r.mul(m))
	}
	return m, int(n)
}

// logDD returns the natural logarithm of a positive finite number.
func logDD(x float64) dd {
	m, k := math.Frexp(x) // From 1/2 (inclusive) to 1.
	if m < math.Sqrt2/2 {
		m *= 2
		k--
	}
	// log m is 2 artanh((m-1)/(m+1)), and the fraction is at most 0.172.
	s := dd{hi: m - 1}.div(twoSum(m, 1))
	z := s.mul(s)
	small := 0.0
	for i := len(inverseOdd) - 1; i >= 9; i-- {
		small = inverseOdd[i].hi + z.hi*small
	}
	sum := dd{hi: small}
	for i := 8; i >= 0; i-- {
		sum = inverseOdd[i].add(z.mul(sum))
	}
	return sum.mul(s).times(2).add(ddLn2.times(float64(k)))
}
