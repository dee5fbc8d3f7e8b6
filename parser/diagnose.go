package parser

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// diagnosis finds out what to say about a text that does not parse.
//
// Readers and grammar tags report only the first token that does not fit. What
// could have stood there is found by asking them again: the text is cut in front
// of the token, each kind of token is put there in turn, and those that are read
// past are what was expected. This keeps one description of the grammar and
// costs nothing while texts are right.
type diagnosis struct {
	parse *parse
	// tokens of the statement, without its `;` and without EOF.
	tokens []lexer.Token
	// end stands behind them: `;` or EOF.
	end lexer.Token
	// read is what the tokens should be.
	read func(*reader) error
	// statement: they should be one, with its `;` if it is needed.
	statement, needSemicolon bool
}

// maxProbe bounds how many tokens are read again for each kind of token.
const maxProbe = 2000

// diagnosis prepares to explain why read failed on the text from the token first on.
func (p *parse) diagnosis(first lexer.RawCursor, read func(*reader) error) *diagnosis {
	last := first
	for t := p.typeAt(last); t != tokSemicolon && t != lexer.EOF; t = p.typeAt(last) {
		last++
	}
	return &diagnosis{
		parse: p, tokens: p.lex.Range(first, last), end: p.lex.Range(last, last+1)[0], read: read,
	}
}

// explain turns the error of read into one for the user.
func (d *diagnosis) explain(err error) *Error {
	bad, ok := badToken(err)
	if !ok {
		e := asError(err)
		e.locate(d.parse.src)
		return e
	}
	at := d.indexOf(bad.Pos.Offset)
	e := d.explainToken(at)
	e.locate(d.parse.src)
	return e
}

// indexOf is the index of the token at the byte position pos.
func (d *diagnosis) indexOf(pos int) int {
	i, _ := slices.BinarySearchFunc(d.tokens, pos, func(t lexer.Token, pos int) int { return t.Pos.Offset - pos })
	return i
}

func (d *diagnosis) token(i int) lexer.Token {
	if i < len(d.tokens) {
		return d.tokens[i]
	}
	return d.end
}

// explainToken says why the token at index at does not fit.
func (d *diagnosis) explainToken(at int) *Error {
	bad := d.token(at)
	if bad.Type == tokInvalid {
		return d.invalid(bad)
	}
	if at > maxProbe {
		return newError(bad, "unexpected "+describe(bad), "")
	}
	for _, rule := range []func(int) *Error{
		d.unsupported, d.unknownStatement, d.missingSemicolon, d.misspelt, d.reserved, d.bracket,
	} {
		if e := rule(at); e != nil {
			return e
		}
	}
	hint := ""
	if isClause(bad.Type) && d.hasClause(at) {
		hint = "the order is FROM, WINDOW, WHERE, GROUP BY, PARTITION BY, HAVING, EMIT, LIMIT"
	}
	return newError(bad, "unexpected "+describe(bad)+d.expectation(at), hint)
}

func newError(t lexer.Token, msg, hint string) *Error {
	return asError(errorAt(tokenSpan(&t), msg, hint))
}

// describe names a token in a message.
func describe(t lexer.Token) string {
	switch t.Type {
	case lexer.EOF:
		return "end of the text"
	case tokSemicolon:
		return `end of the statement`
	}
	return `"` + shorten(t.Value) + `"`
}

// try reads tokens and returns the index of the first that does not fit:
// len(tokens) when more had to follow, len(tokens)+1 when all is fine.
func (d *diagnosis) try(tokens []lexer.Token) int {
	end := lexer.EOFToken(lexer.Position{Offset: int(^uint(0) >> 1)})
	lex, err := lexer.Upgrade(&replay{tokens: tokens, end: end})
	if err != nil {
		return 0
	}
	r := &reader{lex: lex}
	err = d.read(r)
	if err == nil {
		if r.is(lexer.EOF) {
			return len(tokens) + 1
		}
		return int(lex.RawCursor())
	}
	pos := 0
	if bad, ok := badToken(err); ok {
		pos = bad.Pos.Offset
	} else {
		pos = asError(err).Pos
	}
	for i, t := range tokens {
		if t.Pos.Offset >= pos {
			return i
		}
	}
	return len(tokens)
}

// replay is a lexer over tokens there are already.
type replay struct {
	tokens []lexer.Token
	end    lexer.Token
	next   int
}

func (r *replay) Next() (lexer.Token, error) {
	if r.next == len(r.tokens) {
		return r.end, nil
	}
	r.next++
	return r.tokens[r.next-1], nil
}

// fits reports whether a token like t can stand at index at.
func (d *diagnosis) fits(at int, t lexer.TokenType) bool {
	return d.try(append(slices.Clip(d.tokens[:at]), sample(t, d.token(at).Pos))) > at
}

// progress is how far the statement is read with a token like t at index at.
func (d *diagnosis) progress(at int, t lexer.TokenType) int {
	tokens := slices.Clone(d.tokens)
	if at == len(tokens) {
		tokens = append(tokens, lexer.Token{})
	}
	tokens[at] = sample(t, d.token(at).Pos)
	return d.try(tokens)
}

// sample is a token of type t at pos.
func sample(t lexer.TokenType, pos lexer.Position) lexer.Token {
	text := map[lexer.TokenType]string{
		tokIdent: "x", tokString: "'x'", tokInteger: "1", tokDecimal: "1.5", tokFloat: "1E1", tokVariable: "${x}",
	}[t]
	if isKeyword(t) {
		text = keywords[t-firstKeyword].word
	} else if symbol, ok := punctuation[t]; ok {
		text = symbol
	}
	return lexer.Token{Type: t, Value: text, Pos: pos}
}

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
	if got := d.progress(at, tokIdent); got <= len(d.tokens) && got < at+3 {
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
	if at < len(d.tokens) {
		return nil
	}
	last := open[len(open)-1]
	closer := closers[last.Type]
	hint := fmt.Sprintf("the %q of line %d:%d is not closed", last.Value, last.Pos.Line, last.Pos.Column)
	if d.fits(at, closer) {
		return newError(bad, fmt.Sprintf("missing %q", punctuation[closer]), hint)
	}
	return newError(bad, "unexpected "+describe(bad)+d.expectation(at), hint)
}

var closers = map[lexer.TokenType]lexer.TokenType{tokLParen: tokRParen, tokLBracket: tokRBracket}

// openBrackets are the brackets in front of index at that are not closed.
func (d *diagnosis) openBrackets(at int) []lexer.Token {
	var open []lexer.Token
	for _, t := range d.tokens[:at] {
		switch t.Type {
		case tokLParen, tokLBracket:
			open = append(open, t)
		case tokRParen, tokRBracket:
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		}
	}
	return open
}

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
