package server_test

import (
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/server"
	"github.com/leatdb/leat/shell"
)

// TestRegistryPage runs what docs/registry.md shows, in its order: SQL blocks with
// the text below them, and the curl commands of console blocks. The Go block is
// that of Example_registry, which go test runs.
func TestRegistryPage(t *testing.T) {
	page, err := os.ReadFile("../docs/registry.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("../example_registry_test.go")
	if err != nil {
		t.Fatal(err)
	}
	db, err := leat.OpenMem(t.Context(), leat.WithProperty("auto.offset.reset", "earliest"))
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server.New(db, slog.New(slog.DiscardHandler)).Handler())
	defer func() {
		web.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	steps, printed := 0, ""
	for kind, body := range pageBlocks(page) {
		switch kind {
		case "sql":
			printed = runSQL(t, db, body)
			steps++
		case "text":
			if printed != body+"\n" {
				t.Errorf("printed\n%s\nthe page has\n%s", printed, body)
			}
		case "console":
			for command, want := range pageCommands(body) {
				if got := strings.TrimSpace(curl(t, web.URL, web.Client(), nil, command)); got != want {
					t.Errorf("%s\nanswered  %s\nthe page has %s", command, got, want)
				}
				steps++
			}
		case "go":
			if !strings.Contains(string(example), "\t"+strings.ReplaceAll(body, "\n", "\n\t")) {
				t.Errorf("the Go block is not in example_registry_test.go:\n%s", body)
			}
		}
	}
	if steps < 12 {
		t.Errorf("only %d examples were found", steps)
	}
}

// runSQL runs the statements of a block and returns what the shell prints.
func runSQL(t *testing.T, db *leat.DB, sql string) string {
	t.Helper()
	var out strings.Builder
	prompt := &shell.Shell{Session: db.NewSession(), Out: &out, Err: &out, Format: shell.Tabular}
	for _, piece := range parser.Split(sql) {
		if err := db.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		_ = prompt.Run(t.Context(), piece.Text) // What is wrong is printed.
	}
	return out.String()
}
