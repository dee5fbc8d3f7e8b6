package parser

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// Binding powers, from loosest to tightest. A predicate (comparison, BETWEEN,
// IN, LIKE, IS) does not associate at all.
type power int

const (
	anyPower power = iota
	orPower
	andPower
	notPower
	predicatePower
	concatPower
	addPower
	mulPower
	signPower
	zonePower
	primaryPower

	// valuePower is the loosest operator of the grammar's valueExpr.
	valuePower = concatPower
)

// powerOf is the binding power of t as an infix operator, or anyPower.
func powerOf(t lexer.TokenType) power {
	switch t {
	case kwOR:
		return orPower
	case kwAND:
		return andPower
	case tokEq, tokNe, tokLt, tokLe, tokGt, tokGe, kwBETWEEN, kwIN, kwLIKE, kwIS, kwNOT:
		return predicatePower
	case tokConcat:
		return concatPower
	case tokPlus, tokMinus:
		return addPower
	case tokStar, tokSlash, tokPercent:
		return mulPower
	case kwAT:
		return zonePower
	}
	return anyPower
}

// valueGrammar lets a field of type Expr stand for a valueExpr in grammar tags.
var valueGrammar = participle.ParseTypeWith(func(lex *lexer.PeekingLexer) (Expr, error) {
	var x Expr
	err := capture(lex, &x, (*reader).value)
	return x, err
})

// expr reads any expression.
func (r *reader) expr() (Expr, error) { return r.exprAbove(orPower) }

// value reads a valueExpr: no predicate and no AND, OR, NOT outside parentheses.
func (r *reader) value() (Expr, error) { return r.exprAbove(valuePower) }

// exprAbove reads an expression of operators that bind at least as tightly as min.
func (r *reader) exprAbove(min power) (Expr, error) {
	outer, err := r.enter()
	if err != nil {
		return nil, err
	}
	defer func() { r.leave(outer) }()
	start := r.start()
	left, bound, err := r.prefix(min)
	if err != nil {
		return nil, err
	}
	return r.infix(left, start, min, bound)
}

// prefix reads an operand with the operators in front of it. Its second result
// is the loosest power of what was read: only looser operators may follow a NOT.
func (r *reader) prefix(min power) (Expr, power, error) {
	start := r.start()
	switch t := r.peek(); {
	case t.Type == kwNOT && min <= notPower:
		r.next()
		x, err := r.exprAbove(notPower)
		if err != nil {
			return nil, 0, err
		}
		n := &Not{Loc: Loc{r.since(start)}, X: x}
		return n, notPower, r.grow(n.At)
	case t.Type == tokMinus || t.Type == tokPlus:
		r.next()
		x, err := r.exprAbove(signPower)
		if err != nil {
			return nil, 0, err
		}
		u := &Unary{Loc: Loc{r.since(start)}, Neg: t.Type == tokMinus, X: x}
		return u, signPower, r.grow(u.At)
	}
	x, err := r.primary()
	return x, primaryPower, err
}

// infix extends left, which begins at start, with the operators behind it that
// bind at least as tightly as min. Left itself is an expression of power bound.
func (r *reader) infix(left Expr, start Span, min, bound power) (Expr, error) {
	for {
		op := r.peek()
		p := powerOf(op.Type)
		if p == anyPower || p < min || p == predicatePower && bound <= predicatePower || p > bound {
			return left, nil
		}
		var err error
		switch p {
		case orPower, andPower:
			left, err = r.logical(left, start, p)
		case predicatePower:
			left, err = r.predicate(left, start)
		case zonePower:
			left, err = r.atTimeZone(left, start)
		default:
			left, err = r.binary(left, start, p)
		}
		if err != nil {
			return nil, err
		}
		if err := r.grow(tokenSpan(op)); err != nil {
			return nil, err
		}
		bound = p
	}
}

func (r *reader) logical(left Expr, start Span, p power) (Expr, error) {
	op := r.next()
	right, err := r.exprAbove(p + 1)
	if err != nil {
		return nil, err
	}
	x := &Logical{Loc: Loc{r.since(start)}, Op: OpAnd, OpAt: tokenSpan(op), Left: left, Right: right}
	if p == orPower {
		x.Op = OpOr
	}
	return x, nil
}

var binaryOps = map[lexer.TokenType]BinaryOp{
	tokPlus: OpAdd, tokMinus: OpSub, tokStar: OpMul, tokSlash: OpDiv, tokPercent: OpMod, tokConcat: OpConcat,
}

func (r *reader) binary(left Expr, start Span, p power) (Expr, error) {
	op := r.next()
	right, err := r.exprAbove(p + 1)
	if err != nil {
		return nil, err
	}
	return &Binary{
		Loc: Loc{r.since(start)}, Op: binaryOps[op.Type], OpAt: tokenSpan(op), Left: left, Right: right,
	}, nil
}

func (r *reader) atTimeZone(left Expr, start Span) (Expr, error) {
	if err := r.expectAll(kwAT, kwTIME, kwZONE); err != nil {
		return nil, err
	}
	zone, err := r.stringLit()
	if err != nil {
		return nil, err
	}
	return &AtTimeZone{Loc: Loc{r.since(start)}, X: left, Zone: zone}, nil
}
