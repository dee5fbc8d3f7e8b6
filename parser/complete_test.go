package parser

import (
	"slices"
	"strings"
	"testing"
)

func TestNextOf(t *testing.T) {
	for _, c := range []struct{ text, has, lacks string }{
		{"", "SELECT; INSERT INTO; CREATE; SHOW; DROP STREAM", "FROM; name"},
		{"SHOW STREAMS; ", "SELECT", "FROM"},
		{"CREATE", "OR REPLACE; STREAM; TABLE; SOURCE; TYPE", "AS; SELECT"},
		{"CREATE STREAM s", "WITH (; AS; (", "FROM; WHERE; name"},
		{"CREATE STREAM s WITH (", "name in property 0", "SELECT"},
		{"CREATE STREAM s WITH (a=1, ", "name in property 0", "SELECT"},
		{"CREATE STREAM s WITH (a=", "string in constant 0; TRUE", "name"},
		{"SELECT ", "name in operand 0; name in call 0; CASE; CAST (", "FROM; WHERE; GROUP BY"},
		{"SELECT a", "FROM; AND; LIKE; AS; IS", "WHERE; GROUP BY; SHOW"},
		{"SELECT a FROM", "name in source 0", "FROM; name in operand 0"},
		{"SELECT a FROM s", "WHERE; WINDOW; GROUP BY; PARTITION BY; EMIT; LIMIT; JOIN; LEFT; name in source 1", "FROM; AND"},
		{"SELECT a FROM s WINDOW", "TUMBLING ( SIZE; SESSION (", "WHERE"},
		{"SELECT a FROM s WINDOW TUMBLING (SIZE 1", "MINUTE; HOURS", "name"},
		{"SELECT a FROM s WHERE s.", "name in operand 2", "WHERE"},
		{"SELECT a FROM s EMIT", "CHANGES; FINAL", "LIMIT"},
		{"SELECT a FROM s EMIT CHANGES", "LIMIT", "WHERE"},
		{"DROP STREAM", "IF EXISTS; name in DROP STREAM 0", "SELECT"},
		{"INSERT INTO s VALUES (1, f(", "name in operand 0", "FROM"},
		{"SELEKT a", "", "FROM; SELECT"},
		{"PRINT", "name in resource 0", "SELECT"},
		{"SET", "string in SET 0", "SELECT"},
		{"SET 'a' =", "string in SET 1", "SELECT"},
	} {
		var got []string
		for _, n := range NextOf(c.text) {
			if n.Words != "" {
				got = append(got, n.Words)
				continue
			}
			got = append(got, n.Term, n.Term+" in "+n.Owner+" "+string(rune('0'+n.Nth)))
		}
		for _, want := range strings.Split(c.has, "; ") {
			if want != "" && !slices.Contains(got, want) {
				t.Errorf("%q: %q may follow, got %q", c.text, want, got)
			}
		}
		for _, not := range strings.Split(c.lacks, "; ") {
			if slices.Contains(got, not) {
				t.Errorf("%q: %q cannot follow, got %q", c.text, not, got)
			}
		}
	}
}

func TestMentions(t *testing.T) {
	got := Mentions("SELECT x FROM clicks c LEFT JOIN `Users` AS u WITHIN 1 HOUR ON c.id = u.id WHERE 'FROM no' <> y")
	want := []Mention{{"CLICKS", "C"}, {"Users", "U"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := Mentions("INSERT INTO t SELECT a FROM s EMIT CHANGES"); !slices.Equal(got, []Mention{{"T", "T"}, {"S", "S"}}) {
		t.Errorf("got %v", got)
	}
	if got := Mentions("SELECT a FROM"); got != nil {
		t.Errorf("got %v", got)
	}
}
