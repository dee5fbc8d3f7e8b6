package nexmark

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// random is a small sequence of random numbers (splitmix64). Each event has its
// own, begun from its number.
type random struct{ state uint64 }

const step = 0x9e3779b97f4a7c15

func newRandom(seed, n uint64) random {
	return random{mix(seed^mix(n*step)) ^ n}
}

func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

func (r *random) next() uint64 {
	r.state += step
	return mix(r.state)
}

// below draws a number from 0 up to n, which it does not reach.
func (r *random) below(n int64) int64 {
	high, _ := bits.Mul64(r.next(), uint64(n))
	return int64(high)
}

// oneIn is true once in n draws.
func (r *random) oneIn(n int64) bool { return r.below(n) == 0 }

// price draws from 100 to 100,000,000, every factor equally likely: 100 * 10^6u
// with u in [0, 1) given by 24 random bits.
func (r *random) price() int64 {
	x := r.next()
	p := &powers
	return int64(math.Round(100 * p[0][x>>56] * p[1][x>>48&255] * p[2][x>>40&255]))
}

// powers[k][i] is (10^6)^(i / 256^(k+1)), by square roots and products only:
// both are exact to the last bit on every machine, unlike math.Pow.
var powers = func() (p [3][256]float64) {
	root := 1e6
	for k := range p {
		for i := range p[k] {
			p[k][i] = 1
		}
		for bit := 128; bit > 0; bit /= 2 {
			root = math.Sqrt(root)
			for i := range p[k] {
				if i&bit != 0 {
					p[k][i] *= root
				}
			}
		}
	}
	return p
}()

// letters appends n letters from a to z, eight for each random number: byte b
// of it becomes letter 26*b/256, computed for the even and the odd bytes at once.
func (r *random) letters(dst []byte, n int) []byte {
	const even = 0x00ff00ff00ff00ff
	const allA = 0x6161616161616161
	for ; n > 0; n -= 8 {
		x := r.next()
		low := (x & even) * 26 >> 8 & even
		high := (x >> 8 & even) * 26 &^ even
		dst = binary.LittleEndian.AppendUint64(dst, (low|high)+allA)
	}
	return dst[:len(dst)+n]
}

// word appends a string of 3 up to most-1 characters: letters and, one in 13,
// the gap character. Spaces at the ends are cut off.
func (r *random) word(dst []byte, most int64, gap byte) []byte {
	from := len(dst)
	n := 3 + r.below(most-3)
	var x uint64
	for i := range n {
		if i%4 == 0 {
			x = r.next()
		}
		c := byte('a' + x&255*26>>8)
		if x>>8&255*13>>8 == 0 {
			c = gap
		}
		dst = append(dst, c)
		x >>= 16
	}
	if gap == ' ' {
		dst = trimSpaces(dst, from)
	}
	return dst
}

func trimSpaces(dst []byte, from int) []byte {
	for len(dst) > from && dst[len(dst)-1] == ' ' {
		dst = dst[:len(dst)-1]
	}
	lead := from
	for lead < len(dst) && dst[lead] == ' ' {
		lead++
	}
	return dst[:from+copy(dst[from:], dst[lead:])]
}
