package format

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/types"
)

// protobufEncoder writes rows as messages of one schema.
type protobufEncoder struct {
	head []byte // Frame and message index; nothing in PROTOBUF_NOSR.
	root *protobufNode
	// nullKey tells that a NULL in the only column, which is a key, is a null
	// record key.
	nullKey bool

	path, reason string
}

// newProtobufEncoder makes the encoder of a schema. Every column must have its
// field.
func newProtobufEncoder(spec *Spec, s registry.Schema, head []byte) Encoder {
	file, err := parseProtobuf(spec, s)
	if err != nil {
		return &refusing{err}
	}
	m, err := protobufMessage(spec, file)
	if err != nil {
		return &refusing{err}
	}
	root, err := newProtobufNode(m, fieldsOf(spec.Columns), nil)
	if err != nil {
		return &refusing{err}
	}
	for k := range root.fields {
		if root.fields[k].number == 0 {
			return &refusing{fmt.Errorf("the message %s has no field %s", m.FullName(), types.QuoteName(spec.Columns[k].Name))}
		}
	}
	if head != nil {
		head = appendMessageIndex(head, m)
	}
	return &protobufEncoder{head: head, root: root, nullKey: spec.IsKey && len(spec.Columns) == 1}
}

func (e *protobufEncoder) Encode(cols []*types.Vector, rows []uint32, noValue types.Bitmap, out *types.Spans, errs *Errors) {
	for _, r := range rows {
		if noValue.Get(int(r)) || e.nullKey && cols[0].IsNull(int(r)) {
			out.AppendNull()
			continue
		}
		start := len(out.Data)
		out.Begin()
		e.path, e.reason = "", ""
		out.Data = append(out.Data, e.head...)
		out.Data = e.message(out.Data, e.root, cols, int(r))
		if e.reason == "" {
			out.End()
			continue
		}
		out.Data, out.Pos = out.Data[:start], out.Pos[:len(out.Pos)-1]
		out.AppendNull()
		errs.add(r, "$"+e.path, e.reason)
	}
}

// message appends the fields of row i. What is NULL, or zero where the schema
// cannot tell, is left out.
func (e *protobufEncoder) message(dst []byte, n *protobufNode, vecs []*types.Vector, i int) []byte {
	for k := range n.fields {
		f := &n.fields[k]
		if v := vecs[k]; !v.IsNull(i) && f.number != 0 {
			if dst = e.field(dst, f, v, i); e.reason != "" {
				e.path = f.path + e.path
				return dst
			}
		}
	}
	return dst
}

func (e *protobufEncoder) field(dst []byte, f *protobufField, v *types.Vector, i int) []byte {
	switch {
	case f.key != nil:
		return e.entries(dst, f, v, v.Span[i])
	case f.list:
		return e.list(dst, f, v.Kids[0], v.Span[i])
	case !f.presence && isZero(v, i):
		return dst
	}
	return e.value(append(dst, f.tag...), f, v, i)
}

func isZero(v *types.Vector, i int) bool {
	switch v.Type.Kind {
	case types.Boolean:
		return !v.Bool[i]
	case types.Integer:
		return v.I32[i] == 0
	case types.BigInt:
		return v.I64[i] == 0
	case types.Double:
		return math.Float64bits(v.F64[i]) == 0
	case types.String, types.Bytes:
		return v.Str[i] == ""
	}
	return false
}

func (e *protobufEncoder) list(dst []byte, f *protobufField, kid *types.Vector, s types.Span) []byte {
	if s.Len == 0 {
		return dst
	}
	if f.packed {
		dst = append(dst, f.tag...)
		start := len(dst)
		for k := range int(s.Len) {
			dst = e.element(dst, f.elem, kid, int(s.Start)+k)
		}
		return prefixLength(dst, start)
	}
	for k := range int(s.Len) {
		dst = append(dst, f.elem.tag...)
		if dst = e.element(dst, f.elem, kid, int(s.Start)+k); e.reason != "" {
			e.path = "[" + strconv.Itoa(k) + "]" + e.path
			return dst
		}
	}
	return dst
}

// element appends a value of a list, where nothing can be left out: NULL is
// zero, or an empty message.
func (e *protobufEncoder) element(dst []byte, f *protobufField, v *types.Vector, i int) []byte {
	if !v.IsNull(i) {
		return e.value(dst, f, v, i)
	}
	switch wireTypeOf(f.kind) {
	case protowire.Fixed32Type:
		return protowire.AppendFixed32(dst, 0)
	case protowire.Fixed64Type:
		return protowire.AppendFixed64(dst, 0)
	}
	return append(dst, 0)
}

func (e *protobufEncoder) entries(dst []byte, f *protobufField, v *types.Vector, s types.Span) []byte {
	keys, values := v.Kids[0], v.Kids[1]
	for k := range int(s.Len) {
		at := int(s.Start) + k
		dst = append(dst, f.tag...)
		start := len(dst)
		if !keys.IsNull(at) {
			dst = e.value(append(dst, f.key.tag...), f.key, keys, at)
		}
		if !values.IsNull(at) {
			dst = e.value(append(dst, f.elem.tag...), f.elem, values, at)
		}
		if dst = prefixLength(dst, start); e.reason != "" {
			return dst
		}
	}
	return dst
}

// prefixLength puts the length of dst[start:] in front of it.
func prefixLength(dst []byte, start int) []byte {
	size := len(dst) - start
	n := protowire.SizeVarint(uint64(size))
	var zero [10]byte
	dst = append(dst, zero[:n]...)
	copy(dst[start+n:], dst[start:start+size])
	protowire.AppendVarint(dst[:start], uint64(size))
	return dst
}

// value appends a value without its tag.
func (e *protobufEncoder) value(dst []byte, f *protobufField, v *types.Vector, i int) []byte {
	switch f.kind {
	case protoreflect.BoolKind:
		return protowire.AppendVarint(dst, protowire.EncodeBool(v.Bool[i]))
	case protoreflect.Int32Kind, protoreflect.Int64Kind, protoreflect.Uint32Kind, protoreflect.Uint64Kind:
		return protowire.AppendVarint(dst, uint64(intAt(v, i)))
	case protoreflect.Sint32Kind, protoreflect.Sint64Kind:
		return protowire.AppendVarint(dst, protowire.EncodeZigZag(intAt(v, i)))
	case protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind:
		return protowire.AppendFixed32(dst, uint32(intAt(v, i)))
	case protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind:
		return protowire.AppendFixed64(dst, uint64(intAt(v, i)))
	case protoreflect.FloatKind:
		return protowire.AppendFixed32(dst, math.Float32bits(float32(v.F64[i])))
	case protoreflect.DoubleKind:
		return protowire.AppendFixed64(dst, math.Float64bits(v.F64[i]))
	case protoreflect.StringKind, protoreflect.BytesKind:
		return protowire.AppendString(dst, v.Str[i])
	case protoreflect.EnumKind:
		if x := f.enum.ByName(protoreflect.Name(v.Str[i])); x != nil {
			return protowire.AppendVarint(dst, uint64(x.Number()))
		}
		e.reason = strconv.Quote(excerpt([]byte(v.Str[i]))) + " is not a value of the enum"
		return dst
	}
	start := len(dst)
	switch {
	case f.special != types.Invalid:
		dst = appendSpecial(dst, v, i)
	case f.wrapper != nil:
		if !isZero(v, i) {
			dst = e.value(append(dst, f.wrapper.tag...), f.wrapper, v, i)
		}
	default:
		dst = e.message(dst, f.message, v.Kids, i)
	}
	return prefixLength(dst, start)
}

func intAt(v *types.Vector, i int) int64 {
	if v.Type.Kind == types.Integer {
		return int64(v.I32[i])
	}
	return v.I64[i]
}

// appendSpecial appends the body of a message that stands for a time or a
// decimal.
func appendSpecial(dst []byte, v *types.Vector, i int) []byte {
	number := func(field protowire.Number, x int64) {
		if x != 0 {
			dst = protowire.AppendVarint(protowire.AppendTag(dst, field, protowire.VarintType), uint64(x))
		}
	}
	switch v.Type.Kind {
	case types.Timestamp:
		seconds := floorDiv(v.I64[i], 1000)
		number(1, seconds)
		number(2, (v.I64[i]-seconds*1000)*1000000)
	case types.Date:
		year, month, day := time.Unix(int64(v.I32[i])*86400, 0).UTC().Date()
		number(1, int64(year))
		number(2, int64(month))
		number(3, int64(day))
	case types.Time:
		millis := int64(v.I32[i])
		number(1, millis/3600000)
		number(2, millis/60000%60)
		number(3, millis/1000%60)
		number(4, millis%1000*1000000)
	default:
		dst = protowire.AppendTag(dst, 1, protowire.BytesType)
		dst = protowire.AppendVarint(dst, uint64(unscaledLen(v, i)))
		dst = appendUnscaled(dst, v, i, 0)
		number(2, int64(v.Type.Precision))
		number(3, int64(v.Type.Scale))
	}
	return dst
}

// daysOfDate returns the days since the epoch of a civil date.
func daysOfDate(year, month, day int) int64 {
	return floorDiv(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix(), 86400)
}
