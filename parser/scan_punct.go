package parser

import (
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// punct scans operators and brackets.
func (s *scanner) punct() lexer.Token {
	rest := s.src[s.pos:]
	if len(rest) > 1 {
		if t := punct2(rest[0], rest[1]); t != 0 {
			return s.token(t, s.pos+2)
		}
	}
	if t := punct1(rest[0]); t != 0 {
		return s.token(t, s.pos+1)
	}
	r, n := utf8.DecodeRuneInString(rest)
	return s.invalid(s.pos+n, "unexpected character "+quoteRune(r), strangers[r])
}

func punct1(c byte) lexer.TokenType {
	switch c {
	case '(':
		return tokLParen
	case ')':
		return tokRParen
	case '[':
		return tokLBracket
	case ']':
		return tokRBracket
	case ',':
		return tokComma
	case ';':
		return tokSemicolon
	case '.':
		return tokDot
	case '+':
		return tokPlus
	case '-':
		return tokMinus
	case '*':
		return tokStar
	case '/':
		return tokSlash
	case '%':
		return tokPercent
	case '=':
		return tokEq
	case '<':
		return tokLt
	case '>':
		return tokGt
	}
	return 0
}

func punct2(a, b byte) lexer.TokenType {
	switch {
	case a == '|' && b == '|':
		return tokConcat
	case a == '<' && b == '>', a == '!' && b == '=':
		return tokNe
	case a == '<' && b == '=':
		return tokLe
	case a == '>' && b == '=':
		return tokGe
	case a == '-' && b == '>':
		return tokArrow
	case a == '=' && b == '>':
		return tokFatArrow
	case a == ':' && b == '=':
		return tokAssign
	}
	return 0
}
