package format

import (
	"strings"

	"github.com/hamba/avro/v2"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/types"
)

// avroFormat is format AVRO: a record with a field per column, or the bare value
// of the only column. The bytes follow the schema whose id stands in front of
// them, so readers and writers are made from a schema and the columns.
type avroFormat struct {
	spec    Spec
	wrapped bool
}

func newAvro(spec Spec) (Format, error) {
	c, _ := Lookup(spec.Name)
	return &avroFormat{spec, wrapped(c, spec)}, nil
}

func avroTypeOK(t *types.Type, isKey bool) string {
	if isKey && contains(t, types.Map) {
		return "a MAP cannot be in a key, because equal maps may have different bytes; use an ARRAY of STRUCTs or a value column"
	}
	if t.Kind == types.Map && t.Key.Kind != types.String {
		return "the keys of a MAP must be STRING in AVRO, not " + t.Key.String()
	}
	if t.Elem != nil {
		if why := avroTypeOK(t.Elem, isKey); why != "" {
			return why
		}
	}
	for _, f := range t.Fields {
		if why := avroNameOK(f.Name); why != "" {
			return why
		}
		if why := avroTypeOK(f.Type, isKey); why != "" {
			return why
		}
	}
	return ""
}

// avroName is the name of a column or field in a schema: dots, which separate
// namespaces there, become underscores.
func avroName(name string) string { return strings.ReplaceAll(name, ".", "_") }

// avroNameOK says why a name cannot be that of a field.
func avroNameOK(name string) string {
	for i := range len(name) {
		c := name[i]
		if c == '.' {
			c = '_'
		}
		letter := c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return "names in AVRO begin with a letter or _ and go on with letters, digits, _ and dots, which " + types.QuoteName(name) + " does not"
		}
	}
	if name == "" {
		return "a field without a name cannot be in AVRO"
	}
	return ""
}

func (f *avroFormat) NewDecoder(needed []bool) Decoder {
	return &avroDecoder{spec: f.spec, wrapped: f.wrapped, needed: allNeeded(needed, len(f.spec.Columns)), id: -1}
}

func (f *avroFormat) NewEncoder() Encoder {
	s, id, err := writerSchema(&f.spec)
	if err != nil {
		return &refusing{err}
	}
	parsed, err := parseAvro(&f.spec, s)
	if err != nil {
		return &refusing{err}
	}
	e, err := newAvroEncoder(parsed, id, f.spec.Columns, f.wrapped)
	if err != nil {
		return &refusing{err}
	}
	return e
}

func parseAvro(spec *Spec, s registry.Schema) (avro.Schema, error) {
	return registry.ParseAvro(spec.context(), spec.Registry, s)
}

// avroLogical returns the logical type of a schema, or "".
func avroLogical(s avro.Schema) avro.LogicalType {
	if l, ok := s.(avro.LogicalTypeSchema); ok && l.Logical() != nil {
		return l.Logical().Type()
	}
	return ""
}

// avroDecimal returns precision and scale of a decimal.
func avroDecimal(s avro.Schema) (precision, scale int, ok bool) {
	l, isLogical := s.(avro.LogicalTypeSchema)
	if !isLogical || l.Logical() == nil {
		return 0, 0, false
	}
	d, ok := l.Logical().(*avro.DecimalLogicalSchema)
	if !ok {
		return 0, 0, false
	}
	return d.Precision(), d.Scale(), true
}

// avroMapEntry returns the key and value of a record that stands for an entry of
// a map: arrays of such records are maps, too.
func avroMapEntry(s avro.Schema) (key, value *avro.Field, ok bool) {
	r, isRecord := registry.AvroDeref(s).(*avro.RecordSchema)
	if !isRecord || len(r.Fields()) != 2 || r.Fields()[0].Name() != "key" || r.Fields()[1].Name() != "value" {
		return nil, nil, false
	}
	return r.Fields()[0], r.Fields()[1], true
}

// avroNonNull splits a union of null and one other type into that type and the
// places of both in the union; null is -1 where there is none.
func avroNonNull(s avro.Schema) (value avro.Schema, null, at int, single bool) {
	s = registry.AvroDeref(s)
	u, ok := s.(*avro.UnionSchema)
	if !ok {
		return s, -1, -1, true
	}
	null, at = -1, -1
	for i, t := range u.Types() {
		if t.Type() == avro.Null {
			null = i
		} else if at < 0 {
			at, value = i, registry.AvroDeref(t)
		} else {
			return s, null, -1, false
		}
	}
	if value == nil {
		return s, null, -1, false
	}
	return value, null, at, true
}
