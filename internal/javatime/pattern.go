package javatime

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Format is a compiled pattern of java.time's DateTimeFormatter.
type Format struct {
	pattern string
	steps   []step
	needs   int // What formatting needs: a set of part bits.
	unit    int64
	// writeOnly tells that the pattern has fields of weeks, which cannot be read.
	writeOnly bool
	layout    *layout // The short way of reading; nil if there is none.
}

// Compile compiles a pattern. Errors tell what is wrong where.
func Compile(pattern string) (*Format, error) {
	c := compiler{pattern: pattern, active: -1, unit: millisOfDay}
	steps, err := c.steps(false)
	if err != nil {
		return nil, err
	}
	return &Format{pattern: pattern, steps: steps, needs: c.needs, unit: c.unit, writeOnly: c.weeks, layout: newLayout(steps)}, nil
}

// String returns the pattern.
func (f *Format) String() string { return f.pattern }

type compiler struct {
	pattern string
	pos     int
	active  int // The number in the steps being built that directly following ones may reserve digits of, or -1.
	pad     int
	needs   int
	unit    int64
	weeks   bool
}

func (c *compiler) fail(format string, args ...any) error {
	return fmt.Errorf("pattern %q, position %d: %s", c.pattern, c.pos+1, fmt.Sprintf(format, args...))
}

// steps compiles up to the end of the pattern or of an optional section.
func (c *compiler) steps(inside bool) ([]step, error) {
	var out []step
	for c.pos < len(c.pattern) {
		ch := c.pattern[c.pos]
		switch {
		case ch|0x20 >= 'a' && ch|0x20 <= 'z':
			start := c.pos
			count := c.run(ch)
			if ch == 'p' {
				if c.pos == len(c.pattern) || !isLetter(c.pattern[c.pos]) {
					return nil, c.fail("expected a letter after the pad letter p")
				}
				c.pad = count
				continue
			}
			end := c.pos
			c.pos = start // Of errors.
			s, err := c.letter(ch, count)
			if err != nil {
				return nil, err
			}
			c.pos = end
			out = c.add(out, s)
		case ch == '\'':
			s, err := c.quoted()
			if err != nil {
				return nil, err
			}
			out = c.add(out, step{kind: literal, literal: s})
		case ch == '[':
			c.pos++
			c.active = -1
			inner, err := c.steps(true)
			if err != nil {
				return nil, err
			}
			c.active = -1
			out = append(out, step{kind: optional, inner: inner})
		case ch == ']':
			if !inside {
				return nil, c.fail("] closes no optional section; expected [ before it")
			}
			c.pos++
			return out, nil
		case ch == '{' || ch == '}' || ch == '#':
			return nil, c.fail("%c is reserved; quote it as '%c'", ch, ch)
		default:
			_, n := utf8.DecodeRuneInString(c.pattern[c.pos:])
			out = c.add(out, step{kind: literal, literal: c.pattern[c.pos : c.pos+n]})
			c.pos += n
		}
	}
	// A section left open ends with the pattern.
	return out, nil
}

func isLetter(ch byte) bool { return ch|0x20 >= 'a' && ch|0x20 <= 'z' }

// run counts and passes equal letters.
func (c *compiler) run(ch byte) int {
	n := 0
	for c.pos < len(c.pattern) && c.pattern[c.pos] == ch {
		c.pos++
		n++
	}
	return n
}

// quoted reads a literal in single quotes; two quotes are one.
func (c *compiler) quoted() (string, error) {
	start := c.pos
	var b strings.Builder
	for c.pos++; c.pos < len(c.pattern); c.pos++ {
		if c.pattern[c.pos] != '\'' {
			b.WriteByte(c.pattern[c.pos])
			continue
		}
		c.pos++
		if c.pos == len(c.pattern) || c.pattern[c.pos] != '\'' {
			if b.Len() == 0 {
				return "'", nil
			}
			return b.String(), nil
		}
		b.WriteByte('\'')
	}
	c.pos = start
	return "", c.fail("the literal text is not closed; expected another '")
}

// add appends a step, joins literals and lets numbers that directly follow each
// other share digits: one of open width, then fixed ones (yyyyMMdd).
func (c *compiler) add(out []step, s step) []step {
	if c.pad > 0 {
		s = step{kind: padded, min: c.pad, inner: []step{s}}
		c.pad, c.active = 0, -1
		return append(out, s)
	}
	switch s.kind {
	case number, reduced, fraction:
		if c.active < 0 || c.active >= len(out) {
			c.active = len(out)
			break
		}
		if s.fixed() {
			out[c.active].reserved += s.max
			s.reserved = -1
			break
		}
		c.active = len(out)
	case literal:
		c.active = -1
		if n := len(out); n > 0 && out[n-1].kind == literal {
			out[n-1].literal += s.literal
			return out
		}
	default:
		c.active = -1
	}
	return append(out, s)
}
