package leat_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/format/registry"
)

func TestAssertSchema(t *testing.T) {
	db, err := leat.OpenMem(t.Context(), leat.WithProperty("ksql.assert.schema.default.timeout.ms", "1"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	mustExec(t, db, `CREATE STREAM s (id INT KEY, v STRING) WITH (KAFKA_TOPIC='s', PARTITIONS=1, FORMAT='AVRO');`)
	for _, c := range []struct{ sql, said string }{
		{`ASSERT SCHEMA SUBJECT 's-value';`, "a schema with subject s-value exists"},
		{`ASSERT SCHEMA SUBJECT 's-value' ID 2;`, "a schema with subject s-value and id 2 exists"},
		{`ASSERT SCHEMA ID 1 TIMEOUT 0 SECONDS;`, "a schema with id 1 exists"},
		{`ASSERT NOT EXISTS SCHEMA SUBJECT 's-value' ID 1;`, "a schema with subject s-value and id 1 does not exist"},
		{`ASSERT NOT EXISTS SCHEMA SUBJECT 'S-value';`, "a schema with subject S-value does not exist"},
		{`ASSERT NOT EXISTS SCHEMA ID 3;`, "a schema with id 3 does not exist"},
	} {
		results, err := db.Exec(t.Context(), c.sql)
		if err != nil || results[0].Assertion.String() != c.said {
			t.Errorf("%s: %+v %v", c.sql, results, err)
		}
	}
	for _, c := range []struct {
		sql, want string
		unmet     bool
	}{
		{`ASSERT NOT EXISTS SCHEMA SUBJECT 's-value';`, "line 1:1: a schema with subject s-value exists", true},
		{`ASSERT NOT EXISTS SCHEMA ID 2;`, "with id 2 exists", true},
		{`ASSERT SCHEMA SUBJECT 's-value' ID 1;`, "does not exist", true},
		{`ASSERT SCHEMA SUBJECT 'o-value';`, "subject o-value does not exist", true},
		{`ASSERT SCHEMA ID 9;`, "id 9 does not exist", true},
		{`ASSERT SCHEMA;`, "which schema", false},
		{`ASSERT SCHEMA TIMEOUT 1 SECOND;`, "which schema", false},
		{`ASSERT SCHEMA ID 0;`, "0 is not the id of a schema", false},
		{`ASSERT SCHEMA ID 99999999999;`, "is not the id of a schema", false},
		{`ASSERT SCHEMA SUBJECT '';`, "is empty", false},
		{`ASSERT TOPIC nothing TIMEOUT 0 SECONDS;`, "topic nothing does not exist", true},
	} {
		_, err := db.Exec(t.Context(), c.sql)
		if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, leat.ErrAssertion) != c.unmet {
			t.Errorf("%s: %v", c.sql, err)
		}
	}
}

// TestAssertWaits: the statement sees a schema that comes while it waits.
func TestAssertWaits(t *testing.T) {
	url, schemas, _ := registryElsewhere(t)
	db, err := leat.OpenMem(t.Context(), leat.WithProperty("schema.registry.url", url))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	done := make(chan error, 1)
	go func() { // Ends with the statement, which is waited for.
		_, err := db.Exec(t.Context(), `ASSERT SCHEMA SUBJECT 'late' TIMEOUT 20 SECONDS;`)
		done <- err
	}()
	select {
	case err := <-done:
		t.Fatalf("it did not wait: %v", err)
	case <-time.After(30 * time.Millisecond):
	}
	if _, err := schemas.Register(t.Context(), "late", registry.Schema{Type: registry.Avro, Text: `"int"`}); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestAssertUnavailable: that nothing can be said is not that the schema is not
// there.
func TestAssertUnavailable(t *testing.T) {
	url, _, down := registryElsewhere(t)
	db, err := leat.OpenMem(t.Context(), leat.WithProperty("schema.registry.url", url), leat.WithProperty("schema.registry.max.retries", "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	down.Store(true)
	for _, sql := range []string{`ASSERT SCHEMA ID 1 TIMEOUT 0 SECONDS;`, `ASSERT NOT EXISTS SCHEMA ID 1 TIMEOUT 0 SECONDS;`} {
		_, err := db.Exec(t.Context(), sql)
		if !errors.Is(err, registry.ErrUnavailable) || errors.Is(err, leat.ErrAssertion) {
			t.Errorf("%s: %v", sql, err)
		}
	}
}
