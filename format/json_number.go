package format

import "github.com/leatdb/leat/types"

// The functions of this file read the numbers most records have: short, and of
// the form their column wants. They refuse all others, valid or not, which then
// take the exact way through [number].

// shortInt reads an integer of up to 18 digits, which cannot overflow. It
// refuses what is longer or has a fraction or exponent.
func shortInt(b []byte, i int) (x int64, end int, ok bool) {
	negative := b[i] == '-'
	if negative {
		i++
	}
	j := i
	for ; j < len(b); j++ {
		c := b[j] - '0'
		if c > 9 {
			break
		}
		x = x*10 + int64(c)
	}
	n := j - i
	if n == 0 || n > 18 || n > 1 && b[i] == '0' || j < len(b) && (b[j] == '.' || b[j]|0x20 == 'e') {
		return 0, 0, false
	}
	if negative {
		x = -x
	}
	return x, j, true
}

// shortNumber reads a number without exponent of up to 18 digits in all: u
// without its point, and how many digits stand right of that.
func shortNumber(b []byte, i int) (u uint64, digits, decimals, end int, ok bool) {
	j, point := i, -1
	for ; j < len(b); j++ {
		c := b[j] - '0'
		if c > 9 {
			if b[j] != '.' || point >= 0 {
				break
			}
			point = j
			continue
		}
		u = u*10 + uint64(c)
	}
	digits = j - i
	if point >= 0 {
		digits--
		decimals = j - point - 1
		if point == i || decimals == 0 {
			return 0, 0, 0, 0, false
		}
	}
	ok = digits > 0 && digits <= 18 &&
		!(b[i] == '0' && j-i > 1 && point != i+1) && // No leading zeros.
		!(j < len(b) && b[j]|0x20 == 'e')
	return u, digits, decimals, j, ok
}

// shortDouble reads a number of up to 15 digits without exponent. Its digits
// and the power of ten that divides them are exact doubles, so the quotient is
// the double nearest to the number.
func shortDouble(b []byte, i int) (f float64, end int, ok bool) {
	negative := b[i] == '-'
	if negative {
		i++
	}
	u, digits, decimals, end, ok := shortNumber(b, i)
	if !ok || digits > 15 {
		return 0, 0, false
	}
	f = float64(u)
	if decimals > 0 {
		f /= powersOf10[decimals]
	}
	if negative {
		f = -f
	}
	return f, end, true
}

// shortDecimal reads a number as the unscaled value of a DECIMAL of up to 18
// digits. It refuses what does not fit.
func shortDecimal(b []byte, i int, t *types.Type) (x int64, end int, ok bool) {
	negative := b[i] == '-'
	if negative {
		i++
	}
	u, digits, decimals, end, ok := shortNumber(b, i)
	zeros := t.Scale - decimals
	if !ok || zeros < 0 || digits+zeros > 18 {
		return 0, 0, false
	}
	u *= intPowersOf10[zeros]
	if t.Precision < 18 && u >= intPowersOf10[t.Precision] {
		return 0, 0, false
	}
	if negative {
		return -int64(u), end, true
	}
	return int64(u), end, true
}

var powersOf10 = [16]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

var intPowersOf10 = func() (p [19]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()
