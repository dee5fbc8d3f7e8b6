package planner

import (
	"fmt"
	"strings"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
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
		if err := checkReplaceSource(&s.Name, old, src); err != nil {
			return nil, err
		}
	}
	if change.Topic, err = b.sourceTopic(s, w, src); err != nil {
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
	if src.Schema, err = b.bindColumns(s); err != nil {
		return nil, nil, err
	}
	if err := b.sourceFormats(s, w, src); err != nil {
		return nil, nil, err
	}
	if src.Timestamp, err = bindTimestamp(w, src.Schema.Columns()); err != nil {
		return nil, nil, err
	}
	if src.Window, err = bindKeyWindow(w); err != nil {
		return nil, nil, err
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
		key.Name = "NONE"
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

// bindColumns resolves the declared columns.
func (b *binder) bindColumns(s *parser.CreateSource) (types.Schema, error) {
	var schema types.Schema
	if len(s.Columns) == 0 {
		return schema, errorf(&s.Name, "no columns are declared").
			hint("declare them: CREATE %s %s (ID BIGINT %s, V STRING) WITH (...)", s.Kind, &s.Name, keyWord(s.Kind))
	}
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
	if s.Kind == parser.KindTable && len(schema.Key) == 0 {
		return schema, errorf(&s.Name, "the table has no PRIMARY KEY").
			hint("a table keeps the last row per key: mark the key column, e.g. ID BIGINT PRIMARY KEY; or CREATE STREAM")
	}
	return schema, nil
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
				hint("a %s has %s columns: rows of a STREAM may share a key, a TABLE has one row per PRIMARY KEY", kind, want)
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
		return errorf(c.Type, "header column %s is declared as %s; expected %s", &c.Name, t, h.Type())
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

// bindTimestamp resolves WITH (TIMESTAMP=..., TIMESTAMP_FORMAT=...).
func bindTimestamp(w with, columns []types.Column) (*plan.Timestamp, error) {
	v, ok := w["TIMESTAMP"]
	if !ok {
		if f, ok := w["TIMESTAMP_FORMAT"]; ok {
			return nil, errorf(f.at, "TIMESTAMP_FORMAT is given without TIMESTAMP").hint("name the column that holds the time with TIMESTAMP")
		}
		return nil, nil
	}
	name := identifier(v.text)
	var names []string
	for _, c := range columns {
		if c.Name == name {
			return timestampOf(w, c)
		}
		names = append(names, c.Name)
	}
	return nil, errorf(v.at, "the TIMESTAMP column %s does not exist", quote(name)).
		hint("%s", didYouMean(name, names, "the columns are "+list(names, "and")))
}

func timestampOf(w with, c types.Column) (*plan.Timestamp, error) {
	f, hasFormat := w["TIMESTAMP_FORMAT"]
	switch c.Type.Kind {
	case types.String:
		if !hasFormat {
			return nil, errorf(w.at("TIMESTAMP"), "the TIMESTAMP column %s is a STRING, and its format is not given", quote(c.Name)).
				hint("add TIMESTAMP_FORMAT, e.g. TIMESTAMP_FORMAT='yyyy-MM-dd HH:mm:ss'")
		}
	case types.BigInt, types.Timestamp:
		if hasFormat {
			return nil, errorf(f.at, "TIMESTAMP_FORMAT is for STRING columns, and %s is %s", quote(c.Name), c.Type).hint("leave it out")
		}
	default:
		return nil, errorf(w.at("TIMESTAMP"), "the TIMESTAMP column %s is %s; expected BIGINT, TIMESTAMP or STRING", quote(c.Name), c.Type)
	}
	return &plan.Timestamp{Column: c.Name, Format: f.text}, nil
}

// identifier reads a name inside a string by the rules of SQL: upper-cased
// unless quoted.
func identifier(text string) string {
	text = strings.TrimSpace(text)
	if n := len(text); n >= 2 && (text[0] == '`' || text[0] == '"') && text[n-1] == text[0] {
		q := text[:1]
		return strings.ReplaceAll(text[1:n-1], q+q, q)
	}
	return strings.ToUpper(text)
}
