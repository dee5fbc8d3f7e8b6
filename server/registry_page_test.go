package server_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
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
	for i, block := range strings.Split(string(page), "\n```") {
		kind, body, _ := strings.Cut(block, "\n")
		if i%2 == 0 {
			continue // Text between blocks.
		}
		switch kind {
		case "sql":
			printed = runSQL(t, db, body)
			steps++
		case "text":
			if printed != body+"\n" {
				t.Errorf("printed\n%s\nthe page has\n%s", printed, body)
			}
		case "console":
			for _, step := range strings.Split("\n"+body, "\n$ ")[1:] {
				command, want, _ := strings.Cut(step, "\n")
				if got := curl(t, web.URL, command); got != want {
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

// curl makes the request of a curl command.
func curl(t *testing.T, base, command string) string {
	t.Helper()
	method, body, url := http.MethodGet, "", ""
	header := http.Header{}
	words := shellWords(command)
	for i := 1; i < len(words); i++ {
		switch words[i] {
		case "-s":
		case "-X":
			i++
			method = words[i]
		case "-d":
			i++
			body = words[i]
		case "-H":
			i++
			name, value, _ := strings.Cut(words[i], ": ")
			header.Set(name, value)
		default:
			url = words[i]
		}
	}
	req, err := http.NewRequestWithContext(context.Background(), method, base+strings.TrimPrefix(url, "localhost:8081"), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(answer))
}

// shellWords splits a command at spaces outside of single quotes.
func shellWords(command string) []string {
	var words []string
	for i, part := range strings.Split(command, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}
