package sqltest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/leatdb/leat/parser"
)

// A test of this form is a file of statements, with the records that go in and
// those that must come out in JSON files: {"inputs": [...]} and {"outputs": [...]}.

// statementsTest makes the test of Suite.Input and Suite.Output.
func (s *Suite) statementsTest(paths []string) (*Test, error) {
	switch {
	case len(paths) != 1 || filepath.Ext(paths[0]) != ".sql":
		return nil, fmt.Errorf("files of inputs and outputs belong to one .sql file of statements, but there are the paths %q", paths)
	case s.Output == "":
		return nil, fmt.Errorf("the inputs %s need a file of expected outputs", s.Input)
	}
	text, err := os.ReadFile(paths[0])
	if err != nil {
		return nil, err
	}
	return statementsTest(paths[0], string(text), s.Input, s.Output)
}

// loadSQL makes tests of a file of statements: those its directives name, or one
// of the whole file when its outputs are beside it.
func (s *Suite) loadSQL(path, text string) ([]*Test, error) {
	if hasDirectives(text) {
		return s.loadDirectives(path, text)
	}
	input, output, err := companions(path)
	if err != nil {
		return nil, err
	}
	if output == "" {
		return nil, &noTests{path: path, reason: "statements without tests: there is no line `--@test: name`, and no file " +
			filepath.Base(strings.TrimSuffix(path, ".sql")) + ".output.json or output.json beside it"}
	}
	t, err := statementsTest(path, text, input, output)
	return []*Test{t}, err
}

// companions finds the records of a file of statements: FILE.output.json beside
// FILE.sql or, when it is the only such file there, output.json; and the inputs
// likewise. Inputs may be missing.
func companions(path string) (input, output string, err error) {
	base := strings.TrimSuffix(path, ".sql")
	if exists(base + ".output.json") {
		return ifExists(base + ".input.json"), base + ".output.json", nil
	}
	dir := filepath.Dir(path)
	output = filepath.Join(dir, "output.json")
	if !exists(output) {
		return "", "", nil
	}
	others, err := filepath.Glob(filepath.Join(dir, "*.sql"))
	if err != nil {
		return "", "", err
	}
	for _, other := range others {
		if filepath.Base(other) == filepath.Base(path) || exists(strings.TrimSuffix(other, ".sql")+".output.json") {
			continue
		}
		text, err := os.ReadFile(other)
		if err != nil {
			return "", "", err
		}
		if !hasDirectives(string(text)) {
			return "", "", &noTests{path: path, reason: fmt.Sprintf("%s may belong to it or to %s; call the records FILE.input.json and FILE.output.json", output, other)}
		}
	}
	return ifExists(filepath.Join(dir, "input.json")), output, nil
}

// isCompanion tells whether a file holds the records of statements beside it.
func isCompanion(path string) bool {
	for _, suffix := range []string{".input.json", ".output.json"} {
		if base, ok := strings.CutSuffix(path, suffix); ok && exists(base+".sql") {
			return true
		}
	}
	if base := filepath.Base(path); base != "input.json" && base != "output.json" {
		return false
	}
	statements, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*.sql"))
	return err == nil && len(statements) > 0
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func ifExists(path string) string {
	if exists(path) {
		return path
	}
	return ""
}

// statementsTest makes a test of the three files; input may be empty.
func statementsTest(path, text, input, output string) (*Test, error) {
	c := &Case{File: path, Statements: placed(text)}
	var err error
	if c.Outputs, err = readRecordFile(output, "outputs"); err != nil {
		return nil, err
	}
	if input != "" {
		if c.Inputs, err = readRecordFile(input, "inputs"); err != nil {
			return nil, err
		}
	}
	if at := insertsValues(c.Statements); at != "" && len(c.Inputs) > 0 {
		return nil, fmt.Errorf("%s:%s: INSERT INTO ... VALUES beside a file of inputs leaves open which comes first; move the row into %s", path, at, input)
	}
	return &Test{File: path, Line: 1, run: func(ctx context.Context) error { return RunCase(ctx, c, straight) }}, nil
}

// placed cuts a text into statements. Each stands behind as many lines and
// spaces as in the file, so that errors point there.
func placed(text string) []string {
	var out []string
	for _, piece := range parser.Split(text) {
		out = append(out, placedPiece(piece))
	}
	return out
}

func placedPiece(p parser.Piece) string {
	return strings.Repeat("\n", p.At.Line-1) + strings.Repeat(" ", p.At.Col-1) + p.Text
}

// insertsValues returns the place of the first INSERT INTO ... VALUES.
func insertsValues(statements []string) string {
	for _, sql := range statements {
		stmt, err := parser.ParseStatement(sql)
		if err != nil {
			continue // The engine reports it.
		}
		if _, ok := stmt.(*parser.InsertValues); ok {
			return fmt.Sprintf("%d:%d", stmt.Span().Line, stmt.Span().Col)
		}
	}
	return ""
}

// readRecordFile reads the records that a file has as the named member.
func readRecordFile(path, member string) ([]CaseRecord, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	text = stripComments(text)
	var file struct{ Inputs, Outputs []CaseRecord }
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, jsonError(path, text, err)
	}
	records := file.Inputs
	if member == "outputs" {
		records = file.Outputs
	}
	if len(records) == 0 {
		return nil, fmt.Errorf("%s: there are no %s; expected {%q: [{\"topic\": ..., \"key\": ..., \"value\": ..., \"timestamp\": ...}, ...]}", path, member, member)
	}
	for i, r := range records {
		if r.Topic == "" {
			return nil, fmt.Errorf("%s: record %d of the %s has no \"topic\"", path, i+1, member)
		}
	}
	return records, nil
}
