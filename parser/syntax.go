package parser

import (
	"regexp"
	"slices"
	"strings"
)

// Syntax is what the reference and the shell's help tell about one form of
// statement. Form is written so:
//
//	KEYWORD        itself, in any case        [ x ]      x or nothing
//	term           see [Terms]                { x | y }  one of them
//	( ) , = < ...  itself                     x, ...     x once or more, with commas
//	'['            itself                     x ...      x once or more
//
// The forms are no second grammar: the tests derive statements from them, which
// must parse, and recognise with them every statement that parses.
type Syntax struct {
	Name    string // e.g. CREATE STREAM.
	Family  string // Statements with one Family are explained together, e.g. create.
	Summary string // One sentence.
	Form    string
	Example string // A statement of this form.
}

// Text is the form with a term that stands alone replaced by what it stands for.
func (s Syntax) Text() string {
	for _, t := range TermsOf(false, s.Form) {
		if t.Name == s.Form {
			return t.Form
		}
	}
	return s.Form
}

// Term is a lower-case word of a [Syntax.Form] or of another term's Form. A term
// without a Form is made of characters; Summary says which.
type Term struct {
	Name    string
	Summary string // May be empty when there is a Form.
	Form    string
}

// StatementSyntax returns the forms of all statements, family by family.
func StatementSyntax() []Syntax {
	return slices.Concat(sourceSyntax, rowSyntax, showSyntax, sessionSyntax, otherSyntax)
}

// Terms returns the terms, those that are made of others first.
func Terms() []Term { return slices.Concat(queryTerms, expressionTerms, wordTerms) }

// SyntaxOf returns the forms that the words name, in any case: the one of that
// name, or else all whose name begins with the words or the other way round.
func SyntaxOf(words string) []Syntax {
	name := upper(strings.Join(strings.Fields(words), " "))
	var begins, begun []Syntax
	for _, s := range StatementSyntax() {
		switch {
		case s.Name == name, strings.HasPrefix(s.Name, name+" "):
			begins = append(begins, s)
		case strings.HasPrefix(name, s.Name+" "):
			begun = append(begun, s)
		}
	}
	if len(begins) > 0 {
		return begins
	}
	return begun
}

// TermsOf returns the terms that the forms mention, in the order of mention; with
// deep those that they mention follow, and so on.
func TermsOf(deep bool, forms ...string) []Term {
	known := map[string]Term{}
	for _, t := range Terms() {
		known[t.Name] = t
	}
	var found []Term
	for len(forms) > 0 {
		for _, word := range termWord.FindAllString(forms[0], -1) {
			t, ok := known[word]
			if !ok {
				continue
			}
			delete(known, word)
			found = append(found, t)
			if deep {
				forms = append(forms, t.Form)
			}
		}
		forms = forms[1:]
	}
	return found
}

// TermsWith returns the terms in whose form the keyword stands, in any case.
func TermsWith(keyword string) []Term {
	var found []Term
	for _, t := range Terms() {
		if slices.Contains(formKeyword.FindAllString(t.Form, -1), upper(keyword)) {
			found = append(found, t)
		}
	}
	return found
}

var formKeyword = regexp.MustCompile(`\b[A-Z]+\b`)

var termWord = regexp.MustCompile(`\b[a-z]+(-[a-z]+)*\b`)
