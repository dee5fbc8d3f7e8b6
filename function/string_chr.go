package function

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/leatdb/leat/types"
)

func chrFunctions() []*Scalar {
	return []*Scalar{
		scalar("CHR", categoryString, "Returns the character with a Unicode code point, NULL when there is no such one.",
			docs{"code": "the code point, or a text of escapes such as \\u004b"},
			[]Example{{"CHR(75)", "K"}, {"CHR('\\u004b')", "K"}},
			over("(code INT) -> STRING", perRowStrict(func(args []*types.Vector, i int, out *types.Vector) error {
				code := args[0].I32[i]
				switch {
				case code < 0 || code > 0x10FFFF:
					out.SetNull(i)
				case code >= 0xD800 && code <= 0xDFFF:
					out.Str[i] = "?"
				default:
					out.Str[i] = out.OwnString(string(rune(code)))
				}
				return nil
			})),
			over("(code STRING) -> STRING", perCallStrict(func(*Call) rowFunc {
				var units []uint16
				var buf []byte
				return func(args []*types.Vector, i int, out *types.Vector) error {
					s := args[0].Str[i]
					if len(s) < 6 || !strings.HasPrefix(s, `\u`) {
						out.SetNull(i)
						return nil
					}
					var err error
					if units, err = unescape(units[:0], s); err != nil {
						return err
					}
					buf = appendUTF8(buf[:0], units)
					out.Str[i] = out.Own(buf)
					return nil
				}
			}))),
	}
}

// unescape appends the UTF-16 units of a text with the escapes of Java's string
// literals.
func unescape(dst []uint16, s string) ([]uint16, error) {
	for s != "" {
		k := strings.IndexByte(s, '\\')
		if k < 0 {
			return appendUnits(dst, s), nil
		}
		dst = appendUnits(dst, s[:k])
		if s = s[k+1:]; s == "" {
			break
		}
		if s[0] == 'u' {
			digits := strings.TrimPrefix(strings.TrimLeft(s, "u"), "+")
			if len(digits) < 4 {
				return dst, fmt.Errorf(`the escape \%s has less than 4 hexadecimal digits`, s)
			}
			n, err := strconv.ParseUint(digits[:4], 16, 16)
			if err != nil {
				return dst, fmt.Errorf(`%q are not the 4 hexadecimal digits of a \u escape`, digits[:4])
			}
			dst = append(dst, uint16(n))
			s = digits[4:]
			continue
		}
		if n := octalDigits(s); n > 0 {
			code, _ := strconv.ParseUint(s[:n], 8, 16)
			dst = append(dst, uint16(code))
			s = s[n:]
			continue
		}
		if at := strings.IndexByte("btnfr", s[0]); at >= 0 {
			dst = append(dst, uint16("\b\t\n\f\r"[at]))
			s = s[1:]
			continue
		}
		_, size := utf8.DecodeRuneInString(s)
		dst = appendUnits(dst, s[:size])
		s = s[size:]
	}
	return dst, nil
}

// octalDigits returns the length of an octal escape at the start of s: up to
// three digits, not above 377.
func octalDigits(s string) int {
	most := 2
	if s[0] <= '3' {
		most = 3
	}
	n := 0
	for n < len(s) && n < most && s[n] >= '0' && s[n] <= '7' {
		n++
	}
	return n
}
