package registry

import (
	"fmt"
	"regexp"
	"slices"
)

// object compares what is said about objects. A property that neither has a name
// for may still be there, unless additionalProperties forbids it: an object is
// open unless it says that it is closed.
func (c *jsonPair) object(reader *JSONSchema, a *jsonAtom, path string) error {
	if err := reader.allowsBounds(a, path, "minProperties", "maxProperties"); err != nil {
		return err
	}
	for _, name := range reader.Required {
		p := reader.property(name)
		given := p != nil && p.Deref().hasDefault || p != nil && p.hasDefault
		if !given && !a.some(func(p *JSONSchema) bool { return slices.Contains(p.Required, name) }) {
			return fmt.Errorf("%s.%s: the property would be required, and has no default", path, name)
		}
	}
	for _, name := range propertyNames(reader, a) {
		written := a.valuesOf(func(p *JSONSchema) ([]*JSONSchema, bool) { return p.valueOf(name) })
		read, _ := reader.valueOf(name)
		for _, rd := range read {
			if err := c.accepts(rd, written, path+"."+name); err != nil {
				return fmt.Errorf("%w%s", err, openHint(reader, a, name))
			}
		}
	}
	for _, pattern := range reader.patterns {
		if err := c.pattern(pattern, a, path); err != nil {
			return err
		}
	}
	return c.additional(reader, a, path)
}

// openHint explains the refusal that surprises most: a new property of an open
// object, which may have been there with any value.
func openHint(reader *JSONSchema, a *jsonAtom, name string) string {
	if reader.property(name) == nil || a.some(func(p *JSONSchema) bool { return p.property(name) != nil || p.Closed || p.Values != nil }) {
		return ""
	}
	return " (the object was open: without \"additionalProperties\": false, the property could have had any value before it was named)"
}

// propertyNames are the names that the reader or the atom knows, in their order.
func propertyNames(reader *JSONSchema, a *jsonAtom) []string {
	var names []string
	add := func(s *JSONSchema) {
		for _, p := range s.Properties {
			if !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
	}
	for _, p := range a.parts {
		add(p)
	}
	add(reader)
	return names
}

// never is the schema without values.
var never = &JSONSchema{never: true}

// valueOf returns the schemas that the value of a property must obey; named tells
// that the property is known by its name or a pattern.
func (s *JSONSchema) valueOf(name string) (schemas []*JSONSchema, named bool) {
	if p := s.property(name); p != nil {
		schemas = append(schemas, p)
	}
	for _, p := range s.patterns {
		if re, err := regexp.Compile(p.Name); err == nil && re.MatchString(name) {
			schemas = append(schemas, p.Schema)
		}
	}
	if len(schemas) > 0 {
		return schemas, true
	}
	return s.rest(), false
}

// rest returns what the values of properties obey that have no name.
func (s *JSONSchema) rest() []*JSONSchema {
	switch {
	case s.Closed:
		return []*JSONSchema{never}
	case s.Values != nil:
		return []*JSONSchema{s.Values}
	}
	return nil
}

// valuesOf gathers what the parts say.
func (a *jsonAtom) valuesOf(of func(*JSONSchema) ([]*JSONSchema, bool)) []*JSONSchema {
	var out []*JSONSchema
	for _, p := range a.parts {
		schemas, _ := of(p)
		out = append(out, schemas...)
	}
	return out
}

// pattern compares the properties that match a pattern of the reader's.
func (c *jsonPair) pattern(pattern JSONProperty, a *jsonAtom, path string) error {
	where := fmt.Sprintf("%s./%s/", path, pattern.Name)
	same := a.valuesOf(func(p *JSONSchema) ([]*JSONSchema, bool) { return p.patternNamed(pattern.Name), true })
	if len(same) > 0 {
		return c.accepts(pattern.Schema, append(same, a.besides(nil)...), where)
	}
	for _, p := range a.parts { // Another pattern may match the same names.
		for _, other := range p.patterns {
			if err := c.accepts(pattern.Schema, append(a.besides(p), other.Schema), where); err != nil {
				return err
			}
		}
	}
	return c.accepts(pattern.Schema, a.valuesOf(func(p *JSONSchema) ([]*JSONSchema, bool) { return p.rest(), true }), where)
}

// besides returns what the parts other than p say about all properties without a
// name: those parts that have no patterns.
func (a *jsonAtom) besides(p *JSONSchema) []*JSONSchema {
	return a.valuesOf(func(other *JSONSchema) ([]*JSONSchema, bool) {
		if other == p || len(other.patterns) > 0 {
			return nil, false
		}
		return other.rest(), false
	})
}

// patternNamed returns the schema of a pattern, if there is one.
func (s *JSONSchema) patternNamed(name string) []*JSONSchema {
	for _, p := range s.patterns {
		if p.Name == name {
			return []*JSONSchema{p.Schema}
		}
	}
	return nil
}

// additional compares the properties that the reader has no name for.
func (c *jsonPair) additional(reader *JSONSchema, a *jsonAtom, path string) error {
	for _, rd := range reader.rest() {
		for _, p := range a.parts {
			for _, pattern := range p.patterns {
				if len(reader.patternNamed(pattern.Name)) > 0 {
					continue
				}
				if err := c.accepts(rd, append(a.besides(p), pattern.Schema), fmt.Sprintf("%s./%s/", path, pattern.Name)); err != nil {
					return err
				}
			}
		}
		written := a.valuesOf(func(p *JSONSchema) ([]*JSONSchema, bool) { return p.rest(), true })
		if err := c.accepts(rd, written, path+".*"); err != nil {
			return err
		}
	}
	return nil
}
