package planner

import (
	"fmt"
	"slices"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/types"
)

// alterSource plans ALTER STREAM|TABLE ... ADD COLUMN.
func (b *binder) alterSource(s *parser.AlterSource) (Planned, error) {
	old, err := b.source(&s.Name)
	if err != nil {
		return nil, err
	}
	switch {
	case string(old.Relation) != s.Kind.String():
		return nil, errorf(&s.Name, "%s is a %s, not a %s", &s.Name, old.Relation, s.Kind).hint("write ALTER %s %s", old.Relation, &s.Name)
	case old.ReadOnly:
		return nil, errorf(&s.Name, "%s was made with CREATE SOURCE and cannot be altered", &s.Name).hint("drop it and create it again")
	case old.Derived():
		return nil, errorf(&s.Name, "%s is the result of a query and cannot be altered", &s.Name).hint("use CREATE OR REPLACE %s %s AS SELECT ...", s.Kind, &s.Name)
	}
	now := *old
	now.Schema.Value = append([]types.Column(nil), old.Schema.Value...)
	for i := range s.Add {
		a := &s.Add[i]
		if err := checkColumnName(&a.Name, &now.Schema); err != nil {
			return nil, err
		}
		t, err := b.bindType(a.Type)
		if err != nil {
			return nil, err
		}
		now.Schema.Value = append(now.Schema.Value, types.Column{Name: a.Name.Text, Type: t})
		if old.Order != nil {
			now.Order = append(slices.Clip(now.Order), a.Name.Text)
		}
	}
	if err := checkFormats(nil, &s.Name, &now.Schema, now.KeyFormat, now.ValueFormat); err != nil {
		return nil, err
	}
	return &Change{
		CommandID: commandID(s.Kind.String(), s.Name.Text, "alter"),
		Command:   &catalog.Command{Kind: catalog.AlterSource, SQL: s.Text(), Source: &now},
		Message:   fmt.Sprintf("%s %s altered", s.Kind, s.Name.Text),
	}, nil
}
