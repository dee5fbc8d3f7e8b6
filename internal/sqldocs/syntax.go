package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leatdb/leat/parser"
)

// explained are terms with a page or section of their own.
var explained = []string{"query", "expression", "value", "type", "statement", "primary"}

func find(name string) (parser.Syntax, error) {
	for _, s := range parser.StatementSyntax() {
		if s.Name == name {
			return s, nil
		}
	}
	return parser.Syntax{}, fmt.Errorf("there is no statement %q", name)
}

// syntax is a block of the forms of statements, with the terms in them but for
// those that are explained elsewhere.
func syntax(names ...string) (string, error) {
	var forms []string
	for _, name := range names {
		s, err := find(name)
		if err != nil {
			return "", err
		}
		forms = append(forms, s.Text())
	}
	return codeBlock(strings.Join(forms, ";\n\n") + ";\n" + parts(forms)), nil
}

// parts tells the terms of forms and the terms of those.
func parts(forms []string) string {
	var b strings.Builder
	seen := map[string]bool{}
	for len(forms) > 0 {
		for _, t := range parser.TermsOf(false, forms[0]) {
			if seen[t.Name] || t.Form == "" || slices.Contains(explained, t.Name) {
				continue
			}
			seen[t.Name] = true
			forms = append(forms, t.Form)
			b.WriteString("\n" + definition(t))
		}
		forms = forms[1:]
	}
	return b.String()
}

func definition(t parser.Term) string {
	return t.Name + ": " + strings.ReplaceAll(t.Form, "\n", "\n"+strings.Repeat(" ", len(t.Name))) + "\n"
}

// terms is a block of the terms with these names; the first three lines of a
// page may hold no other.
func terms(names ...string) (string, error) {
	var b strings.Builder
	for _, name := range names {
		i := slices.IndexFunc(parser.Terms(), func(t parser.Term) bool { return t.Name == name && t.Form != "" })
		if i < 0 {
			return "", fmt.Errorf("there is no term %q with a form", name)
		}
		b.WriteString(definition(parser.Terms()[i]))
	}
	return codeBlock(b.String()), nil
}

// words is a table of the terms that are made of characters.
func words() string {
	var rows [][]string
	for _, t := range parser.Terms() {
		if t.Form == "" && t.Name != "statement" {
			rows = append(rows, []string{t.Name, t.Summary})
		}
	}
	return grid([]string{"term", "is"}, rows)
}

// example is the example of a statement, to be run.
func example(name string) (string, error) {
	text, err := exampleText(name)
	return exampleFence + "\n" + text + "\n```", err
}

func exampleText(name string) (string, error) {
	s, err := find(name)
	return s.Example, err
}

// summaries is a table of the statements of a family with what they do.
func summaries(family string) (string, error) {
	var rows [][]string
	for _, s := range parser.StatementSyntax() {
		if s.Family == family {
			rows = append(rows, []string{"`" + s.Name + "`", s.Summary})
		}
	}
	if len(rows) == 0 {
		return "", fmt.Errorf("there is no family %q", family)
	}
	return grid([]string{"statement", "does"}, rows), nil
}

// reserved lists the reserved words.
func reserved() string { return "`" + strings.Join(parser.ReservedWords(), "` `") + "`" }

func codeBlock(text string) string { return "```text\n" + text + "```" }

// grid is a table of Markdown.
func grid(head []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) {
		for i := range cells {
			cells[i] = strings.ReplaceAll(cells[i], "|", `\|`)
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	line(head)
	b.WriteString(strings.Repeat("|---", len(head)) + "|\n")
	for _, r := range rows {
		line(r)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
