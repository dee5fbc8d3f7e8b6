package function

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The dialect's regular expressions are those of java.util.regex. They run on a
// program of Go's package regexp/syntax, in time linear in the text, so the
// translator rewrites what is written differently, and letter case, which Java
// folds in ASCII only. What such a program cannot do (look-around, back
// references, possessive and atomic groups) becomes an assertion, and the
// expression is run by a backtracker.

// lineEnds are Java's line terminators, inside a class.
const lineEnds = `\n\r\x{85}\x{2028}\x{2029}`

type translator struct {
	src   string
	pos   int
	out   strings.Builder
	flags flags // In force here.
	stack []openGroup
	// asserted are the assertions, in the order of their slots; slots are the
	// groups of out, as in program; names are those of the expression's groups, from 0.
	asserted []*assertion
	slots    []int
	names    []string
	// atom is where in out the last thing begins that can be repeated, and
	// atomSlots how many groups are open before it.
	atom, atomSlots int
	// multiline tells that some $ means the end of any line. In the program that
	// is then what EmptyEndLine means; otherwise it is the end of the text or of
	// its last line.
	multiline bool
}

// flags are the embedded flags.
type flags struct{ caseless, unicode, dotAll, multiline, comments, unixLines bool }

func (t *translator) fail(format string, args ...any) error {
	return fmt.Errorf("the regular expression %q is not valid: %s at position %d", t.src, fmt.Sprintf(format, args...), t.pos+1)
}

func (t *translator) unsupported(what string) error {
	return fmt.Errorf("the regular expression %q has %s at position %d, which is not supported; write it without", t.src, what, t.pos+1)
}

func (t *translator) peek(prefix string) bool { return strings.HasPrefix(t.src[t.pos:], prefix) }

func (t *translator) run() error {
	t.names = []string{""}
	for t.pos < len(t.src) {
		if err := t.element(); err != nil {
			return err
		}
	}
	if len(t.stack) > 0 {
		return t.fail("a group is not closed; expected )")
	}
	return nil
}

// element translates one character, escape, class, group mark or quantifier.
func (t *translator) element() error {
	c := t.src[t.pos]
	switch c {
	case '*', '+', '?':
		return t.quantifier(1)
	case '{':
		return t.braces()
	case ' ', '\t', '\n', '\v', '\f', '\r', '#':
		if t.flags.comments {
			t.comment()
			return nil
		}
	}
	t.markAtom()
	switch c {
	case '\\':
		return t.escape()
	case '[':
		set, err := t.class()
		if err != nil {
			return err
		}
		set.write(&t.out)
		return nil
	case '(':
		return t.open()
	case ')':
		if len(t.stack) == 0 {
			return t.fail(") closes no group")
		}
		t.end()
		return nil
	case '.':
		t.pos++
		t.dot()
		return nil
	case '^':
		t.pos++
		if t.flags.multiline {
			t.out.WriteString("(?m:^)")
		} else {
			t.out.WriteString(`\A`)
		}
		return nil
	case '$':
		t.pos++
		t.multiline = t.multiline || t.flags.multiline
		t.out.WriteString("(?m:$)")
		return nil
	case '|':
		t.pos++
		t.out.WriteByte(c)
		t.markAtom()
		return nil
	}
	r, n := utf8.DecodeRuneInString(t.src[t.pos:])
	t.pos += n
	t.literal(r)
	return nil
}

// literal writes a character that stands for itself, and for its other case
// where case does not count.
func (t *translator) literal(r rune) {
	if set := t.flags.fold(runeSet{r, r}); len(set) > 2 || set[0] != set[1] {
		set.write(&t.out)
		return
	}
	t.out.WriteString(quoteRune(r))
}

func (t *translator) dot() {
	switch {
	case t.flags.dotAll:
		t.out.WriteString(`(?s:.)`)
	case t.flags.unixLines:
		t.out.WriteString(`[^\n]`)
	default:
		t.out.WriteString("[^" + lineEnds + "]")
	}
}

// comment skips a blank, or the rest of the line after #, in comments mode.
func (t *translator) comment() {
	if t.src[t.pos] != '#' {
		t.pos++
		return
	}
	for t.pos < len(t.src) && t.src[t.pos] != '\n' {
		t.pos++
	}
}

// quantifier copies a quantifier of n bytes with the ? that makes it reluctant or
// the + that makes it possessive.
func (t *translator) quantifier(n int) error {
	end := t.pos + n
	if end < len(t.src) {
		switch t.src[end] {
		case '+':
			t.possess(t.src[t.pos:end])
			t.pos = end + 1
			return nil
		case '?':
			end++
		}
	}
	t.out.WriteString(t.src[t.pos:end])
	t.pos = end
	return nil
}

// braces translates {n}, {n,} or {n,m}; Java has no literal brace here.
func (t *translator) braces() error {
	n := strings.IndexByte(t.src[t.pos:], '}')
	ok := n > 1
	if ok {
		least, most, _ := strings.Cut(t.src[t.pos+1:t.pos+n], ",")
		_, err := strconv.ParseUint(least, 10, 31)
		ok = err == nil
		if most != "" && ok {
			_, err = strconv.ParseUint(most, 10, 31)
			ok = err == nil
		}
	}
	if !ok {
		return t.fail(`{ begins no repetition such as {2,3}; write \{ for the character`)
	}
	return t.quantifier(n + 1)
}

// open translates what a parenthesis begins.
func (t *translator) open() error {
	switch {
	case t.peek("(?<=") || t.peek("(?<!"):
		t.begin(&assertion{kind: lookBehind, negate: t.src[t.pos+3] == '!'}, 4)
	case t.peek("(?=") || t.peek("(?!"):
		t.begin(&assertion{kind: lookAhead, negate: t.src[t.pos+2] == '!'}, 3)
	case t.peek("(?>"):
		t.begin(&assertion{kind: atomicGroup}, 3)
	case t.peek("(?<"):
		end := strings.IndexByte(t.src[t.pos:], '>')
		if end < 0 {
			return t.fail("the name of a group is not closed; expected >")
		}
		t.push(end+1, t.src[t.pos+3:t.pos+end])
	case t.peek("(?"):
		return t.inlineFlags()
	default:
		t.push(1, "")
	}
	return nil
}

// push copies the n bytes that open a group with a number.
func (t *translator) push(n int, name string) {
	t.stack = append(t.stack, openGroup{flags: t.flags, at: t.out.Len(), slots: len(t.slots)})
	t.slots = append(t.slots, len(t.names))
	t.names = append(t.names, name)
	t.out.WriteString(t.src[t.pos : t.pos+n])
	t.pos += n
}

// inlineFlags reads (?i), (?i-s) and (?i:...), the last also without flags.
func (t *translator) inlineFlags() error {
	outside := t.flags
	on := true
	for k := t.pos + 2; k < len(t.src); k++ {
		c := t.src[k]
		switch flag := t.flags.of(c); {
		case c == '-' && on:
			on = false
		case c == ')':
			t.pos = k + 1
			return nil
		case c == ':':
			t.pos = k + 1
			t.stack = append(t.stack, openGroup{flags: outside, at: t.out.Len(), slots: len(t.slots)})
			t.out.WriteString("(?:")
			return nil
		case flag == nil:
			t.pos = k
			return t.fail("%q is no flag", c)
		default:
			*flag = on
		}
	}
	return t.fail("the flags are not closed; expected )")
}

func (f *flags) of(c byte) *bool {
	switch c {
	case 'i':
		return &f.caseless
	case 'u', 'U':
		return &f.unicode
	case 's':
		return &f.dotAll
	case 'm':
		return &f.multiline
	case 'x':
		return &f.comments
	case 'd':
		return &f.unixLines
	}
	return nil
}
