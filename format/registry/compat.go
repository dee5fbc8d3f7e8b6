package registry

import (
	"context"
	"fmt"
	"slices"
)

// CheckCompatible implements Registry.
func (r *Local) CheckCompatible(ctx context.Context, name string, s Schema) error {
	p, err := r.parse(ctx, name, s)
	if err != nil {
		return err
	}
	return r.checkCompatible(ctx, name, p.Schema)
}

// Normal returns the schema as it is kept. The error is one with [ErrInvalid]: it
// cannot be read.
func (r *Local) Normal(ctx context.Context, s Schema) (Schema, error) {
	p, err := parse(ctx, r, s)
	return p.Schema, err
}

func (r *Local) checkCompatible(ctx context.Context, name string, s Schema) error {
	level, err := r.Compatibility(ctx, name)
	if err != nil {
		return err
	}
	old, _ := r.Of(name, WithoutDeleted) // A subject that is new is compatible.
	return Compatible(ctx, r, level, s, old)
}

// Compatible returns why the schema cannot follow the versions that a subject
// has, ascending, or nil. The error is one with [ErrIncompatible].
func Compatible(ctx context.Context, r Resolver, level Level, now Schema, old []Version) error {
	switch level {
	case NoCompatibility:
		return nil
	case Backward, Forward, Full:
		old = old[max(len(old)-1, 0):]
	}
	for _, v := range slices.Backward(old) {
		if err := follows(ctx, r, level, now, v.Schema); err != nil {
			return refuse(CodeIncompatible, "incompatible schema: subject %s has version %d (id %d), and the schema is not %s compatible with it: %w",
				v.Subject, v.Version, v.ID, level, err)
		}
	}
	return nil
}

// follows tells why the schema cannot come after an old one.
func follows(ctx context.Context, r Resolver, level Level, now, old Schema) error {
	if now.Type != old.Type {
		return fmt.Errorf("one is written in %s, the other in %s", now.Type, old.Type)
	}
	read := readers[now.Type]
	switch level {
	case Backward, BackwardTransitive, Full, FullTransitive:
		if err := read(ctx, r, now, old); err != nil {
			return err
		}
	}
	switch level {
	case Forward, ForwardTransitive, Full, FullTransitive:
		return read(ctx, r, old, now)
	}
	return nil
}

// readers tell why data written with one schema cannot be read with another of
// the same language.
var readers = map[Type]func(ctx context.Context, r Resolver, reader, writer Schema) error{
	Avro:     avroReads,
	JSON:     jsonReads,
	Protobuf: protobufReads,
}

// both parses two schemas.
func both[T any](ctx context.Context, r Resolver, a, b Schema, parse func(context.Context, Resolver, Schema) (T, error)) (x, y T, err error) {
	if x, err = parse(ctx, r, a); err == nil {
		y, err = parse(ctx, r, b)
	}
	return x, y, err
}

// place names a path in a schema; the empty one is the whole.
func place(path string) string {
	if path == "" {
		return "the schema itself"
	}
	return path
}
