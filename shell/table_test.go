package shell

import (
	"strings"
	"testing"

	"github.com/rivo/uniseg"

	"github.com/leatdb/leat/types"
)

func TestTableFitsTheTerminal(t *testing.T) {
	var b strings.Builder
	tab := NewTable(&b, []string{"NAME", "N", "TEXT"}, []bool{false, true, false}, 40)
	rows := [][]string{
		{"日本語のとても長い名前です", "1", strings.Repeat("x", 100)},
		{"a\u0301e\u0301", "22", "👨‍👩‍👧‍👦 family"},
		{"plain", "333", ""},
	}
	for _, r := range rows {
		if err := tab.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	n, err := tab.Close()
	if err != nil || n != 3 {
		t.Fatalf("Close = %d, %v", n, err)
	}
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	if len(lines) != 7 {
		t.Fatalf("want 7 lines, got %d:\n%s", len(lines), b.String())
	}
	for _, line := range lines {
		if w := uniseg.StringWidth(line); w != uniseg.StringWidth(lines[0]) || w > 40 {
			t.Errorf("line is %d wide: %s", w, line)
		}
	}
}

func TestFormatValueEscapesControls(t *testing.T) {
	got := FormatValue("a\x1b[31mb\tc\u0085")
	if strings.ContainsAny(got, "\x1b\t\u0085") {
		t.Errorf("control characters left in %q", got)
	}
	if got := FormatValue([]any{int64(1), nil, types.StructValue{{Name: "A", Value: "x"}}}); got != "[1, null, {A=x}]" {
		t.Errorf("nested value: %s", got)
	}
}
