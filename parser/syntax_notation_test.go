package parser

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
	"pgregory.net/rapid"
)

// form is a piece of the notation of Syntax.Form.
type form struct {
	kind formKind
	text string // Of a word or term.
	kids []*form
	// least is how many terms inside each other the shortest derivation needs.
	least int
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

// parseForm reads the notation, or panics: the tests would be wrong.
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
		}
	}
	for _, s := range StatementSyntax() {
		n.statements = append(n.statements, parseForm(s.Form))
	}
	n.terms["statement"] = &form{kind: choiceForm, kids: n.statements}
	for changed := true; changed; {
		changed = false
		for _, f := range n.terms {
			changed = n.measure(f) || changed
		}
	}
	return n
}

// measure brings least of f and its parts up to date; math.MaxInt32 is not yet known.
func (n *notation) measure(f *form) (changed bool) {
	least := 0
	if f.kind == choiceForm {
		least = math.MaxInt32
	}
	for _, k := range f.kids {
		changed = n.measure(k) || changed
		if f.kind == choiceForm {
			least = min(least, k.least)
		} else {
			least = max(least, k.least)
		}
	}
	switch f.kind {
	case optionalForm:
		least = 0
	case termForm:
		if t, ok := n.terms[f.text]; ok {
			least = min(t.least+1, math.MaxInt32)
		}
	}
	if least != f.least {
		f.least, changed = least, true
	}
	return changed
}

// derive draws tokens of the form; depth bounds how many terms stand in each other.
func (n *notation) derive(t *rapid.T, f *form, depth int, out *[]string) {
	draw := func(max int) int { return rapid.IntRange(0, max).Draw(t, "choice") }
	switch f.kind {
	case wordForm:
		*out = append(*out, f.text)
	case termForm:
		if samples, ok := termSamples[f.text]; ok {
			*out = append(*out, samples[draw(len(samples)-1)])
			return
		}
		n.derive(t, n.terms[f.text], depth-1, out)
	case sequenceForm:
		for _, k := range f.kids {
			n.derive(t, k, depth, out)
		}
	case choiceForm:
		var fit []*form
		for _, k := range f.kids {
			if k.least <= max(depth, f.least) {
				fit = append(fit, k)
			}
		}
		n.derive(t, fit[draw(len(fit)-1)], depth, out)
	case optionalForm:
		if f.kids[0].least <= depth && draw(1) == 1 {
			n.derive(t, f.kids[0], depth, out)
		}
	case repeatForm, listForm:
		for i := 0; i == 0 || i < 3 && f.least <= depth && draw(2) == 2; i++ {
			if i > 0 && f.kind == listForm {
				*out = append(*out, ",")
			}
			n.derive(t, f.kids[0], depth, out)
		}
	}
}

// termSamples are texts of the terms that are made of characters.
var termSamples = map[string][]string{
	"name":          {"a", "_b1", `"C"`, "`d`", "timeout", "1e"},
	"variable-name": {"x", "select"},
	"variable":      {"${v}"},
	"string":        {"'x'", "''", "'it''s'"},
	"number":        {"1", "1.5", ".5", "1e3", "5000000000"},
	"integer":       {"0", "7"},
}

// recogniser tells whether tokens are of a form.
type recogniser struct {
	*notation
	tokens []lexer.Token
	known  map[recognition][]int
}

type recognition struct {
	f  *form
	at int
}

// recognises tells whether the text as a whole is of the form.
func (n *notation) recognises(f *form, text string) bool {
	r := &recogniser{notation: n, known: map[recognition][]int{}}
	for _, t := range tokens(text) {
		if t.Type == tokNe && t.Value == "<>" && len(r.tokens) > 0 && r.tokens[len(r.tokens)-1].Type == kwSTRUCT {
			less, greater := t, t
			less.Type, greater.Type = tokLt, tokGt
			r.tokens = append(r.tokens, less, greater)
			continue
		}
		r.tokens = append(r.tokens, t)
	}
	return slices.Contains(r.ends(f, 0), len(r.tokens))
}

// ends are the places where the form may end when it begins at a place.
func (r *recogniser) ends(f *form, at int) []int {
	k := recognition{f, at}
	ends, ok := r.known[k]
	if !ok {
		ends = r.find(f, at)
		slices.Sort(ends)
		ends = slices.Compact(ends)
		r.known[k] = ends
	}
	return ends
}

func (r *recogniser) find(f *form, at int) (ends []int) {
	switch f.kind {
	case wordForm:
		if at < len(r.tokens) && r.isWord(r.tokens[at], f.text) {
			return []int{at + 1}
		}
	case termForm:
		if t, ok := r.terms[f.text]; ok {
			return r.ends(t, at)
		}
		if at < len(r.tokens) && isTerm(r.tokens[at].Type, f.text) {
			return []int{at + 1}
		}
	case sequenceForm:
		ends = []int{at}
		for _, k := range f.kids {
			var next []int
			for _, e := range ends {
				next = append(next, r.ends(k, e)...)
			}
			slices.Sort(next)
			ends = slices.Compact(next)
		}
	case choiceForm:
		for _, k := range f.kids {
			ends = append(ends, r.ends(k, at)...)
		}
	case optionalForm:
		return append([]int{at}, r.ends(f.kids[0], at)...)
	case repeatForm, listForm:
		return r.repeat(f, at)
	}
	return ends
}

func (r *recogniser) repeat(f *form, at int) (ends []int) {
	for from := []int{at}; len(from) > 0; {
		e := from[0]
		from = from[1:]
		for _, end := range r.ends(f.kids[0], e) {
			if slices.Contains(ends, end) {
				continue
			}
			ends = append(ends, end)
			if f.kind == repeatForm {
				from = append(from, end)
			} else if end < len(r.tokens) && r.tokens[end].Type == tokComma {
				from = append(from, end+1)
			}
		}
	}
	return ends
}

func (r *recogniser) isWord(t lexer.Token, word string) bool {
	if symbol, ok := punctuation[t.Type]; ok {
		return symbol == word
	}
	return isKeyword(t.Type) && upper(t.Value) == word
}

// isTerm tells whether a token of the type stands for a term made of characters.
func isTerm(t lexer.TokenType, term string) bool {
	switch term {
	case "name":
		return canName(t)
	case "variable-name":
		return t == tokIdent || isKeyword(t)
	case "variable":
		return t == tokVariable
	case "string":
		return t == tokString
	case "number":
		return t == tokInteger || t == tokDecimal || t == tokFloat
	case "integer":
		return t == tokInteger
	}
	return false
}
