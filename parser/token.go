package parser

import "github.com/alecthomas/participle/v2/lexer"

// Token types. A token's Value is always the text as written, so that its end
// is Pos.Offset+len(Value); what it means is read from it by the parser.
const (
	tokIdent lexer.TokenType = iota + 1
	tokQuotedIdent
	tokString
	tokInteger
	tokDecimal
	tokFloat
	tokVariable
	tokInvalid // Not SQL; scanner.problems says why.

	tokLParen
	tokRParen
	tokLBracket
	tokRBracket
	tokComma
	tokSemicolon
	tokDot
	tokPlus
	tokMinus
	tokStar
	tokSlash
	tokPercent
	tokConcat
	tokEq
	tokNe
	tokLt
	tokLe
	tokGt
	tokGe
	tokArrow
	tokFatArrow
	tokAssign

	endPunct

	firstKeyword lexer.TokenType = 64
)

// punctuation maps each symbol to its type; tokNe has a second spelling, `!=`.
var punctuation = map[lexer.TokenType]string{
	tokLParen: "(", tokRParen: ")", tokLBracket: "[", tokRBracket: "]",
	tokComma: ",", tokSemicolon: ";", tokDot: ".",
	tokPlus: "+", tokMinus: "-", tokStar: "*", tokSlash: "/", tokPercent: "%", tokConcat: "||",
	tokEq: "=", tokNe: "<>", tokLt: "<", tokLe: "<=", tokGt: ">", tokGe: ">=",
	tokArrow: "->", tokFatArrow: "=>", tokAssign: ":=",
}

// symbols are the names of the token types in the grammar tags: keywords by
// their own name, punctuation by literals such as '('.
var symbols = func() map[string]lexer.TokenType {
	m := map[string]lexer.TokenType{
		"EOF": lexer.EOF, "Ident": tokIdent, "QuotedIdent": tokQuotedIdent, "String": tokString,
		"Integer": tokInteger, "Decimal": tokDecimal, "Float": tokFloat, "Variable": tokVariable,
	}
	for i, k := range keywords {
		m[k.word] = firstKeyword + lexer.TokenType(i)
	}
	return m
}()

// tokenEnd is the byte position behind t.
func tokenEnd(t *lexer.Token) int { return t.Pos.Offset + len(t.Value) }

// tokenSpan is where t stands.
func tokenSpan(t *lexer.Token) Span {
	return Span{Start: t.Pos.Offset, End: tokenEnd(t), Line: t.Pos.Line, Col: t.Pos.Column}
}

// tokens returns all tokens of a text, also those that are not SQL.
func tokens(text string) []lexer.Token {
	scan := newScanner(text)
	var all []lexer.Token
	for {
		t, err := scan.Next()
		if err != nil || t.Type == lexer.EOF {
			return all
		}
		all = append(all, t)
	}
}
