package leat_test

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/format/registry/remote"
	"github.com/leatdb/leat/server"
)

// registryElsewhere serves the registry of another database. While down is true
// it answers nobody.
func registryElsewhere(t *testing.T) (url string, schemas registry.Registry, down *atomic.Bool) {
	t.Helper()
	db, err := leat.OpenMem(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h, down := server.New(db, slog.New(slog.DiscardHandler)).Handler(), &atomic.Bool{}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		web.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return web.URL, db.Schemas(), down
}

func names(t *testing.T, r registry.Registry) string {
	t.Helper()
	subjects, err := r.Subjects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(subjects, " ")
}

// TestRemoteRegistry: schemas are registered and looked up elsewhere, by
// statements and by queries, also after a restart.
func TestRemoteRegistry(t *testing.T) {
	url, schemas, _ := registryElsewhere(t)
	dir := t.TempDir()
	for _, format := range []string{"AVRO", "JSON_SR", "PROTOBUF"} {
		t.Run(format, func(t *testing.T) {
			db, err := leat.Open(t.Context(), dir, leat.WithProperty("ksql.schema.registry.url", url), leat.WithProperty("auto.offset.reset", "earliest"))
			if err != nil {
				t.Fatal(err)
			}
			script := strings.NewReplacer("$F", format, "$N", strings.ToLower(format))
			mustExec(t, db, script.Replace(`CREATE STREAM s_$N (id INT KEY, v STRING) WITH (KAFKA_TOPIC='s_$N', PARTITIONS=3, FORMAT='$F');
				CREATE STREAM o_$N WITH (KAFKA_TOPIC='o_$N') AS SELECT id, UCASE(v) AS u FROM s_$N;
				INSERT INTO s_$N VALUES (1, 'a');
				CREATE STREAM again_$N WITH (KAFKA_TOPIC='o_$N', FORMAT='$F');`))
			if got := firstRow(t, db, script.Replace(`SELECT U FROM again_$N EMIT CHANGES LIMIT 1;`)); got != "A" {
				t.Errorf("row %s", got)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if got := names(t, schemas); !strings.Contains(got, script.Replace("o_$N-key o_$N-value")) || !strings.Contains(got, script.Replace("s_$N-value")) {
				t.Errorf("subjects %s", got)
			}
			if db, err = leat.Open(t.Context(), dir, leat.WithSchemaRegistry(remote.Options{URLs: []string{url}})); err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			mustExec(t, db, script.Replace(`INSERT INTO s_$N VALUES (2, 'b'); TERMINATE ALL; DROP STREAM again_$N; DROP STREAM o_$N DELETE TOPIC;`))
			if got := names(t, schemas); strings.Contains(got, script.Replace("o_$N")) {
				t.Errorf("the subjects of a topic that was deleted are still there: %s", got)
			}
		})
	}
}

func firstRow(t *testing.T, db *leat.DB, sql string) string {
	t.Helper()
	rows, err := db.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for row, err := range rows.All() {
		if err != nil {
			t.Fatal(err)
		}
		text, _ := row.Values[0].(string)
		return text
	}
	return ""
}

// TestRegistryDown: while the registry does not answer, statements that need it
// say so, and queries wait for it without losing a row.
func TestRegistryDown(t *testing.T) {
	url, schemas, down := registryElsewhere(t)
	dir := t.TempDir()
	open := func() *leat.DB {
		t.Helper()
		db, err := leat.Open(t.Context(), dir, leat.WithSchemaRegistry(remote.Options{URLs: []string{url}, Retries: -1, Backoff: time.Nanosecond}),
			leat.WithProperty("auto.offset.reset", "earliest"), leat.WithLogger(slog.New(slog.DiscardHandler)))
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	down.Store(true)
	db := open()
	const create = `CREATE STREAM s (id INT KEY, v STRING) WITH (KAFKA_TOPIC='s', PARTITIONS=1, VALUE_FORMAT='AVRO');`
	_, err := db.Exec(t.Context(), create)
	if err == nil || !strings.Contains(err.Error(), "unavailable") || !strings.Contains(err.Error(), url) {
		t.Errorf("got %v", err)
	}
	down.Store(false)
	mustExec(t, db, create+`CREATE STREAM o WITH (VALUE_FORMAT='JSON_SR') AS SELECT id, v FROM s;`)
	mustExec(t, db, `INSERT INTO s VALUES (1, 'a');`)
	if err := db.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustExec(t, db, `PAUSE ALL; INSERT INTO s VALUES (2, 'b');`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	down.Store(true)
	db = open() // Knows no schema yet.
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := db.Exec(t.Context(), `INSERT INTO s VALUES (3, 'c');`); !errors.Is(err, registry.ErrUnavailable) {
		t.Errorf("insert: %v", err)
	}
	mustExec(t, db, `RESUME ALL;`)
	eventually(t, "the query tells what it waits for", func() bool { return strings.Contains(queryError(t, db), "unavailable") })
	down.Store(false)
	eventually(t, "the query goes on", func() bool { return db.Settle(t.Context()) == nil })
	mustExec(t, db, `CREATE STREAM result WITH (KAFKA_TOPIC='O', VALUE_FORMAT='JSON_SR', KEY_FORMAT='KAFKA');`)
	rows, err := db.Query(t.Context(), `SELECT V FROM result EMIT CHANGES LIMIT 2;`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got := ""
	for row, err := range rows.All() {
		if err != nil {
			t.Fatal(err)
		}
		got += row.Values[0].(string)
	}
	if got != "ab" {
		t.Errorf("rows %q", got)
	}
	if n := len(strings.Fields(names(t, schemas))); n != 2 {
		t.Errorf("%d subjects", n)
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(20 * time.Second); !holds(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// queryError is what EXPLAIN says about the failure of the only query.
func queryError(t *testing.T, db *leat.DB) string {
	t.Helper()
	results, err := db.Exec(t.Context(), `SHOW QUERIES;`)
	if err != nil {
		t.Fatal(err)
	}
	results, err = db.Exec(t.Context(), `EXPLAIN `+results[0].Queries.Queries[0].ID+`;`)
	if err != nil {
		t.Fatal(err)
	}
	return results[0].Query.Error
}

func TestRegistryProperties(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"schema.registry.url", "localhost", "is not the URL of a schema registry"},
		{"schema.registry.basic.auth.user.info", "a:b", "needs schema.registry.url"},
		{"ksql.schema.registry.basic.auth.user.info", "nocolon", "must be user:password"},
		{"schema.registry.basic.auth.credentials.source", "SASL_INHERIT", "USER_INFO, URL or NONE"},
		{"schema.registry.ssl.truststore.location", "/does/not/exist", "no such file"},
		{"schema.registry.ssl.truststore.type", "JKS", "must be PEM"},
		{"schema.registry.ssl.keystore.location", "schemas.go", "a certificate and its key"},
		{"schema.registry.ssl.truststore.location", "schemas.go", "no certificate"},
		{"schema.registry.request.timeout.ms", "soon", "number of milliseconds"},
		{"schema.registry.color", "red", "unknown property"},
	} {
		opts := []leat.Option{leat.WithProperty(c.name, c.value)}
		if c.want != "needs schema.registry.url" && !strings.HasSuffix(c.name, ".url") {
			opts = append(opts, leat.WithProperty("schema.registry.url", "http://localhost:1"))
		}
		if db, err := leat.OpenMem(t.Context(), opts...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s=%s: %v", c.name, c.value, err)
			if err == nil {
				_ = db.Close()
			}
		}
	}
}
