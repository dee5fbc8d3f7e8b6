package format

import (
	"fmt"
	"slices"

	"github.com/hamba/avro/v2"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/types"
)

// avroSink is one place in the schema that is written: where its value comes
// from and what stands there for NULL.
type avroSink struct {
	kind   avro.Type
	prefix []byte // The branch of a union, in front of a value.
	// null is what is written for NULL: the branch of null, or the default of a
	// field without one. nil: NULL cannot be written.
	null   []byte
	fields []avroSinkField
	elem   *avroSink
	key    *avroSink // Entries of a map that is an array of records.
	size   int       // Bytes of a fixed.
	enum   []string
	micros bool
}

// avroSinkField is a field of a record: the value of a column, or the same bytes
// in every record where no column has its name.
type avroSinkField struct {
	sink   *avroSink
	from   int
	preset []byte
	path   string
}

// compileAvroSink makes the writer of rows. It refuses a schema that has no
// place for a column, or demands a field that no column has.
func compileAvroSink(s avro.Schema, columns []types.Column, wrapped bool) (*avroSink, error) {
	if !wrapped {
		return newAvroSink(s, columns[0].Type)
	}
	value, _, at, _ := avroNonNull(s)
	r, ok := value.(*avro.RecordSchema)
	if !ok {
		return nil, fmt.Errorf("the schema is a bare %s, but the columns need a record", value.Type())
	}
	n := &avroSink{kind: avro.Record}
	if at >= 0 {
		n.prefix = appendAvroLong(nil, int64(at))
	}
	return n, n.record(r, fieldsOf(columns))
}

func newAvroSink(s avro.Schema, t *types.Type) (*avroSink, error) {
	value, null, at, single := avroNonNull(s)
	if !single {
		return nil, fmt.Errorf("a union of several types has no place for a %s", t)
	}
	n := &avroSink{kind: value.Type()}
	if null >= 0 {
		n.prefix, n.null = appendAvroLong(nil, int64(at)), appendAvroLong(nil, int64(null))
	}
	ok, err := n.fits(value, t)
	if err == nil && !ok {
		err = fmt.Errorf("a %s cannot be written as %s", t, avroText(value))
	}
	return n, err
}

// fits completes the sink for values of the type and tells whether they can be
// written without losing anything.
func (n *avroSink) fits(s avro.Schema, t *types.Type) (ok bool, err error) {
	logical := avroLogical(s)
	n.micros = logical == avro.TimeMicros || logical == avro.TimestampMicros
	if f, isFixed := s.(*avro.FixedSchema); isFixed {
		n.size = f.Size()
	}
	switch t.Kind {
	case types.Boolean:
		return n.kind == avro.Boolean, nil
	case types.Integer:
		return logical == "" && (n.kind == avro.Int || n.kind == avro.Long || n.kind == avro.Double), nil
	case types.BigInt:
		return logical == "" && n.kind == avro.Long, nil
	case types.Double:
		return n.kind == avro.Double || n.kind == avro.Float, nil
	case types.String:
		if e, isEnum := s.(*avro.EnumSchema); isEnum {
			n.enum = e.Symbols()
			return true, nil
		}
		return n.kind == avro.String, nil
	case types.Bytes:
		return logical == "" && (n.kind == avro.Bytes || n.kind == avro.Fixed), nil
	case types.Decimal:
		precision, scale, isDecimal := avroDecimal(s)
		return isDecimal && scale == t.Scale && precision >= t.Precision, nil
	case types.Date:
		return n.kind == avro.Int && (logical == avro.Date || logical == ""), nil
	case types.Time:
		return logical == avro.TimeMillis || logical == avro.TimeMicros || logical == "" && n.kind == avro.Int, nil
	case types.Timestamp:
		return logical == avro.TimestampMillis || logical == avro.TimestampMicros || logical == "" && n.kind == avro.Long, nil
	}
	return n.fitsNested(s, t)
}

func (n *avroSink) fitsNested(s avro.Schema, t *types.Type) (ok bool, err error) {
	switch x := s.(type) {
	case *avro.ArraySchema:
		if t.Kind == types.Array {
			n.elem, err = newAvroSink(x.Items(), t.Elem)
			return true, err
		}
		key, value, isEntry := avroMapEntry(x.Items())
		if t.Kind != types.Map || !isEntry {
			return false, nil
		}
		if n.key, err = newAvroSink(key.Type(), t.Key); err == nil {
			n.elem, err = newAvroSink(value.Type(), t.Elem)
		}
		return true, err
	case *avro.MapSchema:
		if t.Kind == types.Map && t.Key.Kind == types.String {
			n.elem, err = newAvroSink(x.Values(), t.Elem)
			return true, err
		}
	case *avro.RecordSchema:
		if t.Kind == types.Struct {
			return true, n.record(x, t.Fields)
		}
	}
	return false, nil
}

// record finds the column of each field. Every column must have its field.
func (n *avroSink) record(r *avro.RecordSchema, from []types.Field) error {
	fields := r.Fields()
	to := make([]int, len(from))
	for i, f := range from {
		to[i] = findField(len(fields), func(k int) string { return fields[k].Name() }, avroName(f.Name))
		if to[i] < 0 {
			return fmt.Errorf("the schema %s has no field %s", r.FullName(), types.QuoteName(f.Name))
		}
	}
	for k, f := range fields {
		out := avroSinkField{from: slices.Index(to, k), path: "." + pathName(f.Name())}
		preset, err := avroPreset(f)
		if err != nil {
			return fmt.Errorf("field %s: %w", f.Name(), err)
		}
		if out.from < 0 {
			if preset == nil {
				return fmt.Errorf("the schema %s demands the field %s, which has no default and no column", r.FullName(), f.Name())
			}
			out.preset = preset
		} else if out.sink, err = newAvroSink(f.Type(), from[out.from].Type); err != nil {
			return fmt.Errorf("field %s: %w", f.Name(), err)
		} else if out.sink.null == nil {
			out.sink.null = preset
		}
		n.fields = append(n.fields, out)
	}
	return nil
}

// avroPreset is what stands in a field that has no value: its default, else null
// where that is allowed, else nothing.
func avroPreset(f *avro.Field) ([]byte, error) {
	u, isUnion := registry.AvroDeref(f.Type()).(*avro.UnionSchema)
	if f.HasDefault() {
		switch {
		case !isUnion:
			return avro.Marshal(f.Type(), f.Default())
		case u.Types()[0].Type() != avro.Null: // A default is of the first type.
			b, err := avro.Marshal(u.Types()[0], f.Default())
			return append([]byte{0}, b...), err
		}
	}
	if isUnion {
		for i, t := range u.Types() {
			if t.Type() == avro.Null {
				return appendAvroLong(nil, int64(i)), nil
			}
		}
	}
	return nil, nil
}
