package parser

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// maxExpected bounds the alternatives a message lists.
const maxExpected = 13

// expectation is `, expected ...` for the token at index at, or nothing.
func (d *diagnosis) expectation(at int) string {
	set := d.expected(at)
	var items []string
	for _, phrase := range phrases {
		if phrase.matches(set) {
			if phrase.text != "" {
				items = append(items, phrase.text)
			}
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
		items = append(items, d.endName())
	}
	if len(items) == 0 {
		return ""
	}
	if len(items) > maxExpected {
		return ", expected one of " + strings.Join(items[:maxExpected], ", ") + ", ..."
	}
	return ", expected " + join(items)
}

// endName is what ends a text that is complete.
func (d *diagnosis) endName() string {
	if d.statement {
		return `";"`
	}
	return "the end of the text"
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
	for _, pair := range wordPairs {
		if set[tokIdent] && d.fits(at, pair[0]) && d.fitPair(at, pair[0], pair[1]) && !d.fitPair(at, tokIdent, pair[1]) {
			set[pair[0]] = true
		}
	}
	return set
}

// wordPairs are words that are not reserved with what tells them from a name.
var wordPairs = [][2]lexer.TokenType{
	{kwEMIT, kwCHANGES}, {kwPARTITION, kwBY}, {kwIF, kwNOT}, {kwIF, kwEXISTS}, {kwFUNCTION, tokIdent}, {kwSESSION, tokLParen},
}

// fitPair reports whether two tokens can stand at index at.
func (d *diagnosis) fitPair(at int, first, second lexer.TokenType) bool {
	pos := d.token(at).Pos
	behind := pos
	behind.Offset++ // Told from pos by try; no token follows.
	tokens := append(slices.Clip(d.tokens[:at]), sample(first, pos), sample(second, behind))
	return d.try(tokens) > at+1
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
	text string // "" for what is not worth saying.
	// needs must all fit for the phrase to be said.
	needs []lexer.TokenType
	// covers need not be said then.
	covers []lexer.TokenType
}

func (p phrase) matches(set map[lexer.TokenType]bool) bool {
	return !slices.ContainsFunc(p.needs, func(t lexer.TokenType) bool { return !set[t] })
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
	{text: "a name", needs: []lexer.TokenType{tokIdent, kwSELECT, kwFROM, kwAND}, covers: append(allKeywords(), tokIdent)},
	{
		text: "a statement", needs: []lexer.TokenType{kwSELECT, kwCREATE, kwDROP, kwTERMINATE},
		covers: statementTypes(),
	},
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
	{needs: []lexer.TokenType{tokLParen, kwARRAY}, covers: []lexer.TokenType{tokLParen, kwARRAY}},
	{text: "JOIN", needs: append(joinTypes, kwJOIN), covers: append(joinTypes, kwJOIN)},
}

func allKeywords() []lexer.TokenType {
	var types []lexer.TokenType
	for t := firstKeyword; t <= lastKeyword; t++ {
		types = append(types, t)
	}
	return types
}

func statementTypes() []lexer.TokenType {
	var types []lexer.TokenType
	for _, word := range statementWords {
		types = append(types, keywordTypes[word])
	}
	return types
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
