package parser

import (
	"strings"
	"testing"
)

// deepTexts are constructs nested n times, each way the grammar can nest.
var deepTexts = []struct {
	name string
	text func(n int) string
}{
	{"parentheses", func(n int) string { return nest("(", "a", " + 1)", n) }},
	{"calls", func(n int) string { return nest("f((", "a", "), b)", n) }},
	{"lambdas", func(n int) string { return nest("f(a, (x, y) => ", "a", ")", n) }},
	{"signs", func(n int) string { return nest("- ", "a", "", n) }},
	{"NOT", func(n int) string { return nest("NOT ", "a", "", n) }},
	{"CASE", func(n int) string { return nest("CASE WHEN a THEN ", "a", " END", n) }},
	{"CASE operand", func(n int) string { return nest("CASE ", "a", " WHEN 1 THEN 2 END", n) }},
	{"CAST", func(n int) string { return nest("CAST(", "a", " AS INT)", n) }},
	{"types", func(n int) string { return "CAST(a AS " + nest("ARRAY<", "INT", ">", n) + ")" }},
	{"struct types", func(n int) string { return "CAST(a AS " + nest("STRUCT<a INT, b ", "INT", ">", n) + ")" }},
	{"postfix types", func(n int) string { return "CAST(a AS INT" + strings.Repeat(" ARRAY", n) + ")" }},
	{"arrays", func(n int) string { return nest("ARRAY[", "a", "]", n) }},
	{"maps", func(n int) string { return nest("MAP('a' := ", "a", ")", n) }},
	{"structs", func(n int) string { return nest("STRUCT(a := ", "a", ")", n) }},
	{"IN", func(n int) string { return nest("a IN (", "a", ")", n) }},
	{"subscripts", func(n int) string { return nest("a[", "a", "]", n) }},
	{"chained subscripts", func(n int) string { return "a" + strings.Repeat("[1]", n) }},
	{"fields", func(n int) string { return "a" + strings.Repeat("->b", n) }},
	{"AND", func(n int) string { return "a" + strings.Repeat(" AND b = 1", n) }},
	{"OR AND", func(n int) string { return "a" + strings.Repeat(" OR b AND c", n) }},
	{"sums", func(n int) string { return "a" + strings.Repeat(" + b * 2", n) }},
	{"time zones", func(n int) string { return "a" + strings.Repeat(" AT TIME ZONE 'x'", n) }},
}

func nest(open, inner, closer string, n int) string {
	return strings.Repeat(open, n) + inner + strings.Repeat(closer, n)
}

// TestDepth checks that constructs nest as deep as maxDepth allows, are refused
// beyond, and that parsing takes work in proportion to the text: a grammar that
// reads a construct twice per level would never get to the end here.
func TestDepth(t *testing.T) {
	for _, c := range deepTexts {
		t.Run(c.name, func(t *testing.T) {
			x, err := ParseExpr(c.text(1000))
			if err != nil {
				t.Fatal(err)
			}
			if again, err := ParseExpr(Print(x)); err != nil || Print(again) != Print(x) {
				t.Fatalf("does not read back: %v", err)
			}
			_, err = ParseExpr(c.text(maxDepth + 1))
			if err == nil || !strings.Contains(err.Error(), "too large to parse") {
				t.Fatalf("%d levels: %v", maxDepth+1, err)
			}
			_, err = ParseExpr(c.text(1000) + " )")
			if err == nil {
				t.Fatal("a bracket too many is fine")
			}
		})
	}
}

// TestLinear counts allocations as steps: ten times the text must not take
// much more than ten times as many.
func TestLinear(t *testing.T) {
	steps := func(text string) float64 {
		return testing.AllocsPerRun(1, func() {
			if _, err := ParseExpr(text); err != nil {
				t.Fatal(err)
			}
		})
	}
	for _, c := range deepTexts {
		if few, many := steps(c.text(40)), steps(c.text(400)); many > 12*few {
			t.Errorf("%s: %v allocations for 40 levels, %v for 400", c.name, few, many)
		}
	}
}

// TestNestedStatements bounds the nesting of EXPLAIN and of joins.
func TestNestedStatements(t *testing.T) {
	for name, text := range map[string]string{
		"EXPLAIN": strings.Repeat("EXPLAIN ", maxDepth+1) + "SELECT a FROM b",
		"joins":   "SELECT a FROM b" + strings.Repeat(" JOIN c ON d = e", maxDepth+1),
	} {
		_, err := ParseStatement(text)
		if err == nil || !strings.Contains(err.Error(), "too large to parse") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestManyErrors checks that a text full of errors is given up on.
func TestManyErrors(t *testing.T) {
	_, err := Parse(strings.Repeat("SELEC a FROM b;\n", 100_000))
	if all := allErrors(err); len(all) != maxErrors {
		t.Errorf("%d errors: %v", len(all), err)
	}
	_, err = Parse("INSERT INTO s VALUES (" + strings.Repeat("1, ", 100_000) + "FROM);")
	if err == nil || !strings.Contains(err.Error(), `unexpected "FROM"`) {
		t.Error(err)
	}
	_, err = Parse("INSERT INTO s VALUES (, " + strings.Repeat("1, ", 100_000) + "1);")
	if err == nil || !strings.Contains(err.Error(), `unexpected ",", expected an expression or ")"`) {
		t.Error(err)
	}
}
