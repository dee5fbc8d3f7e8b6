package expr

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// likePattern is a compiled LIKE pattern: % is any run of characters, _ one
// character that does not end a line.
type likePattern struct{ parts []likePart }

// likePart is a run of literal text, or one wildcard.
type likePart struct {
	text string
	kind likeKind
}

type likeKind uint8

const (
	likeText likeKind = iota
	likeOne
	likeAny
)

func compileLike(pattern string, escape rune) (*likePattern, error) {
	p := &likePattern{}
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			p.parts = append(p.parts, likePart{text: text.String()})
			text.Reset()
		}
	}
	for i := 0; i < len(pattern); {
		r, size := utf8.DecodeRuneInString(pattern[i:])
		literal := false
		if r == escape {
			if i += size; i == len(pattern) {
				return nil, fmt.Errorf("LIKE pattern %q ends with the escape character", pattern)
			}
			_, size = utf8.DecodeRuneInString(pattern[i:])
			literal = true
		}
		switch {
		case r == '%' && !literal:
			flush()
			if n := len(p.parts); n == 0 || p.parts[n-1].kind != likeAny {
				p.parts = append(p.parts, likePart{kind: likeAny})
			}
		case r == '_' && !literal:
			flush()
			p.parts = append(p.parts, likePart{kind: likeOne})
		default:
			text.WriteString(pattern[i : i+size])
		}
		i += size
	}
	flush()
	return p, nil
}

// match tells whether the whole of s matches. When a part does not fit, the
// last % takes one character more and the parts behind it are tried again:
// earlier ones never need to take more.
func (p *likePattern) match(s string) bool {
	parts := p.parts
	part, pos := 0, 0
	star, starPos := -1, 0
	for {
		if part == len(parts) {
			if pos == len(s) {
				return true
			}
		} else if parts[part].kind == likeAny {
			if part == len(parts)-1 {
				return true
			}
			star, starPos = part, pos
			part++
			continue
		} else if n := parts[part].width(s[pos:]); n >= 0 {
			part++
			pos += n
			continue
		}
		if star < 0 || starPos >= len(s) {
			return false
		}
		starPos += p.advance(s[starPos:], star+1)
		part, pos = star+1, starPos
	}
}

// advance returns how far a % must move on before the part behind it can fit,
// at least one character.
func (p *likePattern) advance(s string, part int) int {
	_, size := utf8.DecodeRuneInString(s)
	if next := p.parts[part]; next.kind == likeText {
		if at := strings.Index(s[size:], next.text); at >= 0 {
			return size + at
		}
		return len(s)
	}
	return size
}

// width returns how much of the front of s the part takes, or -1.
func (part likePart) width(s string) int {
	if part.kind == likeText {
		if strings.HasPrefix(s, part.text) {
			return len(part.text)
		}
		return -1
	}
	switch r, size := utf8.DecodeRuneInString(s); r {
	case '\n', '\r', '\u0085', '\u2028', '\u2029':
		return -1
	default:
		if size == 0 {
			return -1
		}
		return size
	}
}
