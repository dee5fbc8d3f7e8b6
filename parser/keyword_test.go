package parser

import (
	"slices"
	"strings"
	"testing"
)

// TestKeywords tries each keyword as a name: a reserved one is refused with the
// way out, the others are fine, and all are when quoted.
func TestKeywords(t *testing.T) {
	if !slices.IsSorted(Keywords()) || slices.Contains(Keywords(), "") {
		t.Fatalf("keywords are not sorted: %v", Keywords())
	}
	for _, word := range Keywords() {
		quoted := "`" + word + "`"
		for _, text := range []string{
			"CREATE STREAM %s (%s INT)", "SELECT a AS %s FROM %s AS %s", "DROP TYPE %s", "SELECT a.%s->%s FROM a",
			"INSERT INTO %s (%s) VALUES (1)",
		} {
			s, err := ParseStatement(strings.ReplaceAll(text, "%s", quoted))
			if err != nil {
				t.Fatal(err)
			}
			if reserved := strings.Contains(Print(s), quoted); reserved != IsReserved(word) {
				t.Errorf("printed as %s", Print(s))
			}
			again, err := ParseStatement(strings.ReplaceAll(text, "%s", strings.ToLower(word)))
			switch {
			case IsReserved(word) && (err == nil || !strings.Contains(err.Error(), "reserved word; to use it as a name, quote it: "+quoted)):
				t.Errorf("%s as a name: %v", word, err)
			case !IsReserved(word) && (err != nil || dump(again) != dump(s)):
				t.Errorf("%s as a name: %v", word, err)
			}
		}
	}
	for _, word := range StatementWords() {
		if _, ok := keywordTypes[word]; !ok {
			t.Errorf("%s is no keyword", word)
		}
	}
}
