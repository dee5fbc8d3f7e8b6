package migrate

import (
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/server"
	"github.com/leatdb/leat/server/client"
)

// TestProject applies a project in process and at a server: SET and DEFINE end
// with their file, a run that was killed blocks until it is said to be one.
func TestProject(t *testing.T) {
	ctx := context.Background()
	for _, where := range []string{"process", "server"} {
		t.Run(where, func(t *testing.T) {
			db, err := leat.OpenMem(ctx)
			if err != nil {
				t.Fatal(err)
			}
			web := httptest.NewServer(server.New(db, slog.New(slog.DiscardHandler)).Handler())
			defer func() {
				web.Close()
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			}()
			p := &Project{Dir: t.TempDir(), Out: io.Discard, Metadata: Metadata{Stream: "MIGRATION_EVENTS", Table: "MIGRATION_SCHEMA_VERSIONS", Replicas: 1}}
			p.Open = func(variables map[string]string) (Session, error) {
				if where == "process" {
					s := db.NewSession()
					for k, v := range variables {
						s.Define(k, v)
					}
					return s, nil
				}
				s, err := client.New(client.Options{URL: web.URL})
				if err != nil {
					return nil, err
				}
				for k, v := range variables {
					s.Define(k, v)
				}
				return s, nil
			}
			s, err := p.Open(nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Metadata.Initialize(ctx, s); err != nil {
				t.Fatal(err)
			}
			put(t, p.Dir, "V000001__one.sql", "DEFINE name='it''s'; CREATE STREAM ${s} (a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);")
			put(t, p.Dir, "V000002__two.sql", "CREATE STREAM b (a STRING) WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON', PARTITIONS=1);")
			plan := Plan{All: true, Variables: map[string]string{"S": "first"}}
			if err := p.Apply(ctx, plan); err == nil || !strings.Contains(err.Error(), "V000002__two.sql") {
				t.Fatalf("a variable of another file was found: %v", err)
			}
			put(t, p.Dir, "V000002__two.sql", "CREATE STREAM b AS SELECT * FROM first;")
			if err := p.Metadata.write(ctx, s, Event{Version: 2, Name: "two", State: Running, Previous: "1"}); err != nil {
				t.Fatal(err)
			}
			if err := p.Apply(ctx, plan); err == nil || !strings.Contains(err.Error(), "--after-crash") {
				t.Fatalf("a running version does not block: %v", err)
			}
			plan.AfterCrash = true
			if err := p.Apply(ctx, plan); err != nil {
				t.Fatal(err)
			}
			list, err := p.Info(ctx)
			if err != nil || len(list) != 2 || list[1].State != Migrated || list[1].Previous != "1" {
				t.Fatalf("%+v, %v", list, err)
			}
			if n, err := p.Validate(ctx); n != 2 || err != nil {
				t.Errorf("Validate: %d, %v", n, err)
			}
			if err := p.Metadata.Destroy(ctx, s); err != nil {
				t.Error(err)
			}
		})
	}
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
