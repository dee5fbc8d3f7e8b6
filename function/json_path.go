package function

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// jsonPath is a compiled path: member names, or positions in arrays.
type jsonPath []jsonStep

type jsonStep struct {
	name  string
	index int // -1 when the name is no number.
}

// compilePath reads $, then .name, [name], [0] or ["quoted name"] any times.
func compilePath(text string) (jsonPath, error) {
	fail := func(pos int, want string) (jsonPath, error) {
		return nil, fmt.Errorf("the path %q is not valid: expected %s at position %d", text, want, pos+1)
	}
	if !strings.HasPrefix(text, "$") {
		return fail(0, "$")
	}
	var path jsonPath
	for pos := 1; pos < len(text); {
		var name string
		switch c := text[pos]; {
		case c == '.':
			n := nameLength(text[pos+1:], ":@")
			if n == 0 {
				return fail(pos+1, "a name of letters, digits, _, : or @")
			}
			name, pos = text[pos+1:pos+1+n], pos+1+n
		case c == '[' && strings.HasPrefix(text[pos+1:], `"`):
			quoted, n := quotedName(text[pos+1:])
			if n == 0 || !strings.HasPrefix(text[pos+1+n:], "]") {
				return fail(pos+1, `a name in double quotes and ]`)
			}
			name, pos = quoted, pos+n+2
		case c == '[':
			n := nameLength(text[pos+1:], "")
			if n == 0 || !strings.HasPrefix(text[pos+1+n:], "]") {
				return fail(pos+1, "a number, or a name of letters, digits and _, and ]")
			}
			name, pos = text[pos+1:pos+1+n], pos+n+2
		default:
			return fail(pos, ". or [")
		}
		step := jsonStep{name: name, index: -1}
		if n, err := strconv.ParseInt(name, 10, 32); err == nil {
			step.index = int(n)
		}
		path = append(path, step)
	}
	return path, nil
}

// nameLength returns how much of s is a name that needs no quotes.
func nameLength(s, more string) int {
	for k, r := range s {
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && (r >= utf8.RuneSelf || strings.IndexByte(more, byte(r)) < 0) {
			return k
		}
	}
	return len(s)
}

// quotedName reads a name in double quotes, where \" and \\ are escapes, and
// returns its length with the quotes, 0 when it is not closed.
func quotedName(s string) (string, int) {
	var b strings.Builder
	for k := 1; k < len(s); k++ {
		switch {
		case s[k] == '"':
			return b.String(), k + 1
		case s[k] == '\\' && k+1 < len(s) && (s[k+1] == '"' || s[k+1] == '\\'):
			k++
		case s[k] == '\\':
			return "", 0
		}
		b.WriteByte(s[k])
	}
	return "", 0
}

// find returns the node that a path leads to, or -1.
func (d *jsonDoc) find(path jsonPath) int {
	n := 0
	for _, step := range path {
		next := -1
		switch d.nodes[n].kind {
		case jsonArray:
			k := 0
			for item := range d.items(n) {
				if k == step.index {
					next = item
					break
				}
				k++
			}
		case jsonObject:
			for key := range d.keys(n) { // The last of equal keys counts.
				if d.keyIs(key, step.name) {
					next = key + 1
				}
			}
		}
		if next < 0 {
			return -1
		}
		n = next
	}
	return n
}

func (d *jsonDoc) keyIs(key int, name string) bool { return d.key(key) == name }
