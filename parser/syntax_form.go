package parser

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// form is a piece of the notation of Syntax.Form.
type form struct {
	kind formKind
	text string // Of a word or term.
	kids []*form

	// Where it stands, for completion: the statement or term whose form it is part
	// of, how many words or terms of the same text are before it there, and what
	// follows it in its sequence.
	owner string
	nth   int
	after []*form
}

type formKind int

const (
	wordForm formKind = iota // A keyword or punctuation.
	termForm
	sequenceForm
	choiceForm
	optionalForm
	repeatForm // Once or more.
	listForm   // Once or more, with commas.
)

var notationToken = regexp.MustCompile(`, \.\.\.|\.\.\.|'[^']+'|[A-Z]+|[a-z]+(?:-[a-z]+)*|:=|=>|->|<>|<=|>=|[][{}|(),=<>.+*/%-]`)

// parseForm reads the notation, or panics: a table of this package is wrong.
func parseForm(text string) *form {
	p := &formParser{tokens: notationToken.FindAllString(text, -1)}
	if rest := strings.TrimSpace(notationToken.ReplaceAllString(text, "")); rest != "" {
		panic(fmt.Sprintf("%q is not of the notation in %s", rest, text))
	}
	f := p.choice()
	if len(p.tokens) > 0 {
		panic(fmt.Sprintf("%q is left over of %s", p.tokens, text))
	}
	return f
}

type formParser struct{ tokens []string }

func (p *formParser) accept(token string) bool {
	if len(p.tokens) == 0 || p.tokens[0] != token {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *formParser) choice() *form {
	f := p.sequence()
	if len(p.tokens) == 0 || p.tokens[0] != "|" {
		return f
	}
	all := &form{kind: choiceForm, kids: []*form{f}}
	for p.accept("|") {
		all.kids = append(all.kids, p.sequence())
	}
	return all
}

func (p *formParser) sequence() *form {
	s := &form{kind: sequenceForm}
	for len(p.tokens) > 0 && !slices.Contains([]string{"|", "]", "}"}, p.tokens[0]) {
		f := p.atom()
		switch {
		case p.accept(", ..."):
			f = &form{kind: listForm, kids: []*form{f}}
		case p.accept("..."):
			f = &form{kind: repeatForm, kids: []*form{f}}
		}
		s.kids = append(s.kids, f)
	}
	return s
}

func (p *formParser) atom() *form {
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	switch {
	case t == "[":
		f := &form{kind: optionalForm, kids: []*form{p.choice()}}
		p.mustAccept("]")
		return f
	case t == "{":
		f := p.choice()
		p.mustAccept("}")
		return f
	case termWord.FindString(t) == t:
		return &form{kind: termForm, text: t}
	}
	return &form{kind: wordForm, text: strings.Trim(t, "'")}
}

func (p *formParser) mustAccept(token string) {
	if !p.accept(token) {
		panic("missing " + token)
	}
}

// notation holds the forms of all terms; that of the term statement is any of
// the statements.
type notation struct {
	terms      map[string]*form
	statements []*form // In the order of StatementSyntax.
}

func newNotation() *notation {
	n := &notation{terms: map[string]*form{}}
	for _, t := range Terms() {
		if t.Form != "" {
			n.terms[t.Name] = parseForm(t.Form)
			n.terms[t.Name].place(t.Name, map[string]int{})
		}
	}
	for _, s := range StatementSyntax() {
		f := parseForm(s.Form)
		f.place(s.Name, map[string]int{})
		n.statements = append(n.statements, f)
	}
	n.terms["statement"] = &form{kind: choiceForm, kids: n.statements}
	return n
}

// place tells the form and its parts where they stand.
func (f *form) place(owner string, seen map[string]int) {
	f.owner = owner
	if f.kind == wordForm || f.kind == termForm {
		f.nth = seen[f.text]
		seen[f.text]++
	}
	for i, k := range f.kids {
		if f.kind == sequenceForm {
			k.after = f.kids[i+1:]
		}
		k.place(owner, seen)
	}
}
