package function

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// runeSet is a set of characters as sorted ranges (first, last, first, last).
// Java's classes nest, intersect and subtract; as sets they are written the way
// Go knows.
type runeSet []rune

func (s runeSet) write(b *strings.Builder) {
	if len(s) == 0 {
		b.WriteString(`[^\x{0}-\x{10FFFF}]`)
		return
	}
	b.WriteByte('[')
	for k := 0; k < len(s); k += 2 {
		fmt.Fprintf(b, `\x{%X}`, s[k])
		if s[k+1] > s[k] {
			fmt.Fprintf(b, `-\x{%X}`, s[k+1])
		}
	}
	b.WriteByte(']')
}

func (s runeSet) union(o runeSet) runeSet {
	type span struct{ from, to rune }
	var spans []span
	for _, set := range []runeSet{s, o} {
		for k := 0; k < len(set); k += 2 {
			spans = append(spans, span{set[k], set[k+1]})
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return int(a.from - b.from) })
	var out runeSet
	for _, x := range spans {
		if n := len(out); n > 0 && x.from <= out[n-1]+1 {
			out[n-1] = max(out[n-1], x.to)
			continue
		}
		out = append(out, x.from, x.to)
	}
	return out
}

func (s runeSet) complement() runeSet {
	var out runeSet
	next := rune(0)
	for k := 0; k < len(s); k += 2 {
		if s[k] > next {
			out = append(out, next, s[k]-1)
		}
		next = s[k+1] + 1
	}
	if next <= utf8.MaxRune {
		out = append(out, next, utf8.MaxRune)
	}
	return out
}

func (s runeSet) intersect(o runeSet) runeSet {
	return s.complement().union(o.complement()).complement()
}

// fold adds the other case of letters where case does not count: of ASCII
// letters, or of all with the flag u.
func (f flags) fold(s runeSet) runeSet {
	if !f.caseless {
		return s
	}
	if f.unicode {
		var b strings.Builder
		b.WriteString("(?i)")
		s.write(&b)
		if re, err := syntax.Parse(b.String(), syntax.Perl); err == nil && len(re.Rune) > 1 {
			return runeSet(re.Rune)
		} else if err == nil && len(re.Rune) == 1 { // A literal whose case is folded.
			first := re.Rune[0]
			s = s.union(runeSet{first, first})
			for r := unicode.SimpleFold(first); r != first; r = unicode.SimpleFold(r) {
				s = s.union(runeSet{r, r})
			}
		}
		return s
	}
	out := s
	for k := 0; k < len(s); k += 2 {
		if from, to := max(s[k], 'a'), min(s[k+1], 'z'); from <= to {
			out = out.union(runeSet{from - 'a' + 'A', to - 'a' + 'A'})
		}
		if from, to := max(s[k], 'A'), min(s[k+1], 'Z'); from <= to {
			out = out.union(runeSet{from - 'A' + 'a', to - 'A' + 'a'})
		}
	}
	return out
}

// class reads a bracketed class, of which it is at the opening bracket.
func (t *translator) class() (runeSet, error) {
	start := t.pos
	t.pos++
	negative := false
	if t.peek("^") {
		negative = true
		t.pos++
	}
	var set, left runeSet
	intersecting, empty := false, true
	for t.pos < len(t.src) {
		switch {
		case t.peek("]") && !empty:
			t.pos++
			if intersecting {
				set = left.intersect(set)
			}
			if negative {
				set = set.complement()
			}
			return set, nil
		case t.peek("&&"):
			t.pos += 2
			if intersecting {
				set = left.intersect(set)
			}
			left, set, intersecting = set, nil, true
			continue
		case t.flags.comments && strings.IndexByte(" \t\n\v\f\r#", t.src[t.pos]) >= 0:
			t.comment()
			continue
		}
		part, err := t.classPart()
		if err != nil {
			return nil, err
		}
		set, empty = set.union(part), false
	}
	t.pos = start
	return nil, t.fail("the class is not closed; expected ]")
}

// classPart reads a nested class, an escape, a character or a range.
func (t *translator) classPart() (runeSet, error) {
	if t.peek("[") {
		return t.class()
	}
	if t.peek(`\Q`) {
		return t.classQuote(), nil
	}
	if t.peek(`\`) {
		if set, ok, err := t.classEscape(); err != nil || ok {
			return set, err
		}
	}
	from, err := t.classChar()
	if err != nil {
		return nil, err
	}
	to := from
	if t.peek("-") && !t.peek("-]") && !t.peek("-[") && !t.peek("-&&") && t.pos+1 < len(t.src) {
		t.pos++
		if to, err = t.classChar(); err != nil {
			return nil, err
		}
		if to < from {
			return nil, t.fail("the range %c-%c is upside down", from, to)
		}
	}
	return t.flags.fold(runeSet{from, to}), nil
}

func (t *translator) classChar() (rune, error) {
	if t.peek(`\`) {
		if t.pos+1 == len(t.src) {
			return 0, t.fail("nothing follows the last backslash")
		}
		return t.charEscape()
	}
	r, n := utf8.DecodeRuneInString(t.src[t.pos:])
	t.pos += n
	return r, nil
}

func (t *translator) classQuote() runeSet {
	var set runeSet
	t.pos += 2
	for t.pos < len(t.src) && !t.peek(`\E`) {
		r, n := utf8.DecodeRuneInString(t.src[t.pos:])
		set = set.union(t.flags.fold(runeSet{r, r}))
		t.pos += n
	}
	t.pos = min(t.pos+2, len(t.src))
	return set
}

// Escapes that stand for sets of characters.
var classEscapes = map[byte]runeSet{
	'd': {'0', '9'},
	'w': {'0', '9', 'A', 'Z', '_', '_', 'a', 'z'},
	's': {'\t', '\r', ' ', ' '},
	'h': {'\t', '\t', ' ', ' ', 0xA0, 0xA0, 0x1680, 0x1680, 0x180E, 0x180E, 0x2000, 0x200A, 0x202F, 0x202F, 0x205F, 0x205F, 0x3000, 0x3000},
	'v': {'\n', '\r', 0x85, 0x85, 0x2028, 0x2029},
}

// classEscape reads the escape of a set; ok is false when it is another one.
func (t *translator) classEscape() (set runeSet, ok bool, err error) {
	if t.pos+1 == len(t.src) {
		return nil, false, nil
	}
	c := t.src[t.pos+1]
	if c == 'p' || c == 'P' {
		set, err = t.property(c == 'P')
		return set, err == nil, err
	}
	set, ok = classEscapes[c|0x20]
	if !ok || !isAlpha(c) {
		return nil, false, nil
	}
	t.pos += 2
	if c < 'a' {
		return set.complement(), true, nil
	}
	return set, true, nil
}

// posixProperties are Java's names for the classes of ASCII, and Go's.
var posixProperties = map[string]string{
	"Lower": "[a-z]", "Upper": "[A-Z]", "ASCII": `[\x00-\x7F]`, "Alpha": "[a-zA-Z]", "Digit": "[0-9]", "Alnum": "[a-zA-Z0-9]", "Punct": "[[:punct:]]", "Graph": "[[:graph:]]",
	"Print": "[[:print:]]", "Blank": `[ \t]`, "Cntrl": `[\x00-\x1F\x7F]`, "XDigit": "[0-9a-fA-F]", "Space": `[ \t-\r]`,
	"javaLowerCase": `\p{Ll}`, "javaUpperCase": `\p{Lu}`, "javaWhitespace": `[\t-\r\x1C-\x1F\p{Z}]`, "IsAlphabetic": `[\p{L}\p{Nl}]`, "IsLetter": `\p{L}`, "IsDigit": `\p{Nd}`,
	"IsUppercase": `\p{Lu}`, "IsLowercase": `\p{Ll}`, "IsPunctuation": `\p{P}`, "IsWhite_Space": `[\t-\r\x{85}\p{Z}]`, "IsControl": `\p{Cc}`, "L1": `[\x00-\xFF]`, "all": `[\x00-\x{10FFFF}]`,
}

// property reads \p{...} or \pL.
func (t *translator) property(negative bool) (runeSet, error) {
	rest := t.src[t.pos+2:]
	if rest == "" {
		return nil, t.fail("no property follows")
	}
	name, n := rest[:1], 1
	if rest[0] == '{' {
		end := strings.IndexByte(rest, '}')
		if end < 0 {
			return nil, t.fail("the property is not closed; expected }")
		}
		name, n = rest[1:end], end+1
	}
	text, ok := posixProperties[name]
	if !ok {
		for _, prefix := range []string{"script=", "sc=", "general_category=", "gc=", "Is"} {
			name = strings.TrimPrefix(name, prefix)
		}
		text = `\p{` + name + `}`
	}
	re, err := syntax.Parse(text, syntax.Perl)
	if err != nil || strings.ContainsAny(name, `{}[]\`) {
		return nil, t.fail("the property %s is not known", rest[:n])
	}
	t.pos += 2 + n
	set := runeSet{}
	switch re.Op {
	case syntax.OpCharClass:
		set = runeSet(re.Rune)
	case syntax.OpAnyChar:
		set = runeSet{0, utf8.MaxRune}
	}
	if negative {
		set = set.complement()
	}
	return set, nil
}
