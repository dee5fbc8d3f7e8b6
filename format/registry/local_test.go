package registry_test

import (
	"context"
	"errors"
	"testing"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/format/registry/registrytest"
)

// memory is a store that can be replayed.
type memory struct {
	entries []registry.Entry
	fail    error
}

func (m *memory) Append(_ context.Context, entries []registry.Entry) error {
	if m.fail == nil {
		m.entries = append(m.entries, entries...)
	}
	return m.fail
}

func TestLocal(t *testing.T) {
	registrytest.Run(t, func(*testing.T) registry.Registry { return registry.NewLocal(&memory{}) })
}

// restarting is a registry that is built anew from its store before every
// registration.
type restarting struct {
	registry.Registry
	kept *memory
}

// TestRestarted: the same suite, with a restart before every registration.
func TestRestarted(t *testing.T) {
	registrytest.Run(t, func(t *testing.T) registry.Registry {
		kept := &memory{}
		return &restarting{registry.NewLocal(kept), kept}
	})
}

func (r *restarting) Register(ctx context.Context, subject string, s registry.Schema) (registry.Version, error) {
	again := registry.NewLocal(r.kept)
	for _, e := range r.kept.entries {
		if err := again.Replay(e); err != nil {
			return registry.Version{}, err
		}
	}
	r.Registry = again
	return again.Register(ctx, subject, s)
}

// TestForeignEntries replays entries as another registry has written them.
func TestForeignEntries(t *testing.T) {
	r := registry.NewLocal(nil)
	for _, e := range [][2]string{
		{`{"keytype":"NOOP","magic":0}`, ``},
		{`{"keytype":"CONFIG","subject":null,"magic":0}`, `{"compatibilityLevel":"FULL"}`},
		{`{"keytype":"SCHEMA","subject":"a","version":1,"magic":1}`, `{"subject":"a","version":1,"id":4,"schema":"\"int\"","deleted":false,"md5":"x"}`},
		{`{"keytype":"SCHEMA","subject":"a","version":2,"magic":1}`, `{"subject":"a","version":2,"id":6,"schemaType":"JSON","references":[],"schema":"{}","deleted":false}`},
		{`{"keytype":"SCHEMA","subject":"b","version":1,"magic":1}`, `{"subject":"b","version":1,"id":5,"schema":"not a schema","deleted":false}`},
		{`{"keytype":"DELETE_SUBJECT","subject":"a","magic":0}`, `{"subject":"a","version":1}`},
		{`{"keytype":"MODE","subject":"b","magic":0}`, `{"mode":"READONLY"}`},
		{`{"keytype":"CLEAR_SUBJECT","subject":"c","magic":0}`, `{"subject":"c"}`},
	} {
		entry := registry.Entry{Key: []byte(e[0])}
		if e[1] != "" {
			entry.Value = []byte(e[1])
		}
		if err := r.Replay(entry); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := r.Versions(t.Context(), "a"); err != nil || len(got) != 1 || got[0] != 2 {
		t.Errorf("versions %v %v", got, err)
	}
	if s, err := r.ByID(t.Context(), 4); err != nil || s.Text != `"int"` || s.Type != registry.Avro {
		t.Errorf("%+v %v", s, err)
	}
	if l, _ := r.Compatibility(t.Context(), "a"); l != registry.Full {
		t.Errorf("level %s", l)
	}
	if v, err := r.Register(t.Context(), "n", registry.Schema{Type: registry.Avro, Text: `"int"`}); err != nil || v.ID != 4 {
		t.Errorf("%+v %v", v, err)
	}
	if v, err := r.Register(t.Context(), "n", registry.Schema{Type: registry.Avro, Text: `["int"]`}); err != nil || v.ID != 7 {
		t.Errorf("%+v %v", v, err)
	}
	for _, e := range [][2]string{
		{`{"keytype":"OTHER"}`, `{}`}, {`{`, `{}`}, {`{"keytype":"SCHEMA","subject":"a","version":0}`, `{}`},
		{`{"keytype":"SCHEMA","subject":"a","version":1}`, `{}`}, {`{"keytype":"DELETE_SUBJECT"}`, `{}`}, {`{"keytype":"CONFIG"}`, `[`},
	} {
		if err := r.Replay(registry.Entry{Key: []byte(e[0]), Value: []byte(e[1])}); err == nil {
			t.Errorf("entry %v was accepted", e)
		}
	}
}

// TestStoreFails: what is not stored does not count.
func TestStoreFails(t *testing.T) {
	kept := &memory{fail: errors.New("disk full")}
	r := registry.NewLocal(kept)
	_, err := r.Register(t.Context(), "s", registrytest.Record(""))
	var e *registry.Error
	if !errors.As(err, &e) || e.Code != registry.CodeStore || !errors.Is(err, kept.fail) {
		t.Errorf("got %v", err)
	}
	if got, _ := r.Subjects(t.Context()); len(got) > 0 {
		t.Errorf("subjects %v", got)
	}
	kept.fail = nil
	if v, err := r.Register(t.Context(), "s", registrytest.Record("")); err != nil || v.ID != 1 {
		t.Errorf("%+v %v", v, err)
	}
}
