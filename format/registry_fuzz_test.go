package format

import (
	"math/big"
	"testing"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/types"
)

// again holds that a row which was read can be written, and is read as the same.
type again struct {
	cols    []types.Column
	encoder Encoder
	decoder Decoder
}

func newAgain(t testing.TB, spec Spec) *again {
	f := mustNew(t, spec)
	return &again{spec.Columns, f.NewEncoder(), f.NewDecoder(nil)}
}

func (a *again) check(t *testing.T, row []*types.Vector) {
	t.Helper()
	back, encoded := a.write(t, row)
	if want, got := rowText(a.cols, row, 0), rowText(a.cols, back, 0); got != want {
		t.Fatalf("%s was written as %x and read as %s", want, encoded, got)
	}
}

// write writes the row and returns what is read then.
func (a *again) write(t *testing.T, row []*types.Vector) (back []*types.Vector, encoded []byte) {
	t.Helper()
	out, errs := &types.Spans{}, &Errors{}
	a.encoder.Encode(row, upTo(1), nil, out, errs)
	back = vectors(a.cols, 1)
	a.decoder.Decode(out, upTo(1), back, errs)
	if len(errs.Records) > 0 {
		t.Fatalf("%s was written as %x and refused: %v", rowText(a.cols, row, 0), out.Data, errs.Records)
	}
	return back, out.Data
}

const framedColumns = "A INTEGER, B STRING, C ARRAY<BIGINT>, D DECIMAL(8, 2), E STRUCT<X DATE, Y MAP<STRING, DOUBLE>>, F BYTES"

// FuzzFramed: records that begin with the id of a schema, whatever the id and the
// bytes behind it are, are refused or read; and one decoder reads records of any
// order.
func FuzzFramed(f *testing.F) {
	var decoders []Decoder
	var rewrites []*again
	row := []any{int32(-1), "text", []any{int64(5), int64(-6)}, types.DecimalValue{Unscaled: big.NewInt(-250), Scale: 2},
		types.StructValue{{Name: "X", Value: types.DateValue(3)}, {Name: "Y", Value: types.MapValue{{Key: "k", Value: 1.5}}}}, []byte{0, 255}}
	for i, name := range []string{"AVRO", "JSON_SR", "PROTOBUF"} {
		spec := Spec{Name: name, Registry: registry.NewLocal(nil), Subject: "t-value", Columns: columns(f, framedColumns)}
		b := encodeRow(f, spec, row...)
		f.Add(uint8(i), b)
		f.Add(uint8(i), append(appendFrame(nil, 0), b[frameSize:]...)) // A schema that is registered nowhere.
		f.Add(uint8(i), append(appendFrame(nil, 7), b[frameSize:]...)) // One that does not exist.
		f.Add(uint8(i), b[:len(b)/2])
		decoders = append(decoders, mustNew(f, spec).NewDecoder(nil))
		rewrites = append(rewrites, newAgain(f, spec))
	}
	cols := columns(f, framedColumns)
	f.Fuzz(func(t *testing.T, which uint8, record []byte) {
		i := int(which) % len(decoders)
		out, errs := vectors(cols, 1), &Errors{}
		decoders[i].Decode(spans(record), upTo(1), out, errs)
		rowText(cols, out, 0)
		if len(errs.Records) > 0 {
			return
		}
		if i == len(decoders)-1 {
			// PROTOBUF writes NULL as zero and no bytes as nothing, so that only what it
			// has written itself is read as it was.
			out, _ = rewrites[i].write(t, out)
		}
		rewrites[i].check(t, out)
	})
}

// TestSchemasAtHand: records that name ever other schemas do not make a decoder
// grow, and those of the one that exists are still read.
func TestSchemasAtHand(t *testing.T) {
	for _, name := range []string{"AVRO", "PROTOBUF"} {
		spec := Spec{Name: name, Registry: registry.NewLocal(nil), Subject: "t-value", Columns: columns(t, "A INTEGER, B STRING")}
		good := encodeRow(t, spec, int32(7), "x")
		d := mustNew(t, spec).NewDecoder(nil)
		for id := range 5 * maxNodes {
			out, errs := vectors(spec.Columns, 2), &Errors{}
			d.Decode(spans(append(appendFrame(nil, 100+id), good[frameSize:]...), good), upTo(2), out, errs)
			if len(errs.Records) != 1 || errs.Records[0].Row != 0 {
				t.Fatalf("%s: a record with schema %d and a good one: %v", name, 100+id, errs.Records)
			}
			if got := rowText(spec.Columns, out, 1); got != `A=7 B="x"` {
				t.Fatalf("%s: read %s", name, got)
			}
		}
		kept := 0
		switch d := d.(type) {
		case *avroDecoder:
			kept = len(d.nodes)
		case *protobufDecoder:
			kept = len(d.nodes)
		}
		if kept == 0 || kept > maxNodes {
			t.Errorf("%s: %d schemas are kept", name, kept)
		}
	}
}

// FuzzSchema: whatever text is registered as a schema, finding its columns ends;
// and the columns found can be carried by the format they come from.
func FuzzSchema(f *testing.F) {
	formats := []string{"AVRO", "JSON_SR", "PROTOBUF"}
	for i, name := range formats {
		s, err := SchemaOf(Spec{Name: name, Columns: columns(f, framedColumns)})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), s.Text)
	}
	f.Add(uint8(0), `{"type":"record","name":"L","fields":[{"name":"v","type":["null","long"]},{"name":"next","type":["null","L"]}]}`)
	f.Add(uint8(0), `{"type":"record","name":"R","fields":[{"name":"e","type":{"type":"enum","name":"E","symbols":["A"]}},{"name":"f","type":{"type":"fixed","name":"F","size":2}}]}`)
	f.Add(uint8(1), `{"type":"object","properties":{"a":{"$ref":"#/definitions/x"}},"definitions":{"x":{"oneOf":[{"type":"null"},{"type":"array","items":{"type":"number"}}]}}}`)
	f.Add(uint8(2), `syntax = "proto3"; message A { message B { repeated A a = 1; oneof o { int32 x = 2; string y = 3; } } B b = 1; map<string, B> m = 2; enum E { Z = 0; } E e = 3; }`)
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		spec := Spec{Name: formats[int(which)%len(formats)]}
		c, _ := Lookup(spec.Name)
		schema := registry.Schema{Type: c.Registry, Text: text}
		cols, err := ColumnsOf(spec, schema, true)
		if err != nil {
			return
		}
		spec.Columns = cols
		if c.Check(spec) != nil {
			return // Names that SQL allows and the format does not, twice the same name.
		}
		r := registry.NewLocal(nil)
		v, err := r.Register(t.Context(), "s", schema)
		if err != nil {
			return
		}
		spec.Registry = r
		out, errs := vectors(cols, 1), &Errors{}
		mustNew(t, spec).NewDecoder(nil).Decode(spans(append(appendFrame(nil, v.ID), make([]byte, 64)...)), upTo(1), out, errs)
		rowText(cols, out, 0)
	})
}
