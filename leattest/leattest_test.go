package leattest_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/leattest"
)

const schema = `
	CREATE STREAM clicks (user_id VARCHAR KEY, page VARCHAR) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=2);
	CREATE TABLE hits AS SELECT page, COUNT(*) AS n FROM clicks GROUP BY page EMIT CHANGES;`

type click struct {
	UserID, Page string
}

func TestHits(t *testing.T) {
	db := leattest.Open(t, schema)
	db.Insert("clicks", click{"ada", "/home"}, click{"alan", "/home"}, click{"ada", "/cart"})
	db.Want("SELECT page, n FROM hits;", `["/home",2]`, `["/cart",1]`)
	db.Restart()
	db.Insert("clicks", map[string]any{"page": "/cart"})
	db.Want("SELECT page, n FROM hits WHERE page = '/cart';", `["/cart",2]`)
}

func TestQueryFillsStructs(t *testing.T) {
	type hit struct {
		Page string
		N    int
	}
	db := leattest.Open(t, schema)
	db.Insert("clicks", click{"ada", "/home"})
	if got := leattest.Query[hit](db, "SELECT * FROM hits;"); !reflect.DeepEqual(got, []hit{{"/home", 1}}) {
		t.Errorf("got %v", got)
	}
	if got := leattest.Query[int64](db, "SELECT n FROM hits WHERE page = '/home';"); !reflect.DeepEqual(got, []int64{1}) {
		t.Errorf("got %v", got)
	}
}

// TestWindowsCloseAsRowsCome: the clock gives rows their times, and only rows
// close windows.
func TestWindowsCloseAsRowsCome(t *testing.T) {
	db := leattest.Open(t, `
		CREATE STREAM s (k VARCHAR KEY) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
		CREATE TABLE per_minute AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 MINUTE, GRACE PERIOD 0 SECONDS)
		  GROUP BY k EMIT FINAL;`)
	db.Insert("s", map[string]any{"k": "a"})
	db.Advance(time.Minute)
	if got := db.Records("PER_MINUTE"); len(got) > 0 {
		t.Errorf("the window closed by the clock: %v", got)
	}
	db.Insert("s", map[string]any{"k": "b"})
	if got := db.Records("PER_MINUTE"); len(got) != 1 || string(got[0].Value) != `{"N":1}` || !got[0].Time.Equal(leattest.Epoch) {
		t.Errorf("got %v", got)
	}
	db.SetTime(leattest.Epoch)
	if !db.Now().Equal(leattest.Epoch) {
		t.Errorf("the clock shows %v", db.Now())
	}
}

func TestRecordsThatFail(t *testing.T) {
	db := leattest.Open(t, schema)
	db.Produce("clicks", []byte("ada"), []byte(`{"PAGE": `))
	db.Produce("clicks", []byte("ada"), []byte(`{"PAGE": "/home"}`))
	db.Produce("clicks", []byte("ada"), nil)
	db.Want("SELECT n FROM hits;", `[1]`)
	if got := db.Failures(); len(got) != 1 || !strings.Contains(got[0], "JSON") {
		t.Errorf("failures %q", got)
	}
}

func TestStatementsThatFail(t *testing.T) {
	db := leattest.Open(t, schema)
	db.WantError("SELECT pge FROM clicks EMIT CHANGES;", "PAGE")
}

func TestChangesOfTables(t *testing.T) {
	db := leattest.Open(t, `
		CREATE TABLE t (k VARCHAR PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
		CREATE TABLE high AS SELECT * FROM t WHERE v > 1 EMIT CHANGES;`)
	db.Insert("t", map[string]any{"k": "a", "v": 2})
	db.Insert("t", map[string]any{"k": "a", "v": 1})
	db.Want("SELECT * FROM high EMIT CHANGES LIMIT 2;", `["a",2]`, `["a",null] deleted`)
}

// recorder is a test that fails without failing this one.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

// TestWantShowsTheDifference: what was wanted and what came stand line by line.
func TestWantShowsTheDifference(t *testing.T) {
	r := &recorder{TB: t}
	db := leattest.Open(r, schema)
	db.Insert("clicks", click{"ada", "/home"}, click{"ada", "/cart"})
	db.Want("SELECT page, n FROM hits;", `["/cart",1]`, `["/home",2]`)
	want := "leattest: SELECT page, n FROM hits;\n       [\"/cart\",1]\n  got  [\"/home\",1]\n  want [\"/home\",2]"
	if len(r.failures) != 1 || r.failures[0] != want {
		t.Errorf("failures %q, want %q", r.failures, want)
	}
	db.WantError("SET 'auto.offset.reset'='latest';", "x")
	if len(r.failures) != 2 || !strings.Contains(r.failures[1], "no error") {
		t.Errorf("failures %q", r.failures)
	}
}

func TestOptions(t *testing.T) {
	db := leattest.Open(t, schema, leat.WithTopicPartitions(5))
	if info, _ := db.Log().Topic("clicks"); info.Config.Partitions != 5 {
		t.Errorf("%d partitions", info.Config.Partitions)
	}
}
