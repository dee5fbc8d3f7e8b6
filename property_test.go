package leat_test

import (
	"strings"
	"testing"

	"github.com/leatdb/leat"
)

// propertyOf finds a line of SHOW PROPERTIES.
func propertyOf(t *testing.T, s *leat.Session, name string) leat.Property {
	t.Helper()
	results, err := s.Exec(t.Context(), "SHOW PROPERTIES;")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range results[0].Properties {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("SHOW PROPERTIES has no %s", name)
	return leat.Property{}
}

// ALTER SYSTEM holds for all sessions and after a restart; SET goes before it,
// and it goes before what the database was opened with.
func TestPropertyLevels(t *testing.T) {
	dir := t.TempDir()
	db, err := leat.Open(t.Context(), dir, leat.WithProperty("auto.offset.reset", "latest"))
	if err != nil {
		t.Fatal(err)
	}
	a, b := db.NewSession(), db.NewSession()
	expect := func(s *leat.Session, name, value, scope string) {
		t.Helper()
		if p := propertyOf(t, s, name); p.Value != value || p.Scope != scope || p.Default != (scope == "") {
			t.Errorf("%s is %q by %q (default: %v), want %q by %q", name, p.Value, p.Scope, p.Default, value, scope)
		}
	}
	run := func(s *leat.Session, sql string) {
		t.Helper()
		if _, err := s.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	expect(a, "auto.offset.reset", "latest", "SERVER")
	expect(a, "commit.interval.ms", "100", "")
	run(a, "SET 'auto.offset.reset'='earliest'; SET 'ksql.streams.commit.interval.ms'='7'; SET 'ksql.streams.linger.ms'='5';")
	expect(a, "auto.offset.reset", "earliest", "SESSION")
	expect(a, "commit.interval.ms", "7", "SESSION")
	expect(a, "linger.ms", "5", "SESSION")
	expect(b, "auto.offset.reset", "latest", "SERVER")
	run(a, "ALTER SYSTEM 'ksql.streams.commit.interval.ms'='20'; ALTER SYSTEM 'auto.offset.reset'='earliest';")
	expect(a, "commit.interval.ms", "7", "SESSION")
	expect(b, "commit.interval.ms", "20", "SERVER")
	run(a, "UNSET 'commit.interval.ms';")
	expect(a, "commit.interval.ms", "20", "SERVER")
	run(b, "CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1); INSERT INTO s VALUES (3); CREATE STREAM o AS SELECT * FROM s;")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = leat.Open(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	a = db.NewSession()
	expect(a, "commit.interval.ms", "20", "SERVER")
	if err := db.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, err := a.Query(t.Context(), "SELECT v FROM o;") // CSAS began at the earliest record.
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if got, err := rows.Next(); err != nil || len(got) != 1 {
		t.Errorf("rows %v, %v", got, err)
	}
	run(a, "ALTER SYSTEM 'commit.interval.ms'='';")
	expect(a, "commit.interval.ms", "100", "")
}

// What cannot be changed is refused with the reason.
func TestPropertiesRefused(t *testing.T) {
	db, err := leat.OpenMem(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	mustExec(t, db, `CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
		CREATE TABLE c AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;`)
	for _, x := range []struct{ sql, want string }{
		{"ALTER SYSTEM 'ksql.service.id'='x';", `unknown property "ksql.service.id"`},
		{"ALTER SYSTEM 'task.timeout.ms'='5';", `ALTER SYSTEM cannot change "task.timeout.ms"`},
		{"ALTER SYSTEM 'auto.offset.reset'='middle';", "must be one of earliest, latest"},
		{"SET 'lingerms'='5';", `unknown property "lingerms"`},
		{"SET 'ksql.create.or.replace.enabled'='false'; CREATE OR REPLACE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');",
			"CREATE OR REPLACE is disabled"},
		{"SET 'ksql.suppress.enabled'='false'; SELECT k, COUNT(*) FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY k EMIT FINAL;", "EMIT FINAL is disabled"},
		{"SET 'ksql.query.pull.limit.clause.enabled'='false'; SELECT * FROM c LIMIT 1;", "LIMIT in pull queries is disabled"},
		{"SET 'ksql.query.persistent.active.limit'='1'; CREATE STREAM o AS SELECT * FROM s;",
			"ksql.query.persistent.active.limit allows 1 persistent queries, and there are 1"},
		{"SET 'ksql.assert.topic.default.timeout.ms'='1'; ASSERT TOPIC nothing;", "topic nothing does not exist"},
	} {
		if _, err := db.Exec(t.Context(), x.sql); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: got %v, want %s", x.sql, err, x.want)
		}
	}
}
