// Package registrytest holds what every schema registry must do, as tests that
// run against any of them.
package registrytest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/leatdb/leat/format/registry"
)

// Run runs the tests, each against a new and empty registry.
func Run(t *testing.T, open func(t *testing.T) registry.Registry) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, r registry.Registry)
	}{
		{"VersionsAndIDs", versionsAndIDs},
		{"Lookup", lookup},
		{"SameSchema", sameSchema},
		{"Invalid", invalid},
		{"Compatibility", compatibility},
		{"Levels", levels},
		{"DeleteSubject", deleteSubject},
		{"DeleteVersion", deleteVersion},
		{"References", references},
		{"JSONReferences", jsonReferences},
		{"Modes", modes},
		{"Import", imported},
		{"Descriptors", descriptors},
		{"Names", names},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
}

// Record is an Avro record R with the fields.
func Record(fields string) registry.Schema {
	return registry.Schema{Type: registry.Avro, Text: `{"type":"record","name":"R","fields":[` + fields + `]}`}
}

const (
	intX  = `{"name":"X","type":"int"}`
	longX = `{"name":"X","type":"long"}`
	intY  = `{"name":"Y","type":"int"}`
)

func js(text string) registry.Schema { return registry.Schema{Type: registry.JSON, Text: text} }

func proto(text string) registry.Schema {
	return registry.Schema{Type: registry.Protobuf, Text: "syntax = \"proto3\";\n" + text}
}

func register(t *testing.T, r registry.Registry, subject string, s registry.Schema) registry.Version {
	t.Helper()
	v, err := r.Register(t.Context(), subject, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// refused holds that an error has the code.
func refused(t *testing.T, err error, code registry.Code) {
	t.Helper()
	var e *registry.Error
	if !errors.As(err, &e) || e.Code != code || e.Message == "" {
		t.Errorf("got %v, want a refusal with code %d", err, code)
	}
}

func equal[T any](t *testing.T, what string, got T, err error, want T) {
	t.Helper()
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v (%v), want %v", what, got, err, want)
	}
}

func versionsAndIDs(t *testing.T, r registry.Registry) {
	ctx := t.Context()
	a := register(t, r, "a-value", Record(intX))
	if a.Subject != "a-value" || a.ID != 1 || a.Version != 1 || a.Type != registry.Avro {
		t.Errorf("%+v", a)
	}
	if b := register(t, r, "b-value", Record(intX)); b.ID != a.ID || b.Version != 1 {
		t.Errorf("the same schema in another subject: %+v", b)
	}
	if c := register(t, r, "a-value", Record(longX)); c.ID != 2 || c.Version != 2 {
		t.Errorf("a second version: %+v", c)
	}
	latest, err := r.Version(ctx, "a-value", registry.Latest)
	equal(t, "latest", latest.Version, err, 2)
	first, err := r.Version(ctx, "a-value", 1)
	equal(t, "first", first.Text, err, Record(intX).Text)
	subjects, err := r.Subjects(ctx)
	equal(t, "subjects", subjects, err, []string{"a-value", "b-value"})
	versions, err := r.Versions(ctx, "a-value")
	equal(t, "versions", versions, err, []int{1, 2})
	uses, err := r.Uses(ctx, 1)
	equal(t, "uses", uses, err, []registry.Use{{Subject: "a-value", Version: 1}, {Subject: "b-value", Version: 1}})
	s, err := r.ByID(ctx, 2)
	equal(t, "by id", s.Text, err, Record(longX).Text)
}

func lookup(t *testing.T, r registry.Registry) {
	ctx := t.Context()
	register(t, r, "s", Record(intX))
	register(t, r, "s", Record(longX))
	v, err := r.Find(ctx, "s", Record(intX))
	equal(t, "found", v.Version, err, 1)
	_, err = r.Find(ctx, "s", Record(""))
	refused(t, err, registry.CodeSchemaUnknown)
	_, err = r.Find(ctx, "t", Record(intX))
	refused(t, err, registry.CodeSubjectUnknown)
	_, err = r.Version(ctx, "t", registry.Latest)
	refused(t, err, registry.CodeSubjectUnknown)
	_, err = r.Versions(ctx, "t")
	refused(t, err, registry.CodeSubjectUnknown)
	_, err = r.Version(ctx, "s", 9)
	refused(t, err, registry.CodeVersionUnknown)
	_, err = r.Version(ctx, "s", 0)
	refused(t, err, registry.CodeInvalidVersion)
	_, err = r.ByID(ctx, 9)
	refused(t, err, registry.CodeSchemaUnknown)
	if !errors.Is(err, registry.ErrUnknown) {
		t.Errorf("%v is not ErrUnknown", err)
	}
	_, err = r.Uses(ctx, 9)
	refused(t, err, registry.CodeSchemaUnknown)
}

// sameSchema: layout makes no other schema.
func sameSchema(t *testing.T, r registry.Registry) {
	for i, pair := range [][2]registry.Schema{
		{Record(intX), {Type: registry.Avro, Text: " {\"name\": \"R\", \"fields\": [ {\"type\":\"int\",\"name\":\"X\"} ],\n \"type\": \"record\" } "}},
		{{Type: registry.Avro, Text: `"string"`}, {Type: registry.Avro, Text: `string`}},
		{js(`{"type":"object","properties":{}}`), js("{ \"type\" : \"object\",\n\"properties\": {}}")},
		{proto("message M { int32 a = 1; }"), proto("// A message.\nmessage M {\n  int32 a = 1; /* its field */\n}\n")},
	} {
		subject := fmt.Sprint("s", i)
		a, b := register(t, r, subject, pair[0]), register(t, r, subject, pair[1])
		if a.ID != b.ID || a.Version != b.Version {
			t.Errorf("%s\n%s\nare versions %d and %d", pair[0].Text, pair[1].Text, a.Version, b.Version)
		}
	}
	a, b := register(t, r, "a", js(`true`)), register(t, r, "b", registry.Schema{Type: registry.Avro, Text: `"int"`})
	if a.ID == b.ID {
		t.Error("two languages share an id")
	}
}

func invalid(t *testing.T, r registry.Registry) {
	for _, s := range []registry.Schema{
		{Type: registry.Avro, Text: `{"type":"record","name":"1x","fields":[]}`},
		{Type: registry.Avro, Text: `{"type":"record","name":"R","fields":[{"name":"X","type":"int","default":"a"}]}`},
		{Type: registry.Avro, Text: `{`},
		{Type: registry.Avro, Text: ``},
		{Type: registry.Avro, Text: `"Unknown"`},
		js(`[`), js(`[]`), js(`{"type":5}`), js(`{"$ref":"#/definitions/x"}`), js(`{"$ref":"other.json"}`), js(`{"multipleOf":0}`),
		{Type: registry.Protobuf, Text: `message`},
		{Type: registry.Protobuf, Text: `bm90IGEgZGVzY3JpcHRvcg==`},
		proto(`import "other.proto"; message M { }`),
		{Type: "XML", Text: `<x/>`},
	} {
		_, err := r.Register(t.Context(), "s", s)
		refused(t, err, registry.CodeInvalidSchema)
		if !errors.Is(err, registry.ErrInvalid) {
			t.Errorf("%v is not ErrInvalid", err)
		}
	}
	if got, err := r.Subjects(t.Context()); err != nil || len(got) > 0 {
		t.Errorf("subjects %v %v", got, err)
	}
}

func compatibility(t *testing.T, r registry.Registry) {
	ctx := t.Context()
	register(t, r, "s", Record(intX))
	if err := r.CheckCompatible(ctx, "s", Record(longX)); err != nil {
		t.Error(err)
	}
	if err := r.CheckCompatible(ctx, "new", Record(longX)); err != nil {
		t.Errorf("the first version: %v", err)
	}
	_, err := r.Register(ctx, "s", Record(intX+","+intY))
	refused(t, err, registry.CodeIncompatible)
	for _, err := range []error{err, r.CheckCompatible(ctx, "s", Record(intX+","+intY)), r.CheckCompatible(ctx, "s", js(`true`))} {
		if !errors.Is(err, registry.ErrIncompatible) {
			t.Errorf("got %v", err)
		}
	}
	refused(t, r.CheckCompatible(ctx, "s", registry.Schema{Type: registry.Avro, Text: "{"}), registry.CodeInvalidSchema)
	if got, err := r.Versions(ctx, "s"); err != nil || len(got) != 1 {
		t.Errorf("versions %v %v", got, err)
	}
}

func levels(t *testing.T, r registry.Registry) {
	ctx := t.Context()
	level, err := r.Compatibility(ctx, "")
	equal(t, "by default", level, err, registry.Backward)
	set := func(subject string, l registry.Level) {
		t.Helper()
		if err := r.SetCompatibility(ctx, subject, l); err != nil {
			t.Fatal(err)
		}
	}
	set("", registry.Full)
	level, err = r.Compatibility(ctx, "s")
	equal(t, "of a subject without one", level, err, registry.Full)
	set("s", registry.NoCompatibility)
	level, err = r.Compatibility(ctx, "s")
	equal(t, "its own", level, err, registry.NoCompatibility)
	level, err = r.Compatibility(ctx, "")
	equal(t, "general", level, err, registry.Full)
	register(t, r, "s", Record(intX))
	register(t, r, "s", js(`true`))
	set("s", "")
	level, err = r.Compatibility(ctx, "s")
	equal(t, "again without", level, err, registry.Full)
	refused(t, r.SetCompatibility(ctx, "", "SOME"), registry.CodeInvalidLevel)
	for _, l := range registry.Levels {
		set("u", l)
		got, err := r.Compatibility(ctx, "u")
		equal(t, "set", got, err, l)
	}
}

func deleteSubject(t *testing.T, r registry.Registry) {
	ctx := t.Context()
	register(t, r, "s", Record(intX))
	register(t, r, "s", Record(longX))
	_, err := r.DeleteSubject(ctx, "s", true)
	refused(t, err, registry.CodeSubjectNotDeleted)
	gone, err := r.DeleteSubject(ctx, "s", false)
	equal(t, "deleted", gone, err, []int{1, 2})
	_, err = r.DeleteSubject(ctx, "s", false)
	refused(t, err, registry.CodeSubjectDeleted)
	_, err = r.Versions(ctx, "s")
	refused(t, err, registry.CodeSubjectUnknown)
	if _, err := r.ByID(ctx, 2); err != nil {
		t.Errorf("records of a deleted schema cannot be read: %v", err)
	}
	if v := register(t, r, "s", Record(intX)); v.Version != 3 || v.ID != 1 {
		t.Errorf("after delete: %+v", v)
	}
	_, err = r.DeleteSubject(ctx, "s", false)
	equal(t, "deleted again", 0, err, 0)
	gone, err = r.DeleteSubject(ctx, "s", true)
	equal(t, "deleted permanently", gone, err, []int{1, 2, 3})
	_, err = r.DeleteSubject(ctx, "s", true)
	refused(t, err, registry.CodeSubjectUnknown)
	if v := register(t, r, "t", Record("")); v.ID != 3 {
		t.Errorf("an id was used again: %+v", v)
	}
}

func deleteVersion(t *testing.T, r registry.Registry) {
	ctx := t.Context()
	register(t, r, "s", Record(intX))
	register(t, r, "s", Record(longX))
	_, err := r.DeleteVersion(ctx, "s", 2, true)
	refused(t, err, registry.CodeVersionNotDeleted)
	n, err := r.DeleteVersion(ctx, "s", registry.Latest, false)
	equal(t, "deleted", n, err, 2)
	_, err = r.Version(ctx, "s", 2)
	refused(t, err, registry.CodeVersionUnknown)
	_, err = r.DeleteVersion(ctx, "s", 2, false)
	refused(t, err, registry.CodeVersionDeleted)
	_, err = r.DeleteVersion(ctx, "s", 7, false)
	refused(t, err, registry.CodeVersionUnknown)
	_, err = r.DeleteVersion(ctx, "u", 1, false)
	refused(t, err, registry.CodeSubjectUnknown)
	if v, err := r.Version(ctx, "s", registry.Latest); err != nil || v.Version != 1 {
		t.Errorf("latest %+v %v", v, err)
	}
	if v := register(t, r, "s", Record(longX)); v.Version != 3 || v.ID != 2 {
		t.Errorf("registered again: %+v", v)
	}
	n, err = r.DeleteVersion(ctx, "s", 2, true)
	equal(t, "deleted permanently", n, err, 2)
	got, err := r.Versions(ctx, "s")
	equal(t, "left", got, err, []int{1, 3})
}

func references(t *testing.T, r registry.Registry) {
	ctx := t.Context()
	register(t, r, "event", proto(`message Event { int64 at = 1; }`))
	log := proto(`import "event.proto"; message Log { Event event = 1; }`)
	log.References = []registry.Reference{{Name: "event.proto", Subject: "event", Version: 1}}
	v := register(t, r, "log", log)
	s, err := r.ByID(ctx, v.ID)
	equal(t, "references", s.References, err, log.References)
	to, err := r.Resolve(ctx, s.References[0])
	equal(t, "resolved", to.Text, err, proto(`message Event { int64 at = 1; }`).Text)
	if _, err := registry.ParseProtobuf(ctx, r, s); err != nil {
		t.Error(err)
	}
	register(t, r, "point", registry.Schema{Type: registry.Avro, Text: `{"type":"record","name":"geo.Point","fields":[` + intX + `]}`})
	line := registry.Schema{Type: registry.Avro, Text: `{"type":"array","items":"geo.Point"}`,
		References: []registry.Reference{{Name: "geo.Point", Subject: "point", Version: 1}}}
	register(t, r, "line", line)
	_, err = r.DeleteSubject(ctx, "point", false)
	refused(t, err, registry.CodeReferenced)
	_, err = r.DeleteVersion(ctx, "event", 1, false)
	refused(t, err, registry.CodeReferenced)
	line.References[0].Version = 2
	_, err = r.Register(ctx, "line", line)
	refused(t, err, registry.CodeInvalidSchema)
	line.References = nil
	_, err = r.Register(ctx, "line", line)
	refused(t, err, registry.CodeInvalidSchema)
}

func jsonReferences(t *testing.T, r registry.Registry) {
	register(t, r, "address", js(`{"type":"object","properties":{"city":{"type":"string"}},"additionalProperties":false,"definitions":{"zip":{"type":"integer"}}}`))
	person := js(`{"$id":"http://example.com/person.json","type":"object","properties":{"home":{"$ref":"address.json"},"zip":{"$ref":"address.json#/definitions/zip"}},"additionalProperties":false}`)
	person.References = []registry.Reference{{Name: "http://example.com/address.json", Subject: "address", Version: 1}}
	register(t, r, "person", person)
	other := person
	other.Text = `{"type":"object","properties":{"home":{"type":"object","properties":{"city":{"type":"integer"}}},"zip":{"type":"integer"}},"additionalProperties":false}`
	_, err := r.Register(t.Context(), "person", other)
	refused(t, err, registry.CodeIncompatible)
}

func modes(t *testing.T, r registry.Registry) {
	ctx := t.Context()
	mode, err := r.Mode(ctx, "")
	equal(t, "by default", mode, err, registry.ReadWrite)
	register(t, r, "s", Record(intX))
	if err := r.SetMode(ctx, "s", registry.ReadOnly); err != nil {
		t.Fatal(err)
	}
	mode, err = r.Mode(ctx, "s")
	equal(t, "its own", mode, err, registry.ReadOnly)
	_, err = r.Register(ctx, "s", Record(longX))
	refused(t, err, registry.CodeNotPermitted)
	_, err = r.DeleteSubject(ctx, "s", false)
	refused(t, err, registry.CodeNotPermitted)
	if v := register(t, r, "s", Record(intX)); v.Version != 1 {
		t.Errorf("what is registered already: %+v", v)
	}
	register(t, r, "t", Record(longX))
	if err := r.SetMode(ctx, "s", ""); err != nil {
		t.Fatal(err)
	}
	register(t, r, "s", Record(longX))
	if err := r.SetMode(ctx, "", registry.ReadOnly); err != nil {
		t.Fatal(err)
	}
	_, err = r.Register(ctx, "u", Record(longX))
	refused(t, err, registry.CodeNotPermitted)
	refused(t, r.SetMode(ctx, "", "OPEN"), registry.CodeInvalidMode)
}

func imported(t *testing.T, r registry.Registry) {
	ctx := t.Context()
	take := func(s registry.Schema, number, id int) (registry.Version, error) {
		return r.Import(ctx, registry.Version{Subject: "s", Version: number, ID: id, Schema: s})
	}
	_, err := take(Record(intX), 0, 100)
	refused(t, err, registry.CodeNotPermitted)
	if err := r.SetMode(ctx, "s", registry.ImportMode); err != nil {
		t.Fatal(err)
	}
	v, err := take(Record(intX), 0, 100)
	equal(t, "id", v.ID, err, 100)
	_, err = take(Record(longX), 0, 100)
	refused(t, err, registry.CodeNotPermitted)
	v, err = take(Record(intY), 5, 7) // It need not be compatible.
	equal(t, "version", v.Version, err, 5)
	v, err = take(Record(longX), 0, 8)
	equal(t, "the version behind it", v.Version, err, 6)
	_, err = take(Record(intX+","+intY), 5, 9)
	refused(t, err, registry.CodeNotPermitted)
	v, err = take(Record(intY), 5, 7)
	equal(t, "again", v.Version, err, 5)
	_, err = r.Register(ctx, "s", Record(""))
	refused(t, err, registry.CodeNotPermitted)
	if v := register(t, r, "t", Record("")); v.ID != 101 {
		t.Errorf("the next id is %d", v.ID)
	}
}

// descriptors: Protobuf schemas come as serialised file descriptors from some
// clients, and are texts from then on.
func descriptors(t *testing.T, r registry.Registry) {
	ctx := t.Context()
	s := registry.Schema{Type: registry.Protobuf, Text: `syntax = "proto2";
package p.q;
import public "google/protobuf/timestamp.proto";
import "confluent/meta.proto";
option java_package = "x";
message M {
  reserved 5, 8 to 9, 100 to max;
  reserved "old";
  required int32 a = 1 [default = -3, deprecated = true];
  optional string b = 2 [default = "q\"\n", json_name = "bee"];
  repeated double c = 3 [packed = true];
  map<string, M> d = 4 [(confluent.field_meta) = { doc: "d", params: [{ key: "k", value: "v" }] }];
  oneof o { bytes e = 6; google.protobuf.Timestamp f = 7; }
  optional group G = 10 { optional E g = 1; }
  extensions 20 to 30;
  extend M { optional int32 x = 20; }
  enum E { option allow_alias = true; A = 0; B = -1 [deprecated = true]; C = 0; reserved 7 to max; }
  message N { repeated group L = 1 { } }
}
service S { rpc Call (M) returns (stream M) { option deprecated = true; } rpc Plain (stream M) returns (M); }`}
	v := register(t, r, "s", s)
	encoded, err := registry.SerialisedProtobuf(ctx, r, s)
	if err != nil {
		t.Fatal(err)
	}
	again := register(t, r, "s", registry.Schema{Type: registry.Protobuf, Text: encoded})
	if again.ID != v.ID {
		got, err := r.ByID(ctx, again.ID)
		t.Errorf("the descriptor is another schema: %v\n%s", err, got.Text)
	}
	register(t, r, "evolved", proto(`message M { int32 a = 1; }`))
	next := proto(`message M { int32 a = 1; int32 b = 2; }`)
	if next.Text, err = registry.SerialisedProtobuf(ctx, r, next); err != nil {
		t.Fatal(err)
	}
	if err := r.CheckCompatible(ctx, "evolved", next); err != nil {
		t.Error(err)
	}
	register(t, r, "evolved", next)
	other := register(t, r, "other", registry.Schema{Type: registry.Protobuf, Text: encoded})
	if got, err := r.ByID(ctx, other.ID); err != nil || slices.Contains([]string{"", encoded}, got.Text) {
		t.Errorf("%v: %s", err, got.Text)
	}
}

// names: subjects may have any name.
func names(t *testing.T, r registry.Registry) {
	for _, name := range []string{"a/b", "ä ö", "a%2Fb", "a?b=c&d", "..", "a+b", "#"} {
		register(t, r, name, Record(intX))
		got, err := r.Versions(t.Context(), name)
		equal(t, name, got, err, []int{1})
	}
	_, err := r.Register(t.Context(), "", Record(intX))
	refused(t, err, registry.CodeInvalidSubject)
}
