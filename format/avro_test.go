package format

import (
	"context"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/hamba/avro/v2"
	"pgregory.net/rapid"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/types"
)

// avroRecord encodes a value with another implementation, behind a frame.
func avroRecordOf(t testing.TB, id int, schema string, value any) []byte {
	t.Helper()
	body, err := avro.Marshal(avro.MustParse(schema), value)
	if err != nil {
		t.Fatal(err)
	}
	return append(appendFrame(nil, id), body...)
}

func registryWith(t testing.TB, language registry.Type, schemas ...string) registry.Registry {
	t.Helper()
	r := registry.NewLocal(nil)
	if err := r.SetMode(context.Background(), "", registry.ImportMode); err != nil {
		t.Fatal(err)
	}
	for i, s := range schemas {
		if _, err := r.Import(context.Background(), registry.Version{Subject: "s", ID: i + 1, Schema: registry.Schema{Type: language, Text: s}}); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// TestAvroReads: what values of a writer's schema become.
func TestAvroReads(t *testing.T) {
	for _, c := range []struct {
		name, schema string
		value        any
		columns      string
		want         string
	}{
		{"widened", `{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"float"},{"name":"c","type":"long"}]}`,
			map[string]any{"a": 7, "b": float32(1.5), "c": int64(-1) << 40}, "A BIGINT, B DOUBLE, C STRING", `A=7 B=1.5 C="-1099511627776"`},
		{"skipped, missing and folded names", `{"type":"record","name":"R","fields":[{"name":"x","type":{"type":"array","items":"string"}},{"name":"Lower","type":"string"}]}`,
			map[string]any{"x": []string{"q", "r"}, "Lower": "v"}, "LOWER STRING, GONE INTEGER", `LOWER="v" GONE=null`},
		{"null", `{"type":"record","name":"R","fields":[{"name":"A","type":["int","null"]},{"name":"B","type":["null","int"]}]}`,
			map[string]any{"A": nil, "B": 3}, "A INTEGER, B INTEGER", `A=null B=3`},
		{"decimal", `{"type":"record","name":"R","fields":[{"name":"A","type":{"type":"bytes","logicalType":"decimal","precision":6,"scale":2}}]}`,
			map[string]any{"A": big.NewRat(-1234, 100)}, "A DECIMAL(8, 3)", `A=-12.340`},
		{"enum", `{"type":"record","name":"R","fields":[{"name":"A","type":{"type":"enum","name":"E","symbols":["X","Y"]}}]}`,
			map[string]any{"A": "Y"}, "A STRING", `A="Y"`},
		{"times", `{"type":"record","name":"R","fields":[{"name":"A","type":{"type":"long","logicalType":"timestamp-micros"}},{"name":"B","type":{"type":"int","logicalType":"date"}}]}`,
			map[string]any{"A": time.UnixMicro(1234567), "B": time.Unix(86400, 0).UTC()}, "A TIMESTAMP, B DATE", `A=1970-01-01T00:00:01.234 B=1970-01-02`},
		{"map of records", `{"type":"record","name":"R","fields":[{"name":"A","type":{"type":"map","values":{"type":"record","name":"V","fields":[{"name":"x","type":"int"},{"name":"y","type":"string"}]}}}]}`,
			map[string]any{"A": map[string]any{"k": map[string]any{"x": 1, "y": "s"}}}, "A MAP<STRING, STRUCT<Y STRING>>", `A={"k":(Y="s")}`},
		{"entries", `{"type":"record","name":"R","fields":[{"name":"A","type":{"type":"array","items":{"type":"record","name":"V","fields":[{"name":"key","type":["null","string"]},{"name":"value","type":["null","int"]}]}}}]}`,
			map[string]any{"A": []any{map[string]any{"key": "k", "value": 5}}}, "A MAP<STRING, INTEGER>", `A={"k":5}`},
		{"wrong type", `{"type":"record","name":"R","fields":[{"name":"A","type":"string"}]}`,
			map[string]any{"A": "x"}, "A INTEGER", `error: schema 1: field A: string cannot be read as INTEGER`},
		{"no record", `"int"`, 5, "A INTEGER", `error: schema 1: the value is int, but should be a record with the columns as fields`},
	} {
		t.Run(c.name, func(t *testing.T) {
			spec := Spec{Name: "AVRO", Columns: columns(t, c.columns), Registry: registryWith(t, registry.Avro, c.schema)}
			if got := decodeOne(t, spec, avroRecordOf(t, 1, c.schema, c.value)); got != c.want {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAvroBroken(t *testing.T) {
	spec := Spec{Name: "AVRO", Columns: columns(t, "A INTEGER, B ARRAY<INTEGER>"), Registry: registry.NewLocal(nil)}
	whole := encodeRow(t, spec, int32(300), []any{int32(1)})
	for _, c := range []struct {
		record []byte
		want   string
	}{
		{[]byte{0, 0, 0}, "error: the record has 3 bytes, too few for the id of a schema"},
		{[]byte(`{"A":1}`), "error: the record begins with byte 123 where the id of a schema begins with 0: it was not written with a schema registry"},
		{appendFrame(nil, 77), "error: there is no schema with id 77"},
		{whole[:len(whole)-1], "error: $.B: the record ends within a value"},
		{append(whole[:len(whole):len(whole)], 1), "error: $: 1 bytes are left over behind the record"},
		{append(appendFrame(nil, 0), 6), "error: $.A: the union has 2 types, and type 3 was written"},
		{append(appendFrame(nil, 0), 0, 2, 0x80, 0x80, 0x80, 0x80, 0x7f), "error: $.B: the record says it has more items than it has room for"},
	} {
		if got := decodeOne(t, spec, c.record); got != c.want {
			t.Errorf("% x\ngot  %s\nwant %s", c.record, got, c.want)
		}
	}
}

func encodeRow(t testing.TB, spec Spec, row ...any) []byte {
	t.Helper()
	vecs, out, errs := vectors(spec.Columns, 1), &types.Spans{}, &Errors{}
	for i, v := range vecs {
		if err := v.SetAny(0, row[i]); err != nil {
			t.Fatal(err)
		}
	}
	e, err := NewEncoder(spec)
	if err != nil {
		t.Fatal(err)
	}
	e.Encode(vecs, upTo(1), nil, out, errs)
	if len(errs.Records) > 0 {
		t.Fatal(errs.Records[0].Error())
	}
	b, _ := out.At(0)
	return append([]byte{}, b...) // Not nil, which would be null.
}

// TestAvroForOthers: what is written is read by another implementation.
func TestAvroForOthers(t *testing.T) {
	r := registry.NewLocal(nil)
	spec := Spec{Name: "AVRO", Registry: r, Subject: "t-value",
		Columns: columns(t, "A INTEGER, B STRING, C ARRAY<DOUBLE>, D STRUCT<X BIGINT, Y DECIMAL(5, 2)>, E MAP<STRING, BOOLEAN>, F INTEGER")}
	b := encodeRow(t, spec, int32(7), "text", []any{1.5, nil},
		types.StructValue{{Name: "X", Value: int64(9)}, {Name: "Y", Value: types.DecimalValue{Unscaled: big.NewInt(-250), Scale: 2}}},
		types.MapValue{{Key: "k", Value: true}}, nil)
	v, err := r.Version(t.Context(), "t-value", registry.Latest)
	if id, _ := unframe(b); err != nil || id != v.ID {
		t.Fatalf("written with schema %d, registered %+v", id, v)
	}
	var got map[string]any
	if err := avro.Unmarshal(avro.MustParse(v.Text), b[frameSize:], &got); err != nil {
		t.Fatal(err)
	}
	d := got["D"].(map[string]any)
	if nested, ok := d["io.confluent.ksql.avro_schemas.KsqlDataSourceSchema_D"].(map[string]any); ok {
		d = nested
	}
	if got["A"] != 7 || got["B"] != "text" || got["F"] != nil || d["X"] != int64(9) && d["X"] != 9 {
		t.Errorf("%#v", got)
	}
}

// TestAvroWrites: a registered schema decides how rows are written.
func TestAvroWrites(t *testing.T) {
	with := func(fields string) string { return `{"type":"record","name":"R","fields":[` + fields + `]}` }
	for _, c := range []struct{ name, schema, columns, want string }{
		{"defaults", with(`{"name":"x","type":"int","default":100},{"name":"a","type":["null","int"]},{"name":"y","type":["null","string"]}`), "A INTEGER", "x=100 a=null y=null"},
		{"null where it is not allowed", with(`{"name":"A","type":"int"}`), "A INTEGER", "error: $.A: NULL cannot be written: the schema allows no null here and has no default"},
		{"null with default", with(`{"name":"A","type":"int","default":-1}`), "A INTEGER", "A=-1"},
		{"demanded field", with(`{"name":"A","type":["null","int"]},{"name":"B","type":"double"}`), "A INTEGER", "error: the schema R demands the field B, which has no default and no column"},
		{"no place", with(`{"name":"A","type":["null","int"]}`), "B INTEGER", "error: the schema R has no field `B`"},
		{"other type", with(`{"name":"A","type":"string"}`), "A INTEGER", "error: field A: a INTEGER cannot be written as string"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := registryWith(t, registry.Avro, c.schema)
			spec := Spec{Name: "AVRO", Columns: columns(t, c.columns), Registry: r, Properties: map[string]string{PropertySchemaID: "1"}}
			if got := writeAndRead(t, spec); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestAvroDots: names with dots have underscores in the schema, and are read back
// from there.
func TestAvroDots(t *testing.T) {
	spec := Spec{Name: "AVRO", Registry: registry.NewLocal(nil), Subject: "t-value", Columns: columns(t, "`a.b` INTEGER, S STRUCT<`c.d` STRING>")}
	b := encodeRow(t, spec, int32(5), types.StructValue{{Name: "c.d", Value: "x"}})
	if got, want := decodeOne(t, spec, b), "a.b=5 S=(c.d=\"x\")"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	s, err := SchemaOf(spec)
	if err != nil || strings.Contains(s.Text, "a.b") || !strings.Contains(s.Text, `"name":"a_b"`) || !strings.Contains(s.Text, `"name":"c_d"`) {
		t.Errorf("schema %s, error %v", s.Text, err)
	}
}

// writeAndRead writes a row of NULLs and reads it with the columns of the schema.
func writeAndRead(t *testing.T, spec Spec) string {
	e, err := NewEncoder(spec)
	if err != nil {
		return "error: " + err.Error()
	}
	vecs, out, errs := vectors(spec.Columns, 1), &types.Spans{}, &Errors{}
	vecs[0].SetNull(0)
	e.Encode(vecs, upTo(1), nil, out, errs)
	if len(errs.Records) > 0 {
		return "error: " + errs.Records[0].Error()
	}
	b, _ := out.At(0)
	s, err := spec.Registry.ByID(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if spec.Columns, err = ColumnsOf(spec, s, true); err != nil {
		t.Fatal(err)
	}
	return decodeOne(t, spec, b)
}

// TestSchemaRoundTrip: the columns of a schema made from columns are those.
func TestSchemaRoundTrip(t *testing.T) {
	for _, name := range []string{"AVRO", "JSON_SR", "PROTOBUF"} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				c, _ := Lookup(name)
				spec := Spec{Name: name, IsKey: rapid.Bool().Draw(rt, "key")}
				for k := range rapid.IntRange(1, 4).Draw(rt, "columns") {
					typ := drawType(rt, 3, func(t *types.Type) bool { return c.SupportsType(t, spec.IsKey) })
					spec.Columns = append(spec.Columns, types.Column{Name: "c" + string(rune('a'+k)), Type: typ})
				}
				want := spec.Columns
				if spec.IsKey && !c.WrapKey && len(spec.Columns) == 1 {
					want = bareColumn(true, spec.Columns[0].Type)
				}
				if spec.IsKey && !c.WrapKey && len(spec.Columns) > 1 {
					want = bareColumn(true, types.StructOf(fieldsOf(spec.Columns)...))
				}
				s, err := SchemaOf(spec)
				if err != nil {
					rt.Fatal(err)
				}
				got, err := ColumnsOf(spec, s, true)
				if err != nil {
					rt.Fatalf("%v from %s", err, s.Text)
				}
				if columnList(got) != columnList(want) {
					rt.Fatalf("got %s\nwant %s\nfrom %s", columnList(got), columnList(want), s.Text)
				}
			})
		})
	}
}

func TestColumnsOf(t *testing.T) {
	for _, c := range []struct {
		spec         Spec
		schema, want string
	}{
		{Spec{Name: "AVRO"}, `{"type":"record","name":"R","fields":[{"name":"a","type":["null","int"]},{"name":"s","type":{"type":"record","name":"S","fields":[{"name":"x","type":"string"}]}},{"name":"n","type":"null"}]}`,
			"`A` INTEGER, `S` STRUCT<`X` STRING>"},
		{Spec{Name: "AVRO"}, `{"type":"record","name":"L","fields":[{"name":"v","type":"long"},{"name":"next","type":["null","L"]}]}`, "`V` BIGINT"},
		{Spec{Name: "AVRO"}, `{"type":"record","name":"R","fields":[{"name":"u","type":["int","string"]}]}`, "`U` STRUCT<`INT` INTEGER, `STRING` STRING>"},
		{Spec{Name: "AVRO", IsKey: true}, `"long"`, "`ROWKEY` BIGINT"},
		{Spec{Name: "AVRO"}, `"long"`, "error: the schema is a bare long and no record: add WRAP_SINGLE_VALUE=FALSE"},
		{Spec{Name: "JSON_SR"}, `{"type":"object","properties":{"b":{"type":"integer"},"a":{"$ref":"#/definitions/x"}},"definitions":{"x":{"type":"array","items":{"type":"number"}}}}`,
			"`B` BIGINT, `A` ARRAY<DOUBLE>"},
		{Spec{Name: "JSON_SR"}, `{"type":"object","properties":{}}`, "error: the JSON schema has no SQL type"},
	} {
		language := registry.Avro
		if strings.HasPrefix(c.spec.Name, "JSON") {
			language = registry.JSON
		}
		cols, err := ColumnsOf(c.spec, registry.Schema{Type: language, Text: c.schema}, false)
		got := columnList(cols)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.schema, got, c.want)
		}
	}
}

// FuzzAvro: whatever the bytes are, decoding ends, without a panic and without
// more items than there are bytes; and what is read survives being written.
func FuzzAvro(f *testing.F) {
	const schema = `{"type":"record","name":"R","fields":[
		{"name":"skip","type":["null",{"type":"map","values":{"type":"array","items":"R"}}]},
		{"name":"A","type":["null","int","string"]},{"name":"B","type":{"type":"array","items":["null","string"]}},
		{"name":"C","type":{"type":"bytes","logicalType":"decimal","precision":20,"scale":4}},
		{"name":"D","type":{"type":"map","values":"double"}},{"name":"N","type":{"type":"array","items":"null"}}]}`
	spec := Spec{Name: "AVRO", Columns: columns(f, "A STRUCT<`int` INTEGER, `string` STRING>, B ARRAY<STRING>, C DECIMAL(20, 4), D MAP<STRING, DOUBLE>, N ARRAY<INTEGER>"),
		Registry: registryWith(f, registry.Avro, schema)}
	f.Add(avroRecordOf(f, 1, schema, map[string]any{"skip": nil, "A": 5, "B": []any{"x", nil}, "C": big.NewRat(5, 2), "D": map[string]any{"k": 1.5}, "N": []any{nil}})[frameSize:])
	d := mustNew(f, spec).NewDecoder(nil)
	rewrite := newAgain(f, Spec{Name: "AVRO", Columns: spec.Columns})
	f.Fuzz(func(t *testing.T, body []byte) {
		out, errs := vectors(spec.Columns, 1), &Errors{}
		d.Decode(spans(append(appendFrame(nil, 1), body...)), upTo(1), out, errs)
		if n := out[1].Kids[0].Len; n > len(body)+frameSize {
			t.Fatalf("%d items from %d bytes", n, len(body))
		}
		rowText(spec.Columns, out, 0)
		if len(errs.Records) == 0 {
			rewrite.check(t, out)
		}
	})
}
