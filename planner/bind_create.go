package planner

import (
	"fmt"
	"strings"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
)

// createSource plans CREATE STREAM and CREATE TABLE over a topic.
func (b *binder) createSource(s *parser.CreateSource) (Planned, error) {
	id := commandID(s.Kind.String(), s.Name.Text, "create")
	old := b.cat.Source(s.Name.Text)
	if old != nil && s.IfNotExists {
		return &Change{CommandID: id, Warning: true, Message: fmt.Sprintf("%s %s exists already", old.Relation, old.Name)}, nil
	}
	if err := b.checkNew(&s.Name, old, s.OrReplace, s.ReadOnly); err != nil {
		return nil, err
	}
	src, w, err := b.bindSource(s)
	if err != nil {
		return nil, err
	}
	change := &Change{
		CommandID: id,
		Command:   &catalog.Command{Kind: catalog.CreateSource, SQL: s.Text(), Source: src, Replace: s.OrReplace, Properties: b.session.Properties},
		Message:   fmt.Sprintf("%s %s created", s.Kind, src.Name),
	}
	if old != nil {
		change.Message = fmt.Sprintf("%s %s replaced", s.Kind, src.Name)
		if old.Derived() {
			return nil, errorf(&s.Name, "%s is the result of a query and cannot be replaced by a source without one", &s.Name).
				hint("use CREATE OR REPLACE %s %s AS SELECT ..., or drop it first", s.Kind, &s.Name)
		}
		if err := checkReplaceSource(&s.Name, old, src); err != nil {
			return nil, err
		}
	}
	if change.Topic, err = b.sourceTopic(s, w, src); err != nil {
		return nil, err
	}
	if change.Schemas, err = b.sourceSchemas(s, w, src); err != nil {
		return nil, err
	}
	if src.ReadOnly && src.Relation == plan.Table {
		b.materialise(change, src)
	}
	return change, nil
}

// checkNew holds that a source of the name may be created.
func (b *binder) checkNew(name *parser.Name, old *catalog.Source, replace, readOnly bool) error {
	switch {
	case replace && !b.session.enabled(propReplace):
		return errorf(name, "CREATE OR REPLACE is disabled").hint("SET '%s'='true'", propReplace)
	case replace && readOnly:
		return errorf(name, "CREATE OR REPLACE SOURCE is not possible: a source made with CREATE SOURCE is read-only").
			hint("drop %s and create it again", name)
	case old == nil:
		return nil
	case !replace:
		return errorf(name, "a %s named %s exists already", old.Relation, name).
			hint("drop it first, or use CREATE OR REPLACE or CREATE ... IF NOT EXISTS")
	case old.ReadOnly:
		return errorf(name, "%s was made with CREATE SOURCE and cannot be replaced", name).hint("drop it and create it again")
	}
	return nil
}

// bindSource makes the definition of a source from its columns and properties.
func (b *binder) bindSource(s *parser.CreateSource) (*catalog.Source, with, error) {
	w, err := bindWith(s.With, inCreate)
	if err != nil {
		return nil, nil, err
	}
	topic, ok := w["KAFKA_TOPIC"]
	switch {
	case !ok:
		return nil, nil, errorf(&s.Name, "property KAFKA_TOPIC is missing").
			hint("say which topic %s is over: WITH (KAFKA_TOPIC='name', VALUE_FORMAT='JSON')", &s.Name)
	case topic.text == "":
		return nil, nil, errorf(topic.at, "property KAFKA_TOPIC is empty").hint("name a topic")
	}
	src := &catalog.Source{
		Name: s.Name.Text, Relation: plan.Relation(s.Kind.String()), Topic: topic.text, SQL: s.Text(), ReadOnly: s.ReadOnly,
	}
	for _, name := range []string{"FORMAT", "KEY_FORMAT", "VALUE_FORMAT"} {
		// Before the columns: they may be missing because of the format.
		if v, ok := w[name]; ok {
			if err := b.checkFormatName(v.at, strings.ToUpper(v.text)); err != nil {
				return nil, nil, err
			}
		}
	}
	if src.Schema, err = b.bindColumns(s); err != nil {
		return nil, nil, err
	}
	src.Order = declaredOrder(s, &src.Schema)
	if err := b.sourceFormats(s, w, src); err != nil {
		return nil, nil, err
	}
	if err := checkDeclared(s, &src.Schema); err != nil {
		return nil, nil, err
	}
	if src.Timestamp, err = bindTimestamp(w, src.Schema.Columns()); err != nil {
		return nil, nil, err
	}
	if src.Window, err = bindKeyWindow(w); err != nil {
		return nil, nil, err
	}
	if src.Window != nil && len(src.Schema.Key) == 0 {
		return nil, nil, errorf(w.at("WINDOW_TYPE"), "%s has no key column, so its records have no key that could carry a window", &s.Name).
			hint("declare one, e.g. ID BIGINT KEY, or leave WINDOW_TYPE out")
	}
	if src.Window != nil && s.ReadOnly && s.Kind == parser.KindTable {
		return nil, nil, errorf(w.at("WINDOW_TYPE"), "a SOURCE TABLE cannot be windowed").
			hint("use CREATE TABLE, or declare the topic as a STREAM")
	}
	return src, w, nil
}

func (b *binder) sourceFormats(s *parser.CreateSource, w with, src *catalog.Source) error {
	key := plan.Format{Name: b.session.keyFormat()}
	if len(src.Schema.Key) == 0 {
		described, err := b.described(&s.Name, key.Name, registry.KeySubject(src.Topic))
		if err != nil {
			return err
		}
		if !described {
			key.Name = "NONE"
		}
	}
	value := plan.Format{Name: b.session.valueFormat()}
	if value.Name == "" && !w.has("VALUE_FORMAT") && !w.has("FORMAT") {
		return errorf(&s.Name, "property VALUE_FORMAT is missing").
			hint("say how the values are written: WITH (VALUE_FORMAT='JSON', ...), or SET '%s'", propValueFormat)
	}
	var err error
	if src.KeyFormat, err = b.bindFormat(w, keyPart, key); err != nil {
		return err
	}
	if src.ValueFormat, err = b.bindFormat(w, valuePart, value); err != nil {
		return err
	}
	if err := b.inferColumns(s, w, src); err != nil {
		return err
	}
	b.wrapSingle(w, &src.ValueFormat, len(src.Schema.Value))
	return checkFormats(w, &s.Name, &src.Schema, src.KeyFormat, src.ValueFormat)
}

// sourceTopic checks the topic of the source, or describes the one to create.
func (b *binder) sourceTopic(s *parser.CreateSource, w with, src *catalog.Source) (*NewTopic, error) {
	if v, ok := w["CLEANUP_POLICY"]; ok {
		return nil, errorf(v.at, "property CLEANUP_POLICY cannot be set").
			hint("it follows from the kind of source: topics of streams delete old records, those of tables keep the last record per key")
	}
	spec := &NewTopic{Name: src.Topic}
	setPolicy(spec, src)
	if err := spec.apply(w, src); err != nil {
		return nil, err
	}
	if b.options.Topic == nil {
		return nil, nil
	}
	have, exists := b.options.Topic(src.Topic)
	if exists {
		return nil, spec.mustMatch(w, have)
	}
	if spec.Partitions == 0 {
		return nil, errorf(w.at("KAFKA_TOPIC"), "there is no topic named %s", src.Topic).
			hint("add PARTITIONS to create it: WITH (KAFKA_TOPIC=%s, PARTITIONS=1, ...)", parser.QuoteString(src.Topic))
	}
	return spec, nil
}

// materialise adds the query that keeps a SOURCE TABLE for pull queries.
func (b *binder) materialise(change *Change, src *catalog.Source) {
	id := fmt.Sprintf("%s_%s_%d", catalog.SourceTable, src.Name, b.session.NextID)
	src.QueryID = id
	read := sourceNode(src)
	read.Store = sourceStore(read)
	q := &catalog.Query{
		ID: id, Kind: catalog.SourceTable, SQL: src.SQL, Sources: []string{src.Name},
		Plan: &plan.Query{ID: id, SQL: src.SQL, Root: read, Limit: -1, FromEarliest: true, Properties: b.session.Properties},
	}
	change.Command.Query, change.Start = q, q
}
