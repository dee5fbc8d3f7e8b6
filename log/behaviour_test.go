package log

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
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
	if err := l.SetTopicConfig(ctx, "t", TopicConfig{RetentionBytes: 2500, SegmentBytes: 1000}); err != nil {
		t.Fatal(err)
	}
	if err := l.ApplyRetention(now.now()); err != nil {
		t.Fatal(err)
	}
	// 2500 bytes are at least two segments of up to 1000 bytes, and at most four.
	if n := segmentFileCount(t, fs); n < 2 || n > 4 {
		t.Fatalf("%d segments after retention by size", n)
	}
	if err := l.SetTopicConfig(ctx, "t", TopicConfig{RetentionMillis: 1}); err != nil {
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

func TestGroupOffsets(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	l := openMem(t, Options{FS: fs}, TopicConfig{Partitions: 2})
	if err := l.CreateTopic(ctx, "u", TopicConfig{}); err != nil {
		t.Fatal(err)
	}
	offsets := []GroupOffset{{"g", "t", 0, 5, "m"}, {"g", "t", 1, 6, ""}, {"g", "u", 0, 7, ""}, {"h", "u", 0, 8, ""}}
	if err := l.CommitOffsets(ctx, offsets); err != nil {
		t.Fatal(err)
	}
	if err := l.CommitOffsets(ctx, []GroupOffset{{"g", "nope", 0, 5, ""}}); !errors.Is(err, ErrUnknownTopic) {
		t.Fatal(err)
	}
	for range 2 {
		if got := l.GroupOffsets("g"); fmt.Sprint(got) != fmt.Sprint(offsets[:3]) {
			t.Fatal(got)
		}
		if o, ok := l.FetchOffset("h", "u", 0); !ok || o != 8 {
			t.Fatal(o, ok)
		}
		if _, ok := l.FetchOffset("h", "t", 0); ok {
			t.Fatal("an offset that nobody committed")
		}
		if got := l.Groups(); fmt.Sprint(got) != "[g h]" {
			t.Fatal(got)
		}
		mustFlush(t, l)
		l.Close()
		var err error
		if l, err = Open("db", Options{FS: fs, MaintenanceInterval: -1}); err != nil {
			t.Fatal(err)
		}
	}
	defer l.Close()
	if err := l.DeleteTopic(ctx, "u"); err != nil {
		t.Fatal(err)
	}
	if err := l.CreateTopic(ctx, "u", TopicConfig{}); err != nil {
		t.Fatal(err)
	}
	if got := l.Groups(); fmt.Sprint(got) != "[g]" {
		t.Fatalf("groups %v after the topic of one was deleted", got)
	}
	if _, ok := l.FetchOffset("g", "u", 0); ok {
		t.Fatal("a new topic has offsets of the old one")
	}
	if err := l.DeleteGroup(ctx, "g"); err != nil || len(l.Groups()) != 0 {
		t.Fatal(err, l.Groups())
	}
}

func TestDeltas(t *testing.T) {
	t.Parallel()
	l := openMem(t, Options{WALFileBytes: 64 << 10}, TopicConfig{})
	var lsns []LSN
	for i := range 400 {
		acked := make(chan LSN, 1)
		l.Commit(&Group{
			Writes: []Write{{"t", 0, batchOf("k", "v")}},
			Deltas: []Delta{{"a", fmt.Append(nil, i)}, {"b", make([]byte, 1000)}, {"c", nil}},
		}, func(lsn LSN, err error) {
			if err != nil {
				t.Error(err)
			}
			acked <- lsn
		})
		lsns = append(lsns, <-acked)
	}
	count := func(from LSN) (n int) {
		t.Helper()
		err := l.ReplayDeltas(from, func(lsn LSN, store string, data []byte) error {
			i := n / 3
			first := len(lsns) - 1
			for first > 0 && lsns[first-1] >= from {
				first--
			}
			want := []string{"a " + fmt.Sprint(first+i), "b " + string(make([]byte, 1000)), "c "}[n%3]
			if lsn != lsns[first+i] || store+" "+string(data) != want {
				t.Fatalf("delta %d is %s %q at %d", n, store, data, lsn)
			}
			n++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(0); n != 1200 {
		t.Fatalf("%d deltas", n)
	}
	if n := count(lsns[250]); n != 450 {
		t.Fatalf("%d deltas", n)
	}
	stop := errors.New("stop")
	if err := l.ReplayDeltas(0, func(LSN, string, []byte) error { return stop }); err != stop {
		t.Fatal(err)
	}
	before := l.Stats().WALBytes
	mustFlush(t, l)
	if now := l.Stats().WALBytes; now != before {
		t.Fatal("WAL files with deltas that are needed were dropped")
	}
	l.ReleaseDeltas(lsns[399])
	mustFlush(t, l)
	if now := l.Stats().WALBytes; now > before/2 {
		t.Fatalf("%d bytes of WAL, %d before the deltas were released", now, before)
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
	if err := l.CreatePartitions(ctx, "t", 2); !errors.Is(err, ErrInvalidTopic) {
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

// TestConcurrent has producers, readers that wait, flushes, retention, compaction and topics that come and go at the same
// time; every reader must see every record of its partition once, in order.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	const partitions, perPartition = 4, 300
	l := openMem(t, Options{CacheBytes: 256 << 10, SegmentBytes: 20_000, WALFileBytes: 128 << 10}, TopicConfig{Partitions: partitions})
	if err := l.CreateTopic(ctx, "short", TopicConfig{RetentionBytes: 1, SegmentBytes: 500}); err != nil {
		t.Fatal(err)
	}
	var work, rest sync.WaitGroup
	stop := make(chan struct{})
	for p := range int32(partitions) {
		work.Go(func() {
			for i := range perPartition {
				w := []Write{{"t", p, batchOf("k", fmt.Sprint(i, strings.Repeat("x", 300)))}, {"short", 0, batchOf("k", "v")}}
				if _, err := l.Produce(ctx, w); err != nil {
					t.Error(err)
					return
				}
			}
		})
		work.Go(func() { readConcurrently(t, l, p, perPartition) })
	}
	background := func(fn func(i int) error) {
		rest.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if err := fn(i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	background(func(int) error { return l.Flush() })
	background(func(int) error { return l.ApplyRetention(time.Now()) })
	background(func(int) error { return l.Compact("short", 0) })
	background(func(i int) error {
		name := fmt.Sprint("topic", i)
		if err := l.CreateTopic(ctx, name, TopicConfig{}); err != nil {
			return err
		}
		if _, err := l.Produce(ctx, []Write{{name, 0, batchOf("k", "v")}}); err != nil {
			return err
		}
		return l.DeleteTopic(ctx, name)
	})
	work.Wait()
	close(stop)
	rest.Wait()
}

func readConcurrently(t *testing.T, l *Log, p int32, want int) {
	var c Chunk
	defer c.Release()
	var r Records
	more := make(chan struct{}, 1)
	for offset := int64(0); offset < int64(want); {
		if err := l.Read("t", p, offset, 4096, &c); err != nil {
			t.Error(err)
			return
		}
		if c.Empty() {
			l.Notify("t", p, offset, func() { more <- struct{}{} })
			<-more
			continue
		}
		for offset < c.Next {
			next, err := c.Decode(&r, offset, 16)
			if err != nil {
				t.Error(err)
				return
			}
			for i := range r.N {
				var n int64
				fmt.Sscan(strings.TrimRight(string(r.Value(i)), "x"), &n)
				if n != offset+int64(i) {
					t.Errorf("partition %d: offset %d holds %d", p, offset+int64(i), n)
					return
				}
			}
			offset = next
		}
	}
}

// TestBackPressure: with a disk that does not move, the queue stays within its bound, and Commit blocks instead.
func TestBackPressure(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	l := openMem(t, Options{FS: fs, CacheBytes: 64 << 20}, TopicConfig{})
	gate := make(chan struct{})
	fs.SetHook(func(op vfs.Op) error {
		if op.Kind == vfs.OpWrite {
			<-gate
		}
		return nil
	})
	big := batchOf("k", strings.Repeat("v", 1<<20))
	var blocked atomic.Int64
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 40 {
			blocked.Add(1)
			l.Commit(&Group{Writes: []Write{{"t", 0, big}}}, func(_ LSN, err error) {
				if err != nil {
					t.Error(err)
				}
			})
			blocked.Add(-1)
		}
	})
	for blocked.Load() == 0 || l.Stats().QueuedBytes <= maxQueuedBytes {
		runtime.Gosched()
	}
	if q := l.Stats().QueuedBytes; q > maxQueuedBytes+int64(len(big))+4096 {
		t.Errorf("%d bytes queued", q)
	}
	short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if _, err := l.Produce(short, []Write{{"t", 0, big}}); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	close(gate)
	wg.Wait()
}

// TestIdlePartitions: a partition nobody uses costs less than 4 KiB and no goroutine.
func TestIdlePartitions(t *testing.T) {
	l := openMem(t, Options{}, TopicConfig{})
	before := heap()
	const topics, partitions = 20, 500
	for i := range topics {
		if err := l.CreateTopic(ctx, fmt.Sprint("idle", i), TopicConfig{Partitions: partitions}); err != nil {
			t.Fatal(err)
		}
	}
	if per := (heap() - before) / (topics * partitions); per > 1024 {
		t.Fatalf("%d bytes per partition", per)
	}
}
