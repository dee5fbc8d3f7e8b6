package sqltest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leatdb/leat/parser"
)

// A test of this form is a stretch of a script, from `--@test: name` to the next
// one: statements that feed rows with INSERT INTO ... VALUES and look at what
// came of them with ASSERT. See docs/testing.md.

// directives are the comment lines that such a script knows.
const (
	directiveTest    = "test"
	directiveError   = "expected.error"
	directiveMessage = "expected.message"
)

// directedTest is one test of a script.
type directedTest struct {
	file       string
	name       string
	line       int
	statements []string // Each placed where it stands in the file.
	// wantError is the kind of error that must end the test, and wantMessage a part
	// of its text; empty when none is expected.
	wantError, wantMessage string
	anyMessage             bool // Do not compare wantMessage.
}

// hasDirectives tells whether a text is of this form.
func hasDirectives(text string) bool {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "--@"); ok {
			name, _, _ := strings.Cut(rest, ":")
			if strings.TrimSpace(name) == directiveTest {
				return true
			}
		}
	}
	return false
}

// loadDirectives makes a test of each stretch.
func (s *Suite) loadDirectives(path, text string) ([]*Test, error) {
	var made []*directedTest
	for _, piece := range parser.Split(text) {
		for i := range piece.Directives {
			d := &piece.Directives[i]
			if d.Name == directiveTest {
				t := &directedTest{file: path, name: d.Value, line: d.At.Line, anyMessage: s.AnyMessage}
				if err := newName(made, t, d); err != nil {
					return nil, err
				}
				made = append(made, t)
				continue
			}
			if err := setDirective(path, made, d); err != nil {
				return nil, err
			}
		}
		if len(made) == 0 {
			return nil, fmt.Errorf("%s:%d:%d: this statement belongs to no test; put a line `--@test: name` in front of it", path, piece.At.Line, piece.At.Col)
		}
		t := made[len(made)-1]
		t.statements = append(t.statements, placedPiece(piece))
	}
	out := make([]*Test, len(made))
	for i, t := range made {
		out[i] = &Test{File: path, Name: t.name, Line: t.line, run: t.run}
	}
	return out, nil
}

func newName(made []*directedTest, t *directedTest, d *parser.Directive) error {
	if t.name == "" {
		return directiveErrorf(t.file, d, "the test has no name; write `--@test: name`")
	}
	if i := slices.IndexFunc(made, func(o *directedTest) bool { return o.name == t.name }); i >= 0 {
		return directiveErrorf(t.file, d, "there is a test %q already, in line %d; give this one another name", t.name, made[i].line)
	}
	return nil
}

// setDirective applies a directive to the test it stands in.
func setDirective(path string, made []*directedTest, d *parser.Directive) error {
	if len(made) == 0 {
		return directiveErrorf(path, d, "`--@%s` belongs to no test; put a line `--@test: name` in front of it", d.Name)
	}
	t := made[len(made)-1]
	switch d.Name {
	case directiveError:
		t.wantError = d.Value
	case directiveMessage:
		t.wantMessage = d.Value
	default:
		return directiveErrorf(path, d, "there is no directive `--@%s`; there are `--@test: name`, `--@expected.error: kind` and `--@expected.message: text`", d.Name)
	}
	if d.Value == "" {
		return directiveErrorf(path, d, "`--@%s` has no value; write it behind a colon", d.Name)
	}
	return nil
}

func directiveErrorf(path string, d *parser.Directive, format string, args ...any) error {
	return fmt.Errorf("%s:%d:%d: %s", path, d.At.Line, d.At.Col, fmt.Sprintf(format, args...))
}

// negative tells that the test must end with an error.
func (t *directedTest) negative() bool { return t.wantError != "" || t.wantMessage != "" }
