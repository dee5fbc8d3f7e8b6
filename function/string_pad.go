package function

import (
	"fmt"

	"github.com/leatdb/leat/types"
)

func padFunctions() []*Scalar {
	params := docs{"value": "the text or binary value to pad", "length": "the length of the result, which cuts longer values",
		"padding": "what to pad with, repeated as often as needed"}
	return []*Scalar{
		scalar("LPAD", categoryString, "Pads a value on the left to a length.", params,
			[]Example{{"LPAD('foo', 7, 'Bar')", "BarBfoo"}, {"LPAD('foo', 2, 'Bar')", "fo"}},
			over("(value STRING, length INT, padding STRING) -> STRING", padKernel(true, false)),
			over("(value BYTES, length INT, padding BYTES) -> BYTES", padKernel(true, true))),
		scalar("RPAD", categoryString, "Pads a value on the right to a length.", params,
			[]Example{{"RPAD('foo', 7, 'Bar')", "fooBarB"}, {"RPAD('foo', 2, 'Bar')", "fo"}},
			over("(value STRING, length INT, padding STRING) -> STRING", padKernel(false, false)),
			over("(value BYTES, length INT, padding BYTES) -> BYTES", padKernel(false, true))),
	}
}

// maxPadded bounds the length of padded values: a wrong length must not exhaust
// the memory.
const maxPadded = 64 << 20

func padKernel(left, bytes bool) maker {
	return perCallStrict(func(*Call) rowFunc {
		var units, padding []uint16
		var buf []byte
		return func(args []*types.Vector, i int, out *types.Vector) error {
			s, n, pad := args[0].Str[i], int(args[1].I32[i]), args[2].Str[i]
			if pad == "" || n < 0 {
				out.SetNull(i)
				return nil
			}
			if n > maxPadded {
				return fmt.Errorf("the length %d is more than %d", n, maxPadded)
			}
			if bytes || isASCII(s) && isASCII(pad) {
				dst := out.Alloc(n)
				padded(dst, raw(s), raw(pad), left)
				out.Str[i] = types.View(dst)
				return nil
			}
			units, padding = appendUnits(units[:0], s), appendUnits(padding[:0], pad)
			dst := make([]uint16, n)
			padded(dst, units, padding, left)
			buf = appendUTF8(buf[:0], dst)
			out.Str[i] = out.Own(buf)
			return nil
		}
	})
}

// padded fills dst with s, padded or cut.
func padded[T byte | uint16](dst, s, pad []T, left bool) {
	if len(s) >= len(dst) {
		copy(dst, s)
		return
	}
	fill := dst[len(s):]
	if left {
		fill = dst[:len(dst)-len(s)]
		copy(dst[len(fill):], s)
	} else {
		copy(dst, s)
	}
	for len(fill) > 0 {
		fill = fill[copy(fill, pad):]
	}
}
