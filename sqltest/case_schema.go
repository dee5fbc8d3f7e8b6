package sqltest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// CaseReference is a schema that another one imports by name.
type CaseReference struct {
	Name   string          `json:"name"`
	Schema json.RawMessage `json:"schema"`
}

// beforeStatement registers the schemas of the case's topics. It comes before
// the first statement that may need one of them: statements that declare all
// columns of topics of their own register theirs first, and so get the first ids.
func (r *caseRun) beforeStatement(ctx context.Context, sql string) error {
	if r.registered || r.declaresOther(sql) {
		return nil
	}
	r.registered = true
	return r.registerSchemas(ctx)
}

// registerSchemas registers the schemas of the case's topics.
func (r *caseRun) registerSchemas(ctx context.Context) error {
	for i := range r.c.Topics {
		t := &r.c.Topics[i]
		if err := r.registerSchema(ctx, registry.KeySubject(t.Name), t.KeyFormat, t.KeySchema, t.KeySchemaID, t.KeyReferences); err != nil {
			return fmt.Errorf("key schema of topic %s: %w", t.Name, err)
		}
		if err := r.registerSchema(ctx, registry.ValueSubject(t.Name), t.ValueFormat, t.ValueSchema, t.ValueSchemaID, t.ValueReferences); err != nil {
			return fmt.Errorf("value schema of topic %s: %w", t.Name, err)
		}
	}
	return nil
}

// declaresOther tells that a statement declares the columns of a topic that the
// case does not list.
func (r *caseRun) declaresOther(sql string) bool {
	stmts, err := parser.Parse(sql)
	if err != nil || len(stmts) != 1 {
		return false
	}
	create, ok := stmts[0].(*parser.CreateSource)
	if !ok || len(create.Columns) == 0 {
		return false
	}
	for topic := range declaredTopics(sql) {
		if slices.ContainsFunc(r.c.Topics, func(t CaseTopic) bool { return t.Name == topic }) {
			return false
		}
	}
	return true
}

func (r *caseRun) registerSchema(ctx context.Context, subject, formatName string, raw json.RawMessage, id int, refs []CaseReference) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	s := schemaOf(formatName, raw)
	for _, ref := range refs {
		v, err := r.db.Schemas().Register(ctx, ref.Name, schemaOf(string(s.Type), ref.Schema))
		if err != nil {
			return err
		}
		s.References = append(s.References, registry.Reference{Name: ref.Name, Subject: ref.Name, Version: v.Version})
	}
	var err error
	if id == 0 {
		_, err = r.db.Schemas().Register(ctx, subject, s)
		return err
	}
	if err = r.db.Schemas().SetMode(ctx, subject, registry.ImportMode); err != nil {
		return err
	}
	if _, err = r.db.Schemas().Import(ctx, registry.Version{Subject: subject, ID: id, Schema: s}); err != nil {
		return err
	}
	return r.db.Schemas().SetMode(ctx, subject, "")
}

// schemaOf makes a schema of its JSON form, in the language of the format, or in
// the one it looks like.
func schemaOf(formatName string, raw json.RawMessage) registry.Schema {
	var text string
	if json.Unmarshal(raw, &text) == nil && strings.Contains(text, "message") {
		return registry.Schema{Type: registry.Protobuf, Text: text}
	}
	language := registry.Avro
	if strings.HasPrefix(formatName, "JSON") || bytes.Contains(raw, []byte(`"properties"`)) || bytes.Contains(raw, []byte(`"oneOf"`)) {
		language = registry.JSON
	}
	return registry.Schema{Type: language, Text: string(raw)}
}

// codec makes records of JSON values and back. Formats with schemas take them
// from the registry.
type codec struct{ schemas registry.Registry }

func (r *caseRun) codec() codec { return codec{r.db.Schemas()} }

// usesSchema tells whether records of the format are made from a schema rather
// than from their JSON text.
func usesSchema(f plan.Format) bool {
	switch f.Name {
	case "AVRO", "JSON_SR", "PROTOBUF", "PROTOBUF_NOSR":
		return true
	}
	return false
}

// specOf says what the format of a part carries.
func (d codec) specOf(f plan.Format, columns []types.Column, isKey bool) format.Spec {
	return format.Spec{Name: f.Name, Properties: f.Properties, WrapSingle: f.WrapSingle, IsKey: isKey, Columns: columns, Registry: d.schemas}
}

// schemaColumns returns the columns of a registered schema as it names them; a
// value that is no record is one column.
func schemaColumns(spec format.Spec, s registry.Schema) (format.Spec, error) {
	cols, err := format.ColumnsOf(spec, s, true)
	if err != nil && !spec.IsKey {
		bare := false
		spec.WrapSingle = &bare
		cols, err = format.ColumnsOf(spec, s, true)
	}
	spec.Columns = cols
	return spec, err
}

// encodeWithSchema makes the bytes of a value with the schema registered for the
// topic, or with that of the columns.
func (d codec) encodeWithSchema(topic string, v any, f plan.Format, columns []types.Column, isKey bool) ([]byte, error) {
	spec := d.specOf(f, columns, isKey)
	subject := registry.ValueSubject(topic)
	if isKey {
		subject = registry.KeySubject(topic)
	}
	if version, err := d.schemas.Version(context.Background(), subject, registry.Latest); err == nil {
		if id, err := strconv.Atoi(f.Properties[format.PropertySchemaID]); err == nil {
			version.ID = id
			if version.Schema, err = d.schemas.ByID(context.Background(), id); err != nil {
				return nil, err
			}
		}
		var err error
		if spec, err = schemaColumns(spec, version.Schema); err != nil {
			return nil, err
		}
		spec.Properties = withID(f.Properties, version.ID)
	}
	cols, err := vectorsOf(v, spec.Columns, isKey || spec.WrapSingle != nil && !*spec.WrapSingle)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(f.Name, "PROTOBUF") {
		spec.IsKey = false // The case has a key, so it is a message, whatever is in it.
	}
	encoder, err := format.NewEncoder(spec)
	if err != nil {
		return nil, err
	}
	out, errs := types.Spans{Data: []byte{}}, format.Errors{}
	encoder.Encode(cols, []uint32{0}, nil, &out, &errs)
	if len(errs.Records) > 0 {
		return nil, &errs.Records[0]
	}
	b, _ := out.At(0)
	return b, nil
}

func withID(properties map[string]string, id int) map[string]string {
	out := map[string]string{format.PropertySchemaID: strconv.Itoa(id)}
	for name, value := range properties {
		if name != format.PropertySchemaID {
			out[name] = value
		}
	}
	return out
}

// decodeWithSchema reads a value with the schema named in front of it, so that
// fields are seen that no column has.
func (d codec) decodeWithSchema(b []byte, f plan.Format, columns []types.Column, isKey bool) (any, error) {
	spec := d.specOf(f, columns, isKey)
	if f.Name != "PROTOBUF_NOSR" {
		if len(b) < 5 || b[0] != 0 {
			return nil, fmt.Errorf("the record does not begin with the id of a schema")
		}
		s, err := d.schemas.ByID(context.Background(), int(binary.BigEndian.Uint32(b[1:])))
		if err != nil {
			return nil, err
		}
		if spec, err = schemaColumns(spec, s); err != nil {
			return nil, err
		}
	}
	cols, err := decodeOne(b, spec)
	if err != nil {
		return nil, err
	}
	if len(cols) == 1 && (spec.Columns[0].Name == format.BareKey && isKey || spec.WrapSingle != nil && !*spec.WrapSingle) {
		return cols[0].Any(0), nil
	}
	return rowStruct(spec.Columns, cols), nil
}

// vectorsOf makes a row of the columns of a JSON value: an object with a member
// per column or, where bare values may stand, the value of the only column.
func vectorsOf(v any, columns []types.Column, mayBeBare bool) ([]*types.Vector, error) {
	object, isObject := v.(map[string]any)
	bare := mayBeBare && len(columns) == 1
	if bare && isObject && columns[0].Type.Kind != types.Map {
		_, named := member(object, columns[0].Name)
		bare = !named || columns[0].Type.Kind == types.Struct && columns[0].Type.Field(columns[0].Name) >= 0
	}
	if !bare && !isObject {
		return nil, fmt.Errorf("%v is no object", v)
	}
	out := make([]*types.Vector, len(columns))
	for i, c := range columns {
		x := v
		if !bare {
			x, _ = member(object, c.Name)
		}
		value, err := valueOf(x, c.Type)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		out[i] = types.NewVector(c.Type)
		out[i].Reset(1)
		if err := out[i].SetAny(0, value); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	return out, nil
}

// member finds a member by its exact name, else in any case.
func member(object map[string]any, name string) (any, bool) {
	if v, ok := object[name]; ok {
		return v, true
	}
	for have, v := range object {
		if strings.EqualFold(have, name) {
			return v, true
		}
	}
	return nil, false
}

// valueOf makes a value of a type, as vectors take it, of a JSON value.
func valueOf(v any, t *types.Type) (any, error) {
	switch x := v.(type) {
	case nil, bool:
		return v, nil
	case json.Number:
		return numberOf(string(x), t)
	case string:
		switch t.Kind {
		case types.Bytes:
			return base64.StdEncoding.DecodeString(x)
		case types.String:
			return x, nil
		}
		return numberOf(x, t)
	case []any:
		if t.Kind != types.Array {
			return nil, fmt.Errorf("a list is no %s", t)
		}
		out := make([]any, len(x))
		for i, e := range x {
			var err error
			if out[i], err = valueOf(e, t.Elem); err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
		}
		return out, nil
	case map[string]any:
		return objectOf(x, t)
	}
	return nil, fmt.Errorf("a %T is no %s", v, t)
}

func objectOf(object map[string]any, t *types.Type) (any, error) {
	switch t.Kind {
	case types.Struct:
		out := types.StructValue{}
		for _, f := range t.Fields {
			x, _ := member(object, f.Name)
			value, err := valueOf(x, f.Type)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.Name, err)
			}
			out = append(out, types.StructField{Name: f.Name, Value: value})
		}
		return out, nil
	case types.Map:
		var names []string
		for name := range object {
			names = append(names, name)
		}
		sort.Strings(names)
		out := types.MapValue{}
		for _, name := range names {
			value, err := valueOf(object[name], t.Elem)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			out = append(out, types.MapEntry{Key: name, Value: value})
		}
		return out, nil
	}
	return nil, fmt.Errorf("an object is no %s", t)
}

func numberOf(text string, t *types.Type) (any, error) {
	n, ok := new(big.Rat).SetString(text)
	if t.Kind == types.String {
		return text, nil
	}
	if t.Kind == types.Double {
		return strconv.ParseFloat(text, 64)
	}
	if !ok {
		return nil, fmt.Errorf("%q is no %s", text, t)
	}
	if t.Kind == types.Decimal {
		n.Mul(n, new(big.Rat).SetInt(types.Pow10(t.Scale)))
		if !n.IsInt() {
			return nil, fmt.Errorf("%s has more digits than %s", text, t)
		}
		return types.DecimalValue{Unscaled: n.Num(), Scale: t.Scale}, nil
	}
	whole := new(big.Int).Quo(n.Num(), n.Denom())
	if t.Kind == types.BigInt || t.Kind == types.Timestamp {
		return whole.Int64(), nil
	}
	return int(whole.Int64()), nil
}
