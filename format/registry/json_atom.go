package registry

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxAtoms and maxChoices bound into how many combinations of choices a schema is
// taken apart, and how deep choices may be within choices. Beyond them choices are
// ignored, which allows more values than there are.
const (
	maxAtoms   = 256
	maxChoices = 16
)

// jsonTypes are the types of values. A number may be an integer.
var jsonTypes = []string{"null", "boolean", "number", "string", "array", "object"}

// atoms takes apart the values that are valid for all of the schemas.
func atoms(schemas []*JSONSchema) []jsonAtom {
	var out []jsonAtom
	for _, parts := range combinations(schemas, 0) {
		for _, typ := range typesOf(parts) {
			a := jsonAtom{typ, parts}
			values, known := a.values()
			if known && len(values) == 0 {
				continue
			}
			if known && typ == "number" && !slices.ContainsFunc(values, func(v string) bool { return !hasType(v, "integer") }) {
				a.typ = "integer"
			}
			out = append(out, a)
		}
	}
	return out
}

// combinations makes every choice in the schemas: each result is a list of
// schemas without references and choices to follow.
func combinations(schemas []*JSONSchema, depth int) [][]*JSONSchema {
	all := [][]*JSONSchema{nil}
	var choices [][]*JSONSchema
	seen := map[*JSONSchema]bool{}
	var flatten func(s *JSONSchema)
	flatten = func(s *JSONSchema) {
		s = s.Deref()
		if seen[s] {
			return
		}
		seen[s] = true
		all[0] = append(all[0], s)
		for _, part := range s.AllOf {
			flatten(part)
		}
		choices = append(choices, s.Choices...)
	}
	for _, s := range schemas {
		flatten(s)
	}
	if slices.ContainsFunc(all[0], func(s *JSONSchema) bool { return s.never }) {
		return nil
	}
	if depth > maxChoices {
		return all
	}
	for _, group := range choices {
		var next [][]*JSONSchema
		for _, parts := range all {
			for _, choice := range group {
				for _, inner := range combinations([]*JSONSchema{choice}, depth+1) {
					next = append(next, append(slices.Clip(parts), inner...))
				}
			}
		}
		if len(next) <= maxAtoms {
			all = next
		}
	}
	return all
}

// typesOf returns the types that all parts allow.
func typesOf(parts []*JSONSchema) []string {
	types := jsonTypes
	for _, p := range parts {
		if len(p.Types) == 0 {
			continue
		}
		var kept []string
		for _, t := range types {
			switch {
			case slices.Contains(p.Types, t) || t == "integer" && slices.Contains(p.Types, "number"):
				kept = append(kept, t)
			case t == "number" && slices.Contains(p.Types, "integer"):
				kept = append(kept, "integer")
			}
		}
		types = kept
	}
	return types
}

// hasType tells whether a value, a canonical text, is of the type.
func hasType(value, typ string) bool {
	switch value[0] {
	case 'n':
		return typ == "null"
	case 't', 'f':
		return typ == "boolean"
	case '"':
		return typ == "string"
	case '[':
		return typ == "array"
	case '{':
		return typ == "object"
	}
	r, ok := new(big.Rat).SetString(value)
	return typ == "number" || typ == "integer" && ok && r.IsInt()
}

// unquoted returns the text of a JSON string.
func unquoted(value string) string {
	var s string
	if json.Unmarshal([]byte(value), &s) != nil {
		return value
	}
	return s
}

// allowsBounds compares keywords that bound a number, a length or a count.
func (s *JSONSchema) allowsBounds(a *jsonAtom, path string, keywords ...string) error {
	for _, k := range keywords {
		want, ok := s.bounds[k]
		if !ok || want.at == nil || a.within(k, want) {
			continue
		}
		return fmt.Errorf("%s: %s would be %s, which was not so", path, k, want.at.RatString())
	}
	return nil
}

// within tells whether all values of the atom keep to a bound.
func (a *jsonAtom) within(keyword string, want jsonBound) bool {
	if a.some(func(p *JSONSchema) bool {
		return p.bounds[keyword].at != nil && implies(keyword, p.bounds[keyword], want)
	}) {
		return true
	}
	switch {
	case keyword == "multipleOf" && a.typ == "integer" && new(big.Rat).Inv(want.at).IsInt():
		return true // Every integer is a multiple of 1, 1/2 and so on.
	case strings.HasPrefix(keyword, "min") && keyword != "minimum" && want.at.Sign() <= 0:
		return true // Nothing is shorter than empty.
	}
	values, known := a.values()
	for _, v := range values {
		n, ok := measure(keyword, v)
		if !ok || !implies(keyword, jsonBound{at: n}, want) {
			return false
		}
	}
	return known
}

// measure returns what of a value a keyword bounds.
func measure(keyword, value string) (*big.Rat, bool) {
	switch keyword {
	case "minimum", "maximum", "multipleOf":
		return new(big.Rat).SetString(value)
	case "minLength", "maxLength":
		return big.NewRat(int64(utf8.RuneCountInString(unquoted(value))), 1), true
	}
	return nil, false
}

// implies tells whether what keeps to one bound keeps to the other.
func implies(keyword string, have, want jsonBound) bool {
	if keyword == "multipleOf" {
		return want.at.Sign() != 0 && new(big.Rat).Quo(have.at, want.at).IsInt()
	}
	c := have.at.Cmp(want.at)
	if strings.HasPrefix(keyword, "max") {
		c = -c
	}
	return c > 0 || c == 0 && (have.exclusive || !want.exclusive)
}
