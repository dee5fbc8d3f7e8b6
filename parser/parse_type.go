package parser

import "github.com/alecthomas/participle/v2/lexer"

// Parse makes TypeExpr usable in grammar tags.
func (t *TypeExpr) Parse(lex *lexer.PeekingLexer) error {
	return capture(lex, t, func(r *reader) (TypeExpr, error) {
		x, err := r.typeExpr()
		if err != nil {
			return TypeExpr{}, err
		}
		return *x, nil
	})
}

// canStartType reports whether a type can start with a token of type t.
func canStartType(t lexer.TokenType) bool { return t == kwDECIMAL || canName(t) }

// typeExpr reads a type: a simple one and any number of `ARRAY` behind it.
func (r *reader) typeExpr() (*TypeExpr, error) {
	outer, err := r.enter()
	if err != nil {
		return nil, err
	}
	defer func() { r.leave(outer) }()
	start := r.start()
	t, err := r.typePrimary()
	if err != nil {
		return nil, err
	}
	for r.is(kwARRAY) {
		name := nameOf(r.next())
		t = &TypeExpr{Loc: Loc{r.since(start)}, Kind: TypeArray, Name: name, Elem: t}
		if err := r.grow(t.At); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (r *reader) typePrimary() (*TypeExpr, error) {
	first := r.peek()
	if !canStartType(first.Type) {
		return nil, r.unexpected()
	}
	start := tokenSpan(first)
	t := &TypeExpr{Name: nameOf(r.next())}
	var err error
	switch {
	case first.Type == kwDECIMAL:
		t.Kind = TypeDecimal
		err = r.decimalParams(t)
	case first.Type == kwARRAY:
		t.Kind = TypeArray
		err = r.elementTypes(&t.Elem)
	case first.Type == kwMAP:
		t.Kind = TypeMap
		err = r.elementTypes(&t.Key, &t.Elem)
	case first.Type == kwSTRUCT:
		t.Kind = TypeStruct
		err = r.structFields(t)
	case r.accept(tokLParen):
		t.Params, err = r.typeParams()
	}
	if err != nil {
		return nil, err
	}
	t.At = r.since(start)
	return t, r.grow(t.At)
}

// elementTypes reads `<type, ...>` into the given places.
func (r *reader) elementTypes(into ...**TypeExpr) error {
	opener := tokLt
	for _, place := range into {
		if _, err := r.expect(opener); err != nil {
			return err
		}
		t, err := r.typeExpr()
		if err != nil {
			return err
		}
		*place, opener = t, tokComma
	}
	_, err := r.expect(tokGt)
	return err
}

// structFields reads `<name type, ...>`; `<>` is one token.
func (r *reader) structFields(t *TypeExpr) error {
	if r.is(tokNe) && r.peek().Value == "<>" {
		r.next()
		return nil
	}
	if _, err := r.expect(tokLt); err != nil {
		return err
	}
	fields, err := listUntil(r, tokGt, func(r *reader) (TypeField, error) {
		f := TypeField{Loc: Loc{r.start()}}
		var err error
		if f.Name, err = r.name(); err != nil {
			return f, err
		}
		f.Type, err = r.typeExpr()
		f.At = r.since(f.At)
		return f, err
	})
	t.Fields = fields
	return err
}

// decimalParams reads `(precision, scale)`.
func (r *reader) decimalParams(t *TypeExpr) error {
	if _, err := r.expect(tokLParen); err != nil {
		return err
	}
	precision, err := r.integer()
	if err != nil {
		return err
	}
	if _, err := r.expect(tokComma); err != nil {
		return err
	}
	scale, err := r.integer()
	if err != nil {
		return err
	}
	t.Params = []*IntLit{&precision, &scale}
	_, err = r.expect(tokRParen)
	return err
}

// typeParams reads the rest of `name(32)`. A parameter may also be the word
// STRING; parameters mean nothing and that one is dropped.
func (r *reader) typeParams() ([]*IntLit, error) {
	var params []*IntLit
	_, err := list(r, func(r *reader) (struct{}, error) {
		if r.accept(kwSTRING) {
			return struct{}{}, nil
		}
		t, err := r.expect(tokInteger)
		if err != nil {
			return struct{}{}, err
		}
		n, err := number(t, Loc{tokenSpan(t)}, "")
		if err != nil {
			return struct{}{}, err
		}
		params = append(params, n.(*IntLit))
		return struct{}{}, nil
	})
	if err != nil {
		return nil, err
	}
	_, err = r.expect(tokRParen)
	return params, err
}
