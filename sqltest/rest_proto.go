package sqltest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// protoElement is an element of a stream whose rows are protobuf. In the case a
// row is the text of its message.
type protoElement struct {
	Header *struct {
		Schema string `json:"protoSchema"`
	} `json:"header"`
	Row   json.RawMessage `json:"row"`
	Final string          `json:"finalMessage"`
	Error json.RawMessage `json:"errorMessage"`
}

// checkProtoRows compares schema and rows. Rows may come in any order, and so
// may the entries of maps.
func checkProtoRows(got *answer, want []json.RawMessage) error {
	var g, w []protoElement
	if err := decodeAll(got.query, &g); err != nil {
		return err
	}
	if err := decodeAll(want, &w); err != nil {
		return err
	}
	if len(g) == 0 || g[0].Header == nil || len(w) == 0 || w[0].Header == nil {
		return errors.New("the stream does not begin with a header")
	}
	if g[0].Header.Schema != w[0].Header.Schema {
		return linesDiff("another schema", w[0].Header.Schema, g[0].Header.Schema)
	}
	message, err := compileProto(g[0].Header.Schema)
	if err != nil {
		return err
	}
	gotRows, err := protoRows(g[1:], message, protoBytes)
	if err != nil {
		return err
	}
	wantRows, err := protoRows(w[1:], message, protoText)
	if err != nil {
		return err
	}
	return checkElements(gotRows, wantRows, func(g, w any) error { return sameJSON(g, w, "") })
}

func decodeAll(raw []json.RawMessage, out *[]protoElement) error {
	for _, e := range raw {
		var element protoElement
		if err := json.Unmarshal(e, &element); err != nil {
			return err
		}
		*out = append(*out, element)
	}
	return nil
}

// compileProto returns the first message of a schema.
func compileProto(schema string) (protoreflect.MessageDescriptor, error) {
	const file = "row.proto"
	c := protocompile.Compiler{Resolver: &protocompile.SourceResolver{
		Accessor: protocompile.SourceAccessorFromMap(map[string]string{file: schema})}}
	files, err := c.Compile(context.Background(), file)
	if err != nil {
		return nil, err
	}
	if files[0].Messages().Len() == 0 {
		return nil, fmt.Errorf("the schema has no message: %s", schema)
	}
	return files[0].Messages().Get(0), nil
}

// protoRows reads elements and shows each row as text that is equal for equal
// rows.
func protoRows(elements []protoElement, d protoreflect.MessageDescriptor, read func(json.RawMessage, proto.Message) error) ([]any, error) {
	var out []any
	for _, e := range elements {
		if e.Row == nil {
			out = append(out, map[string]any{"finalMessage": e.Final, "errorMessage": string(e.Error)})
			continue
		}
		m := dynamicpb.NewMessage(d)
		if err := read(e.Row, m); err != nil {
			return nil, err
		}
		out = append(out, map[string]any{"row": messageText(m)})
	}
	return out, nil
}

func protoBytes(raw json.RawMessage, m proto.Message) error {
	var row struct {
		Bytes string `json:"protobufBytes"`
	}
	if err := json.Unmarshal(raw, &row); err != nil {
		return err
	}
	b, err := base64.StdEncoding.DecodeString(row.Bytes)
	if err != nil {
		return err
	}
	return proto.Unmarshal(b, m)
}

func protoText(raw json.RawMessage, m proto.Message) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	return prototext.Unmarshal([]byte(text), m)
}

// messageText shows the fields that are set, in order of their numbers. Entries
// of a map (repeated messages of a key and a value) are sorted.
func messageText(m protoreflect.Message) string {
	text := "{"
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		switch {
		case !m.Has(f):
		case f.IsList():
			var items []string
			list := m.Get(f).List()
			for k := range list.Len() {
				items = append(items, protoValueText(f, list.Get(k)))
			}
			if isMapEntry(f) {
				slices.Sort(items)
			}
			text += fmt.Sprintf(" %s: %v", f.Name(), items)
		default:
			text += fmt.Sprintf(" %s: %s", f.Name(), protoValueText(f, m.Get(f)))
		}
	}
	return text + " }"
}

func isMapEntry(f protoreflect.FieldDescriptor) bool {
	d := f.Message()
	return d != nil && d.Fields().Len() == 2 && d.Fields().ByName("key") != nil && d.Fields().ByName("value") != nil
}

func protoValueText(f protoreflect.FieldDescriptor, v protoreflect.Value) string {
	if f.Message() != nil {
		return messageText(v.Message())
	}
	return fmt.Sprintf("%#v", v.Interface())
}
