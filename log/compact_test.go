package log

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

// TestCompaction compacts again and again between random writes and compares with a map.
func TestCompaction(t *testing.T) {
	t.Parallel()
	for _, codec := range []Codec{CodecNone, CodecZstd, CodecGzip, CodecLZ4, CodecSnappy} {
		t.Run(fmt.Sprint(codec), func(t *testing.T) {
			var now clock
			now.millis.Store(1_000_000)
			fs := vfs.NewMem()
			l := openMem(t, Options{FS: fs, Now: now.now, SegmentBytes: 2000}, TopicConfig{Cleanup: Compact, TombstoneMillis: 500})
			rng := rand.New(rand.NewPCG(3, uint64(codec)))
			last := map[string]string{}
			for round := range 12 {
				for range 40 {
					compactionBatch(t, l, rng, codec, last)
				}
				now.millis.Add(100)
				if err := l.Compact("t", 0); err != nil {
					t.Fatal(err)
				}
				checkCompacted(t, l, last, round)
			}
			now.millis.Add(1000)
			put(t, l, "other", "x", 0) // so that there is something to compact
			last["other"] = "x"
			if err := l.Compact("t", 0); err != nil {
				t.Fatal(err)
			}
			for _, r := range readAll(t, l, "t", 0) {
				if strings.HasSuffix(r, "=") {
					t.Fatalf("the null %q has not expired", r)
				}
			}
			checkCompacted(t, l, last, 99)
			if n := segmentFileCount(t, fs); n > 4 {
				t.Fatalf("%d segments for %d records", n, len(last))
			}
		})
	}
}

func compactionBatch(t *testing.T, l *Log, rng *rand.Rand, codec Codec, last map[string]string) {
	t.Helper()
	var b BatchBuilder
	for range 1 + rng.IntN(6) {
		key, value := fmt.Sprint("key", rng.IntN(20)), []byte(fmt.Sprint(rng.IntN(1_000_000)))
		if rng.IntN(5) == 0 {
			value = nil
			delete(last, key)
		} else {
			last[key] = string(value)
		}
		b.Append([]byte(key), value, []Header{{"h", []byte("x")}}, rng.Int64N(1000))
	}
	if _, err := l.Produce(ctx, []Write{{"t", 0, recompress(t, b.Bytes(), codec)}}); err != nil {
		t.Fatal(err)
	}
}

// checkCompacted reads everything: the last values must be right, offsets rise, and no key may occur twice below the
// compacted offset.
func checkCompacted(t *testing.T, l *Log, want map[string]string, round int) {
	t.Helper()
	seen, offset := map[string]string{}, int64(-1)
	for _, r := range readAll(t, l, "t", 0) {
		var o int64
		var rest string
		fmt.Sscanf(r, "%d %s", &o, &rest)
		key, value, _ := strings.Cut(rest, "=")
		if _, twice := seen[key]; twice {
			t.Fatalf("round %d: %s occurs twice", round, key)
		}
		if o <= offset {
			t.Fatalf("round %d: offset %d behind %d", round, o, offset)
		}
		offset, seen[key] = o, value
	}
	for key, value := range seen {
		if value == "" {
			delete(seen, key)
		}
	}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Fatalf("round %d:\ngot  %v\nwant %v", round, seen, want)
	}
}

// TestCompactedEnd: a partition whose last records were compacted away is read to its end by everybody.
func TestCompactedEnd(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	l := openMem(t, Options{FS: fs}, TopicConfig{Cleanup: Compact, Settings: map[string]string{"delete.retention.ms": "0"}})
	put(t, l, "a", "1", 5)
	put(t, l, "b", "2", 6)
	put(t, l, "a", "", 7)
	for range 2 { // the first marks the null, the second drops it
		if err := l.Compact("t", 0); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		var keys []string
		next, err := l.Each(ctx, "t", 0, 0, func(r *Records) error {
			for i := range r.N {
				keys = append(keys, string(r.Key(i)))
			}
			return nil
		})
		if err != nil || next != 3 || fmt.Sprint(keys) != "[b]" {
			t.Fatal(next, keys, err)
		}
		for millis, want := range map[int64]int64{0: 1, 6: 1, 7: 3} {
			if got, err := l.OffsetForTime("t", 0, millis); err != nil || got != want {
				t.Fatalf("time %d is at %d, expected %d; %v", millis, got, want, err)
			}
		}
		if got, err := l.FindMaxTime("t", 0); err != nil || got.Offset != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		var c Chunk
		if err := l.Read("t", 0, 2, 100, &c); err != nil || !c.Empty() || c.Next != 3 {
			t.Fatal(c.Next, err)
		}
		l = reopen(t, l, fs)
	}
}
