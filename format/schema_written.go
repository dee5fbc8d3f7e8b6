package format

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/types"
)

// Pinned returns the spec with the schema that its subject has for the columns
// already, if there is one: as SCHEMA_ID, so that records are written with it. A
// spec that names its schema, or has no subject to look in, is returned as it is.
//
// Keys need that, since the id of the schema is part of their bytes, by which
// equal keys are recognised and partitions chosen: all records of a topic must
// have the same. So the first version with the columns is taken for keys, which
// later versions do not change; and when there are versions, but none with the
// columns, the error is [ErrKeyChanges]. Values take the newest such version.
//
// Names are compared without regard to case, as records are read. With exact, a
// version whose names differ in case is not taken, and no change of the key either.
func Pinned(spec Spec, exact bool) (Spec, error) {
	c, ok := Lookup(spec.Name)
	if !ok || c.Registry == "" || spec.Subject == "" || len(spec.Columns) == 0 || spec.Properties[PropertySchemaID] != "" {
		return spec, nil
	}
	if spec.Registry == nil {
		return spec, errNoRegistry
	}
	own, err := SchemaOf(spec)
	if err != nil {
		return spec, err
	}
	v, err := spec.Registry.Find(spec.context(), spec.Subject, own)
	if err == nil {
		return spec.with(v), nil
	}
	if !errors.Is(err, registry.ErrUnknown) {
		return spec, err
	}
	return spec.pinnedByColumns(exact)
}

// ErrKeyChanges: the keys of a topic are described by a schema with other columns.
var ErrKeyChanges = errors.New("the key would change its schema")

func (s Spec) pinnedByColumns(exact bool) (Spec, error) {
	numbers, err := s.Registry.Versions(s.context(), s.Subject)
	if errors.Is(err, registry.ErrUnknown) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	if !s.IsKey {
		slices.Reverse(numbers)
	}
	found, similar := "", false
	for _, n := range numbers {
		v, err := s.Registry.Version(s.context(), s.Subject, n)
		if err != nil {
			return s, err
		}
		cols, err := ColumnsOf(s, v.Schema, true)
		if err == nil && sameFields(fieldsOf(cols), fieldsOf(s.Columns), exact) {
			return s.with(v), nil
		}
		similar = similar || err == nil && sameFields(fieldsOf(cols), fieldsOf(s.Columns), false)
		if found = "no columns of SQL"; err == nil {
			found = columnList(cols)
		}
	}
	if s.IsKey && !similar {
		return s, fmt.Errorf("%w: subject %s has %s, not %s; equal keys would have other bytes, and other partitions",
			ErrKeyChanges, s.Subject, found, columnList(s.Columns))
	}
	return s, nil
}

// with returns the spec with the version as its schema.
func (s Spec) with(v registry.Version) Spec {
	properties := map[string]string{PropertySchemaID: strconv.Itoa(v.ID)}
	for name, value := range s.Properties {
		properties[name] = value
	}
	s.Properties = properties
	return s
}

// sameFields tells whether fields have the same names, unless exact is set but for
// their case, and types. The name of a single bare one does not count.
func sameFields(have, want []types.Field, exact bool) bool {
	if len(have) != len(want) {
		return false
	}
	bare := len(have) == 1 && (have[0].Name == BareKey || have[0].Name == BareValue)
	for i, w := range want {
		k := i
		if !bare {
			k = findColumn(have, w.Name)
		}
		if k < 0 || exact && !bare && have[k].Name != w.Name || !upperFields(have[k].Type).Equal(upperFields(w.Type)) {
			return false
		}
	}
	return true
}
