package parser

import (
	"slices"

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

const (
	// maxProbe bounds how many tokens are read again for each kind of token;
	// statements that go wrong later get a shorter message.
	maxProbe = 500
	// maxBehind bounds how many tokens behind the bad one are looked at.
	maxBehind = 64
)

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
	d.tokens = d.tokens[:min(len(d.tokens), at+maxBehind)]
	for _, rule := range []func(int) *Error{
		d.unsupported, d.unknownStatement, d.missingSemicolon, d.misspelt, d.reserved, d.bracket,
	} {
		if e := rule(at); e != nil {
			return e
		}
	}
	hint := d.habit(at)
	if hint == "" && isClause(bad.Type) && d.hasClause(at) {
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
