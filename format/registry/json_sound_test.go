package registry

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestJSONCompatibilityIsSound: when a schema is said to read another, every
// document that is valid for the other is valid for it. Schemas and documents are
// drawn, and validated in the plainest way.
func TestJSONCompatibilityIsSound(t *testing.T) {
	compatible := 0
	rapid.Check(t, func(t *rapid.T) {
		writer := drawSchema(t, 3)
		reader := changed(t, writer)
		a, b := Schema{Type: JSON, Text: textOf(reader)}, Schema{Type: JSON, Text: textOf(writer)}
		if err := jsonReads(t.Context(), nil, a, b); err != nil {
			return
		}
		compatible++
		for range 20 {
			doc := drawDocument(t, writer, 3)
			if valid(writer, doc) && !valid(reader, doc) {
				t.Fatalf("%s is valid for\n%s\nbut not for\n%s", textOf(doc), b.Text, a.Text)
			}
		}
		if err := jsonReads(t.Context(), nil, b, b); err != nil {
			t.Fatalf("%s does not read itself: %v", b.Text, err)
		}
	})
	if compatible == 0 {
		t.Error("no pair was compatible, so nothing was tested")
	}
}

func textOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // It is drawn from JSON values.
	}
	return string(b)
}

type object = map[string]any

var drawnNames = []string{"a", "b", "c"}

// drawSchema draws a schema as JSON decodes it.
func drawSchema(t *rapid.T, depth int) any {
	kinds := []string{"true", "types", "string", "number", "enum"}
	if depth > 0 {
		kinds = append(kinds, "object", "object", "object", "array", "anyOf", "allOf", "not", "patterns")
	}
	sub := func() any { return drawSchema(t, depth-1) }
	switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
	case "types":
		return object{"type": rapid.SliceOfNDistinct(rapid.SampledFrom([]any{"null", "boolean", "integer", "number", "string", "array", "object"}), 1, 3, rapid.ID).Draw(t, "types")}
	case "string":
		return withSome(t, object{"type": "string"}, object{"minLength": draw(t, 0, 3), "maxLength": draw(t, 1, 4), "pattern": rapid.SampledFrom([]string{"^x", "y"}).Draw(t, "pattern")})
	case "number":
		return withSome(t, object{"type": rapid.SampledFrom([]string{"integer", "number"}).Draw(t, "type")},
			object{"minimum": draw(t, -2, 2), "maximum": draw(t, 0, 4), "exclusiveMinimum": draw(t, -2, 2), "multipleOf": draw(t, 1, 3)})
	case "enum":
		return object{"enum": rapid.SliceOfN(rapid.SampledFrom([]any{nil, true, "x", "yy", 1.0, 2.0, 1.5}), 1, 3).Draw(t, "enum")}
	case "object":
		properties := object{}
		for _, name := range drawnNames {
			if rapid.Bool().Draw(t, "has") {
				properties[name] = sub()
			}
		}
		return withSome(t, object{"type": "object", "properties": properties}, object{"additionalProperties": drawRest(t, depth),
			"required": rapid.SliceOfNDistinct(rapid.SampledFrom(drawnNames), 0, 2, rapid.ID).Draw(t, "required"), "maxProperties": draw(t, 0, 3), "minProperties": draw(t, 0, 2)})
	case "patterns":
		return withSome(t, object{"type": "object", "patternProperties": object{rapid.SampledFrom([]string{"a|b", "^c"}).Draw(t, "names"): sub()}},
			object{"additionalProperties": drawRest(t, depth), "properties": object{"a": sub()}})
	case "array":
		return withSome(t, object{"type": "array"}, object{"items": sub(), "minItems": draw(t, 0, 2), "maxItems": draw(t, 0, 3), "uniqueItems": true, "prefixItems": []any{sub()}})
	case "anyOf", "allOf":
		return object{kind: []any{sub(), sub()}}
	case "not":
		return object{"not": sub()}
	}
	return true
}

// drawRest draws what properties without a name may be.
func drawRest(t *rapid.T, depth int) any {
	if rapid.Bool().Draw(t, "closed") {
		return false
	}
	return drawSchema(t, depth-1)
}

func draw(t *rapid.T, from, to int) float64 { return float64(rapid.IntRange(from, to).Draw(t, "n")) }

// withSome adds some of the keywords.
func withSome(t *rapid.T, s, keywords object) any {
	names := make([]string, 0, len(keywords))
	for k := range keywords {
		names = append(names, k)
	}
	slices.Sort(names) // Draws must not depend on the order of the map.
	for _, k := range names {
		if rapid.IntRange(0, 2).Draw(t, k) == 0 {
			s[k] = keywords[k]
		}
	}
	return s
}

// changed draws another version of a schema: often near to it.
func changed(t *rapid.T, s any) any {
	how := rapid.IntRange(0, 9).Draw(t, "change")
	o, isObject := s.(object)
	switch {
	case how == 0:
		return drawSchema(t, 2)
	case how == 1:
		return object{"anyOf": []any{drawSchema(t, 1), s}}
	case !isObject:
		return s
	}
	out := object{}
	for k, v := range o {
		switch {
		case k == "properties" || k == "patternProperties":
			inner := object{}
			for name, p := range v.(object) {
				inner[name] = p
			}
			for _, name := range drawnNames {
				switch rapid.IntRange(0, 5).Draw(t, "property") {
				case 0:
					delete(inner, name)
				case 1:
					inner[name] = drawSchema(t, 1)
				case 2:
					if p, ok := inner[name]; ok {
						inner[name] = changed(t, p)
					}
				}
			}
			out[k] = inner
		case rapid.IntRange(0, 5).Draw(t, "drop") == 0:
		case k == "items" || k == "additionalProperties":
			out[k] = changed(t, v)
		default:
			out[k] = v
		}
	}
	return out
}

// drawDocument draws a document, often one that a schema describes.
func drawDocument(t *rapid.T, s any, depth int) any {
	o, _ := s.(object)
	for _, k := range []string{"anyOf", "allOf"} {
		if list, ok := o[k].([]any); ok {
			return drawDocument(t, rapid.SampledFrom(list).Draw(t, "of"), depth)
		}
	}
	if list, ok := o["enum"].([]any); ok {
		return rapid.SampledFrom(list).Draw(t, "value")
	}
	typ := ""
	switch x := o["type"].(type) {
	case string:
		typ = x
	case []any:
		typ = rapid.SampledFrom(x).Draw(t, "type").(string)
	}
	if typ == "" || depth < 0 || rapid.IntRange(0, 9).Draw(t, "other") == 0 {
		typ = rapid.SampledFrom([]string{"null", "boolean", "number", "string", "array", "object"}).Draw(t, "type")
	}
	switch typ {
	case "boolean":
		return rapid.Bool().Draw(t, "b")
	case "integer":
		return draw(t, -3, 6)
	case "number":
		return draw(t, -3, 6) / 2
	case "string":
		return rapid.SampledFrom([]string{"", "x", "xy", "y", "xxxxx", "zzz"}).Draw(t, "s")
	case "array":
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			list = append(list, drawDocument(t, o["items"], depth-1))
		}
		return list
	case "object":
		doc := object{}
		properties, _ := o["properties"].(object)
		for _, name := range append(drawnNames, "d") {
			if rapid.Bool().Draw(t, "has") {
				doc[name] = drawDocument(t, properties[name], depth-1)
			}
		}
		return doc
	}
	return nil
}

// valid tells whether a document is valid for a schema.
func valid(s, doc any) bool {
	o, ok := s.(object)
	if !ok {
		return s == true
	}
	for k, v := range o {
		if !validFor(o, k, v, doc) {
			return false
		}
	}
	return true
}

func validFor(o object, keyword string, v, doc any) bool {
	n, isNumber := doc.(float64)
	text, isText := doc.(string)
	list, isList := doc.([]any)
	members, isMembers := doc.(object)
	limit, _ := v.(float64)
	switch keyword {
	case "type":
		types, ok := v.([]any)
		if !ok {
			types = []any{v}
		}
		return slices.ContainsFunc(types, func(t any) bool { return isOfType(doc, t.(string)) })
	case "enum":
		return slices.ContainsFunc(v.([]any), func(x any) bool { return textOf(x) == textOf(doc) })
	case "minimum":
		return !isNumber || n >= limit
	case "maximum":
		return !isNumber || n <= limit
	case "exclusiveMinimum":
		return !isNumber || n > limit
	case "multipleOf":
		return !isNumber || n/limit == float64(int(n/limit))
	case "minLength":
		return !isText || float64(len(text)) >= limit
	case "maxLength":
		return !isText || float64(len(text)) <= limit
	case "pattern":
		return !isText || regexp.MustCompile(v.(string)).MatchString(text)
	case "minItems":
		return !isList || float64(len(list)) >= limit
	case "maxItems":
		return !isList || float64(len(list)) <= limit
	case "uniqueItems":
		texts := map[string]bool{}
		for _, x := range list {
			texts[textOf(x)] = true
		}
		return len(texts) == len(list)
	case "prefixItems":
		return len(list) == 0 || valid(v.([]any)[0], list[0])
	case "items":
		if o["prefixItems"] != nil && len(list) > 0 {
			list = list[1:]
		}
		return !slices.ContainsFunc(list, func(x any) bool { return !valid(v, x) })
	case "minProperties":
		return !isMembers || float64(len(members)) >= limit
	case "maxProperties":
		return !isMembers || float64(len(members)) <= limit
	case "required":
		return !isMembers || !slices.ContainsFunc(v.([]string), func(name string) bool { _, has := members[name]; return !has })
	case "properties", "patternProperties", "additionalProperties":
		return !isMembers || validMembers(o, keyword, v, members)
	case "anyOf":
		return slices.ContainsFunc(v.([]any), func(s any) bool { return valid(s, doc) })
	case "allOf":
		return !slices.ContainsFunc(v.([]any), func(s any) bool { return !valid(s, doc) })
	case "not":
		return !valid(v, doc)
	}
	panic(fmt.Sprintf("the validator does not know %s", keyword))
}

func validMembers(o object, keyword string, v any, members object) bool {
	properties, _ := o["properties"].(object)
	patterns, _ := o["patternProperties"].(object)
	for name, x := range members {
		matched := false
		for pattern, s := range patterns {
			if regexp.MustCompile(pattern).MatchString(name) {
				matched = true
				if keyword == "patternProperties" && !valid(s, x) {
					return false
				}
			}
		}
		s, named := properties[name]
		switch {
		case keyword == "properties" && named && !valid(s, x):
			return false
		case keyword == "additionalProperties" && !named && !matched && !valid(v, x):
			return false
		}
	}
	return true
}

func isOfType(doc any, typ string) bool {
	switch x := doc.(type) {
	case nil:
		return typ == "null"
	case bool:
		return typ == "boolean"
	case float64:
		return typ == "number" || typ == "integer" && x == float64(int(x))
	case string:
		return typ == "string"
	case []any:
		return typ == "array"
	}
	return typ == "object"
}

// TestJSONBounds: schemas made to take long are compared in no time.
func TestJSONBounds(t *testing.T) {
	wide := `{"anyOf":[` + strings.Repeat(`{"type":"string"},{"type":"integer"},`, 20) + `{"type":"null"}]}`
	deep := strings.Repeat(`{"anyOf":[{"minLength":1},{"allOf":[`, 60) + `{"type":"string"}` + strings.Repeat(`]}]}`, 60)
	many := `{"allOf":[` + strings.Repeat(wide+",", 20) + wide + `]}`
	loop := `{"anyOf":[{"$ref":"#"},{"items":{"$ref":"#"}},{"properties":{"a":{"$ref":"#"},"b":{"$ref":"#"}}}]}`
	for _, a := range []string{wide, deep, many, loop} {
		for _, b := range []string{wide, deep, many, loop} {
			_ = jsonReads(t.Context(), nil, Schema{Type: JSON, Text: a}, Schema{Type: JSON, Text: b})
		}
	}
}
