package format

import (
	"math/big"
	"testing"

	"github.com/leatdb/leat/types"
)

// TestNoAllocations: once warm, batches go through without allocating, also
// when the shape of the records keeps changing and never repeats.
func TestNoAllocations(t *testing.T) {
	changing := make([][]byte, types.BatchRows)
	for i := range changing {
		changing[i] = []byte(`{"` + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + `":1,"auction":12,"x` + string(rune('a'+i%23)) + `":{"y":[]},"channel":"c"}`)
	}
	avroSpec := Spec{Name: "AVRO", Columns: columns(t, "A BIGINT, B STRING, C ARRAY<STRUCT<D DECIMAL(9, 2), E DOUBLE>>, F MAP<STRING, TIMESTAMP>")}
	var avroRecords [][]byte
	for i := range 100 {
		avroRecords = append(avroRecords, encodeRow(t, avroSpec, int64(i), "text", []any{types.StructValue{{Name: "D", Value: types.DecimalValue{Unscaled: big.NewInt(int64(i * 1000)), Scale: 2}}, {Name: "E", Value: 1.5}}, nil},
			types.MapValue{{Key: "k", Value: types.TimestampValue(i)}}))
	}
	protobufSpec := Spec{Name: "PROTOBUF", Columns: columns(t, "A BIGINT, B STRING, C ARRAY<STRUCT<D DATE, E DOUBLE>>, F MAP<STRING, TIMESTAMP>, G ARRAY<INTEGER>")}
	var protobufRecords [][]byte
	for i := range 100 {
		protobufRecords = append(protobufRecords, encodeRow(t, protobufSpec, int64(i), "text", []any{types.StructValue{{Name: "D", Value: types.DateValue(i)}, {Name: "E", Value: 1.5}}, nil},
			types.MapValue{{Key: "k", Value: types.TimestampValue(i)}}, []any{int32(1), int32(2)}))
	}
	for _, c := range []struct {
		name string
		spec Spec
		in   *types.Spans
	}{
		{"JSON", Spec{Name: "JSON", Columns: columns(t, bidColumns)}, spans(bidRecords(types.BatchRows)...)},
		{"JSON changing", Spec{Name: "JSON", Columns: columns(t, bidColumns)}, spans(changing...)},
		{"JSON nested", Spec{Name: "JSON", Columns: columns(t, "A ARRAY<STRUCT<B DECIMAL(9, 2), C MAP<STRING, DOUBLE>>>, D STRING")},
			spans([]byte(`{"A":[{"B":1.5,"C":{"x":1.25,"y":2}},{"b":"3","c":null}],"D":"\u00e4"}`), []byte(`{"D":{"x":[1,2]}}`))},
		{"DELIMITED", Spec{Name: "DELIMITED", Columns: columns(t, "A BIGINT, B STRING, C DOUBLE, D DECIMAL(9, 2)")},
			spans([]byte(`12,"a""b",1.5,2.25`), []byte(`13,plain,1e10,`))},
		{"AVRO", avroSpec, spans(avroRecords...)},
		{"PROTOBUF", protobufSpec, spans(protobufRecords...)},
		{"JSON_SR", Spec{Name: "JSON_SR", Columns: columns(t, bidColumns)}, spans(framed(bidRecords(types.BatchRows))...)},
		{"KAFKA", Spec{Name: "KAFKA", Columns: columns(t, "A BIGINT")}, spans([]byte("12345678"), nil)},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := mustNew(t, c.spec)
			d, e, n := f.NewDecoder(nil), f.NewEncoder(), len(c.in.Pos)
			rows, vecs, out, errs := upTo(n), vectors(c.spec.Columns, n), &types.Spans{}, &Errors{}
			if allocs := testing.AllocsPerRun(5, func() {
				for _, v := range vecs {
					v.Reset(n)
				}
				d.Decode(c.in, rows, vecs, errs)
			}); allocs != 0 {
				t.Errorf("decoding a batch allocates %v times", allocs)
			}
			if allocs := testing.AllocsPerRun(5, func() {
				out.Reset()
				e.Encode(vecs, rows, nil, out, errs)
			}); allocs != 0 {
				t.Errorf("encoding a batch allocates %v times", allocs)
			}
			if len(errs.Records) > 0 {
				t.Fatal(errs.Records[0].Error())
			}
		})
	}
}

// framed puts the frame of an unregistered schema in front of each record.
func framed(records [][]byte) [][]byte {
	out := make([][]byte, len(records))
	for i, r := range records {
		out[i] = append(appendFrame(nil, unframedID), r...)
	}
	return out
}
