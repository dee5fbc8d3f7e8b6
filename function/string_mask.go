package function

import (
	"fmt"
	"unicode"

	"github.com/leatdb/leat/types"
)

func maskFunctions() []*Scalar {
	params := docs{"text": "the text to mask", "n": "how many characters, counted from that side",
		"upper": "what upper-case letters become, by default X; NULL leaves them",
		"lower": "what lower-case letters become, by default x; NULL leaves them",
		"digit": "what digits become, by default n; NULL leaves them",
		"other": "what all other characters become, by default -; NULL leaves them"}
	part := func(name, summary, example, result string, span func(n, length int) (from, to int)) *Scalar {
		return scalar(name, categoryString, summary, params, []Example{{example, result}},
			over("(text STRING, n INT!) -> STRING", maskKernel(2, span)),
			over("(text STRING, n INT!, upper STRING, lower STRING, digit STRING, other STRING) -> STRING", maskKernel(2, span)))
	}
	return []*Scalar{
		scalar("MASK", categoryString, "Masks every character of a text by its class.", params,
			[]Example{{"MASK('My Test $123')", "Xx-Xxxx--nnn"}, {"MASK('Ab1', '*', CAST(NULL AS STRING), '9', '-')", "*b9"}},
			over("(text STRING) -> STRING", maskKernel(1, maskAll)),
			over("(text STRING, upper STRING, lower STRING, digit STRING, other STRING) -> STRING", maskKernel(1, maskAll))),
		part("MASK_KEEP_LEFT", "Masks a text except its first n characters.", "MASK_KEEP_LEFT('My Test $123', 4)", "My Txxx--nnn",
			func(n, length int) (int, int) { return n, length }),
		part("MASK_KEEP_RIGHT", "Masks a text except its last n characters.", "MASK_KEEP_RIGHT('My Test $123', 4)", "Xx-Xxxx-$123",
			func(n, length int) (int, int) { return 0, length - n }),
		part("MASK_LEFT", "Masks the first n characters of a text.", "MASK_LEFT('My Test $123', 4)", "Xx-Xest $123",
			func(n, length int) (int, int) { return 0, n }),
		part("MASK_RIGHT", "Masks the last n characters of a text.", "MASK_RIGHT('My Test $123', 4)", "My Test -nnn",
			func(n, length int) (int, int) { return length - n, length }),
	}
}

func maskAll(_, length int) (int, int) { return 0, length }

// masks are the replacements of upper case, lower case, digits and others; -1
// leaves the class as it is.
type masks [4]int32

var defaultMasks = masks{'X', 'x', 'n', '-'}

// maskKernel masks the UTF-16 units that span names. The masks are the arguments
// from number first on.
func maskKernel(first int, span func(n, length int) (from, to int)) maker {
	return perCall(func(*Call) rowFunc {
		var units []uint16
		var buf []byte
		return func(args []*types.Vector, i int, out *types.Vector) error {
			m, err := masksOf(args, first, i)
			if err != nil {
				return err
			}
			n := 0
			if first == 2 {
				if n = int(args[1].I32[i]); n < 0 {
					return fmt.Errorf("the number of characters is %d; expected 0 or more", n)
				}
			}
			if args[0].IsNull(i) {
				out.SetNull(i)
				return nil
			}
			units = appendUnits(units[:0], args[0].Str[i])
			from, to := span(min(n, len(units)), len(units))
			for k := from; k < to; k++ {
				if r := m[classOf(rune(units[k]))]; r >= 0 {
					units[k] = uint16(r)
				}
			}
			buf = appendUTF8(buf[:0], units)
			out.Str[i] = out.Own(buf)
			return nil
		}
	})
}

func masksOf(args []*types.Vector, first, i int) (masks, error) {
	m := defaultMasks
	for k := range args[first:] {
		a := args[first+k]
		if a.IsNull(i) {
			m[k] = -1
			continue
		}
		if utf16Len(a.Str[i]) != 1 {
			return m, fmt.Errorf("the mask %q has %d characters; expected exactly one, or NULL for no masking", a.Str[i], utf16Len(a.Str[i]))
		}
		for _, r := range a.Str[i] {
			m[k] = r
		}
	}
	return m, nil
}

// classOf returns the class of a character as its number in masks.
func classOf(r rune) int {
	switch {
	case r >= 'a' && r <= 'z':
		return 1
	case r >= 'A' && r <= 'Z':
		return 0
	case r >= '0' && r <= '9':
		return 2
	case r < 0x80:
		return 3
	case unicode.Is(unicode.Lu, r):
		return 0
	case unicode.Is(unicode.Ll, r):
		return 1
	case unicode.Is(unicode.Nd, r):
		return 2
	}
	return 3
}
