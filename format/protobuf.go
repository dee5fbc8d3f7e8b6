package format

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/types"
)

// protobufFormat is format PROTOBUF, and PROTOBUF_NOSR, which has no frame and
// always the schema of the columns. Keys and values are messages with a field
// per column, also when there is one column only.
//
// Behind the frame stands the way to the message in its file: the number of
// steps and the index at each, as zigzag varints; the first message of the file
// is a single 0.
type protobufFormat struct {
	spec   Spec
	framed bool
}

func newProtobuf(spec Spec) (Format, error) {
	c, _ := Lookup(spec.Name)
	return &protobufFormat{spec, c.Registry != ""}, nil
}

func protobufTypeOK(t *types.Type, isKey bool) string {
	if isKey && contains(t, types.Map) {
		return "a MAP cannot be in a key, because equal maps may have different bytes; use an ARRAY of STRUCTs or a value column"
	}
	switch t.Kind {
	case types.Map:
		if t.Key.Kind != types.String {
			return "the keys of a MAP must be STRING in PROTOBUF, not " + t.Key.String()
		}
		fallthrough
	case types.Array:
		if t.Elem.Kind == types.Array || t.Elem.Kind == types.Map {
			return fmt.Sprintf("%s cannot be inside %s in PROTOBUF; put a STRUCT between them", t.Elem.Kind, t.Kind)
		}
		return protobufTypeOK(t.Elem, isKey)
	}
	for _, f := range t.Fields {
		if why := protobufNameOK(f.Name); why != "" {
			return why
		}
		if why := protobufTypeOK(f.Type, isKey); why != "" {
			return why
		}
	}
	return ""
}

func protobufNameOK(name string) string {
	return strings.ReplaceAll(avroNameOK(name), "AVRO", "PROTOBUF")
}

func (f *protobufFormat) NewDecoder(needed []bool) Decoder {
	return &protobufDecoder{spec: f.spec, framed: f.framed, needed: allNeeded(needed, len(f.spec.Columns))}
}

func (f *protobufFormat) NewEncoder() Encoder {
	if !f.framed {
		s, err := SchemaOf(f.spec)
		if err != nil {
			return &refusing{err}
		}
		return newProtobufEncoder(&f.spec, s, nil)
	}
	s, id, err := writerSchema(&f.spec)
	if err != nil {
		return &refusing{err}
	}
	return newProtobufEncoder(&f.spec, s, appendFrame(nil, id))
}

func parseProtobuf(spec *Spec, s registry.Schema) (protoreflect.FileDescriptor, error) {
	return registry.ParseProtobuf(spec.context(), spec.Registry, s)
}

// protobufMessage finds the message that SCHEMA_FULL_NAME names, or the first.
func protobufMessage(spec *Spec, file protoreflect.FileDescriptor) (protoreflect.MessageDescriptor, error) {
	name := spec.Properties[PropertyFullName]
	if name == "" {
		if file.Messages().Len() == 0 {
			return nil, fmt.Errorf("the schema has no message")
		}
		return file.Messages().Get(0), nil
	}
	if m := findMessage(file.Messages(), name); m != nil {
		return m, nil
	}
	return nil, fmt.Errorf("the schema has no message %s", name)
}

func findMessage(in protoreflect.MessageDescriptors, name string) protoreflect.MessageDescriptor {
	for i := range in.Len() {
		m := in.Get(i)
		if string(m.FullName()) == name || string(m.Name()) == name {
			return m
		}
		if nested := findMessage(m.Messages(), name); nested != nil {
			return nested
		}
	}
	return nil
}

// appendMessageIndex appends the way to a message in its file.
func appendMessageIndex(dst []byte, m protoreflect.MessageDescriptor) []byte {
	var way []int
	for d := protoreflect.Descriptor(m); ; d = d.Parent() {
		if _, isFile := d.(protoreflect.FileDescriptor); isFile || d == nil {
			break
		}
		way = append(way, d.Index())
	}
	if len(way) == 1 && way[0] == 0 {
		return append(dst, 0)
	}
	dst = appendAvroLong(dst, int64(len(way)))
	for k := len(way) - 1; k >= 0; k-- {
		dst = appendAvroLong(dst, int64(way[k]))
	}
	return dst
}

// messageAt reads the way to a message and returns the message and where the way
// ends.
func messageAt(file protoreflect.FileDescriptor, b []byte, i int) (protoreflect.MessageDescriptor, int, error) {
	steps, i := avroLong(b, i)
	if i < 0 || steps < 0 || steps > 100 {
		return nil, 0, fmt.Errorf("the index of the message cannot be read")
	}
	in, m := file.Messages(), protoreflect.MessageDescriptor(nil)
	for k := range max(steps, 1) {
		at := int64(0)
		if steps > 0 {
			at, i = avroLong(b, i)
		}
		if i < 0 || at < 0 || at >= int64(in.Len()) {
			return nil, 0, fmt.Errorf("the schema has no message at step %d of the index", k+1)
		}
		m = in.Get(int(at))
		in = m.Messages()
	}
	return m, i, nil
}

// messageKind tells messages that stand for a value of a SQL type.
func messageKind(m protoreflect.MessageDescriptor) types.Kind {
	switch m.FullName() {
	case "google.protobuf.Timestamp":
		return types.Timestamp
	case "google.type.Date":
		return types.Date
	case "google.type.TimeOfDay":
		return types.Time
	case "confluent.type.Decimal":
		return types.Decimal
	}
	return types.Invalid
}

// wrapperField returns the field of a message that wraps a value so that it can
// be missing, or nil.
func wrapperField(m protoreflect.MessageDescriptor) protoreflect.FieldDescriptor {
	if m.ParentFile().Package() == "google.protobuf" && strings.HasSuffix(string(m.Name()), "Value") && m.Fields().Len() == 1 {
		return m.Fields().ByNumber(1)
	}
	return nil
}

// wireTypeOf is how values of a field's kind are written.
func wireTypeOf(k protoreflect.Kind) protowire.Type {
	switch k {
	case protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind, protoreflect.FloatKind:
		return protowire.Fixed32Type
	case protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind, protoreflect.DoubleKind:
		return protowire.Fixed64Type
	case protoreflect.StringKind, protoreflect.BytesKind, protoreflect.MessageKind:
		return protowire.BytesType
	case protoreflect.GroupKind:
		return protowire.StartGroupType
	}
	return protowire.VarintType
}
