package shell

import (
	"fmt"
	"io"
	"slices"
	"strings"

	prompt "github.com/c-bata/go-prompt"

	"github.com/leatdb/leat"
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
	isFunction := slices.ContainsFunc(p.memory.know(p.ctx).functions, func(f leat.FunctionName) bool { return strings.EqualFold(f.Name, word) })
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
	for _, c := range allCommands() {
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

// helpAtCursor explains the word at the cursor, or else the function call that
// the cursor is in: a statement, a clause or a function.
func (p *session) helpAtCursor(b *prompt.Buffer) {
	fmt.Fprint(p.shell.Out, "\r\n")
	d := b.Document()
	word := strings.ToLower(d.GetWordBeforeCursorUntilSeparator(wordEnds) + d.GetWordAfterCursorUntilSeparator(wordEnds))
	for _, w := range []string{word, enclosingCall(d.TextBeforeCursor())} {
		if w != "" && p.explainable(w) {
			// What can be explained gives no error.
			_ = p.help(w)
			return
		}
	}
	p.overview()
}

// explainable tells whether there is help about a word.
func (p *session) explainable(word string) bool {
	return len(parser.SyntaxOf(word)) > 0 || len(parser.TermsWith(word)) > 0 ||
		slices.ContainsFunc(p.memory.know(p.ctx).functions, func(f leat.FunctionName) bool { return strings.EqualFold(f.Name, word) })
}

// enclosingCall is the name before the innermost bracket that is open at the end
// of the text.
func enclosingCall(text string) string {
	open := 0
	for i := len(text) - 1; i >= 0; i-- {
		switch text[i] {
		case ')':
			open++
		case '(':
			if open == 0 {
				before := strings.TrimRight(text[:i], " ")
				return before[strings.LastIndexAny(before, wordEnds)+1:]
			}
			open--
		}
	}
	return ""
}
