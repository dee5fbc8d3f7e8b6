package parser

import (
	"slices"

	"github.com/alecthomas/participle/v2/lexer"
)

// habit is a hint for what people write by habit from elsewhere, at the token at
// index at, which does not fit; or "".
func (d *diagnosis) habit(at int) string {
	if at == 0 || at >= len(d.tokens) {
		return ""
	}
	for _, rule := range []func(int, lexer.Token, lexer.Token) string{
		d.habitOfStatement, d.habitOfQuotes, d.habitOfLists, d.habitOfExpressions, d.habitOfTypes,
	} {
		if hint := rule(at, d.tokens[at-1], d.tokens[at]); hint != "" {
			return hint
		}
	}
	return ""
}

// habitOfStatement is about whole statements.
func (d *diagnosis) habitOfStatement(at int, _, bad lexer.Token) string {
	first := d.tokens[0].Type
	switch {
	case d.statement && slices.Contains(statementWords, upper(bad.Value)) && d.try(d.tokens[:at]) > at:
		return `end the statement in front of it with ";"`
	case first == kwDROP && bad.Type == kwTOPIC:
		return "a topic is deleted with its stream or table: DROP STREAM name DELETE TOPIC"
	case first == kwALTER && d.tokens[1].Type != kwSYSTEM && at > 1 && (bad.Type == kwDROP || bad.Type == kwRENAME || bad.Type == tokIdent):
		return "columns can only be added: ADD COLUMN name type"
	case first == kwCREATE && (bad.Type == kwVIEW || bad.Type == kwMATERIALIZED):
		return "CREATE TABLE name AS SELECT ... makes a view that follows its sources"
	case first == kwINSERT && bad.Type == tokComma && d.try(d.tokens[:at]) > at:
		return "one statement inserts one row: write another INSERT INTO for the next"
	}
	return ""
}

// habitOfQuotes is about single quotes, double quotes and none.
func (d *diagnosis) habitOfQuotes(at int, _, bad lexer.Token) string {
	switch isName, isString := d.fits(at, tokIdent), d.fits(at, tokString); {
	case bad.Type == tokString && isName && !isString:
		return "a name is written without quotes, or in backquotes: `" + unquote(bad.Value) + "`"
	case canName(bad.Type) && isString && !isName && !d.fits(at, tokPlus): // Behind a name a string makes a typed literal.
		text := bad.Value
		if bad.Type == tokQuotedIdent {
			text = unquote(text)
		}
		return "strings are written in single quotes: " + QuoteString(text)
	}
	return ""
}

// habitOfLists is about commas and what stands between them.
func (d *diagnosis) habitOfLists(at int, before, bad lexer.Token) string {
	switch {
	case before.Type == tokComma && (bad.Type == kwFROM || bad.Type == tokRParen):
		return "remove the comma in front of it"
	case bad.Type == tokComma && d.fits(at, kwJOIN):
		return "sources are joined with JOIN ... ON"
	case before.Type == tokLParen && bad.Type == tokRParen && at > 1 && d.tokens[at-2].Type == kwIN:
		return "IN needs at least one value"
	}
	return ""
}

// habitOfExpressions is about operators and calls.
func (d *diagnosis) habitOfExpressions(at int, before, bad lexer.Token) string {
	switch {
	case bad.Type == tokEq && before.Type == tokEq && tokenEnd(&before) == bad.Pos.Offset:
		return "equality is written ="
	case bad.Type == kwDISTINCT && before.Type == tokLParen:
		return "COUNT_DISTINCT(x) counts the different values, COLLECT_SET(x) collects them"
	case at > 1 && d.tokens[at-2].Type == tokArrow && bad.Type == tokLParen:
		return "a lambda is written x => ..., and -> reaches a field of a STRUCT"
	}
	return ""
}

// habitOfTypes is about types and windows.
func (d *diagnosis) habitOfTypes(at int, before, bad lexer.Token) string {
	if before.Type == kwDECIMAL && bad.Type != tokLParen {
		return "say how many digits there are, and how many of them behind the point: DECIMAL(10, 2)"
	}
	for i := at - 1; i > 0; i-- {
		switch d.tokens[i-1].Type {
		case kwTUMBLING, kwHOPPING, kwSESSION:
			if d.tokens[i].Type == tokLParen && len(d.openBrackets(at)) > len(d.openBrackets(i)) {
				return windowExamples[d.tokens[i-1].Type]
			}
		}
	}
	return ""
}

var windowExamples = map[lexer.TokenType]string{
	kwTUMBLING: "e.g. TUMBLING (SIZE 1 MINUTE)",
	kwHOPPING:  "e.g. HOPPING (SIZE 1 HOUR, ADVANCE BY 5 MINUTES)",
	kwSESSION:  "e.g. SESSION (5 MINUTES)",
}

// strangers are characters that other languages have and SQL has not.
var strangers = map[rune]string{
	'&': "conditions are joined with AND",
	'|': "conditions are joined with OR, and texts with ||",
	'!': "a condition is negated with NOT, and unequal is <>",
	':': "CAST(x AS type) converts",
	'#': "a comment begins with --",
	'{': "values are written ARRAY[...], MAP(...) and STRUCT(...), and a variable ${name}",
	'}': "values are written ARRAY[...], MAP(...) and STRUCT(...), and a variable ${name}",
}
