package function

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode"
	"unicode/utf8"
)

// backtracker runs expressions with assertions. It tries the ways one after the
// other as Java does, and like there some expressions take a time that grows
// exponentially with the text; so it gives up after a number of steps.
type backtracker struct {
	whole     *program
	asserted  []*assertion
	multiline bool

	caps  []int // Shared with the pattern.
	jobs  []backtrack
	begun int // Where the search began that \G stands for.
	steps int
	err   error  // Why it gave up.
	clock uint64 // Counts places and ways; see follow.
}

// backtrack is what to do when a way fails: go another, from instruction pc at
// pos; with a negative pc set bound ^pc of a group back to pos; with saved set
// all bounds back.
type backtrack struct {
	pc, pos int
	saved   []int
}

// reset begins a text: all searches in it share a number of steps.
func (b *backtracker) reset(s string) { b.err, b.steps = nil, 1_000_000+200*len(s) }

// search finds the leftmost match that begins at or behind pos.
func (b *backtracker) search(s string, pos int) bool {
	b.begun = pos
	for {
		for k := range b.caps {
			b.caps[k] = -1
		}
		if end, ok := b.run(b.whole, s, pos, -1); ok {
			b.caps[0], b.caps[1] = pos, end
			return true
		}
		if pos >= len(s) || b.err != nil {
			return false
		}
		_, n := utf8.DecodeRuneInString(s[pos:])
		pos += n
	}
}

// run matches a program at pos and returns where the match ends: at end, if that
// is not negative. What it did to the groups stays when it matches.
func (b *backtracker) run(p *program, s string, pos, end int) (int, bool) {
	base := len(b.jobs)
	b.jobs = append(b.jobs, backtrack{pc: p.prog.Start, pos: pos})
	for len(b.jobs) > base {
		j := b.jobs[len(b.jobs)-1]
		b.jobs = b.jobs[:len(b.jobs)-1]
		switch {
		case j.saved != nil:
			copy(b.caps, j.saved)
		case j.pc < 0:
			b.caps[^j.pc] = j.pos
		default:
			if at, ok := b.follow(p, s, j.pc, j.pos, end); ok {
				b.jobs = b.jobs[:base]
				return at, true
			}
		}
	}
	return 0, false
}

// follow goes one way to its end. A loop whose body takes nothing must not go on
// for ever: an alternative that is reached again before a character was taken
// fails, and its other branch, which is a job since the first time, leaves the loop.
func (b *backtracker) follow(p *program, s string, pc, pos, end int) (int, bool) {
	b.clock++
	now := b.clock
	for {
		if b.steps--; b.steps < 0 {
			b.err = fmt.Errorf("the regular expression needs too many steps for a text of %d bytes; write it with fewer nested repetitions", len(s))
			return 0, false
		}
		in := &p.prog.Inst[pc]
		before := pos
		switch in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			if p.seen[pc] == now {
				return 0, false
			}
			p.seen[pc] = now
			b.jobs = append(b.jobs, backtrack{pc: int(in.Arg), pos: pos})
		case syntax.InstCapture:
			ok := true
			if pos, ok = b.enter(p.slots[in.Arg/2], in.Arg%2 == 0, s, pos); !ok {
				return 0, false
			}
		case syntax.InstEmptyWidth:
			if !placeHolds(syntax.EmptyOp(in.Arg), s, pos, b.multiline) {
				return 0, false
			}
		case syntax.InstMatch:
			return pos, end < 0 || pos == end
		case syntax.InstFail:
			return 0, false
		case syntax.InstNop:
		default:
			r, n := utf8.DecodeRuneInString(s[pos:])
			if n == 0 || !in.MatchRune(r) {
				return 0, false
			}
			pos += n
		}
		if pos != before {
			b.clock++
			now = b.clock
		}
		pc = int(in.Out)
	}
}

// enter passes the opening or closing of a group, or does an assertion. It
// returns where to go on.
func (b *backtracker) enter(slot int, opens bool, s string, pos int) (int, bool) {
	if slot > 0 {
		at := 2 * slot
		if !opens {
			at++
		}
		b.jobs = append(b.jobs, backtrack{pc: ^at, pos: b.caps[at]})
		b.caps[at] = pos
		return pos, true
	}
	if !opens {
		return pos, true
	}
	a := b.asserted[-slot-1]
	switch a.kind {
	case backReference:
		return b.refer(a, s, pos)
	case lastEnd:
		return pos, pos == b.begun
	}
	saved := append([]int(nil), b.caps...)
	b.jobs = append(b.jobs, backtrack{saved: saved})
	after, ok := pos, false
	if a.kind == lookBehind {
		ok = b.behind(a, s, pos)
	} else {
		after, ok = b.run(a.body, s, pos, -1)
	}
	if a.negate {
		copy(b.caps, saved)
	}
	if ok == a.negate || b.err != nil {
		return 0, false
	}
	if a.kind != atomicGroup {
		after = pos
	}
	return after, true
}

// behind looks for a match that ends at pos, the shortest first.
func (b *backtracker) behind(a *assertion, s string, pos int) bool {
	for from, n := pos, 0; n <= a.most && b.err == nil; n++ {
		if n >= a.least {
			if _, ok := b.run(a.body, s, from, pos); ok {
				return true
			}
		}
		if from == 0 {
			break
		}
		_, size := utf8.DecodeLastRuneInString(s[:from])
		from -= size
	}
	return false
}

// refer matches what a group has matched; one that took no part matches nothing.
func (b *backtracker) refer(a *assertion, s string, pos int) (int, bool) {
	if 2*a.group >= len(b.caps) || b.caps[2*a.group] < 0 || b.caps[2*a.group+1] < 0 {
		return 0, false
	}
	part := s[b.caps[2*a.group]:b.caps[2*a.group+1]]
	if !a.flags.caseless {
		return pos + len(part), strings.HasPrefix(s[pos:], part)
	}
	for _, want := range part {
		r, n := utf8.DecodeRuneInString(s[pos:])
		if n == 0 || !a.flags.sameLetter(r, want) {
			return 0, false
		}
		pos += n
	}
	return pos, true
}

// sameLetter compares without case: of ASCII letters, or of all with the flag u.
func (f *flags) sameLetter(a, b rune) bool {
	if a == b {
		return true
	}
	if !f.unicode && (a >= utf8.RuneSelf || b >= utf8.RuneSelf) {
		return false
	}
	return unicode.ToLower(unicode.ToUpper(a)) == unicode.ToLower(unicode.ToUpper(b))
}
