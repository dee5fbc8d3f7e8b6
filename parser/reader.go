package parser

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// maxDepth bounds how deep expressions, types and statements nest and how high
// an expression's tree grows, so that neither parsing nor walking a tree can
// run out of stack.
const maxDepth = 5000

// reader reads the constructs that are not in the grammar tags, by recursive
// descent with a bounded look ahead. Its methods leave the lexer at the first
// token they do not take; an error that is not an *Error says only which token
// did not fit and diagnose finds out the rest.
type reader struct {
	lex *lexer.PeekingLexer
	// depth counts the constructs being read.
	depth int
	// height is the height of the highest tree built by the innermost construct
	// so far; grow keeps it.
	height int
	// itemStart is where the select item being read begins: only the primary
	// there may be followed by `->*`.
	itemStart Span
}

// capture lets participle read a T with a method of reader. It reports "no
// match" when the first token does not fit, as participle wants it.
func capture[T any](lex *lexer.PeekingLexer, dst *T, read func(*reader) (T, error)) error {
	start := lex.RawCursor()
	v, err := read(&reader{lex: lex})
	if err != nil {
		if lex.RawCursor() == start {
			return participle.NextMatch
		}
		return err
	}
	*dst = v
	return nil
}

func (r *reader) peek() *lexer.Token        { return r.lex.Peek() }
func (r *reader) next() *lexer.Token        { return r.lex.Next() }
func (r *reader) is(t lexer.TokenType) bool { return r.lex.Peek().Type == t }

// ahead returns the n-th token after the next one, or EOF.
func (r *reader) ahead(n int) *lexer.Token {
	at := r.lex.RawCursor()
	for ; ; at++ {
		t := &r.lex.Range(at, at+1)[0]
		if n == 0 || t.EOF() {
			return t
		}
		n--
	}
}

// typeAt is the type of the token at a cursor that is not behind EOF.
func (r *reader) typeAt(at lexer.RawCursor) lexer.TokenType { return r.lex.Range(at, at+1)[0].Type }

// follow reports whether the next tokens are of these types.
func (r *reader) follow(types ...lexer.TokenType) bool {
	for i, t := range types {
		if r.ahead(i).Type != t {
			return false
		}
	}
	return true
}

// accept takes the next token if it is of type t.
func (r *reader) accept(t lexer.TokenType) bool {
	if !r.is(t) {
		return false
	}
	r.next()
	return true
}

// expect takes the next token, which must be of type t.
func (r *reader) expect(t lexer.TokenType) (*lexer.Token, error) {
	if !r.is(t) {
		return nil, r.unexpected()
	}
	return r.next(), nil
}

// expectAll takes tokens of these types.
func (r *reader) expectAll(types ...lexer.TokenType) error {
	for _, t := range types {
		if _, err := r.expect(t); err != nil {
			return err
		}
	}
	return nil
}

// unexpected is the error of a next token that does not fit.
func (r *reader) unexpected() error {
	return &participle.UnexpectedTokenError{Unexpected: *r.peek()}
}

// since is the span from start to the last token taken.
func (r *reader) since(start Span) Span {
	at := r.lex.RawCursor()
	if at > 0 {
		start.End = tokenEnd(&r.lex.Range(at-1, at)[0])
	}
	return start
}

// start is the span of the next token, to begin a longer one with.
func (r *reader) start() Span { return tokenSpan(r.peek()) }

// enter begins a construct that may hold others of its kind. It returns what
// leave must be given at the construct's end.
func (r *reader) enter() (outer int, err error) {
	if r.depth++; r.depth > maxDepth {
		return 0, r.tooDeep(r.start())
	}
	outer, r.height = r.height, 0
	return outer, nil
}

func (r *reader) leave(outer int) {
	r.depth--
	r.height = max(outer, r.height)
}

// grow notes that a node was built at at over all that the construct has read
// so far.
func (r *reader) grow(at Span) error {
	if r.height++; r.height > maxDepth {
		return r.tooDeep(at)
	}
	return nil
}

func (r *reader) tooDeep(at Span) error {
	return errorAt(at, "the statement is too large to parse: too many nested expressions",
		"split it, or write long chains of comparisons with IN")
}

// list reads one or more items separated by commas.
func list[T any](r *reader, item func(*reader) (T, error)) ([]T, error) {
	var items []T
	for {
		v, err := item(r)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
		if !r.accept(tokComma) {
			return items, nil
		}
	}
}

// listUntil reads items separated by commas, possibly none, and the closing token.
func listUntil[T any](r *reader, closer lexer.TokenType, item func(*reader) (T, error)) ([]T, error) {
	if r.accept(closer) {
		return nil, nil
	}
	items, err := list(r, item)
	if err != nil {
		return nil, err
	}
	_, err = r.expect(closer)
	return items, err
}
