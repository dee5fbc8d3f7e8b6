package log

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

// segmentRun is a closed log whose records are all in segments, most of them sealed, and the path of the first segment.
func segmentRun(t *testing.T) (*vfs.Mem, string) {
	t.Helper()
	fs := vfs.NewCrashMem()
	l := openMem(t, Options{FS: fs, SegmentBytes: 100_000, CacheBytes: 128 << 10}, TopicConfig{})
	for i := range 1000 {
		put(t, l, fmt.Sprint(i), strings.Repeat("v", 300), int64(i))
	}
	mustFlush(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	topics, err := fs.List("db/topics")
	if err != nil {
		t.Fatal(err)
	}
	return fs, "db/topics/" + topics[0] + "/0/00000000000000000000.log"
}

// readSegmentRun opens the log and reads all records; their number and the first error come back.
func readSegmentRun(t *testing.T, fs vfs.FS) (int64, error) {
	t.Helper()
	l, err := Open("db", Options{FS: fs, MaintenanceInterval: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var c Chunk
	defer c.Release()
	var r Records
	for offset := int64(0); ; {
		if err := l.Read("t", 0, offset, 50_000, &c); err != nil || c.Empty() {
			return offset, err
		}
		for offset < c.Next {
			next, err := c.Decode(&r, offset, 100)
			if err != nil {
				return offset, err
			}
			for i := range r.N {
				if want := fmt.Sprint(offset + int64(i)); string(r.Key(i)) != want {
					t.Fatalf("offset %s holds %s", want, r.Key(i))
				}
			}
			offset = next
		}
	}
}

// TestDamagedSegment: damage of a segment is reported with its place, never read. The leader epoch means nothing here and may
// be damaged.
func TestDamagedSegment(t *testing.T) {
	t.Parallel()
	fs, name := segmentRun(t)
	if n, err := readSegmentRun(t, fs.Kill()); n != 1000 || err != nil {
		t.Fatal(n, err)
	}
	size := int64(len(mustReadFile(t, fs, name)))
	for pos := int64(0); pos < size; pos += int64(sparser(61, 20)) {
		damaged := fs.Kill()
		f, err := damaged.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		flip(t, f, pos)
		at := batchByte(t, fs, name, pos)
		unused := at >= batchEpoch && at < batchMagic
		n, err := readSegmentRun(t, damaged)
		if err == nil && !unused || err != nil && !errors.Is(err, ErrCorrupt) {
			t.Fatalf("byte %d: %d records, %v", pos, n, err)
		}
	}
	for what, damage := range map[string]func(fs *vfs.Mem) error{
		"missing": func(fs *vfs.Mem) error { return fs.Remove(name) },
		"short": func(fs *vfs.Mem) error {
			f, err := fs.Open(name)
			if err != nil {
				return err
			}
			return f.Truncate(size - 1)
		},
	} {
		damaged := fs.Kill()
		if err := damage(damaged); err != nil {
			t.Fatal(err)
		}
		if n, err := readSegmentRun(t, damaged); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "t-0@") {
			t.Fatalf("%s: %d records, %v", what, n, err)
		}
	}
}

// TestDamagedIndex: the index is an aid; whatever happens to it, reading is right.
func TestDamagedIndex(t *testing.T) {
	t.Parallel()
	fs, name := segmentRun(t)
	index := indexPath(name)
	b := mustReadFile(t, fs, index)
	if x, ok := decodeIndex(b, 0, 0); ok || len(b) < indexHeadBytes+3*indexEntrySize {
		t.Fatalf("an index of %d bytes; %v", len(b), x)
	}
	for pos := 0; pos < len(b); pos += sparser(1, 7) {
		damaged := fs.Kill()
		f, err := damaged.Open(index)
		if err != nil {
			t.Fatal(err)
		}
		flip(t, f, int64(pos))
		if n, err := readSegmentRun(t, damaged); n != 1000 || err != nil {
			t.Fatalf("byte %d: %d records, %v", pos, n, err)
		}
	}
	missing := fs.Kill()
	if err := missing.Remove(index); err != nil {
		t.Fatal(err)
	}
	if n, err := readSegmentRun(t, missing); n != 1000 || err != nil {
		t.Fatal(n, err)
	}
}

func mustReadFile(t *testing.T, fs vfs.FS, name string) []byte {
	t.Helper()
	b, err := readFile(fs, name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// batchByte is the distance of a byte from the start of its batch.
func batchByte(t *testing.T, fs vfs.FS, name string, pos int64) int64 {
	t.Helper()
	b := mustReadFile(t, fs, name)
	for at := int64(0); ; {
		h, err := ParseBatchHeader(b[at:])
		if err != nil {
			t.Fatal(err)
		}
		if pos < at+int64(h.Bytes) {
			return pos - at
		}
		at += int64(h.Bytes)
	}
}
