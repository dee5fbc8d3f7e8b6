package parser

// call reads the arguments of the function name.
func (r *reader) call(name Name) (Expr, error) {
	c := &Call{Name: name}
	r.next()
	if r.accept(tokStar) {
		if _, err := r.expect(tokRParen); err != nil {
			return nil, err
		}
		c.Star = true
	} else {
		args, err := listUntil(r, tokRParen, r.argument())
		if err != nil {
			return nil, err
		}
		c.Args = args
	}
	c.At = r.since(name.At)
	return c, r.grow(c.At)
}

// argument returns a reader of one call's arguments in order: expressions and
// units first, at least one, then lambdas.
func (r *reader) argument() func(*reader) (Expr, error) {
	first, lambdas := true, false
	return func(r *reader) (Expr, error) {
		isLambda := r.atLambda()
		at := r.start()
		x, err := r.lambdaOrExpr(isLambda)
		switch {
		case err != nil:
			return nil, err
		case isLambda && first:
			return nil, errorAt(at, "a lambda cannot be the first argument",
				"put the value it works on before it")
		case lambdas && !isLambda:
			return nil, errorAt(at, "only lambdas can follow a lambda", "put the lambdas last")
		}
		first, lambdas = false, isLambda
		return x, nil
	}
}

func (r *reader) lambdaOrExpr(isLambda bool) (Expr, error) {
	if isLambda {
		return r.lambda()
	}
	// A unit that is no reserved word is read as a column.
	if t := r.peek(); isReserved(t.Type) {
		if unit, ok := unitOf(t.Type); ok {
			r.next()
			return &TimeUnit{Loc: Loc{tokenSpan(t)}, Unit: unit}, nil
		}
	}
	return r.expr()
}

// atLambda looks for `name =>` or `(name, ...) =>`.
func (r *reader) atLambda() bool {
	if canName(r.peek().Type) {
		return r.ahead(1).Type == tokFatArrow
	}
	if !r.is(tokLParen) {
		return false
	}
	for at := r.lex.RawCursor() + 1; ; at += 2 {
		if !canName(r.typeAt(at)) {
			return false
		}
		switch r.typeAt(at + 1) {
		case tokComma:
		case tokRParen:
			return r.typeAt(at+2) == tokFatArrow
		default:
			return false
		}
	}
}

func (r *reader) lambda() (Expr, error) {
	outer, err := r.enter()
	if err != nil {
		return nil, err
	}
	defer func() { r.leave(outer) }()
	start := r.start()
	l := &Lambda{}
	if r.accept(tokLParen) {
		if l.Params, err = listUntil(r, tokRParen, (*reader).name); err != nil {
			return nil, err
		}
	} else {
		name, err := r.name()
		if err != nil {
			return nil, err
		}
		l.Params = []Name{name}
	}
	if _, err := r.expect(tokFatArrow); err != nil {
		return nil, err
	}
	if l.Body, err = r.expr(); err != nil {
		return nil, err
	}
	l.At = r.since(start)
	return l, r.grow(l.At)
}
