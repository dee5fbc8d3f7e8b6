package registry

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
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

// ParseProtobuf compiles a Protobuf schema with the schemas it imports. r may be
// nil where these are the common types only.
func ParseProtobuf(ctx context.Context, r Resolver, s Schema) (protoreflect.FileDescriptor, error) {
	sources := map[string]string{protobufFile: s.Text}
	err := eachReference(ctx, r, s, func(name string, to Schema) error {
		sources[name] = to.Text
		return nil
	})
	if err != nil {
		return nil, err
	}
	open := func(path string) (io.ReadCloser, error) {
		text, ok := sources[path]
		if !ok {
			text, ok = commonTypes[path]
		}
		if !ok {
			return nil, fs.ErrNotExist
		}
		return io.NopCloser(strings.NewReader(text)), nil
	}
	c := protocompile.Compiler{Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{Accessor: open}), MaxParallelism: 1}
	files, err := c.Compile(ctx, protobufFile)
	if err != nil {
		return nil, fmt.Errorf("the Protobuf schema cannot be read: %w", err)
	}
	return files[0], nil
}

// normalProtobuf returns the text of a schema, which may be given as a file
// descriptor in base64, and the text that is the same for schemas that differ in
// layout and comments only.
func normalProtobuf(ctx context.Context, r Resolver, s Schema) (text, same string, err error) {
	s.Text = strings.TrimSpace(s.Text)
	if !strings.ContainsAny(s.Text, " \n\t;{") {
		if s.Text, err = textOfDescriptor(s.Text); err != nil {
			return "", "", err
		}
	}
	file, err := ParseProtobuf(ctx, r, s)
	if err != nil {
		return "", "", err
	}
	return s.Text, protobufText(protodesc.ToFileDescriptorProto(file)), nil
}

// textOfDescriptor turns a serialised file descriptor into source text.
func textOfDescriptor(encoded string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "", fmt.Errorf("the Protobuf schema is neither a text nor a descriptor in base64: %w", err)
	}
	file := &descriptorpb.FileDescriptorProto{}
	if err := (proto.UnmarshalOptions{Resolver: commonExtensions()}).Unmarshal(raw, file); err != nil {
		return "", fmt.Errorf("the Protobuf schema is no file descriptor: %w", err)
	}
	return protobufText(file), nil
}

// SerialisedProtobuf returns the schema as a file descriptor in base64, the form
// in which some clients want it.
func SerialisedProtobuf(ctx context.Context, r Resolver, s Schema) (string, error) {
	file, err := ParseProtobuf(ctx, r, s)
	if err != nil {
		return "", err
	}
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(protodesc.ToFileDescriptorProto(file))
	return base64.StdEncoding.EncodeToString(raw), err
}
