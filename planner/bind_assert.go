package planner

import (
	"math"
	"strings"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// assertValues plans ASSERT VALUES: the columns may be fewer than those of the
// source, and may be those that no INSERT can give.
func (b *binder) assertValues(s *parser.AssertValues) (Planned, error) {
	source, err := b.source(&s.Source)
	if err != nil {
		return nil, err
	}
	all := append(append([]types.Column{}, source.Schema.Key...), source.Schema.Value...)
	return b.expectedRow(&ExpectedRow{Source: source, Columns: all}, &s.Source, s.Columns, s.Values)
}

// assertNullValues plans ASSERT NULL VALUES: the next record is a tombstone.
func (b *binder) assertNullValues(s *parser.AssertNullValues) (Planned, error) {
	source, err := b.source(&s.Source)
	if err != nil {
		return nil, err
	}
	return b.expectedRow(&ExpectedRow{Source: source, Columns: source.Schema.Key, Tombstone: true}, &s.Source, s.Columns, s.Key)
}

// expectedRow completes row, whose columns are those of a statement that names
// none.
func (b *binder) expectedRow(row *ExpectedRow, at *parser.Name, given []parser.Name, values []parser.Expr) (Planned, error) {
	if given != nil {
		row.Columns = nil
	}
	for i := range given {
		c, err := assertColumn(&given[i], row.Source)
		if err != nil {
			return nil, err
		}
		row.Columns = append(row.Columns, c)
	}
	if len(row.Columns) != len(values) {
		return nil, errorf(at, "there are %s for %s", count(len(values), "value"), count(len(row.Columns), "column")).
			hint("the columns are %s", strings.Join(names(row.Columns), ", "))
	}
	x := b.expressions(nil, "VALUES")
	for i, c := range row.Columns {
		e, err := x.bind(values[i])
		if err != nil {
			return nil, err
		}
		if e, err = x.fit(values[i], e, c); err != nil {
			return nil, err
		}
		row.Values = append(row.Values, e)
	}
	return row, nil
}

func assertColumn(name *parser.Name, source *catalog.Source) (types.Column, error) {
	windowed := name.Text == "WINDOWSTART" || name.Text == "WINDOWEND"
	switch {
	case name.Text == "ROWTIME", windowed && source.Window != nil:
		return types.Column{Name: name.Text, Type: types.BigIntType}, nil
	case windowed:
		return types.Column{}, errorf(name, "%s is not windowed and has no %s", quote(source.Name), name)
	case isPseudo(name.Text):
		return types.Column{}, errorf(name, "%s is not compared", name).hint("of the columns that every source has only ROWTIME is")
	}
	return insertColumn(name, source, source.Schema.Columns())
}

// assertSource plans ASSERT STREAM and ASSERT TABLE: what the statement would
// declare, beside what exists. Without columns the schema is not compared, and
// without WITH nothing but the schema and the kind.
func (b *binder) assertSource(s *parser.AssertSource) (Planned, error) {
	have, err := b.source(&s.Name)
	if err != nil {
		return nil, err
	}
	declared := &parser.CreateSource{Stmt: s.Stmt, Kind: s.Kind, Name: s.Name, Columns: s.Columns, With: s.With}
	want := *have
	switch {
	case s.With != nil:
		if s.Columns == nil {
			if declared.Columns, err = columnsOf(have, s.Kind); err != nil {
				return nil, err
			}
		}
		bound, _, err := b.bindSource(declared)
		if err != nil {
			return nil, err
		}
		want = *bound
	case s.Columns != nil:
		if want.Schema, err = b.bindColumns(declared); err != nil {
			return nil, err
		}
	}
	if s.Columns == nil {
		want.Schema = have.Schema
	}
	want.Relation = plan.Relation(s.Kind.String())
	return &ExpectedSource{Have: have, Want: &want}, nil
}

// columnsOf declares the columns that a source has.
func columnsOf(src *catalog.Source, kind parser.SourceKind) ([]parser.ColumnDef, error) {
	stmt, err := parser.ParseStatement("CREATE STREAM X (" + src.Schema.String() + ");")
	if err != nil {
		return nil, err
	}
	columns := stmt.(*parser.CreateSource).Columns
	for i := range columns {
		if columns[i].Role == parser.KeyColumn && kind == parser.KindTable {
			columns[i].Role = parser.PrimaryKeyColumn
		}
	}
	return columns, nil
}

// assertSchema checks what ASSERT SCHEMA asks for.
func (b *binder) assertSchema(s *parser.AssertSchema) (Planned, error) {
	switch {
	case b.options.Registry == nil:
		return nil, errorf(s, "there is no schema registry, so there are no schemas")
	case s.Subject == nil && s.ID == nil:
		return nil, errorf(s, "ASSERT SCHEMA does not say which schema").hint("name its SUBJECT, its ID, or both: ASSERT SCHEMA SUBJECT 'orders-value'")
	case s.Subject != nil && s.Subject.Text == "":
		return nil, errorf(s.Subject, "the name of the SUBJECT is empty")
	case s.ID != nil && (s.ID.Value < 1 || s.ID.Value > math.MaxInt32):
		return nil, errorf(s.ID, "%d is not the id of a schema", s.ID.Value).hint("ids are whole numbers from 1")
	}
	return &Plain{s}, nil
}
