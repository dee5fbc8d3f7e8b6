package registry

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// protobufText writes a file descriptor as source text: the text is the same for
// the same file, whatever its layout was.
func protobufText(f *descriptorpb.FileDescriptorProto) string {
	p := &protobufPrinter{syntax: f.GetSyntax()}
	switch p.syntax {
	case "editions":
		p.line("edition = %q;", strings.TrimPrefix(f.GetEdition().String(), "EDITION_"))
	case "":
		p.syntax = "proto2"
		fallthrough
	default:
		p.line("syntax = %q;", p.syntax)
	}
	if f.GetPackage() != "" {
		p.line("package %s;", f.GetPackage())
	}
	for i, path := range f.GetDependency() {
		kind := ""
		if slices.Contains(f.GetPublicDependency(), int32(i)) {
			kind = "public "
		}
		p.line("import %s%q;", kind, path)
	}
	p.options(f.GetOptions())
	for _, m := range f.GetMessageType() {
		p.message(m)
	}
	for _, e := range f.GetEnumType() {
		p.enum(e)
	}
	p.extensions(f.GetExtension())
	for _, s := range f.GetService() {
		p.service(s)
	}
	return strings.TrimSpace(p.b.String())
}

type protobufPrinter struct {
	b      strings.Builder
	syntax string
	indent string
}

func (p *protobufPrinter) line(format string, args ...any) {
	p.b.WriteString(p.indent)
	fmt.Fprintf(&p.b, format, args...)
	p.b.WriteByte('\n')
}

// block writes what stands between braces.
func (p *protobufPrinter) block(head string, inside func()) {
	p.line("%s {", head)
	p.indent += "  "
	inside()
	p.indent = p.indent[2:]
	p.line("}")
}

func (p *protobufPrinter) message(m *descriptorpb.DescriptorProto) {
	p.block("message "+m.GetName(), func() { p.body(m) })
}

func (p *protobufPrinter) body(m *descriptorpb.DescriptorProto) {
	p.options(m.GetOptions())
	nested := map[string]*descriptorpb.DescriptorProto{}
	for _, n := range m.GetNestedType() {
		nested[n.GetName()] = n
	}
	hidden := map[string]bool{} // Messages that other syntax stands for.
	written := map[int32]bool{}
	for _, f := range m.GetField() {
		if f.OneofIndex == nil || f.GetProto3Optional() {
			p.field(f, nested, hidden)
			continue
		}
		if at := f.GetOneofIndex(); !written[at] {
			written[at] = true
			p.oneof(m, at, nested, hidden)
		}
	}
	for _, n := range m.GetNestedType() {
		if !hidden[n.GetName()] {
			p.message(n)
		}
	}
	for _, e := range m.GetEnumType() {
		p.enum(e)
	}
	p.extensions(m.GetExtension())
	for _, r := range m.GetExtensionRange() {
		p.line("extensions %s;", numberRange(r.GetStart(), r.GetEnd()-1, 1<<29-1))
	}
	for _, r := range m.GetReservedRange() {
		p.line("reserved %s;", numberRange(r.GetStart(), r.GetEnd()-1, 1<<29-1))
	}
	p.reservedNames(m.GetReservedName())
}

func (p *protobufPrinter) oneof(m *descriptorpb.DescriptorProto, at int32, nested map[string]*descriptorpb.DescriptorProto, hidden map[string]bool) {
	p.block("oneof "+m.GetOneofDecl()[at].GetName(), func() {
		p.options(m.GetOneofDecl()[at].GetOptions())
		for _, f := range m.GetField() {
			if f.OneofIndex != nil && f.GetOneofIndex() == at {
				p.field(f, nested, hidden)
			}
		}
	})
}

func (p *protobufPrinter) field(f *descriptorpb.FieldDescriptorProto, nested map[string]*descriptorpb.DescriptorProto, hidden map[string]bool) {
	name := f.GetTypeName()
	short := name[strings.LastIndexByte(name, '.')+1:]
	inner := nested[short]
	switch {
	case f.GetType() == descriptorpb.FieldDescriptorProto_TYPE_GROUP && inner != nil:
		hidden[short] = true
		p.block(fmt.Sprintf("%sgroup %s = %d", p.label(f), short, f.GetNumber()), func() { p.body(inner) })
	case inner.GetOptions().GetMapEntry():
		hidden[short] = true
		p.line("map<%s, %s> %s = %d%s;", typeName(inner.GetField()[0]), typeName(inner.GetField()[1]), f.GetName(), f.GetNumber(), p.fieldOptions(f))
	default:
		p.line("%s%s %s = %d%s;", p.label(f), typeName(f), f.GetName(), f.GetNumber(), p.fieldOptions(f))
	}
}

func (p *protobufPrinter) label(f *descriptorpb.FieldDescriptorProto) string {
	switch {
	case f.GetLabel() == descriptorpb.FieldDescriptorProto_LABEL_REPEATED:
		return "repeated "
	case f.GetLabel() == descriptorpb.FieldDescriptorProto_LABEL_REQUIRED:
		return "required "
	case f.GetProto3Optional(), p.syntax == "proto2" && f.OneofIndex == nil:
		return "optional "
	}
	return ""
}

func typeName(f *descriptorpb.FieldDescriptorProto) string {
	if f.GetTypeName() != "" {
		return f.GetTypeName()
	}
	return strings.ToLower(strings.TrimPrefix(f.GetType().String(), "TYPE_"))
}

func (p *protobufPrinter) enum(e *descriptorpb.EnumDescriptorProto) {
	p.block("enum "+e.GetName(), func() {
		p.options(e.GetOptions())
		for _, v := range e.GetValue() {
			p.line("%s = %d%s;", v.GetName(), v.GetNumber(), brackets(optionList(v.GetOptions())))
		}
		for _, r := range e.GetReservedRange() {
			p.line("reserved %s;", numberRange(r.GetStart(), r.GetEnd(), 1<<31-1))
		}
		p.reservedNames(e.GetReservedName())
	})
}

func (p *protobufPrinter) reservedNames(names []string) {
	for _, n := range names {
		if p.syntax == "editions" {
			p.line("reserved %s;", n)
		} else {
			p.line("reserved %q;", n)
		}
	}
}

func numberRange(from, to, limit int32) string {
	switch to {
	case from:
		return strconv.Itoa(int(from))
	case limit:
		return fmt.Sprintf("%d to max", from)
	}
	return fmt.Sprintf("%d to %d", from, to)
}

func (p *protobufPrinter) extensions(list []*descriptorpb.FieldDescriptorProto) {
	for _, f := range list {
		p.block("extend "+f.GetExtendee(), func() { p.field(f, nil, nil) })
	}
}

func (p *protobufPrinter) service(s *descriptorpb.ServiceDescriptorProto) {
	stream := func(is bool) string {
		if is {
			return "stream "
		}
		return ""
	}
	p.block("service "+s.GetName(), func() {
		p.options(s.GetOptions())
		for _, m := range s.GetMethod() {
			head := fmt.Sprintf("rpc %s (%s%s) returns (%s%s)", m.GetName(), stream(m.GetClientStreaming()), m.GetInputType(),
				stream(m.GetServerStreaming()), m.GetOutputType())
			if len(optionList(m.GetOptions())) == 0 {
				p.line("%s;", head)
				continue
			}
			p.block(head, func() { p.options(m.GetOptions()) })
		}
	})
}

func (p *protobufPrinter) options(o proto.Message) {
	for _, text := range optionList(o) {
		p.line("option %s;", text)
	}
}

func (p *protobufPrinter) fieldOptions(f *descriptorpb.FieldDescriptorProto) string {
	var list []string
	if f.DefaultValue != nil {
		list = append(list, "default = "+defaultText(f))
	}
	if name := f.GetJsonName(); name != "" && name != defaultJSONName(f.GetName()) {
		list = append(list, "json_name = "+strconv.Quote(name))
	}
	return brackets(append(list, optionList(f.GetOptions())...))
}

func brackets(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return " [" + strings.Join(list, ", ") + "]"
}

func defaultText(f *descriptorpb.FieldDescriptorProto) string {
	switch f.GetType() {
	case descriptorpb.FieldDescriptorProto_TYPE_STRING:
		return strconv.Quote(f.GetDefaultValue())
	case descriptorpb.FieldDescriptorProto_TYPE_BYTES: // Is escaped already.
		return `"` + f.GetDefaultValue() + `"`
	}
	return f.GetDefaultValue()
}

// defaultJSONName is the name that a field has in JSON unless it says another.
func defaultJSONName(name string) string {
	var b strings.Builder
	upper := false
	for _, c := range name {
		switch {
		case c == '_':
			upper = true
		case upper:
			b.WriteString(strings.ToUpper(string(c)))
			upper = false
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// optionList writes the options that are set, in the order of their names.
func optionList(o proto.Message) []string {
	if o == nil || !o.ProtoReflect().IsValid() {
		return nil
	}
	var list []string
	o.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		name := string(f.Name())
		if f.IsExtension() {
			name = "(" + string(f.FullName()) + ")"
		}
		if f.IsList() {
			for i := range v.List().Len() {
				list = append(list, name+" = "+optionValue(f, v.List().Get(i)))
			}
			return true
		}
		list = append(list, name+" = "+optionValue(f, v))
		return true
	})
	slices.Sort(list)
	return list
}

func optionValue(f protoreflect.FieldDescriptor, v protoreflect.Value) string {
	switch f.Kind() {
	case protoreflect.StringKind:
		return strconv.Quote(v.String())
	case protoreflect.BytesKind:
		return strconv.Quote(string(v.Bytes()))
	case protoreflect.EnumKind:
		if e := f.Enum().Values().ByNumber(v.Enum()); e != nil {
			return string(e.Name())
		}
		return strconv.Itoa(int(v.Enum()))
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return "{ " + strings.Join(members(v.Message()), ", ") + " }"
	}
	return v.String()
}

// members writes the fields of a message as the text format does.
func members(m protoreflect.Message) []string {
	var list []string
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		add := func(text string) { list = append(list, string(f.Name())+": "+text) }
		switch {
		case f.IsMap():
			v.Map().Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
				add("{ key: " + optionValue(f.MapKey(), k.Value()) + ", value: " + optionValue(f.MapValue(), v) + " }")
				return true
			})
		case f.IsList():
			for i := range v.List().Len() {
				add(optionValue(f, v.List().Get(i)))
			}
		default:
			add(optionValue(f, v))
		}
		return true
	})
	slices.Sort(list)
	return list
}

// commonExtensions are the options of the common types, for reading descriptors
// in which they are set.
var commonExtensions = sync.OnceValue(func() *protoregistry.Types {
	found := &protoregistry.Types{}
	file, err := ParseProtobuf(context.Background(), nil, Schema{Type: Protobuf, Text: commonTypes["confluent/meta.proto"]})
	if err != nil {
		panic(err) // The text is ours.
	}
	for i := range file.Extensions().Len() {
		if err := found.RegisterExtension(dynamicpb.NewExtensionType(file.Extensions().Get(i))); err != nil {
			panic(err)
		}
	}
	return found
})
