package format

import (
	"fmt"
	"testing"

	"github.com/hamba/avro/v2"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/types"
)

// nestedColumns are what bids do not have: structs, lists, maps, decimals, times.
const nestedColumns = "ID BIGINT, AT TIMESTAMP, PRICE DECIMAL(12, 2), SHIP STRUCT<CITY STRING, ZIP INTEGER, GEO STRUCT<LAT DOUBLE, LON DOUBLE>>, LINES ARRAY<STRUCT<ITEM STRING, N INTEGER>>, TAGS MAP<STRING, STRING>"

// nestedRecords returns n orders in JSON.
func nestedRecords(n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = fmt.Appendf(nil, `{"ID":%d,"AT":%d,"PRICE":%d.%02d,"SHIP":{"CITY":"city %d","ZIP":%d,"GEO":{"LAT":%d.5,"LON":%d.25}},`+
			`"LINES":[{"ITEM":"item %d","N":%d},{"ITEM":"item %d","N":2}],"TAGS":{"a":"x%d","b":"y"}}`,
			i, 1700000000000+i, i%9999, i%100, i%977, 10000+i%89999, i%90, i%180, i%77, i%5, i%33, i%9)
	}
	return out
}

// rewritten are the records of benchmarks in another format.
func rewritten(b *testing.B, name, columnText string, records [][]byte) (Spec, *types.Spans) {
	b.Helper()
	cols, in := columns(b, columnText), spans(records...)
	rows, vecs, out, errs := upTo(len(records)), vectors(cols, len(records)), &types.Spans{}, &Errors{}
	mustNew(b, Spec{Name: "JSON", Columns: cols}).NewDecoder(nil).Decode(in, rows, vecs, errs)
	spec := Spec{Name: name, Columns: cols, Registry: registry.NewLocal(nil), Subject: "t-value"}
	e, err := NewEncoder(spec)
	if err != nil {
		b.Fatal(err)
	}
	e.Encode(vecs, rows, nil, out, errs)
	if len(errs.Records) > 0 {
		b.Fatal(errs.Records[0].Error())
	}
	return spec, out
}

// needs marks the first n of many columns.
func needs(n, of int) []bool {
	needed := make([]bool, of)
	for i := range n {
		needed[i] = true
	}
	return needed
}

// BenchmarkSchemaDecode decodes records of formats with schemas into vectors, and
// by the same library into generic values. hamba's values are maps; dynamicpb's
// are messages, which are read into maps for the same result.
func BenchmarkSchemaDecode(b *testing.B) {
	for _, data := range []struct {
		name, columns string
		records       [][]byte
		of            int
	}{{"bids", bidColumns, bidRecords(types.BatchRows), 7}, {"nested", nestedColumns, nestedRecords(types.BatchRows), 6}} {
		spec, in := rewritten(b, "AVRO", data.columns, data.records)
		for _, n := range []int{1, 3, data.of} {
			b.Run(fmt.Sprintf("avro/%s/columns=%d", data.name, n), func(b *testing.B) { benchDecode(b, spec, in, needs(n, data.of)) })
		}
		b.Run(fmt.Sprintf("avro/%s/maps", data.name), func(b *testing.B) { benchAvroMaps(b, &spec, in) })
		spec, in = rewritten(b, "PROTOBUF", data.columns, data.records)
		for _, n := range []int{1, 3, data.of} {
			b.Run(fmt.Sprintf("protobuf/%s/columns=%d", data.name, n), func(b *testing.B) { benchDecode(b, spec, in, needs(n, data.of)) })
		}
		b.Run(fmt.Sprintf("protobuf/%s/maps", data.name), func(b *testing.B) { benchProtobufMaps(b, &spec, in, true) })
		b.Run(fmt.Sprintf("protobuf/%s/messages", data.name), func(b *testing.B) { benchProtobufMaps(b, &spec, in, false) })
	}
}

func benchAvroMaps(b *testing.B, spec *Spec, in *types.Spans) {
	s, err := SchemaOf(*spec)
	if err != nil {
		b.Fatal(err)
	}
	schema, err := parseAvro(spec, s)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	benchRecords(b, in, func(record []byte) {
		var into map[string]any
		if err := avro.Unmarshal(schema, record[frameSize:], &into); err != nil {
			b.Fatal(err)
		}
	})
}

func benchProtobufMaps(b *testing.B, spec *Spec, in *types.Spans, maps bool) {
	s, err := SchemaOf(*spec)
	if err != nil {
		b.Fatal(err)
	}
	file, err := parseProtobuf(spec, s)
	if err != nil {
		b.Fatal(err)
	}
	message := file.Messages().Get(0)
	b.ReportAllocs()
	benchRecords(b, in, func(record []byte) {
		m := dynamicpb.NewMessage(message)
		if err := proto.Unmarshal(record[frameSize+1:], m); err != nil {
			b.Fatal(err)
		}
		if maps {
			mapOf(m)
		}
	})
}

// mapOf reads a message into a map.
func mapOf(m protoreflect.Message) map[string]any {
	out := make(map[string]any)
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.IsMap():
			entries := make(map[string]any, v.Map().Len())
			v.Map().Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
				entries[k.String()] = v.Interface()
				return true
			})
			out[string(f.Name())] = entries
		case f.IsList():
			list := make([]any, v.List().Len())
			for i := range list {
				list[i] = mapOfValue(f, v.List().Get(i))
			}
			out[string(f.Name())] = list
		default:
			out[string(f.Name())] = mapOfValue(f, v)
		}
		return true
	})
	return out
}

func mapOfValue(f protoreflect.FieldDescriptor, v protoreflect.Value) any {
	if f.Kind() == protoreflect.MessageKind {
		return mapOf(v.Message())
	}
	return v.Interface()
}
