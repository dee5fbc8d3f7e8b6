package planner

import (
	"fmt"
	"sort"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/types"
)

// createType plans CREATE TYPE. The type is stored resolved: dropping or
// changing the types it was made from does not touch it.
func (b *binder) createType(s *parser.CreateType) (Planned, error) {
	id := commandID("type", s.Name.Text, "create")
	if b.cat.Type(s.Name.Text) != nil {
		if s.IfNotExists {
			return &Change{CommandID: id, Warning: true, Message: fmt.Sprintf("type %s exists already", s.Name.Text)}, nil
		}
		return nil, errorf(&s.Name, "type %s exists already", &s.Name).hint("drop it first, or use CREATE TYPE IF NOT EXISTS")
	}
	if _, ok := types.NamedType(s.Name.Text); ok {
		return nil, errorf(&s.Name, "%s is the name of a built-in type", &s.Name).hint("choose another name")
	}
	t, err := b.bindType(s.Type)
	if err != nil {
		return nil, err
	}
	return &Change{
		CommandID: id,
		Command:   &catalog.Command{Kind: catalog.CreateType, SQL: s.Text(), Type: &catalog.Type{Name: s.Name.Text, Type: t}},
		Message:   fmt.Sprintf("type %s created as %s", s.Name.Text, t),
	}, nil
}

func (b *binder) dropType(s *parser.DropType) (Planned, error) {
	id := commandID("type", s.Name.Text, "drop")
	if b.cat.Type(s.Name.Text) == nil {
		if s.IfExists {
			return &Change{CommandID: id, Warning: true, Message: fmt.Sprintf("type %s does not exist, so there is nothing to drop", s.Name.Text)}, nil
		}
		return nil, errorf(&s.Name, "there is no type named %s", &s.Name).
			hint("%s", didYouMean(s.Name.Text, b.customTypes(), "SHOW TYPES lists those that exist"))
	}
	return &Change{
		CommandID: id,
		Command:   &catalog.Command{Kind: catalog.DropType, SQL: s.Text(), Names: []string{s.Name.Text}},
		Message:   fmt.Sprintf("type %s dropped", s.Name.Text),
	}, nil
}

func (b *binder) customTypes() []string {
	var names []string
	for _, t := range b.cat.Types() {
		names = append(names, t.Name)
	}
	return names
}

// bindType resolves a written type: base types, and names made by CREATE TYPE.
func (b *binder) bindType(t *parser.TypeExpr) (*types.Type, error) {
	switch t.Kind {
	case parser.TypeDecimal:
		return decimalType(t)
	case parser.TypeArray:
		elem, err := b.bindType(t.Elem)
		if err != nil {
			return nil, err
		}
		return types.ArrayOf(elem), nil
	case parser.TypeMap:
		key, err := b.bindType(t.Key)
		if err != nil {
			return nil, err
		}
		elem, err := b.bindType(t.Elem)
		if err != nil {
			return nil, err
		}
		return types.MapOf(key, elem), nil
	case parser.TypeStruct:
		return b.structType(t)
	}
	if base, ok := types.NamedType(t.Name.Text); ok && base.Kind != types.Null {
		return base, nil
	}
	if custom := b.cat.Type(t.Name.Text); custom != nil {
		return custom.Type, nil
	}
	names := append(append(b.customTypes(), baseTypes...), "INT", "VARCHAR")
	sort.Strings(names)
	if here, ok := foreignTypes[t.Name.Text]; ok {
		return nil, errorf(t, "there is no type named %s", &t.Name).hint("write %s", here)
	}
	return nil, errorf(t, "there is no type named %s", &t.Name).
		hint("%s", didYouMean(t.Name.Text, names, "the base types are "+list(baseTypes, "and")+"; SHOW TYPES lists those made by CREATE TYPE"))
}

var baseTypes = []string{"BOOLEAN", "INTEGER", "BIGINT", "DECIMAL", "DOUBLE", "STRING", "BYTES", "DATE", "TIME", "TIMESTAMP", "ARRAY", "MAP", "STRUCT"}

func (b *binder) structType(t *parser.TypeExpr) (*types.Type, error) {
	fields := make([]types.Field, len(t.Fields))
	for i := range t.Fields {
		f := &t.Fields[i]
		ft, err := b.bindType(f.Type)
		if err != nil {
			return nil, err
		}
		for _, before := range fields[:i] {
			if before.Name == f.Name.Text {
				return nil, errorf(f, "field %s is declared twice", &f.Name).hint("give each field of a STRUCT its own name")
			}
		}
		fields[i] = types.Field{Name: f.Name.Text, Type: ft}
	}
	return types.StructOf(fields...), nil
}

func decimalType(t *parser.TypeExpr) (*types.Type, error) {
	const want = "write DECIMAL(precision, scale) with 1 <= precision and 0 <= scale <= precision"
	if len(t.Params) != 2 {
		return nil, errorf(t, "DECIMAL needs a precision and a scale").hint(want)
	}
	p, s := t.Params[0], t.Params[1]
	switch {
	case p.Value < 1:
		return nil, errorf(p, "the precision of a DECIMAL is at least 1, not %d", p.Value).hint(want)
	case s.Value < 0:
		return nil, errorf(s, "the scale of a DECIMAL is at least 0, not %d", s.Value).hint(want)
	case s.Value > p.Value:
		return nil, errorf(s, "the scale %d of a DECIMAL is greater than its precision %d", s.Value, p.Value).hint(want)
	case p.Value > maxDecimalDigits:
		return nil, errorf(p, "the precision %d of a DECIMAL is too large", p.Value).hint("use at most %d digits", maxDecimalDigits)
	}
	return types.DecimalOf(int(p.Value), int(s.Value)), nil
}

// maxDecimalDigits keeps sizes computed from precisions far from overflow; no
// number of practical use has that many digits.
const maxDecimalDigits = 1 << 20
