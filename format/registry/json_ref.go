package registry

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// resolveAll finds what the references of the document mean.
func (d *jsonReader) resolveAll() error {
	for i := 0; i < len(d.refs); i++ { // Resolving may read more schemas.
		s := d.refs[i]
		if s.Ref != nil {
			continue
		}
		to, err := d.resolve(s.ref)
		if err != nil {
			return fmt.Errorf("$ref %q: %w", s.ref, err)
		}
		s.Ref = to
	}
	for _, s := range d.refs {
		for seen := map[*JSONSchema]bool{}; s.Ref != nil; s = s.Ref {
			if seen[s] {
				return fmt.Errorf("$ref %q leads back to itself", s.ref)
			}
			seen[s] = true
		}
	}
	return nil
}

// resolve finds a schema: in this document, or in one that is referred to under
// the name in front of #.
func (d *jsonReader) resolve(ref string) (*JSONSchema, error) {
	if s := d.byRef[ref]; s != nil {
		return s, nil
	}
	document, fragment, _ := strings.Cut(ref, "#")
	in := d
	if document != "" && document != strings.TrimSuffix(d.id, "#") {
		if in = d.other(document); in == nil {
			return nil, fmt.Errorf("there is no reference named %s", document)
		}
	}
	fragment, err := url.PathUnescape(fragment)
	if err != nil {
		return nil, err
	}
	if s := in.byRef["#"+fragment]; s != nil {
		return s, nil
	}
	raw, err := at(in.root, fragment)
	if err != nil {
		return nil, err
	}
	return in.schema(raw, "#"+fragment)
}

// other finds a document by its name, which may be relative to the identifier of
// this one.
func (d *jsonReader) other(name string) *jsonReader {
	if o := d.others[name]; o != nil {
		return o
	}
	base, err := url.Parse(d.id)
	if err != nil {
		return nil
	}
	full, err := base.Parse(name)
	if err != nil {
		return nil
	}
	return d.others[full.String()]
}

// at returns the part of a document that a pointer names.
func at(raw json.RawMessage, pointer string) (json.RawMessage, error) {
	if pointer == "" {
		return raw, nil
	}
	if pointer[0] != '/' {
		return nil, fmt.Errorf("there is no anchor %s", pointer)
	}
	for _, step := range strings.Split(pointer[1:], "/") {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		var object map[string]json.RawMessage
		var array []json.RawMessage
		found := false
		if json.Unmarshal(raw, &object) == nil {
			raw, found = object[step]
		} else if json.Unmarshal(raw, &array) == nil {
			if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(array) {
				raw, found = array[i], true
			}
		}
		if !found {
			return nil, fmt.Errorf("the document has nothing at %s", pointer)
		}
	}
	return raw, nil
}
