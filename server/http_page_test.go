package server_test

import (
	"os"
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
	for kind, body := range pageBlocks(page) {
		if kind != "console" {
			continue
		}
		for command, want := range pageCommands(body) {
			if got := s.stable(curl(t, s.url, s.h1, s.h2, command)); got != s.stable(want) {
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
