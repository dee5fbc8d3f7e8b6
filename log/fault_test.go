package log

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

var errDisk = errors.New("the disk is broken")

// faultRun produces records one by one, with flushes between, until something fails, and checks what must hold then. It
// returns the number of acknowledged records and the error, nil if nothing failed.
func faultRun(t *testing.T, fs *vfs.Mem, records int) (acked int, failure error) {
	t.Helper()
	l, err := Open("db", Options{FS: fs, WALFileBytes: 16 << 10, SegmentBytes: 4 << 10, MaintenanceInterval: -1})
	if err != nil {
		return 0, err
	}
	defer func() {
		if err := l.Close(); failure != nil && err == nil {
			t.Error("closing a failed log says nothing")
		}
	}()
	if err := l.CreateTopic(ctx, "t", TopicConfig{}); err != nil {
		return 0, err
	}
	for i := range records {
		if _, failure = l.Produce(ctx, []Write{{"t", 0, batchOf("k", fmt.Sprintf("%0200d", i))}}); failure != nil {
			break
		}
		acked++
		if i%16 == 15 {
			if failure = l.Flush(); failure != nil {
				break
			}
		}
	}
	if failure == nil {
		return acked, nil
	}
	if !errors.Is(failure, ErrStorageFailed) {
		t.Errorf("the error is %q, expected ErrStorageFailed", failure)
	}
	for range 2 {
		if _, err := l.Produce(ctx, []Write{{"t", 0, batchOf("k", "again")}}); !errors.Is(err, ErrStorageFailed) {
			t.Errorf("acknowledged after a failure: %v", err)
		}
	}
	if err := l.CommitOffsets(ctx, []GroupOffset{{Group: "g", Topic: "t", Offset: 1}}); !errors.Is(err, ErrStorageFailed) {
		t.Errorf("acknowledged offsets after a failure: %v", err)
	}
	if got := readAll(t, l, "t", 0); len(got) != acked {
		t.Errorf("%d records can be read, %d were acknowledged", len(got), acked)
	}
	return acked, failure
}

// checkAcked opens the log again without faults: what was acknowledged is there, and at most one record that was not.
func checkAcked(t *testing.T, fs *vfs.Mem, acked int) {
	t.Helper()
	fs.SetHook(nil)
	l, err := Open("db", Options{FS: fs, WALFileBytes: 16 << 10, SegmentBytes: 4 << 10, MaintenanceInterval: -1})
	if err != nil {
		t.Fatalf("open after a failure: %v", err)
	}
	defer l.Close()
	if _, ok := l.Topic("t"); !ok {
		if acked > 0 {
			t.Fatal("the topic is lost")
		}
		return
	}
	got := readAll(t, l, "t", 0)
	if len(got) < acked || len(got) > acked+1 {
		t.Fatalf("%d records, %d were acknowledged", len(got), acked)
	}
	for i, rec := range got {
		if want := fmt.Sprintf("%d k=%0200d", i, i); rec != want {
			t.Fatalf("record %d is %q", i, rec)
		}
	}
}

// TestFaults lets every single change of the file system fail once: the log must stop acknowledging for good, though the disk
// works again at once, and lose nothing, neither for a restarted process nor by a power cut.
func TestFaults(t *testing.T) {
	t.Parallel()
	kinds := map[string]vfs.OpKind{"create": vfs.OpCreate, "rename": vfs.OpRename, "write": vfs.OpWrite, "truncate": vfs.OpTruncate,
		"preallocate": vfs.OpPreallocate, "sync": vfs.OpSync, "syncdir": vfs.OpSyncDir}
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, uint64(kind)))
			failures := 0
			for n := 1; ; n += sparser(1, 5) {
				fs := vfs.NewCrashMem()
				fs.SetHook(vfs.FailNth(kind, int64(n), errDisk))
				acked, err := faultRun(t, fs, 100)
				if err == nil {
					break
				}
				if !errors.Is(err, errDisk) {
					t.Fatalf("fault %d: %v", n, err)
				}
				failures++
				checkAcked(t, fs.Crash(rng), acked)
				checkAcked(t, fs, acked)
			}
			if failures == 0 {
				t.Fatal("nothing failed")
			}
		})
	}
}

// TestFullDisk fills the disk at many places. The error must say so.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	full := 0
	for n := 0; n < 200<<10; n += sparser(1009, 5) {
		fs := vfs.NewCrashMem()
		fs.SetHook(vfs.DiskFull(int64(n)))
		acked, err := faultRun(t, fs, 100)
		if err == nil {
			break
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("disk full after %d bytes: %v", n, err)
		}
		full++
		checkAcked(t, fs, acked)
	}
	if full < fewer(50, 5) {
		t.Fatalf("the disk was full %d times only", full)
	}
}
