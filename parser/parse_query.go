package parser

import "github.com/alecthomas/participle/v2/lexer"

// Parse makes Select usable in grammar tags.
func (s *Select) Parse(lex *lexer.PeekingLexer) error { return capture(lex, s, (*reader).query) }

// query reads a SELECT. The order of the clauses is fixed.
func (r *reader) query() (Select, error) {
	s := Select{Loc: Loc{r.start()}}
	if _, err := r.expect(kwSELECT); err != nil {
		return s, err
	}
	var err error
	if s.Items, err = list(r, (*reader).selectItem); err != nil {
		return s, err
	}
	if _, err = r.expect(kwFROM); err != nil {
		return s, err
	}
	if s.From, err = r.relation(); err != nil {
		return s, err
	}
	for _, clause := range clauses {
		if !r.is(clause.first) {
			continue
		}
		if err := clause.read(r, &s); err != nil {
			return s, err
		}
	}
	s.At = r.since(s.At)
	return s, nil
}

// clause is an optional part of a SELECT and the keyword it begins with.
type clause struct {
	first lexer.TokenType
	read  func(*reader, *Select) error
}

// clauses are in the order they stand in.
var clauses = []clause{
	{kwWINDOW, func(r *reader, s *Select) (err error) {
		s.Window, err = r.window()
		return err
	}},
	{kwWHERE, func(r *reader, s *Select) (err error) {
		r.next()
		s.Where, err = r.expr()
		return err
	}},
	{kwGROUP, func(r *reader, s *Select) (err error) {
		s.GroupBy, err = r.exprList()
		return err
	}},
	{kwPARTITION, func(r *reader, s *Select) (err error) {
		s.PartitionBy, err = r.exprList()
		return err
	}},
	{kwHAVING, func(r *reader, s *Select) (err error) {
		r.next()
		s.Having, err = r.expr()
		return err
	}},
	{kwEMIT, (*reader).emit},
	{kwLIMIT, func(r *reader, s *Select) (err error) {
		r.next()
		s.Limit, err = r.countPtr()
		return err
	}},
}

func (r *reader) selectItem() (SelectItem, error) {
	start := r.start()
	if r.accept(tokStar) {
		return &Star{Loc: Loc{start}}, nil
	}
	if canName(r.peek().Type) && r.ahead(1).Type == tokDot && r.ahead(2).Type == tokStar {
		name, err := r.namePtr()
		if err != nil {
			return nil, err
		}
		r.next()
		r.next()
		return &Star{Loc: Loc{r.since(start)}, Qualifier: name}, nil
	}
	r.itemStart = start
	x, err := r.expr()
	if err != nil {
		return nil, err
	}
	if r.is(tokArrow) {
		return r.fieldStar(x, start)
	}
	item := &ExprItem{Expr: x}
	if r.accept(kwAS) || canName(r.peek().Type) {
		if item.Alias, err = r.namePtr(); err != nil {
			return nil, err
		}
	}
	item.At = r.since(start)
	return item, nil
}

// fieldStar reads the `->*` that primary left behind x.
func (r *reader) fieldStar(x Expr, start Span) (SelectItem, error) {
	r.next()
	if _, err := r.expect(tokStar); err != nil {
		return nil, err
	}
	return &FieldStar{Loc: Loc{r.since(start)}, X: x}, nil
}

// exprList reads GROUP BY or PARTITION BY, whose list may stand in parentheses.
func (r *reader) exprList() (*ExprList, error) {
	l := &ExprList{Loc: Loc{tokenSpan(r.next())}}
	if _, err := r.expect(kwBY); err != nil {
		return nil, err
	}
	var err error
	if r.is(tokLParen) && r.atListInParens() {
		r.next()
		l.Exprs, err = listUntil(r, tokRParen, (*reader).value)
	} else {
		l.Exprs, err = list(r, (*reader).value)
	}
	if err != nil {
		return nil, err
	}
	l.At = r.since(l.At)
	return l, nil
}

// atListInParens tells `(a, b)` and `()` from an expression that begins with a
// parenthesis: it looks for a comma that belongs to the next parenthesis.
func (r *reader) atListInParens() bool {
	depth := 0
	for at := r.lex.RawCursor(); ; at++ {
		switch r.typeAt(at) {
		case tokLParen, tokLBracket:
			depth++
		case tokRParen, tokRBracket:
			if depth--; depth == 0 {
				return r.ahead(1).Type == tokRParen
			}
		case tokComma:
			if depth == 1 {
				return true
			}
		case tokSemicolon, lexer.EOF:
			return false
		}
	}
}

func (r *reader) emit(s *Select) error {
	start := tokenSpan(r.next())
	switch {
	case r.accept(kwCHANGES):
		s.Emit = EmitChanges
	case r.accept(kwFINAL):
		s.Emit = EmitFinal
	default:
		return r.unexpected()
	}
	s.EmitAt = r.since(start)
	return nil
}
