package log

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

// copySnapshot makes a file system of a snapshot and releases it.
func copySnapshot(s *Snapshot) (*vfs.Mem, error) {
	defer s.Release()
	to := vfs.NewMem()
	return to, s.Each(func(name string, content io.Reader) error { return PutSnapshotFile(to, "db", name, content) })
}

// keptSnapshots is how many snapshots are checked.
const keptSnapshots = 40

// snapshots takes snapshots one after the other until stop is closed, and keeps the last of them.
func (r *crashRun) snapshots(stop <-chan struct{}) (images []image, err error) {
	for n := 0; ; n++ {
		select {
		case <-stop:
			return images, nil
		default:
		}
		acked, _ := r.model.bounds()
		s, err := r.log.Snapshot()
		if err != nil {
			return images, err
		}
		_, begun := r.model.bounds()
		fs, err := copySnapshot(s)
		if err != nil {
			return images, err
		}
		images = append(images, image{fs, acked, begun, fmt.Sprintf("snapshot %d", n)})
		if len(images) > keptSnapshots {
			images = slices.Delete(images, 0, 1)
		}
	}
}

// TestSnapshots: a snapshot taken while groups are committed, topics come and go, and segments are rolled, compacted and
// removed opens as the log was after a whole number of steps, with all those acknowledged before.
func TestSnapshots(t *testing.T) {
	for seed := range fewer(4, 4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := newCrashRun(t, uint64(100+seed), Options{WALFileBytes: 16 << 10, SegmentBytes: 2 << 10, CacheBytes: 256 << 10})
			r.stays = true
			r.open()
			r.createTopic("base")
			r.createTopic("keyed")
			r.createTopic("txn")
			stop, taken := make(chan struct{}), make(chan []image, 1)
			go func() { // Ends when the steps are done.
				images, err := r.snapshots(stop)
				if err != nil {
					t.Errorf("snapshot: %v", err)
				}
				taken <- images
			}()
			for n := range fewer(300, 4) {
				r.randomStep(n)
			}
			r.settle()
			close(stop)
			images := <-taken
			if err := r.log.Close(); err != nil {
				t.Error(err)
			}
			for _, im := range images {
				r.check(im, nil)
			}
			if len(images) == 0 {
				t.Error("no snapshot was taken")
			}
		})
	}
}

// TestSnapshotKeepsItsFiles: what a snapshot lists can be read although the log has removed it since.
func TestSnapshotKeepsItsFiles(t *testing.T) {
	l, err := Open("db", Options{FS: vfs.NewMem(), WALFileBytes: 16 << 10, SegmentBytes: 4 << 10})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	fill := func() {
		t.Helper()
		if err := l.CreateTopic(ctx, "t", TopicConfig{Partitions: 1}); err != nil {
			t.Fatal(err)
		}
		for i := range 100 {
			if _, err := l.Produce(ctx, []Write{{"t", 0, batchOf(fmt.Sprint(i), strings.Repeat("x", 500))}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	fill()
	want := readAll(t, l, "t", 0)
	s, err := l.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if err := l.DeleteTopic(ctx, "t"); err != nil {
		t.Fatal(err)
	}
	fill()
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	to, err := copySnapshot(s)
	if err != nil {
		t.Fatal(err)
	}
	s.Release()
	restored, err := Open("db", Options{FS: to})
	if err != nil {
		t.Fatal(err)
	}
	defer restored.Close()
	if got := readAll(t, restored, "t", 0); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%d records, want %d", len(got), len(want))
	}
}

// TestSnapshotNames: a file of a backup stays below its directory.
func TestSnapshotNames(t *testing.T) {
	for _, name := range []string{"../x", "/x", "a/../../x", "a//b"} {
		if err := PutSnapshotFile(vfs.NewMem(), "db", name, strings.NewReader("")); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%q: error %v", name, err)
		}
	}
}
