package parser

// primary reads an operand with the subscripts and fields behind it.
func (r *reader) primary() (Expr, error) {
	start := r.start()
	x, err := r.operand()
	if err != nil {
		return nil, err
	}
	for {
		switch {
		case r.is(tokLBracket):
			x, err = r.subscript(x, start)
		case r.is(tokArrow) && !(start == r.itemStart && r.ahead(1).Type == tokStar):
			x, err = r.field(x, start)
		default:
			return x, nil
		}
		if err == nil {
			err = r.grow(x.Span())
		}
		if err != nil {
			return nil, err
		}
	}
}

func (r *reader) subscript(x Expr, start Span) (Expr, error) {
	r.next()
	index, err := r.value()
	if err != nil {
		return nil, err
	}
	if _, err := r.expect(tokRBracket); err != nil {
		return nil, err
	}
	return &Subscript{Loc: Loc{r.since(start)}, X: x, Index: index}, nil
}

func (r *reader) field(x Expr, start Span) (Expr, error) {
	r.next()
	name, err := r.name()
	if err != nil {
		return nil, err
	}
	return &Field{Loc: Loc{r.since(start)}, X: x, Name: name}, nil
}

// operand reads an expression that begins with a token of its own: a literal,
// a constructor, a name, a call, CASE, CAST or parentheses.
func (r *reader) operand() (Expr, error) {
	t := r.peek()
	switch t.Type {
	case tokLParen:
		return r.parenthesised()
	case kwCASE:
		return r.caseExpr()
	case kwCAST:
		return r.cast()
	case kwARRAY:
		if r.ahead(1).Type == tokLBracket {
			return r.arrayLit()
		}
	case kwMAP:
		if r.ahead(1).Type == tokLParen {
			return r.mapLit()
		}
	case kwSTRUCT:
		if r.ahead(1).Type == tokLParen {
			return r.structLit()
		}
	}
	if canName(t.Type) {
		return r.named()
	}
	return r.literal(false)
}

// parenthesised reads `(expr)`. Parentheses leave no node behind.
func (r *reader) parenthesised() (Expr, error) {
	r.next()
	x, err := r.expr()
	if err != nil {
		return nil, err
	}
	_, err = r.expect(tokRParen)
	return x, err
}

// named reads what begins with a name: a column, a call or a typed literal.
func (r *reader) named() (Expr, error) {
	name := nameOf(r.next())
	switch r.peek().Type {
	case tokLParen:
		return r.call(name)
	case tokString:
		t := r.next()
		return &TypedLit{Loc: Loc{r.since(name.At)}, Type: name, Text: unquote(t.Value)}, nil
	case tokDot:
		r.next()
		column, err := r.name()
		if err != nil {
			return nil, err
		}
		return &Column{Loc: Loc{r.since(name.At)}, Qualifier: &name, Name: column}, nil
	}
	return &Column{Loc: name.Loc, Name: name}, nil
}

func (r *reader) caseExpr() (Expr, error) {
	start := tokenSpan(r.next())
	c := &Case{}
	var err error
	if !r.is(kwWHEN) {
		if c.Operand, err = r.value(); err != nil {
			return nil, err
		}
	}
	for len(c.Whens) == 0 || r.is(kwWHEN) {
		when, err := r.when()
		if err != nil {
			return nil, err
		}
		c.Whens = append(c.Whens, when)
	}
	if r.accept(kwELSE) {
		if c.Else, err = r.expr(); err != nil {
			return nil, err
		}
	}
	if _, err := r.expect(kwEND); err != nil {
		return nil, err
	}
	c.At = r.since(start)
	return c, r.grow(c.At)
}

func (r *reader) when() (When, error) {
	w := When{Loc: Loc{r.start()}}
	_, err := r.expect(kwWHEN)
	if err != nil {
		return w, err
	}
	if w.Cond, err = r.expr(); err != nil {
		return w, err
	}
	if _, err = r.expect(kwTHEN); err != nil {
		return w, err
	}
	w.Result, err = r.expr()
	w.At = r.since(w.At)
	return w, err
}

func (r *reader) cast() (Expr, error) {
	start := r.start()
	if err := r.expectAll(kwCAST, tokLParen); err != nil {
		return nil, err
	}
	x, err := r.expr()
	if err != nil {
		return nil, err
	}
	if _, err := r.expect(kwAS); err != nil {
		return nil, err
	}
	t, err := r.typeExpr()
	if err != nil {
		return nil, err
	}
	if _, err := r.expect(tokRParen); err != nil {
		return nil, err
	}
	c := &Cast{Loc: Loc{r.since(start)}, X: x, Type: t}
	return c, r.grow(c.At)
}
