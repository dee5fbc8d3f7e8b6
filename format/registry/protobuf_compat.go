package registry

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// protobufReads tells why messages of the writer's schema cannot be read with
// the reader's. Fields are found by number, so they may come and go; a number
// that both have must be written alike. Every message of the writer must be
// there, since records name theirs, while its package may be another one.
func protobufReads(ctx context.Context, r Resolver, reader, writer Schema) error {
	a, b, err := both(ctx, r, reader, writer, ParseProtobuf)
	if err != nil {
		return err
	}
	return sameMessages(a.Messages(), b.Messages())
}

func sameMessages(reader, writer protoreflect.MessageDescriptors) error {
	for i := range writer.Len() {
		w := writer.Get(i)
		if w.IsMapEntry() {
			continue // Its map field is compared.
		}
		rd := reader.ByName(w.Name())
		if rd == nil {
			return fmt.Errorf("message %s is missing", w.FullName())
		}
		if err := sameFields(rd, w); err != nil {
			return err
		}
		if err := sameOneofs(rd, w); err != nil {
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
		required := rd.Cardinality() == protoreflect.Required
		switch {
		case w == nil && required:
			return fmt.Errorf("%s: the field is new and required", where)
		case w == nil:
			continue
		case required && w.Cardinality() != protoreflect.Required:
			return fmt.Errorf("%s: the field is required, and was not", where)
		case rd.IsMap() != w.IsMap():
			return fmt.Errorf("%s: one is a map, the other is not", where)
		case rd.IsMap():
			if err := sameValues(rd.MapKey(), w.MapKey(), where+" (key)"); err != nil {
				return err
			}
			if err := sameValues(rd.MapValue(), w.MapValue(), where+" (value)"); err != nil {
				return err
			}
			continue
		}
		if err := sameValues(rd, w, where); err != nil {
			return err
		}
	}
	return nil
}

// sameValues holds that values of two fields are written alike.
func sameValues(rd, w protoreflect.FieldDescriptor, where string) error {
	switch group := wireGroup(rd); {
	case group != wireGroup(w):
		return fmt.Errorf("%s: %s cannot be read as %s", where, w.Kind(), rd.Kind())
	case rd.IsList() != w.IsList() && group != "bytes" && group != "message":
		return fmt.Errorf("%s: one is repeated, the other is not", where)
	case rd.Message() != nil && localName(rd.Message()) != localName(w.Message()):
		return fmt.Errorf("%s: message %s cannot be read as %s", where, w.Message().FullName(), rd.Message().FullName())
	}
	return nil
}

// localName is the name of a message without the package, if it stands in the
// schema itself.
func localName(m protoreflect.MessageDescriptor) string {
	if m.ParentFile().Path() != protobufFile {
		return string(m.FullName())
	}
	return strings.TrimPrefix(string(m.FullName()), string(m.ParentFile().Package())+".")
}

// sameOneofs holds that no value of a field is lost to another one that used to
// be beside it: a oneof keeps its fields, and takes in at most one that was
// outside, when it is new itself.
func sameOneofs(reader, writer protoreflect.MessageDescriptor) error {
	for i := range writer.Oneofs().Len() {
		o := writer.Oneofs().Get(i)
		for k := range o.Fields().Len() {
			if f := o.Fields().Get(k); !o.IsSynthetic() && reader.Fields().ByNumber(f.Number()) == nil {
				return fmt.Errorf("%s.%s = %d: the field of a oneof is missing", writer.FullName(), f.Name(), f.Number())
			}
		}
	}
	for i := range reader.Oneofs().Len() {
		o := reader.Oneofs().Get(i)
		if o.IsSynthetic() {
			continue
		}
		from := map[protoreflect.Name]int{} // How many of its fields were where.
		known := 0
		for k := range o.Fields().Len() {
			w := writer.Fields().ByNumber(o.Fields().Get(k).Number())
			if w == nil {
				continue
			}
			known++
			if in := w.ContainingOneof(); in != nil && !in.IsSynthetic() {
				from[in.Name()]++
			}
		}
		for _, n := range from {
			known -= n - 1
		}
		if known > 1 {
			return fmt.Errorf("%s: the oneof %s has fields that could be set together", reader.FullName(), o.Name())
		}
	}
	return nil
}

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
