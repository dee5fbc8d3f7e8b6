package function

import "github.com/leatdb/leat/types"

// bindings are the types found for type variables.
type bindings map[string]*types.Type

// accept tells whether an argument fits a parameter and returns the type it is
// to be cast to (NullType for a NULL literal; nil for a unit or lambda).
func (b bindings) accept(p Pattern, arg Arg, casts bool) (*types.Type, bool) {
	switch {
	case arg.Bind != nil:
		return nil, p.Kind == PatternLambda && (len(p.Params) == arg.Params || arg.Params == anyCount)
	case arg.Unit:
		return nil, p.Kind == PatternUnit
	case p.Kind == PatternLambda || p.Kind == PatternUnit:
		return nil, false
	case arg.Type.Kind == types.Null:
		return arg.Type, true
	}
	return b.acceptType(p, arg.Type, casts)
}

func (b bindings) acceptType(p Pattern, t *types.Type, casts bool) (*types.Type, bool) {
	switch p.Kind {
	case PatternAny:
		return t, true
	case PatternVar:
		bound, ok := b[p.Var]
		if !ok {
			b[p.Var] = t
			return t, true
		}
		return bound, bound.Equal(t)
	case PatternDecimal:
		if t.Kind == types.Decimal {
			return t, true
		}
		if d := asDecimal(t); d != nil && casts {
			return d, true
		}
		return nil, false
	case PatternArray:
		if t.Kind != types.Array {
			return nil, false
		}
		elem, ok := b.acceptType(*p.Elem, t.Elem, casts)
		if !ok {
			return nil, false
		}
		return types.ArrayOf(elem), true
	case PatternMap:
		if t.Kind != types.Map {
			return nil, false
		}
		key, ok := b.acceptType(*p.Key, t.Key, casts)
		if !ok {
			return nil, false
		}
		elem, ok := b.acceptType(*p.Elem, t.Elem, casts)
		if !ok {
			return nil, false
		}
		return types.MapOf(key, elem), true
	}
	return p.Type, p.Type.Equal(t) || casts && castsTo(t, p.Type)
}

// asDecimal returns the decimal type that holds every value of an integer type.
func asDecimal(t *types.Type) *types.Type {
	switch t.Kind {
	case types.Integer:
		return types.DecimalOf(10, 0)
	case types.BigInt:
		return types.DecimalOf(19, 0)
	}
	return nil
}

// castsTo tells whether arguments are cast implicitly from one type to another.
func castsTo(from, to *types.Type) bool {
	switch to.Kind {
	case types.BigInt:
		return from.Kind == types.Integer
	case types.Decimal:
		if d := asDecimal(from); d != nil {
			from = d
		}
		return from.Kind == types.Decimal && from.Scale <= to.Scale && from.Precision-from.Scale <= to.Precision-to.Scale
	case types.Double:
		return from.Kind == types.Integer || from.Kind == types.BigInt || from.Kind == types.Decimal
	case types.Date, types.Time, types.Timestamp, types.Bytes:
		return from.Kind == types.String
	}
	return false
}

// subst replaces the type variables of a pattern; nil when one is not bound.
func (b bindings) subst(p Pattern) *types.Type {
	switch p.Kind {
	case PatternExact:
		return p.Type
	case PatternVar:
		return b[p.Var]
	case PatternArray:
		if elem := b.subst(*p.Elem); elem != nil {
			return types.ArrayOf(elem)
		}
	case PatternMap:
		key, elem := b.subst(*p.Key), b.subst(*p.Elem)
		if key != nil && elem != nil {
			return types.MapOf(key, elem)
		}
	}
	return nil
}
