package types

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// AppendText appends row i as a CAST to STRING prints it: numbers as Java does,
// DECIMAL in plain notation, times in ISO form, BYTES in base64 and nested
// values as [a, b], {k=v} and Struct{A=1,B=x} (a NULL field is left out there).
// NULL is the text null.
func (v *Vector) AppendText(dst []byte, i int) []byte {
	if v.IsNull(i) {
		return append(dst, "null"...)
	}
	switch v.Type.Kind {
	case Boolean:
		return strconv.AppendBool(dst, v.Bool[i])
	case Integer:
		return strconv.AppendInt(dst, int64(v.I32[i]), 10)
	case BigInt:
		return strconv.AppendInt(dst, v.I64[i], 10)
	case Double:
		return AppendJavaDouble(dst, v.F64[i])
	case Decimal:
		if w := v.WideAt(i); w != nil {
			return AppendDecimal(dst, w, v.Type.Scale)
		}
		return AppendDecimal64(dst, v.I64[i], v.Type.Scale)
	case String:
		return append(dst, v.Str[i]...)
	case Bytes:
		return AppendBase64(dst, v.Str[i])
	case Date:
		return AppendDate(dst, v.I32[i])
	case Time:
		return AppendTime(dst, v.I32[i])
	case Timestamp:
		return AppendTimestamp(dst, v.I64[i])
	}
	return v.appendNested(dst, i)
}

func (v *Vector) appendNested(dst []byte, i int) []byte {
	switch v.Type.Kind {
	case Array:
		dst = append(dst, '[')
		for k, e := range v.Span[i].rows() {
			if k > 0 {
				dst = append(dst, ", "...)
			}
			dst = v.Kids[0].AppendText(dst, e)
		}
		return append(dst, ']')
	case Map:
		dst = append(dst, '{')
		for k, e := range v.Span[i].rows() {
			if k > 0 {
				dst = append(dst, ", "...)
			}
			dst = v.Kids[0].AppendText(dst, e)
			dst = append(dst, '=')
			dst = v.Kids[1].AppendText(dst, e)
		}
		return append(dst, '}')
	case Struct:
		dst = append(dst, "Struct{"...)
		first := true
		for k, kid := range v.Kids {
			if kid.IsNull(i) {
				continue
			}
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = append(append(dst, v.Type.Fields[k].Name...), '=')
			dst = kid.AppendText(dst, i)
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}

// rows ranges over the ordinals and the child rows of a span.
func (s Span) rows() func(yield func(k, row int) bool) {
	return func(yield func(k, row int) bool) {
		for k := range int(s.Len) {
			if !yield(k, int(s.Start)+k) {
				return
			}
		}
	}
}

// AppendBase64 appends b in base64 with padding.
func AppendBase64(dst []byte, b string) []byte {
	return base64.StdEncoding.AppendEncode(dst, []byte(b))
}

// ParseText makes row i of v, an existing row, the value that a CAST from STRING
// to the vector's type reads from text. A text that does not read leaves the row
// unspecified and is an error that tells what was expected. The row may keep a
// STRING text itself. There is no text form of ARRAY, MAP and STRUCT.
func ParseText(text string, v *Vector, i int) error {
	v.Nulls.Clear(i)
	var err error
	switch v.Type.Kind {
	case String:
		v.Str[i] = text
	case Boolean:
		v.Bool[i] = ParseBoolean(text)
	case Integer:
		var n int64
		n, err = ParseInteger(text, 32)
		v.I32[i] = int32(n)
	case BigInt:
		v.I64[i], err = ParseInteger(text, 64)
	case Double:
		v.F64[i], err = ParseDouble(text)
	case Decimal:
		err = ParseDecimal(text, v, i)
	case Date:
		v.I32[i], err = ParseDate(text)
	case Time:
		v.I32[i], err = ParseTime(text)
	case Timestamp:
		v.I64[i], err = ParseTimestamp(text)
	case Bytes:
		v.Str[i], err = ParseBase64(text, v)
	default:
		err = fmt.Errorf("a STRING cannot be read as %s", v.Type)
	}
	return err
}

// ParseBoolean is true for a non-empty prefix of true or yes, in any case and
// with blanks around it; every other text is false.
func ParseBoolean(text string) bool {
	t := trim(text)
	return len(t) > 0 && (hasFoldPrefix("true", t) || hasFoldPrefix("yes", t))
}

func hasFoldPrefix(word, prefix string) bool {
	return len(prefix) <= len(word) && strings.EqualFold(word[:len(prefix)], prefix)
}

// ParseBase64 decodes base64, with or without padding, into memory of v.
func ParseBase64(text string, v *Vector) (string, error) {
	body := strings.TrimRight(text, "=")
	padding := len(text) - len(body)
	if padding > 2 || padding > 0 && len(text)%4 != 0 || strings.ContainsAny(body, "\r\n") {
		return "", badText(text, BytesType, "base64 text")
	}
	dst := v.Alloc(base64.RawStdEncoding.DecodedLen(len(body)))
	n, err := base64.RawStdEncoding.Decode(dst, []byte(body))
	if err != nil {
		return "", badText(text, BytesType, "base64 text")
	}
	return View(dst[:n]), nil
}

// trim removes what Java's String.trim does: every character up to a space.
func trim(s string) string {
	for len(s) > 0 && s[0] <= ' ' {
		s = s[1:]
	}
	for len(s) > 0 && s[len(s)-1] <= ' ' {
		s = s[:len(s)-1]
	}
	return s
}

// badText is the error of a text that does not read as a type.
func badText(text string, t *Type, want string) error {
	const most = 80
	if len(text) > most {
		text = text[:most] + "..."
	}
	return fmt.Errorf("%q is not %s value: expected %s", text, article(t), want)
}

func article(t *Type) string {
	s := t.String()
	if strings.IndexByte("AEIO", s[0]) >= 0 {
		return "an " + s
	}
	return "a " + s
}
