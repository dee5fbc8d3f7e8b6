package format

import (
	"fmt"

	"github.com/hamba/avro/v2"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/types"
)

// avroNode is one place in a writer's schema, with what is wanted of the value
// there: its type in SQL, or nothing, so that it is skipped.
type avroNode struct {
	kind    avro.Type
	want    *types.Type // nil: skip the value.
	fields  []avroMember
	missing []int     // Fields of want that the writer does not have.
	elem    *avroNode // Array items, map values.
	entry   bool      // An array of records that are the entries of a map.
	// branches are the types of a union. split tells that want is a STRUCT with a
	// field per branch rather than the one type that is not null.
	branches []avroMember
	split    bool
	size     int      // Bytes of a fixed.
	symbols  []string // Of an enum.
	micros   bool     // The time is in microseconds.
	decimal  bool
	// scaleUp are the digits by which a decimal's scale is short of the wanted one.
	scaleUp int
	// least is how many bytes a value has at least, up to 1: arrays of values
	// without bytes are bounded another way.
	least int
}

// avroMember is a field of a record or a branch of a union: its node and the
// field of the wanted STRUCT (or the column) it goes to, or -1.
type avroMember struct {
	node *avroNode
	to   int
	path string
}

// avroCompiler makes nodes of a writer's schema. Values that are skipped may
// contain themselves, so their nodes are made once.
type avroCompiler struct{ skipped map[avro.Schema]*avroNode }

// compileAvro makes the node of a whole record. It refuses a schema whose values
// cannot become those of the columns.
func compileAvro(s avro.Schema, columns []types.Column, needed []bool, wrapped bool) (*avroNode, error) {
	c := avroCompiler{map[avro.Schema]*avroNode{}}
	if !wrapped {
		if !needed[0] {
			return c.skip(s), nil
		}
		return c.node(s, columns[0].Type)
	}
	value, _, at, _ := avroNonNull(s)
	r, ok := value.(*avro.RecordSchema)
	if !ok {
		return nil, fmt.Errorf("the value is %s, but should be a record with the columns as fields", value.Type())
	}
	n, err := c.record(r, fieldsOf(columns), needed)
	if err != nil || at < 0 {
		return n, err
	}
	u := &avroNode{kind: avro.Union, want: n.want, least: 1}
	for i := range s.(*avro.UnionSchema).Types() {
		m := avroMember{node: &avroNode{kind: avro.Null, want: n.want}}
		if i == at {
			m.node = n
		}
		u.branches = append(u.branches, m)
	}
	return u, nil
}

// skip returns the node that reads over a value.
func (c *avroCompiler) skip(s avro.Schema) *avroNode {
	s = registry.AvroDeref(s)
	if n := c.skipped[s]; n != nil {
		return n
	}
	n := &avroNode{kind: s.Type(), least: 1}
	c.skipped[s] = n
	switch t := s.(type) {
	case *avro.NullSchema:
		n.least = 0
	case *avro.FixedSchema:
		n.size, n.least = t.Size(), min(t.Size(), 1)
	case *avro.ArraySchema:
		n.elem = c.skip(t.Items())
	case *avro.MapSchema:
		n.elem = c.skip(t.Values())
	case *avro.UnionSchema:
		for _, b := range t.Types() {
			n.branches = append(n.branches, avroMember{node: c.skip(b), to: -1})
		}
	case *avro.RecordSchema:
		n.least = 0 // While its fields are looked at, in case they contain it.
		for _, f := range t.Fields() {
			m := avroMember{c.skip(f.Type()), -1, "." + pathName(f.Name())}
			n.fields = append(n.fields, m)
			n.least = max(n.least, m.node.least)
		}
	}
	return n
}

// node returns the node that reads values as the type.
func (c *avroCompiler) node(s avro.Schema, want *types.Type) (*avroNode, error) {
	s = registry.AvroDeref(s)
	n := &avroNode{kind: s.Type(), want: want, least: 1}
	var err error
	switch t := s.(type) {
	case *avro.NullSchema:
		n.least = 0
		return n, nil
	case *avro.UnionSchema:
		return n, c.union(n, t)
	case *avro.RecordSchema:
		if want.Kind == types.Struct {
			r, err := c.record(t, want.Fields, nil)
			if err == nil {
				r.want = want
			}
			return r, err
		}
	case *avro.ArraySchema:
		if want.Kind == types.Array {
			n.elem, err = c.node(t.Items(), want.Elem)
			return n, err
		}
		if key, value, ok := avroMapEntry(t.Items()); ok && want.Kind == types.Map {
			return n, c.entries(n, key, value)
		}
	case *avro.MapSchema:
		if want.Kind == types.Map && want.Key.Kind == types.String {
			n.elem, err = c.node(t.Values(), want.Elem)
			return n, err
		}
	default:
		if n.scalar(s) {
			return n, nil
		}
	}
	return nil, fmt.Errorf("%s cannot be read as %s", avroText(s), want)
}

func avroText(s avro.Schema) string {
	if l := avroLogical(s); l != "" {
		return fmt.Sprintf("%s (%s)", s.Type(), l)
	}
	return string(s.Type())
}

func (c *avroCompiler) record(r *avro.RecordSchema, want []types.Field, needed []bool) (*avroNode, error) {
	n := &avroNode{kind: avro.Record}
	from := make([]int, len(want)) // The writer's field for each wanted one, from 1.
	fields := r.Fields()
	for i, w := range want {
		from[i] = 1 + findField(len(fields), func(k int) string { return fields[k].Name() }, avroName(w.Name))
	}
	for k, f := range fields {
		m := avroMember{nil, -1, "." + pathName(f.Name())}
		for i, w := range want {
			if from[i] != k+1 || m.to >= 0 || needed != nil && !needed[i] {
				continue
			}
			node, err := c.node(f.Type(), w.Type)
			if err != nil {
				return nil, fmt.Errorf("field %s: %w", f.Name(), err)
			}
			m.node, m.to = node, i
		}
		if m.node == nil {
			m.node = c.skip(f.Type())
		}
		n.least = max(n.least, m.node.least)
		n.fields = append(n.fields, m)
	}
	for i := range want {
		if from[i] == 0 && (needed == nil || needed[i]) {
			n.missing = append(n.missing, i)
		}
	}
	return n, nil
}

func (c *avroCompiler) entries(n *avroNode, key, value *avro.Field) error {
	k, err := c.node(key.Type(), n.want.Key)
	if err != nil {
		return fmt.Errorf("key: %w", err)
	}
	v, err := c.node(value.Type(), n.want.Elem)
	if err != nil {
		return fmt.Errorf("value: %w", err)
	}
	n.entry = true
	n.elem = &avroNode{kind: avro.Record, fields: []avroMember{{k, 0, ".key"}, {v, 1, ".value"}}, least: max(k.least, v.least)}
	return nil
}

func (c *avroCompiler) union(n *avroNode, u *avro.UnionSchema) error {
	_, _, _, single := avroNonNull(u)
	n.split = !single && n.want.Kind == types.Struct
	for _, b := range u.Types() {
		m := avroMember{to: -1}
		var err error
		switch {
		case !n.split || b.Type() == avro.Null:
			m.node, err = c.node(b, n.want)
		default:
			if m.to = findColumn(n.want.Fields, avroBranchName(b)); m.to < 0 {
				m.node = c.skip(b)
				break
			}
			m.node, err = c.node(b, n.want.Fields[m.to].Type)
			m.path = "." + avroBranchName(b)
		}
		if err != nil {
			return err
		}
		n.branches = append(n.branches, m)
	}
	return nil
}

// scalar completes the node of a value without parts and tells whether it can be
// read as wanted: numbers as wider ones, everything as text.
func (n *avroNode) scalar(s avro.Schema) bool {
	k := n.want.Kind
	logical := avroLogical(s)
	n.micros = logical == avro.TimeMicros || logical == avro.TimestampMicros
	if _, scale, ok := avroDecimal(s); ok {
		n.decimal = true
		if f, isFixed := s.(*avro.FixedSchema); isFixed {
			n.size, n.least = f.Size(), min(f.Size(), 1)
		}
		n.scaleUp = n.want.Scale - scale
		return k == types.Decimal && n.scaleUp >= 0
	}
	switch t := s.(type) {
	case *avro.FixedSchema:
		n.size, n.least = t.Size(), min(t.Size(), 1)
		return k == types.Bytes
	case *avro.EnumSchema:
		n.symbols = t.Symbols()
		return k == types.String
	}
	switch s.Type() {
	case avro.Boolean:
		return k == types.Boolean || k == types.String
	case avro.Int, avro.Long:
		n.scaleUp = n.want.Scale // A whole number as DECIMAL.
		switch logical {
		case avro.Date:
			return k == types.Date || k == types.Integer || k == types.BigInt
		case avro.TimeMillis, avro.TimeMicros:
			return k == types.Time
		case avro.TimestampMillis, avro.TimestampMicros:
			return k == types.Timestamp || k == types.BigInt && !n.micros
		}
		return isNumeric(k) && (s.Type() == avro.Int || k != types.Integer && k != types.Date && k != types.Time) || k == types.String
	case avro.Float, avro.Double:
		return k == types.Double || k == types.String
	case avro.String:
		return k == types.String
	case avro.Bytes:
		return k == types.Bytes
	}
	return false
}
