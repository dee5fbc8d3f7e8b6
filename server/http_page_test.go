package server_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

// TestHTTPPage runs the curl commands of docs/http.md in their order.
func TestHTTPPage(t *testing.T) {
	page, err := os.ReadFile("../docs/http.md")
	if err != nil {
		t.Fatal(err)
	}
	s := newScripted(t, "page")
	steps := 0
	for i, block := range strings.Split(string(page), "\n```") {
		kind, body, _ := strings.Cut(block, "\n")
		if i%2 == 0 || kind != "console" {
			continue
		}
		for _, step := range strings.Split("\n"+body, "\n$ ")[1:] {
			command, want, _ := strings.Cut(step, "\n")
			for strings.Count(command, "'")%2 == 1 { // A text in quotes goes on.
				var more string
				more, want, _ = strings.Cut(want, "\n")
				command += "\n" + more
			}
			if got := s.curl(t, command); got != s.stable(want) {
				t.Errorf("%s\nanswered  %s\nthe page has %s", command, got, want)
			}
			if err := s.db.Settle(t.Context()); err != nil && !s.db.Terminated() {
				t.Fatal(err)
			}
			steps++
		}
	}
	if steps < 9 {
		t.Errorf("only %d examples were found", steps)
	}
}

// curl makes the request of a curl command.
func (s *scripted) curl(t *testing.T, command string) string {
	t.Helper()
	method, body, url, client, header := http.MethodGet, "", "", s.h1, http.Header{}
	words := shellWords(command)
	for i := 1; i < len(words); i++ {
		switch words[i] {
		case "-s":
		case "--http2-prior-knowledge":
			client = s.h2
		case "-d":
			i++
			method, body = http.MethodPost, words[i]
		case "-H":
			i++
			name, value, _ := strings.Cut(words[i], ": ")
			header.Set(name, value)
		default:
			url = words[i]
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+strings.TrimPrefix(url, "localhost:8088"), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return s.stable(string(answer))
}
