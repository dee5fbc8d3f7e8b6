package planner

import (
	"fmt"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
)

// createAs plans CREATE STREAM ... AS SELECT and CREATE TABLE ... AS SELECT.
func (b *binder) createAs(s *parser.CreateAs) (Planned, error) {
	id := commandID(s.Kind.String(), s.Name.Text, "create")
	old := b.cat.Source(s.Name.Text)
	if old != nil && s.IfNotExists {
		return &Change{CommandID: id, Warning: true, Message: fmt.Sprintf("%s %s exists already", old.Relation, old.Name)}, nil
	}
	if err := b.checkNew(&s.Name, old, s.OrReplace, false); err != nil {
		return nil, err
	}
	w, err := bindWith(s.With, inCreateAs)
	if err != nil {
		return nil, err
	}
	q, err := b.sinkQuery(s.Query, s.Name.Text)
	if err != nil {
		return nil, err
	}
	if err := checkResult(s, q); err != nil {
		return nil, err
	}
	src, err := b.bindSink(s, w, q)
	if err != nil {
		return nil, err
	}
	topic, err := b.sinkTopic(w, src, q)
	if err != nil {
		return nil, err
	}
	pinned, schemas, err := b.sinkSchemas(&s.Name, w, src, false)
	if err != nil {
		return nil, err
	}
	src.QueryID = b.queryID(s, old)
	running := b.persistentQuery(src.QueryID, s.Text(), q, pinned)
	running.Kind = catalog.CreateStreamAs
	if s.Kind == parser.KindTable {
		running.Kind = catalog.CreateTableAs
	}
	did := "created"
	if old != nil {
		did = "replaced"
		if err := b.checkReplaceQuery(&s.Name, old, src, running.Plan); err != nil {
			return nil, err
		}
	}
	return &Change{
		CommandID: id,
		Command: &catalog.Command{Kind: catalog.CreateSource, SQL: s.Text(), Source: src, Query: running,
			Replace: s.OrReplace, Properties: b.session.Properties},
		Topic: topic, Schemas: schemas, Start: running,
		Message: fmt.Sprintf("%s %s %s by query %s", s.Kind, src.Name, did, running.ID),
	}, nil
}

// sinkQuery binds the SELECT of a persistent query.
func (b *binder) sinkQuery(sel *parser.Select, target string) (*query, error) {
	if sel.Limit != nil {
		return nil, errorf(sel.Limit, "LIMIT cannot be used in a query that runs on").hint("leave it out; SELECT ... EMIT CHANGES LIMIT n shows some rows")
	}
	return b.bindQuery(sel, target)
}

// checkResult holds that the SELECT gives what is to be created.
func checkResult(s *parser.CreateAs, q *query) error {
	kind := plan.Relation(s.Kind.String())
	if got := q.relation(); got != kind {
		why := "an aggregation gives a TABLE"
		if got == plan.Stream {
			why = "without aggregation a STREAM gives a STREAM"
		} else if !q.grouped() {
			why = "a TABLE gives a TABLE"
		}
		return errorf(&s.Name, "the SELECT gives a %s, not a %s: %s", got, kind, why).hint("write CREATE %s %s AS SELECT ...", got, &s.Name)
	}
	return nil
}

// bindSink makes the definition of the result.
func (b *binder) bindSink(s *parser.CreateAs, w with, q *query) (*catalog.Source, error) {
	out := q.node.Out()
	src := &catalog.Source{
		Name: s.Name.Text, Relation: out.Relation, Schema: out.Schema, Window: out.Window, SQL: s.Text(), From: q.sources,
		Topic: b.session.property(propTopicPrefix) + s.Name.Text,
	}
	if v, ok := w["KAFKA_TOPIC"]; ok {
		if v.text == "" {
			return nil, errorf(v.at, "property KAFKA_TOPIC is empty").hint("name a topic, or leave it out")
		}
		src.Topic = v.text
	}
	var err error
	if src.KeyFormat, err = b.sinkKeyFormat(w, q, len(src.Schema.Key)); err != nil {
		return nil, err
	}
	if src.ValueFormat, err = b.bindFormat(w, valuePart, q.first.ValueFormat); err != nil {
		return nil, err
	}
	b.wrapSingle(w, &src.ValueFormat, len(src.Schema.Value))
	nameKeySchema(src)
	if err := checkFormats(w, &s.Name, &src.Schema, src.KeyFormat, src.ValueFormat); err != nil {
		return nil, err
	}
	src.Timestamp, err = bindTimestamp(w, src.Schema.Columns())
	return src, err
}

// sinkKeyFormat is the key format of the result: as WITH says, else the
// left-most source's, or the session's where that source has no key.
func (b *binder) sinkKeyFormat(w with, q *query, keys int) (plan.Format, error) {
	inherited := q.first.KeyFormat
	if q.noKey {
		if v, ok := w["KEY_FORMAT"]; ok && !isNone(v.text) {
			return inherited, errorf(v.at, "KEY_FORMAT is %s, but PARTITION BY NULL takes the key away", v.text).hint("leave it out")
		}
		return plan.Format{Name: "NONE"}, nil
	}
	if inherited.Name == "NONE" && keys > 0 {
		inherited = plan.Format{Name: b.session.keyFormat()}
	}
	return b.bindFormat(w, keyPart, inherited)
}

// sinkTopic describes the topic of the result: partitions, replicas and
// retention are those of the left-most source unless WITH says otherwise.
func (b *binder) sinkTopic(w with, src *catalog.Source, q *query) (*NewTopic, error) {
	if v, ok := w["CLEANUP_POLICY"]; ok {
		return nil, errorf(v.at, "property CLEANUP_POLICY cannot be set").hint("it follows from the kind of the result")
	}
	spec := &NewTopic{Name: src.Topic}
	setPolicy(spec, src)
	if err := spec.apply(w, src); err != nil {
		return nil, err
	}
	if have, exists := b.topic(src.Topic); exists {
		return nil, spec.mustMatch(w, have)
	}
	from, _ := b.topic(q.first.Topic)
	if spec.Partitions == 0 {
		spec.Partitions = from.Partitions
	}
	if spec.Replicas == 0 {
		spec.Replicas = from.Replicas
	}
	if spec.Delete && spec.RetentionMillis == 0 && src.Relation == plan.Stream {
		spec.RetentionMillis = from.RetentionMillis
	}
	plan.Walk(q.node, func(n plan.Node) {
		if a, ok := n.(*plan.Aggregate); ok && a.Window != nil && spec.RetentionMillis >= 0 {
			spec.RetentionMillis = max(spec.RetentionMillis, a.Window.RetentionMillis)
		}
	})
	return spec, nil
}

// queryID numbers the query, or keeps the id of the one that is replaced.
func (b *binder) queryID(s *parser.CreateAs, old *catalog.Source) string {
	if old != nil && old.QueryID != "" {
		return old.QueryID
	}
	kind := catalog.CreateStreamAs
	if s.Kind == parser.KindTable {
		kind = catalog.CreateTableAs
	}
	return fmt.Sprintf("%s_%s_%d", kind, s.Name.Text, b.session.NextID)
}

// persistentQuery puts the sink on the query and makes it ready to run.
func (b *binder) persistentQuery(id, sql string, q *query, sink *catalog.Source) *catalog.Query {
	root := &plan.Sink{
		Input: q.node, Name: sink.Name, Topic: sink.Topic,
		KeyFormat: sink.KeyFormat, ValueFormat: sink.ValueFormat, Timestamp: sink.Timestamp,
	}
	return &catalog.Query{
		ID: id, SQL: sql, Sink: sink.Name, Sources: q.sources,
		Plan: &plan.Query{
			ID: id, SQL: sql, Root: physical(root), Limit: -1,
			FromEarliest: b.session.fromEarliest(), Properties: b.session.Properties,
		},
	}
}

func isNone(text string) bool { return identifier(text) == "NONE" }
