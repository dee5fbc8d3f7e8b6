package shell

import (
	"fmt"
	"io"
	"slices"
	"strings"

	prompt "github.com/c-bata/go-prompt"

	"github.com/leatdb/leat/parser"
)

// help tells about the shell, a statement, a function, or a word of statements.
func (p *session) help(args string) error {
	if args == "" {
		p.overview()
		return nil
	}
	forms := parser.SyntaxOf(args)
	if len(forms) == 0 {
		return p.wordHelp(args)
	}
	for i, s := range forms {
		if i > 0 {
			fmt.Fprintln(p.shell.Out)
		}
		statementHelp(p.shell.Out, s)
	}
	return nil
}

// wordHelp tells about a function, or about the parts of statements in which a
// keyword stands.
func (p *session) wordHelp(word string) error {
	isFunction := slices.ContainsFunc(p.functions(), func(s prompt.Suggest) bool { return strings.EqualFold(s.Text, word+"(") })
	if terms := parser.TermsWith(word); len(terms) > 0 && !isFunction {
		for _, t := range terms {
			fmt.Fprintf(p.shell.Out, "%-12s %s\n", t.Name, strings.ReplaceAll(t.Form, "\n", "\n"+strings.Repeat(" ", 13)))
		}
		return nil
	}
	if err := p.shell.Run(p.ctx, "DESCRIBE FUNCTION "+word+";"); !IsReported(err) {
		return err
	}
	return nil
}

// statementHelp writes what a statement does, its form with what the words in it
// stand for, and an example.
func statementHelp(w io.Writer, s parser.Syntax) {
	fmt.Fprintf(w, "%s: %s\n\n%s;\n\n", s.Name, s.Summary, indent(s.Text()))
	for _, t := range parser.TermsOf(false, s.Text()) {
		what := t.Form
		if what == "" {
			what = t.Summary
		}
		fmt.Fprintf(w, "    %-12s %s\n", t.Name, strings.ReplaceAll(what, "\n", "\n"+strings.Repeat(" ", 17)))
	}
	fmt.Fprintf(w, "\nFor example:\n\n%s\n", indent(s.Example))
}

func indent(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }

func (p *session) overview() {
	fmt.Fprintln(p.shell.Out, "Statements end with a semicolon. Tab completes, F1 explains the word at the cursor, Ctrl-C stops a running query.")
	for _, c := range shellCommands() {
		fmt.Fprintf(p.shell.Out, "  %-30s %s\n", c.name+" "+c.args, c.help)
	}
	var names []string
	for _, s := range parser.StatementSyntax() {
		names = append(names, strings.ToLower(s.Name))
	}
	fmt.Fprintln(p.shell.Out, "help and a statement, a clause or a function tells its form, with an example. The statements:")
	for _, line := range wrap(names, 100) {
		fmt.Fprintln(p.shell.Out, "  "+line)
	}
}

// wrap joins words with commas to lines of at most width bytes.
func wrap(words []string, width int) []string {
	var lines []string
	for _, w := range words {
		if n := len(lines); n > 0 && len(lines[n-1])+len(w)+2 <= width {
			lines[n-1] += ", " + w
			continue
		}
		lines = append(lines, w)
	}
	return lines
}

// helpAtCursor explains the word before the cursor: a statement or a function.
func (p *session) helpAtCursor(b *prompt.Buffer) {
	word := strings.ToLower(strings.TrimRight(b.Document().GetWordBeforeCursorUntilSeparator(" ,()"), "("))
	fmt.Fprint(p.shell.Out, "\r\n")
	if word == "" {
		p.overview()
		return
	}
	// A word that is neither is told so by the statement itself.
	_ = p.help(word)
}
