package parser

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/participle/v2/lexer"
)

// seedTexts are the inputs of the text tests.
func seedTexts(t testing.TB) []string {
	files, err := filepath.Glob("testdata/golden/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no text tests: %v", err)
	}
	var seeds []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range strings.Split(string(text), "\n----\n") {
			// The command is the last line before the input that follows a blank line.
			if i := strings.LastIndex(block, "\n\n"); i >= 0 {
				block = block[i+2:]
			}
			_, input, _ := strings.Cut(block, "\n")
			seeds = append(seeds, input)
		}
	}
	return seeds
}

// FuzzParse states what holds of every text: parsing never panics; a statement
// that parses is printed as text that parses to the same tree and prints the
// same; spans lie in the text and in the span around them; an error points into
// the text; and each piece of Split is one statement or one error.
func FuzzParse(f *testing.F) {
	for _, seed := range seedTexts(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		statements, err := Parse(src)
		for _, s := range statements {
			checkRoundTrip(t, s)
			checkSpans(t, src, s)
		}
		all := allErrors(err)
		for _, e := range all {
			checkError(t, src, e)
		}
		pieces := Split(src)
		if len(all) < maxErrors && len(pieces) != len(statements)+len(all) {
			t.Fatalf("%q: %d pieces, %d statements, error %v", src, len(pieces), len(statements), err)
		}
		checkPieces(t, src, pieces)
	})
}

// allErrors takes the error of Parse apart.
func allErrors(err error) Errors {
	var all Errors
	if errors.As(err, &all) {
		return all
	}
	if e := asError(err); e != nil {
		return Errors{e}
	}
	return nil
}

// checkPieces checks that pieces cover the text's tokens in order.
func checkPieces(t *testing.T, src string, pieces []Piece) {
	end := 0
	for i, p := range pieces {
		if p.At.Start < end || p.At.End > len(src) || p.Text != src[p.At.Start:p.At.End] {
			t.Fatalf("%q: piece %d at %+v is %q", src, i, p.At, p.Text)
		}
		if !p.Complete && i < len(pieces)-1 {
			t.Fatalf("%q: piece %d of %d is not complete", src, i, len(pieces))
		}
		if line, col := lineCol(src, p.At.Start); p.At.Line != line || p.At.Col != col {
			t.Fatalf("%q: piece %d at %+v is at %d:%d", src, i, p.At, line, col)
		}
		end = p.At.End
	}
}

// checkSpans checks that the span of each node names its place, lies in the
// span of the node around it and behind the nodes before it.
func checkSpans(t testing.TB, src string, s Statement) {
	t.Helper()
	if s.Text() != src[s.Span().Start:s.Span().End] {
		t.Fatalf("%q: statement at %+v has text %q", src, s.Span(), s.Text())
	}
	var check func(Node)
	check = func(n Node) {
		at := n.Span()
		if line, col := lineCol(src, at.Start); at.Line != line || at.Col != col {
			t.Fatalf("%q: %T at %+v, which is %d:%d", src, n, at, line, col)
		}
		if at.Start >= at.End {
			t.Fatalf("%q: %T is empty", src, n)
		}
		from := at.Start
		for _, child := range children(n) {
			if c := child.Span(); c.Start < from || c.End > at.End {
				t.Fatalf("%q: %T at %+v in %T at %+v, from byte %d on", src, child, c, n, at, from)
			}
			from = child.Span().End
			check(child)
		}
	}
	check(s)
}

// children are the nodes directly inside n.
func children(n Node) []Node {
	var list []Node
	Walk(n, func(m Node) bool {
		if m != n {
			list = append(list, m)
		}
		return m == n
	})
	return list
}

// FuzzExpr states of expressions what FuzzParse does of statements.
func FuzzExpr(f *testing.F) {
	for _, seed := range seedTexts(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		x, err := ParseExpr(src)
		if err != nil {
			checkError(t, src, asError(err))
			return
		}
		text := Print(x)
		again, err := ParseExpr(text)
		if err != nil || dump(again) != dump(x) {
			t.Fatalf("%s printed as %s: %v\n%s", src, text, err, dump(x))
		}
		if twice := Print(again); twice != text {
			t.Fatalf("printing is no fixpoint:\n%s\n%s", text, twice)
		}
	})
}

// FuzzSubstitute states that no value of a variable changes the statement
// around it: tokens stay what they are but for the variable's own, and the
// value arrives in quotes as it is.
func FuzzSubstitute(f *testing.F) {
	for _, seed := range []string{"x", "'x'", "-5", "1e3", "a b", "`a`", `"a"`, "'; DROP STREAM s; --", "/*", "*/", "${V}", "$", "", "\n"} {
		f.Add(seed)
	}
	const bare = "SELECT a, -${v}, 'a'${v}'b', \"c\"${v}`d` -- ${v}\nFROM s /* ${v} */;"
	const quoted = "SELECT '${v}', `x${v}`, \"${v}y\" FROM s;"
	f.Fuzz(func(t *testing.T, value string) {
		vars := map[string]string{"V": value}
		if text, err := SubstituteVariables(bare, vars); err == nil {
			want := tokens(strings.ReplaceAll(bare, "${v}", " \x00 "))
			checkSubstituted(t, tokens(text), want, tokens(value))
		}
		text, err := SubstituteVariables(quoted, vars)
		if err != nil {
			t.Fatal(err)
		}
		got := tokens(text)
		want := map[int]string{1: value, 3: "x" + value, 5: value + "y"}
		for i, s := range want {
			if i == 1 || s != "" {
				if unquote(got[i].Value) != s {
					t.Fatalf("%q gave %s", value, text)
				}
			}
		}
		if len(got) != len(tokens(quoted)) {
			t.Fatalf("%q gave %s", value, text)
		}
	})
}

// checkSubstituted compares tokens with want, in which \x00 stands for those of
// the value.
func checkSubstituted(t *testing.T, got, want, value []lexer.Token) {
	if len(value) > 2 {
		t.Fatalf("a value of %d tokens was taken", len(value))
	}
	for _, w := range want {
		expect := []lexer.Token{w}
		if w.Value == "\x00" {
			expect = value
		}
		for _, e := range expect {
			if len(got) == 0 || got[0].Type != e.Type || got[0].Value != e.Value {
				t.Fatalf("got %v, want %v", got, e)
			}
			got = got[1:]
		}
	}
}
