package log

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leatdb/leat/internal/vfs"
)

// clock is a wall clock that stands still until it is moved.
type clock struct{ millis atomic.Int64 }

func (c *clock) now() time.Time { return time.UnixMilli(c.millis.Load()) }

// openMem opens a log in memory with one topic t.
func openMem(t testing.TB, o Options, c TopicConfig) *Log {
	t.Helper()
	if o.FS == nil {
		o.FS = vfs.NewMem()
	}
	o.MaintenanceInterval = -1
	l, err := Open("db", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if err := l.CreateTopic(ctx, "t", c); err != nil {
		t.Fatal(err)
	}
	return l
}

// put produces one record with a key, a value ("" for null), and a time.
func put(t testing.TB, l *Log, key, value string, millis int64) {
	t.Helper()
	var b BatchBuilder
	var v []byte
	if value != "" {
		v = []byte(value)
	}
	b.Append([]byte(key), v, nil, millis)
	if _, err := l.Produce(ctx, []Write{{"t", 0, b.Bytes()}}); err != nil {
		t.Fatal(err)
	}
}

func mustFlush(t testing.TB, l *Log) {
	t.Helper()
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
}

func start(t testing.TB, l *Log) int64 {
	t.Helper()
	o, err := l.StartOffset("t", 0)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func segmentFileCount(t testing.TB, fs vfs.FS) int {
	t.Helper()
	topics, _ := fs.List("db/topics")
	n := 0
	for _, topic := range topics {
		names, _ := fs.List("db/topics/" + topic + "/0")
		for _, name := range names {
			if strings.HasSuffix(name, ".log") {
				n++
			}
		}
	}
	return n
}

// TestOffsetForTime compares with a walk through all records, in memory and in segments, before and behind a restart.
func TestOffsetForTime(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	o := Options{FS: fs, SegmentBytes: 60_000, MaintenanceInterval: -1}
	l := openMem(t, o, TopicConfig{})
	rng := rand.New(rand.NewPCG(5, 5))
	var times []int64
	produce := func(batches int) {
		for range batches {
			var b BatchBuilder
			for range 20 {
				times = append(times, int64(len(times))*10+rng.Int64N(500))
				b.Append(nil, make([]byte, 100), nil, times[len(times)-1])
			}
			if _, err := l.Produce(ctx, []Write{{"t", 0, b.Bytes()}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	check := func(what string) {
		t.Helper()
		for millis := int64(-5); millis < times[len(times)-1]+700; millis += 111 {
			want := int64(len(times))
			for i, at := range times {
				if at >= millis {
					want = int64(i)
					break
				}
			}
			if got, err := l.OffsetForTime("t", 0, millis); err != nil || got != want {
				t.Fatalf("%s: time %d is at offset %d, expected %d; %v", what, millis, got, want, err)
			}
		}
	}
	produce(60)
	check("in memory")
	mustFlush(t, l)
	produce(10)
	check("in segments and memory")
	l.Close()
	var err error
	if l, err = Open("db", o); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	check("behind a restart")
}

// TestReadEvictedTail reads everything with a cache much smaller than the data, at several sizes.
func TestReadEvictedTail(t *testing.T) {
	t.Parallel()
	l := openMem(t, Options{CacheBytes: 128 << 10, SegmentBytes: 100_000, WALFileBytes: 128 << 10}, TopicConfig{})
	for i := range 2000 {
		put(t, l, fmt.Sprint(i), strings.Repeat("v", i%900), int64(i))
	}
	if s := l.Stats(); s.SegmentBytesWritten == 0 || s.CacheBytes > 256<<10 {
		t.Fatalf("%+v", s)
	}
	if s := l.Stats(); s.WALBytes > 2<<20 {
		t.Fatalf("the WAL is not used again: %+v", s)
	}
	for _, size := range []int{1, 5000, 100_000} {
		var c Chunk
		var r Records
		for offset := int64(0); offset < 2000; {
			if err := l.Read("t", 0, offset, size, &c); err != nil {
				t.Fatal(err)
			}
			if c.Start != offset || c.Empty() {
				t.Fatalf("chunk of %d to %d at %d", c.Start, c.Next, offset)
			}
			for offset < c.Next {
				next, err := c.Decode(&r, offset, 100)
				if err != nil {
					t.Fatal(err)
				}
				for i := range r.N {
					if want := fmt.Sprint(offset + int64(i)); string(r.Key(i)) != want {
						t.Fatalf("offset %s holds %s", want, r.Key(i))
					}
				}
				offset = next
			}
		}
		c.Release()
	}
}

func TestNotify(t *testing.T) {
	t.Parallel()
	l := openMem(t, Options{}, TopicConfig{})
	calls := make(chan int, 10)
	l.Notify("t", 0, 0, func() { calls <- 1 })
	cancel := l.Notify("t", 0, 0, func() { calls <- 2 })
	l.Notify("t", 0, 1, func() { calls <- 3 })
	cancel()
	if len(calls) != 0 {
		t.Fatal("called before there was anything")
	}
	put(t, l, "k", "v", 0)
	if c := <-calls; c != 1 || len(calls) != 0 {
		t.Fatal(c, len(calls))
	}
	l.Notify("t", 0, 0, func() { calls <- 4 })
	if c := <-calls; c != 4 {
		t.Fatal(c)
	}
	if err := l.DeleteTopic(ctx, "t"); err != nil {
		t.Fatal(err)
	}
	if c := <-calls; c != 3 {
		t.Fatal(c)
	}
	l.Notify("t", 0, 0, func() { calls <- 5 })
	if c := <-calls; c != 5 {
		t.Fatal(c)
	}
	if err := l.Read("t", 0, 0, 1, new(Chunk)); !errors.Is(err, ErrUnknownTopic) {
		t.Fatal(err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	l := openMem(t, Options{}, TopicConfig{Partitions: 2})
	if err := l.CreateTopic(ctx, "t", TopicConfig{}); !errors.Is(err, ErrTopicExists) {
		t.Error(err)
	}
	for _, name := range []string{"", ".", "..", "a/b", "a b", "ä", strings.Repeat("x", 250)} {
		if err := l.CreateTopic(ctx, name, TopicConfig{}); !errors.Is(err, ErrInvalidTopic) {
			t.Errorf("topic %q: %v", name, err)
		}
	}
	if err := l.CreatePartitions(ctx, "t", 2); !errors.Is(err, ErrInvalidPartitions) {
		t.Error(err)
	}
	if err := l.CreatePartitions(ctx, "t", 3); err != nil {
		t.Error(err)
	}
	if info, ok := l.Topic("t"); !ok || info.Config.Partitions != 3 {
		t.Error(info, ok)
	}
	for what, w := range map[string]Write{
		"no topic": {"x", 0, batchOf("k", "v")}, "no partition": {"t", 3, batchOf("k", "v")}, "negative": {"t", -1, batchOf("k", "v")},
	} {
		if _, err := l.Produce(ctx, []Write{w}); !errors.Is(err, ErrUnknownTopic) {
			t.Errorf("%s: %v", what, err)
		}
	}
	whole := batchOf("k", "v")
	for what, b := range map[string][]byte{
		"empty": nil, "short": whole[:20], "cut": whole[:len(whole)-1], "old": append([]byte(nil), make([]byte, 100)...),
	} {
		if _, err := l.Produce(ctx, []Write{{"t", 0, whole}, {"t", 1, b}}); !errors.Is(err, ErrInvalidBatch) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if end, err := l.EndOffset("t", 0); err != nil || end != 0 {
		t.Errorf("a refused write has moved the end to %d, %v", end, err)
	}
	if err := l.DeleteRecords(ctx, "t", 0, 1); !errors.Is(err, ErrOffsetOutOfRange) {
		t.Error(err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := l.Produce(cancelled, []Write{{"t", 0, whole}}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := l.Produce(ctx, []Write{{"t", 0, whole}}); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	if err := l.Flush(); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	if err := l.Read("t", 0, 0, 1, new(Chunk)); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}

// TestLocked: two logs never share a directory.
func TestLocked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{}); !errors.Is(err, vfs.ErrLocked) {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if l, err = Open(dir, Options{}); err != nil {
		t.Fatal(err)
	}
	l.Close()
}

// TestAckPolicies: all policies lose nothing at a kill, and make everything durable at Close.
func TestAckPolicies(t *testing.T) {
	t.Parallel()
	for _, ack := range []Ack{AckFsync, AckOS, AckInterval(time.Millisecond)} {
		t.Run(ack.String(), func(t *testing.T) {
			fs := vfs.NewCrashMem()
			l := openMem(t, Options{FS: fs, Ack: ack}, TopicConfig{})
			for i := range 50 {
				put(t, l, "k", fmt.Sprint(i), 0)
			}
			killed := fs.Kill()
			if ack.mode == ackInterval {
				for l.Stats().WALSyncs == 0 {
					put(t, l, "k", "more", 0)
				}
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			for what, fs := range map[string]*vfs.Mem{"kill": killed, "power cut behind close": fs.Crash(rand.New(rand.NewPCG(1, 1)))} {
				l, err := Open("db", Options{FS: fs, MaintenanceInterval: -1})
				if err != nil {
					t.Fatal(err)
				}
				if n := len(readAll(t, l, "t", 0)); n < 50 {
					t.Errorf("%s: %d records", what, n)
				}
				l.Close()
			}
		})
	}
}
