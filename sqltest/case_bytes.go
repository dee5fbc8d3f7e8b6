package sqltest

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// topicFormat says how the records of a topic are written.
type topicFormat struct {
	key, value    plan.Format
	keyCols, cols []types.Column
	window        *plan.KeyWindow
}

// formatOf finds the format of a topic: that of the source over it, else that of
// the case's topic list, else JSON.
func formatOf(cat *catalog.Snapshot, c *Case, topic string) topicFormat {
	if on := cat.OnTopic(topic); len(on) > 0 {
		src := on[0]
		for _, s := range on { // The source that writes it knows best.
			if s.Derived() {
				src = s
			}
		}
		return topicFormat{src.KeyFormat, src.ValueFormat, src.Schema.Key, src.Schema.Value, src.Window}
	}
	f := topicFormat{key: plan.Format{Name: "KAFKA"}, value: plan.Format{Name: "JSON"}}
	for _, t := range c.Topics {
		if t.Name == topic {
			if t.KeyFormat != "" {
				f.key.Name = t.KeyFormat
			}
			if t.ValueFormat != "" {
				f.value.Name = t.ValueFormat
			}
		}
	}
	return f
}

// encodeInput makes the bytes of a record's key and value.
func (d codec) encodeInput(rec *CaseRecord, f topicFormat) (key, value []byte, err error) {
	if key, err = d.encodePart(rec.Topic, rec.Key, f.key, f.keyCols, true); err != nil {
		return nil, nil, fmt.Errorf("key: %w", err)
	}
	if rec.Window != nil && key != nil {
		key = appendWindow(key, rec.Window)
	}
	if value, err = d.encodePart(rec.Topic, rec.Value, f.value, f.cols, false); err != nil {
		return nil, nil, fmt.Errorf("value: %w", err)
	}
	return key, value, nil
}

// appendWindow puts the window behind a key as it is on the wire: the start of a
// time window, or end and start of a session.
func appendWindow(key []byte, w *CaseWindow) []byte {
	if w.Type == "session" || w.Type == "SESSION" {
		key = binary.BigEndian.AppendUint64(key, uint64(w.End))
	}
	return binary.BigEndian.AppendUint64(key, uint64(w.Start))
}

func (d codec) encodePart(topic string, raw json.RawMessage, f plan.Format, columns []types.Column, isKey bool) ([]byte, error) {
	v, err := parseJSON(raw)
	if err != nil || v == nil {
		return nil, err
	}
	if usesSchema(f) {
		return d.encodeWithSchema(topic, v, f, columns, isKey)
	}
	switch f.Name {
	case "JSON":
		return raw, nil
	case "DELIMITED":
		if s, ok := v.(string); ok {
			return []byte(s), nil
		}
		return []byte(raw), nil
	case "NONE":
		return nil, nil
	case "KAFKA":
		t := types.StringType
		if len(columns) == 1 {
			t = columns[0].Type
		}
		return encodeKafka(v, t)
	}
	return nil, fmt.Errorf("records in format %s cannot be written yet", f.Name)
}

func encodeKafka(v any, t *types.Type) ([]byte, error) {
	text := fmt.Sprint(v)
	switch t.Kind {
	case types.Integer:
		n, err := strconv.ParseInt(text, 10, 32)
		return binary.BigEndian.AppendUint32(nil, uint32(n)), err
	case types.BigInt:
		n, err := strconv.ParseInt(text, 10, 64)
		return binary.BigEndian.AppendUint64(nil, uint64(n)), err
	case types.Double:
		n, err := strconv.ParseFloat(text, 64)
		return binary.BigEndian.AppendUint64(nil, math.Float64bits(n)), err
	case types.Bytes:
		return base64.StdEncoding.DecodeString(text)
	}
	return []byte(text), nil
}

// decodePart reads bytes of a topic into a value that matchValue compares.
func (d codec) decodePart(b []byte, f plan.Format, columns []types.Column, isKey bool) (any, error) {
	if b == nil {
		return nil, nil
	}
	switch {
	case usesSchema(f):
		return d.decodeWithSchema(b, f, columns, isKey)
	case f.Name == "JSON":
		return decodeJSON(b, f, columns, isKey)
	case f.Name == "DELIMITED" || len(columns) == 0:
		return string(b), nil
	}
	cols, err := decodeOne(b, format.Spec{Name: f.Name, Properties: f.Properties, WrapSingle: f.WrapSingle, IsKey: isKey, Columns: columns})
	if err != nil {
		return nil, err
	}
	if len(columns) == 1 && (isKey || f.Name == "KAFKA" || f.WrapSingle != nil && !*f.WrapSingle) {
		return cols[0].Any(0), nil
	}
	return rowStruct(columns, cols), nil
}

// decodeOne reads one key or value into row 0 of a vector for each column.
func decodeOne(b []byte, spec format.Spec) ([]*types.Vector, error) {
	made, err := format.New(spec)
	if err != nil {
		return nil, err
	}
	cols := make([]*types.Vector, len(spec.Columns))
	for i, c := range spec.Columns {
		cols[i] = types.NewVector(c.Type)
		cols[i].Reset(1)
	}
	var errs format.Errors
	in := types.Spans{Data: b, Pos: []uint32{0}, Len: []int32{int32(len(b))}}
	made.NewDecoder(nil).Decode(&in, []uint32{0}, cols, &errs)
	if errs.Unavailable != nil {
		return nil, errs.Unavailable
	}
	if len(errs.Records) > 0 {
		return nil, &errs.Records[0]
	}
	return cols, nil
}

// rowStruct is row 0 as one value.
func rowStruct(columns []types.Column, cols []*types.Vector) types.StructValue {
	out := types.StructValue{}
	for i, c := range columns {
		out = append(out, types.StructField{Name: c.Name, Value: cols[i].Any(0)})
	}
	return out
}

// splitWindow cuts the window off a key read from a windowed topic.
func splitWindow(key []byte, w *plan.KeyWindow) ([]byte, *CaseWindow, error) {
	if w == nil || key == nil {
		return key, nil, nil
	}
	tail := 8
	if w.Kind == plan.Session {
		tail = 16
	}
	if len(key) < tail {
		return nil, nil, fmt.Errorf("a key of %d bytes carries no window", len(key))
	}
	bounds := key[len(key)-tail:]
	out := &CaseWindow{Type: "time", Start: int64(binary.BigEndian.Uint64(bounds))}
	out.End = out.Start + w.SizeMillis
	if w.Kind == plan.Session {
		out.Type, out.End, out.Start = "session", out.Start, int64(binary.BigEndian.Uint64(bounds[8:]))
	}
	return key[:len(key)-tail], out, nil
}
