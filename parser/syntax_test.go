package parser

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestSyntaxIsAccepted derives statements from the forms: each must parse, and
// together they are of every kind there is.
func TestSyntaxIsAccepted(t *testing.T) {
	n := newMeasured()
	kinds := map[string]bool{}
	for i, s := range StatementSyntax() {
		t.Run(strings.ReplaceAll(s.Name, " ", "_"), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				var words []string
				n.derive(t, n.statements[i], rapid.IntRange(0, 24).Draw(t, "depth"), &words)
				text := strings.Join(words, " ")
				parsed, err := ParseStatement(text)
				if err != nil {
					t.Fatalf("%s\n%v", text, err)
				}
				kinds[fmt.Sprintf("%T", parsed)] = true
			})
		})
	}
	if len(kinds) != 39 { // All there are; see TestWalkStatements.
		t.Errorf("the forms give %d kinds of statements: %v", len(kinds), slices.Sorted(maps.Keys(kinds)))
	}
}

// TestSyntaxIsComplete recognises every statement that parses: those of the text
// tests, and queries, expressions and types drawn at random.
func TestSyntaxIsComplete(t *testing.T) {
	n := newNotation()
	for _, src := range seedTexts(t) {
		statements, _ := Parse(src)
		for _, s := range statements {
			if !n.recognises(n.terms["statement"], s.Text()) {
				t.Errorf("no form has %s", s.Text())
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		g := &generator{t: t}
		if text := Print(g.query()); !n.recognises(n.terms["query"], text) {
			t.Errorf("no form has %s", text)
		}
		g.depth = 3
		if text := Print(g.typeExpr()); !n.recognises(n.terms["type"], text) {
			t.Errorf("no form has %s", text)
		}
	})
}

// TestSyntaxRefuses: the recogniser of the tests above can say no.
func TestSyntaxRefuses(t *testing.T) {
	n := newNotation()
	for _, text := range []string{"SELECT FROM s", "SELECT a FROM s WHERE", "SELECT a FROM s LIMIT 1 EMIT CHANGES", "DROP STREAM", "SHOW", "SELECT a = b = c FROM s"} {
		if n.recognises(n.terms["statement"], text) {
			t.Errorf("a form has %s", text)
		}
	}
}

func TestSyntaxIsTold(t *testing.T) {
	n := newNotation()
	names := map[string]bool{}
	for i, s := range StatementSyntax() {
		if names[s.Name] {
			t.Errorf("%s is there twice", s.Name)
		}
		names[s.Name] = true
		if !strings.HasSuffix(s.Summary, ".") || s.Family == "" {
			t.Errorf("%s: the summary is no sentence, or there is no family: %q", s.Name, s.Summary)
		}
		if !n.recognises(n.statements[i], strings.TrimSuffix(s.Example, ";")) || !strings.HasSuffix(s.Example, ";") {
			t.Errorf("%s: the example is not of its form: %s", s.Name, s.Example)
		}
		checkTermsKnown(t, n, s.Name, s.Form)
	}
	for _, term := range Terms() {
		_, hasForm := n.terms[term.Name]
		if !hasForm && term.Summary == "" || termWord.FindString(term.Name) != term.Name {
			t.Errorf("the term %s tells nothing", term.Name)
		}
		checkTermsKnown(t, n, term.Name, term.Form)
	}
}

func checkTermsKnown(t *testing.T, n *notation, name, form string) {
	for _, word := range termWord.FindAllString(form, -1) {
		if _, hasForm := n.terms[word]; !hasForm && termSamples[word] == nil {
			t.Errorf("%s: nothing tells what %q is", name, word)
		}
	}
}

func TestSyntaxOf(t *testing.T) {
	for words, want := range map[string]string{
		"create stream": "CREATE STREAM, CREATE STREAM AS SELECT", "Create  Stream as select": "CREATE STREAM AS SELECT",
		"insert": "INSERT INTO VALUES, INSERT INTO SELECT", "drop table t": "DROP TABLE", "select * from": "SELECT", "show stream": "", "abs": "",
		"terminate": "TERMINATE", "create type": "CREATE TYPE",
	} {
		var names []string
		for _, s := range SyntaxOf(words) {
			names = append(names, s.Name)
		}
		if got := strings.Join(names, ", "); got != want {
			t.Errorf("%s: %s, want %s", words, got, want)
		}
	}
}
