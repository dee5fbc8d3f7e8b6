package planner

import (
	"fmt"

	"github.com/leatdb/leat/parser"
)

// Error is why a statement is refused.
type Error struct {
	Line, Col int    // Of the offending part of the text, from 1; Col counts characters.
	Pos       int    // Its byte position.
	Msg       string // What is wrong and what was expected.
	Hint      string // What to do instead; may be empty.
	Cause     error  // What callers decide on; may be nil. Msg says it in words.
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Error is `line L:C: message; hint`, as the parser's errors are.
func (e *Error) Error() string {
	s := fmt.Sprintf("line %d:%d: %s", e.Line, e.Col, e.Msg)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// NewError makes an Error about a part of a statement, for those who carry plans
// out and find there what is wrong.
func NewError(at parser.Span, msg, hint string) *Error {
	e := errorAt(at, msg)
	e.Hint = hint
	return e
}

// errorf makes an Error about the node.
func errorf(at parser.Node, format string, args ...any) *Error {
	return errorAt(at.Span(), fmt.Sprintf(format, args...))
}

func errorAt(at parser.Span, msg string) *Error {
	return &Error{Line: max(at.Line, 1), Col: max(at.Col, 1), Pos: at.Start, Msg: msg}
}

// hint adds what to do.
func (e *Error) hint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}
