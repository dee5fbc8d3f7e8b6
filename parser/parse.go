package parser

import (
	"errors"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// Parse reads a script: statements that each end with `;`. A broken statement
// does not keep the ones behind it from being read, up to ten broken ones: the
// statements returned are those that are fine, and the error is an *Error or,
// for several, Errors.
func Parse(src string) ([]Statement, error) {
	return parseScript(src, true)
}

// ParseStatement reads exactly one statement; its `;` may be missing. The error
// is an *Error.
func ParseStatement(src string) (Statement, error) {
	p, err := newParse(src)
	if err != nil {
		return nil, err
	}
	s, err := p.statement(false)
	if err != nil {
		return nil, err
	}
	if !p.is(lexer.EOF) {
		e := errorAt(p.start(), "expected one statement but another one follows", "send one statement at a time")
		asError(e).locate(src)
		return nil, e
	}
	return s, nil
}

// ParseExpr reads one expression. The error is an *Error.
func ParseExpr(src string) (Expr, error) {
	return parseWhole(src, (*reader).expr)
}

// ParseType reads one type. The error is an *Error.
func ParseType(src string) (*TypeExpr, error) {
	return parseWhole(src, (*reader).typeExpr)
}

// parse is the reading of one text.
type parse struct {
	*reader
	src   string
	scan  *scanner
	notes []Directive // Those not yet given to a statement.
}

func newParse(src string) (*parse, error) {
	scan := newScanner(src)
	lex, err := lexer.Upgrade(scan)
	if err != nil {
		return nil, err
	}
	return &parse{reader: &reader{lex: lex}, src: src, scan: scan, notes: scan.notes}, nil
}

// maxErrors bounds the errors of one text: each takes far longer than a statement
// that is fine, and nobody reads more.
const maxErrors = 10

func parseScript(src string, needSemicolon bool) ([]Statement, error) {
	p, err := newParse(src)
	if err != nil {
		return nil, err
	}
	var statements []Statement
	var errs Errors
	for {
		for p.accept(tokSemicolon) { // Empty statements.
		}
		if p.is(lexer.EOF) {
			return statements, errs.err()
		}
		s, err := p.statement(needSemicolon)
		if err == nil {
			statements = append(statements, s)
			continue
		}
		if errs = append(errs, asError(err)); len(errs) == maxErrors {
			return statements, errs.err()
		}
		for !p.is(tokSemicolon) && !p.is(lexer.EOF) {
			p.next()
		}
	}
}

// statement reads a statement with its `;`, which may be missing at the end of
// the text unless it is needed. Errors are complete.
func (p *parse) statement(needSemicolon bool) (Statement, error) {
	for !needSemicolon && p.accept(tokSemicolon) {
	}
	first := p.lex.RawCursor()
	directives := p.takeNotes(p.peek().Pos.Offset)
	s, err := p.reader.statement()
	if err == nil && !p.accept(tokSemicolon) && (needSemicolon || !p.is(lexer.EOF)) {
		err = p.unexpected()
	}
	if err != nil {
		d := p.diagnosis(first, func(r *reader) error { _, err := r.statement(); return err })
		d.statement, d.needSemicolon = true, needSemicolon
		return nil, d.explain(err)
	}
	p.keepText(s)
	s.header().Notes = directives
	return s, nil
}

// takeNotes returns the directives in front of the statement at pos and drops
// those inside the statement before.
func (p *parse) takeNotes(pos int) []Directive {
	from := 0
	if at := p.lex.RawCursor(); at > 0 {
		from = tokenEnd(&p.lex.Range(at-1, at)[0])
	}
	var taken []Directive
	for len(p.notes) > 0 && p.notes[0].At.Start < pos {
		if p.notes[0].At.Start >= from {
			taken = append(taken, p.notes[0])
		}
		p.notes = p.notes[1:]
	}
	return taken
}

// keepText gives a statement its text.
func (p *parse) keepText(s Statement) {
	h := s.header()
	h.Source = p.src[h.At.Start:h.At.End]
	if e, ok := s.(*Explain); ok && e.Statement != nil {
		p.keepText(e.Statement)
	}
}

// parseWhole reads a text that is one construct.
func parseWhole[T any](src string, read func(*reader) (T, error)) (T, error) {
	var none T
	p, err := newParse(src)
	if err != nil {
		return none, err
	}
	v, err := read(p.reader)
	if err == nil && !p.is(lexer.EOF) {
		err = p.unexpected()
	}
	if err != nil {
		d := p.diagnosis(0, func(r *reader) error { _, err := read(r); return err })
		return none, d.explain(err)
	}
	return v, nil
}

// badToken is the token an error is about, if it is only about that.
func badToken(err error) (lexer.Token, bool) {
	var u *participle.UnexpectedTokenError
	if errors.As(err, &u) {
		return u.Unexpected, true
	}
	return lexer.Token{}, false
}
