package function

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"strings"
)

// An assertion is what a program of regexp/syntax cannot do: a look-around, an
// atomic group (a possessive quantifier is one, too), a back reference, \G. The
// translator takes it out of the text and leaves an empty group in its place;
// when the backtracker enters that group it does what the assertion says.
type assertion struct {
	kind   assertionKind
	negate bool   // (?! and (?<!
	text   string // The translated inside of the first three kinds.
	slots  []int  // Of the groups in text; see program.
	group  int    // That a back reference means.
	flags  flags  // In force at a back reference.
	body   *program
	// The least and the greatest number of characters that a look-behind takes.
	least, most int
}

type assertionKind uint8

const (
	lookAhead assertionKind = iota
	lookBehind
	atomicGroup
	backReference
	lastEnd // \G
)

// openGroup is a parenthesis that the translator has not seen closed.
type openGroup struct {
	flags flags // In force outside.
	at    int   // Where it begins in the text.
	slots int   // How many groups of the text are open before it.
	// inside is the assertion that it begins, or nil. The text before it waits in
	// outer while that of the inside is written.
	inside     *assertion
	outer      string
	outerSlots []int
}

// begin starts an assertion with n bytes of the source.
func (t *translator) begin(a *assertion, n int) {
	t.stack = append(t.stack, openGroup{flags: t.flags, inside: a, outer: t.out.String(), outerSlots: t.slots})
	t.out.Reset()
	t.slots = nil
	t.pos += n
}

// end closes the last open group.
func (t *translator) end() {
	g := t.stack[len(t.stack)-1]
	t.stack = t.stack[:len(t.stack)-1]
	t.flags = g.flags
	t.pos++
	if g.inside == nil {
		t.out.WriteByte(')')
		t.atom, t.atomSlots = g.at, g.slots
		return
	}
	g.inside.text, g.inside.slots = t.out.String(), t.slots
	t.setOut(g.outer)
	t.slots = g.outerSlots
	t.assert(g.inside)
}

func (t *translator) setOut(text string) {
	t.out.Reset()
	t.out.WriteString(text)
}

// assert writes the empty group that stands for an assertion.
func (t *translator) assert(a *assertion) {
	t.markAtom()
	t.asserted = append(t.asserted, a)
	t.slots = append(t.slots, -len(t.asserted))
	t.out.WriteString("()")
}

// markAtom notes that what a quantifier would repeat begins here.
func (t *translator) markAtom() { t.atom, t.atomSlots = t.out.Len(), len(t.slots) }

// possess makes an atomic group of the last atom with its quantifier.
func (t *translator) possess(quantifier string) {
	text := t.out.String()
	a := &assertion{kind: atomicGroup, text: text[t.atom:] + quantifier, slots: append([]int(nil), t.slots[t.atomSlots:]...)}
	t.setOut(text[:t.atom])
	t.slots = t.slots[:t.atomSlots]
	t.assert(a)
}

// numberedReference reads \1: as many digits as there are groups for.
func (t *translator) numberedReference() {
	group := int(t.src[t.pos+1] - '0')
	t.pos += 2
	for t.pos < len(t.src) && isDigit(t.src[t.pos]) && group*10+int(t.src[t.pos]-'0') < len(t.names) {
		group = group*10 + int(t.src[t.pos]-'0')
		t.pos++
	}
	t.assert(&assertion{kind: backReference, group: group, flags: t.flags})
}

// namedReference reads \k<name>.
func (t *translator) namedReference() error {
	name, _, ok := strings.Cut(strings.TrimPrefix(t.src[t.pos:], `\k<`), ">")
	if !ok || !t.peek(`\k<`) {
		return t.fail(`\k names no group; expected \k<name>`)
	}
	for g, n := range t.names {
		if g > 0 && n == name {
			t.pos += len(name) + 4
			t.assert(&assertion{kind: backReference, group: g, flags: t.flags})
			return nil
		}
	}
	return t.fail("there is no group named %q before this", name)
}

// program is a part of an expression with assertions: the whole of it, or the
// inside of one. slots tells for the groups of prog, from 1, what they are: a
// positive number is that of a group of the expression, a negative one -n stands
// for the n-th assertion.
type program struct {
	prog  *syntax.Prog
	slots []int
	seen  []uint64 // For each instruction, when it was last passed; see backtracker.
}

// assemble compiles the text of a program.
func (t *translator) assemble(text string, slots []int) (*program, *syntax.Regexp, error) {
	re, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, nil, t.invalid(err)
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return nil, nil, t.invalid(err)
	}
	return &program{prog, append([]int{0}, slots...), make([]uint64, len(prog.Inst))}, re, nil
}

// invalid words an error of package syntax.
func (t *translator) invalid(err error) error {
	if e := (*syntax.Error)(nil); errors.As(err, &e) {
		return fmt.Errorf("the regular expression %q is not valid: %s", t.src, e.Code)
	}
	return fmt.Errorf("the regular expression %q is not valid: %w", t.src, err)
}

// newBacktracker compiles an expression that has assertions.
func newBacktracker(t *translator) (*backtracker, error) {
	b := &backtracker{asserted: t.asserted, multiline: t.multiline}
	trees := make([]*syntax.Regexp, len(t.asserted)) // Of the insides.
	for i, a := range t.asserted {
		if a.kind > atomicGroup {
			continue
		}
		var err error
		if a.body, trees[i], err = t.assemble(a.text, a.slots); err != nil {
			return nil, err
		}
	}
	for i, a := range t.asserted {
		if a.kind != lookBehind {
			continue
		}
		w := widths{t.asserted, trees}
		if a.least, a.most = w.of(trees[i], a.body.slots); a.most >= unbounded {
			return nil, fmt.Errorf("the regular expression %q has a look-behind that may be of any length; give its repetitions a greatest number, such as {0,9}", t.src)
		}
	}
	var err error
	b.whole, _, err = t.assemble(t.out.String(), t.slots)
	return b, err
}

// unbounded is the width of what has no greatest one.
const unbounded = 1 << 20

// widths computes how many characters an expression can take.
type widths struct {
	asserted []*assertion
	trees    []*syntax.Regexp
}

func (w widths) of(re *syntax.Regexp, slots []int) (least, most int) {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune), len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1, 1
	case syntax.OpCapture:
		if n := slots[re.Cap]; n < 0 {
			return w.asserts(-n - 1)
		}
		return w.of(re.Sub[0], slots)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			l, m := w.of(sub, slots)
			least, most = least+l, min(most+m, unbounded)
		}
		return least, most
	case syntax.OpAlternate:
		least = unbounded
		for _, sub := range re.Sub {
			l, m := w.of(sub, slots)
			least, most = min(least, l), max(most, m)
		}
		return least, most
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		return w.repeated(re, slots)
	}
	return 0, 0 // Conditions on a place.
}

func (w widths) repeated(re *syntax.Regexp, slots []int) (least, most int) {
	from, to := 0, 1
	switch re.Op {
	case syntax.OpStar:
		to = unbounded
	case syntax.OpPlus:
		from, to = 1, unbounded
	case syntax.OpRepeat:
		if from, to = re.Min, re.Max; to < 0 {
			to = unbounded
		}
	}
	l, m := w.of(re.Sub[0], slots)
	if m > 0 && to > unbounded/m {
		return from * l, unbounded
	}
	return from * l, to * m
}

func (w widths) asserts(i int) (least, most int) {
	switch a := w.asserted[i]; a.kind {
	case atomicGroup:
		return w.of(w.trees[i], a.body.slots)
	case backReference:
		return 0, unbounded
	}
	return 0, 0
}
