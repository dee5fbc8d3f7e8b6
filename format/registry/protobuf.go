package registry

import (
	"context"
	"fmt"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// protobufFile is the name a schema has for the compiler.
const protobufFile = "schema.proto"

// commonTypes are the messages that schemas of columns import, beside those that
// come with the compiler.
var commonTypes = map[string]string{
	"confluent/type/decimal.proto": `syntax = "proto3";
package confluent.type;
message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }`,
	"google/type/date.proto": `syntax = "proto3";
package google.type;
message Date { int32 year = 1; int32 month = 2; int32 day = 3; }`,
	"google/type/timeofday.proto": `syntax = "proto3";
package google.type;
message TimeOfDay { int32 hours = 1; int32 minutes = 2; int32 seconds = 3; int32 nanos = 4; }`,
	"confluent/meta.proto": `syntax = "proto3";
package confluent;
import "google/protobuf/descriptor.proto";
message Meta { string doc = 1; map<string, string> params = 2; repeated string tags = 3; }
extend google.protobuf.FileOptions { Meta file_meta = 1088; }
extend google.protobuf.MessageOptions { Meta message_meta = 1088; }
extend google.protobuf.FieldOptions { Meta field_meta = 1088; }
extend google.protobuf.EnumOptions { Meta enum_meta = 1088; }
extend google.protobuf.EnumValueOptions { Meta enum_value_meta = 1088; }`,
}

// ParseProtobuf compiles a Protobuf schema with the schemas it imports.
func (r *Registry) ParseProtobuf(s Schema) (protoreflect.FileDescriptor, error) {
	sources := map[string]string{protobufFile: s.Text}
	if err := r.loadProtobuf(s.References, sources, 0); err != nil {
		return nil, err
	}
	return compileProtobuf(sources)
}

// CompileProtobuf compiles a Protobuf schema that imports none but the common
// types.
func CompileProtobuf(text string) (protoreflect.FileDescriptor, error) {
	return compileProtobuf(map[string]string{protobufFile: text})
}

func (r *Registry) loadProtobuf(refs []Reference, sources map[string]string, depth int) error {
	if depth > maxReferences {
		return fmt.Errorf("references are nested more than %d deep", maxReferences)
	}
	for _, ref := range refs {
		v, err := r.Version(ref.Subject, ref.Version)
		if err != nil {
			return fmt.Errorf("reference %s: %w", ref.Name, err)
		}
		sources[ref.Name] = v.Text
		if err := r.loadProtobuf(v.References, sources, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func compileProtobuf(sources map[string]string) (protoreflect.FileDescriptor, error) {
	access := func(path string) (string, bool) {
		if text, ok := sources[path]; ok {
			return text, true
		}
		text, ok := commonTypes[path]
		return text, ok
	}
	all := map[string]string{}
	for _, m := range []map[string]string{commonTypes, sources} {
		for path := range m {
			all[path], _ = access(path)
		}
	}
	c := protocompile.Compiler{
		Resolver:       protocompile.WithStandardImports(&protocompile.SourceResolver{Accessor: protocompile.SourceAccessorFromMap(all)}),
		MaxParallelism: 1,
	}
	files, err := c.Compile(context.Background(), protobufFile)
	if err != nil {
		return nil, fmt.Errorf("the Protobuf schema cannot be read: %w", err)
	}
	return files[0], nil
}

// protobufReads tells why messages of the writer's schema cannot be read with
// the reader's. Fields and messages may come and go, since fields are found by
// number; what has a number in both must be written alike.
func protobufReads(reader, writer protoreflect.FileDescriptor) error {
	return sameMessages(reader.Messages(), writer.Messages())
}

func sameMessages(reader, writer protoreflect.MessageDescriptors) error {
	for i := range writer.Len() {
		w := writer.Get(i)
		rd := reader.ByName(w.Name())
		if rd == nil {
			continue
		}
		if err := sameFields(rd, w); err != nil {
			return err
		}
		if err := sameMessages(rd.Messages(), w.Messages()); err != nil {
			return err
		}
	}
	return nil
}

func sameFields(reader, writer protoreflect.MessageDescriptor) error {
	for i := range reader.Fields().Len() {
		rd := reader.Fields().Get(i)
		w := writer.Fields().ByNumber(rd.Number())
		where := fmt.Sprintf("%s.%s = %d", reader.FullName(), rd.Name(), rd.Number())
		switch {
		case w == nil && rd.Cardinality() == protoreflect.Required:
			return fmt.Errorf("%s: the field is new and required", where)
		case w == nil:
		case wireGroup(rd) != wireGroup(w):
			return fmt.Errorf("%s: %s cannot be read as %s", where, kindName(w), kindName(rd))
		case rd.IsList() != w.IsList() && wireGroup(rd) == "number":
			return fmt.Errorf("%s: one is repeated, the other is not", where)
		case rd.Message() != nil && w.Message() != nil && rd.Message().FullName() != w.Message().FullName():
			return fmt.Errorf("%s: message %s cannot be read as %s", where, w.Message().FullName(), rd.Message().FullName())
		}
	}
	return nil
}

func kindName(f protoreflect.FieldDescriptor) string { return f.Kind().String() }

// wireGroup names the kinds that are written alike.
func wireGroup(f protoreflect.FieldDescriptor) string {
	switch f.Kind() {
	case protoreflect.BoolKind, protoreflect.Int32Kind, protoreflect.Int64Kind, protoreflect.Uint32Kind, protoreflect.Uint64Kind, protoreflect.EnumKind:
		return "number"
	case protoreflect.Sint32Kind, protoreflect.Sint64Kind:
		return "zigzag"
	case protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind:
		return "fixed32"
	case protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind:
		return "fixed64"
	case protoreflect.StringKind, protoreflect.BytesKind:
		return "bytes"
	}
	return f.Kind().String()
}
