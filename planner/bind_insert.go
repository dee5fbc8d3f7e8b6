package planner

import (
	"fmt"
	"strings"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// insert plans INSERT INTO ... SELECT.
func (b *binder) insert(s *parser.Insert) (Planned, error) {
	target, err := b.source(&s.Target)
	if err != nil {
		return nil, err
	}
	if err := checkInsertTarget(s, target); err != nil {
		return nil, err
	}
	w, err := bindWith(s.With, inInsert)
	if err != nil {
		return nil, err
	}
	id, err := b.insertID(w)
	if err != nil {
		return nil, err
	}
	q, err := b.sinkQuery(s.Query, target.Name)
	if err != nil {
		return nil, err
	}
	if q.relation() != plan.Stream {
		return nil, errorf(s.Query, "the SELECT gives a TABLE, and rows of a TABLE cannot be inserted into a STREAM").
			hint("CREATE TABLE ... AS SELECT makes a table of it")
	}
	if err := matchTarget(s, q, target); err != nil {
		return nil, err
	}
	pinned, schemas, err := b.sinkSchemas(&s.Target, w, target, true)
	if err != nil {
		return nil, err
	}
	running := b.persistentQuery(id, s.Text(), q, pinned)
	running.Kind = catalog.InsertInto
	return &Change{
		CommandID: commandID("stream", target.Name, "create"),
		Command:   &catalog.Command{Kind: catalog.InsertQuery, SQL: s.Text(), Query: running, Properties: b.session.Properties},
		Schemas:   schemas,
		Start:     running,
		Message:   fmt.Sprintf("query %s inserts into %s", id, target.Name),
	}, nil
}

// otherTarget is what to do about a target that cannot be written.
const otherTarget = "write into another source over the same topic: CREATE STREAM ... WITH (KAFKA_TOPIC=...)"

func checkInsertTarget(s *parser.Insert, target *catalog.Source) error {
	switch {
	case target.Relation == plan.Table:
		return errorf(&s.Target, "INSERT INTO ... SELECT writes into a STREAM, and %s is a TABLE", &s.Target).
			hint("CREATE TABLE ... AS SELECT makes a table of a query's result")
	case target.ReadOnly:
		return errorf(&s.Target, "%s was made with CREATE SOURCE and is read-only", &s.Target).hint(otherTarget)
	case len(target.Schema.Headers) > 0:
		return errorf(&s.Target, "%s has header columns, which cannot be written: %s", &s.Target, headerNames(target)).hint(otherTarget)
	}
	return nil
}

// count prints a number of things.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func headerNames(src *catalog.Source) string {
	var names []string
	for _, h := range src.Schema.Headers {
		names = append(names, quote(h.Name))
	}
	return strings.Join(names, ", ")
}

// insertID is the id of an INSERT query, as WITH says or numbered.
func (b *binder) insertID(w with) (string, error) {
	v, ok := w["QUERY_ID"]
	if !ok {
		return fmt.Sprintf("%s_%d", catalog.InsertInto, b.session.NextID), nil
	}
	id := strings.ToUpper(v.text)
	for _, c := range id {
		if !(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_') {
			return "", errorf(v.at, "QUERY_ID is '%s'; expected letters, digits and underscores", v.text)
		}
	}
	if id == "" {
		return "", errorf(v.at, "QUERY_ID is empty; expected letters, digits and underscores")
	}
	for _, kind := range []catalog.QueryKind{catalog.InsertInto, catalog.CreateTableAs, catalog.CreateStreamAs, catalog.SourceTable} {
		if strings.HasPrefix(id, string(kind)+"_") {
			return "", errorf(v.at, "QUERY_ID cannot begin with %s_: such ids are made for queries without one", kind).hint("choose another id")
		}
	}
	if b.cat.Query(id) != nil {
		return "", errorf(v.at, "a query %s exists already", id).hint("choose another QUERY_ID")
	}
	return id, nil
}

// matchTarget holds that the columns of the SELECT are those of the target, by
// position and name, and widens their types.
func matchTarget(s *parser.Insert, q *query, target *catalog.Source) error {
	p := q.node.(*plan.Project)
	refuse := func(what string) error {
		return errorf(s.Query.Items[0], "the SELECT does not fit %s: %s", &s.Target, what).
			hint("%s has the columns %s; the SELECT has %s", &s.Target, target.Schema.String(), p.Out().Schema.String())
	}
	match := func(kind string, named []plan.Named, columns []types.Column) (changed bool, err error) {
		if len(named) != len(columns) {
			return false, refuse(fmt.Sprintf("%s has %s, not %d", quote(target.Name), count(len(columns), kind+" column"), len(named)))
		}
		for i, c := range columns {
			n := &named[i]
			if n.Name != c.Name {
				return false, refuse(fmt.Sprintf("%s column %d is %s, not %s", kind, i+1, quote(n.Name), quote(c.Name)))
			}
			n.Expr = fitConstant(n.Expr, c.Type)
			if n.Expr.Type.Equal(c.Type) {
				continue
			}
			if !widens(n.Expr.Type, c.Type) {
				return false, refuse(fmt.Sprintf("column %s is %s, not %s", quote(c.Name), n.Expr.Type, c.Type))
			}
			n.Expr, changed = coerce(n.Expr, c.Type), true
		}
		return changed, nil
	}
	rekey, err := match("key", p.Key, target.Schema.Key)
	if err != nil {
		return err
	}
	p.Rekey = p.Rekey || rekey
	_, err = match("value", p.Value, target.Schema.Value)
	return err
}

// fitConstant makes a constant number a decimal of the target's type when it fits
// without rounding, whatever the digits its own type would have room for.
func fitConstant(e *expr.Expr, to *types.Type) *expr.Expr {
	if to.Kind != types.Decimal || e.Op != expr.OpConst || e.Null || !e.Type.Kind.Numeric() || e.Type.Kind == types.Double {
		return e
	}
	if !widens(decimalConst(e.Text).Type, to) {
		return e
	}
	return &expr.Expr{Op: expr.OpConst, Type: to, Text: e.Text, SQL: e.SQL}
}

// widens tells whether values of one type are implicitly made another: numbers
// become wider ones, strings times and bytes.
func widens(from, to *types.Type) bool {
	switch {
	case from.Equal(to):
		return true
	case from.Kind == types.Decimal && to.Kind == types.Decimal:
		return from.Scale <= to.Scale && from.Precision-from.Scale <= to.Precision-to.Scale
	case from.Kind.Numeric() && to.Kind == types.Decimal:
		return from.Kind != types.Double && widens(decimalTypeOf(from), to)
	case from.Kind == types.Integer:
		return to.Kind == types.BigInt || to.Kind == types.Double
	case from.Kind == types.BigInt || from.Kind == types.Decimal:
		return to.Kind == types.Double
	case from.Kind == types.String:
		return to.Kind.Temporal() || to.Kind == types.Bytes
	case from.Kind == types.Array && to.Kind == types.Array:
		return widens(from.Elem, to.Elem)
	case from.Kind == types.Map && to.Kind == types.Map:
		return widens(from.Key, to.Key) && widens(from.Elem, to.Elem)
	case from.Kind == types.Struct && to.Kind == types.Struct:
		for _, f := range from.Fields {
			if i := to.Field(f.Name); i < 0 || !widens(f.Type, to.Fields[i].Type) {
				return false
			}
		}
		return true
	}
	return false
}
