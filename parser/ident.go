package parser

import (
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// wordEnd is the end of the letters, digits, `_` and `@` that start at pos.
func wordEnd(src string, pos int) int {
	for pos < len(src) && (isLetter(src[pos]) || isDigit(src[pos]) || src[pos] == '@') {
		pos++
	}
	return pos
}

func digitsEnd(src string, pos int) int {
	for pos < len(src) && isDigit(src[pos]) {
		pos++
	}
	return pos
}

// numberEnd scans the longest number at pos, which is a digit or a point before one.
func numberEnd(src string, pos int) (lexer.TokenType, int) {
	t, end := tokInteger, digitsEnd(src, pos)
	if end < len(src) && src[end] == '.' {
		t, end = tokDecimal, digitsEnd(src, end+1)
	}
	if end < len(src) && (src[end] == 'e' || src[end] == 'E') {
		exp := end + 1
		if exp < len(src) && (src[exp] == '+' || src[exp] == '-') {
			exp++
		}
		if exp < len(src) && isDigit(src[exp]) {
			t, end = tokFloat, digitsEnd(src, exp)
		}
	}
	return t, end
}

// upper applies the case rule of unquoted names, which are ASCII.
func upper(s string) string { return strings.ToUpper(s) }

// isPlainIdent reports whether text, unquoted, reads back as the name text.
func isPlainIdent(text string) bool {
	if text == "" || text != upper(text) || wordEnd(text, 0) != len(text) || text[0] == '@' {
		return false
	}
	if isDigit(text[0]) {
		_, end := numberEnd(text, 0)
		return end < len(text)
	}
	return !isReserved(keywordType(text))
}

// QuoteIdent writes the name text as SQL: in backquotes exactly when it would
// not read back unquoted, being reserved, not all upper-case or of odd
// characters.
func QuoteIdent(text string) string {
	if isPlainIdent(text) {
		return text
	}
	return backquote(text)
}

func backquote(text string) string { return "`" + strings.ReplaceAll(text, "`", "``") + "`" }

// QuoteString writes a string literal.
func QuoteString(text string) string {
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// unquote takes the quotes off a string or a quoted name.
func unquote(text string) string {
	quote := text[:1]
	return strings.ReplaceAll(text[1:len(text)-1], quote+quote, quote)
}

func quoteRune(r rune) string { return strconv.QuoteRune(r) }
