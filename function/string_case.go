package function

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/leatdb/leat/types"
)

func caseFunctions() []*Scalar {
	return []*Scalar{
		scalar("LCASE", categoryString, "Converts a text to lower case.",
			docs{"text": "the text to convert"},
			[]Example{{"LCASE('STREAM Me')", "stream me"}},
			over("(text STRING) -> STRING", caseKernel('A', 'Z', appendLower))),
		scalar("UCASE", categoryString, "Converts a text to upper case.",
			docs{"text": "the text to convert"},
			[]Example{{"UCASE('stream Me')", "STREAM ME"}},
			over("(text STRING) -> STRING", caseKernel('a', 'z', appendUpper))),
		scalar("INITCAP", categoryString, "Makes the first letter of every word upper case and the others lower case; white space before the first word is removed.",
			docs{"text": "words separated by white space"},
			[]Example{{"INITCAP('the quick fOX')", "The Quick Fox"}},
			over("(text STRING) -> STRING", text(func(dst []byte, args []*types.Vector, i int) ([]byte, error) {
				return appendInitcap(dst, args[0].Str[i]), nil
			}))),
	}
}

// caseKernel converts letters between first and last to the other case, which
// is one bit away in ASCII. Texts that do not change are shared; those with
// other characters go through appendAny.
func caseKernel(first, last byte, appendAny func([]byte, string) []byte) maker {
	return strict(func(*Call) (Kernel, error) {
		var buf []byte
		return func(args []*types.Vector, rows []uint32, out *types.Vector, _ *Errors) {
			for _, r := range rows {
				s := args[0].Str[r]
				if !isASCII(s) {
					buf = appendAny(buf[:0], s)
					out.Str[r] = out.Own(buf)
					continue
				}
				k := 0
				for k < len(s) && s[k]-first > last-first {
					k++
				}
				if k == len(s) {
					out.Str[r] = s
					continue
				}
				dst := out.Alloc(len(s))
				copy(dst, s[:k])
				for ; k < len(s); k++ {
					c := s[k]
					if c-first <= last-first {
						c ^= 0x20
					}
					dst[k] = c
				}
				out.Str[r] = types.View(dst)
			}
		}, nil
	})
}

// appendUpper appends s in upper case by Unicode's full mapping: some letters
// become two or three.
func appendUpper(dst []byte, s string) []byte {
	for _, r := range s {
		if full, ok := upperSpecial[r]; ok {
			dst = append(dst, full...)
			continue
		}
		dst = utf8.AppendRune(dst, unicode.ToUpper(r))
	}
	return dst
}

// appendLower appends s in lower case: capital sigma has a special form at the
// end of a word, and I with a dot keeps the dot.
func appendLower(dst []byte, s string) []byte {
	before := rune(' ')
	for i, r := range s {
		switch r {
		case 'Σ':
			after, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
			if unicode.IsLetter(before) && !unicode.IsLetter(after) {
				dst = append(dst, "ς"...)
			} else {
				dst = append(dst, "σ"...)
			}
		case 'İ':
			dst = append(dst, "i̇"...)
		default:
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
		}
		before = r
	}
	return dst
}

func appendInitcap(dst []byte, s string) []byte {
	const blanks = " \t\n\v\f\r"
	s = strings.TrimLeft(s, blanks)
	for s != "" {
		end := strings.IndexAny(s, blanks)
		if end < 0 {
			end = len(s)
		}
		_, first := utf8.DecodeRuneInString(s)
		if first > end {
			first = end
		}
		dst = appendUpper(dst, s[:first])
		dst = appendLower(dst, s[first:end])
		rest := strings.TrimLeft(s[end:], blanks)
		dst = append(dst, s[end:len(s)-len(rest)]...)
		s = rest
	}
	return dst
}
