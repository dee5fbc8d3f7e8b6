package format

import (
	"fmt"
	"math"
	"math/big"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/leatdb/leat/types"
)

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
	if up == 0 && setShortDecimal(v, row, raw) {
		return true
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
