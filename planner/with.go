package planner

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/leatdb/leat/parser"
)

// with is a WITH clause whose names and types are right.
type with map[string]withValue

type withValue struct {
	at     *parser.Property
	text   string
	number int64
	flag   bool
}

// bindWith checks the names and types of the properties.
func bindWith(props []parser.Property, where clause) (with, error) {
	w := with{}
	for i := range props {
		p := &props[i]
		kind, err := kindOf(p, where)
		if err != nil {
			return nil, err
		}
		if _, twice := w[p.Name.Text]; twice {
			return nil, errorf(p, "property %s is given twice", p.Name.Text).hint("leave one of them out")
		}
		v, ok := valueOf(p.Value, kind)
		if !ok {
			return nil, errorf(p.Value, "property %s is %s; expected %s", p.Name.Text, literalText(p.Value), kind).
				hint("e.g. %s=%s", p.Name.Text, kind.example())
		}
		v.at = p
		w[p.Name.Text] = v
	}
	return w, nil
}

func kindOf(p *parser.Property, where clause) (propKind, error) {
	var names []string
	for _, known := range withProperties {
		if known.where&where == 0 {
			continue
		}
		if known.name == p.Name.Text {
			return known.kind, nil
		}
		names = append(names, known.name)
	}
	return 0, errorf(&p.Name, "there is no property %s here", p.Name.Text).
		hint("%s", didYouMean(p.Name.Text, names, "the properties are "+list(names, "and")))
}

// valueOf reads a literal as the kind wants it. Numbers and flags may also be
// written as strings.
func valueOf(e parser.Expr, kind propKind) (withValue, bool) {
	var v withValue
	switch kind {
	case textProp:
		s, ok := e.(*parser.StringLit)
		if ok {
			v.text = s.Value
		}
		return v, ok
	case flagProp:
		switch x := e.(type) {
		case *parser.BoolLit:
			v.flag = x.Value
			return v, true
		case *parser.StringLit:
			v.flag = strings.EqualFold(x.Value, "true")
			return v, v.flag || strings.EqualFold(x.Value, "false")
		}
		return v, false
	}
	switch x := e.(type) {
	case *parser.IntLit:
		v.number = x.Value
	case *parser.StringLit:
		n, err := strconv.ParseInt(strings.TrimSpace(x.Value), 10, 64)
		if err != nil {
			return v, false
		}
		v.number = n
	default:
		return v, false
	}
	return v, kind == numberProp || v.number >= 1 && v.number <= math.MaxInt32
}

func literalText(e parser.Expr) string {
	switch x := e.(type) {
	case *parser.StringLit:
		return parser.QuoteString(x.Value)
	case *parser.IntLit:
		return strconv.FormatInt(x.Value, 10)
	case *parser.DecimalLit:
		return x.Text
	case *parser.FloatLit:
		return x.Text
	case *parser.BoolLit:
		return strings.ToUpper(strconv.FormatBool(x.Value))
	case *parser.NullLit:
		return "NULL"
	case *parser.Variable:
		return fmt.Sprintf("the undefined variable ${%s}", x.Name)
	}
	return "no literal"
}

func (w with) has(name string) bool {
	_, ok := w[name]
	return ok
}

// at is where to point when the property is wrong; nil when it is not given.
func (w with) at(name string) parser.Node {
	if v, ok := w[name]; ok {
		return v.at
	}
	return nil
}
