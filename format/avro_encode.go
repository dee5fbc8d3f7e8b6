package format

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/hamba/avro/v2"

	"github.com/leatdb/leat/types"
)

// avroEncoder writes rows with one schema.
type avroEncoder struct {
	id      int
	wrapped bool
	root    *avroSink

	path, reason string // The failure of the present row; path grows inside out.
}

func newAvroEncoder(s avro.Schema, id int, columns []types.Column, wrapped bool) (*avroEncoder, error) {
	root, err := compileAvroSink(s, columns, wrapped)
	if err != nil {
		return nil, err
	}
	return &avroEncoder{id: id, wrapped: wrapped, root: root}, nil
}

func (e *avroEncoder) Encode(cols []*types.Vector, rows []uint32, noValue types.Bitmap, out *types.Spans, errs *Errors) {
	for _, r := range rows {
		i := int(r)
		if noValue.Get(i) || !e.wrapped && cols[0].IsNull(i) {
			out.AppendNull()
			continue
		}
		start, ok := len(out.Data), false
		out.Begin()
		out.Data = appendFrame(out.Data, e.id)
		e.path, e.reason = "", ""
		if e.wrapped {
			out.Data = append(out.Data, e.root.prefix...)
			out.Data, ok = e.fields(out.Data, e.root, cols, i)
		} else {
			out.Data, ok = e.value(out.Data, e.root, cols[0], i)
		}
		if ok {
			out.End()
			continue
		}
		out.Data, out.Pos = out.Data[:start], out.Pos[:len(out.Pos)-1]
		out.AppendNull()
		errs.add(r, "$"+e.path, e.reason)
	}
}

func (e *avroEncoder) fields(dst []byte, n *avroSink, vecs []*types.Vector, i int) ([]byte, bool) {
	ok := true
	for k := range n.fields {
		f := &n.fields[k]
		if f.sink == nil {
			dst = append(dst, f.preset...)
			continue
		}
		if dst, ok = e.value(dst, f.sink, vecs[f.from], i); !ok {
			e.path = f.path + e.path
			return dst, false
		}
	}
	return dst, true
}

// value appends row i of v.
func (e *avroEncoder) value(dst []byte, n *avroSink, v *types.Vector, i int) ([]byte, bool) {
	if v.IsNull(i) {
		if n.null == nil {
			e.reason = "NULL cannot be written: the schema allows no null here and has no default"
			return dst, false
		}
		return append(dst, n.null...), true
	}
	dst = append(dst, n.prefix...)
	switch v.Type.Kind {
	case types.String:
		if n.enum != nil {
			return e.symbol(dst, n, v.Str[i])
		}
		return appendAvroString(dst, v.Str[i]), true
	case types.Bytes:
		if n.kind == avro.Fixed {
			return e.fixed(dst, n, v.Str[i])
		}
		return appendAvroString(dst, v.Str[i]), true
	case types.BigInt, types.Timestamp:
		x := v.I64[i]
		if n.micros {
			x *= 1000
		}
		return appendAvroLong(dst, x), true
	case types.Integer, types.Date, types.Time:
		x := int64(v.I32[i])
		if n.micros {
			x *= 1000
		}
		if n.kind == avro.Double {
			return binary.LittleEndian.AppendUint64(dst, math.Float64bits(float64(x))), true
		}
		return appendAvroLong(dst, x), true
	case types.Double:
		if n.kind == avro.Float {
			return binary.LittleEndian.AppendUint32(dst, math.Float32bits(float32(v.F64[i]))), true
		}
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v.F64[i])), true
	case types.Boolean:
		if v.Bool[i] {
			return append(dst, 1), true
		}
		return append(dst, 0), true
	case types.Decimal:
		return e.decimal(dst, n, v, i)
	case types.Struct:
		return e.fields(dst, n, v.Kids, i)
	}
	return e.blocks(dst, n, v, v.Span[i])
}

func (e *avroEncoder) decimal(dst []byte, n *avroSink, v *types.Vector, i int) ([]byte, bool) {
	if n.kind != avro.Fixed {
		dst = appendAvroLong(dst, int64(unscaledLen(v, i)))
		return appendUnscaled(dst, v, i, 0), true
	}
	if unscaledLen(v, i) > n.size {
		e.reason = fmt.Sprintf("the number does not fit %d bytes", n.size)
		return dst, false
	}
	return appendUnscaled(dst, v, i, n.size), true
}

func (e *avroEncoder) symbol(dst []byte, n *avroSink, s string) ([]byte, bool) {
	k := slices.Index(n.enum, s)
	if k < 0 {
		e.reason = fmt.Sprintf("%q is not a symbol of the enum; expected one of %v", excerpt([]byte(s)), n.enum)
		return dst, false
	}
	return appendAvroLong(dst, int64(k)), true
}

func (e *avroEncoder) fixed(dst []byte, n *avroSink, s string) ([]byte, bool) {
	if len(s) != n.size {
		e.reason = fmt.Sprintf("there are %d bytes, and the schema demands %d", len(s), n.size)
		return dst, false
	}
	return append(dst, s...), true
}

// blocks appends an array or a map as one block and the empty one at its end.
func (e *avroEncoder) blocks(dst []byte, n *avroSink, v *types.Vector, s types.Span) ([]byte, bool) {
	if s.Len == 0 {
		return append(dst, 0), true
	}
	dst = appendAvroLong(dst, int64(s.Len))
	values, ok := v.Kids[len(v.Kids)-1], true
	for k := range s.Len {
		at := int(s.Start + k)
		switch {
		case n.key != nil:
			if dst, ok = e.value(dst, n.key, v.Kids[0], at); !ok {
				return dst, false
			}
		case v.Type.Kind == types.Map:
			key := "null"
			if !v.Kids[0].IsNull(at) {
				key = v.Kids[0].Str[at]
			}
			dst = appendAvroString(dst, key)
		}
		if dst, ok = e.value(dst, n.elem, values, at); !ok {
			e.path = "[" + strconv.Itoa(int(k)) + "]" + e.path
			return dst, false
		}
	}
	return append(dst, 0), true
}

func appendAvroString(dst []byte, s string) []byte {
	return append(appendAvroLong(dst, int64(len(s))), s...)
}

func appendAvroLong(dst []byte, x int64) []byte {
	return binary.AppendUvarint(dst, uint64(x<<1)^uint64(x>>63))
}
