package planner

import (
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/types"
)

// expandStar adds the columns of one source or of all.
func (q *query) expandStar(s *parser.Star) error {
	relations := q.scope.relations
	if s.Qualifier != nil {
		r, err := q.scope.relation(s.Qualifier, nil)
		if err != nil {
			return err
		}
		relations = []*relation{r}
	}
	add := func(name string, e *expr.Expr) *item {
		i := &item{at: s, name: name, expr: e, text: name, key: -1}
		q.items = append(q.items, i)
		return i
	}
	if syn := q.scope.synthetic; syn != nil && s.Qualifier == nil && !q.rekeyed {
		add(syn.name, syn.expr)
	}
	if q.rekeyed && s.Qualifier == nil {
		for i := range q.keys {
			add(q.newKeyName(i), q.keys[i].read)
		}
	}
	for _, r := range relations {
		for _, c := range q.starColumns(r) {
			name := c.name
			if q.scope.joined() {
				name = r.alias + "_" + name
			}
			if q.rekeyed && s.Qualifier == nil && q.isNewKey(c.expr) {
				continue
			}
			add(name, c.expr).mark = c.mark
		}
	}
	return nil
}

// starColumns are the columns that * means: keys first. PARTITION BY moves the
// keys that there were behind the values, and in a join it lets the pseudo
// columns of the sources show.
func (q *query) starColumns(r *relation) []column {
	if !q.rekeyed {
		return r.columns
	}
	var values, keys []column
	for _, c := range r.columns {
		if c.key {
			keys = append(keys, c)
		} else {
			values = append(values, c)
		}
	}
	if q.scope.joined() {
		values = append(values, r.pseudo...)
	}
	return append(values, keys...)
}

// newKeyName names key column i of PARTITION BY where * selects it.
func (q *query) newKeyName(i int) string {
	e := q.sel.PartitionBy.Exprs[i]
	if c, ok := e.(*parser.Column); ok && q.scope.joined() {
		if _, r, err := q.scope.lookup(c); err == nil && r != nil {
			return r.alias + "_" + c.Name.Text
		}
	}
	return q.names.nameOf(q.scope, e)
}

func (q *query) isNewKey(e *expr.Expr) bool {
	for _, k := range q.keys {
		if same(k.read, e) {
			return true
		}
	}
	return false
}

// expandFields adds one column for each field of a struct.
func (q *query) expandFields(x *exprBinder, s *parser.FieldStar) error {
	from, err := x.bind(s.X)
	if err != nil {
		return err
	}
	if from.Type.Kind != types.Struct {
		return errorf(s, "->* lists the fields of a STRUCT, but this is %s", from.Type).hint("leave ->* out")
	}
	for i, f := range from.Type.Fields {
		q.items = append(q.items, &item{at: s, name: q.names.fieldName(f.Name), expr: fieldOf(from, i), text: x.text(s.X) + "->" + quote(f.Name), key: -1})
	}
	return nil
}
