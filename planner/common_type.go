package planner

import (
	"strconv"
	"strings"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/types"
)

// commonType finds the type that all items of an IN list, an array or a map can
// have. The first item that is no string literal decides the family; string
// literals are read as numbers or booleans where that family wants it. Untyped
// NULLs fit everywhere.
func (x *exprBinder) commonType(items []*expr.Expr, at []parser.Expr) (*types.Type, error) {
	var common *types.Type
	var first int
	for i, item := range items {
		if isNull(item) {
			continue
		}
		if common == nil {
			common, first = item.Type, i
			continue
		}
		t, ok := typeAmong(item, common)
		if !ok {
			return nil, errorf(at[i], "%s cannot be read as %s, the type of the items before it", x.text(at[i]), common).
				hint("all items must have one type; use CAST")
		}
		if common, ok = wider(common, t); !ok {
			return nil, errorf(at[i], "%s is %s, which has no common type with the items before it", x.text(at[i]), t).
				hint("%s is %s; give all items one type with CAST", x.text(at[first]), items[first].Type)
		}
	}
	return common, nil
}

// typeAmong is the type of an item among items of a type: literals take the
// type that their text has there, also inside of constructors. It is false when
// a string does not read as that.
func typeAmong(item *expr.Expr, common *types.Type) (*types.Type, bool) {
	t := item.Type
	switch {
	case common.Equal(t):
	case isText(item):
		return literalType(item.Text, common)
	case common.Kind == types.String && item.Op == expr.OpConst && !item.Null && (t.Kind.Numeric() || t.Kind == types.Boolean):
		return common, true
	case item.Op == expr.OpStruct && common.Kind == types.Struct:
		fields := append([]types.Field(nil), t.Fields...)
		for i := range fields {
			c := common.Field(fields[i].Name)
			if c < 0 {
				continue
			}
			var ok bool
			if fields[i].Type, ok = typeAmong(item.Args[i], common.Fields[c].Type); !ok {
				return nil, false
			}
		}
		return types.StructOf(fields...), true
	case item.Op == expr.OpArray && common.Kind == types.Array:
		elem, ok := partsAmong(item.Args, 0, 1, common.Elem)
		return types.ArrayOf(elem), ok
	case item.Op == expr.OpMap && common.Kind == types.Map:
		key, ok1 := partsAmong(item.Args, 0, 2, common.Key)
		elem, ok2 := partsAmong(item.Args, 1, 2, common.Elem)
		return types.MapOf(key, elem), ok1 && ok2
	}
	return t, true
}

// partsAmong is the common type of every step-th part of a constructor among
// values of a type.
func partsAmong(parts []*expr.Expr, from, step int, common *types.Type) (*types.Type, bool) {
	for i := from; i < len(parts); i += step {
		if isNull(parts[i]) {
			continue
		}
		t, ok := typeAmong(parts[i], common)
		if !ok {
			return nil, false
		}
		if common, ok = wider(common, t); !ok {
			return nil, false
		}
	}
	return common, true
}

// literalType is the type a string literal takes among items of type t.
func literalType(text string, t *types.Type) (*types.Type, bool) {
	text = strings.TrimSpace(text)
	switch t.Kind {
	case types.Boolean:
		return t, booleanText(text)
	case types.Integer, types.BigInt, types.Decimal, types.Double:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			if int64(int32(n)) == n {
				return types.IntegerType, true
			}
			return types.BigIntType, true
		}
		if digits := strings.TrimLeft(text, "+-"); strings.Trim(digits, "0123456789.") == "" && strings.Count(digits, ".") == 1 && digits != "." {
			return decimalConst(digits).Type, true
		}
		_, err := strconv.ParseFloat(text, 64)
		return types.DoubleType, err == nil
	case types.String, types.Date, types.Time, types.Timestamp, types.Bytes:
		return t, true
	}
	return nil, false
}

// booleanText accepts the prefixes of true, false, yes and no, in any case.
func booleanText(text string) bool {
	for _, word := range []string{"TRUE", "FALSE", "YES", "NO"} {
		if text != "" && strings.HasPrefix(word, strings.ToUpper(text)) {
			return true
		}
	}
	return false
}

// wider is the type that both types widen to.
func wider(a, b *types.Type) (*types.Type, bool) {
	switch {
	case a.Equal(b):
		return a, true
	case a.Kind.Numeric() && b.Kind.Numeric():
		return widerNumber(a, b), true
	case a.Kind != b.Kind:
		return nil, false
	case a.Kind == types.Array:
		elem, ok := wider(a.Elem, b.Elem)
		return types.ArrayOf(elem), ok
	case a.Kind == types.Map:
		key, ok1 := wider(a.Key, b.Key)
		elem, ok2 := wider(a.Elem, b.Elem)
		return types.MapOf(key, elem), ok1 && ok2
	case a.Kind == types.Struct:
		return widerStruct(a, b)
	}
	return nil, false
}

func widerNumber(a, b *types.Type) *types.Type {
	if a.Kind == types.Double || b.Kind == types.Double {
		return types.DoubleType
	}
	if a.Kind == types.Decimal || b.Kind == types.Decimal {
		a, b = decimalTypeOf(a), decimalTypeOf(b)
		scale := max(a.Scale, b.Scale)
		return types.DecimalOf(max(a.Precision-a.Scale, b.Precision-b.Scale)+scale, scale)
	}
	return types.BigIntType
}

func decimalTypeOf(t *types.Type) *types.Type {
	switch t.Kind {
	case types.Integer:
		return integerAsDecimal
	case types.BigInt:
		return bigIntAsDecimal
	}
	return t
}

// widerStruct has the fields of both types, those of a first.
func widerStruct(a, b *types.Type) (*types.Type, bool) {
	fields := append([]types.Field(nil), a.Fields...)
	for _, f := range b.Fields {
		i := a.Field(f.Name)
		if i < 0 {
			fields = append(fields, f)
			continue
		}
		t, ok := wider(fields[i].Type, f.Type)
		if !ok {
			return nil, false
		}
		fields[i].Type = t
	}
	return types.StructOf(fields...), true
}

// castAll gives all items the type. String literals are cast as they are
// written, so '10' becomes the number 10.
func castAll(items []*expr.Expr, at []parser.Expr, t *types.Type) error {
	for i, item := range items {
		if !isNull(item) && !Castable(item.Type, t) {
			return errorf(at[i], "%s cannot be converted to %s", item.Type, t).hint("give all items one type with CAST")
		}
		items[i] = coerce(item, t)
	}
	return nil
}
