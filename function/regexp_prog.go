package function

import (
	"regexp/syntax"
	"unicode/utf8"
)

// pattern is a compiled regular expression. It keeps the memory of its last
// search, so it belongs to one call site.
type pattern struct {
	prog      *syntax.Prog
	groups    int
	names     []string // Of the groups, from 0.
	multiline bool     // What EmptyEndLine means; see translator.
	nullable  bool     // Matches the empty text.
	ascii     []asciiSet
	first     [256]bool // Bytes that a match behind the start of the text can begin with.
	anywhere  bool      // A match may be empty, so first does not help.
	count     int       // How many first has.
	only      int       // The only byte of first, or -1.
	linear    *linear   // A faster way for simple expressions, or nil.
	// asserting runs an expression that has assertions; prog is nil then.
	asserting *backtracker

	// caps are the bounds of the groups of the last match: byte offsets, -1 for a
	// group that took no part.
	caps    []int
	jobs    []job
	visited []uint64 // Marks of the ways tried; see forget.
	// The marks are between these places.
	from, reached int
}

// asciiSet tells for an instruction which ASCII characters it accepts.
type asciiSet [2]uint64

func (a *asciiSet) has(c byte) bool { return a[c>>6]>>(c&63)&1 == 1 }

// compilePattern compiles a Java regular expression.
func compilePattern(text string) (*pattern, error) {
	t := translator{src: text}
	if err := t.run(); err != nil {
		return nil, err
	}
	p := &pattern{groups: len(t.names) - 1, names: t.names, multiline: t.multiline, only: -1, caps: make([]int, 2*len(t.names))}
	if len(t.asserted) > 0 {
		b, err := newBacktracker(&t)
		if err != nil {
			return nil, err
		}
		b.caps = p.caps
		p.asserting = b
		p.nullable = p.find("", 0)
		return p, nil
	}
	re, err := syntax.Parse(t.out.String(), syntax.Perl)
	if err != nil {
		return nil, t.invalid(err)
	}
	re = re.Simplify()
	if p.prog, err = syntax.Compile(re); err != nil {
		return nil, t.invalid(err)
	}
	p.prepare()
	p.nullable = p.search("", 0)
	p.linear = newLinear(re, p.groups)
	return p, nil
}

// prepare makes the tables of ASCII characters and of first bytes.
func (p *pattern) prepare() {
	p.ascii = make([]asciiSet, len(p.prog.Inst))
	for pc := range p.prog.Inst {
		in := &p.prog.Inst[pc]
		for c := range rune(utf8.RuneSelf) {
			if accepts(in, c) {
				p.ascii[pc][c>>6] |= 1 << (c & 63)
			}
		}
	}
	seen := make([]bool, len(p.prog.Inst))
	p.firsts(uint32(p.prog.Start), seen)
	for c, ok := range p.first {
		if ok {
			p.count++
			p.only = c
		}
	}
	if p.count != 1 {
		p.only = -1
	}
}

func accepts(in *syntax.Inst, r rune) bool {
	switch in.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return in.MatchRune(r)
	}
	return false
}

// firsts collects the first bytes of what can follow from pc on, at a place that
// is not the start of the text.
func (p *pattern) firsts(pc uint32, seen []bool) {
	if seen[pc] {
		return
	}
	seen[pc] = true
	switch in := &p.prog.Inst[pc]; in.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		p.firsts(in.Out, seen)
		p.firsts(in.Arg, seen)
	case syntax.InstCapture, syntax.InstNop:
		p.firsts(in.Out, seen)
	case syntax.InstEmptyWidth:
		if syntax.EmptyOp(in.Arg)&syntax.EmptyBeginText == 0 {
			p.firsts(in.Out, seen)
		}
	case syntax.InstMatch:
		p.anywhere = true
	case syntax.InstFail:
	default:
		for c := range utf8.RuneSelf {
			if p.ascii[pc].has(byte(c)) {
				p.first[c] = true
			}
		}
		for c := 0x80; c < 256; c++ { // Any character beyond ASCII is worth a try.
			p.first[c] = true
		}
	}
}
