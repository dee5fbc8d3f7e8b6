package format

import (
	"unicode/utf16"
	"unicode/utf8"
)

// closingQuote returns where the string that begins at i ends; it has been
// checked before.
func closingQuote(b []byte, i int) int {
	for {
		i, _ = stringStop(b, i)
		if b[i] == '"' {
			return i
		}
		i += 2
	}
}

// appendUnescaped appends the string between the quotes of a checked JSON
// string. Half surrogate pairs and bytes that are not UTF-8 become U+FFFD.
func appendUnescaped(dst, s []byte) []byte {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '\\':
			dst, i = appendEscape(dst, s, i+1)
		case c < utf8.RuneSelf:
			dst = append(dst, c)
			i++
		default:
			r, n := utf8.DecodeRune(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += n
		}
	}
	return dst
}

// appendEscape appends what the escape after a backslash at i-1 stands for.
func appendEscape(dst, s []byte, i int) ([]byte, int) {
	c := s[i]
	switch c {
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		r := hexRune(s, i+1)
		i += 5
		if !utf16.IsSurrogate(r) {
			return utf8.AppendRune(dst, r), i
		}
		if i+6 <= len(s) && s[i] == '\\' && s[i+1] == 'u' {
			if pair := utf16.DecodeRune(r, hexRune(s, i+2)); pair != utf8.RuneError {
				return utf8.AppendRune(dst, pair), i + 6
			}
		}
		return utf8.AppendRune(dst, utf8.RuneError), i
	}
	return append(dst, c), i + 1
}

func hexRune(s []byte, i int) (r rune) {
	for _, c := range s[i : i+4] {
		r = r<<4 | rune(hexValue[c])
	}
	return r
}

// AppendJSONString appends s, which is valid UTF-8, in quotes. Escapes are those Java's writers use:
// the short ones, and \u00XX for other control characters.
func AppendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	b := bytesOf(s)
	for {
		stop, _ := stringStop(b, 0)
		dst = append(dst, b[:stop]...)
		if stop == len(b) {
			return append(dst, '"')
		}
		dst = appendEscaped(dst, b[stop])
		b = b[stop+1:]
	}
}

func appendEscaped(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	const hex = "0123456789ABCDEF"
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
