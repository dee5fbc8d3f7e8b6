package parser

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is what is wrong with a text and where.
type Error struct {
	Line, Col int    // Of the offending text, from 1; Col counts characters.
	Pos       int    // Its byte position.
	Near      string // The offending text, shortened; empty at the end of the text.
	Msg       string // What is wrong and what was expected instead.
	Hint      string // What to do about it; may be empty.

	end int // The byte position behind the offending text.
}

// Error is `line L:C: message; hint`.
func (e *Error) Error() string {
	s := fmt.Sprintf("line %d:%d: %s", e.Line, e.Col, e.Msg)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Errors are the errors of a script with more than one broken statement, in
// order.
type Errors []*Error

// Error is the first error and the number of the others.
func (es Errors) Error() string {
	if len(es) == 2 {
		return es[0].Error() + " (and 1 more error)"
	}
	return fmt.Sprintf("%s (and %d more errors)", es[0].Error(), len(es)-1)
}

// Unwrap gives errors.As the single errors.
func (es Errors) Unwrap() []error {
	errs := make([]error, len(es))
	for i, e := range es {
		errs[i] = e
	}
	return errs
}

// err is nil, the only error, or all of them.
func (es Errors) err() error {
	switch len(es) {
	case 0:
		return nil
	case 1:
		return es[0]
	}
	return es
}

func errorAt(at Span, msg, hint string) error {
	return &Error{Line: at.Line, Col: at.Col, Pos: at.Start, Msg: msg, Hint: hint, end: at.End}
}

// maxNear bounds Error.Near.
const maxNear = 40

// locate completes the error e of the text src.
func (e *Error) locate(src string) {
	if e.Near == "" && e.Pos < e.end && e.end <= len(src) {
		e.Near = shorten(src[e.Pos:e.end])
	}
}

// shorten cuts text to what fits into a message.
func shorten(text string) string {
	line, _, more := strings.Cut(text, "\n")
	line = strings.TrimSuffix(line, "\r")
	if utf8.RuneCountInString(line) > maxNear {
		line, more = string([]rune(line)[:maxNear]), true
	}
	if more {
		line += "..."
	}
	return line
}

// asError finds the *Error in err, which may be wrapped by participle.
func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// In returns the error of a piece as one of the text the piece was cut from; at
// is where the piece starts.
func (e *Error) In(at Span) *Error {
	moved := *e
	moved.Pos += at.Start
	moved.end += at.Start
	moved.Line += at.Line - 1
	if e.Line == 1 {
		moved.Col += at.Col - 1
	}
	return &moved
}
