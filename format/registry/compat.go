package registry

import (
	"context"
	"fmt"
	"slices"
)

// Level says which readers must be able to read which data. "New" is a schema to
// be registered, "old" the latest version, or with TRANSITIVE every version.
type Level string

// The levels.
const (
	NoCompatibility    Level = "NONE"
	Backward           Level = "BACKWARD" // New reads old.
	BackwardTransitive Level = "BACKWARD_TRANSITIVE"
	Forward            Level = "FORWARD" // Old reads new.
	ForwardTransitive  Level = "FORWARD_TRANSITIVE"
	Full               Level = "FULL" // Both.
	FullTransitive     Level = "FULL_TRANSITIVE"
)

// Levels lists all levels.
var Levels = []Level{NoCompatibility, Backward, BackwardTransitive, Forward, ForwardTransitive, Full, FullTransitive}

// Compatibility returns the level of a subject, or with an empty name the
// general one.
func (r *Registry) Compatibility(name string) Level {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if s := r.subjects[name]; s != nil && s.level != "" {
		return s.level
	}
	return r.level
}

// SetCompatibility sets the level of a subject, or with an empty name of all
// subjects that have none of their own.
func (r *Registry) SetCompatibility(ctx context.Context, name string, l Level) error {
	if !slices.Contains(Levels, l) {
		return fmt.Errorf("%w: there is no level of compatibility %q; expected one of %v", ErrInvalid, l, Levels)
	}
	r.writing.Lock()
	defer r.writing.Unlock()
	return r.commit(ctx, change{Setting: &setting{Subject: name, Level: l}})
}

// CheckCompatible returns why the schema cannot be the next version of the
// subject, or nil.
func (r *Registry) CheckCompatible(name string, s Schema) error {
	level := r.Compatibility(name)
	old := r.Versions(name)
	if level == NoCompatibility || len(old) == 0 {
		return nil
	}
	switch level {
	case Backward, Forward, Full:
		old = old[len(old)-1:]
	}
	for _, v := range slices.Backward(old) {
		if err := r.compatible(level, s, v.Schema); err != nil {
			return fmt.Errorf("%w: subject %s has version %d (id %d), and the schema is not %s compatible with it: %w",
				ErrIncompatible, name, v.Version, v.ID, level, err)
		}
	}
	return nil
}

func (r *Registry) compatible(level Level, now, old Schema) error {
	if now.Type != old.Type {
		return fmt.Errorf("one is written in %s, the other in %s", now.Type, old.Type)
	}
	switch level {
	case Backward, BackwardTransitive, Full, FullTransitive:
		if err := r.reads(now, old); err != nil {
			return err
		}
	}
	switch level {
	case Forward, ForwardTransitive, Full, FullTransitive:
		return r.reads(old, now)
	}
	return nil
}

// reads returns why data written with one schema cannot be read with another.
func (r *Registry) reads(reader, writer Schema) error {
	switch reader.Type {
	case Avro:
		a, err := r.ParseAvro(reader)
		if err != nil {
			return err
		}
		b, err := r.ParseAvro(writer)
		if err != nil {
			return err
		}
		return avroReads(a, b)
	case Protobuf:
		a, err := r.ParseProtobuf(reader)
		if err != nil {
			return err
		}
		b, err := r.ParseProtobuf(writer)
		if err != nil {
			return err
		}
		return protobufReads(a, b)
	}
	a, err := ParseJSON(reader.Text)
	if err != nil {
		return err
	}
	b, err := ParseJSON(writer.Text)
	if err != nil {
		return err
	}
	return jsonReads(a, b, "$")
}
