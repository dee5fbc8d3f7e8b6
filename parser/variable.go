package parser

import (
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// SubstituteVariables replaces each `${name}` in the text of a statement, before
// it is parsed. The keys of vars are upper-case and names are looked up in any
// case; an undefined variable is left as it is and `$${name}` becomes `${name}`.
// Comments are left alone.
//
// Inside a string or a quoted name the value is inserted as text that cannot
// end it. Elsewhere it must be one token: a name, a quoted name, a number, TRUE,
// FALSE or a quoted string. So a value never changes what the statement does,
// only what it does it with. The error, an *Error, is a value that is none of
// these.
func SubstituteVariables(src string, vars map[string]string) (string, error) {
	if !strings.Contains(src, "${") {
		return src, nil
	}
	s := &substitution{src: src, vars: vars}
	scan := newScanner(src)
	for {
		t, _ := scan.Next()
		switch t.Type {
		case lexer.EOF:
			s.copyTo(len(src))
			return s.out.String(), nil
		case tokString, tokQuotedIdent:
			s.quoted(&t)
		case tokVariable:
			if err := s.bare(&t); err != nil {
				return "", err
			}
		}
	}
}

// substitution is the work of SubstituteVariables: src up to done is in out.
type substitution struct {
	src  string
	vars map[string]string
	out  strings.Builder
	done int
}

func (s *substitution) copyTo(pos int) {
	s.out.WriteString(s.src[s.done:pos])
	s.done = pos
}

// escaped handles the variable at pos if a `$` in front of it keeps it.
func (s *substitution) escaped(pos, end int) bool {
	if pos == s.done || s.src[pos-1] != '$' {
		return false
	}
	s.copyTo(pos - 1)
	s.done = pos
	s.copyTo(end)
	return true
}

func (s *substitution) lookup(variable string) (string, bool) {
	v, ok := s.vars[upper(variable[2:len(variable)-1])]
	return v, ok
}

// quoted replaces the variables inside a string or quoted name.
func (s *substitution) quoted(t *lexer.Token) {
	quote := t.Value[:1]
	for pos := t.Pos.Offset; pos < tokenEnd(t); pos++ {
		if s.src[pos] != '$' {
			continue
		}
		end := variableEnd(s.src, pos)
		if end < 0 || s.escaped(pos, end) {
			continue
		}
		if value, ok := s.lookup(s.src[pos:end]); ok {
			s.copyTo(pos)
			s.out.WriteString(strings.ReplaceAll(value, quote, quote+quote))
			s.done = end
		}
	}
}

// bare replaces a variable that stands on its own.
func (s *substitution) bare(t *lexer.Token) error {
	pos, end := t.Pos.Offset, tokenEnd(t)
	if s.escaped(pos, end) {
		return nil
	}
	value, ok := s.lookup(t.Value)
	if !ok {
		return nil
	}
	value = strings.Trim(value, blanks)
	if !isOneToken(value) {
		e := errorAt(tokenSpan(t), "the value of variable "+t.Value+" cannot stand here: "+shorten(value),
			"define it as a name, a number, TRUE, FALSE or a quoted string such as '''text'''")
		asError(e).locate(s.src)
		return e
	}
	s.copyTo(pos)
	// Neither a comment nor a longer string may arise where texts meet.
	s.separate(lastByte(s.out.String()), value[0])
	s.out.WriteString(value)
	if end < len(s.src) {
		s.separate(lastByte(value), s.src[end])
	}
	s.done = end
	return nil
}

// separate puts a space between two bytes that must not meet.
func (s *substitution) separate(before, after byte) {
	if before == after && strings.IndexByte("-'`\"", before) >= 0 {
		s.out.WriteByte(' ')
	}
}

// lastByte is the last byte of text, 0 when there is none.
func lastByte(text string) byte {
	if text == "" {
		return 0
	}
	return text[len(text)-1]
}

// isOneToken reports whether value is a single token that is a name or a
// literal, a number with its sign being one too.
func isOneToken(value string) bool {
	if !utf8.ValidString(value) {
		return false
	}
	scan := newScanner(value)
	t, _ := scan.Next()
	switch {
	case t.Type == tokMinus:
		number := value[1:]
		t, _ = newScanner(number).Next()
		return t.Value == number && (t.Type == tokInteger || t.Type == tokDecimal || t.Type == tokFloat)
	case t.Value != value:
		return false
	}
	switch t.Type {
	case tokString, tokInteger, tokDecimal, tokFloat, kwTRUE, kwFALSE:
		return true
	}
	return canName(t.Type)
}
