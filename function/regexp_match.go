package function

import (
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// job is a way not yet tried: instruction pc at pos, or, with a negative pc, to
// set capture ^pc back to pos.
type job struct{ pc, pos int }

// find searches the leftmost match that begins at or behind byte pos and fills
// p.caps. Of several ways to match there the one that a backtracking search
// finds first counts.
func (p *pattern) find(s string, pos int) bool {
	if p.asserting != nil {
		p.asserting.reset(s)
	}
	if p.linear != nil && pos == 0 {
		return p.linear.find(s, p.caps)
	}
	return p.search(s, pos)
}

func (p *pattern) search(s string, pos int) bool {
	if p.asserting != nil {
		return p.asserting.search(s, pos)
	}
	p.forget(len(s), pos)
	for {
		if p.match(s, pos) {
			return true
		}
		if pos = p.candidate(s, pos); pos < 0 {
			return false
		}
	}
}

// candidate returns the next place behind pos where a match may begin, or -1.
func (p *pattern) candidate(s string, pos int) int {
	if pos >= len(s) {
		return -1
	}
	_, n := utf8.DecodeRuneInString(s[pos:])
	pos += n
	switch {
	case p.anywhere:
		return pos
	case p.count == 0:
		return -1
	case p.only >= 0:
		k := strings.IndexByte(s[pos:], byte(p.only))
		if k < 0 {
			return -1
		}
		return pos + k
	}
	for pos < len(s) && !p.first[s[pos]] {
		pos++
	}
	if pos == len(s) {
		return -1
	}
	return pos
}

// forget makes room for the marks of a search from pos on and removes those of
// the last one. The marks are by place, then instruction. They hold for the later
// starts of the same search, too: a way that failed once fails again.
func (p *pattern) forget(n, pos int) {
	insts := len(p.prog.Inst)
	words := (insts*(n+1) + 63) / 64
	if len(p.visited) < words {
		p.visited = make([]uint64, words)
	} else {
		clear(p.visited[insts*p.from/64 : min(insts*(p.reached+1)/64+1, len(p.visited))])
	}
	p.from, p.reached = pos, pos
}

// match tries to match at pos.
func (p *pattern) match(s string, pos int) bool {
	for k := range p.caps {
		p.caps[k] = -1
	}
	p.caps[0] = pos
	p.jobs = append(p.jobs[:0], job{p.prog.Start, pos})
	for len(p.jobs) > 0 {
		j := p.jobs[len(p.jobs)-1]
		p.jobs = p.jobs[:len(p.jobs)-1]
		if j.pc < 0 {
			p.caps[^j.pc] = j.pos
			continue
		}
		if p.run(s, j.pc, j.pos) {
			return true
		}
	}
	return false
}

// run follows one way until it matches or fails; the ways it does not take
// become jobs.
func (p *pattern) run(s string, pc, pos int) bool {
	insts := len(p.prog.Inst)
	for {
		p.reached = max(p.reached, pos)
		mark := pos*insts + pc
		if p.visited[mark>>6]>>(mark&63)&1 == 1 {
			return false
		}
		p.visited[mark>>6] |= 1 << (mark & 63)
		in := &p.prog.Inst[pc]
		switch in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			p.jobs = append(p.jobs, job{int(in.Arg), pos})
		case syntax.InstCapture:
			p.jobs = append(p.jobs, job{^int(in.Arg), p.caps[in.Arg]})
			p.caps[in.Arg] = pos
		case syntax.InstEmptyWidth:
			if !placeHolds(syntax.EmptyOp(in.Arg), s, pos, p.multiline) {
				return false
			}
		case syntax.InstMatch:
			p.caps[1] = pos
			return true
		case syntax.InstFail:
			return false
		case syntax.InstNop:
		default:
			if pos == len(s) {
				return false
			}
			if c := s[pos]; c < utf8.RuneSelf {
				if !p.ascii[pc].has(c) {
					return false
				}
				pos++
				break
			}
			r, n := utf8.DecodeRuneInString(s[pos:])
			if !in.MatchRune(r) {
				return false
			}
			pos += n
		}
		pc = int(in.Out)
	}
}

// gaveUp tells why the last search ended without an answer, or returns nil.
func (p *pattern) gaveUp() error {
	if p.asserting == nil {
		return nil
	}
	return p.asserting.err
}

// placeHolds tells whether conditions on a place between characters are met.
func placeHolds(op syntax.EmptyOp, s string, pos int, multiline bool) bool {
	if op&syntax.EmptyBeginText != 0 && pos != 0 || op&syntax.EmptyEndText != 0 && pos != len(s) {
		return false
	}
	if op&syntax.EmptyBeginLine != 0 && pos != 0 && (pos == len(s) || !endsLine(s, pos)) {
		return false
	}
	if op&syntax.EmptyEndLine != 0 && !atLineEnd(s, pos, multiline) {
		return false
	}
	if op&(syntax.EmptyWordBoundary|syntax.EmptyNoWordBoundary) != 0 {
		boundary := isWord(s, pos-1) != isWord(s, pos)
		return boundary == (op&syntax.EmptyWordBoundary != 0)
	}
	return true
}

func isWord(s string, pos int) bool {
	return pos >= 0 && pos < len(s) && (s[pos] == '_' || isAlpha(s[pos]) || isDigit(s[pos]))
}

// atLineEnd tells whether a line ends at pos: any line in multiline patterns,
// else the last, which may have a line break behind it.
func atLineEnd(s string, pos int, multiline bool) bool {
	if pos == len(s) {
		return true
	}
	n := lineBreak(s[pos:])
	if n == 0 || s[pos] == '\n' && pos > 0 && s[pos-1] == '\r' {
		return false
	}
	return multiline || pos+n == len(s)
}

// lineBreak returns the length of the line terminator at the start of s.
func lineBreak(s string) int {
	switch s[0] {
	case '\n':
		return 1
	case '\r':
		if len(s) > 1 && s[1] == '\n' {
			return 2
		}
		return 1
	}
	for _, end := range []string{"\u0085", "\u2028", "\u2029"} {
		if strings.HasPrefix(s, end) {
			return len(end)
		}
	}
	return 0
}

// endsLine tells whether a line terminator ends at pos.
func endsLine(s string, pos int) bool {
	if s[pos-1] == '\r' {
		return s[pos] != '\n'
	}
	if s[pos-1] == '\n' {
		return true
	}
	for _, end := range []string{"\u0085", "\u2028", "\u2029"} {
		if strings.HasSuffix(s[:pos], end) {
			return true
		}
	}
	return false
}

// next continues behind the last match as Java's Matcher.find does: behind an
// empty match one character is passed.
func (p *pattern) next(s string) bool {
	from := p.caps[1]
	if from == p.caps[0] {
		if from == len(s) {
			return false
		}
		_, n := utf8.DecodeRuneInString(s[from:])
		from += n
	}
	return p.search(s, from)
}

// group returns the text of a group of the last match.
func (p *pattern) group(s string, g int) (string, bool) {
	if p.caps[2*g] < 0 || p.caps[2*g+1] < 0 {
		return "", false
	}
	return s[p.caps[2*g]:p.caps[2*g+1]], true
}
