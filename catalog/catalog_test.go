package catalog

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
	"pgregory.net/rapid"
)

func source(name string, relation plan.Relation) *Source {
	return &Source{
		Name: name, Relation: relation, Topic: name, SQL: "CREATE " + name,
		Schema: types.Schema{
			Key:   []types.Column{{Name: "ID", Type: types.BigIntType}},
			Value: []types.Column{{Name: "v", Type: types.DecimalOf(4, 2)}},
		},
		KeyFormat: plan.Format{Name: "KAFKA"}, ValueFormat: plan.Format{Name: "DELIMITED", Properties: map[string]string{"DELIMITER": "|"}},
	}
}

// derive returns the command of CREATE STREAM name AS SELECT ... FROM from.
func derive(name, id string, from ...string) *Command {
	src := source(name, plan.Stream)
	src.QueryID, src.From = id, from
	return &Command{Kind: CreateSource, SQL: src.SQL, Source: src, Query: query(id, CreateStreamAs, name, from...)}
}

func query(id string, kind QueryKind, sink string, from ...string) *Query {
	in := source(from[0], plan.Stream)
	read := &plan.Source{Name: from[0], Topic: in.Topic, Schema: in.PlanSchema(), KeyFormat: in.KeyFormat, ValueFormat: in.ValueFormat}
	passed := &plan.Filter{Input: read, Predicate: &expr.Expr{
		Op: expr.OpIsNull, Type: types.BooleanType, Name: "not", Args: []*expr.Expr{expr.Column(1, types.DecimalOf(4, 2))}}}
	root := &plan.Sink{Input: passed, Name: sink, Topic: sink, KeyFormat: in.KeyFormat, ValueFormat: in.ValueFormat}
	return &Query{ID: id, Kind: kind, SQL: "SELECT", Sink: sink, Sources: from, Plan: &plan.Query{ID: id, Root: root, Limit: -1}}
}

func apply(t *testing.T, s *Snapshot, commands ...*Command) *Snapshot {
	t.Helper()
	for _, c := range commands {
		next, err := s.Apply(c)
		if err != nil {
			t.Fatal(err)
		}
		s = next
	}
	return s
}

func TestApplyLeavesOldSnapshotAlone(t *testing.T) {
	before := apply(t, Empty(), &Command{Kind: CreateSource, Source: source("B", plan.Stream)})
	apply(t, before,
		&Command{Kind: CreateSource, Source: source("A", plan.Table)},
		derive("C", "CSAS_C_1", "B"),
		&Command{Kind: Pause, Names: []string{"CSAS_C_1"}},
		&Command{Kind: SetProperties, Properties: map[string]string{"a": "b"}})
	if got := before.SourceNames(); !reflect.DeepEqual(got, []string{"B"}) {
		t.Errorf("sources of the old snapshot: %v", got)
	}
	if len(before.Queries()) != 0 || len(before.Properties()) != 0 {
		t.Errorf("the old snapshot got queries %v and properties %v", before.QueryIDs(), before.Properties())
	}
}

func TestDropRules(t *testing.T) {
	s := apply(t, Empty(),
		&Command{Kind: CreateSource, Source: source("A", plan.Stream)},
		derive("B", "CSAS_B_1", "A"),
		&Command{Kind: InsertQuery, Query: query("INSERTQUERY_2", InsertInto, "B", "A")})

	drop := func(name string) error {
		_, err := s.Apply(&Command{Kind: DropSource, Names: []string{name}})
		return err
	}
	if err := drop("A"); err == nil || !strings.Contains(err.Error(), "created from it: B") || !strings.Contains(err.Error(), "INSERTQUERY_2") {
		t.Errorf("dropping a source that is read: %v", err)
	}
	if err := drop("B"); err == nil || !strings.Contains(err.Error(), "queries that write into it: INSERTQUERY_2") {
		t.Errorf("dropping a source that is written: %v", err)
	}

	// A terminated CREATE ... AS still keeps its sources from being dropped.
	s = apply(t, s, &Command{Kind: Terminate, Names: []string{"INSERTQUERY_2", "CSAS_B_1"}})
	if err := drop("A"); err == nil {
		t.Error("a source was dropped from under a stream created from it")
	}

	s = apply(t, s, &Command{Kind: DropSource, Names: []string{"B"}}, &Command{Kind: DropSource, Names: []string{"A"}})
	if len(s.Sources()) != 0 {
		t.Errorf("left: %v", s.SourceNames())
	}
}

func TestDropTerminatesTheCreatingQuery(t *testing.T) {
	s := apply(t, Empty(), &Command{Kind: CreateSource, Source: source("A", plan.Stream)}, derive("B", "CSAS_B_1", "A"))
	if len(s.Readers("A")) != 1 || len(s.Writers("B")) != 1 {
		t.Fatalf("readers %d, writers %d", len(s.Readers("A")), len(s.Writers("B")))
	}
	s = apply(t, s, &Command{Kind: DropSource, Names: []string{"B"}})
	if s.Query("CSAS_B_1") != nil {
		t.Error("the query outlived the stream it created")
	}
}

func TestReplaceKeepsOneQuery(t *testing.T) {
	s := apply(t, Empty(), &Command{Kind: CreateSource, Source: source("A", plan.Stream)}, derive("B", "CSAS_B_1", "A"))
	again := derive("B", "CSAS_B_1", "A")
	if _, err := s.Apply(again); err == nil {
		t.Error("a stream was created twice")
	}
	again.Replace = true
	again.Query.SQL = "SELECT 2"
	s = apply(t, s, again)
	if q := s.Query("CSAS_B_1"); len(s.Queries()) != 1 || q.SQL != "SELECT 2" {
		t.Errorf("queries after the replacement: %v", s.QueryIDs())
	}
	other := &Command{Kind: CreateSource, Source: source("B", plan.Table), Replace: true}
	if _, err := s.Apply(other); err == nil {
		t.Error("a stream was replaced by a table")
	}
}

func TestDecodeRefusesNewerVersions(t *testing.T) {
	if _, err := Decode([]byte(`{"version":2,"kind":"pause"}`)); err == nil || !strings.Contains(err.Error(), "versions 1 to 1") {
		t.Errorf("got %v", err)
	}
}

// TestReplay draws histories of commands and checks that replaying their stored
// form makes the same catalogue, and that no history leaves a query or a source
// that reads what is gone.
func TestReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		live, replayed := Empty(), Empty()
		for i := range rapid.IntRange(1, 40).Draw(t, "commands") {
			c := drawCommand(t, live, i)
			data, err := c.Encode()
			if err != nil {
				t.Fatal(err)
			}
			stored, err := Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			again, err := stored.Encode()
			if err != nil || !bytes.Equal(data, again) {
				t.Fatalf("decoding and encoding changed the command (%v):\n%s\n%s", err, data, again)
			}
			next, err := live.Apply(c)
			replay, replayErr := replayed.Apply(stored)
			if (err == nil) != (replayErr == nil) {
				t.Fatalf("live: %v, replayed: %v", err, replayErr)
			}
			if err != nil {
				continue
			}
			live, replayed = next, replay
			if !reflect.DeepEqual(live, replayed) {
				t.Fatalf("replaying made another catalogue after %s", data)
			}
			checkConsistent(t, live)
		}
	})
}

func drawCommand(t *rapid.T, s *Snapshot, i int) *Command {
	name := rapid.SampledFrom([]string{"A", "B", "C", "D"})
	ids := append(s.QueryIDs(), "NONE")
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0, 1:
		relation := rapid.SampledFrom([]plan.Relation{plan.Stream, plan.Table}).Draw(t, "relation")
		return &Command{Kind: CreateSource, Source: source(name.Draw(t, "name"), relation), Replace: rapid.Bool().Draw(t, "replace")}
	case 2, 3:
		sink := name.Draw(t, "sink")
		return derive(sink, fmt.Sprintf("CSAS_%s_%d", sink, i), name.Draw(t, "from"))
	case 4:
		return &Command{Kind: InsertQuery, Query: query(fmt.Sprintf("INSERTQUERY_%d", i), InsertInto, name.Draw(t, "sink"), name.Draw(t, "from"))}
	case 5:
		return &Command{Kind: DropSource, Names: []string{name.Draw(t, "name")}, DeleteTopic: true}
	case 6:
		return &Command{Kind: Terminate, Names: []string{rapid.SampledFrom(ids).Draw(t, "id")}}
	case 7:
		return &Command{Kind: Pause, Names: []string{rapid.SampledFrom(ids).Draw(t, "id")}}
	case 8:
		return &Command{Kind: CreateType, Type: &Type{Name: name.Draw(t, "type"), Type: types.MustType("STRUCT<a INT, `b c` ARRAY<STRING>>")}}
	}
	return &Command{Kind: SetProperties, Properties: map[string]string{"p": rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "value")}}
}

func checkConsistent(t *rapid.T, s *Snapshot) {
	for _, src := range s.Sources() {
		for _, from := range src.From {
			if s.Source(from) == nil {
				t.Fatalf("%s was created from %s, which is gone", src.Name, from)
			}
		}
	}
	for _, q := range s.Queries() {
		if err := s.checkReads(q); err != nil {
			t.Fatal(err)
		}
	}
}
