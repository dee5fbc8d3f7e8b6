package format

import (
	"math/big"

	"github.com/leatdb/leat/types"
)

// Decimals in AVRO and PROTOBUF are unscaled numbers in big-endian two's
// complement, as short as the sign allows.

// maxDecimal64 is the precision from which on every int64 fits.
const maxDecimal64 = 19

var int64Pow10 = func() (p [maxDecimal64]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

func pow10Int64(n int) int64 { return int64Pow10[n] }

// signedBytes reads at most 8 bytes.
func signedBytes(b []byte) int64 {
	if len(b) == 0 {
		return 0
	}
	x := int64(int8(b[0]))
	for _, c := range b[1:] {
		x = x<<8 | int64(c)
	}
	return x
}

// setShortDecimal stores an unscaled number of the vector's own scale, if it has
// at most 8 bytes and no more digits than the vector's type.
func setShortDecimal(v *types.Vector, row int, b []byte) bool {
	if len(b) > 8 {
		return false
	}
	x := signedBytes(b)
	if p := v.Type.Precision; p < maxDecimal64 && (x >= pow10Int64(p) || x <= -pow10Int64(p)) {
		return false
	}
	v.SetDecimal64(row, x)
	return true
}

func signedBig(b []byte) *big.Int {
	x := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		x.Sub(x, new(big.Int).Lsh(big.NewInt(1), uint(len(b))*8))
	}
	return x
}

// appendUnscaled appends the unscaled number of a decimal; size is the number of
// bytes, 0 for as few as possible. The caller knows that it fits.
func appendUnscaled(dst []byte, v *types.Vector, row, size int) []byte {
	if wide := v.WideAt(row); wide != nil {
		return appendSignedBig(dst, wide, size)
	}
	x := v.I64[row]
	n := signedLen(x)
	for range size - n {
		dst = append(dst, byte(x>>63))
	}
	for k := n - 1; k >= 0; k-- {
		dst = append(dst, byte(x>>(8*k)))
	}
	return dst
}

// unscaledLen is how many bytes appendUnscaled needs.
func unscaledLen(v *types.Vector, row int) int {
	if wide := v.WideAt(row); wide != nil {
		return signedBigLen(wide)
	}
	return signedLen(v.I64[row])
}

func signedLen(x int64) int {
	n := 1
	for x > 127 || x < -128 {
		x >>= 8
		n++
	}
	return n
}

func signedBigLen(x *big.Int) int {
	if x.Sign() < 0 {
		return new(big.Int).Not(x).BitLen()/8 + 1
	}
	return x.BitLen()/8 + 1
}

func appendSignedBig(dst []byte, x *big.Int, size int) []byte {
	size = max(size, signedBigLen(x))
	if x.Sign() < 0 {
		x = new(big.Int).Add(x, new(big.Int).Lsh(big.NewInt(1), uint(size)*8))
	}
	from := len(dst)
	dst = append(dst, make([]byte, size)...)
	x.FillBytes(dst[from:])
	return dst
}
