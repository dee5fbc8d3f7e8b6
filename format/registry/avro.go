package registry

import (
	"context"

	"github.com/hamba/avro/v2"
)

// ParseAvro reads an Avro schema with the schemas it refers to. r may be nil
// where there are none.
func ParseAvro(ctx context.Context, r Resolver, s Schema) (avro.Schema, error) {
	cache := &avro.SchemaCache{}
	err := eachReference(ctx, r, s, func(_ string, to Schema) error {
		_, err := readAvro(to.Text, cache)
		return err
	})
	if err != nil {
		return nil, err
	}
	return readAvro(s.Text, cache)
}

// AvroDeref returns the schema a name stands for.
func AvroDeref(s avro.Schema) avro.Schema {
	if ref, ok := s.(*avro.RefSchema); ok {
		return ref.Schema()
	}
	return s
}
