package planner

import (
	"slices"

	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/types"
)

// bindColumns resolves the declared columns, if there are any.
func (b *binder) bindColumns(s *parser.CreateSource) (types.Schema, error) {
	var schema types.Schema
	for i := range s.Columns {
		c := &s.Columns[i]
		if err := checkColumnName(&c.Name, &schema); err != nil {
			return schema, err
		}
		t, err := b.bindType(c.Type)
		if err != nil {
			return schema, err
		}
		if err := addColumn(&schema, s.Kind, c, t); err != nil {
			return schema, err
		}
	}
	return schema, nil
}

// checkDeclared holds that there are columns, declared or described by a schema,
// and that a table has a key.
func checkDeclared(s *parser.CreateSource, schema *types.Schema) error {
	if len(schema.Columns()) == 0 {
		return errorf(&s.Name, "no columns are declared").
			hint("declare them: CREATE %s %s (ID BIGINT %s, V STRING) WITH (...)", s.Kind, &s.Name, keyWord(s.Kind))
	}
	if s.Kind == parser.KindTable && len(schema.Key) == 0 {
		return errorf(&s.Name, "the table has no PRIMARY KEY").
			hint("a table keeps the last row per key: mark the key column, e.g. ID BIGINT PRIMARY KEY; or CREATE STREAM")
	}
	return nil
}

func keyWord(kind parser.SourceKind) string {
	if kind == parser.KindTable {
		return "PRIMARY KEY"
	}
	return "KEY"
}

// pseudoColumns are the names that every source has for itself.
var pseudoColumns = []string{"ROWTIME", "ROWPARTITION", "ROWOFFSET", "WINDOWSTART", "WINDOWEND"}

func isPseudo(name string) bool {
	for _, p := range pseudoColumns {
		if p == name {
			return true
		}
	}
	return false
}

func checkColumnName(name *parser.Name, schema *types.Schema) error {
	if isPseudo(name.Text) {
		return errorf(name, "%s cannot be the name of a column: every source has a column of that name", name).
			hint("choose another name; reserved are %s", list(pseudoColumns, "and"))
	}
	if schema.Find(name.Text) >= 0 {
		return errorf(name, "column %s is declared twice", name).hint("give each column its own name")
	}
	return nil
}

func addColumn(schema *types.Schema, kind parser.SourceKind, c *parser.ColumnDef, t *types.Type) error {
	col := types.Column{Name: c.Name.Text, Type: t}
	switch c.Role {
	case parser.ValueColumn:
		schema.Value = append(schema.Value, col)
	case parser.KeyColumn, parser.PrimaryKeyColumn:
		if want := keyWord(kind); (want == "KEY") != (c.Role == parser.KeyColumn) {
			return errorf(c, "column %s is marked %s", &c.Name, keyWord(1-kind)).
				hint("write %s in a %s: rows of a STREAM may share a KEY, a TABLE has one row per PRIMARY KEY", want, kind)
		}
		schema.Key = append(schema.Key, col)
	default:
		return addHeader(schema, c, t)
	}
	return nil
}

func addHeader(schema *types.Schema, c *parser.ColumnDef, t *types.Type) error {
	h := types.Header{Name: c.Name.Text}
	if c.Role == parser.HeaderColumn {
		h.HeaderKey = c.Header.Value
		if h.HeaderKey == "" {
			return errorf(c.Header, "the header's name is empty").hint("write HEADER('name'), or HEADERS for all of them")
		}
	}
	if !t.Equal(h.Type()) {
		return errorf(c.Type, "header column %s is declared as %s; expected %s", &c.Name, t, h.Type()).
			hint("declare it so; CAST or FROM_BYTES makes other types of it in a query")
	}
	for _, o := range schema.Headers {
		switch {
		case o.HeaderKey == "" && h.HeaderKey == "":
			return errorf(c, "columns %s and %s are both HEADERS", quote(o.Name), &c.Name).hint("one HEADERS column holds all headers")
		case o.HeaderKey == "" || h.HeaderKey == "":
			return errorf(c, "columns %s and %s mix HEADERS and HEADER('name')", quote(o.Name), &c.Name).
				hint("use one HEADERS column, or a HEADER('name') column for each header")
		case o.HeaderKey == h.HeaderKey:
			return errorf(c, "columns %s and %s are both the header '%s'", quote(o.Name), &c.Name, h.HeaderKey).hint("leave one of them out")
		}
	}
	schema.Headers = append(schema.Headers, h)
	return nil
}

// declaredOrder lists the columns behind the key if a header column is declared
// before a value column.
func declaredOrder(s *parser.CreateSource, schema *types.Schema) []string {
	var order, sorted []string
	for i := range s.Columns {
		if name := s.Columns[i].Name.Text; schema.Find(name) >= len(schema.Key) {
			order = append(order, name)
		}
	}
	for _, c := range schema.Columns()[len(schema.Key):] {
		sorted = append(sorted, c.Name)
	}
	if slices.Equal(order, sorted) {
		return nil
	}
	return order
}
