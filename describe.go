package leat

import (
	"sort"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/exec"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/planner"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// describe answers DESCRIBE.
func (db *DB) describe(src *catalog.Source, extended bool) *SourceDescription {
	cat := db.catalog.Load()
	d := &SourceDescription{Name: src.Name, Relation: string(src.Relation), Topic: src.Topic, KeyFormat: src.KeyFormat.Name,
		ValueFormat: src.ValueFormat.Name, Fields: fieldsOf(&src.Schema), Statement: src.SQL, Extended: extended,
		Dependents: cat.Dependents(src.Name), Readers: []RunningQuery{}, Writers: []RunningQuery{}}
	if src.Window != nil {
		d.WindowType = string(src.Window.Kind)
	}
	if src.Timestamp != nil {
		d.Timestamp = src.Timestamp.Column
	}
	for _, q := range cat.Readers(src.Name) {
		d.Readers = append(d.Readers, db.runningQuery(q))
	}
	for _, q := range cat.Writers(src.Name) {
		d.Writers = append(d.Writers, db.runningQuery(q))
	}
	if t, ok := db.log.Topic(src.Topic); ok {
		d.Partitions = t.Config.Partitions
		if extended {
			d.Offsets = db.offsets(t.Name, t.Config.Partitions)
		}
	}
	return d
}

func fieldsOf(s *types.Schema) []Field {
	fields := []Field{}
	for _, h := range s.Headers {
		fields = append(fields, Field{Name: h.Name, Type: h.Type().String(), Role: "HEADER", HeaderKey: h.HeaderKey})
	}
	for _, c := range s.Key {
		fields = append(fields, Field{Name: c.Name, Type: c.Type.String(), Role: "KEY"})
	}
	for _, c := range s.Value {
		fields = append(fields, Field{Name: c.Name, Type: c.Type.String()})
	}
	return fields
}

// runningQuery is a persistent query as lists show it.
func (db *DB) runningQuery(q *catalog.Query) RunningQuery {
	r := RunningQuery{ID: q.ID, SQL: q.SQL, Sink: q.Sink, State: "RUNNING"}
	if sink := db.catalog.Load().Source(q.Sink); sink != nil {
		r.SinkTopic = sink.Topic
	}
	status := db.statusOf(q.ID)
	r.State, r.ErrorClass = string(status.State), string(status.Class)
	if status.Cause != nil {
		r.Error = status.Cause.Error()
	}
	return r
}

// statusOf tells how a persistent query is, whether it could be started or not.
func (db *DB) statusOf(id string) exec.Status {
	if running := db.runtime.Query(id); running != nil {
		return running.Status()
	}
	status := exec.Status{State: exec.Failed, Class: exec.UnknownError}
	if u := db.restarts.of(id); u != nil {
		status.Cause, status.Class = u.cause.Err, u.cause.Class
	}
	return status
}

// failuresOf lists the last failures of a persistent query.
func (db *DB) failuresOf(id string) []QueryFailure {
	var list []exec.Failure
	if running := db.runtime.Query(id); running != nil {
		list = running.Failures()
	} else if u := db.restarts.of(id); u != nil {
		list = append(list, u.cause)
	}
	var out []QueryFailure
	for _, f := range list {
		out = append(out, QueryFailure{f.At, string(f.Class), f.Err.Error(), f.Retry})
	}
	return out
}

func (db *DB) listQueries(extended bool) *QueryList {
	l := &QueryList{Queries: []RunningQuery{}}
	for _, q := range db.catalog.Load().Queries() {
		if extended {
			l.Extended = append(l.Extended, *db.describeQuery(q))
			continue
		}
		l.Queries = append(l.Queries, db.runningQuery(q))
	}
	for _, c := range db.queries.list() {
		l.Queries = append(l.Queries, RunningQuery{ID: c.QueryID, SQL: c.sql, State: "RUNNING", Push: true, ErrorClass: string(exec.NoError)})
	}
	return l
}

// explain answers EXPLAIN of a running query, with live figures, or of a
// statement.
func (db *DB) explain(p *planner.Explain) (*Result, error) {
	if p.Query != nil {
		d := db.describeQuery(p.Query)
		d.Plan = p.Text
		return &Result{Query: d}, nil
	}
	d := &QueryDescription{RunningQuery: RunningQuery{SQL: p.SQL}, Plan: p.Text, Fields: []Field{}}
	for _, o := range p.Outputs {
		f := Field{Name: o.Name, Type: o.Type.String()}
		if o.Key {
			f.Role = "KEY"
		}
		d.Fields = append(d.Fields, f)
	}
	if p.Plan != nil {
		d.Sources = sourcesOf(p.Plan.Root)
	}
	return &Result{Query: d}, nil
}

func (db *DB) describeQuery(q *catalog.Query) *QueryDescription {
	out := q.Plan.Root.Out()
	d := &QueryDescription{RunningQuery: db.runningQuery(q), Fields: fieldsOf(&out.Schema), Sources: sourcesOf(q.Plan.Root),
		Properties: q.Plan.Properties}
	if out.Window != nil {
		d.WindowType = string(out.Window.Kind)
	}
	d.Failures = db.failuresOf(q.ID)
	if running := db.runtime.Query(q.ID); running != nil {
		d.Stats = statsOf(running.Stats())
		for _, f := range running.Flows() {
			d.Operators = append(d.Operators, OperatorStat{plan.Title(f.Node), f.Depth, f.In, f.Out, f.InRate, f.OutRate})
		}
	}
	return d
}

func statsOf(s exec.Stats) []Stat {
	return []Stat{
		{"rows in", s.RowsIn}, {"rows out", s.RowsOut}, {"late rows", s.Late}, {"errors", s.Errors}, {"lag", s.Lag},
		{"stream time", s.StreamTime}, {"commits", s.Commits}, {"state bytes", s.State.Bytes},
	}
}

func sourcesOf(root plan.Node) []string {
	seen := map[string]bool{}
	plan.Walk(root, func(n plan.Node) {
		if s, ok := n.(*plan.Source); ok {
			seen[s.Name] = true
		}
	})
	names := []string{}
	for name := range seen {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func (db *DB) listFunctions() []FunctionName {
	out := []FunctionName{}
	for _, name := range db.functions.Names() {
		f, _ := db.functions.Lookup(name)
		out = append(out, FunctionName{Name: name, Kind: f.Kind().String(), Category: f.Info().Category})
	}
	return out
}

func describeFunction(f function.Function) *FunctionDescription {
	info := f.Info()
	d := &FunctionDescription{Name: info.Name, Kind: f.Kind().String(), Category: info.Category, Summary: info.Summary,
		Author: info.Author, Version: info.Version, Sample: info.Sample.String()}
	for _, sig := range f.Signatures() {
		v := FunctionVariant{Signature: sig.Text(info.Name), Returns: sig.Result.String()}
		for i, p := range sig.Params {
			v.Params = append(v.Params, FunctionParam{Name: p.Name, Type: p.Type.String(), Summary: p.Summary, Variadic: i == sig.Variadic})
		}
		d.Variants = append(d.Variants, v)
	}
	for _, e := range info.Examples {
		d.Examples = append(d.Examples, FunctionExample{e.SQL, e.Result})
	}
	return d
}
