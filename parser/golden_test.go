package parser

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestGolden runs the text tests of testdata/golden; -rewrite writes what they
// should be. The commands:
//
//	parse [tree] [spans]  statements as canonical SQL, their trees, their spans
//	expr [tree]           the same of one expression
//	type [tree]           the same of one type
//	error [as=...]        the message of a text that must not parse, below the
//	                      bad token (as: expr, type, statement; default a script)
//	split                 the pieces of a text
//	substitute [X=value]  a text with its variables replaced
//	next                  the keywords that can follow a text
func TestGolden(t *testing.T) {
	datadriven.Walk(t, "testdata/golden", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "parse":
				return goldenParse(t, d)
			case "expr":
				return goldenExpr(t, d)
			case "type":
				return goldenType(t, d)
			case "error":
				return goldenError(t, d)
			case "split":
				return goldenSplit(d.Input)
			case "substitute":
				return goldenSubstitute(d)
			case "next":
				return strings.Join(NextKeywords(d.Input), " ")
			}
			d.Fatalf(t, "unknown command %s", d.Cmd)
			return ""
		})
	})
}

func goldenParse(t *testing.T, d *datadriven.TestData) string {
	statements, err := Parse(d.Input)
	if err != nil {
		return "error: " + err.Error()
	}
	var b strings.Builder
	for _, s := range statements {
		checkRoundTrip(t, s)
		for _, note := range s.Directives() {
			fmt.Fprintf(&b, "--@%s: %s\n", note.Name, note.Value)
		}
		fmt.Fprintln(&b, Print(s))
		if d.HasArg("tree") {
			fmt.Fprintln(&b, dump(s))
		}
		if d.HasArg("spans") {
			b.WriteString(dumpSpans(d.Input, s))
		}
	}
	return b.String()
}

func goldenExpr(t *testing.T, d *datadriven.TestData) string {
	x, err := ParseExpr(d.Input)
	if err != nil {
		return "error: " + err.Error()
	}
	again, err := ParseExpr(Print(x))
	if err != nil || dump(again) != dump(x) {
		d.Fatalf(t, "%s does not read back: %v\n%s", Print(x), err, dump(x))
	}
	if d.HasArg("tree") {
		return Print(x) + "\n" + dump(x)
	}
	return Print(x)
}

func goldenType(t *testing.T, d *datadriven.TestData) string {
	x, err := ParseType(d.Input)
	if err != nil {
		return "error: " + err.Error()
	}
	again, err := ParseType(Print(x))
	if err != nil || dump(again) != dump(x) {
		d.Fatalf(t, "%s does not read back: %v", Print(x), err)
	}
	if d.HasArg("tree") {
		return Print(x) + "\n" + dump(x)
	}
	return Print(x)
}

// goldenError parses each line of the input, or the whole input if it has an
// argument `whole`.
func goldenError(t *testing.T, d *datadriven.TestData) string {
	texts := strings.Split(d.Input, "\n")
	if d.HasArg("whole") {
		texts = []string{d.Input}
	}
	as := "script"
	d.MaybeScanArgs(t, "as", &as)
	var b strings.Builder
	for _, src := range texts {
		err := parseAs(as, src)
		if err == nil {
			d.Fatalf(t, "%s parses", src)
		}
		var all Errors
		if !errors.As(err, &all) {
			all = Errors{err.(*Error)}
		}
		for _, e := range all {
			checkError(t, src, e)
			b.WriteString(pointAt(src, e))
		}
	}
	return b.String()
}

func parseAs(as, src string) (err error) {
	switch as {
	case "expr":
		_, err = ParseExpr(src)
	case "type":
		_, err = ParseType(src)
	case "statement":
		_, err = ParseStatement(src)
	default:
		_, err = Parse(src)
	}
	return err
}

// pointAt shows the line of an error with the bad text underlined.
func pointAt(src string, e *Error) string {
	line := strings.Split(src, "\n")[e.Line-1]
	length := max(1, len([]rune(strings.Split(src[e.Pos:e.end], "\n")[0])))
	mark := strings.Repeat(" ", e.Col-1) + strings.Repeat("^", length)
	return fmt.Sprintf("%s\n%s\n  %s\n", line, mark, e)
}

func goldenSplit(src string) string {
	var b strings.Builder
	for _, p := range Split(src) {
		fmt.Fprintf(&b, "%d:%d complete=%v %q", p.At.Line, p.At.Col, p.Complete, p.Text)
		for _, note := range p.Directives {
			fmt.Fprintf(&b, " @%s=%q", note.Name, note.Value)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func goldenSubstitute(d *datadriven.TestData) string {
	vars := map[string]string{}
	for _, arg := range d.CmdArgs {
		vars[arg.Key] = strings.Join(arg.Vals, ",")
	}
	text, err := SubstituteVariables(d.Input, vars)
	if err != nil {
		return "error: " + err.Error()
	}
	return text
}

// checkRoundTrip checks that Print and Parse undo each other.
func checkRoundTrip(t testing.TB, s Statement) {
	t.Helper()
	text := Print(s)
	again, err := ParseStatement(text)
	if err != nil {
		t.Fatalf("%s\nprinted as\n%s\ndoes not parse: %v", s.Text(), text, err)
	}
	if a, b := dump(s), dump(again); a != b {
		t.Fatalf("%s\nprinted as\n%s\nreads back differently:\n%s\nwas\n%s", s.Text(), text, b, a)
	}
	if twice := Print(again); twice != text {
		t.Fatalf("printing is no fixpoint:\n%s\n%s", text, twice)
	}
}

// checkError checks that an error points into its text.
func checkError(t testing.TB, src string, e *Error) {
	t.Helper()
	if e.Pos < 0 || e.Pos > len(src) || e.end < e.Pos || e.end > len(src) {
		t.Fatalf("%q: error at bytes [%d, %d): %v", src, e.Pos, e.end, e)
	}
	line, col := lineCol(src, e.Pos)
	if e.Line != line || e.Col != col {
		t.Fatalf("%q: error at byte %d, which is %d:%d: %v", src, e.Pos, line, col, e)
	}
	if e.Msg == "" {
		t.Fatalf("%q: error without a message", src)
	}
}

// lineCol is the line and column of a byte position.
func lineCol(src string, pos int) (line, col int) {
	line = 1 + strings.Count(src[:pos], "\n")
	start := strings.LastIndexByte(src[:pos], '\n') + 1
	col = 1
	for i := start; i < pos; i++ {
		if src[i]&0xC0 != 0x80 { // Not a continuation byte.
			col++
		}
	}
	return line, col
}
