package registry

import (
	"fmt"
	"slices"

	"github.com/hamba/avro/v2"
)

// ParseAvro reads an Avro schema with the schemas it refers to.
func (r *Registry) ParseAvro(s Schema) (avro.Schema, error) {
	cache := &avro.SchemaCache{}
	if err := r.loadAvro(s.References, cache, 0); err != nil {
		return nil, err
	}
	return ReadAvro(s.Text, cache)
}

// maxReferences bounds how deep schemas may refer to others.
const maxReferences = 32

func (r *Registry) loadAvro(refs []Reference, cache *avro.SchemaCache, depth int) error {
	if depth > maxReferences {
		return fmt.Errorf("references are nested more than %d deep", maxReferences)
	}
	for _, ref := range refs {
		v, err := r.Version(ref.Subject, ref.Version)
		if err != nil {
			return fmt.Errorf("reference %s: %w", ref.Name, err)
		}
		if err := r.loadAvro(v.References, cache, depth+1); err != nil {
			return err
		}
		if _, err := ReadAvro(v.Text, cache); err != nil {
			return fmt.Errorf("reference %s: %w", ref.Name, err)
		}
	}
	return nil
}

// avroReads tells why data of the writer's schema cannot be read with the
// reader's, by the rules of schema resolution. Names of records do not count:
// records are found by their place.
func avroReads(reader, writer avro.Schema) error {
	c := avroPair{seen: map[[2]avro.Schema]bool{}}
	return c.reads(reader, writer, "")
}

type avroPair struct{ seen map[[2]avro.Schema]bool }

// AvroDeref returns the schema a name stands for.
func AvroDeref(s avro.Schema) avro.Schema {
	if ref, ok := s.(*avro.RefSchema); ok {
		return ref.Schema()
	}
	return s
}

func (c *avroPair) reads(reader, writer avro.Schema, path string) error {
	reader, writer = AvroDeref(reader), AvroDeref(writer)
	pair := [2]avro.Schema{reader, writer}
	if c.seen[pair] {
		return nil // A recursive type: what is above decides.
	}
	c.seen[pair] = true
	if w, ok := writer.(*avro.UnionSchema); ok {
		for _, branch := range w.Types() {
			if err := c.reads(reader, branch, path); err != nil {
				return err
			}
		}
		return nil
	}
	if u, ok := reader.(*avro.UnionSchema); ok {
		for _, branch := range u.Types() {
			if c.reads(branch, writer, path) == nil {
				return nil
			}
		}
		return refuseAvro(path, reader, writer)
	}
	if reader.Type() != writer.Type() {
		if avroPromotes(writer.Type(), reader.Type()) {
			return nil
		}
		return refuseAvro(path, reader, writer)
	}
	switch rd := reader.(type) {
	case *avro.ArraySchema:
		return c.reads(rd.Items(), writer.(*avro.ArraySchema).Items(), path+"[]")
	case *avro.MapSchema:
		return c.reads(rd.Values(), writer.(*avro.MapSchema).Values(), path+"{}")
	case *avro.RecordSchema:
		return c.record(rd, writer.(*avro.RecordSchema), path)
	case *avro.EnumSchema:
		for _, s := range writer.(*avro.EnumSchema).Symbols() {
			if !slices.Contains(rd.Symbols(), s) && !rd.HasDefault() {
				return fmt.Errorf("%s: the enum symbol %s is missing and there is no default", place(path), s)
			}
		}
	case *avro.FixedSchema:
		if w := writer.(*avro.FixedSchema); w.Size() != rd.Size() {
			return fmt.Errorf("%s: a fixed of %d bytes cannot be read as one of %d", place(path), w.Size(), rd.Size())
		}
	}
	return sameDecimal(reader, writer, path)
}

func (c *avroPair) record(reader, writer *avro.RecordSchema, path string) error {
	for _, f := range reader.Fields() {
		w := avroField(writer, f)
		if w == nil {
			if !f.HasDefault() {
				return fmt.Errorf("%s: the field is new and has no default", place(path+"."+f.Name()))
			}
			continue
		}
		if err := c.reads(f.Type(), w.Type(), path+"."+f.Name()); err != nil {
			return err
		}
	}
	return nil
}

func avroField(in *avro.RecordSchema, want *avro.Field) *avro.Field {
	for _, f := range in.Fields() {
		if f.Name() == want.Name() || slices.Contains(want.Aliases(), f.Name()) {
			return f
		}
	}
	return nil
}

func avroPromotes(from, to avro.Type) bool {
	switch from {
	case avro.Int:
		return to == avro.Long || to == avro.Float || to == avro.Double
	case avro.Long:
		return to == avro.Float || to == avro.Double
	case avro.Float:
		return to == avro.Double
	case avro.String:
		return to == avro.Bytes
	case avro.Bytes:
		return to == avro.String
	}
	return false
}

// sameDecimal holds that decimals keep their scale, without which the bytes mean
// another number.
func sameDecimal(reader, writer avro.Schema, path string) error {
	a, aok := avroDecimal(reader)
	b, bok := avroDecimal(writer)
	if aok && bok && (a.Scale() != b.Scale() || a.Precision() < b.Precision()) {
		return fmt.Errorf("%s: a decimal(%d, %d) cannot be read as decimal(%d, %d)", place(path), b.Precision(), b.Scale(), a.Precision(), a.Scale())
	}
	return nil
}

func avroDecimal(s avro.Schema) (*avro.DecimalLogicalSchema, bool) {
	l, ok := s.(avro.LogicalTypeSchema)
	if !ok || l.Logical() == nil {
		return nil, false
	}
	d, ok := l.Logical().(*avro.DecimalLogicalSchema)
	return d, ok
}

func refuseAvro(path string, reader, writer avro.Schema) error {
	return fmt.Errorf("%s: %s cannot be read as %s", place(path), writer.Type(), reader.Type())
}

// place names a path in a schema; the empty one is the whole.
func place(path string) string {
	if path == "" {
		return "the schema itself"
	}
	return path
}
