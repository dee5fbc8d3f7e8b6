package leat_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/format"
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
		{`CREATE STREAM x WITH (KAFKA_TOPIC='O', PARTITIONS=1, VALUE_FORMAT='AVRO', VALUE_SCHEMA_FULL_NAME='S');`, "the record R, not S"},
		{`CREATE STREAM x WITH (KAFKA_TOPIC='O', PARTITIONS=1, VALUE_FORMAT='AVRO', VALUE_SCHEMA_ID=1, VALUE_AVRO_SCHEMA_FULL_NAME='a.R');`, "the record R, not a.R"},
		{`CREATE STREAM o WITH (KAFKA_TOPIC='n', VALUE_SCHEMA_ID=1, VALUE_SCHEMA_FULL_NAME='S') AS SELECT id, CAST(v AS STRING) AS v FROM s;`, "the record R, not S"},
	} {
		if _, err := db.Exec(t.Context(), c.sql); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\ngot %v", c.sql, err)
		}
	}
}

// TestWritesWithWhatIsThere: rows inserted into a source whose columns come from
// schemas of others are written with these, so that equal keys stay equal.
func TestWritesWithWhatIsThere(t *testing.T) {
	for name, s := range foreignSchemas {
		t.Run(name, func(t *testing.T) {
			db, err := leat.OpenMem(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			for subject, schema := range map[string]registry.Schema{"c-key": s[0], "c-value": s[3]} {
				if _, err := db.Schemas().Register(t.Context(), subject, schema); err != nil {
					t.Fatal(err)
				}
			}
			mustExec(t, db, `CREATE STREAM c WITH (KAFKA_TOPIC='c', PARTITIONS=1, FORMAT='`+name+`');`)
			mustExec(t, db, `SET 'auto.offset.reset'='earliest';
				CREATE STREAM d (k INT KEY, name STRING) WITH (KAFKA_TOPIC='d', PARTITIONS=1, VALUE_FORMAT='JSON');
				INSERT INTO c (name) VALUES ('x');
				INSERT INTO c SELECT k AS `+db.Catalog().Source("C").Schema.Key[0].Name+`, name FROM d;
				INSERT INTO d VALUES (1, 'y');`)
			if err := db.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, subject := range []string{"c-key", "c-value"} {
				if got, err := db.Schemas().Versions(t.Context(), subject); err != nil || len(got) != 1 {
					t.Errorf("%s has the versions %v, %v", subject, got, err)
				}
			}
			if got := firstRow(t, db, `SELECT name FROM c EMIT CHANGES LIMIT 1;`); got != "x" {
				t.Errorf("read %q", got)
			}
		})
	}
}

// TestKeysKeepTheirSchema: a key is never written with a schema of other columns
// than those that its topic has.
func TestKeysKeepTheirSchema(t *testing.T) {
	db, err := leat.OpenMem(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Schemas().SetCompatibility(t.Context(), "", registry.NoCompatibility); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Schemas().Register(t.Context(), "k-key", registry.Schema{Type: registry.Avro, Text: `"string"`}); err != nil {
		t.Fatal(err)
	}
	mustExec(t, db, `CREATE STREAM k (id INT KEY, v STRING) WITH (KAFKA_TOPIC='k', PARTITIONS=1, FORMAT='AVRO');
		CREATE STREAM s (id INT KEY, v STRING) WITH (KAFKA_TOPIC='s', PARTITIONS=1, FORMAT='AVRO');`)
	for _, sql := range []string{
		`INSERT INTO k VALUES (1, 'a');`,
		`INSERT INTO k SELECT * FROM s;`,
		`CREATE STREAM o WITH (KAFKA_TOPIC='k') AS SELECT * FROM s;`,
	} {
		_, err := db.Exec(t.Context(), sql)
		if err == nil || !strings.Contains(err.Error(), "line 1:") || !strings.Contains(err.Error(), "the key would change its schema: subject k-key has `ROWKEY` STRING, not `ID` INTEGER") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if err := db.Insert(t.Context(), "k", map[string]any{"id": 1}); !errors.Is(err, format.ErrKeyChanges) {
		t.Errorf("Insert: %v", err)
	}
}

// TestReplaceRegisters: a replaced query writes with a new version, which must be
// compatible as its subject asks.
func TestReplaceRegisters(t *testing.T) {
	for name, refused := range map[string]string{"AVRO": "", "PROTOBUF": "", "JSON_SR": "the object was open"} {
		t.Run(name, func(t *testing.T) {
			db, err := leat.OpenMem(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			mustExec(t, db, `CREATE STREAM s (id INT KEY, v STRING, w INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1, FORMAT='`+name+`');
				CREATE STREAM o AS SELECT id, v FROM s;`)
			const replace = `CREATE OR REPLACE STREAM o AS SELECT id, v, w FROM s;`
			if refused != "" {
				if _, err := db.Exec(t.Context(), replace); err == nil || !strings.Contains(err.Error(), refused) {
					t.Errorf("got %v", err)
				}
				if err := db.Schemas().SetCompatibility(t.Context(), "O-value", registry.NoCompatibility); err != nil {
					t.Fatal(err)
				}
			}
			mustExec(t, db, replace)
			if got, err := db.Schemas().Versions(t.Context(), "O-value"); err != nil || len(got) != 2 {
				t.Errorf("versions of values %v, %v", got, err)
			}
			if got, err := db.Schemas().Versions(t.Context(), "O-key"); err != nil || len(got) != 1 {
				t.Errorf("versions of keys %v, %v", got, err)
			}
		})
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
