package format

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/leatdb/leat/types"
)

// kafkaFormat is one bare column as Kafka's own serialisers write it: INTEGER
// and BIGINT as 4 and 8 bytes big endian, DOUBLE as 8 bytes of IEEE 754 big
// endian, STRING as UTF-8, BYTES as they are. NULL is null.
type kafkaFormat struct {
	column types.Column
}

func kafkaTypeOK(t *types.Type, _ bool) string {
	switch t.Kind {
	case types.Integer, types.BigInt, types.Double, types.String, types.Bytes:
		return ""
	}
	return "it carries INTEGER, BIGINT, DOUBLE, STRING and BYTES; cast the column or choose JSON"
}

func newKafka(spec Spec) (Format, error) { return &kafkaFormat{spec.Columns[0]}, nil }

func (f *kafkaFormat) NewEncoder() Encoder { return f }

func (f *kafkaFormat) NewDecoder(needed []bool) Decoder {
	return &kafkaDecoder{f.column, allNeeded(needed, 1)}
}

type kafkaDecoder struct {
	column types.Column
	needed []bool
}

// kafkaWidth returns the size of a value of the type, or -1 when any will do.
func kafkaWidth(t *types.Type) int {
	switch t.Kind {
	case types.Integer:
		return 4
	case types.BigInt, types.Double:
		return 8
	}
	return -1
}

func (d *kafkaDecoder) Decode(in *types.Spans, rows []uint32, out []*types.Vector, errs *Errors) {
	nullUnneeded(d.needed, out)
	v, width := out[0], kafkaWidth(d.column.Type)
	for _, r := range rows {
		b, ok := in.At(int(r))
		switch {
		case !ok:
			setNull(d.needed, out, int(r))
		case width >= 0 && len(b) != width:
			errs.add(r, columnPath(d.column), fmt.Sprintf("%s in format KAFKA has %d bytes, but the record has %d", d.column.Type, width, len(b)))
		case d.needed[0]:
			kafkaValue(v, int(r), b)
		}
	}
}

func kafkaValue(v *types.Vector, row int, b []byte) {
	switch v.Type.Kind {
	case types.Integer:
		v.I32[row] = int32(binary.BigEndian.Uint32(b))
	case types.BigInt:
		v.I64[row] = int64(binary.BigEndian.Uint64(b))
	case types.Double:
		v.F64[row] = math.Float64frombits(binary.BigEndian.Uint64(b))
	case types.String:
		v.Str[row] = validText(v, b)
	case types.Bytes:
		v.Str[row] = types.View(b)
	}
}

func (f *kafkaFormat) Encode(cols []*types.Vector, rows []uint32, noValue types.Bitmap, out *types.Spans, _ *Errors) {
	v := cols[0]
	for _, r := range rows {
		i := int(r)
		if noValue.Get(i) || v.IsNull(i) {
			out.AppendNull()
			continue
		}
		out.Begin()
		switch v.Type.Kind {
		case types.Integer:
			out.Data = binary.BigEndian.AppendUint32(out.Data, uint32(v.I32[i]))
		case types.BigInt:
			out.Data = binary.BigEndian.AppendUint64(out.Data, uint64(v.I64[i]))
		case types.Double:
			out.Data = binary.BigEndian.AppendUint64(out.Data, math.Float64bits(v.F64[i]))
		default:
			out.Data = append(out.Data, v.Str[i]...)
		}
		out.End()
	}
}
