package parser

import (
	"fmt"
	"strconv"
	"strings"
)

// powerOfExpr is the power of the operator at the top of x.
func powerOfExpr(x Expr) power {
	switch x := x.(type) {
	case *Logical:
		if x.Op == OpOr {
			return orPower
		}
		return andPower
	case *Not:
		return notPower
	case *Compare, *Between, *In, *Like, *IsNull:
		return predicatePower
	case *Binary:
		return binaryPower(x.Op)
	case *Unary:
		return signPower
	case *AtTimeZone:
		return zonePower
	}
	if negative(x) {
		return signPower
	}
	return primaryPower
}

// negative reports whether x is written with a minus sign in front.
func negative(x Expr) bool {
	switch x := x.(type) {
	case *Unary:
		return x.Neg
	case *IntLit:
		return x.Value < 0
	case *DecimalLit:
		return strings.HasPrefix(x.Text, "-")
	case *FloatLit:
		return strings.HasPrefix(x.Text, "-")
	}
	return false
}

func binaryPower(op BinaryOp) power {
	switch op {
	case OpConcat:
		return concatPower
	case OpAdd, OpSub:
		return addPower
	}
	return mulPower
}

// expr writes x, in parentheses if its operator is looser than min.
func (p *printer) expr(x Expr, min power) {
	if powerOfExpr(x) < min {
		p.put("(")
		defer p.put(")")
	}
	switch x := x.(type) {
	case *IntLit:
		p.put(strconv.FormatInt(x.Value, 10))
	case *DecimalLit:
		p.put(x.Text)
	case *FloatLit:
		p.put(x.Text)
	case *StringLit:
		p.str(x)
	case *BoolLit:
		p.boolLit(x.Value)
	case *NullLit:
		p.put("NULL")
	case *TypedLit:
		p.name(&x.Type)
		p.put(" ", QuoteString(x.Text))
	case *Variable:
		p.put("${", x.Name, "}")
	case *Column:
		p.column(x)
	case *TimeUnit:
		p.put(x.Unit.String())
	default:
		p.composite(x)
	}
}

func (p *printer) boolLit(v bool) {
	if v {
		p.put("TRUE")
	} else {
		p.put("FALSE")
	}
}

func (p *printer) column(x *Column) {
	if x.Qualifier != nil {
		p.name(x.Qualifier)
		p.put(".")
		if x.Name.Text != "" && isDigit(x.Name.Text[0]) { // A point and a digit begin a number.
			p.put(backquote(x.Name.Text))
			return
		}
	}
	p.name(&x.Name)
}

// composite writes an expression made of others.
func (p *printer) composite(x Expr) {
	switch x := x.(type) {
	case *Unary:
		p.unary(x)
	case *Binary:
		power := binaryPower(x.Op)
		p.infix(x.Left, power, x.Op.String(), x.Right, power+1)
	case *Not:
		p.put("NOT ")
		p.expr(x.X, notPower)
	case *Logical:
		power := powerOfExpr(x)
		p.infix(x.Left, power, x.Op.String(), x.Right, power+1)
	case *Compare:
		p.infix(x.Left, valuePower, x.Op.String(), x.Right, valuePower)
	case *Between:
		p.infix(x.X, valuePower, negated(x.Not, "BETWEEN"), x.Lower, valuePower)
		p.put(" AND ")
		p.expr(x.Upper, valuePower)
	case *In:
		p.expr(x.X, valuePower)
		p.put(" ", negated(x.Not, "IN"), " ")
		p.list("(", x.List, ")")
	case *Like:
		p.infix(x.X, valuePower, negated(x.Not, "LIKE"), x.Pattern, valuePower)
		if x.Escape != nil {
			p.put(" ESCAPE ")
			p.str(x.Escape)
		}
	case *IsNull:
		p.expr(x.X, valuePower)
		p.put(" IS ", negated(x.Not, "NULL"))
	case *AtTimeZone:
		p.expr(x.X, zonePower)
		p.put(" AT TIME ZONE ")
		p.str(&x.Zone)
	default:
		p.primary(x)
	}
}

func (p *printer) infix(left Expr, leftMin power, op string, right Expr, rightMin power) {
	p.expr(left, leftMin)
	p.put(" ", op, " ")
	p.expr(right, rightMin)
}

func negated(not bool, word string) string {
	if not {
		return "NOT " + word
	}
	return word
}

// unary writes a sign. Two minus signs must not meet: they begin a comment.
func (p *printer) unary(x *Unary) {
	p.flag(!x.Neg, "+")
	p.flag(x.Neg, "-")
	p.flag(x.Neg && negative(x.X), " ")
	p.expr(x.X, signPower)
}

// primary writes expressions that begin and end with tokens of their own.
func (p *printer) primary(x Expr) {
	switch x := x.(type) {
	case *Call:
		p.call(x)
	case *Lambda:
		p.lambda(x)
	case *Case:
		p.caseExpr(x)
	case *Cast:
		p.put("CAST(")
		p.expr(x.X, anyPower)
		p.put(" AS ")
		p.typeExpr(x.Type)
		p.put(")")
	case *Subscript:
		if c, ok := x.X.(*Column); ok && c.Qualifier == nil {
			p.nameUnlike(&c.Name, "ARRAY")
		} else {
			p.expr(x.X, primaryPower)
		}
		p.put("[")
		p.expr(x.Index, valuePower)
		p.put("]")
	case *Field:
		p.expr(x.X, primaryPower)
		p.put("->")
		p.name(&x.Name)
	case *ArrayLit:
		p.put("ARRAY")
		p.list("[", x.Elems, "]")
	case *MapLit:
		p.put("MAP(")
		commas(p, x.Entries, func(e *MapEntry) { p.infix(e.Key, anyPower, ":=", e.Value, anyPower) })
		p.put(")")
	case *StructLit:
		p.put("STRUCT(")
		commas(p, x.Fields, func(f *StructLitField) {
			p.name(&f.Name)
			p.put(" := ")
			p.expr(f.Value, anyPower)
		})
		p.put(")")
	default:
		panic(fmt.Sprintf("parser: cannot print a %T", x))
	}
}

func (p *printer) call(x *Call) {
	p.nameUnlike(&x.Name, "MAP", "STRUCT")
	if x.Star {
		p.put("(*)")
		return
	}
	p.list("(", x.Args, ")")
}

func (p *printer) lambda(x *Lambda) {
	if len(x.Params) == 1 {
		p.name(&x.Params[0])
	} else {
		p.names(x.Params)
	}
	p.put(" => ")
	p.expr(x.Body, anyPower)
}

func (p *printer) caseExpr(x *Case) {
	p.put("CASE")
	if x.Operand != nil {
		p.put(" ")
		p.expr(x.Operand, valuePower)
	}
	for i := range x.Whens {
		p.put(" ")
		p.when(&x.Whens[i])
	}
	if x.Else != nil {
		p.put(" ELSE ")
		p.expr(x.Else, anyPower)
	}
	p.put(" END")
}

func (p *printer) when(w *When) {
	p.put("WHEN ")
	p.expr(w.Cond, anyPower)
	p.put(" THEN ")
	p.expr(w.Result, anyPower)
}

// list writes expressions between brackets.
func (p *printer) list(open string, items []Expr, closer string) {
	p.put(open)
	commas(p, items, func(x *Expr) { p.expr(*x, anyPower) })
	p.put(closer)
}

// values writes expressions where the grammar wants values.
func (p *printer) values(items []Expr) {
	if len(items) == 0 {
		p.put("()")
		return
	}
	commas(p, items, func(x *Expr) { p.expr(*x, valuePower) })
}

// valueList is values in parentheses.
func (p *printer) valueList(items []Expr) {
	p.put("(")
	commas(p, items, func(x *Expr) { p.expr(*x, valuePower) })
	p.put(")")
}
