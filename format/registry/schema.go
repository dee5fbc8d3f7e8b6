package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// Type is the language a schema is written in.
type Type string

// The languages, named as registries name them.
const (
	Avro     Type = "AVRO"
	JSON     Type = "JSON"
	Protobuf Type = "PROTOBUF"
)

// Types lists all languages.
var Types = []Type{JSON, Protobuf, Avro}

// Schema is the text of a schema and what it imports.
type Schema struct {
	Type       Type
	Text       string
	References []Reference
}

// Reference says which version of a subject is meant by a name inside a schema:
// a full type name in Avro, an import path in Protobuf, a URL in JSON.
type Reference struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

// Version is a schema in its place in a subject.
type Version struct {
	Subject string
	Version int // From 1, ascending.
	ID      int
	Schema
}

// KeySubject is the subject of the keys of a topic.
func KeySubject(topic string) string { return topic + "-key" }

// ValueSubject is the subject of the values of a topic.
func ValueSubject(topic string) string { return topic + "-value" }

// Resolver finds the schemas that others refer to, also those that have been
// deleted since. Every Registry is one.
type Resolver interface {
	Resolve(ctx context.Context, ref Reference) (Schema, error)
}

// maxReferences bounds how deep schemas may refer to others.
const maxReferences = 32

// eachReference calls fn for all schemas that s needs, each behind those it needs
// itself, and once under each name.
func eachReference(ctx context.Context, r Resolver, s Schema, fn func(name string, s Schema) error) error {
	return walkReferences(ctx, r, s, fn, map[string]bool{}, 0)
}

func walkReferences(ctx context.Context, r Resolver, s Schema, fn func(string, Schema) error, seen map[string]bool, depth int) error {
	if depth > maxReferences {
		return fmt.Errorf("references are nested more than %d deep", maxReferences)
	}
	for _, ref := range s.References {
		if seen[ref.Name] {
			continue
		}
		seen[ref.Name] = true
		if r == nil {
			return fmt.Errorf("reference %s: there is no schema registry", ref.Name)
		}
		to, err := r.Resolve(ctx, ref)
		if err == nil && to.Type != s.Type {
			err = fmt.Errorf("subject %s version %d is written in %s, not %s", ref.Subject, ref.Version, to.Type, s.Type)
		}
		if err == nil {
			err = walkReferences(ctx, r, to, fn, seen, depth+1)
		}
		if err != nil {
			return fmt.Errorf("reference %s: %w", ref.Name, err)
		}
		if err := fn(ref.Name, to); err != nil {
			return fmt.Errorf("reference %s: %w", ref.Name, err)
		}
	}
	return nil
}

// parsed is a schema that has been read: its text as it is kept, and the text
// that is the same for schemas that mean the same.
type parsed struct {
	Schema
	identity string
}

// parse checks that the schema can be read.
func parse(ctx context.Context, r Resolver, s Schema) (parsed, error) {
	var same string
	var err error
	switch s.Type {
	case Avro:
		s.Text = compact(s.Text)
		if _, err = ParseAvro(ctx, r, s); err == nil {
			same, err = sortedKeys(s.Text)
		}
	case JSON:
		s.Text = compact(s.Text)
		same = s.Text
		_, err = parseJSONDocument(ctx, r, s)
	case Protobuf:
		s.Text, same, err = normalProtobuf(ctx, r, s)
	default:
		err = fmt.Errorf("there is no schema language %q; expected %s, %s or %s", s.Type, Avro, JSON, Protobuf)
	}
	if err != nil {
		return parsed{}, refuse(CodeInvalidSchema, "invalid schema: %w", err)
	}
	return parsed{s, identity(s, same)}, nil
}

func identity(s Schema, text string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\x00%s", s.Type, text)
	for _, ref := range s.References {
		fmt.Fprintf(&b, "\x00%s\x00%s\x00%d", ref.Name, ref.Subject, ref.Version)
	}
	return b.String()
}

// compact removes white space from JSON. A bare word, which Avro allows for a
// primitive type, becomes a JSON string.
func compact(text string) string {
	var b bytes.Buffer
	if json.Compact(&b, []byte(text)) == nil {
		return b.String()
	}
	if word := strings.TrimSpace(text); word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") == "" {
		return `"` + word + `"`
	}
	return text
}

// sortedKeys returns JSON with the members of objects in the order of their
// names.
func sortedKeys(text string) (string, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return "", err
	}
	b, err := json.Marshal(v)
	return string(b), err
}
