package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/leatdb/leat/parser"
)

var rewrite = flag.Bool("rewrite", false, "write the pages to docs/sql")

var docs = filepath.Join("..", "..", "docs", "sql")

var pages = sync.OnceValues(func() (map[string][]byte, error) { return build(context.Background()) })

// TestReferenceIsCurrent runs the examples of all pages and compares what comes
// out with docs/sql.
func TestReferenceIsCurrent(t *testing.T) {
	if *rewrite {
		if err := write(docs); err != nil {
			t.Fatal(err)
		}
		return
	}
	made, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	there, err := filepath.Glob(filepath.Join(docs, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range there {
		if _, ok := made[filepath.Base(path)]; !ok {
			t.Errorf("%s has no page in internal/sqldocs/pages", path)
		}
	}
	for name, want := range made {
		have, err := os.ReadFile(filepath.Join(docs, name))
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(have, want) {
			t.Errorf("docs/sql/%s is not what go run ./internal/sqldocs writes; run it, and read the diff\n%s", name, firstDifference(have, want))
		}
	}
}

func firstDifference(have, want []byte) string {
	h, w := strings.Split(string(have), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(h), len(w)) {
		if h[i] != w[i] {
			return "have: " + h[i] + "\nwant: " + w[i]
		}
	}
	return "one is longer than the other"
}

var (
	linkTarget = regexp.MustCompile(`\]\(([^)]+)\)`)
	heading    = regexp.MustCompile(`(?m)^#+ (.+)$`)
)

// TestLinks: every link of the reference leads to a page and a heading.
func TestLinks(t *testing.T) {
	made, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	anchors := map[string]bool{}
	for name, text := range made {
		anchors[name] = true
		for _, h := range heading.FindAllStringSubmatch(string(text), -1) {
			anchors[name+"#"+anchor(h[1])] = true
		}
	}
	for name, text := range made {
		for _, m := range linkTarget.FindAllStringSubmatch(string(text), -1) {
			target := m[1]
			if strings.HasPrefix(target, "#") {
				target = name + target
			}
			if _, err := os.Stat(filepath.Join(docs, target)); !anchors[target] && (err != nil || !strings.HasPrefix(target, "../")) {
				t.Errorf("%s: there is no %s", name, m[1])
			}
		}
	}
}

// TestEveryStatementHasItsPlace: the form of every statement is on some page.
func TestEveryStatementHasItsPlace(t *testing.T) {
	made, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range parser.StatementSyntax() {
		found := false
		for _, text := range made {
			found = found || bytes.Contains(text, []byte("\n"+s.Text()+";\n"))
		}
		if !found {
			t.Errorf("no page shows the form of %s", s.Name)
		}
	}
}

// TestExamplesOfForms runs the example of every form, which help shows, too: each
// in a database of its own, in which what the examples speak of exists.
func TestExamplesOfForms(t *testing.T) {
	ctx := context.Background()
	before := []string{"CREATE STREAM", "CREATE TABLE AS SELECT", "CREATE STREAM AS SELECT", "CREATE TABLE", "CREATE TYPE"}
	for _, s := range parser.StatementSyntax() {
		if s.Family == "test" || s.Family == "connector" || s.Name == "RUN SCRIPT" {
			continue // Refused by a session; assert.md runs those of tests.
		}
		e, err := newExamples(ctx)
		if err != nil {
			t.Fatal(err)
		}
		sql := "DEFINE format = 'JSON'; SET 'auto.offset.reset'='earliest';\n"
		for _, name := range before {
			if name != s.Name {
				sql += mustFind(t, name).Example + "\n"
			}
		}
		sql += "INSERT INTO clicks VALUES ('ada', '/home', 2000);\n" + s.Example
		if s.Name == "CREATE STREAM" {
			sql = s.Example
		}
		if _, err := e.run(ctx, sql, false); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
		if err := e.db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func mustFind(t *testing.T, name string) parser.Syntax {
	t.Helper()
	s, err := find(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
