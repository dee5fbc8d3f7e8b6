package registry

import (
	"context"
	"errors"
	"testing"
)

// memory is a store that can be replayed.
type memory struct{ entries [][]byte }

func (m *memory) Append(_ context.Context, _, entry []byte) error {
	m.entries = append(m.entries, entry)
	return nil
}

func record(fields string) Schema {
	return Schema{Type: Avro, Text: `{"type":"record","name":"R","fields":[` + fields + `]}`}
}

func mustRegister(t *testing.T, r *Registry, subject string, s Schema) Version {
	t.Helper()
	v, err := r.Register(t.Context(), subject, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVersionsAndIDs(t *testing.T) {
	r := New(nil)
	a := mustRegister(t, r, "a-value", record(`{"name":"X","type":"int"}`))
	again := mustRegister(t, r, "a-value", record(` {"name": "X", "type": "int"} `))
	if a.ID != 1 || a.Version != 1 || again.ID != a.ID || again.Version != 1 {
		t.Errorf("%+v, again %+v", a, again)
	}
	if b := mustRegister(t, r, "b-value", record(`{"name":"X","type":"int"}`)); b.ID != a.ID || b.Version != 1 {
		t.Errorf("the same schema in another subject: %+v", b)
	}
	if c := mustRegister(t, r, "a-value", record(`{"name":"X","type":"long"}`)); c.ID != 2 || c.Version != 2 {
		t.Errorf("a second version: %+v", c)
	}
	if v, ok := r.Latest("a-value"); !ok || v.Version != 2 {
		t.Errorf("latest %+v", v)
	}
	if _, err := r.ByID(9); !errors.Is(err, ErrUnknown) {
		t.Errorf("id 9: %v", err)
	}
	if v, err := r.RegisterWithID(t.Context(), "c-value", Schema{Type: Avro, Text: "int"}, 100); err != nil || v.ID != 100 || v.Text != `"int"` {
		t.Errorf("%+v %v", v, err)
	}
	if _, err := r.RegisterWithID(t.Context(), "d-value", Schema{Type: Avro, Text: "long"}, 100); !errors.Is(err, ErrInvalid) {
		t.Errorf("an id that is taken: %v", err)
	}
}

func TestReplay(t *testing.T) {
	var kept memory
	r := New(&kept)
	mustRegister(t, r, "a-value", record(`{"name":"X","type":"int"}`))
	mustRegister(t, r, "a-value", record(`{"name":"X","type":"long"}`))
	mustRegister(t, r, "b-key", Schema{Type: JSON, Text: `{"type":"string"}`})
	if _, err := r.Delete(t.Context(), "a-value"); err != nil {
		t.Fatal(err)
	}
	if err := r.SetCompatibility(t.Context(), "b-key", NoCompatibility); err != nil {
		t.Fatal(err)
	}
	if err := r.SetMode(t.Context(), "b-key", ReadOnly); err != nil {
		t.Fatal(err)
	}
	again := New(nil)
	for _, e := range kept.entries {
		if err := again.Replay(e); err != nil {
			t.Fatal(err)
		}
	}
	if got := again.Subjects(); len(got) != 1 || got[0] != "b-key" {
		t.Errorf("subjects %v", got)
	}
	if _, err := again.Register(t.Context(), "b-key", Schema{Type: JSON, Text: `{"type":"number"}`}); err == nil {
		t.Error("a read-only subject took a schema")
	}
	if again.Compatibility("b-key") != NoCompatibility || again.Compatibility("") != Backward {
		t.Error("levels are lost")
	}
	if v := mustRegister(t, again, "a-value", record(`{"name":"X","type":"int"}`)); v.Version != 3 || v.ID != 1 {
		t.Errorf("after delete: %+v", v)
	}
	if err := again.Replay([]byte(`{"other":1}`)); err == nil {
		t.Error("an unknown entry was accepted")
	}
}

func TestCompatibility(t *testing.T) {
	proto := func(text string) Schema { return Schema{Type: Protobuf, Text: `syntax = "proto3"; ` + text} }
	js := func(text string) Schema { return Schema{Type: JSON, Text: text} }
	for _, c := range []struct {
		name     string
		old, now Schema
		ok       bool
	}{
		{"avro promotion", record(`{"name":"X","type":"int"}`), record(`{"name":"X","type":["null","double"]}`), true},
		{"avro narrowing", record(`{"name":"X","type":"long"}`), record(`{"name":"X","type":"int"}`), false},
		{"avro null", record(`{"name":"X","type":["null","int"]}`), record(`{"name":"X","type":"int"}`), false},
		{"avro new field", record(`{"name":"X","type":"int"}`), record(`{"name":"X","type":"int"},{"name":"Y","type":"int"}`), false},
		{"avro new field with default", record(`{"name":"X","type":"int"}`), record(`{"name":"X","type":"int"},{"name":"Y","type":["null","int"],"default":null}`), true},
		{"avro removed field", record(`{"name":"X","type":"int"},{"name":"Y","type":"int"}`), record(`{"name":"X","type":"int"}`), true},
		{"avro kinds", record(`{"name":"X","type":"int"}`), Schema{Type: Avro, Text: "int"}, false},
		{"languages", record(`{"name":"X","type":"int"}`), js(`{}`), false},
		{"json open", js(`{"type":"object","properties":{"a":{"type":"integer"}}}`), js(`{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"string"}}}`), true},
		{"json required", js(`{"type":"object","properties":{"a":{"type":"integer"}}}`), js(`{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}`), false},
		{"json type", js(`{"oneOf":[{"type":"null"},{"type":"string"}]}`), js(`{"oneOf":[{"type":"null"},{"type":"integer"}]}`), false},
		{"json closed", js(`{"type":"object","properties":{"a":{"type":"integer"}}}`), js(`{"type":"object","additionalProperties":false}`), false},
		{"protobuf new field", proto(`message M { int32 a = 1; }`), proto(`message M { int64 a = 1; string b = 2; }`), true},
		{"protobuf kind", proto(`message M { int32 a = 1; }`), proto(`message M { string a = 1; }`), false},
		{"protobuf zigzag", proto(`message M { int32 a = 1; }`), proto(`message M { sint32 a = 1; }`), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := New(nil)
			mustRegister(t, r, "s", c.old)
			_, err := r.Register(t.Context(), "s", c.now)
			if c.ok != (err == nil) || err != nil && !errors.Is(err, ErrIncompatible) {
				t.Errorf("got %v, want compatible %v", err, c.ok)
			}
		})
	}
}

// TestLevels: what may follow X int under each level.
func TestLevels(t *testing.T) {
	added := record(`{"name":"X","type":"int"},{"name":"Y","type":"int"}`)
	removed := record(``)
	for _, c := range []struct {
		level          Level
		added, removed bool
	}{{Backward, false, true}, {Forward, true, false}, {Full, false, false}, {NoCompatibility, true, true}, {FullTransitive, false, false}} {
		for _, next := range []struct {
			schema Schema
			ok     bool
		}{{added, c.added}, {removed, c.removed}} {
			r := New(nil)
			mustRegister(t, r, "s", record(`{"name":"X","type":"int"}`))
			if err := r.SetCompatibility(t.Context(), "", c.level); err != nil {
				t.Fatal(err)
			}
			if err := r.CheckCompatible("s", next.schema); (err == nil) != next.ok {
				t.Errorf("%s, %s: %v", c.level, next.schema.Text, err)
			}
		}
	}
}

func TestReferences(t *testing.T) {
	r := New(nil)
	mustRegister(t, r, "event", Schema{Type: Protobuf, Text: `syntax = "proto3"; message Event { int64 at = 1; }`})
	mustRegister(t, r, "log", Schema{Type: Protobuf, Text: `syntax = "proto3"; import "event.proto"; message Log { Event event = 1; }`,
		References: []Reference{{"event.proto", "event", 1}}})
	mustRegister(t, r, "point", Schema{Type: Avro, Text: `{"type":"record","name":"geo.Point","fields":[{"name":"x","type":"int"}]}`})
	mustRegister(t, r, "line", Schema{Type: Avro, Text: `{"type":"array","items":"geo.Point"}`, References: []Reference{{"geo.Point", "point", 1}}})
	_, err := r.Register(t.Context(), "broken", Schema{Type: Protobuf, Text: `syntax = "proto3"; import "event.proto"; message Log { Event event = 1; }`})
	if !errors.Is(err, ErrInvalid) {
		t.Errorf("a missing reference: %v", err)
	}
}

func TestInvalid(t *testing.T) {
	r := New(nil)
	for _, s := range []Schema{
		{Type: Avro, Text: `{"type":"record","name":"1x","fields":[]}`},
		{Type: Avro, Text: `{`},
		{Type: JSON, Text: `[`},
		{Type: Protobuf, Text: `message`},
		{Type: "XML", Text: `<x/>`},
	} {
		if _, err := r.Register(t.Context(), "s", s); !errors.Is(err, ErrInvalid) {
			t.Errorf("%+v: %v", s, err)
		}
	}
}
