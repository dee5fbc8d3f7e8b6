package parser

import (
	"slices"

	"github.com/alecthomas/participle/v2/lexer"
)

// recogniser tells whether tokens are of a form.
type recogniser struct {
	*notation
	tokens []lexer.Token
	known  map[recognition][]int
	// next, unless it is nil, gets the words and terms that may stand behind the
	// last token.
	next func(*form)
}

type recognition struct {
	f  *form
	at int
}

// recognises tells whether the text as a whole is of the form.
func (n *notation) recognises(f *form, text string) bool {
	r := n.recogniser(text)
	return slices.Contains(r.ends(f, 0), len(r.tokens))
}

func (n *notation) recogniser(text string) *recogniser {
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
	return r
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
	_, made := r.terms[f.text]
	if r.next != nil && at == len(r.tokens) && (f.kind == wordForm || f.kind == termForm && !made) {
		r.next(f)
	}
	switch f.kind {
	case wordForm:
		if at < len(r.tokens) && r.isWord(r.tokens[at], f.text) {
			return []int{at + 1}
		}
	case termForm:
		if t, ok := r.terms[f.text]; ok {
			return r.ends(t, at)
		}
		if at < len(r.tokens) && isTerm(r.tokens[at].Type, f.text) && !r.unlikely(f, r.tokens[at].Type) {
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

// unlikely tells that a keyword, though it may be a name, is taken for itself
// when it is asked what may follow: EMIT behind a source is no alias.
func (r *recogniser) unlikely(f *form, t lexer.TokenType) bool {
	return r.next != nil && isKeyword(t) && f.nth > 0 && (f.owner == "source" || f.owner == "item")
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
