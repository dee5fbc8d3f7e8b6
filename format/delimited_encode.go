package format

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/leatdb/leat/internal/javanum"
	"github.com/leatdb/leat/types"
)

// delimitedEncoder writes rows as lines, without line end.
type delimitedEncoder struct {
	*delimitedFormat
	field []byte // The field being quoted.
}

func (f *delimitedFormat) NewEncoder() Encoder { return &delimitedEncoder{delimitedFormat: f} }

func (e *delimitedEncoder) Encode(cols []*types.Vector, rows []uint32, noValue types.Bitmap, out *types.Spans, _ *Errors) {
	for _, r := range rows {
		i := int(r)
		if noValue.Get(i) || len(cols) == 1 && cols[0].IsNull(i) {
			out.AppendNull()
			continue
		}
		out.Begin()
		dst := out.Data
		for c, v := range cols {
			if c > 0 {
				dst = append(dst, e.delimiter...)
			}
			if !v.IsNull(i) {
				from := len(dst)
				dst = appendDelimited(dst, v, i)
				if e.needsQuotes(dst[from:], c == 0) {
					dst = e.quote(dst, from)
				}
			}
		}
		out.Data = dst
		out.End()
	}
}

// appendDelimited appends the text of row i of v without quotes.
func appendDelimited(dst []byte, v *types.Vector, i int) []byte {
	switch v.Type.Kind {
	case types.String:
		return append(dst, v.Str[i]...)
	case types.BigInt, types.Timestamp:
		return strconv.AppendInt(dst, v.I64[i], 10)
	case types.Integer, types.Date, types.Time:
		return strconv.AppendInt(dst, int64(v.I32[i]), 10)
	case types.Double:
		return javanum.AppendDouble(dst, v.F64[i])
	case types.Decimal:
		return appendDecimal(dst, v, i)
	case types.Boolean:
		return strconv.AppendBool(dst, v.Bool[i])
	case types.Bytes:
		return base64.StdEncoding.AppendEncode(dst, bytesOf(v.Str[i]))
	}
	return dst
}

// needsQuotes tells whether a field must be quoted, or is by the custom of
// Commons CSV: it begins below $, or, as the first of the line, with anything
// but an ASCII letter or digit; it contains a delimiter, quote or line break; it
// ends with white space. The first field of a line is also quoted when empty.
func (e *delimitedEncoder) needsQuotes(field []byte, first bool) bool {
	if len(field) == 0 {
		return first
	}
	c := field[0]
	if c <= '#' || first && !isASCIIAlnum(c) || field[len(field)-1] <= ' ' {
		return true
	}
	if bytes.IndexByte(field, '"') >= 0 || bytes.IndexByte(field, '\n') >= 0 || bytes.IndexByte(field, '\r') >= 0 {
		return true
	}
	if len(e.delimiter) == 1 {
		return bytes.IndexByte(field, e.delimiter[0]) >= 0
	}
	return strings.Contains(types.View(field), e.delimiter)
}

func isASCIIAlnum(c byte) bool {
	return c-'0' <= 9 || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// quote puts the field that begins at from into quotes and doubles those inside.
func (e *delimitedEncoder) quote(dst []byte, from int) []byte {
	e.field = append(e.field[:0], dst[from:]...)
	dst = append(dst[:from], '"')
	for _, c := range e.field {
		if c == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}
