package format

import (
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/leatdb/leat/types"
)

// maxMessageDepth bounds how deep messages may be nested.
const maxMessageDepth = 100

// message reads a message into row of the vectors, one per wanted field.
func (d *protobufDecoder) message(n *protobufNode, vecs []*types.Vector, row int, b []byte, depth int) bool {
	if depth > maxMessageDepth {
		return d.fail("messages are nested too deep")
	}
	for k := range n.fields {
		if f := &n.fields[k]; f.needed {
			f.missing(vecs[k], row)
		}
	}
	for len(b) > 0 {
		number, wire, size := protowire.ConsumeTag(b)
		if size < 0 {
			return d.fail("the record is no message: " + protowire.ParseError(size).Error())
		}
		b = b[size:]
		place := n.place(number)
		if place < 0 || !n.fields[place].accepts(wire) {
			if size = protowire.ConsumeFieldValue(number, wire, b); size < 0 {
				return d.fail("the record is no message: " + protowire.ParseError(size).Error())
			}
			b = b[size:]
			continue
		}
		f := &n.fields[place]
		if size = d.field(f, vecs[place], row, wire, b, depth); size < 0 {
			d.path = f.path + d.path
			return false
		}
		b = b[size:]
	}
	return true
}

// accepts tells whether values of the field may be written in the wire type.
func (f *protobufField) accepts(wire protowire.Type) bool {
	want := wireTypeOf(f.kind)
	return wire == want || f.list && wire == protowire.BytesType && want != protowire.StartGroupType
}

// missing gives row the value of a field that is not in the message: zero where
// the schema cannot tell it from NULL. Bytes that are not there are NULL.
func (f *protobufField) missing(v *types.Vector, row int) {
	v.Nulls.Clear(row)
	switch {
	case f.number == 0 || f.presence || f.kind == protoreflect.BytesKind && !f.list:
		v.SetNull(row)
	case f.list || f.key != nil:
		v.Span[row] = types.Span{Start: uint32(v.Kids[0].Len)}
	default:
		f.zero(v, row)
	}
}

// zero sets row to the value that is not written.
func (f *protobufField) zero(v *types.Vector, row int) {
	switch v.Type.Kind {
	case types.Boolean:
		v.Bool[row] = false
	case types.Integer, types.Date, types.Time:
		v.I32[row] = 0
	case types.BigInt, types.Timestamp:
		v.I64[row] = 0
	case types.Double:
		v.F64[row] = 0
	case types.Decimal:
		v.SetDecimal64(row, 0)
	case types.String, types.Bytes:
		v.Str[row] = ""
		if f.enum != nil {
			f.setEnum(v, row, 0)
		}
	case types.Array, types.Map:
		v.Span[row] = types.Span{}
	case types.Struct:
		for k := range f.message.fields {
			f.message.fields[k].missing(v.Kids[k], row)
		}
	}
}

// field reads a value of the field at the beginning of b and returns its size,
// or -1.
func (d *protobufDecoder) field(f *protobufField, v *types.Vector, row int, wire protowire.Type, b []byte, depth int) int {
	v.Nulls.Clear(row)
	switch {
	case f.key != nil:
		return d.entry(f, v, row, b, depth)
	case f.list:
		return d.list(f, v, row, wire, b, depth)
	}
	return d.single(f, v, row, b, depth)
}

// grow appends n values to the list or map of a row.
func grow(v *types.Vector, row, n int) {
	s := &v.Span[row]
	if s.Len == 0 {
		s.Start = uint32(v.Kids[0].Len - n)
	}
	s.Len += uint32(n)
}

func (d *protobufDecoder) list(f *protobufField, v *types.Vector, row int, wire protowire.Type, b []byte, depth int) int {
	kid := v.Kids[0]
	one := wireTypeOf(f.kind)
	if wire == one {
		k := kid.Extend()
		grow(v, row, 1)
		kid.Nulls.Clear(k)
		size := d.single(f.elem, kid, k, b, depth)
		if size < 0 {
			d.path = "[" + strconv.Itoa(int(v.Span[row].Len)-1) + "]" + d.path
		}
		return size
	}
	packed, size := protowire.ConsumeBytes(b)
	if size < 0 {
		return d.cut()
	}
	for len(packed) > 0 {
		k := kid.Extend()
		grow(v, row, 1)
		kid.Nulls.Clear(k)
		used := d.single(f.elem, kid, k, packed, depth)
		if used < 0 {
			return -1
		}
		packed = packed[used:]
	}
	return size
}

// entry reads one entry of a map. Of several with one key the last counts.
func (d *protobufDecoder) entry(f *protobufField, v *types.Vector, row int, b []byte, depth int) int {
	body, size := protowire.ConsumeBytes(b)
	if size < 0 {
		return d.cut()
	}
	keys, values := v.Kids[0], v.Kids[1]
	k := keys.Extend()
	values.Extend()
	keys.Nulls.Clear(k)
	values.Nulls.Clear(k)
	f.key.zero(keys, k)
	if f.elem.special != types.Invalid || f.elem.wrapper != nil {
		values.SetNull(k)
	} else {
		f.elem.zero(values, k)
	}
	for len(body) > 0 {
		number, wire, n := protowire.ConsumeTag(body)
		if n < 0 {
			return d.cut()
		}
		body = body[n:]
		switch {
		case number == 1 && f.key.accepts(wire):
			n = d.single(f.key, keys, k, body, depth)
		case number == 2 && f.elem.accepts(wire):
			values.Nulls.Clear(k)
			n = d.single(f.elem, values, k, body, depth)
		default:
			n = protowire.ConsumeFieldValue(number, wire, body)
		}
		if n < 0 {
			if d.reason == "" {
				return d.cut()
			}
			return -1
		}
		body = body[n:]
	}
	grow(v, row, 1)
	return size
}
