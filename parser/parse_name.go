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

// sourceName reads the name of a stream or table, or its alias.
func (r *reader) sourceName() (Name, error) {
	n, err := r.name()
	if err == nil {
		err = checkSourceName(&n)
	}
	return n, err
}

// checkSourceName refuses names that streams and tables cannot have; topics and
// internal names are made of them.
func checkSourceName(n *Name) error {
	for i := range len(n.Text) {
		if c := n.Text[i]; !isLetter(c) && !isDigit(c) && c != '-' {
			return errorAt(n.At, backquote(n.Text)+" cannot name a stream or table",
				"use letters, digits, _ and - only")
		}
	}
	return nil
}

// sourceNameOf is the name of a stream or table that the tags of s have read as
// a plain name, or nil.
func sourceNameOf(s Statement) *Name {
	switch s := s.(type) {
	case *CreateSource:
		return &s.Name
	case *CreateAs:
		return &s.Name
	case *DropSource:
		return &s.Name
	case *AlterSource:
		return &s.Name
	case *DescribeSource:
		return &s.Name
	case *Insert:
		return &s.Target
	case *InsertValues:
		return &s.Target
	case *AssertSource:
		return &s.Name
	case *AssertValues:
		return &s.Source
	case *AssertNullValues:
		return &s.Source
	}
	return nil
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
