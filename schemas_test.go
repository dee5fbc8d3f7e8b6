package leat_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/format/registry"
)

// TestSchemasSurvive: what statements have registered is there after a restart,
// and queries go on to read and write with it.
func TestSchemasSurvive(t *testing.T) {
	dir := t.TempDir()
	db, err := leat.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	mustExec(t, db, `SET 'auto.offset.reset'='earliest';
		CREATE STREAM s (id INT KEY, v STRING) WITH (KAFKA_TOPIC='s', PARTITIONS=1, FORMAT='AVRO');
		CREATE STREAM o WITH (VALUE_FORMAT='JSON_SR') AS SELECT id, UCASE(v) AS u FROM s;
		INSERT INTO s VALUES (1, 'a');`)
	before := subjects(t, db)
	if got := strings.Join(before, " "); got != "O-key O-value s-key s-value" {
		t.Errorf("subjects %s", got)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = leat.Open(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if got := strings.Join(subjects(t, db), " "); got != strings.Join(before, " ") {
		t.Errorf("after the restart: %s", got)
	}
	mustExec(t, db, `SET 'auto.offset.reset'='earliest';
		INSERT INTO s VALUES (2, 'b');
		CREATE STREAM again WITH (KAFKA_TOPIC='O', KEY_FORMAT='AVRO', VALUE_FORMAT='JSON_SR');`)
	rows, err := db.Query(t.Context(), `SELECT ROWKEY, U FROM again EMIT CHANGES LIMIT 2`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for row, err := range rows.All() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(row.Values[1]))
	}
	if strings.Join(got, "") != "AB" {
		t.Errorf("rows %v", got)
	}
}

func TestSchemasRefused(t *testing.T) {
	db, err := leat.OpenMem(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Schemas().Register(t.Context(), "O-value", registry.Schema{Type: registry.Avro,
		Text: `{"type":"record","name":"R","fields":[{"name":"V","type":"string"}]}`}); err != nil {
		t.Fatal(err)
	}
	mustExec(t, db, `CREATE STREAM s (id INT KEY, v INT, w INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1, VALUE_FORMAT='AVRO');`)
	for _, c := range []struct{ sql, want string }{
		{`CREATE STREAM o AS SELECT * FROM s;`, "not BACKWARD compatible"},
		{`CREATE STREAM o WITH (VALUE_SCHEMA_ID=1) AS SELECT * FROM s;`, "changed, missing or reordered"},
		{`CREATE STREAM o WITH (VALUE_SCHEMA_ID=99) AS SELECT * FROM s;`, "no schema with id 99"},
		{`CREATE STREAM x WITH (KAFKA_TOPIC='x', PARTITIONS=1, VALUE_FORMAT='AVRO');`, "no subject x-value"},
		{`CREATE STREAM x (a INT) WITH (KAFKA_TOPIC='x', PARTITIONS=1, VALUE_FORMAT='AVRO', VALUE_SCHEMA_ID=1);`, "VALUE_SCHEMA_ID excludes value columns"},
		{`CREATE STREAM x WITH (KAFKA_TOPIC='O', PARTITIONS=1, VALUE_FORMAT='JSON_SR', VALUE_SCHEMA_ID=1);`, "written in AVRO"},
	} {
		if _, err := db.Exec(t.Context(), c.sql); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\ngot %v", c.sql, err)
		}
	}
}

func subjects(t *testing.T, db *leat.DB) []string {
	t.Helper()
	names, err := db.Schemas().Subjects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func mustExec(t *testing.T, db *leat.DB, sql string) {
	t.Helper()
	if _, err := db.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}
