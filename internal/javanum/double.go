// Package javanum writes and reads DOUBLE values as text the way Java does,
// which is what ksqlDB's formats and casts show: 1.0, 1.0E10, NaN.
package javanum

import (
	"bytes"
	"errors"
	"math"
	"strconv"
)

// AppendDouble appends the shortest text that reads back as f: plain with at
// least one digit after the point from 0.001 up to below 10^7, otherwise in
// scientific notation such as 1.5E-7, and NaN, Infinity, -Infinity. It does not
// allocate beyond dst.
func AppendDouble(dst []byte, f float64) []byte {
	switch {
	case f != f:
		return append(dst, "NaN"...)
	case f > math.MaxFloat64:
		return append(dst, "Infinity"...)
	case f < -math.MaxFloat64:
		return append(dst, "-Infinity"...)
	case f == 0:
		if math.Signbit(f) {
			return append(dst, "-0.0"...)
		}
		return append(dst, "0.0"...)
	}
	a := math.Abs(f)
	if a >= 1e-3 && a < 1e7 {
		return appendPlain(dst, f, a)
	}
	return appendScientific(dst, f)
}

func appendPlain(dst []byte, f, a float64) []byte {
	// Most doubles in records are amounts with up to two decimals. The quotient of
	// two exact doubles is the double nearest to it, so when it equals a, cents
	// with two decimals is a text of a; with less than 15 digits it is the only
	// one of its length.
	if cents := uint64(a * 100); float64(cents)/100 == a {
		if f < 0 {
			dst = append(dst, '-')
		}
		dst = strconv.AppendUint(dst, cents/100, 10)
		rest := cents % 100
		dst = append(dst, '.', byte('0'+rest/10))
		if rest%10 != 0 {
			dst = append(dst, byte('0'+rest%10))
		}
		return dst
	}
	from := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	if bytes.IndexByte(dst[from:], '.') < 0 {
		dst = append(dst, '.', '0')
	}
	return dst
}

// appendScientific turns Go's 1.5e-07 and 1e+10 into Java's 1.5E-7 and 1.0E10.
// Java always prints two digits or more, and of two the nearest: 4.9E-324.
func appendScientific(dst []byte, f float64) []byte {
	var buf [32]byte
	text := strconv.AppendFloat(buf[:0], f, 'e', -1, 64)
	if bytes.IndexByte(text, '.') < 0 {
		text = strconv.AppendFloat(buf[:0], f, 'e', 1, 64)
	}
	e := bytes.IndexByte(text, 'e')
	dst = append(append(dst, text[:e]...), 'E')
	sign, exp := text[e+1], text[e+2:]
	if sign == '-' {
		dst = append(dst, '-')
	}
	if exp[0] == '0' {
		exp = exp[1:]
	}
	return append(dst, exp...)
}

// ParseDouble reads what Java's Double.parseDouble reads: white space around,
// a sign, NaN, Infinity, decimal or hexadecimal digits with an exponent, and a
// type suffix d or f. Values too large become infinite, as in Java. It does not
// allocate for values in range.
func ParseDouble(s string) (float64, bool) {
	s = trim(s)
	if s == "" {
		return 0, false
	}
	body := s
	if body[0] == '+' || body[0] == '-' {
		body = body[1:]
	}
	switch body {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		if s[0] == '-' {
			return math.Inf(-1), true
		}
		return math.Inf(1), true
	}
	hex := len(body) > 2 && body[0] == '0' && body[1]|0x20 == 'x'
	if last := s[len(s)-1] | 0x20; last == 'd' || last == 'f' {
		s, body = s[:len(s)-1], body[:len(body)-1]
	}
	if !plausible(body, hex) {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil || errors.Is(err, strconv.ErrRange)
}

// plausible keeps out what Go's parser would read but Java's does not: the
// words inf and nan and digits with underscores.
func plausible(body string, hex bool) bool {
	if body == "" {
		return false
	}
	for i := range len(body) {
		c := body[i]
		switch {
		case c >= '0' && c <= '9', c == '.', c == '+', c == '-':
		case c == 'e' || c == 'E':
		case hex && (c|0x20 >= 'a' && c|0x20 <= 'f' || c|0x20 == 'p' || c|0x20 == 'x'):
		default:
			return false
		}
	}
	return true
}

// trim removes characters up to space at both ends, as String.trim does.
func trim(s string) string {
	for s != "" && s[0] <= ' ' {
		s = s[1:]
	}
	for s != "" && s[len(s)-1] <= ' ' {
		s = s[:len(s)-1]
	}
	return s
}
