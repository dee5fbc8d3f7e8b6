package crashtest

import (
	"errors"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
	"github.com/leatdb/leat/log"
)

// TestFullDisk fills the disk in the middle of a run: nothing is acknowledged
// any more, the error says what to do, and with room again the run goes on from
// what was acknowledged.
func TestFullDisk(t *testing.T) {
	failInTheMiddle(t, vfs.DiskFull(100_000), syscall.ENOSPC, "free some space")
}

// TestFailedSync lets a sync fail, once: what the log does not know to be on the
// disk it must not acknowledge, and as the bytes may be gone from the system's
// memory, it must not try again.
func TestFailedSync(t *testing.T) {
	failInTheMiddle(t, vfs.FailNth(vfs.OpSync, 30, syscall.EIO), syscall.EIO, "check the disk")
}

func failInTheMiddle(t *testing.T, hook func(vfs.Op) error, cause error, remedy string) {
	m := newMemoryRun(small)
	want := uninterrupted(t, m)
	var acked atomic.Int64
	m.acked = func(groups int) { acked.Store(int64(groups)) }
	fs := vfs.NewCrashMem()
	db, err := openOn(fs)
	if err != nil {
		t.Fatal(err)
	}
	fs.SetHook(hook)
	err = m.run(t.Context(), db, 0)
	if !errors.Is(err, cause) || !errors.Is(err, log.ErrStorageFailed) || !strings.Contains(err.Error(), remedy) {
		t.Errorf("the run ended with %v, expected the failed storage, its cause %v and %q", err, cause, remedy)
	}
	n := int(acked.Load())
	if n == 0 || n == len(m.groups) {
		t.Fatalf("%d of %d groups were acknowledged, expected some", n, len(m.groups))
	}
	var b batches
	if _, err := db.Log().Produce(t.Context(), b.build(m.work, m.groups, n)); !errors.Is(err, log.ErrStorageFailed) {
		t.Errorf("the log acknowledges after a failure: %v", err)
	}
	_, err = db.Exec(t.Context(), "INSERT INTO carts (uid, item, pieces) VALUES ('u0001', 'i1', 1);")
	if err == nil || !strings.Contains(err.Error(), remedy) {
		t.Errorf("INSERT ends with %v, expected an error that says %q", err, remedy)
	}
	if err := db.Healthy(); !errors.Is(err, cause) {
		t.Errorf("the database says it is healthy: %v", err)
	}
	db.Close()
	fs.SetHook(nil)
	m.acked = func(int) {}
	if err := m.goOn(t.Context(), cut{fs: fs, acked: n}, want); err != nil {
		t.Errorf("with the disk in order again: %v", err)
	}
}
