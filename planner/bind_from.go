package planner

import (
	"slices"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
)

// side is what FROM gives: one source, or a join of several.
type side struct {
	node      plan.Node
	scope     *scope
	keys      []rowKey
	keyFormat plan.Format
	// partitions is the number of the topics' partitions, 0 when unknown.
	partitions int
}

// bindFrom reads the sources and joins them.
func (q *query) bindFrom() error {
	s, err := q.bindRelation(q.sel.From, "")
	if err != nil {
		return err
	}
	q.node, q.scope, q.keys = s.node, s.scope, s.keys
	q.first = s.scope.relations[0].src
	for _, r := range s.scope.relations {
		q.sources = append(q.sources, r.src.Name)
	}
	return nil
}

// bindRelation binds one source or a tree of joins. The prefix makes the names
// of internal topics differ.
func (q *query) bindRelation(r parser.Relation, prefix string) (*side, error) {
	switch r := r.(type) {
	case *parser.AliasedSource:
		return q.bindAliased(r)
	case *parser.Join:
		left, err := q.bindRelation(r.Left, prefix+"L_")
		if err != nil {
			return nil, err
		}
		right, err := q.bindAliased(r.Right)
		if err != nil {
			return nil, err
		}
		if err := q.checkSources(r, left, right); err != nil {
			return nil, err
		}
		return q.bindJoin(r, left, right, prefix)
	}
	return nil, errorf(r, "this FROM clause is not supported")
}

func (q *query) bindAliased(a *parser.AliasedSource) (*side, error) {
	src, err := q.source(&a.Name)
	if err != nil {
		return nil, err
	}
	if q.persistent() && src.Relation == plan.Table && src.Window != nil {
		return nil, errorf(&a.Name, "the windowed TABLE %s cannot be read by a persistent query", &a.Name).
			hint("declare its topic as a windowed STREAM (WITH WINDOW_TYPE), or aggregate in one query")
	}
	rel := sourceRelation(a.RefName().Text, src)
	s := &side{
		node: sourceNode(src), scope: &scope{relations: []*relation{rel}},
		keyFormat: src.KeyFormat,
	}
	for i, c := range src.Schema.Key {
		col := expr.Column(i, c.Type)
		s.keys = append(s.keys, rowKey{read: col, equal: []*expr.Expr{col}, means: []meaning{{col, quote(c.Name)}}, what: "key column"})
	}
	if t, ok := q.topic(src.Topic); ok {
		s.partitions = t.Partitions
	}
	return s, nil
}

func (b *binder) topic(name string) (Topic, bool) {
	if b.options.Topic == nil {
		return Topic{}, false
	}
	return b.options.Topic(name)
}

// checkSources refuses a source that is joined with itself, and KAFKA values,
// which cannot carry a join's rows.
func (q *query) checkSources(j *parser.Join, left, right *side) error {
	joined := right.scope.relations[0]
	for _, r := range left.scope.relations {
		if r.src == joined.src {
			return errorf(j.Right, "%s is joined with itself", &j.Right.Name).
				hint("each source can occur once; CREATE STREAM copy AS SELECT * FROM %s makes a second one", &j.Right.Name)
		}
		if r.alias == joined.alias {
			return errorf(j.Right, "two sources are called %s", quote(r.alias)).hint("give each its own alias")
		}
	}
	for _, r := range slices.Concat(left.scope.relations, right.scope.relations) {
		if err := checkKafkaValues(j, r.src, "joined"); err != nil {
			return err
		}
	}
	return nil
}

func checkKafkaValues(at parser.Node, src *catalog.Source, what string) error {
	if src.ValueFormat.Name != "KAFKA" {
		return nil
	}
	return errorf(at, "%s has values in the format KAFKA and cannot be %s", quote(src.Name), what).
		hint("copy it to another format first: CREATE STREAM copy WITH (VALUE_FORMAT='JSON') AS SELECT * FROM %s", quote(src.Name))
}
