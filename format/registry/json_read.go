package registry

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// jsonMember is a member of an object, in its order.
type jsonMember struct {
	name  string
	value json.RawMessage
}

// jsonMembers returns the members of an object.
func jsonMembers(raw json.RawMessage) ([]jsonMember, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("expected an object, found %.40s", raw)
	}
	var out []jsonMember
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		m := jsonMember{name: name.(string)} // Names are strings.
		if err := d.Decode(&m.value); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// schema reads the schema at a place of the document.
func (d *jsonReader) schema(raw json.RawMessage, at string) (*JSONSchema, error) {
	s := &JSONSchema{ConnectIndex: -1}
	d.byRef[at] = s
	switch string(bytes.TrimSpace(raw)) {
	case "true":
		return s, nil
	case "false":
		s.never = true
		return s, nil
	}
	members, err := jsonMembers(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	for _, m := range members {
		if err := d.keyword(s, m, at); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", at, m.name, err)
		}
	}
	slices.SortStableFunc(s.Properties, func(a, b JSONProperty) int { return a.Schema.ConnectIndex - b.Schema.ConnectIndex })
	return s, nil
}

// keyword reads one member of a schema. Those that are not known say nothing
// about values.
func (d *jsonReader) keyword(s *JSONSchema, m jsonMember, at string) (err error) {
	below := at + "/" + escapePointer(m.name)
	switch m.name {
	case "$ref":
		if err = json.Unmarshal(m.value, &s.ref); err == nil {
			d.refs = append(d.refs, s)
		}
	case "$id", "id", "$anchor":
		return d.name(s, m, at)
	case "properties":
		s.Properties, err = d.named(m.value, below)
	case "patternProperties":
		s.patterns, err = d.named(m.value, below)
	case "definitions", "$defs":
		_, err = d.named(m.value, below)
	case "additionalProperties":
		if string(m.value) == "false" {
			s.Closed = true
		} else if string(m.value) != "true" {
			s.Values, err = d.schema(m.value, below)
		}
	case "items", "prefixItems", "additionalItems":
		return d.items(s, m, below)
	case "allOf":
		s.AllOf, err = d.list(m.value, below)
	case "oneOf", "anyOf":
		var list []*JSONSchema
		list, err = d.list(m.value, below)
		s.Choices = append(s.Choices, list)
	default:
		return s.simple(m)
	}
	return err
}

// name makes the schema known by its identifier.
func (d *jsonReader) name(s *JSONSchema, m jsonMember, at string) error {
	var id string
	if err := json.Unmarshal(m.value, &id); err != nil {
		if m.name == "id" { // Not a keyword since draft 6, and anything.
			return nil
		}
		return err
	}
	switch {
	case m.name == "$anchor":
		d.byRef["#"+id] = s
	case at == "#":
		d.id = id
	default:
		d.byRef[id] = s
	}
	return nil
}

func (d *jsonReader) named(raw json.RawMessage, at string) ([]JSONProperty, error) {
	members, err := jsonMembers(raw)
	if err != nil {
		return nil, err
	}
	var out []JSONProperty
	for _, m := range members {
		s, err := d.schema(m.value, at+"/"+escapePointer(m.name))
		if err != nil {
			return nil, err
		}
		out = slices.DeleteFunc(out, func(p JSONProperty) bool { return p.Name == m.name }) // The last counts.
		out = append(out, JSONProperty{m.name, s})
	}
	return out, nil
}

func (d *jsonReader) list(raw json.RawMessage, at string) ([]*JSONSchema, error) {
	var texts []json.RawMessage
	if err := json.Unmarshal(raw, &texts); err != nil {
		return nil, err
	}
	out := make([]*JSONSchema, len(texts))
	for i, text := range texts {
		var err error
		if out[i], err = d.schema(text, at+"/"+strconv.Itoa(i)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// items reads what arrays hold: before draft 2020-12 a list under items with the
// rest under additionalItems, since then under prefixItems and items.
func (d *jsonReader) items(s *JSONSchema, m jsonMember, at string) (err error) {
	switch {
	case m.name == "prefixItems" || m.value[0] == '[':
		s.Prefix, err = d.list(m.value, at)
	case m.name == "items" || s.Items == nil:
		s.Items, err = d.schema(m.value, at)
	}
	return err
}

// simple reads a keyword without schemas inside that matter one by one.
func (s *JSONSchema) simple(m jsonMember) error {
	switch m.name {
	case "type":
		var one string
		if json.Unmarshal(m.value, &one) == nil {
			s.Types = []string{one}
			return nil
		}
		return json.Unmarshal(m.value, &s.Types)
	case "title":
		return json.Unmarshal(m.value, &s.Title)
	case "format":
		return json.Unmarshal(m.value, &s.Format)
	case "required":
		if string(m.value) == "true" || string(m.value) == "false" {
			return nil // As draft 3 marked the property itself.
		}
		return json.Unmarshal(m.value, &s.Required)
	case "default":
		s.hasDefault = true
	case "connect.type":
		return json.Unmarshal(m.value, &s.ConnectType)
	case "connect.parameters":
		return json.Unmarshal(m.value, &s.ConnectParameters)
	case "connect.index":
		return json.Unmarshal(m.value, &s.ConnectIndex)
	case "pattern":
		return json.Unmarshal(m.value, &s.pattern)
	case "uniqueItems":
		return json.Unmarshal(m.value, &s.unique)
	case "const":
		return s.oneOfValues([]json.RawMessage{m.value})
	case "enum":
		var values []json.RawMessage
		if err := json.Unmarshal(m.value, &values); err != nil {
			return err
		}
		return s.oneOfValues(values)
	case "not", "if", "then", "else", "dependencies", "dependentRequired", "dependentSchemas", "propertyNames", "contains",
		"minContains", "maxContains", "unevaluatedItems", "unevaluatedProperties":
		text, err := sortedKeys(string(m.value))
		if s.opaque == nil {
			s.opaque = map[string]string{}
		}
		s.opaque[m.name] = text
		return err
	default:
		return s.bound(m)
	}
	return nil
}

func (s *JSONSchema) oneOfValues(values []json.RawMessage) error {
	s.enum = []string{}
	for _, v := range values {
		text, err := sortedKeys(string(v))
		if err != nil {
			return err
		}
		s.enum = append(s.enum, text)
	}
	return nil
}

// bound reads a keyword that bounds numbers, lengths or counts. In draft 4,
// exclusiveMinimum was a mark of minimum.
func (s *JSONSchema) bound(m jsonMember) error {
	name, exclusive := m.name, false
	switch m.name {
	case "exclusiveMinimum", "exclusiveMaximum":
		name, exclusive = strings.ToLower(m.name[len("exclusive"):len("exclusive")+1])+m.name[len("exclusive")+1:], true
	case "minimum", "maximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties":
	default:
		return nil
	}
	if s.bounds == nil {
		s.bounds = map[string]jsonBound{}
	}
	have := s.bounds[name]
	switch text := string(m.value); text {
	case "true", "false":
		if !exclusive {
			return fmt.Errorf("expected a number, found %s", text)
		}
		have.exclusive = text == "true"
	default:
		at, ok := new(big.Rat).SetString(text)
		if !ok || name == "multipleOf" && at.Sign() <= 0 {
			return fmt.Errorf("expected a number in its range, found %.40s", text)
		}
		if have.at == nil || exclusive {
			have.at, have.exclusive = at, exclusive || have.exclusive
		}
	}
	s.bounds[name] = have
	return nil
}

func escapePointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
