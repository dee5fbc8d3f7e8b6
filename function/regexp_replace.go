package function

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leatdb/leat/types"
)

// replacement is what stands for a match: literal texts and groups.
type replacement []replacementPart

type replacementPart struct {
	text  string
	group int // -1 for text.
}

// parseReplacement reads $1, ${name} and backslashes for a pattern.
func parseReplacement(text string, p *pattern) (replacement, error) {
	var out replacement
	add := func(s string) {
		if n := len(out); n > 0 && out[n-1].group < 0 {
			out[n-1].text += s
			return
		}
		out = append(out, replacementPart{s, -1})
	}
	fail := func(pos int, what string) error {
		return fmt.Errorf("the replacement %q is not valid: %s at position %d", text, what, pos+1)
	}
	for pos := 0; pos < len(text); {
		k := strings.IndexAny(text[pos:], `\$`)
		if k < 0 {
			add(text[pos:])
			break
		}
		add(text[pos : pos+k])
		pos += k
		if pos+1 == len(text) {
			return nil, fail(pos, fmt.Sprintf("nothing follows the last %c", text[pos]))
		}
		switch c := text[pos+1]; {
		case text[pos] == '\\':
			add(text[pos+1 : pos+2])
			pos += 2
		case c == '{':
			name, _, ok := strings.Cut(text[pos+2:], "}")
			g := slices.Index(p.names, name)
			if !ok || name == "" || g < 0 {
				return nil, fail(pos, fmt.Sprintf("the pattern has no group named %q", name))
			}
			out = append(out, replacementPart{"", g})
			pos += len(name) + 3
		case isDigit(c):
			g := int(c - '0')
			if g > p.groups {
				return nil, fail(pos, fmt.Sprintf("the pattern has no group %d", g))
			}
			for pos += 2; pos < len(text) && isDigit(text[pos]) && g*10+int(text[pos]-'0') <= p.groups; pos++ {
				g = g*10 + int(text[pos]-'0')
			}
			out = append(out, replacementPart{"", g})
		default:
			return nil, fail(pos, "expected the number or {name} of a group after $; write \\$ for the character")
		}
	}
	return out, nil
}

func regexpReplace(*Call) rowFunc {
	patterns := memo[*pattern]{compile: compilePattern}
	var p *pattern
	replacements := memo[replacement]{compile: func(text string) (replacement, error) { return parseReplacement(text, p) }}
	var buf []byte
	return func(args []*types.Vector, i int, out *types.Vector) error {
		compiled, err := patterns.get(args[1].Str[i])
		if err != nil {
			return err
		}
		if compiled != p { // Replacements are read for the groups of their pattern.
			p = compiled
			replacements.reset()
		}
		s := args[0].Str[i]
		if !p.find(s, 0) {
			out.Str[i] = s
			return p.gaveUp()
		}
		r, err := replacements.get(args[2].Str[i])
		if err != nil {
			return err
		}
		buf = buf[:0]
		from := 0
		for more := true; more; more = p.next(s) {
			buf = append(buf, s[from:p.caps[0]]...)
			for _, part := range r {
				if part.group < 0 {
					buf = append(buf, part.text...)
					continue
				}
				text, _ := p.group(s, part.group)
				buf = append(buf, text...)
			}
			from = p.caps[1]
		}
		out.Str[i] = out.Own(append(buf, s[from:]...))
		return p.gaveUp()
	}
}
