package leat_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/leatdb/leat"
)

// TestBackupUnderLoad: of a database that takes in rows and counts them, backups
// open with everything acknowledged before, counted exactly once, and count on.
func TestBackupUnderLoad(t *testing.T) {
	ctx := t.Context()
	db, err := leat.Open(ctx, t.TempDir(), leat.WithProperty("auto.offset.reset", "earliest"), leat.WithProperty("state.flush.interval.ms", "20"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	mustExec(t, db, `CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);
		CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k EMIT CHANGES;`)
	for n := range 100 {
		mustInsert(t, db, "s", keyed(n))
	}
	acked, stop, stopped := atomic.Int64{}, make(chan struct{}), make(chan error, 1)
	acked.Store(100)
	go func() { // Ends when stop is closed.
		for n := 0; ; n++ {
			select {
			case <-stop:
				stopped <- nil
				return
			default:
			}
			if err := db.Insert(ctx, "s", keyed(n), keyed(n*7)); err != nil {
				stopped <- err
				return
			}
			acked.Add(2)
		}
	}()
	var backups [][]byte
	var before []int64
	for range 4 {
		before = append(before, acked.Load())
		var b bytes.Buffer
		if err := db.Backup(ctx, &b); err != nil {
			t.Fatal(err)
		}
		backups = append(backups, b.Bytes())
	}
	close(stop)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	for i, b := range backups {
		t.Run(fmt.Sprint(i), func(t *testing.T) { checkRestored(t, b, before[i]) })
	}
}

func keyed(n int) any { return map[string]any{"k": n % 50, "v": n} }

// checkRestored opens what a backup holds and compares the counts with the rows.
func checkRestored(t *testing.T, backup []byte, acked int64) {
	ctx := context.Background()
	dir := filepath.Join(t.TempDir(), "restored")
	if err := leat.Restore(ctx, dir, bytes.NewReader(backup), int64(len(backup))); err != nil {
		t.Fatal(err)
	}
	db, err := leat.Open(ctx, dir, leat.WithProperty("auto.offset.reset", "earliest"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, more := range []int64{0, 10} {
		for n := range more {
			mustInsert(t, db, "s", keyed(int(n)))
		}
		if err := db.Settle(ctx); err != nil {
			t.Fatal(err)
		}
		rows := int64(0)
		for p := range int32(2) {
			end, err := db.Log().EndOffset("s", p)
			if err != nil {
				t.Fatal(err)
			}
			rows += end
		}
		counted := int64(0)
		for _, n := range collect[int64](t, db, "SELECT n FROM t;") {
			counted += n
		}
		if counted != rows || rows < acked+more {
			t.Errorf("%d rows, %d counted, %d acknowledged before the backup, %d after", rows, counted, acked, more)
		}
	}
}

// TestRestoreRefuses: what is no whole backup leaves nothing behind, and a
// directory with something in it is left alone.
func TestRestoreRefuses(t *testing.T) {
	ctx := t.Context()
	db, err := leat.Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	mustExec(t, db, `CREATE STREAM s (k INT KEY) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1); INSERT INTO s VALUES (1);`)
	var b bytes.Buffer
	if err := db.Backup(ctx, &b); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Backup(ctx, &b); err == nil {
		t.Error("a closed database was backed up")
	}
	whole := b.Bytes()
	flipped := slices.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	for name, c := range map[string]struct {
		backup []byte
		want   string
	}{
		"cut":     {whole[:len(whole)/2], "not all of it"},
		"empty":   {nil, "not all of it"},
		"flipped": {flipped, "checksum error"},
		"no end":  {withoutEnd(t, whole), "not complete"},
	} {
		dir := filepath.Join(t.TempDir(), "restored")
		err := leat.Restore(ctx, dir, bytes.NewReader(c.backup), int64(len(c.backup)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: %v is left", name, left)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := leat.Restore(ctx, dir, bytes.NewReader(whole), int64(len(whole))); err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("error %v", err)
	}
}

// withoutEnd is a backup whose last file is missing, as a valid archive.
func withoutEnd(t *testing.T, backup []byte) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(backup), int64(len(backup)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range r.File[:len(r.File)-1] {
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
