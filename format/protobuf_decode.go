package format

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/leatdb/leat/types"
)

// protobufDecoder reads messages into columns. Records of one schema and message
// begin with the same bytes, so those of the last record tell whether its node
// still fits; other nodes wait in a map by these bytes.
type protobufDecoder struct {
	spec   Spec
	framed bool
	needed []bool

	head  []byte // Frame and message index of the present node.
	root  *protobufNode
	bad   string
	nodes map[string]protobufCompiled

	path, reason string // The failure of the present record; path grows inside out.
}

type protobufCompiled struct {
	root *protobufNode
	bad  string
}

func (d *protobufDecoder) Decode(in *types.Spans, rows []uint32, out []*types.Vector, errs *Errors) {
	nullUnneeded(d.needed, out)
	for _, r := range rows {
		b, ok := in.At(int(r))
		if !ok {
			setNull(d.needed, out, int(r))
			continue
		}
		if d.nodes == nil || !d.framed && d.root == nil && d.bad == "" || d.framed && (len(d.head) == 0 || !bytes.HasPrefix(b, d.head)) {
			reason, err := d.use(b)
			if errs.Unavailable = err; err != nil {
				return
			}
			if reason != "" {
				errs.add(r, "", reason)
				continue
			}
		}
		if d.bad != "" {
			errs.add(r, "", d.bad)
			continue
		}
		d.path, d.reason = "", ""
		if !d.message(d.root, out, int(r), b[len(d.head):], 0) {
			errs.add(r, "$"+d.path, d.reason)
		}
	}
}

// use makes the node of the record's schema and message the present one. The
// error is that the registry cannot be asked for it.
func (d *protobufDecoder) use(b []byte) (reason string, err error) {
	if d.nodes == nil {
		d.nodes = map[string]protobufCompiled{}
	}
	end := 0
	if d.framed {
		if _, reason = unframe(b); reason != "" {
			return reason, nil
		}
		steps, i := avroLong(b, frameSize)
		for k := int64(0); k < steps && i >= 0; k++ {
			_, i = avroLong(b, i)
		}
		if i < 0 {
			return "the index of the message cannot be read", nil
		}
		end = i
	}
	c, known := d.nodes[string(b[:end])]
	if !known {
		if c.root, err = d.compile(b[:end]); unavailable(err) {
			return "", err
		} else if err != nil {
			c.bad = err.Error()
		}
		if len(d.nodes) == maxNodes {
			clear(d.nodes)
		}
		d.nodes[string(b[:end])] = c
	}
	d.head, d.root, d.bad = append(d.head[:0], b[:end]...), c.root, c.bad
	return "", nil
}

func (d *protobufDecoder) compile(head []byte) (*protobufNode, error) {
	id := unframedID
	if d.framed {
		id, _ = unframe(head)
	}
	s, err := readerSchema(&d.spec, id)
	if err != nil {
		return nil, err
	}
	file, err := parseProtobuf(&d.spec, s)
	if err != nil {
		return nil, fmt.Errorf("schema %d: %w", id, err)
	}
	m, err := protobufMessage(&d.spec, file)
	if d.framed {
		m, _, err = messageAt(file, head, frameSize)
	}
	if err != nil {
		return nil, fmt.Errorf("schema %d: %w", id, err)
	}
	n, err := newProtobufNode(m, fieldsOf(d.spec.Columns), d.needed)
	if err != nil {
		return nil, fmt.Errorf("schema %d: message %s: %w", id, m.FullName(), err)
	}
	return n, nil
}

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

// single reads one value at the beginning of b and returns its size, or -1.
func (d *protobufDecoder) single(f *protobufField, v *types.Vector, row int, b []byte, depth int) int {
	switch wireTypeOf(f.kind) {
	case protowire.VarintType:
		x, size := protowire.ConsumeVarint(b)
		if size < 0 {
			return d.cut()
		}
		f.setWhole(v, row, x)
		return size
	case protowire.Fixed32Type:
		x, size := protowire.ConsumeFixed32(b)
		if size < 0 {
			return d.cut()
		}
		switch f.kind {
		case protoreflect.FloatKind:
			v.F64[row] = float64(math.Float32frombits(x))
		case protoreflect.Fixed32Kind:
			v.I64[row] = int64(x)
		default:
			setInt(v, row, int64(int32(x)))
		}
		return size
	case protowire.Fixed64Type:
		x, size := protowire.ConsumeFixed64(b)
		if size < 0 {
			return d.cut()
		}
		if f.kind == protoreflect.DoubleKind {
			v.F64[row] = math.Float64frombits(x)
		} else {
			v.I64[row] = int64(x)
		}
		return size
	}
	body, size := protowire.ConsumeBytes(b)
	if size < 0 {
		return d.cut()
	}
	if !d.bytes(f, v, row, body, depth) {
		return -1
	}
	return size
}

func (f *protobufField) setWhole(v *types.Vector, row int, x uint64) {
	switch f.kind {
	case protoreflect.BoolKind:
		v.Bool[row] = x != 0
	case protoreflect.EnumKind:
		f.setEnum(v, row, protoreflect.EnumNumber(int32(x)))
	case protoreflect.Sint32Kind, protoreflect.Sint64Kind:
		setInt(v, row, protowire.DecodeZigZag(x))
	case protoreflect.Uint32Kind:
		setInt(v, row, int64(uint32(x)))
	default:
		setInt(v, row, int64(x))
	}
}

func (f *protobufField) setEnum(v *types.Vector, row int, number protoreflect.EnumNumber) {
	if e := f.enum.ByNumber(number); e != nil {
		v.Str[row] = string(e.Name())
		return
	}
	var buf [12]byte
	v.Str[row] = v.Own(strconv.AppendInt(buf[:0], int64(number), 10))
}

// setInt stores a whole number; int32 fields are cut to their width as the wire
// format demands.
func setInt(v *types.Vector, row int, x int64) {
	if v.Type.Kind == types.Integer {
		v.I32[row] = int32(x)
		return
	}
	v.I64[row] = x
}

// bytes stores a text, bytes or a message.
func (d *protobufDecoder) bytes(f *protobufField, v *types.Vector, row int, b []byte, depth int) bool {
	switch {
	case f.kind == protoreflect.StringKind:
		v.Str[row] = validText(v, b)
		return true
	case f.kind == protoreflect.BytesKind:
		v.Str[row] = types.View(b)
		return true
	case f.special != types.Invalid:
		return d.special(f, v, row, b)
	case f.wrapper != nil:
		return d.wrapped(f.wrapper, v, row, b, depth)
	}
	return d.message(f.message, v.Kids, row, b, depth+1)
}

func (d *protobufDecoder) wrapped(f *protobufField, v *types.Vector, row int, b []byte, depth int) bool {
	f.zero(v, row)
	for len(b) > 0 {
		number, wire, size := protowire.ConsumeTag(b)
		if size < 0 {
			return d.fail("the record is no message: " + protowire.ParseError(size).Error())
		}
		b = b[size:]
		if number == 1 && f.accepts(wire) {
			size = d.single(f, v, row, b, depth)
		} else {
			size = protowire.ConsumeFieldValue(number, wire, b)
		}
		if size < 0 {
			d.cut()
			return false
		}
		b = b[size:]
	}
	return true
}

// special reads a message that stands for a time or a decimal: its numbers by
// field, and the bytes of field 1.
func (d *protobufDecoder) special(f *protobufField, v *types.Vector, row int, b []byte) bool {
	var x [5]int64
	var raw []byte
	for len(b) > 0 {
		number, wire, size := protowire.ConsumeTag(b)
		if size < 0 {
			return d.fail("the record is no message: " + protowire.ParseError(size).Error())
		}
		b = b[size:]
		switch {
		case wire == protowire.VarintType && number > 0 && int(number) < len(x):
			var u uint64
			u, size = protowire.ConsumeVarint(b)
			x[number] = int64(u)
		case wire == protowire.BytesType && number == 1:
			raw, size = protowire.ConsumeBytes(b)
		default:
			size = protowire.ConsumeFieldValue(number, wire, b)
		}
		if size < 0 {
			d.cut()
			return false
		}
		b = b[size:]
	}
	switch f.special {
	case types.Timestamp:
		v.I64[row] = x[1]*1000 + floorDiv(x[2], 1000000)
		return true
	case types.Date:
		v.I32[row] = int32(daysOfDate(int(int32(x[1])), int(int32(x[2])), int(int32(x[3]))))
		return true
	case types.Time:
		millis := ((x[1]*60+x[2])*60+x[3])*1000 + x[4]/1000000
		if !storeInt(v, row, millis) {
			return d.fail("the time is outside the day")
		}
		return true
	}
	return d.decimal(v, row, raw, int(int32(x[3])))
}

func (d *protobufDecoder) decimal(v *types.Vector, row int, raw []byte, scale int) bool {
	up := v.Type.Scale - scale
	if up == 0 && len(raw) <= 8 && v.Type.Precision >= maxDecimal64-1 {
		if x := signedBytes(raw); v.Type.Precision >= maxDecimal64 || x < pow10Int64(maxDecimal64-1) && x > -pow10Int64(maxDecimal64-1) {
			v.SetDecimal64(row, x)
			return true
		}
	}
	if up < 0 || up > 10000 {
		return d.fail(fmt.Sprintf("a decimal with %d digits after the point cannot be read as %s", scale, v.Type))
	}
	x := signedBig(raw)
	x = new(big.Int).Mul(x, types.Pow10(up))
	if x.CmpAbs(types.Pow10(v.Type.Precision)) >= 0 {
		return d.fail("the number does not fit " + v.Type.String())
	}
	v.SetDecimal(row, x)
	return true
}

func (d *protobufDecoder) fail(reason string) bool {
	d.reason = reason
	return false
}

func (d *protobufDecoder) cut() int {
	d.reason = "the record ends within a value"
	return -1
}
