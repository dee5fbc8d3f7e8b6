package state

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
)

// The hash is made for keys of 4 to 40 bytes: two overlapping loads and two
// multiplications for most of them (hash/maphash costs more than a whole
// probe). It is seeded per process so that nobody can choose keys that collide;
// no hash is ever stored.
var seed = rand.Uint64()

const (
	mul1 = 0x9e3779b97f4a7c15
	mul2 = 0xd6e8feb86659fd93
	mul3 = 0xa0761d6478bd642f
)

// fold multiplies to 128 bits and folds the halves.
func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// hashBytes returns 64 well mixed bits.
func hashBytes(b []byte) uint64 {
	n := len(b)
	var x, y uint64
	switch {
	case n > 16:
		return hashLong(b)
	case n >= 8:
		x = binary.LittleEndian.Uint64(b)
		y = binary.LittleEndian.Uint64(b[n-8:])
	case n >= 4:
		x = uint64(binary.LittleEndian.Uint32(b))
		y = uint64(binary.LittleEndian.Uint32(b[n-4:]))
	case n > 0:
		x = uint64(b[0])<<16 | uint64(b[n>>1])<<8 | uint64(b[n-1])
	}
	return fold(fold(x^seed, y^mul1)^uint64(n), mul2)
}

// hashLong takes 16 bytes a turn, and the last 16 of the key at the end,
// whether or not they overlap.
func hashLong(b []byte) uint64 {
	n := len(b)
	h := seed ^ uint64(n)
	for p := 0; p < n-16; p += 16 {
		h = fold(binary.LittleEndian.Uint64(b[p:])^h, binary.LittleEndian.Uint64(b[p+8:])^mul1)
	}
	h = fold(binary.LittleEndian.Uint64(b[n-16:])^h, binary.LittleEndian.Uint64(b[n-8:])^mul1)
	return fold(h, mul2)
}

// hashInt mixes an integer key for the filter; the index needs less.
func hashInt(k uint64) uint64 { return fold(k^seed, mul3) }
