package log

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/leatdb/leat/internal/vfs"
)

func TestRetention(t *testing.T) {
	t.Parallel()
	var now clock
	now.millis.Store(10_000)
	fs := vfs.NewMem()
	l := openMem(t, Options{FS: fs, Now: now.now}, TopicConfig{RetentionMillis: 1000, RetentionBytes: 100_000, SegmentBytes: 1000})
	for i := range 100 {
		put(t, l, "k", strings.Repeat("v", 30), int64(10_000+i*10))
	}
	now.millis.Store(11_000)
	var held Chunk
	if err := l.Read("t", 0, 0, 1<<20, &held); err != nil {
		t.Fatal(err)
	}
	defer held.Release()
	if err := l.ApplyRetention(time.UnixMilli(11_000)); err != nil {
		t.Fatal(err)
	}
	if s := start(t, l); s != 0 {
		t.Fatalf("start %d, nothing is too old", s)
	}
	before := segmentFileCount(t, fs)
	if err := l.ApplyRetention(time.UnixMilli(11_505)); err != nil {
		t.Fatal(err)
	}
	// Records up to time 10,505 are too old; only whole segments go.
	s := start(t, l)
	if s < 30 || s > 51 {
		t.Fatalf("start %d after half of the records became too old", s)
	}
	if after := segmentFileCount(t, fs); after >= before {
		t.Fatalf("%d files before, %d after", before, after)
	}
	var outside *OffsetRangeError
	if err := l.Read("t", 0, s-1, 1, new(Chunk)); !errors.As(err, &outside) || outside.Start != s || outside.End != 100 {
		t.Fatalf("reading before the start: %v", err)
	}
	if got, err := decodeSlices(&held, 0, 1000); err != nil || len(got) == 0 || got[0].offset != 0 {
		t.Fatalf("a chunk that is held: %d records, %v", len(got), err)
	}
	if err := alter(l, "t", "retention.bytes", "2500", "segment.bytes", "1000", "retention.ms", "-1"); err != nil {
		t.Fatal(err)
	}
	if err := l.ApplyRetention(now.now()); err != nil {
		t.Fatal(err)
	}
	// 2500 bytes are at least two segments of up to 1000 bytes, and at most four.
	if n := segmentFileCount(t, fs); n < 2 || n > 4 {
		t.Fatalf("%d segments after retention by size", n)
	}
	if err := alter(l, "t", "retention.bytes", "-1", "retention.ms", "1"); err != nil {
		t.Fatal(err)
	}
	if err := l.ApplyRetention(time.UnixMilli(1 << 40)); err != nil {
		t.Fatal(err)
	}
	if s, n := start(t, l), segmentFileCount(t, fs); s != 100 || n != 0 {
		t.Fatalf("start %d with %d segments after everything became too old", s, n)
	}
	put(t, l, "k", "new", 1)
	if got := readAll(t, l, "t", 0); fmt.Sprint(got) != "[100 k=new]" {
		t.Fatal(got)
	}
}

// TestFutureTimes: a record time in the future does not keep a segment for ever.
func TestFutureTimes(t *testing.T) {
	t.Parallel()
	var now clock
	now.millis.Store(10_000)
	l := openMem(t, Options{Now: now.now}, TopicConfig{RetentionMillis: 1000})
	put(t, l, "k", "v", 1<<50)
	mustFlush(t, l)
	if err := l.ApplyRetention(time.UnixMilli(20_000)); err != nil {
		t.Fatal(err)
	}
	if s := start(t, l); s != 1 {
		t.Fatalf("start %d", s)
	}
}

// alter makes settings, given as names and values.
func alter(l *Log, topic string, pairs ...string) error {
	return l.AlterTopic(ctx, topic, func(settings map[string]string) error {
		for i := 0; i < len(pairs); i += 2 {
			settings[pairs[i]] = pairs[i+1]
		}
		return nil
	})
}
