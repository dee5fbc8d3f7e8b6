package server

import (
	"encoding/json"
	"strings"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/server/api"
	"github.com/leatdb/leat/types"
)

// entity turns the result of a statement into its form in the API, or nil when
// the statement has none (SET, INSERT VALUES).
func entity(r *leat.Result) any {
	head := func(kind string) api.Entity {
		e := api.Entity{Type: kind, StatementText: strings.TrimSuffix(r.SQL, ";") + ";", Warnings: []api.Warning{}}
		for _, w := range r.Warnings {
			e.Warnings = append(e.Warnings, api.Warning{Message: w})
		}
		return e
	}
	switch {
	case r.Status != nil:
		return statusEntity(r.Status, head)
	case r.Sources != nil:
		return sourcesEntity(r.Sources, head)
	case r.Source != nil:
		return &api.SourceDescriptionEntity{Entity: head("sourceDescription"), SourceDescription: describeSource(r.Source)}
	case r.Topics != nil:
		return topicsEntity(r.Topics, head)
	case r.Queries != nil:
		return queriesEntity(r.Queries, head)
	case r.Query != nil:
		return &api.QueryDescriptionEntity{Entity: head("queryDescription"), QueryDescription: describeQuery(r.Query)}
	case r.Functions != nil:
		e := &api.FunctionNames{Entity: head("function_names"), Functions: []api.FunctionName{}}
		for _, f := range r.Functions {
			e.Functions = append(e.Functions, api.FunctionName{Name: f.Name, Type: f.Kind, Category: f.Category})
		}
		return e
	case r.Function != nil:
		return functionEntity(r.Function, head)
	case r.Properties != nil:
		return propertiesEntity(r.Properties, head)
	case r.Types != nil:
		e := &api.TypeList{Entity: head("type_list"), Types: map[string]api.SchemaInfo{}}
		for _, t := range r.Types {
			e.Types[t.Name] = schemaInfo(t.Type)
		}
		return e
	case r.Variables != nil:
		e := &api.VariableList{Entity: head("variables"), Variables: []api.Variable{}}
		for _, v := range r.Variables {
			e.Variables = append(e.Variables, api.Variable{Name: v.Name, Value: v.Value})
		}
		return e
	case r.Closed != nil:
		return &api.TerminateQuery{Entity: head("terminate_query"), QueryID: r.Closed.ID, WasTerminated: true}
	case r.Assertion != nil && r.Assertion.Topic == "":
		return assertSchemaEntity(r.Assertion, head)
	case r.Assertion != nil:
		return &api.AssertTopic{Entity: head("assert_topic"), TopicName: r.Assertion.Topic, Exists: r.Assertion.Exists}
	}
	return nil
}

type headFunc func(kind string) api.Entity

func assertSchemaEntity(a *leat.Assertion, head headFunc) any {
	e := &api.AssertSchema{Entity: head("assert_schema"), Exists: a.Exists}
	if a.Subject != "" {
		e.Subject = &a.Subject
	}
	if a.ID != 0 {
		e.ID = &a.ID
	}
	return e
}

func statusEntity(s *leat.Status, head headFunc) any {
	if s.Warning {
		return &api.WarningEntity{Entity: head("warning_entity"), Message: s.Message}
	}
	e := &api.CurrentStatus{Entity: head("currentStatus"), CommandID: s.CommandID, Sequence: s.Sequence}
	e.Status = api.CommandStatus{Status: "SUCCESS", Message: s.Message}
	if s.QueryID != "" {
		e.Status.QueryID = &s.QueryID
	}
	return e
}

func sourcesEntity(l *leat.SourceList, head headFunc) any {
	if l.Extended != nil {
		e := &api.SourceDescriptions{Entity: head("source_descriptions"), SourceDescriptions: []api.SourceDescription{}}
		for i := range l.Extended {
			e.SourceDescriptions = append(e.SourceDescriptions, describeSource(&l.Extended[i]))
		}
		return e
	}
	lines := []api.Source{}
	for _, s := range l.Sources {
		lines = append(lines, api.Source{Type: l.Relation, Name: s.Name, Topic: s.Topic, KeyFormat: s.KeyFormat, ValueFormat: s.ValueFormat, IsWindowed: s.Windowed})
	}
	if l.Relation == "TABLE" {
		return &api.Tables{Entity: head("tables"), Tables: lines}
	}
	return &api.Streams{Entity: head("streams"), Streams: lines}
}

func topicsEntity(l *leat.TopicList, head headFunc) any {
	kind := "kafka_topics"
	if l.Extended {
		kind = "kafka_topics_extended"
	}
	e := &api.KafkaTopics{Entity: head(kind), Topics: []api.KafkaTopic{}}
	for _, t := range l.Topics {
		line := api.KafkaTopic{Name: t.Name, ReplicaInfo: make([]int, t.Partitions)}
		for i := range line.ReplicaInfo {
			line.ReplicaInfo[i] = 1
		}
		if l.Extended {
			groups := t.Groups
			line.ConsumerCount, line.ConsumerGroupCount = &groups, &groups
		}
		e.Topics = append(e.Topics, line)
	}
	return e
}

func queriesEntity(l *leat.QueryList, head headFunc) any {
	if l.Extended != nil {
		e := &api.QueryDescriptions{Entity: head("query_descriptions"), QueryDescriptions: []api.QueryDescription{}}
		for i := range l.Extended {
			e.QueryDescriptions = append(e.QueryDescriptions, describeQuery(&l.Extended[i]))
		}
		return e
	}
	return &api.Queries{Entity: head("queries"), Queries: runningQueries(l.Queries)}
}

func runningQueries(list []leat.RunningQuery) []api.RunningQuery {
	out := []api.RunningQuery{}
	for _, q := range list {
		line := api.RunningQuery{QueryString: q.SQL, ID: q.ID, QueryType: queryType(q), State: q.State,
			Sinks: []string{}, SinkKafkaTopics: []string{}, StatusCount: map[string]int{q.State: 1}}
		if q.State == "PAUSED" {
			line.State = "RUNNING"
		}
		if q.Sink != "" {
			line.Sinks, line.SinkKafkaTopics = []string{q.Sink}, []string{q.SinkTopic}
		}
		out = append(out, line)
	}
	return out
}

func queryType(q leat.RunningQuery) string {
	if q.Push {
		return "PUSH"
	}
	return "PERSISTENT"
}

func describeSource(s *leat.SourceDescription) api.SourceDescription {
	d := api.SourceDescription{Name: s.Name, ReadQueries: runningQueries(s.Readers), WriteQueries: runningQueries(s.Writers),
		Fields: fields(s.Fields), Type: s.Relation, Timestamp: s.Timestamp, Extended: s.Extended, KeyFormat: s.KeyFormat,
		ValueFormat: s.ValueFormat, Topic: s.Topic, Partitions: s.Partitions, Replication: 1, Statement: s.Statement,
		SourceConstraints: append([]string{}, s.Dependents...), QueryOffsets: json.RawMessage("[]"),
		ClusterStatistics: []any{}, ClusterErrorStats: []any{}}
	if s.WindowType != "" {
		d.WindowType = &s.WindowType
	}
	return d
}

func describeQuery(q *leat.QueryDescription) api.QueryDescription {
	state := q.State
	d := api.QueryDescription{ID: q.ID, StatementText: q.SQL, Fields: fields(q.Fields), Sources: append([]string{}, q.Sources...),
		Sinks: []string{}, Topology: q.Plan, ExecutionPlan: q.Plan, OverriddenProperties: map[string]string{},
		HostQueryStatus: map[string]string{}, QueryType: queryType(q.RunningQuery), QueryErrors: []api.QueryError{},
		TasksMetadata: []any{}, State: &state}
	if q.Sink != "" {
		d.Sinks = []string{q.Sink}
	}
	if q.WindowType != "" {
		d.WindowType = &q.WindowType
	}
	for name, value := range q.Properties {
		d.OverriddenProperties[name] = value
	}
	for _, o := range q.Operators {
		d.Operators = append(d.Operators, api.Operator(o))
	}
	for _, f := range q.Failures {
		d.QueryErrors = append(d.QueryErrors, api.QueryError{Timestamp: f.At.UnixMilli(), ErrorMessage: f.Error, Type: f.Class})
	}
	for _, s := range q.Stats {
		if d.Statistics == nil {
			d.Statistics = map[string]int64{}
		}
		d.Statistics[s.Name] = s.Value
	}
	return d
}

func functionEntity(f *leat.FunctionDescription, head headFunc) any {
	e := &api.FunctionDescription{Entity: head("describe_function"), Name: f.Name, Description: f.Summary, Author: f.Author,
		Version: f.Version, Path: "internal", Type: f.Kind, Functions: []api.FunctionInfo{}}
	for _, v := range f.Variants {
		info := api.FunctionInfo{Arguments: []api.FunctionArgument{}, ArgumentTypes: []string{}, ReturnType: v.Returns, Description: f.Summary}
		for _, p := range v.Params {
			info.Arguments = append(info.Arguments, api.FunctionArgument{Name: p.Name, Type: p.Type, Description: p.Summary, IsVariadic: p.Variadic})
			info.ArgumentTypes = append(info.ArgumentTypes, p.Type)
		}
		e.Functions = append(e.Functions, info)
	}
	return e
}

func propertiesEntity(list []leat.Property, head headFunc) any {
	e := &api.Properties{Entity: head("properties"), Properties: []api.Property{}, OverwrittenProperties: []string{}, DefaultProperties: []string{}}
	for _, p := range list {
		e.Properties = append(e.Properties, api.Property{Name: p.Name, Scope: "KSQL", Value: p.Value, Editable: p.Editable, Level: "QUERY"})
		if p.Default {
			e.DefaultProperties = append(e.DefaultProperties, p.Name)
		} else {
			e.OverwrittenProperties = append(e.OverwrittenProperties, p.Name)
		}
	}
	return e
}

func fields(list []leat.Field) []api.Field {
	out := []api.Field{}
	for _, f := range list {
		out = append(out, api.Field{Name: f.Name, Schema: schemaInfo(f.Type), Type: f.Role, HeaderKey: f.HeaderKey})
	}
	return out
}

// schemaInfo describes a type given as SQL.
func schemaInfo(sql string) api.SchemaInfo {
	t, err := types.ParseType(sql)
	if err != nil {
		return api.SchemaInfo{Type: sql}
	}
	return typeInfo(t)
}

func typeInfo(t *types.Type) api.SchemaInfo {
	info := api.SchemaInfo{Type: t.Kind.String()}
	if t.Elem != nil {
		member := typeInfo(t.Elem)
		info.MemberSchema = &member
	}
	if t.Kind == types.Decimal {
		info.Parameters = map[string]int{"precision": t.Precision, "scale": t.Scale}
	}
	if t.Kind == types.Struct {
		info.Fields = []api.Field{}
		for _, f := range t.Fields {
			info.Fields = append(info.Fields, api.Field{Name: f.Name, Schema: typeInfo(f.Type)})
		}
	}
	return info
}
