package shell

import (
	"reflect"
	"testing"
)

func tokens(chunks ...string) []string {
	var s splitter
	var out []string
	drain := func(final bool) {
		for k := s.next(final); k != nil; k = s.next(final) {
			out = append(out, string(k))
		}
	}
	for _, c := range chunks {
		s.feed([]byte(c))
		drain(false)
	}
	drain(true)
	return out
}

func TestSplitter(t *testing.T) {
	for _, c := range []struct {
		name   string
		chunks []string
		want   []string
	}{
		{"typed", []string{"a", "b", "\r"}, []string{"a", "b", "\r"}},
		{"pasted lines in one read", []string{"SELECT 1\nFROM x;\r"}, []string{"SELECT 1", "\r", "FROM x;", "\r"}},
		{"bracketed paste", []string{"\x1b[200~a\tb\r\nc;\n\x1b[201~x"}, []string{"a", " ", "b", "\r", "c;", "\r", "x"}},
		{"arrow key", []string{"\x1b[A"}, []string{"\x1b[A"}},
		{"arrow key over three reads", []string{"\x1b", "[", "A"}, []string{"\x1b[A"}},
		{"lone escape", []string{"\x1b"}, []string{"\x1b"}},
		{"function key", []string{"\x1bOP\x1b[15~"}, []string{"\x1bOP", "\x1b[15~"}},
		{"split character", []string{"\xe6\x97", "\xa5x"}, []string{"日x"}},
		{"control c in text", []string{"ab\x03cd"}, []string{"ab", "\x03", "cd"}},
	} {
		if got := tokens(c.chunks...); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
