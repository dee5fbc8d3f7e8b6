package planner

import (
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/types"
)

// castTargets lists for each kind what CAST makes of it, besides itself.
var castTargets = map[types.Kind][]types.Kind{
	types.Boolean: {types.String},
	types.Integer: {types.BigInt, types.Decimal, types.Double, types.String},
	types.BigInt:  {types.Integer, types.Decimal, types.Double, types.String},
	types.Decimal: {types.Integer, types.BigInt, types.Double, types.String},
	types.Double:  {types.Integer, types.BigInt, types.Decimal, types.String},
	types.String: {types.Boolean, types.Integer, types.BigInt, types.Decimal, types.Double, types.Time, types.Date,
		types.Timestamp, types.Bytes},
	types.Time:      {types.String},
	types.Date:      {types.String, types.Timestamp},
	types.Timestamp: {types.String, types.Time, types.Date},
	types.Array:     {types.String},
	types.Map:       {types.String},
	types.Struct:    {types.String},
}

// Castable tells whether CAST converts values of one type to another. Nested
// types are converted part by part; fields that are missing become NULL.
func Castable(from, to *types.Type) bool {
	switch {
	case from.Equal(to):
		return true
	case from.Kind != to.Kind:
		for _, k := range castTargets[from.Kind] {
			if k == to.Kind {
				return true
			}
		}
		return false
	case from.Kind == types.Array:
		return Castable(from.Elem, to.Elem)
	case from.Kind == types.Map:
		return Castable(from.Key, to.Key) && Castable(from.Elem, to.Elem)
	case from.Kind == types.Struct:
		for _, f := range to.Fields {
			if i := from.Field(f.Name); i >= 0 && !Castable(from.Fields[i].Type, f.Type) {
				return false
			}
		}
	}
	return true
}

func (x *exprBinder) cast(e *parser.Cast) (*expr.Expr, error) {
	arg, err := x.bind(e.X)
	if err != nil {
		return nil, err
	}
	t, err := x.bindType(e.Type)
	if err != nil {
		return nil, err
	}
	if isNull(arg) {
		return expr.Null(t), nil
	}
	if !Castable(arg.Type, t) {
		return nil, errorf(e.Type, "%s cannot be cast to %s", arg.Type, t).hint("%s", castHint(arg.Type))
	}
	if arg.Type.Equal(t) {
		return arg, nil
	}
	return &expr.Expr{Op: expr.OpCast, Type: t, Args: []*expr.Expr{arg}}, nil
}

func castHint(from *types.Type) string {
	if len(castTargets[from.Kind]) == 0 {
		return from.Kind.String() + " cannot be cast to anything else"
	}
	var names []string
	for _, k := range castTargets[from.Kind] {
		names = append(names, k.String())
	}
	return from.Kind.String() + " can be cast to " + list(names, "and")
}
