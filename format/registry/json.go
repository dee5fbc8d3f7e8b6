package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
)

// JSONSchema is a JSON schema of any draft: what values it allows, and which
// columns there are. The zero value allows everything.
type JSONSchema struct {
	Types      []string // "type": one or several names; none allows all.
	Title      string
	Format     string
	Properties []JSONProperty // In the order of connect.index, else of the text.
	Required   []string
	Closed     bool        // additionalProperties is false.
	Values     *JSONSchema // additionalProperties, when it is a schema.
	Items      *JSONSchema // Behind Prefix; nil allows everything.
	Prefix     []*JSONSchema
	AllOf      []*JSONSchema
	// Choices are oneOf and anyOf: of each list, one must hold. The schemas of a
	// oneOf are taken to exclude each other.
	Choices [][]*JSONSchema
	Ref     *JSONSchema // What $ref means.

	ConnectType       string            // connect.type
	ConnectParameters map[string]string // connect.parameters
	ConnectIndex      int               // connect.index, or -1.

	never      bool // Allows nothing.
	hasDefault bool
	ref        string
	patterns   []JSONProperty // patternProperties.
	enum       []string       // Canonical texts; nil: no enum.
	pattern    *string
	unique     bool
	bounds     map[string]jsonBound
	// opaque are keywords of which only is known whether they are the same: their
	// canonical texts.
	opaque map[string]string
}

// JSONProperty is one property of an object.
type JSONProperty struct {
	Name   string
	Schema *JSONSchema
}

// jsonBound is a smallest or a largest number of something.
type jsonBound struct {
	at        *big.Rat
	exclusive bool
}

// ParseJSON reads a JSON schema with the schemas it refers to. r may be nil
// where there are none.
func ParseJSON(ctx context.Context, r Resolver, s Schema) (*JSONSchema, error) {
	return parseJSONDocument(ctx, r, s)
}

// NonNull returns the schema without the choice of null, and whether it had it.
// With several choices besides null it returns s itself.
func (s *JSONSchema) NonNull() (*JSONSchema, bool) {
	s = s.Deref()
	if len(s.Choices) != 1 {
		return s, slices.Contains(s.Types, "null")
	}
	var rest []*JSONSchema
	for _, o := range s.Choices[0] {
		if !slices.Equal(o.Deref().Types, []string{"null"}) {
			rest = append(rest, o.Deref())
		}
	}
	if len(rest) == 1 {
		return rest[0], len(s.Choices[0]) > 1
	}
	return s, slices.Contains(s.Types, "null")
}

// Deref returns the schema that a reference means in the end.
func (s *JSONSchema) Deref() *JSONSchema {
	for range maxReferences {
		if s.Ref == nil {
			break
		}
		s = s.Ref
	}
	return s
}

// property returns the schema of a property with a name of its own, or nil.
func (s *JSONSchema) property(name string) *JSONSchema {
	for _, p := range s.Properties {
		if p.Name == name {
			return p.Schema
		}
	}
	return nil
}

// jsonReader reads the schemas of one document.
type jsonReader struct {
	root  json.RawMessage
	id    string                 // $id of the root.
	byRef map[string]*JSONSchema // By place (#/definitions/x) and by anchor (#x).
	refs  []*JSONSchema          // Those with a reference to resolve.
	// others are the documents that can be referred to, by name.
	others map[string]*jsonReader
}

func parseJSONDocument(ctx context.Context, r Resolver, s Schema) (*JSONSchema, error) {
	documents := map[string]*jsonReader{}
	err := eachReference(ctx, r, s, func(name string, to Schema) error {
		d, err := readJSON(to.Text, documents)
		documents[name] = d
		return err
	})
	if err != nil {
		return nil, err
	}
	d, err := readJSON(s.Text, documents)
	if err != nil {
		return nil, err
	}
	for _, doc := range documents {
		if err := doc.resolveAll(); err != nil {
			return nil, err
		}
	}
	if err := d.resolveAll(); err != nil {
		return nil, err
	}
	return d.byRef["#"], nil
}

func readJSON(text string, others map[string]*jsonReader) (*jsonReader, error) {
	d := &jsonReader{root: json.RawMessage(text), byRef: map[string]*JSONSchema{}, others: others}
	if !json.Valid(d.root) {
		var v any
		return d, fmt.Errorf("the JSON schema cannot be read: %w", json.Unmarshal(d.root, &v))
	}
	if _, err := d.schema(d.root, "#"); err != nil {
		return d, fmt.Errorf("the JSON schema cannot be read: %w", err)
	}
	return d, nil
}
