package registry

import (
	"context"
	"fmt"
	"slices"

	"github.com/hamba/avro/v2"
)

// avroReads tells why data of the writer's schema cannot be read with the
// reader's, by the rules of schema resolution in the Avro specification.
func avroReads(ctx context.Context, r Resolver, reader, writer Schema) error {
	a, b, err := both(ctx, r, reader, writer, ParseAvro)
	if err != nil {
		return err
	}
	c := avroPair{seen: map[[2]avro.Schema]bool{}}
	return c.reads(a, b, "")
}

type avroPair struct{ seen map[[2]avro.Schema]bool }

func (c *avroPair) reads(reader, writer avro.Schema, path string) error {
	reader, writer = AvroDeref(reader), AvroDeref(writer)
	pair := [2]avro.Schema{reader, writer}
	if reader.Type() == avro.Record && writer.Type() == avro.Record {
		if c.seen[pair] {
			return nil // A recursive type: what is above decides.
		}
		c.seen[pair] = true
	}
	if w, ok := writer.(*avro.UnionSchema); ok {
		for _, branch := range w.Types() {
			if err := c.reads(reader, branch, path); err != nil {
				return err
			}
		}
		return nil
	}
	if u, ok := reader.(*avro.UnionSchema); ok {
		return c.union(u, writer, path)
	}
	if reader.Type() != writer.Type() {
		if avroPromotes(writer.Type(), reader.Type()) {
			return nil
		}
		return fmt.Errorf("%s: %s cannot be read as %s", place(path), writer.Type(), reader.Type())
	}
	if err := sameName(reader, writer, path); err != nil {
		return err
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

// union finds a branch that reads the writer's type. When there is none, the
// reason of a branch of the same type says most.
func (c *avroPair) union(reader *avro.UnionSchema, writer avro.Schema, path string) error {
	reason := fmt.Errorf("%s: %s is no branch of the union", place(path), writer.Type())
	for _, branch := range reader.Types() {
		// What a branch assumes about recursive types holds only if it is taken.
		attempt := avroPair{seen: map[[2]avro.Schema]bool{}}
		for pair := range c.seen {
			attempt.seen[pair] = true
		}
		err := attempt.reads(branch, writer, path)
		if err == nil {
			return nil
		}
		if AvroDeref(branch).Type() == writer.Type() {
			reason = err
		}
	}
	return reason
}

// sameName holds that types with names have the same one, their namespaces
// aside, or that the reader knows the writer's as an alias.
func sameName(reader, writer avro.Schema, path string) error {
	rd, ok := reader.(avro.NamedSchema)
	if !ok {
		return nil
	}
	w := writer.(avro.NamedSchema)
	if rd.Name() == w.Name() || slices.Contains(rd.Aliases(), w.FullName()) {
		return nil
	}
	return fmt.Errorf("%s: the %s %s has another name than %s and is no alias of it", place(path), writer.Type(), w.FullName(), rd.FullName())
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
	var aliased *avro.Field
	for _, f := range in.Fields() {
		if f.Name() == want.Name() {
			return f
		}
		if slices.Contains(want.Aliases(), f.Name()) {
			aliased = f
		}
	}
	return aliased
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
// another number, and lose no digits.
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
