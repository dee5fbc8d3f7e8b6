package parser

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// definition plugs the scanner into participle.
type definition struct{}

func (definition) Symbols() map[string]lexer.TokenType { return symbols }

func (definition) Lex(_ string, r io.Reader) (lexer.Lexer, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return newScanner(string(text)), nil
}

func (definition) LexString(_, text string) (lexer.Lexer, error) { return newScanner(text), nil }

// scanner cuts text into tokens. White space and comments are passed over,
// directive comments are set aside in notes. It never fails: text that is no
// token becomes one of type tokInvalid, so that the parser reports it where it
// stands and what comes before it is still read.
type scanner struct {
	src       string
	pos       int // Byte position of the next token.
	line      int // Line of pos, from 1.
	lineStart int // Byte position of that line.
	wide      int // Bytes of that line before pos that start no character.

	notes    []Directive
	problems []problem
}

// blanks is the white space between tokens.
const blanks = " \t\r\n"

// problem says why the text at start is no token.
type problem struct {
	start     int
	msg, hint string
}

func newScanner(src string) *scanner { return &scanner{src: src, line: 1} }

// Next returns the next token; its error is always nil.
func (s *scanner) Next() (lexer.Token, error) {
	if bad := s.skipBlank(); bad.Type == tokInvalid {
		return bad, nil
	}
	if s.pos == len(s.src) {
		return lexer.Token{Type: lexer.EOF, Pos: s.at()}, nil
	}
	switch c := s.src[s.pos]; {
	case isLetter(c):
		return s.word(), nil
	case isDigit(c), c == '.' && s.pos+1 < len(s.src) && isDigit(s.src[s.pos+1]):
		return s.number(), nil
	case c == '\'':
		return s.quoted(tokString, "string"), nil
	case c == '`' || c == '"':
		return s.quoted(tokQuotedIdent, "quoted name"), nil
	case c == '$':
		return s.variable(), nil
	default:
		return s.punct(), nil
	}
}

// at is the position of the next token.
func (s *scanner) at() lexer.Position {
	return lexer.Position{Offset: s.pos, Line: s.line, Column: s.pos - s.lineStart - s.wide + 1}
}

// token takes the text up to end, which holds no line feed and only ASCII.
func (s *scanner) token(t lexer.TokenType, end int) lexer.Token {
	tok := lexer.Token{Type: t, Value: s.src[s.pos:end], Pos: s.at()}
	s.pos = end
	return tok
}

// textToken takes the text up to end, whatever is in it.
func (s *scanner) textToken(t lexer.TokenType, end int) lexer.Token {
	tok := lexer.Token{Type: t, Value: s.src[s.pos:end], Pos: s.at()}
	s.advance(end)
	return tok
}

// invalid takes the text up to end as no token and notes why.
func (s *scanner) invalid(end int, msg, hint string) lexer.Token {
	s.problems = append(s.problems, problem{start: s.pos, msg: msg, hint: hint})
	return s.textToken(tokInvalid, end)
}

// advance moves to end and keeps count of lines and columns.
func (s *scanner) advance(end int) {
	for i := s.pos; i < end; i++ {
		switch c := s.src[i]; {
		case c == '\n':
			s.line++
			s.lineStart, s.wide = i+1, 0
		case c >= utf8.RuneSelf && !utf8.RuneStart(c):
			s.wide++
		}
	}
	s.pos = end
}

// skipBlank passes over white space and comments. It returns a tokInvalid for
// a comment that is not closed and otherwise nothing.
func (s *scanner) skipBlank() lexer.Token {
	for s.pos < len(s.src) {
		rest := s.src[s.pos:]
		switch c := rest[0]; {
		case c == '\n':
			s.pos++
			s.line++
			s.lineStart, s.wide = s.pos, 0
		case c == ' ' || c == '\t' || c == '\r':
			s.pos++
		case strings.HasPrefix(rest, "--"):
			s.lineComment()
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				return s.invalid(len(s.src), "the comment is not closed", "close it with */")
			}
			s.advance(s.pos + 2 + n + 2)
		default:
			return lexer.Token{}
		}
	}
	return lexer.Token{}
}

// lineComment passes over a comment up to the end of its line and keeps it if
// it is a directive.
func (s *scanner) lineComment() {
	end := len(s.src)
	if n := strings.IndexByte(s.src[s.pos:], '\n'); n >= 0 {
		end = s.pos + n
	}
	if text, ok := strings.CutPrefix(s.src[s.pos:end], "--@"); ok {
		name, value, _ := strings.Cut(text, ":")
		at := s.at()
		s.notes = append(s.notes, Directive{
			Loc:   Loc{Span{Start: s.pos, End: end, Line: at.Line, Col: at.Column}},
			Name:  strings.TrimSpace(name),
			Value: strings.TrimSpace(value),
		})
	}
	s.advance(end)
}

// word scans an identifier or a keyword.
func (s *scanner) word() lexer.Token {
	end := wordEnd(s.src, s.pos)
	return s.token(keywordType(s.src[s.pos:end]), end)
}

// keywordType is the token type of an unquoted word.
func keywordType(word string) lexer.TokenType {
	var buf [16]byte
	if len(word) > maxKeywordLen {
		return tokIdent
	}
	for i := range len(word) {
		c := word[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		buf[i] = c
	}
	if t, ok := keywordTypes[string(buf[:len(word)])]; ok {
		return t
	}
	return tokIdent
}

// number scans a number, or an identifier that starts with a digit; the longer
// one wins and the number when they are equally long.
func (s *scanner) number() lexer.Token {
	t, end := numberEnd(s.src, s.pos)
	if isDigit(s.src[s.pos]) {
		if e := wordEnd(s.src, s.pos); e > end {
			t, end = tokIdent, e
		}
	}
	return s.token(t, end)
}

// quoted scans text between two of the quote at pos; the quote is doubled to
// stand for itself.
func (s *scanner) quoted(t lexer.TokenType, what string) lexer.Token {
	quote := s.src[s.pos]
	for i := s.pos + 1; i < len(s.src); i++ {
		if s.src[i] != quote {
			continue
		}
		if i+1 < len(s.src) && s.src[i+1] == quote {
			i++
			continue
		}
		if i == s.pos+1 && t == tokQuotedIdent {
			return s.invalid(i+1, "a quoted name cannot be empty", "")
		}
		return s.textToken(t, i+1)
	}
	return s.invalid(len(s.src), "the "+what+" is not closed", "close it with "+string(quote))
}

// variable scans `${name}`.
func (s *scanner) variable() lexer.Token {
	if end := variableEnd(s.src, s.pos); end > 0 {
		return s.token(tokVariable, end)
	}
	return s.invalid(s.pos+1, "$ starts a variable only as ${name}", "")
}

// variableEnd is the end of the `${name}` at pos, or -1.
func variableEnd(src string, pos int) int {
	rest := src[pos:]
	if len(rest) < 4 || rest[1] != '{' || !isLetter(rest[2]) {
		return -1
	}
	end := wordEnd(src, pos+2)
	if end == len(src) || src[end] != '}' {
		return -1
	}
	return end + 1
}
