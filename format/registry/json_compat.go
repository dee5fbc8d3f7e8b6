package registry

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// jsonReads tells why a document that is valid for the writer's schema may be
// invalid for the reader's. It is sure when it says that all are valid; where it
// would have to prove more than a comparison keyword by keyword shows, it says
// that some may not be.
func jsonReads(ctx context.Context, r Resolver, reader, writer Schema) error {
	a, b, err := both(ctx, r, reader, writer, parseJSONDocument)
	if err != nil {
		return err
	}
	c := jsonPair{seen: map[string]bool{}}
	return c.accepts(a, []*JSONSchema{b}, "$")
}

// jsonPair compares schemas. seen are the comparisons under way, which hold for
// schemas that contain themselves unless something else is wrong.
type jsonPair struct{ seen map[string]bool }

// jsonAtom are values of one JSON type that are valid for all parts: what is left
// of a writer's schema when every choice in it has been made.
type jsonAtom struct {
	typ   string
	parts []*JSONSchema
}

// accepts tells why values that are valid for all of writer may be invalid for
// the reader.
func (c *jsonPair) accepts(reader *JSONSchema, writer []*JSONSchema, path string) error {
	for _, a := range atoms(writer) {
		if err := c.atom(reader, &a, path); err != nil {
			return err
		}
	}
	return nil
}

func (c *jsonPair) atom(reader *JSONSchema, a *jsonAtom, path string) error {
	key := fmt.Sprintf("%p %s %v", reader, a.typ, a.parts)
	if c.seen[key] {
		return nil
	}
	c.seen[key] = true
	if reader.never {
		return fmt.Errorf("%s: a value is no longer allowed", path)
	}
	if err := reader.allowsType(a, path); err != nil {
		return err
	}
	if err := reader.allowsEnum(a, path); err != nil {
		return err
	}
	if err := c.typed(reader, a, path); err != nil {
		return err
	}
	for keyword, text := range reader.opaque {
		if !a.some(func(p *JSONSchema) bool { return p.opaque[keyword] == text }) {
			return fmt.Errorf("%s: the keyword %q is new or changed", path, keyword)
		}
	}
	all := reader.AllOf
	if reader.Ref != nil {
		all = append(slices.Clip(all), reader.Ref)
	}
	for _, part := range all {
		if err := c.atom(part, a, path); err != nil {
			return err
		}
	}
	for _, choices := range reader.Choices {
		if err := c.choice(choices, a, path); err != nil {
			return err
		}
	}
	return nil
}

// choice finds one of the schemas that accepts the values.
func (c *jsonPair) choice(choices []*JSONSchema, a *jsonAtom, path string) error {
	reason := fmt.Errorf("%s: %s is none of the choices", path, a.typ)
	for _, choice := range choices {
		attempt := jsonPair{maps.Clone(c.seen)} // What it assumes holds only if it is taken.
		err := attempt.atom(choice, a, path)
		if err == nil {
			return nil
		}
		if choice.Deref().allowsType(a, path) == nil {
			reason = err
		}
	}
	return reason
}

func (s *JSONSchema) allowsType(a *jsonAtom, path string) error {
	if len(s.Types) == 0 || slices.Contains(s.Types, a.typ) || a.typ == "integer" && slices.Contains(s.Types, "number") {
		return nil
	}
	return fmt.Errorf("%s: %s cannot be read as %s", path, a.typ, strings.Join(s.Types, " or "))
}

func (s *JSONSchema) allowsEnum(a *jsonAtom, path string) error {
	if s.enum == nil {
		return nil
	}
	values, known := a.values()
	if !known {
		return fmt.Errorf("%s: any %s was allowed, and only %s would be", path, a.typ, strings.Join(s.enum, ", "))
	}
	for _, v := range values {
		if !slices.Contains(s.enum, v) {
			return fmt.Errorf("%s: the value %s is no longer allowed", path, v)
		}
	}
	return nil
}

func (a *jsonAtom) some(is func(*JSONSchema) bool) bool { return slices.ContainsFunc(a.parts, is) }

// values returns the values of an atom that has few of them.
func (a *jsonAtom) values() (values []string, known bool) {
	switch a.typ {
	case "null":
		values, known = []string{"null"}, true
	case "boolean":
		values, known = []string{"false", "true"}, true
	}
	for _, p := range a.parts {
		switch {
		case p.enum == nil:
		case !known:
			values, known = p.enum, true
		default:
			values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !slices.Contains(p.enum, v) })
		}
	}
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !hasType(v, a.typ) }), known
}

// typed compares the keywords that concern values of the atom's type.
func (c *jsonPair) typed(reader *JSONSchema, a *jsonAtom, path string) error {
	switch a.typ {
	case "integer", "number":
		return reader.allowsBounds(a, path, "minimum", "maximum", "multipleOf")
	case "string":
		if err := reader.allowsBounds(a, path, "minLength", "maxLength"); err != nil {
			return err
		}
		return reader.allowsPattern(a, path)
	case "array":
		return c.array(reader, a, path)
	case "object":
		return c.object(reader, a, path)
	}
	return nil
}

func (s *JSONSchema) allowsPattern(a *jsonAtom, path string) error {
	if s.pattern == nil || a.some(func(p *JSONSchema) bool { return p.pattern != nil && *p.pattern == *s.pattern }) {
		return nil
	}
	if values, known := a.values(); known {
		if re, err := regexp.Compile(*s.pattern); err == nil && !slices.ContainsFunc(values, func(v string) bool { return !re.MatchString(unquoted(v)) }) {
			return nil
		}
	}
	return fmt.Errorf("%s: the pattern %q is new or changed", path, *s.pattern)
}

func (c *jsonPair) array(reader *JSONSchema, a *jsonAtom, path string) error {
	if err := reader.allowsBounds(a, path, "minItems", "maxItems"); err != nil {
		return err
	}
	if reader.unique && !a.some(func(p *JSONSchema) bool { return p.unique }) {
		return fmt.Errorf("%s: items may be equal, and would have to be unique", path)
	}
	n := len(reader.Prefix)
	for _, p := range a.parts {
		n = max(n, len(p.Prefix))
	}
	for i := range n + 1 { // The last stands for all behind the prefixes.
		rd := reader.item(i)
		if rd == nil {
			continue
		}
		var writer []*JSONSchema
		for _, p := range a.parts {
			if s := p.item(i); s != nil {
				writer = append(writer, s)
			}
		}
		where := fmt.Sprintf("%s[%d]", path, i)
		if n == 0 {
			where = path + "[]"
		}
		if err := c.accepts(rd, writer, where); err != nil {
			return err
		}
	}
	return nil
}

// item returns the schema of an item, nil if it may be anything.
func (s *JSONSchema) item(i int) *JSONSchema {
	if i < len(s.Prefix) {
		return s.Prefix[i]
	}
	return s.Items
}
