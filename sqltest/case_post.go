package sqltest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// CasePost is what must hold after the run.
type CasePost struct {
	Sources []CaseSource `json:"sources"`
	Topics  struct {
		Blacklist string         `json:"blacklist"`
		Topics    []CaseOutTopic `json:"topics"`
	} `json:"topics"`
}

// CaseSource is a stream or table that must exist.
type CaseSource struct {
	Name          string     `json:"name"`
	Type          string     `json:"type"`
	Schema        string     `json:"schema"`
	KeyFormat     caseFormat `json:"keyFormat"`
	ValueFormat   caseFormat `json:"valueFormat"`
	KeyFeatures   []string   `json:"keyFeatures"`
	ValueFeatures []string   `json:"valueFeatures"`
	IsSource      *bool      `json:"isSource"`
}

// CaseOutTopic is a topic that must exist.
type CaseOutTopic struct {
	Name        string          `json:"name"`
	KeyFormat   caseFormat      `json:"keyFormat"`
	ValueFormat caseFormat      `json:"valueFormat"`
	KeySchema   json.RawMessage `json:"keySchema"`
	ValueSchema json.RawMessage `json:"valueSchema"`
}

// caseFormat is a format with its properties, and the window of a key; a bare
// name is a format alone. What is not given is not compared.
type caseFormat struct {
	Format     string            `json:"format"`
	Properties map[string]string `json:"properties"`
	Features   []string          `json:"features"`
	WindowType string            `json:"windowType"`
	WindowSize int64             `json:"windowSize"` // Milliseconds.
	WindowInfo *struct {
		Type string  `json:"type"`
		Size float64 `json:"size"` // Seconds.
	} `json:"windowInfo"`
}

// UnmarshalJSON accepts the bare name of a format.
func (f *caseFormat) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &f.Format) == nil {
		return nil
	}
	type plain caseFormat
	return json.Unmarshal(data, (*plain)(f))
}

// window returns the kind and size of windows that keys must have, if any.
func (f *caseFormat) window() (kind string, sizeMillis int64) {
	if f.WindowInfo != nil {
		return f.WindowInfo.Type, int64(f.WindowInfo.Size * 1000)
	}
	return f.WindowType, f.WindowSize
}

// part is a key or value as it is: its format and what it carries.
type part struct {
	isKey   bool
	format  plan.Format
	columns []types.Column
	window  *plan.KeyWindow
	schema  func() (registry.Schema, error)
}

// check compares a part with what a case tells about it.
func (p *part) check(want *caseFormat, schema json.RawMessage) error {
	if want.Format != "" && want.Format != p.format.Name {
		return fmt.Errorf("want format %s, got %s", want.Format, p.format.Name)
	}
	if kind, size := want.window(); kind != "" && (p.window == nil || string(p.window.Kind) != kind || p.window.SizeMillis != size) {
		return fmt.Errorf("want %s windows of %d ms, got %+v", kind, size, p.window)
	}
	have := p.properties()
	for name, value := range want.Properties {
		if have[name] != value {
			return fmt.Errorf("want property %s=%s, got %q", name, value, have[name])
		}
	}
	if err := p.checkFeatures(want.Features); err != nil {
		return err
	}
	if len(schema) == 0 || string(schema) == "null" {
		return nil
	}
	got, err := p.schema()
	if err != nil {
		return err
	}
	return sameSchema(got, schemaOf(p.format.Name, schema))
}

// properties are those of the format by the names that cases use.
func (p *part) properties() map[string]string {
	out := map[string]string{
		"fullSchemaName":         p.format.Properties[format.PropertyFullName],
		"nullableRepresentation": strings.ToLower(p.format.Properties[format.PropertyNullable]),
		"delimiter":              p.format.Properties[format.PropertyDelimiter],
		"schemaId":               p.format.Properties[format.PropertySchemaID],
	}
	if p.format.Name == "PROTOBUF" {
		out["unwrapPrimitives"] = "true"
	}
	return out
}

// checkFeatures compares how a single column is written: nil says nothing about
// it, an empty list that it is as the format has it by default.
func (p *part) checkFeatures(want []string) error {
	if want == nil {
		return nil
	}
	have := []string{}
	c, _ := format.Lookup(p.format.Name)
	switch {
	case len(p.columns) != 1:
	case p.isKey:
		if c.Wrap && c.Unwrap { // Keys of one column are never wrapped; some formats could.
			have = append(have, "UNWRAP_SINGLES")
		}
	case p.format.WrapSingle != nil && *p.format.WrapSingle:
		have = append(have, "WRAP_SINGLES")
	case p.format.WrapSingle != nil:
		have = append(have, "UNWRAP_SINGLES")
	}
	if !slices.Equal(have, want) {
		return fmt.Errorf("want features %v, got %v", want, have)
	}
	return nil
}

// checkPost compares the catalogue with what must hold after the run.
func (r *caseRun) checkPost(ctx context.Context) error {
	if r.c.Post == nil {
		return nil
	}
	for i := range r.c.Post.Sources {
		if err := r.checkSource(ctx, &r.c.Post.Sources[i]); err != nil {
			return fmt.Errorf("source %s: %w", r.c.Post.Sources[i].Name, err)
		}
	}
	if err := r.checkBlacklist(); err != nil {
		return err
	}
	for i := range r.c.Post.Topics.Topics {
		if err := r.checkOutTopic(ctx, &r.c.Post.Topics.Topics[i]); err != nil {
			return fmt.Errorf("topic %s: %w", r.c.Post.Topics.Topics[i].Name, err)
		}
	}
	return nil
}

func (r *caseRun) checkSource(ctx context.Context, want *CaseSource) error {
	src := r.db.Catalog().Source(want.Name)
	switch {
	case src == nil:
		return fmt.Errorf("does not exist")
	case !strings.EqualFold(string(src.Relation), want.Type):
		return fmt.Errorf("want a %s, got a %s", want.Type, src.Relation)
	case want.IsSource != nil && *want.IsSource != src.ReadOnly:
		return fmt.Errorf("want read-only %v, got %v", *want.IsSource, src.ReadOnly)
	}
	key, value := r.partsOf(ctx, src.Topic, topicFormat{src.KeyFormat, src.ValueFormat, src.Schema.Key, src.Schema.Value, src.Window})
	for _, x := range []struct {
		what     string
		have     *part
		want     *caseFormat
		features []string
	}{{"key", key, &want.KeyFormat, want.KeyFeatures}, {"value", value, &want.ValueFormat, want.ValueFeatures}} {
		err := x.have.check(x.want, nil)
		if err == nil {
			err = x.have.checkFeatures(x.features)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", x.what, err)
		}
	}
	if want.Schema == "" {
		return nil
	}
	schema, err := readSchema(want.Schema)
	if err != nil {
		return err
	}
	if got, want := src.Schema.String(), schema.String(); got != want {
		return fmt.Errorf("want schema %s, got %s", want, got)
	}
	return nil
}

// partsOf are the key and value of a topic's records. Their schemas are the
// latest of the topic's subjects.
func (r *caseRun) partsOf(ctx context.Context, topic string, f topicFormat) (key, value *part) {
	latest := func(subject string) func() (registry.Schema, error) {
		return func() (registry.Schema, error) {
			v, err := r.db.Schemas().Version(ctx, subject, registry.Latest)
			return v.Schema, err
		}
	}
	return &part{true, f.key, f.keyCols, f.window, latest(registry.KeySubject(topic))},
		&part{false, f.value, f.cols, nil, latest(registry.ValueSubject(topic))}
}

func (r *caseRun) checkBlacklist() error {
	pattern := r.c.Post.Topics.Blacklist
	if pattern == "" {
		return nil
	}
	re, err := regexp.Compile("^(?:" + pattern + ")$")
	if err != nil {
		return err
	}
	for _, t := range r.db.Log().Topics() {
		if re.MatchString(t.Name) {
			return fmt.Errorf("there should be no topic like %s", t.Name)
		}
	}
	return nil
}

// internalName takes the name of an internal topic apart. The service and the
// number of the query are those of the engine that has it.
var internalName = regexp.MustCompile(`^_confluent-ksql-.*query_([A-Z]+(?:_.+)?)_\d+-(.+-(repartition|changelog))$`)

// checkOutTopic compares a topic. State has no topics here, so those of changelogs
// are passed over. Of repartition topics only what is on the wire is compared:
// the format and the schema of the key, but not the name of the schema, which is
// registered nowhere, nor the size of time windows, of which keys have the start.
// Their values are rows, whatever the case says.
func (r *caseRun) checkOutTopic(ctx context.Context, want *CaseOutTopic) error {
	if internal := internalName.FindStringSubmatch(want.Name); internal != nil {
		if internal[3] == "changelog" {
			return nil
		}
		key, err := r.repartitionKey(internal[1], internal[2])
		if err != nil {
			return err
		}
		sessions := want.KeyFormat.WindowInfo != nil && want.KeyFormat.WindowInfo.Type == string(plan.Session)
		if windowed := key.window != nil; windowed != (want.KeyFormat.WindowInfo != nil) || windowed && sessions != (key.window.Kind == plan.Session) {
			return fmt.Errorf("want windows %+v, got %+v", want.KeyFormat.WindowInfo, key.window)
		}
		return key.check(&caseFormat{Format: want.KeyFormat.Format, Features: want.KeyFormat.Features}, want.KeySchema)
	}
	if _, ok := r.db.Log().Topic(want.Name); !ok {
		return fmt.Errorf("does not exist")
	}
	key, value := r.partsOf(ctx, want.Name, formatOf(r.db.Catalog(), r.c, want.Name))
	if err := key.check(&want.KeyFormat, want.KeySchema); err != nil {
		return fmt.Errorf("key: %w", err)
	}
	if err := value.check(&want.ValueFormat, want.ValueSchema); err != nil {
		return fmt.Errorf("value: %w", err)
	}
	return nil
}

// repartitionKey finds the key of a repartition topic of the query whose id is the
// given one and a number.
func (r *caseRun) repartitionKey(query, name string) (key *part, err error) {
	var have []string
	for _, q := range r.db.Catalog().Queries() {
		if q.ID[:strings.LastIndexByte(q.ID, '_')] != query {
			continue
		}
		plan.Walk(q.Plan.Root, func(n plan.Node) {
			x, ok := n.(*plan.Repartition)
			if !ok {
				return
			}
			have = append(have, x.Name)
			if x.Name != name {
				return
			}
			out := x.Out()
			key = &part{isKey: true, format: x.KeyFormat, columns: out.Key, window: out.Window}
			key.schema = func() (registry.Schema, error) {
				return format.SchemaOf(r.codec().specOf(x.KeyFormat, out.Key, true))
			}
		})
	}
	if key == nil {
		err = fmt.Errorf("does not exist; the query has the topics %v", have)
	}
	return key, err
}

// sameSchema compares two schemas by what they describe.
func sameSchema(got, want registry.Schema) error {
	g, err := normalSchema(got)
	if err != nil {
		return err
	}
	w, err := normalSchema(want)
	if err != nil {
		return err
	}
	if g != w {
		return fmt.Errorf("want schema %s, got %s", w, g)
	}
	return nil
}

// normalSchema writes a schema in one way: JSON with sorted members and without
// attributes that only say where it came from, Protobuf with one blank where
// there are any.
func normalSchema(s registry.Schema) (string, error) {
	if s.Type == registry.Protobuf {
		return strings.Join(strings.Fields(s.Text), " "), nil
	}
	var v any
	if err := json.Unmarshal([]byte(s.Text), &v); err != nil {
		return "", fmt.Errorf("the schema %s: %w", s.Text, err)
	}
	out, err := json.Marshal(withoutOrigin(v))
	return string(out), err
}

// withoutOrigin drops the names under which another program knows a record.
func withoutOrigin(v any) any {
	switch x := v.(type) {
	case []any:
		for i := range x {
			x[i] = withoutOrigin(x[i])
		}
	case map[string]any:
		maps.DeleteFunc(x, func(name string, _ any) bool { return name == "connect.name" })
		for name := range x {
			x[name] = withoutOrigin(x[name])
		}
		if len(x) == 1 && x["type"] != nil { // {"type": "int"} is "int".
			return x["type"]
		}
	}
	return v
}
