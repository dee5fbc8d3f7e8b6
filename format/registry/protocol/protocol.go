// Package protocol holds the bodies of the registry's HTTP protocol, which our
// server answers and our client asks. It is the protocol of Confluent's Schema
// Registry, so that clients and tools for that one work with this one.
package protocol

import (
	"encoding/json"

	"github.com/leatdb/leat/format/registry"
)

// The media types. All of them are JSON.
const (
	MediaType  = "application/vnd.schemaregistry.v1+json"
	MediaPlain = "application/vnd.schemaregistry+json"
	MediaJSON  = "application/json"
)

// Latest is how paths name the newest version of a subject.
const Latest = "latest"

// Schema is a schema as requests and answers have it; what a request or an answer
// leaves out is zero.
type Schema struct {
	Subject    string               `json:"subject,omitempty"`
	Version    int                  `json:"version,omitempty"`
	ID         int                  `json:"id,omitempty"`
	SchemaType registry.Type        `json:"schemaType,omitempty"` // Empty for Avro.
	References []registry.Reference `json:"references,omitempty"`
	Schema     string               `json:"schema"`
	MaxID      int                  `json:"maxId,omitempty"`

	// Metadata and RuleSet are parts of the protocol that are not known here.
	Metadata json.RawMessage `json:"metadata,omitempty"`
	RuleSet  json.RawMessage `json:"ruleSet,omitempty"`
}

// SchemaOf makes the body of a schema.
func SchemaOf(s registry.Schema) Schema {
	b := Schema{SchemaType: s.Type, References: s.References, Schema: s.Text}
	if s.Type == registry.Avro {
		b.SchemaType = ""
	}
	return b
}

// VersionOf makes the body of a version.
func VersionOf(v registry.Version) Schema {
	b := SchemaOf(v.Schema)
	b.Subject, b.Version, b.ID = v.Subject, v.Version, v.ID
	return b
}

// Registry returns the schema of a body.
func (b *Schema) Registry() registry.Schema {
	s := registry.Schema{Type: b.SchemaType, Text: b.Schema, References: b.References}
	if s.Type == "" {
		s.Type = registry.Avro
	}
	return s
}

// InSubject returns the version of a body.
func (b *Schema) InSubject() registry.Version {
	return registry.Version{Subject: b.Subject, Version: b.Version, ID: b.ID, Schema: b.Registry()}
}

// ID answers a registration.
type ID struct {
	ID int `json:"id"`
}

// Use is a place of a schema.
type Use struct {
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

// Compatible answers a check of compatibility.
type Compatible struct {
	Is       bool     `json:"is_compatible"`
	Messages []string `json:"messages,omitempty"`
}

// Level tells the level of compatibility.
type Level struct {
	Level registry.Level `json:"compatibilityLevel"`
}

// LevelChange asks for another level, and answers that it was set.
type LevelChange struct {
	Level registry.Level `json:"compatibility"`
}

// Mode asks for a mode and tells one.
type Mode struct {
	Mode registry.Mode `json:"mode"`
}

// Error is a refusal.
type Error struct {
	Code    registry.Code `json:"error_code"`
	Message string        `json:"message"`
}
