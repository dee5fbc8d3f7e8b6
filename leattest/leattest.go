// Package leattest lets Go programs test their SQL: a database in memory for each
// test, with a clock that stands still until it is set, where every step waits
// until the queries have seen it.
//
//	func TestHits(t *testing.T) {
//		db := leattest.Open(t, schema)
//		db.Insert("clicks", click{"ada", "/home"}, click{"alan", "/home"})
//		db.Want("SELECT page, n FROM hits;", `["/home",2]`)
//	}
//
// A step that fails ends the test with a message that says which, so there are no
// errors to look at. What the package does not offer is done on DB.DB, the
// [leat.DB] itself.
package leattest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/internal/vfs"
	"github.com/leatdb/leat/log"
)

// Epoch is what the clock of a database shows when it is opened.
var Epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// DB is a database in memory that ends with its test. Its methods are for the
// goroutine of the test.
type DB struct {
	*leat.DB

	t     testing.TB
	ctx   context.Context
	fs    *vfs.Mem
	opts  []leat.Option
	clock *clock
}

// clock shows the time it was set to; queries read it while a test sets it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Open opens a database and executes statements in it. Queries read their inputs
// from the earliest record, every change of a table is emitted, and the clock
// shows Epoch; options say otherwise.
func Open(t testing.TB, statements string, opts ...leat.Option) *DB {
	t.Helper()
	db := &DB{t: t, ctx: t.Context(), fs: vfs.NewCrashMem(), clock: &clock{now: Epoch}}
	db.opts = append([]leat.Option{leat.WithFS(db.fs), leat.WithClock(db.clock.read), leat.WithLogger(slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))),
		leat.WithProperty("auto.offset.reset", "earliest"), leat.WithProperty("cache.max.bytes.buffering", "0")}, opts...)
	db.open()
	t.Cleanup(func() {
		if err := db.DB.Close(); err != nil {
			t.Errorf("leattest: close: %v", err)
		}
	})
	db.Exec(statements)
	return db
}

func (db *DB) open() {
	db.t.Helper()
	var err error
	if db.DB, err = leat.OpenMem(db.ctx, db.opts...); err != nil {
		db.t.Fatal(err)
	}
}

// Restart closes the database and opens it again, with what a kill of the process
// at this moment would leave.
func (db *DB) Restart() {
	db.t.Helper()
	left := db.fs.Kill()
	if err := db.DB.Close(); err != nil {
		db.t.Fatalf("leattest: restart: %v", err)
	}
	db.fs = left
	db.opts[0] = leat.WithFS(left)
	db.open()
}

// Exec executes statements.
func (db *DB) Exec(statements string) {
	db.t.Helper()
	results, err := db.DB.Exec(db.ctx, statements)
	for _, r := range results {
		if r.Rows != nil {
			r.Rows.Close()
		}
	}
	if err != nil {
		db.t.Fatalf("leattest: %v", err)
	}
	db.settle()
}

// ExecFile executes the statements of a file.
func (db *DB) ExecFile(path string) {
	db.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		db.t.Fatalf("leattest: %v", err)
	}
	db.Exec(string(text))
}

// WantError executes statements and wants an error whose text contains part.
func (db *DB) WantError(statements, part string) {
	db.t.Helper()
	switch _, err := db.DB.Exec(db.ctx, statements); {
	case err == nil:
		db.t.Errorf("leattest: no error, want one with %q, from\n%s", part, statements)
	case !strings.Contains(err.Error(), part):
		db.t.Errorf("leattest: error %q, want one with %q", err, part)
	}
}

// Insert inserts rows, maps or structs (see [leat.DB.Insert]), and waits until the
// queries have seen them.
func (db *DB) Insert(target string, rows ...any) {
	db.t.Helper()
	if err := db.DB.Insert(db.ctx, target, rows...); err != nil {
		db.t.Fatal(err)
	}
	db.settle()
}

// Produce appends a record to a topic as bytes, at the time the clock shows, and
// waits until the queries have seen it. A nil key or value is null.
func (db *DB) Produce(topic string, key, value []byte) {
	db.t.Helper()
	info, ok := db.Log().Topic(topic)
	if !ok {
		db.t.Fatalf("leattest: there is no topic %q", topic)
	}
	partition := int32(0)
	if key != nil {
		partition = log.MurmurPartition(key, int32(info.Config.Partitions))
	}
	var b log.BatchBuilder
	b.Append(key, value, nil, db.Now().UnixMilli())
	if _, err := db.Log().Produce(db.ctx, []log.Write{{Topic: topic, Partition: partition, Batch: b.Bytes()}}); err != nil {
		db.t.Fatal(err)
	}
	db.settle()
}

func (db *DB) settle() {
	db.t.Helper()
	if err := db.Settle(db.ctx); err != nil {
		db.t.Fatalf("leattest: the queries did not come to rest: %v", err)
	}
}

// Now returns what the clock shows.
func (db *DB) Now() time.Time { return db.clock.read() }

// SetTime sets the clock. Windows close when a later row comes, not by the clock.
func (db *DB) SetTime(now time.Time) {
	db.clock.mu.Lock()
	defer db.clock.mu.Unlock()
	db.clock.now = now
}

// Advance sets the clock forward.
func (db *DB) Advance(d time.Duration) { db.SetTime(db.Now().Add(d)) }

// Query returns the rows of a SELECT that ends: a pull query, or a push query with
// LIMIT. A struct takes them as [leat.Values] says.
func Query[T any](db *DB, query string) []T {
	db.t.Helper()
	rows, err := db.DB.Query(db.ctx, query)
	if err != nil {
		db.t.Fatalf("leattest: %v", err)
	}
	out, err := leat.Collect[T](rows)
	if err != nil {
		db.t.Fatalf("leattest: %v\nin %s", err, query)
	}
	return out
}

// Want compares the rows of a SELECT that ends with lines, each a JSON array of a
// row's values; the line of a deleted row ends in " deleted". The rows of a pull
// query on a table have no order, so there the lines' order does not count.
func (db *DB) Want(query string, lines ...string) {
	db.t.Helper()
	rows, err := db.DB.Query(db.ctx, query)
	if err != nil {
		db.t.Fatalf("leattest: %v", err)
	}
	var got []string
	for row, err := range rows.All() {
		if err != nil {
			db.t.Fatalf("leattest: %v\nin %s", err, query)
		}
		line := string(leat.AppendJSON(nil, row.Values))
		if row.Tombstone {
			line += " deleted"
		}
		got = append(got, line)
	}
	want := slices.Clone(lines)
	if rows.Pull {
		slices.Sort(got)
		slices.Sort(want)
	}
	if !slices.Equal(got, want) {
		db.t.Errorf("leattest: %s\n%s", query, difference(got, want))
	}
}

// difference shows two lists of lines, what they share in between.
func difference(got, want []string) string {
	var b strings.Builder
	for len(got) > 0 || len(want) > 0 {
		switch {
		case len(got) > 0 && len(want) > 0 && got[0] == want[0]:
			fmt.Fprintf(&b, "       %s\n", got[0])
			got, want = got[1:], want[1:]
		case len(got) > 0 && !slices.Contains(want, got[0]):
			fmt.Fprintf(&b, "  got  %s\n", got[0])
			got = got[1:]
		case len(want) > 0:
			fmt.Fprintf(&b, "  want %s\n", want[0])
			want = want[1:]
		default:
			fmt.Fprintf(&b, "  got  %s\n", got[0])
			got = got[1:]
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Record is a record of a topic. A nil Key or Value is null.
type Record struct {
	Key, Value []byte
	Time       time.Time
}

// Records returns the records of a topic, partition by partition, as they are in
// the log.
func (db *DB) Records(topic string) []Record {
	db.t.Helper()
	info, ok := db.Log().Topic(topic)
	if !ok {
		db.t.Fatalf("leattest: there is no topic %q", topic)
	}
	var out []Record
	for p := range info.Config.Partitions {
		_, err := db.Log().Each(db.ctx, topic, int32(p), 0, func(r *log.Records) error {
			for i := range r.N {
				out = append(out, Record{bytes.Clone(r.Key(i)), bytes.Clone(r.Value(i)), time.UnixMilli(r.Time[i]).UTC()})
			}
			return nil
		})
		if err != nil {
			db.t.Fatalf("leattest: topic %s: %v", topic, err)
		}
	}
	return out
}

// Failures returns why rows were left out or became NULL, oldest first: the
// messages of the processing log.
func (db *DB) Failures() []string {
	db.t.Helper()
	var out []string
	for _, r := range db.Records(leat.ProcessingLogTopic) {
		message, err := failure(r.Value)
		if err != nil {
			db.t.Fatalf("leattest: processing log: %v", err)
		}
		out = append(out, message)
	}
	return out
}

// failure returns the text in an entry of the processing log.
func failure(entry []byte) (string, error) {
	var e struct {
		Message map[string]json.RawMessage `json:"message"`
	}
	if err := json.Unmarshal(entry, &e); err != nil {
		return "", err
	}
	for _, part := range e.Message {
		var detail struct{ ErrorMessage string }
		if json.Unmarshal(part, &detail) == nil && detail.ErrorMessage != "" {
			return detail.ErrorMessage, nil
		}
	}
	return "", fmt.Errorf("entry without a message: %s", entry)
}
