package format

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/hamba/avro/v2"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/types"
)

// avroNamespace holds the records that columns are made to.
const avroNamespace = "io.confluent.ksql.avro_schemas"

// AvroKeyName is the full name of the record that the keys of a stream or table
// are: OUTPUT_ROWS gives ...OutputRowsKey.
func AvroKeyName(source string) string {
	var b strings.Builder
	for _, word := range strings.Split(strings.ToLower(source), "_") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	name := b.String() + "Key"
	if avroNameOK(name) != "" {
		name = "Key"
	}
	return avroNamespace + "." + name
}

// avroSchemaOf makes the schema of columns: every field may be null and is null
// by default. A bare value has its type without null: a NULL is a null record.
func avroSchemaOf(spec *Spec) (registry.Schema, error) {
	c, _ := Lookup(spec.Name)
	full := spec.Properties[PropertyFullName]
	if full == "" {
		full = avroNamespace + ".KsqlDataSourceSchema"
	}
	namespace, name := "", full
	if i := strings.LastIndexByte(full, '.'); i >= 0 {
		namespace, name = full[:i], full[i+1:]
	}
	g := avroGenerator{namespace}
	var node any
	if wrapped(c, *spec) {
		for _, col := range spec.Columns {
			if why := avroNameOK(col.Name); why != "" {
				return registry.Schema{}, fmt.Errorf("column %s: %s", types.QuoteName(col.Name), why)
			}
		}
		node = g.record(name, fieldsOf(spec.Columns), true)
	} else {
		node = g.typ(spec.Columns[0].Type, name, true)
	}
	text, err := json.Marshal(node)
	if err != nil {
		return registry.Schema{}, fmt.Errorf("avro: %w", err)
	}
	return registry.Schema{Type: registry.Avro, Text: string(text)}, nil
}

type avroGenerator struct{ namespace string }

type avroRecord struct {
	Type        string          `json:"type"`
	Name        string          `json:"name"`
	Namespace   string          `json:"namespace,omitempty"`
	Fields      []avroFieldText `json:"fields"`
	ConnectName string          `json:"connect.name,omitempty"`
}

type avroFieldText struct {
	Name    string `json:"name"`
	Type    [2]any `json:"type"`
	Default any    `json:"default"`
}

type avroLogicalText struct {
	Type        string            `json:"type"`
	Scale       *int              `json:"scale,omitempty"`
	Precision   int               `json:"precision,omitempty"`
	Version     int               `json:"connect.version"`
	Parameters  map[string]string `json:"connect.parameters,omitempty"`
	ConnectName string            `json:"connect.name"`
	LogicalType string            `json:"logicalType"`
}

// record makes a record; its nested records are named after it and the field
// they stand in.
func (g avroGenerator) record(name string, fields []types.Field, outer bool) any {
	r := avroRecord{Type: "record", Name: name, Fields: []avroFieldText{}, ConnectName: name}
	if g.namespace != "" {
		r.ConnectName = g.namespace + "." + name
	}
	if outer {
		r.Namespace = g.namespace
	}
	for _, f := range fields {
		r.Fields = append(r.Fields, avroFieldText{avroName(f.Name), [2]any{"null", g.typ(f.Type, name+"_"+avroName(f.Name), false)}, nil})
	}
	return r
}

func (g avroGenerator) typ(t *types.Type, name string, outer bool) any {
	const connect = "org.apache.kafka.connect.data."
	switch t.Kind {
	case types.Boolean:
		return "boolean"
	case types.Integer:
		return "int"
	case types.BigInt:
		return "long"
	case types.Double:
		return "double"
	case types.String:
		return "string"
	case types.Bytes:
		return "bytes"
	case types.Date:
		return avroLogicalText{Type: "int", Version: 1, ConnectName: connect + "Date", LogicalType: "date"}
	case types.Time:
		return avroLogicalText{Type: "int", Version: 1, ConnectName: connect + "Time", LogicalType: "time-millis"}
	case types.Timestamp:
		return avroLogicalText{Type: "long", Version: 1, ConnectName: connect + "Timestamp", LogicalType: "timestamp-millis"}
	case types.Decimal:
		return avroLogicalText{Type: "bytes", Scale: &t.Scale, Precision: t.Precision, Version: 1, ConnectName: connect + "Decimal", LogicalType: "decimal",
			Parameters: map[string]string{"scale": strconv.Itoa(t.Scale), "connect.decimal.precision": strconv.Itoa(t.Precision)}}
	case types.Array:
		return map[string]any{"type": "array", "items": [2]any{"null", g.typ(t.Elem, name, outer)}}
	case types.Map:
		return map[string]any{"type": "map", "values": [2]any{"null", g.typ(t.Elem, name+"_MapValue", outer)}}
	}
	return g.record(name, t.Fields, outer)
}

// avroColumnsOf returns the columns of a schema: the fields of a record, or the
// bare value.
func avroColumnsOf(spec *Spec, s registry.Schema) ([]types.Column, error) {
	parsed, err := parseAvro(spec, s)
	if err != nil {
		return nil, err
	}
	in := avroInference{}
	value, _, _, _ := avroNonNull(parsed)
	r, isRecord := value.(*avro.RecordSchema)
	if spec.IsKey || spec.WrapSingle != nil && !*spec.WrapSingle {
		t := in.typ(parsed)
		if t == nil {
			return nil, fmt.Errorf("%s has no SQL type", parsed.Type())
		}
		return bareColumn(spec.IsKey, t), nil
	}
	if !isRecord {
		return nil, fmt.Errorf("the schema is a bare %s and no record: add WRAP_SINGLE_VALUE=FALSE", value.Type())
	}
	var out []types.Column
	for _, f := range in.fields(r) {
		out = append(out, types.Column{Name: f.Name, Type: f.Type})
	}
	return out, nil
}

// avroInference finds the SQL types of schemas. Types that contain themselves
// have none.
type avroInference struct{ within []avro.Schema }

// typ returns the SQL type, or nil when there is none.
func (in *avroInference) typ(s avro.Schema) *types.Type {
	value, _, _, single := avroNonNull(s)
	if !single {
		return in.union(value)
	}
	switch t := value.(type) {
	case *avro.PrimitiveSchema:
		return avroPrimitiveType(t)
	case *avro.EnumSchema:
		return types.StringType
	case *avro.FixedSchema:
		if p, sc, ok := avroDecimal(t); ok {
			return types.DecimalOf(p, sc)
		}
		return types.BytesType
	case *avro.ArraySchema:
		if key, val, ok := avroMapEntry(t.Items()); ok && t.Items().(*avro.RecordSchema).Prop("connect.internal.type") == "MapEntry" {
			return mapTo(in.typ(key.Type()), in.typ(val.Type()))
		}
		if elem := in.typ(t.Items()); elem != nil {
			return types.ArrayOf(elem)
		}
	case *avro.MapSchema:
		return mapTo(types.StringType, in.typ(t.Values()))
	case *avro.RecordSchema:
		if fields := in.fields(t); len(fields) > 0 {
			return types.StructOf(fields...)
		}
	}
	return nil
}

func mapTo(key, value *types.Type) *types.Type {
	if key == nil || value == nil {
		return nil
	}
	return types.MapOf(key, value)
}

func (in *avroInference) fields(r *avro.RecordSchema) []types.Field {
	for _, s := range in.within {
		if s == avro.Schema(r) {
			return nil
		}
	}
	in.within = append(in.within, r)
	defer func() { in.within = in.within[:len(in.within)-1] }()
	var out []types.Field
	for _, f := range r.Fields() {
		if t := in.typ(f.Type()); t != nil {
			out = append(out, types.Field{Name: f.Name(), Type: t})
		}
	}
	return out
}

// union is a STRUCT with a field per type but null, of which one is not NULL.
func (in *avroInference) union(s avro.Schema) *types.Type {
	u, ok := s.(*avro.UnionSchema)
	if !ok {
		return nil
	}
	var fields []types.Field
	for _, b := range u.Types() {
		if t := in.typ(b); t != nil {
			fields = append(fields, types.Field{Name: avroBranchName(b), Type: t})
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return types.StructOf(fields...)
}

func avroBranchName(s avro.Schema) string {
	if n, ok := registry.AvroDeref(s).(avro.NamedSchema); ok {
		return n.Name()
	}
	return string(s.Type())
}

func avroPrimitiveType(s *avro.PrimitiveSchema) *types.Type {
	switch avroLogical(s) {
	case avro.Decimal:
		p, sc, _ := avroDecimal(s)
		return types.DecimalOf(p, sc)
	case avro.Date:
		return types.DateType
	case avro.TimeMillis, avro.TimeMicros:
		return types.TimeType
	case avro.TimestampMillis, avro.TimestampMicros:
		return types.TimestampType
	}
	switch s.Type() {
	case avro.Boolean:
		return types.BooleanType
	case avro.Int:
		return types.IntegerType
	case avro.Long:
		return types.BigIntType
	case avro.Float, avro.Double:
		return types.DoubleType
	case avro.String:
		return types.StringType
	case avro.Bytes:
		return types.BytesType
	}
	return nil
}
