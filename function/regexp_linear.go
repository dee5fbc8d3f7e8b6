package function

import (
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// linear is an expression such as (&|^)channel_id=([^&]*): an optional lead of
// one ASCII character or the start of the text, a literal, and then characters
// and runs of characters that leave no choice, because what follows a run cannot
// be part of it. A search looks for the literal and then walks once through the
// text.
type linear struct {
	lead     byteSet
	atStart  bool // The lead may be the start of the text.
	hasLead  bool
	leadCap  int // The group around the lead, or 0.
	literal  string
	litFirst []int // Groups that begin before the literal.
	parts    []linearPart
}

// linearPart is one of: a character or run of a set, or the bound of a group.
type linearPart struct {
	set   byteSet
	least int  // How often at least.
	run   bool // As often as possible, else exactly least times.
	bound int  // A bound of a group as its number in caps plus one, or 0 for a set.
}

// byteSet is a set of bytes; characters beyond ASCII are all in it or all out.
type byteSet [256]bool

// newLinear returns the linear form of a simplified expression, or nil.
func newLinear(re *syntax.Regexp, groups int) *linear {
	l := &linear{}
	subs := []*syntax.Regexp{re}
	if re.Op == syntax.OpConcat {
		subs = re.Sub
	}
	if l.takeLead(subs[0]) {
		subs = subs[1:]
	}
	b := linearBuilder{l: l}
	for _, sub := range subs {
		if !b.add(sub) {
			return nil
		}
	}
	if l.literal == "" || l.lead[l.literal[0]] || !b.determined() {
		return nil
	}
	return l
}

// takeLead takes the first part of an expression as the lead when it is one.
func (l *linear) takeLead(re *syntax.Regexp) bool {
	if re.Op == syntax.OpCapture {
		if !l.takeLead(re.Sub[0]) {
			return false
		}
		l.leadCap = re.Cap
		return true
	}
	alternatives := []*syntax.Regexp{re}
	switch re.Op {
	case syntax.OpAlternate:
		alternatives = re.Sub
	case syntax.OpBeginText, syntax.OpCharClass:
	default:
		return false
	}
	for _, a := range alternatives {
		if a.Op == syntax.OpBeginText {
			l.atStart = true
			continue
		}
		set, ok := asciiOnly(a)
		if !ok {
			*l = linear{}
			return false
		}
		for c := range set {
			l.lead[c] = l.lead[c] || set[c]
		}
	}
	l.hasLead = true
	return true
}

// asciiOnly returns the set of an expression for one ASCII character.
func asciiOnly(re *syntax.Regexp) (byteSet, bool) {
	set, ok := setOf(re)
	return set, ok && !set[utf8.RuneSelf]
}

// setOf returns the set of an expression for one character.
func setOf(re *syntax.Regexp) (set byteSet, ok bool) {
	switch re.Op {
	case syntax.OpLiteral:
		if len(re.Rune) != 1 || re.Flags&syntax.FoldCase != 0 || re.Rune[0] >= utf8.RuneSelf {
			return set, false
		}
		set[re.Rune[0]] = true
		return set, true
	case syntax.OpAnyChar:
		for c := range set {
			set[c] = true
		}
		return set, true
	case syntax.OpCharClass:
		for k := 0; k < len(re.Rune); k += 2 {
			from, to := re.Rune[k], re.Rune[k+1]
			if to >= utf8.RuneSelf && (from > utf8.RuneSelf || to != utf8.MaxRune) {
				return set, false // Some characters beyond ASCII, but not all.
			}
			for c := from; c <= min(to, 255); c++ {
				set[c] = true
			}
		}
		return set, true
	}
	return set, false
}

// linearBuilder appends the parts of an expression in order.
type linearBuilder struct{ l *linear }

func (b *linearBuilder) add(re *syntax.Regexp) bool {
	l := b.l
	switch re.Op {
	case syntax.OpEmptyMatch:
		return true
	case syntax.OpCapture:
		b.bound(2 * re.Cap)
		if !b.add(re.Sub[0]) {
			return false
		}
		b.bound(2*re.Cap + 1)
		return true
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if !b.add(sub) {
				return false
			}
		}
		return true
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			return false
		}
		if l.literal == "" && len(l.parts) == 0 {
			l.literal = string(re.Rune)
			return true
		}
		for _, c := range []byte(string(re.Rune)) {
			part := linearPart{least: 1}
			part.set[c] = true
			l.parts = append(l.parts, part)
		}
		return l.literal != ""
	case syntax.OpStar, syntax.OpPlus:
		set, ok := setOf(re.Sub[0])
		least := 0
		if re.Op == syntax.OpPlus {
			least = 1
		}
		l.parts = append(l.parts, linearPart{set: set, least: least, run: true})
		return ok && re.Flags&syntax.NonGreedy == 0 && l.literal != ""
	case syntax.OpCharClass:
		set, ok := asciiOnly(re)
		l.parts = append(l.parts, linearPart{set: set, least: 1})
		return ok && l.literal != ""
	}
	return false
}

func (b *linearBuilder) bound(n int) {
	if b.l.literal == "" {
		b.l.litFirst = append(b.l.litFirst, n)
		return
	}
	b.l.parts = append(b.l.parts, linearPart{bound: n + 1})
}

// determined tells whether no run can take what the part behind it needs.
func (b *linearBuilder) determined() bool {
	var sets []linearPart
	for _, p := range b.l.parts {
		if p.bound == 0 {
			sets = append(sets, p)
		}
	}
	for k, p := range sets {
		// A run that may be empty lets the one behind it be next, and so on.
		for n := k + 1; p.run && n < len(sets); n++ {
			for c := range p.set {
				if p.set[c] && sets[n].set[c] {
					return false
				}
			}
			if sets[n].least > 0 {
				break
			}
		}
	}
	return true
}

// find is the leftmost match; it fills caps.
func (l *linear) find(s string, caps []int) bool {
	for from := 0; from <= len(s); {
		k := strings.Index(s[from:], l.literal)
		if k < 0 {
			return false
		}
		at := from + k
		if start, ok := l.begins(s, at); ok && l.walk(s, start, at, caps) {
			return true
		}
		from = at + 1
	}
	return false
}

// begins returns where a match with the literal at that place begins.
func (l *linear) begins(s string, at int) (int, bool) {
	switch {
	case !l.hasLead:
		return at, true
	case at > 0 && l.lead[s[at-1]]:
		return at - 1, true
	}
	return at, at == 0 && l.atStart
}

func (l *linear) walk(s string, start, at int, caps []int) bool {
	for k := range caps {
		caps[k] = -1
	}
	caps[0] = start
	if l.leadCap > 0 {
		caps[2*l.leadCap], caps[2*l.leadCap+1] = start, at
	}
	for _, n := range l.litFirst {
		caps[n] = at
	}
	pos := at + len(l.literal)
	for i := range l.parts {
		p := &l.parts[i]
		if p.bound > 0 {
			caps[p.bound-1] = pos
			continue
		}
		n := 0
		for pos < len(s) && p.set[s[pos]] && (p.run || n < p.least) {
			pos++
			n++
		}
		if n < p.least {
			return false
		}
	}
	caps[1] = pos
	return true
}
