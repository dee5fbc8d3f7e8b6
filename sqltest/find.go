package sqltest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// extensions are those of files that may hold tests.
var extensions = []string{".json", ".sql", ".test"}

// noTests says why a file holds no tests. Below a directory such a file is
// skipped.
type noTests struct {
	path, reason string
	at           string // Line and column, where that is known.
}

func (e *noTests) Error() string { return e.path + e.at + ": " + e.reason }

// load reads the tests of the paths, and names what it leaves out.
func (s *Suite) load(paths []string) (tests []*Test, skipped []Skip, err error) {
	if s.Mode != "" && !slices.Contains(ModeNames(), s.Mode) {
		return nil, nil, fmt.Errorf("there is no mode %q; the modes are %s", s.Mode, strings.Join(ModeNames(), ", "))
	}
	if s.Output != "" || s.Input != "" {
		t, err := s.statementsTest(paths)
		return []*Test{t}, nil, err
	}
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, nil, err
		}
		if !info.IsDir() {
			found, err := s.loadFile(p)
			if err != nil {
				return nil, nil, err
			}
			tests = append(tests, found...)
			continue
		}
		found, skips, err := s.loadDir(p)
		if err != nil {
			return nil, nil, err
		}
		tests, skipped = append(tests, found...), append(skipped, skips...)
	}
	return tests, skipped, nil
}

// loadDir reads the files below a directory, in order of their names. Hidden
// ones are passed by.
func (s *Suite) loadDir(dir string) (tests []*Test, skipped []Skip, err error) {
	other := otherFiles{}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		hidden := path != dir && strings.HasPrefix(d.Name(), ".")
		switch {
		case err != nil:
			return err
		case d.IsDir() && hidden:
			return fs.SkipDir
		case hidden, d.IsDir(), isCompanion(path):
			return nil
		case !slices.Contains(extensions, filepath.Ext(path)):
			other.add(path)
			return nil
		}
		found, err := s.loadFile(path)
		var none *noTests
		if errors.As(err, &none) {
			skipped = append(skipped, Skip{File: none.path + none.at, Reason: none.reason})
			return nil
		}
		tests = append(tests, found...)
		return err
	})
	return tests, append(skipped, other.skips()...), err
}

// otherFiles are the names of files of other kinds, per directory.
type otherFiles map[string][]string

func (o otherFiles) add(path string) {
	dir := filepath.Dir(path)
	o[dir] = append(o[dir], filepath.Base(path))
}

// skips names them, in a line for each directory.
func (o otherFiles) skips() []Skip {
	const most = 5
	var out []Skip
	for dir, names := range o {
		what := strings.Join(names[:min(most, len(names))], ", ")
		if len(names) > most {
			what += fmt.Sprintf(" and %d more", len(names)-most)
		}
		out = append(out, Skip{File: filepath.Join(dir, what), Reason: "tests are in files *" + strings.Join(extensions, ", *")})
	}
	slices.SortFunc(out, func(a, b Skip) int { return strings.Compare(a.File, b.File) })
	return out
}

// loadFile reads the tests of a file; which form it has follows from its
// extension and its content.
func (s *Suite) loadFile(path string) ([]*Test, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	switch filepath.Ext(path) {
	case ".json":
		return s.loadJSON(path, text)
	case ".sql":
		return s.loadSQL(path, string(text))
	case ".test":
		return s.loadScript(path, text)
	}
	return nil, &noTests{path: path, reason: "tests are in files *" + strings.Join(extensions, ", *")}
}

// loadJSON makes tests of a file of cases.
func (s *Suite) loadJSON(path string, text []byte) ([]*Test, error) {
	var form struct{ Tests, Inputs, Outputs json.RawMessage }
	if err := json.Unmarshal(stripComments(text), &form); err != nil {
		return nil, &noTests{path, err.Error(), jsonPlace(text, err)}
	}
	switch {
	case form.Tests != nil:
	case form.Inputs != nil || form.Outputs != nil:
		return nil, &noTests{path: path, reason: `records without statements: give their .sql file with -i and -o, or call them FILE.input.json and FILE.output.json beside FILE.sql`}
	default:
		return nil, &noTests{path: path, reason: `no file of cases: there is no member "tests"`}
	}
	cases, err := parseCases(path, text)
	if err != nil {
		return nil, err
	}
	var out []*Test
	for _, c := range cases {
		out = append(out, s.caseTest(c))
	}
	return out, nil
}

// caseTest makes a case a test.
func (s *Suite) caseTest(c *Case) *Test {
	t := &Test{File: c.File, Name: c.Name}
	switch {
	case c.Enabled != nil && !*c.Enabled:
		t.skip = "it is disabled"
	case c.served && s.Serve == nil:
		t.skip = "it needs a server"
	case c.served:
		t.run = func(ctx context.Context) error { return runServed(ctx, c, s.Serve) }
	default:
		m := s.caseMode()
		t.skip = c.undefined(m)
		t.run = func(ctx context.Context) error { return RunCase(ctx, c, m) }
	}
	return t
}

// loadScript makes a test of a script for each of its modes, or for the one asked
// for.
func (s *Suite) loadScript(path string, text []byte) ([]*Test, error) {
	script, err := ParseScript(path, text)
	if err != nil {
		return nil, err
	}
	var out []*Test
	for _, m := range Modes {
		if script.RunsIn(m) && (s.Mode == "" || s.Mode == m.Name) {
			out = append(out, &Test{File: path, Name: m.Name, Line: 1, run: script.test(m)})
		}
	}
	return out, nil
}

// jsonError adds to an error of reading JSON where in the file it is.
func jsonError(path string, text []byte, err error) error {
	return fmt.Errorf("%s%s: %w", path, jsonPlace(text, err), err)
}

// jsonPlace is `:line:column` of an error of reading JSON, or nothing.
func jsonPlace(text []byte, err error) string {
	offset := int64(-1)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	}
	if offset < 0 || offset > int64(len(text)) {
		return ""
	}
	before := text[:offset]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return fmt.Sprintf(":%d:%d", line, max(1, column))
}
