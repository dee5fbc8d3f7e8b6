package registry

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// JSONSchema is the part of a JSON schema that says which columns there are.
type JSONSchema struct {
	Types      []string // "type": one or several names.
	Title      string
	Format     string
	Properties []JSONProperty // In the order of connect.index, else of the text.
	Required   []string
	Closed     bool        // additionalProperties is false.
	Values     *JSONSchema // additionalProperties, when it is a schema.
	Items      *JSONSchema
	OneOf      []*JSONSchema // oneOf or anyOf.
	Ref        string
	Defs       map[string]*JSONSchema // definitions and $defs, by their path.

	ConnectType       string            // connect.type
	ConnectParameters map[string]string // connect.parameters
	ConnectIndex      int               // connect.index, or -1.
}

// JSONProperty is one property of an object.
type JSONProperty struct {
	Name   string
	Schema *JSONSchema
}

// ParseJSON reads a JSON schema.
func ParseJSON(text string) (*JSONSchema, error) {
	s := &JSONSchema{}
	if err := json.Unmarshal([]byte(text), s); err != nil {
		return nil, fmt.Errorf("the JSON schema cannot be read: %w", err)
	}
	return s, nil
}

// UnmarshalJSON reads a schema object, or the schemas true and false.
func (s *JSONSchema) UnmarshalJSON(data []byte) error {
	s.ConnectIndex = -1
	if text := string(data); text == "true" || text == "false" {
		return nil
	}
	var raw struct {
		Type        json.RawMessage        `json:"type"`
		Title       string                 `json:"title"`
		Format      string                 `json:"format"`
		Properties  orderedProperties      `json:"properties"`
		Required    []string               `json:"required"`
		Additional  json.RawMessage        `json:"additionalProperties"`
		Items       *JSONSchema            `json:"items"`
		OneOf       []*JSONSchema          `json:"oneOf"`
		AnyOf       []*JSONSchema          `json:"anyOf"`
		Ref         string                 `json:"$ref"`
		Definitions map[string]*JSONSchema `json:"definitions"`
		Defs        map[string]*JSONSchema `json:"$defs"`
		ConnectType string                 `json:"connect.type"`
		Parameters  map[string]string      `json:"connect.parameters"`
		Index       *int                   `json:"connect.index"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	s.Title, s.Format, s.Required, s.Items, s.Ref = raw.Title, raw.Format, raw.Required, raw.Items, raw.Ref
	s.Properties, s.OneOf = raw.Properties, append(raw.OneOf, raw.AnyOf...)
	s.ConnectType, s.ConnectParameters = raw.ConnectType, raw.Parameters
	if raw.Index != nil {
		s.ConnectIndex = *raw.Index
	}
	s.Defs = map[string]*JSONSchema{}
	for name, d := range raw.Definitions {
		s.Defs["#/definitions/"+name] = d
	}
	for name, d := range raw.Defs {
		s.Defs["#/$defs/"+name] = d
	}
	slices.SortStableFunc(s.Properties, func(a, b JSONProperty) int { return a.Schema.ConnectIndex - b.Schema.ConnectIndex })
	return s.readRest(raw.Type, raw.Additional)
}

func (s *JSONSchema) readRest(typ, additional json.RawMessage) error {
	if len(typ) > 0 {
		var one string
		if json.Unmarshal(typ, &one) == nil {
			s.Types = []string{one}
		} else if err := json.Unmarshal(typ, &s.Types); err != nil {
			return err
		}
	}
	switch text := strings.TrimSpace(string(additional)); text {
	case "", "true":
	case "false":
		s.Closed = true
	default:
		s.Values = &JSONSchema{}
		return json.Unmarshal(additional, s.Values)
	}
	return nil
}

// orderedProperties keeps the properties in the order of the text.
type orderedProperties []JSONProperty

func (p *orderedProperties) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(strings.NewReader(string(data)))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		s := &JSONSchema{}
		if err := d.Decode(s); err != nil {
			return err
		}
		text, ok := name.(string)
		if !ok {
			return fmt.Errorf("properties must be an object")
		}
		*p = append(*p, JSONProperty{text, s})
	}
	return nil
}

// NonNull returns the schema without the choice of null, and whether it had it.
// With several choices besides null it returns s itself.
func (s *JSONSchema) NonNull() (*JSONSchema, bool) {
	var rest []*JSONSchema
	for _, o := range s.OneOf {
		if !slices.Equal(o.Types, []string{"null"}) {
			rest = append(rest, o)
		}
	}
	if len(rest) == 1 {
		return rest[0], len(s.OneOf) > 1
	}
	return s, slices.Contains(s.Types, "null")
}

// jsonReads tells why documents of the writer's schema may be invalid for the
// reader's. Properties may come and go as long as none becomes required and
// the object stays open for those that are there.
func jsonReads(reader, writer *JSONSchema, path string) error {
	a, aNull := reader.NonNull()
	b, bNull := writer.NonNull()
	if bNull && !aNull && len(a.Types) > 0 {
		return fmt.Errorf("%s: null is no longer allowed", path)
	}
	if len(a.Types) > 0 {
		for _, t := range b.Types {
			if !slices.Contains(a.Types, t) && !(t == "integer" && slices.Contains(a.Types, "number")) && !(t == "null" && aNull) {
				return fmt.Errorf("%s: %s cannot be read as %s", path, t, strings.Join(a.Types, " or "))
			}
		}
		if len(b.Types) == 0 && len(b.OneOf) == 0 && b.Ref == "" {
			return fmt.Errorf("%s: any value was allowed, and only %s would be", path, strings.Join(a.Types, " or "))
		}
	}
	for _, name := range a.Required {
		if !slices.Contains(b.Required, name) {
			return fmt.Errorf("%s.%s: the property would be required", path, name)
		}
	}
	for _, p := range b.Properties {
		now := a.property(p.Name)
		if now == nil {
			if a.Closed {
				return fmt.Errorf("%s.%s: the property is no longer allowed", path, p.Name)
			}
			continue
		}
		if err := jsonReads(now, p.Schema, path+"."+p.Name); err != nil {
			return err
		}
	}
	if a.Items != nil && b.Items != nil {
		if err := jsonReads(a.Items, b.Items, path+"[]"); err != nil {
			return err
		}
	}
	if a.Values != nil && b.Values != nil {
		return jsonReads(a.Values, b.Values, path+"{}")
	}
	return nil
}

func (s *JSONSchema) property(name string) *JSONSchema {
	for _, p := range s.Properties {
		if p.Name == name {
			return p.Schema
		}
	}
	return nil
}
