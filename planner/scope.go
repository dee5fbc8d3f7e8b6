package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/types"
)

// scope is what names mean at one point of a query: the sources of FROM and how
// to read their columns from the rows of the node built so far.
type scope struct {
	relations []*relation
	// synthetic is the key column of a join that no source column stands for, nil
	// when there is none.
	synthetic *column
}

// relation is one source of FROM.
type relation struct {
	alias   string
	src     *catalog.Source
	columns []column // What `*` means: key, window bounds, value, headers.
	pseudo  []column // ROWTIME and the like, which `*` leaves out.
}

// column is a named way to read a value from the current rows.
type column struct {
	name string
	expr *expr.Expr
	key  bool   // Part of the source's key.
	mark string // Of a header column, as types.Header.Mark.
}

// pseudoTypes are the types of the pseudo columns.
var pseudoTypes = map[string]*types.Type{
	"ROWTIME": types.BigIntType, "ROWPARTITION": types.IntegerType, "ROWOFFSET": types.BigIntType,
	"WINDOWSTART": types.BigIntType, "WINDOWEND": types.BigIntType,
}

func pseudoExpr(name string) *expr.Expr {
	return &expr.Expr{Op: expr.OpPseudo, Type: pseudoTypes[name], Name: name}
}

// sourceRelation makes the relation of a source whose rows are read as they are.
func sourceRelation(alias string, src *catalog.Source) *relation {
	r := &relation{alias: alias, src: src}
	var rest []column
	for i, c := range src.Schema.Columns() {
		col := column{name: c.Name, expr: expr.Column(i, c.Type), key: i < len(src.Schema.Key)}
		if h := i - len(src.Schema.Key) - len(src.Schema.Value); h >= 0 {
			col.mark = src.Schema.Headers[h].Mark()
		}
		if col.key {
			r.columns = append(r.columns, col)
		} else {
			rest = append(rest, col)
		}
	}
	if src.Window != nil {
		for _, name := range pseudoColumns[3:] {
			r.columns = append(r.columns, column{name: name, expr: pseudoExpr(name)})
		}
	}
	if src.Order != nil {
		slices.SortStableFunc(rest, func(a, b column) int {
			return slices.Index(src.Order, a.name) - slices.Index(src.Order, b.name)
		})
	}
	r.columns = append(r.columns, rest...)
	for _, name := range pseudoColumns[:3] {
		r.pseudo = append(r.pseudo, column{name: name, expr: pseudoExpr(name)})
	}
	return r
}

func (r *relation) find(name string) *column {
	for _, list := range [][]column{r.columns, r.pseudo} {
		for i := range list {
			if list[i].name == name {
				return &list[i]
			}
		}
	}
	return nil
}

// joined tells whether FROM has more than one source.
func (s *scope) joined() bool { return len(s.relations) > 1 }

// relation returns the source of that name or alias. Field is what follows the
// name, for the message when it is a column; it may be nil.
func (s *scope) relation(name, field *parser.Name) (*relation, error) {
	var names []string
	for _, r := range s.relations {
		if r.alias == name.Text {
			return r, nil
		}
		names = append(names, r.alias)
	}
	for _, r := range s.relations {
		if r.src.Name == name.Text {
			return nil, errorf(name, "%s is known here by its alias", name).hint("write %s instead", quote(r.alias))
		}
		if c := r.find(name.Text); c != nil && c.expr.Type.Kind == types.Struct && field != nil {
			return nil, errorf(name, "%s is a column, not a source", name).hint("a field of a STRUCT is written %s", name.Text+"->"+quote(field.Text))
		}
	}
	return nil, errorf(name, "there is no source named %s in this query", name).
		hint("%s", didYouMean(name.Text, names, "the sources are "+list(names, "and")))
}

// lookup finds the column and its source; the source is nil for a synthetic key.
func (s *scope) lookup(c *parser.Column) (*column, *relation, error) {
	if c.Qualifier != nil {
		r, err := s.relation(c.Qualifier, &c.Name)
		if err != nil {
			return nil, nil, err
		}
		if col := r.find(c.Name.Text); col != nil {
			return col, r, nil
		}
		return nil, nil, s.unknownColumn(c, []*relation{r})
	}
	var found []*relation
	for _, r := range s.relations {
		if r.find(c.Name.Text) != nil {
			found = append(found, r)
		}
	}
	switch {
	case len(found) == 1:
		return found[0].find(c.Name.Text), found[0], nil
	case len(found) > 1:
		return nil, nil, errorf(c, "column %s is ambiguous: %s have it", &c.Name, list(aliases(found), "and")).
			hint("write %s", list(qualified(found, c.Name.Text), "or"))
	case s.synthetic != nil && s.synthetic.name == c.Name.Text:
		return s.synthetic, nil, nil
	}
	return nil, nil, s.unknownColumn(c, s.relations)
}

func aliases(rels []*relation) []string {
	out := make([]string, len(rels))
	for i, r := range rels {
		out[i] = quote(r.alias)
	}
	return out
}

func qualified(rels []*relation, name string) []string {
	out := make([]string, len(rels))
	for i, r := range rels {
		out[i] = quote(r.alias) + "." + quote(name)
	}
	return out
}

func (s *scope) unknownColumn(c *parser.Column, rels []*relation) error {
	var names []string
	for _, r := range rels {
		for _, col := range r.columns {
			names = append(names, col.name)
		}
	}
	err := errorf(&c.Name, "there is no column %s in %s", &c.Name, list(aliases(rels), "or"))
	if c.Name.Quoted {
		for _, n := range names {
			if n != c.Name.Text && strings.EqualFold(n, c.Name.Text) {
				return err.hint("did you mean %s? A name in quotes is taken exactly as written; strings are written in single quotes", quote(n))
			}
		}
	}
	if n := nearest(c.Name.Text, names); n != "" {
		return err.hint("did you mean %s?", quote(n))
	}
	known := "the columns are "
	if len(names) > 12 {
		known, names = "among the columns are ", names[:12]
	}
	if known += list(quoteAll(names), "and"); c.Name.Quoted {
		known += fmt.Sprintf("; a text is written in single quotes: %s", parser.QuoteString(c.Name.Text))
	}
	return err.hint("%s", known)
}

func quoteAll(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = quote(n)
	}
	return out
}

// count tells how many sources have a column (or pseudo column) of the name.
func (s *scope) count(name string) int {
	n := 0
	for _, r := range s.relations {
		if r.find(name) != nil {
			n++
		}
	}
	return n
}
