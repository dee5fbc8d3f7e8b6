package parser

// arrayLit reads `ARRAY[x, ...]`.
func (r *reader) arrayLit() (Expr, error) {
	start := tokenSpan(r.next())
	r.next()
	elems, err := listUntil(r, tokRBracket, (*reader).expr)
	if err != nil {
		return nil, err
	}
	a := &ArrayLit{Loc: Loc{r.since(start)}, Elems: elems}
	return a, r.grow(a.At)
}

// mapLit reads `MAP(k := v, ...)`.
func (r *reader) mapLit() (Expr, error) {
	start := tokenSpan(r.next())
	r.next()
	entries, err := listUntil(r, tokRParen, (*reader).mapEntry)
	if err != nil {
		return nil, err
	}
	m := &MapLit{Loc: Loc{r.since(start)}, Entries: entries}
	return m, r.grow(m.At)
}

func (r *reader) mapEntry() (MapEntry, error) {
	e := MapEntry{Loc: Loc{r.start()}}
	var err error
	if e.Key, err = r.expr(); err != nil {
		return e, err
	}
	if _, err = r.expect(tokAssign); err != nil {
		return e, err
	}
	e.Value, err = r.expr()
	e.At = r.since(e.At)
	return e, err
}

// structLit reads `STRUCT(name := x, ...)`.
func (r *reader) structLit() (Expr, error) {
	start := tokenSpan(r.next())
	r.next()
	fields, err := listUntil(r, tokRParen, (*reader).structLitField)
	if err != nil {
		return nil, err
	}
	s := &StructLit{Loc: Loc{r.since(start)}, Fields: fields}
	return s, r.grow(s.At)
}

func (r *reader) structLitField() (StructLitField, error) {
	f := StructLitField{Loc: Loc{r.start()}}
	var err error
	if f.Name, err = r.name(); err != nil {
		return f, err
	}
	if _, err = r.expect(tokAssign); err != nil {
		return f, err
	}
	f.Value, err = r.expr()
	f.At = r.since(f.At)
	return f, err
}
