package function

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// appendText appends string n without quotes and escapes.
func (d *jsonDoc) appendText(dst []byte, n int) []byte {
	s := d.raw(n)
	if !d.nodes[n].escaped {
		return append(dst, s...)
	}
	for {
		k := strings.IndexByte(s, '\\')
		if k < 0 {
			return append(dst, s...)
		}
		dst = append(dst, s[:k]...)
		c := s[k+1]
		s = s[k+2:]
		if c != 'u' {
			if at := strings.IndexByte("bfnrt", c); at >= 0 {
				c = "\b\f\n\r\t"[at]
			}
			dst = append(dst, c)
			continue
		}
		r := hexRune(s)
		s = s[4:]
		if utf16.IsSurrogate(r) {
			pair := utf8.RuneError
			if strings.HasPrefix(s, `\u`) {
				pair = utf16.DecodeRune(r, hexRune(s[2:]))
			}
			if pair == utf8.RuneError { // Half a pair, as Java writes it.
				dst = append(dst, '?')
				continue
			}
			r = pair
			s = s[6:]
		}
		dst = utf8.AppendRune(dst, r)
	}
}

func hexRune(s string) rune {
	var r rune
	for k := range 4 {
		r = r<<4 | rune(hexValue(s[k]))
	}
	return r
}

// key returns the text of key n.
func (d *jsonDoc) key(n int) string {
	if !d.nodes[n].escaped {
		return d.raw(n)
	}
	return string(d.appendText(nil, n))
}

// distinct returns the members of object n with the last value of every key, in
// order of the keys' first occurrence. The list is on the document's stack of
// members: the caller sets d.members back when it is done.
func (d *jsonDoc) distinct(n int) []jsonMember {
	from := len(d.members)
	list := d.members[from:]
	var index map[string]int
	for k := range d.keys(n) {
		list, index = putMember(list, index, jsonMember{d.key(k), d, k + 1})
	}
	d.members = append(d.members[:from], list...)
	return d.members[from:]
}

// jsonMember is a member of an object: its key, and its value in a document.
type jsonMember struct {
	key   string
	doc   *jsonDoc
	value int
}

// putMember adds a member or replaces the value of the one with its key. The
// index is made when there are many.
func putMember(list []jsonMember, index map[string]int, m jsonMember) ([]jsonMember, map[string]int) {
	if index == nil && len(list) >= largeMap {
		index = make(map[string]int, 2*len(list))
		for k := range list {
			index[list[k].key] = k
		}
	}
	if index != nil {
		if k, ok := index[m.key]; ok {
			list[k] = m
			return list, index
		}
		index[m.key] = len(list)
		return append(list, m), index
	}
	for k := range list {
		if list[k].key == m.key {
			list[k] = m
			return list, nil
		}
	}
	return append(list, m), nil
}

// appendJSON appends node n as JSON text without white space.
func (d *jsonDoc) appendJSON(dst []byte, n int) []byte {
	switch d.nodes[n].kind {
	case jsonMissing:
		return dst
	case jsonInt:
		return appendInteger(dst, d.raw(n))
	case jsonFloat:
		return appendPlain(dst, d.raw(n))
	case jsonString:
		if !d.nodes[n].escaped {
			return append(append(append(dst, '"'), d.raw(n)...), '"')
		}
		return appendJSONString(dst, string(d.appendText(nil, n)))
	case jsonArray:
		dst = append(dst, '[')
		for k := range d.items(n) {
			if k > n+1 {
				dst = append(dst, ',')
			}
			dst = d.appendJSON(dst, k)
		}
		return append(dst, ']')
	case jsonObject:
		from := len(d.members)
		dst = appendMembers(dst, d.distinct(n))
		d.members = d.members[:from]
		return dst
	}
	return append(dst, d.raw(n)...)
}

func appendMembers(dst []byte, members []jsonMember) []byte {
	dst = append(dst, '{')
	for k, m := range members {
		if k > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendJSONString(dst, m.key), ':')
		dst = m.doc.appendJSON(dst, m.value)
	}
	return append(dst, '}')
}

// appendJSONString appends s in quotes with the escapes that JSON asks for.
func appendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for k := range len(s) {
		c := s[k]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:k]...)
		from = k + 1
		if at := strings.IndexByte("\"\\\b\f\n\r\t", c); at >= 0 {
			dst = append(dst, '\\', `"\bfnrt`[at])
			continue
		}
		const hex = "0123456789ABCDEF"
		dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
	}
	return append(append(dst, s[from:]...), '"')
}

func appendInteger(dst []byte, s string) []byte {
	if s == "-0" {
		s = "0"
	}
	return append(dst, s...)
}

// maxPlain bounds the exponent that is written out: 1e999999999 is not worth a
// gigabyte of zeros and stays as it is.
const maxPlain = 5000

// appendPlain appends a JSON number without exponent, with the digits after the
// point that it has: 1.50e1 is 15.0.
func appendPlain(dst []byte, s string) []byte {
	mantissa, exponent := s, 0
	if k := strings.IndexAny(s, "eE"); k >= 0 {
		var err error
		if exponent, err = strconv.Atoi(s[k+1:]); err != nil || exponent > maxPlain || exponent < -maxPlain {
			return append(dst, s...)
		}
		mantissa = s[:k]
	}
	mantissa, neg := strings.CutPrefix(mantissa, "-")
	whole, frac, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+frac, "0")
	scale := len(frac) - exponent
	if neg && digits != "" {
		dst = append(dst, '-')
	}
	switch {
	case scale <= 0:
		if digits == "" {
			return append(dst, '0')
		}
		return append(append(dst, digits...), strings.Repeat("0", -scale)...)
	case len(digits) <= scale:
		dst = append(append(dst, "0."...), strings.Repeat("0", scale-len(digits))...)
		return append(dst, digits...)
	}
	point := len(digits) - scale
	dst = append(append(dst, digits[:point]...), '.')
	return append(dst, digits[point:]...)
}
