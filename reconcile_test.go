package leat_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/leatdb/leat"
)

func reconcile(t *testing.T, db *leat.DB, sql string) string {
	t.Helper()
	done, err := db.Reconcile(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, d := range done {
		out = append(out, d.Action+" "+d.Name)
	}
	return strings.Join(out, ", ")
}

// TestReconcile: starts with a file that changes do what changed and leave the
// rest, with its state, alone.
func TestReconcile(t *testing.T) {
	const clicks = `CREATE STREAM clicks (page VARCHAR KEY, ms INT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);`
	const hits = `CREATE TABLE hits AS SELECT page, COUNT(*) AS n FROM clicks GROUP BY page EMIT CHANGES;`
	const first = `SET 'auto.offset.reset'='earliest'; DEFINE top = '10';
		CREATE TYPE place AS STRUCT<city VARCHAR>;` + clicks + hits + `
		CREATE STREAM slow AS SELECT * FROM clicks WHERE ms > ${top} EMIT CHANGES;
		CREATE STREAM odd AS SELECT * FROM clicks WHERE ms = 0 EMIT CHANGES;
		INSERT INTO odd SELECT * FROM clicks WHERE ms < 0 EMIT CHANGES;`
	db := openEmpty(t)
	if got := reconcile(t, db, first); got != "added PLACE, added CLICKS, added HITS, added SLOW, added ODD, added INSERTQUERY_5" {
		t.Errorf("first start: %s", got)
	}
	click := map[string]any{"page": "/", "ms": 50}
	mustInsert(t, db, "clicks", click)
	for _, c := range []struct{ name, sql, want string }{
		{"the same", first, "kept PLACE, kept CLICKS, kept HITS, kept SLOW, kept ODD, kept INSERTQUERY_5"},
		{"laid out differently", strings.ReplaceAll(strings.ReplaceAll(first, " AS SELECT", "\n  as select"), "CREATE TABLE", "create table if not exists"),
			"kept PLACE, kept CLICKS, kept HITS, kept SLOW, kept ODD, kept INSERTQUERY_5"},
		{"another filter", strings.Replace(first, "'10'", "'20'", 1), "kept PLACE, kept CLICKS, kept HITS, replaced SLOW, kept ODD, kept INSERTQUERY_5"},
		{"less", clicks + hits, "kept CLICKS, kept HITS, dropped INSERTQUERY_5, dropped ODD, dropped SLOW, dropped PLACE"},
	} {
		if got := reconcile(t, db, c.sql); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	mustInsert(t, db, "clicks", click)
	if err := db.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := collect[int64](t, db, "SELECT n FROM hits;"); !reflect.DeepEqual(got, []int64{2}) {
		t.Errorf("hits %v: a kept query did not keep its state", got)
	}
}

// TestReconcileRefuses: a file that cannot be right changes nothing.
func TestReconcileRefuses(t *testing.T) {
	const clicks = "CREATE STREAM clicks (page VARCHAR KEY) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);\n"
	for _, c := range []struct{ sql, want string }{
		{clicks, "the file starts no query"},
		{clicks + "INSERT INTO clicks VALUES ('/');", "line 2:"},
		{clicks + "SELECT * FROM clicks EMIT CHANGES;", "a queries file says what there is"},
		{clicks + "CREATE STREAM Clicks AS SELECT * FROM clicks;", "line 2:15: CLICKS is declared twice"},
		{clicks + "CREATE TABLE t AS SELCT;", "line 2:"},
	} {
		db := openEmpty(t)
		_, err := db.Reconcile(t.Context(), c.sql)
		if err == nil || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s: error %v, want %q", c.sql, err, c.want)
		}
		if names := db.Catalog().SourceNames(); len(names) > 0 {
			t.Errorf("%s: %v exist", c.sql, names)
		}
	}
}
