package sqltest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// decodeJSON reads a JSON text and holds that it is written as the types of the
// columns demand.
func decodeJSON(b []byte, f plan.Format, columns []types.Column, isKey bool) (any, error) {
	v, err := parseJSON(b)
	if err != nil || len(columns) == 0 {
		return v, err
	}
	if len(columns) == 1 && (isKey || f.WrapSingle != nil && !*f.WrapSingle) {
		return typed(v, columns[0].Type)
	}
	row := &types.Type{Kind: types.Struct}
	for _, c := range columns {
		row.Fields = append(row.Fields, types.Field{Name: c.Name, Type: c.Type})
	}
	return typed(v, row)
}

// typed turns JSON that stands for a value of the type into it: numbers become
// int64, float64 or decimals, objects keep their members. Anything that is not
// how the type is written is an error.
func typed(v any, t *types.Type) (any, error) {
	if v == nil {
		return nil, nil
	}
	switch x := v.(type) {
	case json.Number:
		return typedNumber(string(x), t)
	case bool:
		if t.Kind == types.Boolean {
			return x, nil
		}
	case string:
		switch t.Kind {
		case types.String, types.Bytes:
			return x, nil
		case types.Double: // NaN and the infinities.
			return strconv.ParseFloat(x, 64)
		}
	case []any:
		if t.Kind == types.Array {
			return typedList(x, t.Elem)
		}
	case map[string]any:
		if t.Kind == types.Struct || t.Kind == types.Map {
			return typedObject(x, t)
		}
	}
	return nil, fmt.Errorf("%s is no %s", show(v), t)
}

func typedNumber(text string, t *types.Type) (any, error) {
	switch t.Kind {
	case types.Integer, types.BigInt, types.Date, types.Time, types.Timestamp:
		return strconv.ParseInt(text, 10, 64)
	case types.Double:
		return strconv.ParseFloat(text, 64)
	case types.Decimal:
		d, err := parseDecimal(text)
		if err == nil && d.Scale != t.Scale {
			err = fmt.Errorf("%s is not written with the scale of %s", text, t)
		}
		return d, err
	}
	return nil, fmt.Errorf("%s is no %s", text, t)
}

func typedList(list []any, elem *types.Type) (any, error) {
	out := make([]any, len(list))
	for i, v := range list {
		var err error
		if out[i], err = typed(v, elem); err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return out, nil
}

func typedObject(object map[string]any, t *types.Type) (any, error) {
	out := make(map[string]any, len(object))
	for name, v := range object {
		elem := t.Elem
		if t.Kind == types.Struct {
			i := slices.IndexFunc(t.Fields, func(f types.Field) bool { return f.Name == name })
			if i < 0 {
				return nil, fmt.Errorf("there is no field %s in %s", name, t)
			}
			elem = t.Fields[i].Type
		}
		var err error
		if out[name], err = typed(v, elem); err != nil {
			return nil, fmt.Errorf("field %s: %w", name, err)
		}
	}
	return out, nil
}
