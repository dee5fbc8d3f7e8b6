package format

import (
	"fmt"
	"strings"

	"github.com/hamba/avro/v2"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/types"
)

// Names of the columns that stand for a value without a name.
const (
	BareKey   = "ROWKEY"
	BareValue = "ROWVAL"
)

// SchemaOf makes the schema that describes the columns of a spec in a registry.
func SchemaOf(spec Spec) (registry.Schema, error) {
	c, ok := Lookup(spec.Name)
	if !ok || c.schemaOf == nil {
		return registry.Schema{}, fmt.Errorf("format %s has no schemas", spec.Name)
	}
	return c.schemaOf(&spec)
}

// ColumnsOf returns the columns that a schema describes, for a source whose
// columns are not declared. Spec gives the format, its properties, whether it is
// a key, and whether a value is wrapped; its columns do not count.
//
// Names are in upper case, or as the schema has them with keepCase. What has no
// SQL type is left out; the error says so when nothing is left.
func ColumnsOf(spec Spec, s registry.Schema, keepCase bool) ([]types.Column, error) {
	c, ok := Lookup(spec.Name)
	if !ok || c.columnsOf == nil {
		return nil, fmt.Errorf("format %s has no schemas to take columns from", spec.Name)
	}
	if s.Type != c.Registry {
		return nil, fmt.Errorf("the schema is written in %s, which is not for format %s", s.Type, c.Name)
	}
	cols, err := c.columnsOf(&spec, s)
	if err != nil {
		return nil, err
	}
	if len(cols) == 0 {
		return nil, fmt.Errorf("the schema has no field with a SQL type")
	}
	if !keepCase {
		for i := range cols {
			cols[i] = types.Column{Name: strings.ToUpper(cols[i].Name), Type: upperFields(cols[i].Type)}
		}
	}
	return cols, nil
}

// CheckFullName holds that a schema has what SCHEMA_FULL_NAME names, if the spec
// has that property.
func CheckFullName(spec Spec, s registry.Schema) error {
	name := spec.Properties[PropertyFullName]
	if name == "" || s.Type != registry.Avro {
		return nil // ColumnsOf looks messages up by their names.
	}
	parsed, err := parseAvro(&spec, s)
	if err != nil {
		return err
	}
	value, _, _, _ := avroNonNull(parsed)
	named, ok := value.(avro.NamedSchema)
	switch {
	case !ok:
		return fmt.Errorf("the schema is %s and has no record %s", value.Type(), name)
	case named.FullName() != name && named.Name() != name:
		return fmt.Errorf("the schema is the record %s, not %s", named.FullName(), name)
	}
	return nil
}

// upperFields returns the type with the names of its fields in upper case.
func upperFields(t *types.Type) *types.Type {
	switch t.Kind {
	case types.Array:
		return types.ArrayOf(upperFields(t.Elem))
	case types.Map:
		return types.MapOf(t.Key, upperFields(t.Elem))
	case types.Struct:
		fields := make([]types.Field, len(t.Fields))
		for i, f := range t.Fields {
			fields[i] = types.Field{Name: strings.ToUpper(f.Name), Type: upperFields(f.Type)}
		}
		return types.StructOf(fields...)
	}
	return t
}

// bareColumn is the column of a schema that is a value without a name.
func bareColumn(isKey bool, t *types.Type) []types.Column {
	if isKey {
		return []types.Column{{Name: BareKey, Type: t}}
	}
	return []types.Column{{Name: BareValue, Type: t}}
}

// findField returns the index of the name among n names: exactly, else without
// regard to case, else -1.
func findField(n int, name func(i int) string, want string) int {
	folded := -1
	for i := range n {
		switch have := name(i); {
		case have == want:
			return i
		case folded < 0 && strings.EqualFold(have, want):
			folded = i
		}
	}
	return folded
}

func findColumn(fields []types.Field, want string) int {
	return findField(len(fields), func(i int) string { return fields[i].Name }, want)
}

// fieldsOf returns columns as the fields of a record.
func fieldsOf(cols []types.Column) []types.Field {
	out := make([]types.Field, len(cols))
	for i, c := range cols {
		out[i] = types.Field{Name: c.Name, Type: c.Type}
	}
	return out
}
