package format

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/types"
)

// protobufSchemaOf makes the file of a message with a field per column, numbered
// in order. STRUCTs are messages inside it.
func protobufSchemaOf(spec *Spec) (registry.Schema, error) {
	text, err := protobufFile(spec, &protobufGenerator{nullable: spec.Properties[PropertyNullable]})
	return registry.Schema{Type: registry.Protobuf, Text: strings.TrimSpace(text)}, err
}

func protobufFile(spec *Spec, g *protobufGenerator) (string, error) {
	name := spec.Properties[PropertyFullName]
	if name == "" {
		name = "ConnectDefault1"
	}
	pkg := ""
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		pkg, name = name[:i], name[i+1:]
	}
	var body strings.Builder
	g.message(&body, name, fieldsOf(spec.Columns), "")
	var file strings.Builder
	file.WriteString("syntax = \"proto3\";\n")
	if pkg != "" {
		file.WriteString("package " + pkg + ";\n")
	}
	slices.Sort(g.imports)
	for _, path := range slices.Compact(g.imports) {
		file.WriteString("\nimport \"" + path + "\";")
	}
	if len(g.imports) > 0 {
		file.WriteString("\n")
	}
	file.WriteString("\n" + body.String())
	return file.String(), nil
}

type protobufGenerator struct {
	nullable string
	entries  bool // A MAP is a list of messages with a key and a value.
	imports  []string
	nested   int // STRUCTs so far, and MAPs that are messages.
}

func (g *protobufGenerator) message(b *strings.Builder, name string, fields []types.Field, indent string) {
	fmt.Fprintf(b, "%smessage %s {\n", indent, name)
	var inner strings.Builder
	for i, f := range fields {
		typ, options := g.field(&inner, f.Type, indent+"  ", true)
		fmt.Fprintf(b, "%s  %s %s = %d%s;\n", indent, typ, f.Name, i+1, options)
	}
	if g.entries && inner.Len() > 0 {
		b.WriteString("\n")
	}
	b.WriteString(inner.String())
	b.WriteString(indent + "}\n")
}

// field returns the type of a field and its options; messages it needs go to
// inner. Elements of lists are never NULL, so that only single ones are marked.
func (g *protobufGenerator) field(inner *strings.Builder, t *types.Type, indent string, single bool) (typ, options string) {
	scalar := func(name, wrapper string) (string, string) {
		switch {
		case single && g.nullable == "OPTIONAL":
			return "optional " + name, ""
		case single && g.nullable == "WRAPPER":
			g.imports = append(g.imports, "google/protobuf/wrappers.proto")
			return "google.protobuf." + wrapper + "Value", ""
		}
		return name, ""
	}
	message := func(path, name string) string {
		g.imports = append(g.imports, path)
		return name
	}
	switch t.Kind {
	case types.Boolean:
		return scalar("bool", "Bool")
	case types.Integer:
		return scalar("int32", "Int32")
	case types.BigInt:
		return scalar("int64", "Int64")
	case types.Double:
		return scalar("double", "Double")
	case types.String:
		return scalar("string", "String")
	case types.Bytes:
		return scalar("bytes", "Bytes")
	case types.Date:
		return message("google/type/date.proto", "google.type.Date"), ""
	case types.Time:
		return message("google/type/timeofday.proto", "google.type.TimeOfDay"), ""
	case types.Timestamp:
		return message("google/protobuf/timestamp.proto", "google.protobuf.Timestamp"), ""
	case types.Decimal:
		g.imports = append(g.imports, "confluent/meta.proto")
		return message("confluent/type/decimal.proto", "confluent.type.Decimal"), fmt.Sprintf(
			" [(confluent.field_meta) = { params: [ { key: \"precision\", value: \"%d\" }, { key: \"scale\", value: \"%d\" } ] }]", t.Precision, t.Scale)
	case types.Array:
		typ, options = g.field(inner, t.Elem, indent, false)
		return "repeated " + typ, options
	case types.Map:
		if g.entries {
			g.nested++
			name := fmt.Sprintf("ConnectDefault%dEntry", g.nested+1)
			g.message(inner, name, []types.Field{{Name: "key", Type: t.Key}, {Name: "value", Type: t.Elem}}, indent)
			return "repeated " + name, ""
		}
		typ, options = g.field(inner, t.Elem, indent, false)
		return "map<string, " + typ + ">", options
	}
	g.nested++
	name := fmt.Sprintf("ConnectDefault%d", g.nested+1)
	g.message(inner, name, t.Fields, indent)
	return name, ""
}

// protobufColumnsOf returns the fields of the message.
func protobufColumnsOf(spec *Spec, s registry.Schema) ([]types.Column, error) {
	file, err := parseProtobuf(spec, s)
	if err != nil {
		return nil, err
	}
	m, err := protobufMessage(spec, file)
	if err != nil {
		return nil, err
	}
	var out []types.Column
	for _, f := range messageFields(m, nil) {
		out = append(out, types.Column{Name: f.Name, Type: f.Type})
	}
	return out, nil
}

// messageFields returns the fields with a SQL type. Messages that contain
// themselves have none.
func messageFields(m protoreflect.MessageDescriptor, within []protoreflect.FullName) []types.Field {
	if slices.Contains(within, m.FullName()) {
		return nil
	}
	within = append(slices.Clip(within), m.FullName())
	var out []types.Field
	for i := range m.Fields().Len() {
		f := m.Fields().Get(i)
		if t := fieldType(f, within); t != nil {
			out = append(out, types.Field{Name: string(f.Name()), Type: t})
		}
	}
	return out
}

func fieldType(f protoreflect.FieldDescriptor, within []protoreflect.FullName) *types.Type {
	switch {
	case f.IsMap():
		value := singleType(f.MapValue(), f, within)
		if value == nil || f.MapKey().Kind() != protoreflect.StringKind {
			return nil
		}
		return types.MapOf(types.StringType, value)
	case f.IsList():
		if elem := singleType(f, f, within); elem != nil {
			return types.ArrayOf(elem)
		}
		return nil
	}
	return singleType(f, f, within)
}

// singleType is the type of one value of f; options are those of the field it
// stands in.
func singleType(f, options protoreflect.FieldDescriptor, within []protoreflect.FullName) *types.Type {
	switch f.Kind() {
	case protoreflect.BoolKind:
		return types.BooleanType
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return types.IntegerType
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind, protoreflect.Uint32Kind, protoreflect.Uint64Kind,
		protoreflect.Fixed32Kind, protoreflect.Fixed64Kind:
		return types.BigIntType
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		return types.DoubleType
	case protoreflect.StringKind, protoreflect.EnumKind:
		return types.StringType
	case protoreflect.BytesKind:
		return types.BytesType
	case protoreflect.GroupKind:
		return nil
	}
	m := f.Message()
	switch messageKind(m) {
	case types.Timestamp:
		return types.TimestampType
	case types.Date:
		return types.DateType
	case types.Time:
		return types.TimeType
	case types.Decimal:
		return connectDecimal(fieldParameters(options))
	}
	if w := wrapperField(m); w != nil {
		return singleType(w, w, within)
	}
	if fields := messageFields(m, within); len(fields) > 0 {
		return types.StructOf(fields...)
	}
	return nil
}

// fieldParameters returns the parameters in the field's meta option, under the
// names that connect.parameters have.
func fieldParameters(f protoreflect.FieldDescriptor) map[string]string {
	out := map[string]string{}
	if f.Options() == nil {
		return out
	}
	f.Options().ProtoReflect().Range(func(option protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if option.FullName() != "confluent.field_meta" {
			return true
		}
		params := option.Message().Fields().ByName("params")
		v.Message().Get(params).Map().Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
			name := k.String()
			if name == "precision" {
				name = "connect.decimal.precision"
			}
			out[name] = v.String()
			return true
		})
		return false
	})
	return out
}
