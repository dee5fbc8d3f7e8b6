package function

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"
)

// encoding is a way to write bytes as text.
type encoding int

const (
	encodingNone encoding = iota
	encodingHex
	encodingUTF8
	encodingASCII
	encodingBase64
)

func encodingOf(name string) (encoding, error) {
	switch {
	case strings.EqualFold(name, "hex"):
		return encodingHex, nil
	case strings.EqualFold(name, "utf8"):
		return encodingUTF8, nil
	case strings.EqualFold(name, "ascii"):
		return encodingASCII, nil
	case strings.EqualFold(name, "base64"):
		return encodingBase64, nil
	}
	return encodingNone, fmt.Errorf("unknown encoding %q: expected hex, utf8, ascii or base64", name)
}

// decode appends the bytes that the text s stands for.
func (e encoding) decode(dst []byte, s string) ([]byte, error) {
	var err error
	switch e {
	case encodingHex:
		start := len(dst)
		if dst, err = hex.AppendDecode(dst, raw(s)); err != nil {
			return dst[:start], fmt.Errorf("%q is not hexadecimal: expected an even number of hexadecimal digits", s)
		}
		return dst, nil
	case encodingBase64:
		start := len(dst)
		if dst, err = base64.StdEncoding.AppendDecode(dst, raw(s)); err != nil {
			return dst[:start], fmt.Errorf("%q is not base64 text", s)
		}
		return dst, nil
	case encodingASCII:
		for _, r := range s {
			if r >= utf8.RuneSelf {
				dst = append(dst, '?')
				if r > 0xFFFF { // Two UTF-16 units in Java.
					dst = append(dst, '?')
				}
				continue
			}
			dst = append(dst, byte(r))
		}
		return dst, nil
	}
	return append(dst, s...), nil
}

// encode appends b as text; hexadecimal digits are lower case.
func (e encoding) encode(dst, b []byte) []byte {
	switch e {
	case encodingHex:
		return hex.AppendEncode(dst, b)
	case encodingBase64:
		return base64.StdEncoding.AppendEncode(dst, b)
	case encodingASCII:
		for _, c := range b {
			if c >= utf8.RuneSelf {
				dst = utf8.AppendRune(dst, utf8.RuneError)
				continue
			}
			dst = append(dst, c)
		}
		return dst
	}
	for len(b) > 0 { // Text must be valid UTF-8.
		r, n := utf8.DecodeRune(b)
		dst = utf8.AppendRune(dst, r)
		b = b[n:]
	}
	return dst
}

// literalHex strips the notations 0x12, which may have an odd number of digits,
// and X'12' from hexadecimal text.
func literalHex(s string) string {
	switch {
	case strings.HasPrefix(s, "0x"):
		if s = s[2:]; len(s)%2 == 1 {
			return "0" + s
		}
	case len(s) >= 3 && (s[0] == 'x' || s[0] == 'X') && s[1] == '\'' && s[len(s)-1] == '\'':
		return s[2 : len(s)-1]
	}
	return s
}
