package planner

import (
	"fmt"

	"github.com/leatdb/leat/parser"
)

// nameGenerator names the columns of a SELECT list that have no alias. Its zero
// value has used no names.
type nameGenerator struct {
	used   map[string]bool
	next   int
	fields map[string]int
}

// use notes the names that generated ones must differ from: those of the
// sources' columns and the aliases.
func (g *nameGenerator) use(s *scope, sel *parser.Select) {
	g.used, g.fields = map[string]bool{}, map[string]int{}
	for _, r := range s.relations {
		for _, c := range r.columns {
			g.used[c.name] = true
		}
	}
	for _, i := range sel.Items {
		if e, ok := i.(*parser.ExprItem); ok && e.Alias != nil {
			g.used[e.Alias.Text] = true
		}
	}
}

// nameOf is the name of a selected expression: a column keeps its own, with its
// source's in front where two sources have it; a field is called like the
// field; anything else KSQL_COL_n.
func (g *nameGenerator) nameOf(s *scope, e parser.Expr) string {
	switch e := e.(type) {
	case *parser.Column:
		if e.Qualifier != nil && s.joined() && s.count(e.Name.Text) > 1 {
			return e.Qualifier.Text + "_" + e.Name.Text
		}
		return e.Name.Text
	case *parser.Field:
		return g.fieldName(e.Name.Text)
	}
	for {
		name := fmt.Sprintf("KSQL_COL_%d", g.next)
		g.next++
		if !g.used[name] {
			return name
		}
	}
}

// fieldName is the field's name, numbered where it is taken.
func (g *nameGenerator) fieldName(field string) string {
	name := field
	for g.used[name] {
		g.fields[field]++
		name = fmt.Sprintf("%s_%d", field, g.fields[field])
	}
	g.used[name] = true
	return name
}
