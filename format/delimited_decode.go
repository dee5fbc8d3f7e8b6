package format

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/leatdb/leat/internal/javanum"
	"github.com/leatdb/leat/types"
)

// delimitedDecoder reads lines into columns.
type delimitedDecoder struct {
	*delimitedFormat
	needed []bool
	spare  []*spareValue // For the columns that are not needed; nil where anything will do.
	quoted []byte        // The content of a field whose quotes were doubled.
}

func (f *delimitedFormat) NewDecoder(needed []bool) Decoder {
	d := &delimitedDecoder{delimitedFormat: f, needed: allNeeded(needed, len(f.columns)), spare: make([]*spareValue, len(f.columns))}
	for i, c := range f.columns {
		if !d.needed[i] {
			d.spare[i] = newSpareValue(c.Type)
		}
	}
	return d
}

func (d *delimitedDecoder) Decode(in *types.Spans, rows []uint32, out []*types.Vector, errs *Errors) {
	nullUnneeded(d.needed, out)
	for _, r := range rows {
		b, ok := in.At(int(r))
		if !ok {
			setNull(d.needed, out, int(r))
			continue
		}
		if path, reason := d.line(b, out, int(r)); reason != "" {
			errs.add(r, path, reason)
		}
	}
}

// line reads one record into row, or returns where and why it cannot.
func (d *delimitedDecoder) line(b []byte, out []*types.Vector, row int) (path, reason string) {
	b = trimLineEnd(b)
	multiline := bytes.IndexByte(b, '\n') >= 0 || bytes.IndexByte(b, '\r') >= 0
	count := 0
	for i := 0; ; count++ {
		field, next, syntax := d.field(b, i, multiline)
		if syntax != "" {
			return d.pathOf(count), syntax
		}
		if count < len(d.columns) && reason == "" {
			if v, at := d.place(out, count, row); v != nil {
				if reason = delimitedValue(v, at, field, i < len(b) && b[i] == '"'); reason != "" {
					path = d.pathOf(count)
				}
			}
		}
		if next < 0 {
			count++
			break
		}
		i = next
	}
	if count != len(d.columns) {
		return "", fmt.Sprintf("the record has %d columns, but there must be %d", count, len(d.columns))
	}
	return path, reason
}

// place says where the value of a column goes; nil where it need not be read.
func (d *delimitedDecoder) place(out []*types.Vector, column, row int) (*types.Vector, int) {
	switch {
	case d.needed[column]:
		return out[column], row
	case d.spare[column] != nil:
		return d.spare[column].vector(), 0
	}
	return nil, 0
}

func (d *delimitedDecoder) pathOf(column int) string {
	if column < len(d.columns) {
		return columnPath(d.columns[column])
	}
	return ""
}

func trimLineEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte{'\n'})
	return bytes.TrimSuffix(b, []byte{'\r'})
}

// field reads the field at b[i:] and returns its content and where the next
// field begins, -1 after the last.
func (d *delimitedDecoder) field(b []byte, i int, multiline bool) (field []byte, next int, reason string) {
	if i < len(b) && b[i] == '"' {
		return d.quotedField(b, i+1)
	}
	rest := b[i:]
	n := -1
	if len(d.delimiter) == 1 {
		n = bytes.IndexByte(rest, d.delimiter[0])
	} else {
		n = bytes.Index(rest, bytesOf(d.delimiter))
	}
	next = -1
	if n >= 0 {
		rest, next = rest[:n], i+n+len(d.delimiter)
	}
	if multiline && bytes.ContainsAny(rest, "\r\n") {
		return nil, 0, "the record has more than one line; quote a field that contains line breaks"
	}
	return rest, next, ""
}

// quotedField reads a field after its opening quote at i-1.
func (d *delimitedDecoder) quotedField(b []byte, i int) (field []byte, next int, reason string) {
	d.quoted = d.quoted[:0]
	doubled := false
	for {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return nil, 0, "the closing quote of a field is missing"
		}
		part := b[i : i+n]
		i += n + 1
		if i >= len(b) || b[i] != '"' {
			if !doubled {
				field = part
			} else {
				d.quoted = append(d.quoted, part...)
				field = d.quoted
			}
			break
		}
		d.quoted = append(append(d.quoted, part...), '"')
		doubled = true
		i++
	}
	for i < len(b) && (b[i] == ' ' || b[i] == '\t') && b[i] != d.delimiter[0] {
		i++
	}
	if i == len(b) {
		return field, -1, ""
	}
	if !strings.HasPrefix(types.View(b[i:]), d.delimiter) {
		return nil, 0, fmt.Sprintf("there is text between the closing quote of a field and the delimiter %q", d.delimiter)
	}
	return field, i + len(d.delimiter), ""
}

// delimitedValue stores the field in row of v, or returns why it cannot. The
// content of a quoted field may be in memory that is used again.
func delimitedValue(v *types.Vector, row int, field []byte, quoted bool) string {
	if len(field) == 0 {
		v.SetNull(row)
		return ""
	}
	switch v.Type.Kind {
	case types.String:
		if quoted {
			v.Str[row] = v.OwnString(validText(v, field))
		} else {
			v.Str[row] = validText(v, field)
		}
	case types.BigInt, types.Timestamp, types.Integer, types.Date, types.Time:
		if x, end, ok := shortInt(field, 0); ok && end == len(field) && storeInt(v, row, x) {
			return ""
		}
		return numericValue(v, row, field, true)
	case types.Double:
		if f, end, ok := shortDouble(field, 0); ok && end == len(field) {
			v.F64[row] = f
			return ""
		}
		f, ok := javanum.ParseDouble(types.View(field))
		if !ok {
			return refusedText(field, v.Type)
		}
		v.F64[row] = f
	case types.Decimal:
		if x, end, ok := shortDecimal(field, 0, v.Type); ok && end == len(field) {
			v.SetDecimal64(row, x)
			return ""
		}
		return numericValue(v, row, field, true)
	case types.Boolean:
		text := types.View(field)
		v.Bool[row] = strings.EqualFold(text, "true")
		if !v.Bool[row] && !strings.EqualFold(text, "false") {
			return refusedText(field, v.Type) + " (it must be true or false)"
		}
	case types.Bytes:
		return base64Value(v, row, field)
	}
	return ""
}
