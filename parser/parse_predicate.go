package parser

import "github.com/alecthomas/participle/v2/lexer"

var compareOps = map[lexer.TokenType]CompareOp{
	tokEq: OpEq, tokNe: OpNe, tokLt: OpLt, tokLe: OpLe, tokGt: OpGt, tokGe: OpGe,
}

// predicate reads what makes left, a value, a predicate.
func (r *reader) predicate(left Expr, start Span) (Expr, error) {
	if r.is(kwIS) {
		return r.isPredicate(left, start)
	}
	if cmp, ok := compareOps[r.peek().Type]; ok {
		op := r.next()
		return r.compare(left, start, cmp, tokenSpan(op))
	}
	not := r.accept(kwNOT)
	switch r.peek().Type {
	case kwBETWEEN:
		return r.between(left, start, not)
	case kwIN:
		return r.in(left, start, not)
	case kwLIKE:
		return r.like(left, start, not)
	}
	return nil, r.unexpected()
}

func (r *reader) compare(left Expr, start Span, op CompareOp, opAt Span) (Expr, error) {
	right, err := r.value()
	if err != nil {
		return nil, err
	}
	return &Compare{Loc: Loc{r.since(start)}, Op: op, OpAt: opAt, Left: left, Right: right}, nil
}

// isPredicate reads `IS [NOT] NULL` or `IS [NOT] DISTINCT FROM value`.
func (r *reader) isPredicate(left Expr, start Span) (Expr, error) {
	opStart := tokenSpan(r.next())
	not := r.accept(kwNOT)
	if r.accept(kwNULL) {
		return &IsNull{Loc: Loc{r.since(start)}, Not: not, X: left}, nil
	}
	if err := r.expectAll(kwDISTINCT, kwFROM); err != nil {
		return nil, err
	}
	op := OpIsDistinct
	if not {
		op = OpIsNotDistinct
	}
	return r.compare(left, start, op, r.since(opStart))
}

func (r *reader) between(left Expr, start Span, not bool) (Expr, error) {
	r.next()
	lower, err := r.value()
	if err != nil {
		return nil, err
	}
	if _, err := r.expect(kwAND); err != nil {
		return nil, err
	}
	upper, err := r.value()
	if err != nil {
		return nil, err
	}
	return &Between{Loc: Loc{r.since(start)}, Not: not, X: left, Lower: lower, Upper: upper}, nil
}

func (r *reader) in(left Expr, start Span, not bool) (Expr, error) {
	r.next()
	if _, err := r.expect(tokLParen); err != nil {
		return nil, err
	}
	items, err := list(r, (*reader).expr)
	if err != nil {
		return nil, err
	}
	if _, err := r.expect(tokRParen); err != nil {
		return nil, err
	}
	return &In{Loc: Loc{r.since(start)}, Not: not, X: left, List: items}, nil
}

func (r *reader) like(left Expr, start Span, not bool) (Expr, error) {
	r.next()
	pattern, err := r.value()
	if err != nil {
		return nil, err
	}
	x := &Like{Not: not, X: left, Pattern: pattern}
	if r.accept(kwESCAPE) {
		escape, err := r.stringLit()
		if err != nil {
			return nil, err
		}
		x.Escape = &escape
	}
	x.At = r.since(start)
	return x, nil
}
