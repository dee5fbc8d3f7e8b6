package format

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/types"
)

// jsonSRFormat is format JSON_SR: JSON behind a frame with the id of a JSON
// schema. The documents say what they are themselves, so readers need no schema.
type jsonSRFormat struct {
	spec Spec
	json Format
}

func newJSONSR(spec Spec) (Format, error) {
	inner, err := newJSON(spec)
	return &jsonSRFormat{spec, inner}, err
}

func (f *jsonSRFormat) NewDecoder(needed []bool) Decoder {
	return &jsonSRDecoder{json: f.json.NewDecoder(needed), needed: allNeeded(needed, len(f.spec.Columns))}
}

func (f *jsonSRFormat) NewEncoder() Encoder {
	_, id, err := writerSchema(&f.spec)
	if err != nil {
		return &refusing{err}
	}
	return &jsonSREncoder{id: id, json: f.json.NewEncoder()}
}

type jsonSRDecoder struct {
	json   Decoder
	needed []bool
	body   types.Spans // The records without their frames.
	good   []uint32
	inner  Errors
}

func (d *jsonSRDecoder) Decode(in *types.Spans, rows []uint32, out []*types.Vector, errs *Errors) {
	d.body.Data = in.Data
	d.body.Pos, d.body.Len = append(d.body.Pos[:0], in.Pos...), append(d.body.Len[:0], in.Len...)
	d.good = d.good[:0]
	failed := len(errs.Records)
	for _, r := range rows {
		if b, ok := in.At(int(r)); ok {
			if _, reason := unframe(b); reason != "" {
				errs.add(r, "", reason)
				continue
			}
			d.body.Pos[r] += frameSize
			d.body.Len[r] -= frameSize
		}
		d.good = append(d.good, r)
	}
	if len(errs.Records) == failed {
		d.json.Decode(&d.body, rows, out, errs)
		return
	}
	d.inner.Reset()
	d.json.Decode(&d.body, d.good, out, &d.inner)
	errs.Records = append(errs.Records, d.inner.Records...)
	slices.SortFunc(errs.Records[failed:], func(a, b RecordError) int { return int(a.Row) - int(b.Row) })
}

type jsonSREncoder struct {
	id   int
	json Encoder
	body types.Spans
}

func (e *jsonSREncoder) Encode(cols []*types.Vector, rows []uint32, noValue types.Bitmap, out *types.Spans, errs *Errors) {
	e.body.Reset()
	e.json.Encode(cols, rows, noValue, &e.body, errs)
	for k := range e.body.Len {
		b, ok := e.body.At(k)
		if !ok {
			out.AppendNull()
			continue
		}
		out.Begin()
		out.Data = append(appendFrame(out.Data, e.id), b...)
		out.End()
	}
}

// jsonSchemaText is a JSON schema as it is written; maps are written in the order
// of their keys, so that equal columns give equal texts.
type jsonSchemaText map[string]any

// jsonSchemaOf makes the schema of columns: everything may be null.
func jsonSchemaOf(spec *Spec) (registry.Schema, error) {
	c, _ := Lookup(spec.Name)
	var node jsonSchemaText
	if wrapped(c, *spec) {
		node = jsonObjectText(fieldsOf(spec.Columns))
	} else {
		node = jsonNullable(spec.Columns[0].Type)
	}
	text, err := json.Marshal(node)
	if err != nil {
		return registry.Schema{}, fmt.Errorf("json schema: %w", err)
	}
	return registry.Schema{Type: registry.JSON, Text: string(text)}, nil
}

func jsonObjectText(fields []types.Field) jsonSchemaText {
	properties := map[string]any{}
	for i, f := range fields {
		p := jsonNullable(f.Type)
		p["connect.index"] = i
		properties[f.Name] = p
	}
	return jsonSchemaText{"type": "object", "properties": properties}
}

func jsonNullable(t *types.Type) jsonSchemaText {
	return jsonSchemaText{"oneOf": []any{jsonSchemaText{"type": "null"}, jsonTypeText(t)}}
}

// jsonTypeText describes a type. The name that Kafka Connect has for it is added
// where JSON's alone does not tell.
func jsonTypeText(t *types.Type) jsonSchemaText {
	simple := func(typ, connect string) jsonSchemaText {
		return jsonSchemaText{"type": typ, "connect.type": connect}
	}
	logical := func(s jsonSchemaText, name string) jsonSchemaText {
		maps.Copy(s, jsonSchemaText{"title": "org.apache.kafka.connect.data." + name, "connect.version": 1})
		return s
	}
	switch t.Kind {
	case types.Boolean:
		return jsonSchemaText{"type": "boolean"}
	case types.Integer:
		return simple("integer", "int32")
	case types.BigInt:
		return simple("integer", "int64")
	case types.Double:
		return simple("number", "float64")
	case types.Bytes:
		return simple("string", "bytes")
	case types.Date:
		return logical(simple("integer", "int32"), "Date")
	case types.Time:
		return logical(simple("integer", "int32"), "Time")
	case types.Timestamp:
		return logical(simple("integer", "int64"), "Timestamp")
	case types.Decimal:
		s := logical(simple("number", "bytes"), "Decimal")
		s["connect.parameters"] = map[string]string{"scale": strconv.Itoa(t.Scale), "connect.decimal.precision": strconv.Itoa(t.Precision)}
		return s
	case types.Array:
		return jsonSchemaText{"type": "array", "items": jsonNullable(t.Elem)}
	case types.Map:
		return jsonSchemaText{"type": "object", "connect.type": "map", "additionalProperties": jsonNullable(t.Elem)}
	case types.Struct:
		return jsonObjectText(t.Fields)
	}
	return jsonSchemaText{"type": "string"}
}

// jsonColumnsOf returns the columns of a schema: the properties of an object, or
// the bare value.
func jsonColumnsOf(spec *Spec, s registry.Schema) ([]types.Column, error) {
	root, err := registry.ParseJSON(spec.context(), spec.Registry, s)
	if err != nil {
		return nil, err
	}
	t := jsonType(root, 0)
	if t == nil {
		return nil, fmt.Errorf("the JSON schema has no SQL type")
	}
	if spec.IsKey || spec.WrapSingle != nil && !*spec.WrapSingle {
		return bareColumn(spec.IsKey, t), nil
	}
	if t.Kind != types.Struct {
		return nil, fmt.Errorf("the schema is a bare %s and no object: add WRAP_SINGLE_VALUE=FALSE", t)
	}
	var out []types.Column
	for _, f := range t.Fields {
		out = append(out, types.Column{Name: f.Name, Type: f.Type})
	}
	return out, nil
}

// jsonType returns the SQL type of a schema, or nil when there is none.
func jsonType(s *registry.JSONSchema, depth int) *types.Type {
	if depth > 32 { // A schema may contain itself.
		return nil
	}
	s, _ = s.NonNull()
	switch s.Title {
	case "org.apache.kafka.connect.data.Decimal":
		return connectDecimal(s.ConnectParameters)
	case "org.apache.kafka.connect.data.Date":
		return types.DateType
	case "org.apache.kafka.connect.data.Time":
		return types.TimeType
	case "org.apache.kafka.connect.data.Timestamp":
		return types.TimestampType
	}
	for _, name := range s.Types {
		if name != "null" {
			return jsonNamed(name, s, depth)
		}
	}
	if len(s.Properties) > 0 {
		return jsonNamed("object", s, depth)
	}
	return nil
}

func jsonNamed(name string, s *registry.JSONSchema, depth int) *types.Type {
	switch name {
	case "boolean":
		return types.BooleanType
	case "integer":
		switch s.ConnectType {
		case "int8", "int16", "int32":
			return types.IntegerType
		}
		return types.BigIntType
	case "number":
		return types.DoubleType
	case "string":
		if s.ConnectType == "bytes" {
			return types.BytesType
		}
		return types.StringType
	case "array":
		if s.Items == nil {
			return nil
		}
		if elem := jsonType(s.Items, depth+1); elem != nil {
			return types.ArrayOf(elem)
		}
	case "object":
		if len(s.Properties) == 0 && s.Values != nil {
			return mapTo(types.StringType, jsonType(s.Values, depth+1))
		}
		var fields []types.Field
		for _, p := range s.Properties {
			if t := jsonType(p.Schema, depth+1); t != nil {
				fields = append(fields, types.Field{Name: p.Name, Type: t})
			}
		}
		if len(fields) > 0 {
			return types.StructOf(fields...)
		}
	}
	return nil
}

// connectDecimal is the DECIMAL of Kafka Connect's parameters.
func connectDecimal(parameters map[string]string) *types.Type {
	scale, err := strconv.Atoi(parameters["scale"])
	if err != nil || scale < 0 {
		return nil
	}
	precision, err := strconv.Atoi(parameters["connect.decimal.precision"])
	if err != nil {
		precision = 64
	}
	if precision < max(scale, 1) {
		return nil
	}
	return types.DecimalOf(precision, scale)
}
