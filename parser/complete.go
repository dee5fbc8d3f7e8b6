package parser

import (
	"slices"
	"strings"
	"sync"

	"github.com/alecthomas/participle/v2/lexer"
)

// Next is something that may come next in a statement: keywords, or a term that
// is made of characters.
type Next struct {
	Words string // Keywords and what must follow them, e.g. GROUP BY; empty for a term.
	Term  string // One of the terms without a form, e.g. name.
	// Owner is the statement (Syntax.Name) or term in whose form it stands, and Nth
	// how many of the same text come before it in that form: the name that is first
	// in a source is that of a stream or table, the second an alias.
	Owner string
	Nth   int
}

var completionNotation = sync.OnceValue(newNotation)

// NextOf tells what may follow the text, the beginning of a statement or several.
// There is nothing when the last statement is wrong already.
func NextOf(text string) []Next {
	if pieces := Split(text); len(pieces) > 0 && !pieces[len(pieces)-1].Complete {
		text = pieces[len(pieces)-1].Text
	} else {
		text = ""
	}
	r := completionNotation().recogniser(text)
	var found []Next
	r.next = func(f *form) {
		n := Next{Owner: f.owner, Nth: f.nth}
		if f.kind == termForm {
			n.Term = f.text
		} else {
			n.Words = chain(f)
		}
		found = append(found, n)
	}
	r.ends(r.terms["statement"], 0)
	return found
}

// chain is a word with the words that must follow it.
func chain(f *form) string {
	words := []string{f.text}
	for _, next := range f.after {
		if next.kind != wordForm {
			break
		}
		words = append(words, next.text)
	}
	return strings.Join(words, " ")
}

// Mention is a stream or table that a statement reads, and what it is called in
// there: its alias, or its own name.
type Mention struct{ Name, Alias string }

// Mentions returns the streams and tables that the statement names behind FROM,
// JOIN and INTO, also when the statement is not finished or wrong elsewhere.
func Mentions(text string) []Mention {
	all := tokens(text)
	var found []Mention
	for i := 0; i+1 < len(all); i++ {
		switch all[i].Type {
		case kwFROM, kwJOIN, kwINTO:
		default:
			continue
		}
		if !canName(all[i+1].Type) {
			continue
		}
		m := Mention{Name: meantName(all[i+1])}
		m.Alias = m.Name
		if alias := aliasAt(all, i+2); alias != "" {
			m.Alias = alias
		}
		if !slices.Contains(found, m) {
			found = append(found, m)
		}
	}
	return found
}

func aliasAt(all []lexer.Token, i int) string {
	explicit := i < len(all) && all[i].Type == kwAS
	if explicit {
		i++
	}
	if i < len(all) && (all[i].Type == tokIdent || all[i].Type == tokQuotedIdent || explicit && canName(all[i].Type)) {
		return meantName(all[i])
	}
	return ""
}

// meantName is the name that a token means.
func meantName(t lexer.Token) string {
	if t.Type != tokQuotedIdent {
		return upper(t.Value)
	}
	quote := t.Value[:1]
	return strings.ReplaceAll(t.Value[1:len(t.Value)-1], quote+quote, quote)
}
