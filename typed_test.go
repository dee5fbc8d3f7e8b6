package leat_test

import (
	"database/sql"
	"errors"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/leatdb/leat"
)

type place struct {
	City string
	Zip  *int32
}

type reading struct {
	stamped
	ID       string
	Count    int32
	BigCount int64 `leat:"N"`
	Ratio    float64
	OK       *bool
	Price    big.Rat
	Raw      []byte
	Day      time.Time
	OfDay    time.Duration
	Moment   time.Time
	Tags     []string
	Limits   map[string]int
	Place    place
	note     string
	Scratch  func() `leat:"-"`
}

type stamped struct{ RowTime time.Time }

const readings = `CREATE STREAM readings (id VARCHAR KEY, count INT, n BIGINT, ratio DOUBLE, ok BOOLEAN, price DECIMAL(10, 2), raw BYTES,
	day DATE, of_day TIME, moment TIMESTAMP, tags ARRAY<VARCHAR>, limits MAP<VARCHAR, INT>, place STRUCT<city VARCHAR, zip INT>)
	WITH (KAFKA_TOPIC='readings', VALUE_FORMAT='JSON', PARTITIONS=1);`

// TestStructsGoInAndComeOut: a row of every type is the same Go value before
// Insert and after a query.
func TestStructsGoInAndComeOut(t *testing.T) {
	db := openEmpty(t)
	mustExec(t, db, readings)
	zip, yes := int32(89073), true
	full := reading{
		stamped: stamped{time.UnixMilli(5000).UTC()}, ID: "a", Count: -7, BigCount: 1 << 40, Ratio: 0.1, OK: &yes, Price: *big.NewRat(1999, 100),
		Raw: []byte{0, 255}, Day: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), OfDay: 90 * time.Minute, Moment: time.UnixMilli(1).UTC(),
		Tags: []string{"x", ""}, Limits: map[string]int{"low": 1}, Place: place{"Ulm", &zip},
	}
	bare := reading{stamped: stamped{time.UnixMilli(6000).UTC()}, ID: "b", Day: time.Unix(0, 0).UTC(), Moment: time.Unix(0, 0).UTC(), note: "not a column"}
	if err := db.Insert(t.Context(), "readings", full, &bare); err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query(t.Context(), "SELECT *, ROWTIME FROM readings EMIT CHANGES LIMIT 2;")
	if err != nil {
		t.Fatal(err)
	}
	var got []reading
	for r, err := range leat.Values[reading](rows) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r)
	}
	bare.note = ""
	if len(got) != 2 || !reflect.DeepEqual(normal(got[0]), normal(full)) {
		t.Errorf("got  %+v\nwant %+v", got, full)
	}
	if len(got) == 2 && !reflect.DeepEqual(normal(got[1]), normal(bare)) {
		t.Errorf("got  %+v\nwant %+v", got[1], bare)
	}
}

// normal makes rationals comparable: equal ones may be laid out differently.
func normal(r reading) reading {
	r.Price = *new(big.Rat).SetFrac(r.Price.Num(), r.Price.Denom())
	return r
}

func openEmpty(t *testing.T) *leat.DB {
	t.Helper()
	db, err := leat.OpenMem(t.Context(), leat.WithProperty("auto.offset.reset", "earliest"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// TestScan: which values fit into which pointers.
func TestScan(t *testing.T) {
	values := []any{int32(300), int64(-1), 1.5, "a", nil}
	for _, c := range []struct {
		column int
		dest   any
		want   any // Or the error.
	}{
		{0, new(int8), errors.New("does not fit into a int8")},
		{0, new(uint16), uint16(300)},
		{0, new(float32), float32(300)},
		{0, new(string), errors.New("does not fit into a string")},
		{0, new(any), int32(300)},
		{0, new(big.Rat), *big.NewRat(300, 1)},
		{0, new(sql.NullInt64), sql.NullInt64{Int64: 300, Valid: true}},
		{1, new(uint64), errors.New("does not fit into a uint64")},
		{1, new(int), -1},
		{2, new(float32), float32(1.5)},
		{2, new(int), errors.New("does not fit into a int")},
		{3, new(string), "a"},
		{3, new([]byte), errors.New("does not fit into a []uint8")},
		{3, new(time.Time), errors.New("does not fit into a time.Time")},
		{4, new(string), ""},
		{4, new(sql.NullString), sql.NullString{}},
		{4, new([]string), []string(nil)},
	} {
		dest := []any{new(any), new(any), new(any), new(any), new(any)}
		dest[c.column] = c.dest
		err := leat.Row{Values: values}.Scan(dest...)
		if want, isError := c.want.(error); isError {
			if err == nil || !strings.Contains(err.Error(), want.Error()) {
				t.Errorf("%v into %T: error %v, want %v", values[c.column], c.dest, err, want)
			}
			continue
		}
		if got := reflect.ValueOf(c.dest).Elem().Interface(); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v into %T: %v, %v", values[c.column], c.dest, got, err)
		}
	}
}

// TestRowsDoNotFit: what is wrong with a row or a Go type is said by name, and
// nothing of the call is inserted.
func TestRowsDoNotFit(t *testing.T) {
	db := openEmpty(t)
	mustExec(t, db, `CREATE STREAM s (k VARCHAR KEY, v INT, d DOUBLE) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);`)
	for _, c := range []struct {
		row  any
		want string
	}{
		{struct{ K, Vv string }{}, "the field Vv of struct"},
		{struct{ V string }{"x"}, "row 2: column V: a Go string (x) does not fit a column of type INTEGER"},
		{map[string]any{"w": 1}, "there is no column W"},
		{"x", "a row is a map[string]any or a struct, not a string"},
		{(*struct{ K string })(nil), "not a *struct"},
	} {
		err := db.Insert(t.Context(), "s", map[string]any{"k": "lost"}, c.row)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%#v: error %v, want %q", c.row, err, c.want)
		}
	}
	mustInsert(t, db, "s", struct{ K string }{"only"})
	if got := collect[string](t, db, "SELECT k FROM s EMIT CHANGES LIMIT 1;"); !reflect.DeepEqual(got, []string{"only"}) {
		t.Errorf("got %q: rows of refused inserts were written", got)
	}
	rows, err := db.Query(t.Context(), "SELECT k, v FROM s EMIT CHANGES LIMIT 1;")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = leat.Collect[struct{ K string }](rows); err == nil || !strings.Contains(err.Error(), "no field for the column V") {
		t.Errorf("error %v", err)
	}
}

// TestChangesTellOfDeletions: a deleted row of a table is a change, and no value.
func TestChangesTellOfDeletions(t *testing.T) {
	type row struct {
		K string
		V int
	}
	db := openEmpty(t)
	mustExec(t, db, `CREATE TABLE t (k VARCHAR PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
		CREATE TABLE high AS SELECT * FROM t WHERE v > 1 EMIT CHANGES;`)
	mustInsert(t, db, "t", row{"a", 2})
	if err := db.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustInsert(t, db, "t", row{"a", 1})
	const query = "SELECT * FROM high EMIT CHANGES LIMIT 2;"
	rows, err := db.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	var got []leat.Change[row]
	for c, err := range leat.Changes[row](rows) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, c)
	}
	if want := []leat.Change[row]{{Row: row{"a", 2}}, {Deleted: true, Row: row{K: "a"}}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if rows, err = db.Query(t.Context(), query); err != nil {
		t.Fatal(err)
	}
	if values, err := leat.Collect[row](rows); !errors.Is(err, leat.ErrTombstone) || len(values) != 1 {
		t.Errorf("values %v, error %v", values, err)
	}
}

func mustInsert(t *testing.T, db *leat.DB, target string, rows ...any) {
	t.Helper()
	if err := db.Insert(t.Context(), target, rows...); err != nil {
		t.Fatal(err)
	}
}

func collect[T any](t *testing.T, db *leat.DB, query string) []T {
	t.Helper()
	rows, err := db.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	out, err := leat.Collect[T](rows)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestClock: the clock of the database is the one that statements and functions see.
func TestClock(t *testing.T) {
	now := time.UnixMilli(1234)
	db, err := leat.OpenMem(t.Context(), leat.WithClock(func() time.Time { return now }), leat.WithProperty("auto.offset.reset", "earliest"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	mustExec(t, db, `CREATE STREAM s (k VARCHAR KEY) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);`)
	mustInsert(t, db, "s", map[string]any{"k": "a"})
	if got := collect[struct{ Row, Now int64 }](t, db, "SELECT ROWTIME AS row, UNIX_TIMESTAMP() AS now FROM s EMIT CHANGES LIMIT 1;"); got[0].Row != 1234 || got[0].Now != 1234 {
		t.Errorf("%+v", got)
	}
}
