package leat_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/internal/vfs"
	"github.com/leatdb/leat/leattest"
	"github.com/leatdb/leat/log"
)

// await waits until the only persistent query is as wanted, and returns what
// EXPLAIN says of it.
func await(t *testing.T, db *leat.DB, wanted func(*leat.QueryDescription) bool) *leat.QueryDescription {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	pause := time.NewTicker(2 * time.Millisecond)
	defer pause.Stop()
	for {
		results, err := db.Exec(ctx, "EXPLAIN "+db.Metrics().Queries[0].ID+";")
		if err != nil {
			t.Fatal(err)
		}
		d := results[0].Query
		if wanted(d) {
			return d
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			t.Fatalf("the query is %+v", d)
		}
	}
}

func running(d *leat.QueryDescription) bool { return d.State == "RUNNING" }

// TestFailingFunction: a query whose function panics is in the state ERROR, with
// the cause and its class, is tried again and again, and goes on where it was when
// the function works.
func TestFailingFunction(t *testing.T) {
	var broken atomic.Bool
	db := leattest.Open(t, `SET 'ksql.query.retry.backoff.initial.ms'='1'; SET 'ksql.query.retry.backoff.max.ms'='5'; SET 'ksql.query.error.max.queue.size'='3';
		CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
		CREATE TABLE sums AS SELECT k, SUM(shaky(v)) AS total FROM s GROUP BY k;`,
		leat.WithFunction1("shaky", "fails when it is broken", func(x int32) (int32, error) {
			if broken.Load() {
				panic("the gears are stuck")
			}
			return x, nil
		}))
	type row struct {
		K string
		V int32
	}
	db.Insert("s", row{"a", 1})
	broken.Store(true)
	if err := db.DB.Insert(t.Context(), "s", row{"a", 2}); err != nil {
		t.Fatal(err)
	}
	d := await(t, db.DB, func(d *leat.QueryDescription) bool { return len(d.Failures) == 3 && d.State == "ERROR" })
	if d.ErrorClass != "USER" || !strings.Contains(d.Error, "function SHAKY panicked: the gears are stuck") {
		t.Errorf("class %s, error %q", d.ErrorClass, d.Error)
	}
	for _, f := range d.Failures {
		if wait := f.Retry.Sub(f.At); f.Class != "USER" || f.Error != d.Error || wait < time.Millisecond || wait > 5*time.Millisecond {
			t.Errorf("failure %+v", f)
		}
	}
	results, err := db.DB.Exec(t.Context(), "SHOW QUERIES;")
	if q := results[0].Queries.Queries[0]; err != nil || q.State != "ERROR" || q.ErrorClass != "USER" || q.Error != d.Error {
		t.Errorf("%+v, %v", q, err)
	}
	if m := db.Metrics().Queries[0]; m.State != "ERROR" || m.Class != "USER" || m.Failures < 3 {
		t.Errorf("%+v", m)
	}
	broken.Store(false)
	d = await(t, db.DB, running)
	if d.ErrorClass != "NO_ERROR" || d.Error != "" || len(d.Failures) != 3 {
		t.Errorf("after the repair: %+v", d)
	}
	db.Want("SELECT k, total FROM sums;", `["a",3]`)
}

// TestQueryStartsLater: a query that cannot be started when the database opens is
// in the state ERROR, and starts by itself once it can.
func TestQueryStartsLater(t *testing.T) {
	db := leattest.Open(t, `CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
		CREATE STREAM big AS SELECT * FROM s WHERE v > 10;`)
	if err := db.Log().DeleteTopic(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	db.Restart()
	d := await(t, db.DB, func(*leat.QueryDescription) bool { return true })
	if d.State != "ERROR" || d.ErrorClass != "USER" || !strings.Contains(d.Error, "topic s does not exist") || len(d.Failures) != 1 {
		t.Errorf("%+v", d)
	}
	if err := db.Log().CreateTopic(t.Context(), "s", log.TopicConfig{Partitions: 1}); err != nil {
		t.Fatal(err)
	}
	await(t, db.DB, running)
	db.Produce("s", nil, []byte(`{"V":11}`))
	db.Want("SELECT v FROM big EMIT CHANGES LIMIT 1;", `[11]`)
}

// TestStorageFails: what the disk does is an error of the system.
func TestStorageFails(t *testing.T) {
	fs := vfs.NewMem()
	db, err := leat.OpenMem(t.Context(), leat.WithFS(fs))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err == nil {
			t.Error("Close does not tell that storage has failed")
		}
	}()
	if _, err := db.Exec(t.Context(), `CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
		CREATE STREAM big AS SELECT * FROM s WHERE v > 10 EMIT CHANGES;`); err != nil {
		t.Fatal(err)
	}
	dead := errors.New("the disk is dead")
	fs.SetHook(func(op vfs.Op) error {
		if op.Kind == vfs.OpSync {
			return dead
		}
		return nil
	})
	if err := db.Insert(t.Context(), "s", map[string]any{"v": 11}); !errors.Is(err, dead) {
		t.Errorf("insert: %v", err)
	}
	if err := db.Healthy(); !errors.Is(err, leat.ErrStorage) {
		t.Errorf("healthy: %v", err)
	}
}
