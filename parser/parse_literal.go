package parser

import (
	"math"
	"strconv"

	"github.com/alecthomas/participle/v2/lexer"
)

// Parse makes StringLit usable in grammar tags.
func (x *StringLit) Parse(lex *lexer.PeekingLexer) error { return capture(lex, x, (*reader).stringLit) }

// Parse makes IntLit, a whole number without sign, usable in grammar tags.
func (x *IntLit) Parse(lex *lexer.PeekingLexer) error { return capture(lex, x, (*reader).count) }

// Parse makes Duration usable in grammar tags.
func (x *Duration) Parse(lex *lexer.PeekingLexer) error { return capture(lex, x, (*reader).duration) }

// Parse makes Property usable in grammar tags.
func (x *Property) Parse(lex *lexer.PeekingLexer) error { return capture(lex, x, (*reader).property) }

func (r *reader) stringLit() (StringLit, error) {
	t, err := r.expect(tokString)
	if err != nil {
		return StringLit{}, err
	}
	return StringLit{Loc: Loc{tokenSpan(t)}, Value: unquote(t.Value)}, nil
}

// literal reads a literal or a variable. Where literals stand alone, in
// properties, a number takes its sign (signed); in expressions a sign is an
// operator.
func (r *reader) literal(signed bool) (Expr, error) {
	if signed && r.is(tokMinus) {
		return r.negative()
	}
	t := r.peek()
	at := Loc{tokenSpan(t)}
	switch t.Type {
	case tokInteger, tokDecimal, tokFloat:
		r.next()
		return number(t, at, "")
	case tokString:
		r.next()
		return &StringLit{Loc: at, Value: unquote(t.Value)}, nil
	case kwTRUE, kwFALSE:
		r.next()
		return &BoolLit{Loc: at, Value: t.Type == kwTRUE}, nil
	case kwNULL:
		r.next()
		return &NullLit{Loc: at}, nil
	case tokVariable:
		r.next()
		return &Variable{Loc: at, Name: t.Value[2 : len(t.Value)-1]}, nil
	}
	return nil, r.unexpected()
}

// negative reads a number with its minus sign.
func (r *reader) negative() (Expr, error) {
	start := tokenSpan(r.next())
	t := r.peek()
	switch t.Type {
	case tokInteger, tokDecimal, tokFloat:
		r.next()
		return number(t, Loc{r.since(start)}, "-")
	}
	return nil, r.unexpected()
}

// number reads the value of a number token behind a sign, which is "" or "-".
func number(t *lexer.Token, at Loc, sign string) (Expr, error) {
	text := sign + t.Value
	switch t.Type {
	case tokInteger:
		v, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, errorAt(at.At, "the integer "+text+" is out of range",
				"integers go from -9223372036854775808 to 9223372036854775807")
		}
		return &IntLit{Loc: at, Value: v, Big: v != int64(int32(v))}, nil
	case tokDecimal:
		return &DecimalLit{Loc: at, Text: text}, nil
	default:
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsInf(v, 0) {
			return nil, errorAt(at.At, "the number "+text+" overflows DOUBLE",
				"doubles go up to 1.7976931348623157E308")
		}
		return &FloatLit{Loc: at, Value: v, Text: text}, nil
	}
}

// count reads a whole number that is not negative.
func (r *reader) count() (IntLit, error) {
	switch t := r.peek(); t.Type {
	case tokInteger, tokMinus:
	case tokDecimal, tokFloat:
		r.next()
		return IntLit{}, errorAt(tokenSpan(t), "expected a whole number, not "+t.Value, "")
	default:
		return IntLit{}, r.unexpected()
	}
	n, err := r.integer()
	if err == nil && n.Value < 0 {
		err = errorAt(n.At, "expected a number that is not negative", "")
	}
	return n, err
}

func (r *reader) countPtr() (*IntLit, error) {
	n, err := r.count()
	return &n, err
}

// integer reads a whole number with its sign.
func (r *reader) integer() (IntLit, error) {
	start := r.start()
	sign := ""
	if r.accept(tokMinus) {
		sign = "-"
	}
	t, err := r.expect(tokInteger)
	if err != nil {
		return IntLit{}, err
	}
	n, err := number(t, Loc{r.since(start)}, sign)
	if err != nil {
		return IntLit{}, err
	}
	return *n.(*IntLit), nil
}

// unitOf is the unit a keyword stands for.
func unitOf(t lexer.TokenType) (Unit, bool) {
	switch t {
	case kwMILLISECOND, kwMILLISECONDS:
		return Millisecond, true
	case kwSECOND, kwSECONDS:
		return Second, true
	case kwMINUTE, kwMINUTES:
		return Minute, true
	case kwHOUR, kwHOURS:
		return Hour, true
	case kwDAY, kwDAYS:
		return Day, true
	}
	return 0, false
}

// duration reads `number unit`.
func (r *reader) duration() (Duration, error) {
	start := r.start()
	n, err := r.count()
	if err != nil {
		return Duration{}, err
	}
	unit, ok := unitOf(r.peek().Type)
	if !ok {
		return Duration{}, r.unexpected()
	}
	r.next()
	d := Duration{Loc: Loc{r.since(start)}, Count: n.Value, Unit: unit}
	if n.Value > math.MaxInt64/unit.Millis() {
		return d, errorAt(d.At, "the duration is too long", "durations go up to 106751991167 DAYS")
	}
	return d, nil
}

func (r *reader) durationPtr() (*Duration, error) {
	d, err := r.duration()
	return &d, err
}

// property reads one `name = literal` of a WITH clause.
func (r *reader) property() (Property, error) {
	t := r.peek()
	x := Property{Loc: Loc{tokenSpan(t)}}
	switch {
	case t.Type == tokString:
		r.next()
		x.Name = Name{Loc: x.Loc, Text: unquote(t.Value), Quoted: true}
	case canName(t.Type):
		x.Name = nameOf(r.next())
	default:
		return x, r.unexpected()
	}
	if _, err := r.expect(tokEq); err != nil {
		return x, err
	}
	var err error
	x.Value, err = r.literal(true)
	x.At = r.since(x.At)
	return x, err
}
