package planner

import (
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/types"
)

func (x *exprBinder) array(e *parser.ArrayLit) (*expr.Expr, error) {
	if len(e.Elems) == 0 {
		return nil, errorf(e, "ARRAY[] has no elements, so it has no type").hint("give it one, e.g. ARRAY[CAST(NULL AS INTEGER)]")
	}
	items, err := x.bindAll(e.Elems)
	if err != nil {
		return nil, err
	}
	t, err := x.commonType(items, e.Elems)
	if err != nil {
		return nil, err
	}
	if t == nil {
		return nil, errorf(e, "all elements of the ARRAY are NULL, so it has no type").hint("give one of them a type with CAST")
	}
	if err := castAll(items, e.Elems, t); err != nil {
		return nil, err
	}
	return &expr.Expr{Op: expr.OpArray, Type: types.ArrayOf(t), Args: items}, nil
}

func (x *exprBinder) bindAll(list []parser.Expr) ([]*expr.Expr, error) {
	items := make([]*expr.Expr, len(list))
	for i, e := range list {
		var err error
		if items[i], err = x.bind(e); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func (x *exprBinder) mapLit(e *parser.MapLit) (*expr.Expr, error) {
	if len(e.Entries) == 0 {
		return nil, errorf(e, "MAP() has no entries, so it has no type").hint("give it one, e.g. MAP('a' := 1)")
	}
	var keyList, valueList []parser.Expr
	for i := range e.Entries {
		keyList = append(keyList, e.Entries[i].Key)
		valueList = append(valueList, e.Entries[i].Value)
	}
	keys, key, err := x.mapPart(e, "keys", keyList)
	if err != nil {
		return nil, err
	}
	values, value, err := x.mapPart(e, "values", valueList)
	if err != nil {
		return nil, err
	}
	out := &expr.Expr{Op: expr.OpMap, Type: types.MapOf(key, value)}
	for i := range keys {
		out.Args = append(out.Args, keys[i], values[i])
	}
	return out, nil
}

func (x *exprBinder) mapPart(e *parser.MapLit, what string, list []parser.Expr) ([]*expr.Expr, *types.Type, error) {
	items, err := x.bindAll(list)
	if err != nil {
		return nil, nil, err
	}
	t, err := x.commonType(items, list)
	if err != nil {
		return nil, nil, err
	}
	if t == nil {
		return nil, nil, errorf(e, "all %s of the MAP are NULL, so it has no type", what).hint("give one of them a type with CAST")
	}
	return items, t, castAll(items, list, t)
}

func (x *exprBinder) structLit(e *parser.StructLit) (*expr.Expr, error) {
	out := &expr.Expr{Op: expr.OpStruct}
	var fields []types.Field
	for i := range e.Fields {
		f := &e.Fields[i]
		for _, before := range fields {
			if before.Name == f.Name.Text {
				return nil, errorf(&f.Name, "field %s is given twice", &f.Name).hint("give each field of a STRUCT its own name")
			}
		}
		v, err := x.bind(f.Value)
		if err != nil {
			return nil, err
		}
		if isNull(v) {
			return nil, errorf(f.Value, "field %s is NULL, so it has no type", &f.Name).hint("give it one, e.g. CAST(NULL AS STRING)")
		}
		fields = append(fields, types.Field{Name: f.Name.Text, Type: v.Type})
		out.Args = append(out.Args, v)
	}
	out.Type = types.StructOf(fields...)
	return out, nil
}

func (x *exprBinder) subscript(e *parser.Subscript) (*expr.Expr, error) {
	from, err := x.bind(e.X)
	if err != nil {
		return nil, err
	}
	index, err := x.bind(e.Index)
	if err != nil {
		return nil, err
	}
	switch from.Type.Kind {
	case types.Array:
		if isNull(index) {
			index = expr.Null(types.IntegerType)
		}
		if k := index.Type.Kind; k != types.Integer && k != types.BigInt {
			return nil, errorf(e.Index, "the index of an ARRAY is an INTEGER, but this is %s", index.Type).hint("the first element has the index 1; use CAST")
		}
	case types.Map:
		if isNull(index) {
			index = expr.Null(from.Type.Key)
		}
		if w, ok := wider(from.Type.Key, index.Type); !ok || !w.Equal(from.Type.Key) {
			return nil, errorf(e.Index, "the keys of this MAP are %s, but this is %s", from.Type.Key, index.Type).hint("use CAST")
		}
		index = coerce(index, from.Type.Key)
	case types.Struct:
		return nil, errorf(e, "[] does not apply to a STRUCT").hint("write ->NAME to reach a field")
	default:
		err := errorf(e, "[] applies to an ARRAY or a MAP, but this is %s", from.Type)
		if from.Type.Kind == types.String {
			return nil, err.hint("SUBSTRING takes a part of a text, SPLIT makes an ARRAY of it, EXTRACTJSONFIELD reads JSON")
		}
		return nil, err.hint("leave the brackets out")
	}
	return &expr.Expr{Op: expr.OpSubscript, Type: from.Type.Elem, Args: []*expr.Expr{from, index}}, nil
}

func (x *exprBinder) field(e *parser.Field) (*expr.Expr, error) {
	from, err := x.bind(e.X)
	if err != nil {
		return nil, err
	}
	if from.Type.Kind != types.Struct {
		err := errorf(&e.Name, "-> reaches a field of a STRUCT, but this is %s", from.Type)
		switch from.Type.Kind {
		case types.Map:
			return nil, err.hint("the value of a key is written ['%s']", e.Name.Text)
		case types.Array:
			return nil, err.hint("choose an element first: [1]->%s", &e.Name)
		case types.String:
			return nil, err.hint("EXTRACTJSONFIELD reads JSON; or declare the column as a STRUCT")
		}
		return nil, err.hint("use the column itself")
	}
	i := from.Type.Field(e.Name.Text)
	if i < 0 {
		var names []string
		for _, f := range from.Type.Fields {
			names = append(names, f.Name)
		}
		return nil, errorf(&e.Name, "there is no field %s in %s", &e.Name, from.Type).
			hint("%s", didYouMean(e.Name.Text, names, "the fields are "+list(quoteAll(names), "and")))
	}
	return fieldOf(from, i), nil
}

// fieldOf reads field i of a struct.
func fieldOf(from *expr.Expr, i int) *expr.Expr {
	return &expr.Expr{Op: expr.OpField, Type: from.Type.Fields[i].Type, Name: from.Type.Fields[i].Name, Index: i, Args: []*expr.Expr{from}}
}
