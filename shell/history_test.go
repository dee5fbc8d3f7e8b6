package shell

import (
	"os"
	"path/filepath"
	"testing"
)

func TestOneLine(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT a\n  FROM s;\n":              "SELECT a FROM s;",
		"SELECT 'a  b' -- why\n FROM `x  y`": "SELECT 'a  b' /* why */ FROM `x  y`",
		"SELECT 'it''s  it';":                "SELECT 'it''s  it';",
		"SELECT 'a\nb';":                     "",
		"-- only */ this":                    "/* only * / this */",
	} {
		if got, ok := oneLine(text); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", text, got, ok, want)
		}
	}
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestHistoryIsSharedAndBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	first, _ := loadHistory(path)
	second, _ := loadHistory(path)
	for i, h := range []*history{first, second, first} {
		if err := h.add([]string{"A;", "B;", "C;"}[i]); err != nil {
			t.Fatal(err)
		}
	}
	again, err := loadHistory(path)
	if err != nil || len(again.lines) != 3 || again.lines[1] != "B;" {
		t.Errorf("%q, %v: want what both sessions added", again.lines, err)
	}
	many := make([]byte, 0, 3*(2*historyLines+1))
	for range 2*historyLines + 1 {
		many = append(many, "x;\n"...)
	}
	if err := os.WriteFile(path, many, 0o600); err != nil {
		t.Fatal(err)
	}
	if h, err := loadHistory(path); err != nil || len(h.lines) != historyLines {
		t.Errorf("%d lines, %v; want %d", len(h.lines), err, historyLines)
	}
	if kept, err := os.ReadFile(path); err != nil || len(kept) != 3*historyLines {
		t.Errorf("the file has %d bytes, %v", len(kept), err)
	}
}
