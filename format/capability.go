package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/types"
)

// Capability says what a format can carry, for the planner and for SHOW. The
// checks themselves are in [Capability.Check], which [New] runs.
type Capability struct {
	Name string
	// MultiColumn: keys and values may have more than one column.
	MultiColumn bool
	// Wrap and Unwrap: WRAP_SINGLE_VALUE may be true, may be false.
	Wrap, Unwrap bool
	// WrapDefault: a single value column is written as a record with one field
	// unless WRAP_SINGLE_VALUE says otherwise.
	WrapDefault bool
	// WrapKey: a single key column is written as a record, too.
	WrapKey bool
	// Delimiter: the DELIMITER property is allowed.
	Delimiter bool
	// Registry is the language of the format's schemas; empty when its records are
	// not described in a registry.
	Registry registry.Type
	// FullName and Nullable: SCHEMA_FULL_NAME and PROTOBUF_NULLABLE_REPRESENTATION
	// are allowed.
	FullName, Nullable bool

	noColumns bool // Carries no columns at all.
	typeOK    func(t *types.Type, isKey bool) string
	nameOK    func(name string) string // nil: any name.
	build     func(spec Spec) (Format, error)
	schemaOf  func(spec *Spec) (registry.Schema, error)
	columnsOf func(spec *Spec, s registry.Schema) ([]types.Column, error)
}

// Names returns the names of all formats, in alphabetical order.
func Names() []string {
	out := make([]string, len(capabilities))
	for i, c := range capabilities {
		out[i] = c.Name
	}
	return out
}

// Lookup finds a format by name in any case.
func Lookup(name string) (*Capability, bool) {
	for i := range capabilities {
		if strings.EqualFold(capabilities[i].Name, name) {
			return &capabilities[i], true
		}
	}
	return nil, false
}

var capabilities []Capability

// The table is filled at start because the builders refer back to it.
func init() {
	capabilities = []Capability{
		{Name: "AVRO", MultiColumn: true, Wrap: true, Unwrap: true, WrapDefault: true, Registry: registry.Avro, FullName: true,
			typeOK: avroTypeOK, nameOK: avroNameOK, build: newAvro, schemaOf: avroSchemaOf, columnsOf: avroColumnsOf},
		{Name: "DELIMITED", MultiColumn: true, Unwrap: true, Delimiter: true, typeOK: delimitedTypeOK, build: newDelimited},
		{Name: "JSON", MultiColumn: true, Wrap: true, Unwrap: true, WrapDefault: true, typeOK: jsonTypeOK, build: newJSON},
		{Name: "JSON_SR", MultiColumn: true, Wrap: true, Unwrap: true, WrapDefault: true, Registry: registry.JSON,
			typeOK: jsonTypeOK, build: newJSONSR, schemaOf: jsonSchemaOf, columnsOf: jsonColumnsOf},
		{Name: "KAFKA", Unwrap: true, typeOK: kafkaTypeOK, build: newKafka},
		{Name: "NONE", noColumns: true},
		{Name: "PROTOBUF", MultiColumn: true, Wrap: true, WrapDefault: true, WrapKey: true, Registry: registry.Protobuf, FullName: true, Nullable: true,
			typeOK: protobufTypeOK, nameOK: protobufNameOK, build: newProtobuf, schemaOf: protobufSchemaOf, columnsOf: protobufColumnsOf},
		{Name: "PROTOBUF_NOSR", MultiColumn: true, Wrap: true, WrapDefault: true, WrapKey: true, Nullable: true,
			typeOK: protobufTypeOK, nameOK: protobufNameOK, build: newProtobuf, schemaOf: protobufSchemaOf},
	}
}

// SupportsType tells whether a column of type t may be carried in a key or a
// value.
func (c *Capability) SupportsType(t *types.Type, isKey bool) bool {
	return !c.noColumns && c.typeOK(t, isKey) == ""
}

// Check reports why the format cannot carry the spec's columns with its
// properties, or nil.
func (c *Capability) Check(spec Spec) error {
	if err := c.checkProperties(spec); err != nil {
		return err
	}
	if err := c.checkColumns(spec); err != nil {
		return err
	}
	return c.checkWrap(spec)
}

func (c *Capability) checkColumns(spec Spec) error {
	if c.noColumns && len(spec.Columns) > 0 {
		return fmt.Errorf("format NONE carries no %s columns, but there are: %s; choose another %s_FORMAT",
			role(spec.IsKey), columnList(spec.Columns), strings.ToUpper(role(spec.IsKey)))
	}
	if !c.MultiColumn && len(spec.Columns) > 1 {
		return fmt.Errorf("format %s carries a single %s column, but there are %d: %s; choose a format for several columns: %s",
			c.Name, role(spec.IsKey), len(spec.Columns), columnList(spec.Columns), strings.Join(multiColumnNames(), ", "))
	}
	for _, col := range spec.Columns {
		if c.nameOK != nil {
			if why := c.nameOK(col.Name); why != "" && (!spec.IsKey || c.WrapKey || len(spec.Columns) > 1) {
				return fmt.Errorf("format %s cannot carry %s column %s: %s", c.Name, role(spec.IsKey), types.QuoteName(col.Name), why)
			}
		}
		if why := c.typeOK(col.Type, spec.IsKey); why != "" {
			return fmt.Errorf("format %s cannot carry %s column %s of type %s: %s",
				c.Name, role(spec.IsKey), types.QuoteName(col.Name), col.Type, why)
		}
	}
	return nil
}

func (c *Capability) checkWrap(spec Spec) error {
	if spec.WrapSingle == nil {
		return nil
	}
	if spec.IsKey {
		return fmt.Errorf("WRAP_SINGLE_VALUE is for values: a single key column is always written bare")
	}
	if len(spec.Columns) != 1 {
		return fmt.Errorf("WRAP_SINGLE_VALUE is for values of one column, but there are %d: %s; leave it out",
			len(spec.Columns), columnList(spec.Columns))
	}
	if *spec.WrapSingle && !c.Wrap {
		return fmt.Errorf("format %s cannot wrap a single value: WRAP_SINGLE_VALUE must be false or left out", c.Name)
	}
	if !*spec.WrapSingle && !c.Unwrap {
		return fmt.Errorf("format %s cannot write a bare value: WRAP_SINGLE_VALUE must be true or left out", c.Name)
	}
	return nil
}

func (c *Capability) checkProperties(spec Spec) error {
	part := upperRole(spec.IsKey)
	for name, value := range spec.Properties {
		allowed, of := c.allows(name)
		switch {
		case of == "":
			return fmt.Errorf("format %s has no property %s", c.Name, name)
		case !allowed:
			return fmt.Errorf("%s_%s is for %s, and the format here is %s", part, name, of, c.Name)
		}
		if err := checkProperty(name, value); err != nil {
			return fmt.Errorf("%s_%s %q: %w", part, name, value, err)
		}
	}
	return nil
}

// allows tells whether the format has the property, and which formats have it;
// of is empty for a name that is none.
func (c *Capability) allows(name string) (allowed bool, of string) {
	switch name {
	case PropertyDelimiter:
		return c.Delimiter, "DELIMITED"
	case PropertySchemaID:
		return c.Registry != "", "formats with a schema registry"
	case PropertyFullName:
		return c.FullName, "AVRO and PROTOBUF"
	case PropertyNullable:
		return c.Nullable, "PROTOBUF and PROTOBUF_NOSR"
	}
	return false, ""
}

func checkProperty(name, value string) error {
	switch name {
	case PropertyDelimiter:
		_, err := parseDelimiter(value)
		return err
	case PropertyFullName:
		for _, part := range strings.Split(value, ".") {
			if avroNameOK(part) != "" {
				return fmt.Errorf("expected names of letters, digits and _, with dots between them")
			}
		}
	case PropertyNullable:
		if value != "OPTIONAL" && value != "WRAPPER" {
			return fmt.Errorf("expected OPTIONAL or WRAPPER")
		}
	}
	return nil
}

func upperRole(isKey bool) string { return strings.ToUpper(role(isKey)) }

func role(isKey bool) string {
	if isKey {
		return "key"
	}
	return "value"
}

func columnList(cols []types.Column) string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = types.QuoteName(c.Name) + " " + c.Type.String()
	}
	return strings.Join(out, ", ")
}

func multiColumnNames() []string {
	var out []string
	for _, c := range capabilities {
		if c.MultiColumn {
			out = append(out, c.Name)
		}
	}
	return slices.Clip(out)
}

// contains tells whether t or a type inside it has the kind.
func contains(t *types.Type, k types.Kind) bool {
	if t.Kind == k || t.Elem != nil && contains(t.Elem, k) || t.Key != nil && contains(t.Key, k) {
		return true
	}
	return slices.ContainsFunc(t.Fields, func(f types.Field) bool { return contains(f.Type, k) })
}
