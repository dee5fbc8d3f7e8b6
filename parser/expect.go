package parser

import (
	"slices"

	"github.com/alecthomas/participle/v2/lexer"
)

// maxExpected bounds the alternatives a message lists.
const maxExpected = 10

// expectation is `, expected ...` for the token at index at, or nothing.
func (d *diagnosis) expectation(at int) string {
	set := d.expected(at)
	var items []string
	for _, phrase := range phrases {
		if phrase.matches(set) {
			items = append(items, phrase.text)
			for _, t := range phrase.covers {
				delete(set, t)
			}
		}
	}
	for t := tokLParen; t < endPunct; t++ {
		if set[t] {
			items = append(items, `"`+punctuation[t]+`"`)
		}
	}
	for _, word := range setKeywords(set) {
		if word == "GROUP" || word == "PARTITION" {
			word += " BY"
		}
		items = append(items, word)
	}
	if d.try(d.tokens[:at]) > at {
		items = append(items, `";"`)
	}
	if len(items) == 0 {
		return ""
	}
	if len(items) > maxExpected {
		return ", expected one of " + join(items[:maxExpected]) + " ..."
	}
	return ", expected " + join(items)
}

// expected is the set of token types that fit at index at.
func (d *diagnosis) expected(at int) map[lexer.TokenType]bool {
	set := map[lexer.TokenType]bool{}
	for _, t := range []lexer.TokenType{tokIdent, tokString, tokInteger, tokDecimal, tokVariable} {
		if d.fits(at, t) {
			set[t] = true
		}
	}
	for t := tokLParen; t < endPunct; t++ {
		if t != tokSemicolon && d.fits(at, t) {
			set[t] = true
		}
	}
	for t := firstKeyword; t <= lastKeyword; t++ {
		// Where a name fits, words that are not reserved fit as names.
		if (isReserved(t) || !set[tokIdent]) && d.fits(at, t) {
			set[t] = true
		}
	}
	return set
}

// setKeywords are the keywords of set: clauses in their order, then the others.
func setKeywords(set map[lexer.TokenType]bool) []string {
	var words []string
	add := func(t lexer.TokenType) {
		if set[t] {
			words = append(words, keywords[t-firstKeyword].word)
			delete(set, t)
		}
	}
	add(kwFROM)
	add(kwJOIN)
	for _, c := range clauses {
		add(c.first)
	}
	for t := firstKeyword; t <= lastKeyword; t++ {
		add(t)
	}
	return words
}

// phrase is a short name for a set of alternatives.
type phrase struct {
	text string
	// needs must all fit and lacks must not for the phrase to be said.
	needs, lacks []lexer.TokenType
	// covers need not be said then.
	covers []lexer.TokenType
}

func (p phrase) matches(set map[lexer.TokenType]bool) bool {
	has := func(t lexer.TokenType) bool { return set[t] }
	return !slices.ContainsFunc(p.lacks, has) &&
		!slices.ContainsFunc(p.needs, func(t lexer.TokenType) bool { return !set[t] })
}

var (
	literalTypes = []lexer.TokenType{tokString, tokInteger, tokDecimal, tokVariable, kwTRUE, kwFALSE, kwNULL, tokMinus}
	unitTypes    = []lexer.TokenType{
		kwMILLISECOND, kwMILLISECONDS, kwSECOND, kwSECONDS, kwMINUTE, kwMINUTES, kwHOUR, kwHOURS, kwDAY, kwDAYS,
	}
	operatorTypes = []lexer.TokenType{
		tokPlus, tokMinus, tokStar, tokSlash, tokPercent, tokConcat, tokEq, tokNe, tokLt, tokLe, tokGt, tokGe,
		tokLBracket, tokArrow, tokDot, tokLParen, tokString, kwAND, kwOR, kwNOT, kwBETWEEN, kwIN, kwLIKE, kwIS, kwAT,
	}
	joinTypes = []lexer.TokenType{kwINNER, kwLEFT, kwRIGHT, kwFULL}
)

// phrases are tried in order; what one covers the next do not see.
var phrases = []phrase{
	{
		text:  "an expression",
		needs: []lexer.TokenType{tokIdent, tokInteger, tokLParen, kwCASE},
		covers: slices.Concat(literalTypes, unitTypes, []lexer.TokenType{
			tokIdent, tokLParen, tokPlus, kwCASE, kwCAST, kwNOT,
		}),
	},
	{text: "an operator", needs: []lexer.TokenType{tokPlus, tokStar, tokConcat}, covers: operatorTypes},
	{text: "a type", needs: []lexer.TokenType{tokIdent, kwDECIMAL}, covers: []lexer.TokenType{tokIdent, kwDECIMAL}},
	{text: "a name", needs: []lexer.TokenType{tokIdent}, covers: []lexer.TokenType{tokIdent}},
	{text: "a literal", needs: []lexer.TokenType{tokString, tokInteger, kwTRUE}, covers: literalTypes},
	{text: "a string", needs: []lexer.TokenType{tokString}, covers: []lexer.TokenType{tokString}},
	{
		text: "a number", needs: []lexer.TokenType{tokInteger},
		covers: []lexer.TokenType{tokInteger, tokDecimal, tokMinus},
	},
	{text: "a time unit", needs: unitTypes, covers: unitTypes},
	{text: "JOIN", needs: append(joinTypes, kwJOIN), covers: append(joinTypes, kwJOIN)},
}

// NextKeywords returns the keywords that can follow the unfinished statement
// src, upper-case; words that would only be names there are not among them.
func NextKeywords(src string) []string {
	p, err := newParse(src)
	if err != nil {
		return nil
	}
	d := p.diagnosis(0, func(r *reader) error { _, err := r.statement(); return err })
	if len(d.tokens) > maxProbe || d.end.Type != lexer.EOF || d.try(d.tokens) < len(d.tokens) {
		return nil
	}
	return setKeywords(d.expected(len(d.tokens)))
}
