package format

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/leatdb/leat/types"
)

// protobufNode is a message and the columns or STRUCT fields it is read to or
// written from.
type protobufNode struct {
	fields []protobufField // By place in the wanted fields; number 0: not there.
	dense  []int32         // Place by number, -1 for none; for small numbers.
	sparse map[protowire.Number]int32
}

// protobufField is a field of a message and its SQL type.
type protobufField struct {
	number    protowire.Number
	kind      protoreflect.Kind
	typ       *types.Type
	path      string
	needed    bool
	presence  bool           // Missing is NULL, not zero.
	list      bool           // ARRAY.
	special   types.Kind     // A message that stands for a value.
	wrapper   *protobufField // A message around a value.
	message   *protobufNode  // A STRUCT.
	key, elem *protobufField // A MAP.
	enum      protoreflect.EnumValueDescriptors
	tag       []byte // In front of a value; of a packed list.
	packed    bool
}

const denseFields = 256

func newProtobufNode(m protoreflect.MessageDescriptor, want []types.Field, needed []bool) (*protobufNode, error) {
	n := &protobufNode{fields: make([]protobufField, len(want)), sparse: map[protowire.Number]int32{}}
	have := m.Fields()
	for i, w := range want {
		f := &n.fields[i]
		f.typ, f.path, f.needed = w.Type, "."+pathName(w.Name), needed == nil || needed[i]
		k := findField(have.Len(), func(k int) string { return string(have.Get(k).Name()) }, w.Name)
		if k < 0 || !f.needed {
			continue
		}
		if err := f.set(have.Get(k), w.Type); err != nil {
			return nil, fmt.Errorf("field %s: %w", w.Name, err)
		}
		if f.number < denseFields {
			for len(n.dense) <= int(f.number) {
				n.dense = append(n.dense, -1)
			}
			n.dense[f.number] = int32(i)
		} else {
			n.sparse[f.number] = int32(i)
		}
	}
	return n, nil
}

// place returns which wanted field has the number, or -1.
func (n *protobufNode) place(number protowire.Number) int32 {
	if int(number) < len(n.dense) {
		return n.dense[number]
	}
	if number < denseFields {
		return -1
	}
	if p, ok := n.sparse[number]; ok {
		return p
	}
	return -1
}

// set makes f the field d read or written as the type.
func (f *protobufField) set(d protoreflect.FieldDescriptor, t *types.Type) (err error) {
	f.number, f.kind, f.typ, f.presence = d.Number(), d.Kind(), t, d.HasPresence()
	wire := wireTypeOf(f.kind)
	switch {
	case d.IsMap():
		if t.Kind != types.Map {
			return fmt.Errorf("a map cannot be %s", t)
		}
		f.key, f.elem = &protobufField{}, &protobufField{}
		if err = f.key.set(d.MapKey(), t.Key); err == nil {
			err = f.elem.set(d.MapValue(), t.Elem)
		}
	case d.IsList():
		if t.Kind != types.Array {
			return fmt.Errorf("a repeated field cannot be %s", t)
		}
		f.list, f.packed = true, d.IsPacked() && wire != protowire.BytesType
		f.elem = &protobufField{}
		err = f.elem.setSingle(d, t.Elem)
		if f.packed {
			wire = protowire.BytesType
		}
	default:
		err = f.setSingle(d, t)
	}
	f.tag = protowire.AppendTag(nil, f.number, wire)
	return err
}

func (f *protobufField) setSingle(d protoreflect.FieldDescriptor, t *types.Type) (err error) {
	f.number, f.kind, f.typ = d.Number(), d.Kind(), t
	f.tag = protowire.AppendTag(nil, f.number, wireTypeOf(f.kind))
	ok := false
	switch f.kind {
	case protoreflect.BoolKind:
		ok = t.Kind == types.Boolean
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		ok = t.Kind == types.Integer || t.Kind == types.BigInt
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind, protoreflect.Uint32Kind, protoreflect.Uint64Kind,
		protoreflect.Fixed32Kind, protoreflect.Fixed64Kind:
		ok = t.Kind == types.BigInt
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		ok = t.Kind == types.Double
	case protoreflect.StringKind:
		ok = t.Kind == types.String
	case protoreflect.EnumKind:
		f.enum = d.Enum().Values()
		ok = t.Kind == types.String
	case protoreflect.BytesKind:
		ok = t.Kind == types.Bytes
	case protoreflect.MessageKind:
		ok, err = f.setMessage(d.Message(), t)
	}
	if err == nil && !ok {
		return fmt.Errorf("%s cannot be %s", d.Kind(), t)
	}
	return err
}

func (f *protobufField) setMessage(m protoreflect.MessageDescriptor, t *types.Type) (bool, error) {
	f.special = messageKind(m)
	if f.special != types.Invalid {
		return f.special == t.Kind, nil
	}
	if w := wrapperField(m); w != nil {
		f.wrapper = &protobufField{}
		return true, f.wrapper.set(w, t)
	}
	if t.Kind != types.Struct {
		return false, nil
	}
	var err error
	f.message, err = newProtobufNode(m, t.Fields, nil)
	return true, err
}
