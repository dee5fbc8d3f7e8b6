package planner

import (
	"strconv"
	"strings"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/types"
)

func literal(e parser.Expr) (*expr.Expr, error) {
	switch e := e.(type) {
	case *parser.IntLit:
		t := types.IntegerType
		if e.Big {
			t = types.BigIntType
		}
		return expr.Const(strconv.FormatInt(e.Value, 10), t), nil
	case *parser.DecimalLit:
		return decimalConst(e.Text), nil
	case *parser.FloatLit:
		return expr.Const(e.Text, types.DoubleType), nil
	case *parser.StringLit:
		return expr.Const(e.Value, types.StringType), nil
	case *parser.BoolLit:
		return expr.Const(strconv.FormatBool(e.Value), types.BooleanType), nil
	case *parser.TypedLit:
		return typedLiteral(e)
	}
	return expr.Null(types.NullType), nil
}

// decimalConst types a decimal literal by its digits: 1.50 is DECIMAL(3, 2) and
// 0.005, which has no digit before the point that counts, DECIMAL(4, 3).
func decimalConst(text string) *expr.Expr {
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	whole = strings.TrimLeft(whole, "0")
	scale := len(fraction)
	precision := len(whole) + scale
	if whole == "" {
		whole = "0"
		precision = scale + 1
	}
	canonical := sign + whole
	if scale > 0 {
		canonical += "." + fraction
	}
	return expr.Const(canonical, types.DecimalOf(precision, scale))
}

func typedLiteral(e *parser.TypedLit) (*expr.Expr, error) {
	if e.Type.Text != "DECIMAL" {
		return nil, errorf(e, "a literal of type %s cannot be written like this", &e.Type).hint("use CAST(%s AS %s)", parser.QuoteString(e.Text), &e.Type)
	}
	text := strings.TrimSpace(e.Text)
	digits := strings.TrimPrefix(text, "-")
	if strings.Trim(digits, "0123456789.") != "" || strings.Count(digits, ".") > 1 || strings.Trim(digits, ".") == "" {
		return nil, errorf(e, "'%s' is no DECIMAL", e.Text).hint("write digits with one point, e.g. 1.50")
	}
	return decimalConst(text), nil
}
