package registry

import (
	"bytes"
	"encoding/json"
	"errors"
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

// Schema is the text of a schema and what it imports.
type Schema struct {
	Type       Type        `json:"type"`
	Text       string      `json:"text"`
	References []Reference `json:"references,omitempty"`
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
	Subject string `json:"subject"`
	Version int    `json:"version"` // From 1, ascending.
	ID      int    `json:"id"`
	Schema
}

// KeySubject is the subject of the keys of a topic.
func KeySubject(topic string) string { return topic + "-key" }

// ValueSubject is the subject of the values of a topic.
func ValueSubject(topic string) string { return topic + "-value" }

// Errors that callers decide on.
var (
	ErrUnknown      = errors.New("unknown schema")
	ErrIncompatible = errors.New("incompatible schema")
	ErrInvalid      = errors.New("invalid schema")
)

// normal returns the schema in the form in which equal schemas have equal texts,
// after checking that it can be read.
func (r *Registry) normal(s Schema) (Schema, error) {
	switch s.Type {
	case Avro, JSON:
		s.Text = compact(s.Text)
	case Protobuf:
		s.Text = strings.TrimSpace(s.Text)
	default:
		return s, fmt.Errorf("%w: there is no schema language %q; expected %s, %s or %s", ErrInvalid, s.Type, Avro, JSON, Protobuf)
	}
	if err := r.check(s); err != nil {
		return s, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return s, nil
}

// check holds that the schema can be read.
func (r *Registry) check(s Schema) (err error) {
	switch s.Type {
	case Avro:
		_, err = r.ParseAvro(s)
	case Protobuf:
		_, err = r.ParseProtobuf(s)
	default:
		_, err = ParseJSON(s.Text)
	}
	return err
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

// identity is equal for schemas that are the same.
func (s *Schema) identity() string {
	b, err := json.Marshal(s)
	if err != nil {
		return s.Text // It has only strings and numbers.
	}
	return string(b)
}
