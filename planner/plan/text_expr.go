package plan

import (
	"fmt"
	"strings"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/types"
)

// exprText prints a bound expression with the casts that were inserted; column
// names the columns it reads.
func exprText(e *expr.Expr, column func(int) string) string {
	args := make([]string, len(e.Args))
	for i, a := range e.Args {
		args[i] = exprText(a, column)
	}
	not := ""
	if e.Name == "not" {
		not = "NOT "
	}
	switch e.Op {
	case expr.OpConst:
		return constText(e)
	case expr.OpColumn:
		return column(e.Index)
	case expr.OpPseudo, expr.OpUnit:
		return e.Name
	case expr.OpParam:
		return fmt.Sprintf("#%d", e.Index)
	case expr.OpLambda:
		return lambdaText(e, args[0])
	case expr.OpCall:
		return e.Name + "(" + strings.Join(args, ", ") + ")"
	case expr.OpCast:
		return "CAST(" + args[0] + " AS " + e.Type.String() + ")"
	case expr.OpArith, expr.OpCompare:
		return "(" + args[0] + " " + e.Name + " " + args[1] + ")"
	case expr.OpConcat:
		return "(" + args[0] + " + " + args[1] + ")"
	case expr.OpNegate:
		return "-" + args[0]
	case expr.OpDistinct:
		return "(" + args[0] + " IS " + not + "DISTINCT FROM " + args[1] + ")"
	case expr.OpIsNull:
		return "(" + args[0] + " IS " + not + "NULL)"
	case expr.OpBetween:
		return "(" + args[0] + " " + not + "BETWEEN " + args[1] + " AND " + args[2] + ")"
	case expr.OpIn:
		return "(" + args[0] + " " + not + "IN (" + strings.Join(args[1:], ", ") + "))"
	case expr.OpLike:
		return "(" + args[0] + " " + not + "LIKE " + args[1] + escapeText(e.Text) + ")"
	case expr.OpAnd, expr.OpOr:
		return "(" + args[0] + " " + strings.ToUpper(string(e.Op)) + " " + args[1] + ")"
	case expr.OpNot:
		return "(NOT " + args[0] + ")"
	}
	return constructText(e, args)
}

// constructText prints CASE, and what takes values apart and puts them together.
func constructText(e *expr.Expr, args []string) string {
	switch e.Op {
	case expr.OpCase:
		s := "CASE"
		for i := 0; i+1 < len(args); i += 2 {
			s += " WHEN " + args[i] + " THEN " + args[i+1]
		}
		if len(args)%2 == 1 {
			s += " ELSE " + args[len(args)-1]
		}
		return s + " END"
	case expr.OpSubscript:
		return args[0] + "[" + args[1] + "]"
	case expr.OpField:
		return args[0] + "->" + e.Args[0].Type.Fields[e.Index].Name
	case expr.OpArray:
		return "ARRAY[" + strings.Join(args, ", ") + "]"
	case expr.OpMap:
		parts := make([]string, 0, len(args)/2)
		for i := 0; i < len(args); i += 2 {
			parts = append(parts, args[i]+" := "+args[i+1])
		}
		return "MAP(" + strings.Join(parts, ", ") + ")"
	case expr.OpStruct:
		parts := make([]string, len(args))
		for i, a := range args {
			parts[i] = e.Type.Fields[i].Name + " := " + a
		}
		return "STRUCT(" + strings.Join(parts, ", ") + ")"
	}
	return string(e.Op) + "(" + strings.Join(args, ", ") + ")"
}

func constText(e *expr.Expr) string {
	switch {
	case e.Null:
		return "NULL:" + e.Type.String()
	case e.Type.Kind == types.String:
		return "'" + strings.ReplaceAll(e.Text, "'", "''") + "'"
	}
	return e.Text
}

func lambdaText(e *expr.Expr, body string) string {
	params := make([]string, len(e.Params))
	for i, t := range e.Params {
		params[i] = fmt.Sprintf("#%d %s", e.Index+i, t)
	}
	return "(" + strings.Join(params, ", ") + ") => " + body
}

func escapeText(c string) string {
	if c == "" {
		return ""
	}
	return " ESCAPE '" + c + "'"
}
