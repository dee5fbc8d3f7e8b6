package parser

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// The rules below each explain one kind of error: they return nil when it is not
// that kind. explainToken tries them in order.

func (d *diagnosis) invalid(bad lexer.Token) *Error {
	for _, p := range d.parse.scan.problems {
		if p.start == bad.Pos.Offset {
			return newError(bad, p.msg, p.hint)
		}
	}
	return newError(bad, "unexpected "+describe(bad), "")
}

// unknownStatement explains a first word that starts no statement.
func (d *diagnosis) unknownStatement(at int) *Error {
	bad := d.token(at)
	if at > 0 || !d.statement {
		return nil
	}
	hint := "a statement starts with " + join(statementWords)
	if word := nearest(bad.Value, statementWords); word != "" {
		hint = "did you mean " + word + "?"
	}
	return newError(bad, "unknown statement "+describe(bad), hint)
}

// missingSemicolon explains the end of a text whose last statement is not ended.
func (d *diagnosis) missingSemicolon(at int) *Error {
	if !d.needSemicolon || d.end.Type != lexer.EOF || at < len(d.tokens) || d.try(d.tokens) <= len(d.tokens) {
		return nil
	}
	return newError(d.end, "missing \";\" at the end of the statement", "")
}

// misspelt explains a word that is nearly a keyword that would fit, at the bad
// token or, when a name was read there, just before it.
func (d *diagnosis) misspelt(at int) *Error {
	word, where, reach, slips := "", 0, at, 0
	for _, i := range []int{at, at - 1} {
		if i < 0 || i >= len(d.tokens) {
			continue
		}
		t := d.tokens[i]
		if t.Type != tokIdent && !(i == at && isKeyword(t.Type)) {
			continue
		}
		// A keyword that gets no further than any name there is no better.
		reach = max(reach, d.progress(i, tokIdent))
		for _, k := range keywords {
			if !near(t.Value, k.word) || isKeyword(t.Type) && !isPlural(t.Value, k.word) {
				continue
			}
			n := distance(upper(t.Value), k.word)
			if got := d.progress(i, keywordTypes[k.word]); got > reach || got == reach && word != "" && n < slips {
				word, where, reach, slips = k.word, i, got, n
			}
		}
	}
	if word == "" {
		return nil
	}
	bad := d.tokens[where]
	return newError(bad, "unexpected "+describe(bad), "did you mean "+word+"?")
}

// reserved explains a reserved word where a name would do.
func (d *diagnosis) reserved(at int) *Error {
	bad := d.token(at)
	if !isReserved(bad.Type) {
		return nil
	}
	// Reserved words may be used as names more than once: how far is the
	// statement read when all of them that stand for names are?
	tokens, reach := slices.Clone(d.tokens), at
	for reach < len(tokens) && isReserved(tokens[reach].Type) {
		i := reach
		tokens[i] = sample(tokIdent, tokens[i].Pos)
		if reach = d.try(tokens); reach <= i {
			break
		}
	}
	if reach <= len(tokens) && reach < at+3 {
		return nil
	}
	word := upper(bad.Value)
	return newError(bad, word+" is a reserved word", "to use it as a name, quote it: `"+word+"`")
}

// bracket explains brackets that do not match.
func (d *diagnosis) bracket(at int) *Error {
	bad := d.token(at)
	open := d.openBrackets(at)
	if len(open) == 0 {
		isOpen := func(t lexer.Token) bool { return t.Type == tokLt }
		if (bad.Type == tokRParen || bad.Type == tokRBracket) && !slices.ContainsFunc(d.tokens[:at], isOpen) {
			return newError(bad, "unexpected "+describe(bad)+d.expectation(at), "no bracket is open here")
		}
		return nil
	}
	last := open[len(open)-1]
	closer := closers[d.tokens[last].Type]
	if at < len(d.tokens) && !(isClause(bad.Type) && d.fits(at, closer) && d.before(at) != tokComma) {
		return nil
	}
	hint := fmt.Sprintf("the bracket of %q is not closed", d.around(last))
	if d.fits(at, closer) {
		return newError(bad, fmt.Sprintf("missing %q", punctuation[closer]), hint)
	}
	return newError(bad, "unexpected "+describe(bad)+d.expectation(at), hint)
}

var closers = map[lexer.TokenType]lexer.TokenType{tokLParen: tokRParen, tokLBracket: tokRBracket}

// around shows the bracket at index i with the name in front of it, or else with
// what follows it.
func (d *diagnosis) around(i int) string {
	switch bracket := d.tokens[i].Value; {
	case i > 0 && (canName(d.tokens[i-1].Type) || isKeyword(d.tokens[i-1].Type)):
		space := ""
		if tokenEnd(&d.tokens[i-1]) < d.tokens[i].Pos.Offset {
			space = " "
		}
		return shorten(d.tokens[i-1].Value) + space + bracket
	case i+1 < len(d.tokens):
		return bracket + shorten(d.tokens[i+1].Value)
	default:
		return bracket
	}
}

// openBrackets are the indexes of the brackets in front of index at that are not
// closed.
func (d *diagnosis) openBrackets(at int) []int {
	var open []int
	for i, t := range d.tokens[:at] {
		switch t.Type {
		case tokLParen, tokLBracket:
			open = append(open, i)
		case tokRParen, tokRBracket:
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		}
	}
	return open
}

// before is the type of the token in front of index at, which is not the first.
func (d *diagnosis) before(at int) lexer.TokenType { return d.tokens[at-1].Type }

func isClause(t lexer.TokenType) bool {
	return t == kwFROM || slices.ContainsFunc(clauses, func(c clause) bool { return c.first == t })
}

// hasClause reports whether a clause stands in front of index at.
func (d *diagnosis) hasClause(at int) bool {
	return slices.ContainsFunc(d.tokens[:at], func(t lexer.Token) bool { return isClause(t.Type) && t.Type != kwFROM })
}

// join writes words as `A, B or C`.
func join(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
