package shell

import (
	"bytes"
	"unicode/utf8"
)

// splitter cuts what a terminal sends into keys (escape sequences and control
// characters) and runs of text, across reads of any size. Bracketed paste marks
// are dropped; inside a paste, line ends are Enter and tabs are spaces, so that
// a pasted script runs like a typed one.
type splitter struct {
	buf     []byte
	pasting bool
}

var (
	pasteBegin = []byte("\x1b[200~")
	pasteEnd   = []byte("\x1b[201~")
	enterKey   = []byte{'\r'}
)

func (s *splitter) feed(b []byte) { s.buf = append(s.buf, b...) }

// next returns the next key or text, or nil when what is there may be the
// beginning of something longer; final says that nothing more will come soon.
func (s *splitter) next(final bool) []byte {
	for len(s.buf) > 0 {
		switch {
		case bytes.HasPrefix(s.buf, pasteBegin):
			s.buf, s.pasting = s.buf[len(pasteBegin):], true
			continue
		case bytes.HasPrefix(s.buf, pasteEnd):
			s.buf, s.pasting = s.buf[len(pasteEnd):], false
			continue
		}
		n := s.length(final)
		if n == 0 {
			return nil
		}
		return s.take(n)
	}
	return nil
}

func (s *splitter) take(n int) []byte {
	token := bytes.Clone(s.buf[:n])
	s.buf = s.buf[n:]
	if n == 1 && token[0] == '\n' {
		return enterKey
	}
	if s.pasting && n == 1 && token[0] == '\t' {
		return []byte{' '}
	}
	return token
}

// length returns how many bytes the next token has, or 0 when it is not complete.
func (s *splitter) length(final bool) int {
	b := s.buf
	switch {
	case b[0] == 0x1b:
		return escapeLength(b, final)
	case b[0] < 0x20 || b[0] == 0x7f:
		if b[0] == '\r' && len(b) > 1 && b[1] == '\n' && s.pasting {
			s.buf = b[1:] // CR LF is one Enter.
		}
		return 1
	}
	n := 0
	for n < len(b) && b[n] >= 0x20 && b[n] != 0x7f {
		n++
	}
	if n == len(b) && !final { // Do not cut a character that is still arriving.
		for back := 1; back <= 3 && back <= n; back++ {
			if utf8.RuneStart(b[n-back]) {
				if !utf8.FullRune(b[n-back : n]) {
					n -= back
				}
				break
			}
		}
	}
	return n
}

// escapeLength measures an escape sequence: ESC [ parameters final, ESC O x, or
// ESC and a character.
func escapeLength(b []byte, final bool) int {
	if len(b) == 1 {
		if final {
			return 1
		}
		return 0
	}
	switch b[1] {
	case '[':
		for i := 2; i < len(b); i++ {
			if b[i] >= 0x40 && b[i] <= 0x7e {
				return i + 1
			}
		}
	case 'O':
		if len(b) > 2 {
			return 3
		}
	case 0x1b:
		return 1
	default:
		return 2
	}
	if final {
		return len(b)
	}
	return 0
}
