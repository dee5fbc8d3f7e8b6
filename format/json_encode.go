package format

import (
	"encoding/base64"
	"strconv"

	"github.com/leatdb/leat/internal/javanum"
	"github.com/leatdb/leat/types"
)

// jsonEncoder writes rows as JSON: every column in schema order, NULL as null.
// Member names are escaped once, with the punctuation around them.
type jsonEncoder struct {
	wrapped bool
	root    jsonWriter // A struct of all columns.
}

// jsonWriter is a place in the schema, for writing.
type jsonWriter struct {
	names []string     // Structs: `{"A":` for the first field, `,"B":` for others.
	kids  []jsonWriter // Fields, the element, or the map's value.
}

func (f *jsonFormat) NewEncoder() Encoder {
	fields := make([]types.Field, len(f.columns))
	for i, c := range f.columns {
		fields[i] = types.Field{Name: c.Name, Type: c.Type}
	}
	return &jsonEncoder{f.wrapped, newJSONWriter(types.StructOf(fields...))}
}

func newJSONWriter(t *types.Type) jsonWriter {
	switch t.Kind {
	case types.Array, types.Map:
		return jsonWriter{kids: []jsonWriter{newJSONWriter(t.Elem)}}
	case types.Struct:
		w := jsonWriter{make([]string, len(t.Fields)), make([]jsonWriter, len(t.Fields))}
		for i, f := range t.Fields {
			before := []byte{','}
			if i == 0 {
				before = []byte{'{'}
			}
			w.names[i] = string(append(AppendJSONString(before, f.Name), ':'))
			w.kids[i] = newJSONWriter(f.Type)
		}
		return w
	}
	return jsonWriter{}
}

func (e *jsonEncoder) Encode(cols []*types.Vector, rows []uint32, noValue types.Bitmap, out *types.Spans, _ *Errors) {
	for _, r := range rows {
		i := int(r)
		if noValue.Get(i) || !e.wrapped && cols[0].IsNull(i) {
			out.AppendNull()
			continue
		}
		out.Begin()
		if e.wrapped {
			out.Data = e.root.object(out.Data, cols, i)
		} else {
			out.Data = e.root.kids[0].value(out.Data, cols[0], i)
		}
		out.End()
	}
}

// object appends row i of the fields.
func (w *jsonWriter) object(dst []byte, fields []*types.Vector, i int) []byte {
	if len(fields) == 0 {
		return append(dst, "{}"...)
	}
	for k, v := range fields {
		dst = append(dst, w.names[k]...)
		dst = w.kids[k].value(dst, v, i)
	}
	return append(dst, '}')
}

// value appends row i of v.
func (w *jsonWriter) value(dst []byte, v *types.Vector, i int) []byte {
	if v.IsNull(i) {
		return append(dst, "null"...)
	}
	switch v.Type.Kind {
	case types.String:
		return AppendJSONString(dst, v.Str[i])
	case types.BigInt, types.Timestamp:
		return strconv.AppendInt(dst, v.I64[i], 10)
	case types.Integer, types.Date, types.Time:
		return strconv.AppendInt(dst, int64(v.I32[i]), 10)
	case types.Double:
		return appendJSONDouble(dst, v.F64[i])
	case types.Decimal:
		return appendDecimal(dst, v, i)
	case types.Boolean:
		return strconv.AppendBool(dst, v.Bool[i])
	case types.Bytes:
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, bytesOf(v.Str[i]))
		return append(dst, '"')
	case types.Array:
		return w.array(dst, v, v.Span[i])
	case types.Map:
		return w.mapping(dst, v, v.Span[i])
	case types.Struct:
		return w.object(dst, v.Kids, i)
	}
	return append(dst, "null"...)
}

// appendJSONDouble writes what has no JSON number as a string, like ksqlDB.
func appendJSONDouble(dst []byte, f float64) []byte {
	if f-f == 0 {
		return javanum.AppendDouble(dst, f)
	}
	dst = append(dst, '"')
	return append(javanum.AppendDouble(dst, f), '"')
}

func appendDecimal(dst []byte, v *types.Vector, i int) []byte {
	if wide := v.WideAt(i); wide != nil {
		return types.AppendDecimal(dst, wide, v.Type.Scale)
	}
	return types.AppendDecimal64(dst, v.I64[i], v.Type.Scale)
}

func (w *jsonWriter) array(dst []byte, v *types.Vector, s types.Span) []byte {
	dst = append(dst, '[')
	for k := range s.Len {
		if k > 0 {
			dst = append(dst, ',')
		}
		dst = w.kids[0].value(dst, v.Kids[0], int(s.Start+k))
	}
	return append(dst, ']')
}

func (w *jsonWriter) mapping(dst []byte, v *types.Vector, s types.Span) []byte {
	dst = append(dst, '{')
	keys := v.Kids[0]
	for k := range s.Len {
		if k > 0 {
			dst = append(dst, ',')
		}
		at := int(s.Start + k)
		if keys.IsNull(at) {
			dst = append(dst, `"null"`...)
		} else {
			dst = AppendJSONString(dst, keys.Str[at])
		}
		dst = append(dst, ':')
		dst = w.kids[0].value(dst, v.Kids[1], at)
	}
	return append(dst, '}')
}
