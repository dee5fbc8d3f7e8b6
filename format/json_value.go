package format

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"

	"github.com/leatdb/leat/internal/javanum"
	"github.com/leatdb/leat/types"
)

// value reads the value at b[i] into row of v. The common case of each type is
// here; coercions, null and failures are in the functions it ends with.
func (d *jsonDecoder) value(n *jsonNode, v *types.Vector, row int, b []byte, i int) int {
	if i >= len(b) {
		return d.fail(i, "a value")
	}
	c := b[i]
	switch n.typ.Kind {
	case types.String:
		if c == '"' {
			return d.stringValue(v, row, b, i+1)
		}
	case types.BigInt, types.Timestamp:
		if x, end, ok := shortInt(b, i); ok {
			v.I64[row] = x
			return end
		}
	case types.Integer, types.Date:
		if x, end, ok := shortInt(b, i); ok && x == int64(int32(x)) {
			v.I32[row] = int32(x)
			return end
		}
	case types.Double:
		if f, end, ok := shortDouble(b, i); ok {
			v.F64[row] = f
			return end
		}
	case types.Decimal:
		if x, end, ok := shortDecimal(b, i, n.typ); ok {
			v.SetDecimal64(row, x)
			return end
		}
	case types.Time:
		if x, end, ok := shortInt(b, i); ok && storeInt(v, row, x) {
			return end
		}
	case types.Boolean:
		if c == 't' || c == 'f' {
			v.Bool[row] = c == 't'
			return d.skipScalar(b, i)
		}
	case types.Array:
		if c == '[' {
			return d.array(n, v, row, b, i)
		}
	case types.Map:
		if c == '{' {
			return d.mapping(n, v, row, b, i)
		}
	case types.Struct:
		if c == '{' {
			return d.object(n.object, v.Kids, row, b, i)
		}
	}
	return d.otherValue(n, v, row, b, i)
}

// stringValue reads the string after the quote at i-1 into a STRING row.
func (d *jsonDecoder) stringValue(v *types.Vector, row int, b []byte, i int) int {
	end, plain := d.stringEnd(b, i)
	if end < 0 {
		return -1
	}
	if plain {
		v.Str[row] = types.View(b[i : end-1])
	} else {
		d.scratch = appendUnescaped(d.scratch[:0], b[i:end-1])
		v.Str[row] = v.Own(d.scratch)
	}
	return end
}

// otherValue reads null, the less common forms of values, and values of the
// wrong type.
func (d *jsonDecoder) otherValue(n *jsonNode, v *types.Vector, row int, b []byte, i int) int {
	end := d.skip(b, i, n.depth)
	if end < 0 {
		return -1
	}
	raw := b[i:end]
	c := raw[0]
	if c == 'n' {
		v.SetNull(row)
		return end
	}
	if n.typ.Kind == types.String {
		d.scratch = d.text.append(d.scratch[:0], raw)
		v.Str[row] = v.Own(d.scratch)
		return end
	}
	isString := c == '"'
	if isString {
		d.scratch = appendUnescaped(d.scratch[:0], raw[1:len(raw)-1])
		raw = d.scratch
	}
	reason := ""
	switch {
	case n.typ.Kind == types.Bytes && isString:
		reason = base64Value(v, row, raw)
	case isNumeric(n.typ.Kind) && (isString || c == '-' || c-'0' <= 9):
		reason = numericValue(v, row, raw, isString)
	default:
		reason = jsonKindName(c) + " cannot be read as " + n.typ.String()
	}
	if reason != "" {
		d.failures = append(d.failures, jsonFailure{"", reason})
	}
	return end
}

func isNumeric(k types.Kind) bool {
	switch k {
	case types.Integer, types.BigInt, types.Double, types.Decimal, types.Date, types.Time, types.Timestamp:
		return true
	}
	return false
}

// numericValue stores the number written in text, or returns why it cannot. A
// text that was a string must be what Java's parsers read, so integers have no
// fraction there; a JSON number is cut off at its point.
func numericValue(v *types.Vector, row int, text []byte, wasString bool) string {
	switch v.Type.Kind {
	case types.Double:
		f, ok := javanum.ParseDouble(types.View(text))
		if !ok {
			return refusedText(text, v.Type)
		}
		v.F64[row] = f
		return ""
	case types.Decimal:
		num, ok := parseNumber(text)
		if !ok {
			return refusedText(text, v.Type)
		}
		if !num.setDecimal(v, row) {
			return fmt.Sprintf("the number %s does not fit %s without rounding", excerpt(text), v.Type)
		}
		return ""
	}
	num, ok := parseNumber(text)
	if !ok || wasString && (len(num.frac) > 0 || len(num.whole) != len(text) && len(num.whole) != len(text)-1) {
		return refusedText(text, v.Type)
	}
	x, ok := num.int64()
	if !ok || !storeInt(v, row, x) {
		return fmt.Sprintf("the number %s is outside the range of %s", excerpt(text), v.Type)
	}
	return ""
}

// storeInt stores x in a row of one of the types kept as integers, or tells
// that it is outside the type's range.
func storeInt(v *types.Vector, row int, x int64) bool {
	switch v.Type.Kind {
	case types.BigInt, types.Timestamp:
		v.I64[row] = x
		return true
	case types.Time:
		if x < 0 || x >= millisPerDay {
			return false
		}
	}
	v.I32[row] = int32(x)
	return x >= math.MinInt32 && x <= math.MaxInt32
}

const millisPerDay = 24 * 60 * 60 * 1000

func base64Value(v *types.Vector, row int, text []byte) string {
	dst := v.Alloc(base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Decode(dst, text)
	if err != nil {
		return refusedText(text, v.Type) + " (it must be base64)"
	}
	v.Str[row] = types.View(dst[:n])
	return ""
}

func refusedText(text []byte, t *types.Type) string {
	return fmt.Sprintf("the text %s cannot be read as %s", strconv.Quote(excerpt(text)), t)
}

// excerpt keeps error texts short.
func excerpt(text []byte) string {
	const most = 40
	if len(text) <= most {
		return string(text)
	}
	return string(text[:most]) + "..."
}
