package format

import (
	"strings"

	"github.com/leatdb/leat/types"
)

// jsonFormat is format JSON: a record is an object with a member per column, or
// the bare value of its only column.
type jsonFormat struct {
	columns []types.Column
	wrapped bool
	isKey   bool
}

func newJSON(spec Spec) (Format, error) {
	c, _ := Lookup(spec.Name)
	return &jsonFormat{spec.Columns, wrapped(c, spec), spec.IsKey}, nil
}

func jsonTypeOK(t *types.Type, isKey bool) string {
	if isKey && contains(t, types.Map) {
		return "a MAP cannot be in a key, because equal maps may have different bytes; use an ARRAY of STRUCTs or a value column"
	}
	return jsonMapKeys(t)
}

// jsonMapKeys refuses maps whose keys cannot be member names.
func jsonMapKeys(t *types.Type) string {
	if t.Kind == types.Map && t.Key.Kind != types.String {
		return "the keys of a MAP must be STRING in JSON, not " + t.Key.String()
	}
	if t.Elem != nil {
		if why := jsonMapKeys(t.Elem); why != "" {
			return why
		}
	}
	for _, f := range t.Fields {
		if why := jsonMapKeys(f.Type); why != "" {
			return why
		}
	}
	return ""
}

// jsonNode is one place in the schema where a value can stand.
type jsonNode struct {
	typ    *types.Type
	elem   *jsonNode   // Array elements and map values.
	object *jsonObject // Structs.
	keys   jsonKeySet  // Maps.
	depth  int         // Containers around a value at this place.
}

func newJSONNode(t *types.Type, depth int) *jsonNode {
	n := &jsonNode{typ: t, depth: depth}
	switch t.Kind {
	case types.Array, types.Map:
		n.elem = newJSONNode(t.Elem, depth+1)
	case types.Struct:
		n.object = newJSONObject(t.Fields, nil, depth)
	}
	return n
}

// jsonObject is an object with known members: the record itself or a STRUCT. It
// belongs to one place in the schema, so its scratch memory is in use at most
// once at a time.
type jsonObject struct {
	fields []jsonField
	needed int              // Number of fields that are needed.
	byName map[string]int32 // Index into fields.
	depth  int              // Containers around the object.

	shape jsonShape

	// State of the object being read, a bit per field: a member was read, and its
	// name was exactly the field's.
	seen, exact []uint64
}

type jsonField struct {
	node   *jsonNode
	path   string // ".NAME", as errors show it.
	needed bool
	spare  *spareValue // Where a value goes that is not needed; nil when any will do.
}

// newJSONObject returns the object with the given fields; needed nil means all.
func newJSONObject(fields []types.Field, needed []bool, depth int) *jsonObject {
	needed = allNeeded(needed, len(fields))
	words := (len(fields) + 63) / 64
	o := &jsonObject{
		fields: make([]jsonField, len(fields)),
		byName: make(map[string]int32, len(fields)),
		depth:  depth,
		seen:   make([]uint64, words),
		exact:  make([]uint64, words),
	}
	for i, f := range fields {
		o.fields[i] = jsonField{newJSONNode(f.Type, depth+1), "." + pathName(f.Name), needed[i], nil}
		o.byName[f.Name] = int32(i)
		if needed[i] {
			o.needed++
		} else {
			o.fields[i].spare = newSpareValue(f.Type)
		}
	}
	o.shape.grow(len(fields))
	return o
}

// pathName quotes names that could be mistaken for path syntax.
func pathName(name string) string {
	plain := strings.TrimFunc(name, func(r rune) bool {
		return r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
	})
	if plain == "" && name != "" {
		return name
	}
	return types.QuoteName(name)
}
