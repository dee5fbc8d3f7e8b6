package parser

import "github.com/alecthomas/participle/v2/lexer"

// Parse makes Name usable in grammar tags.
func (n *Name) Parse(lex *lexer.PeekingLexer) error { return capture(lex, n, (*reader).name) }

// Parse makes Resource usable in grammar tags.
func (x *Resource) Parse(lex *lexer.PeekingLexer) error { return capture(lex, x, (*reader).resource) }

// name reads an identifier.
func (r *reader) name() (Name, error) {
	t := r.peek()
	if !canName(t.Type) {
		return Name{}, r.unexpected()
	}
	return nameOf(r.next()), nil
}

// namePtr is name for places that hold an optional one.
func (r *reader) namePtr() (*Name, error) {
	n, err := r.name()
	if err != nil {
		return nil, err
	}
	return &n, nil
}

// variableName reads the name of DEFINE and UNDEFINE: any unquoted word.
func (r *reader) variableName() (Name, error) {
	if t := r.peek(); t.Type != tokIdent && !isKeyword(t.Type) {
		return Name{}, r.unexpected()
	}
	return nameOf(r.next()), nil
}

// nameOf applies the case rules to a word or a quoted name.
func nameOf(t *lexer.Token) Name {
	n := Name{Loc: Loc{tokenSpan(t)}}
	if t.Type == tokQuotedIdent {
		n.Text, n.Quoted = unquote(t.Value), true
	} else {
		n.Text = upper(t.Value)
	}
	return n
}

// resource reads a name that keeps its case, or a string.
func (r *reader) resource() (Resource, error) {
	t := r.peek()
	x := Resource{Loc: Loc{tokenSpan(t)}}
	switch {
	case t.Type == tokString, t.Type == tokQuotedIdent:
		x.Text = unquote(t.Value)
	case canName(t.Type):
		x.Text = t.Value
	default:
		return x, r.unexpected()
	}
	r.next()
	return x, nil
}
