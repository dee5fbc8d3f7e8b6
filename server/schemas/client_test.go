package schemas_test

import (
	"slices"
	"testing"

	"github.com/hamba/avro/v2"
	"github.com/twmb/franz-go/pkg/sr"

	"github.com/leatdb/leat/format/registry"
)

// TestOtherClient uses the registry with a client that knows nothing of ours.
func TestOtherClient(t *testing.T) {
	ctx := t.Context()
	c, err := sr.NewClient(sr.URLs(serve(t, registry.NewLocal(nil))))
	if err != nil {
		t.Fatal(err)
	}
	const text = `{"type":"record","name":"R","fields":[{"name":"X","type":"int"}]}`
	v, err := c.CreateSchema(ctx, "a/b-value", sr.Schema{Schema: text})
	if err != nil || v.ID != 1 || v.Version != 1 || v.Subject != "a/b-value" {
		t.Fatalf("%+v %v", v, err)
	}
	serde := sr.NewSerde()
	schema := avro.MustParse(text)
	serde.Register(v.ID, map[string]any{}, sr.EncodeFn(func(v any) ([]byte, error) { return avro.Marshal(schema, v) }),
		sr.DecodeFn(func(b []byte, v any) error { return avro.Unmarshal(schema, b, v) }))
	if b, err := serde.Encode(map[string]any{"X": 7}); err != nil || string(b) != "\x00\x00\x00\x00\x01\x0e" {
		t.Errorf("% x %v", b, err)
	}
	if got, err := c.LookupSchema(ctx, "a/b-value", sr.Schema{Schema: text}); err != nil || got.ID != 1 {
		t.Errorf("%+v %v", got, err)
	}
	ref := sr.Schema{Type: sr.TypeAvro, Schema: `{"type":"array","items":"R"}`, References: []sr.SchemaReference{{Name: "R", Subject: "a/b-value", Version: 1}}}
	if _, err := c.CreateSchema(ctx, "list", ref); err != nil {
		t.Fatal(err)
	}
	if by, err := c.SchemaReferences(ctx, "a/b-value", -1); err != nil || len(by) != 1 || by[0].Subject != "list" {
		t.Errorf("%+v %v", by, err)
	}
	if r, err := c.CheckCompatibility(ctx, "list", -1, sr.Schema{Schema: `"int"`}); err != nil || r.Is {
		t.Errorf("%+v %v", r, err)
	}
	for _, r := range c.SetCompatibility(ctx, sr.SetCompatibility{Level: sr.CompatNone}, "list", "") {
		if r.Err != nil {
			t.Error(r.Err)
		}
	}
	if types, err := c.SupportedTypes(ctx); err != nil || !slices.Contains(types, sr.TypeProtobuf) {
		t.Errorf("%v %v", types, err)
	}
	if all, err := c.AllSchemas(ctx); err != nil || len(all) != 2 {
		t.Errorf("%+v %v", all, err)
	}
	if err := c.DeleteSchema(ctx, "list", -1, sr.SoftDelete); err != nil {
		t.Error(err)
	}
	if got, err := c.Subjects(sr.WithParams(ctx, sr.ShowDeleted)); err != nil || len(got) != 2 {
		t.Errorf("%v %v", got, err)
	}
	if _, err := c.DeleteSubject(ctx, "list", sr.HardDelete); err != nil {
		t.Error(err)
	}
	if m := c.SetMode(sr.WithParams(ctx, sr.Force), sr.ModeImport); m[0].Err != nil {
		t.Error(m[0].Err)
	}
	if v, err := c.CreateSchemaWithIDAndVersion(ctx, "copy", sr.Schema{Schema: `"long"`}, 70, 4); err != nil || v.ID != 70 || v.Version != 4 {
		t.Errorf("%+v %v", v, err)
	}
}
