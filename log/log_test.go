package log

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

var ctx = context.Background()

// batchOf builds a batch of records with the keys and values given as pairs.
func batchOf(pairs ...string) []byte {
	var b BatchBuilder
	for i := 0; i < len(pairs); i += 2 {
		b.Append([]byte(pairs[i]), []byte(pairs[i+1]), nil, int64(1000+i))
	}
	return b.Bytes()
}

// readAll returns "offset key=value" of every record of a partition.
func readAll(t testing.TB, l *Log, topic string, partition int32) []string {
	t.Helper()
	var c Chunk
	defer c.Release()
	var r Records
	offset, err := l.StartOffset(topic, partition)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for {
		if err := l.Read(topic, partition, offset, 1<<20, &c); err != nil {
			t.Fatal(err)
		}
		if c.Empty() {
			return all
		}
		for offset < c.Next {
			if offset, err = c.Decode(&r, offset, 100); err != nil {
				t.Fatal(err)
			}
			for i := range r.N {
				all = append(all, fmt.Sprintf("%d %s=%s", r.Offset[i], r.Key(i), r.Value(i)))
			}
		}
	}
}

func TestProduceReadReopen(t *testing.T) {
	fs := vfs.NewMem()
	l, err := Open("db", Options{FS: fs})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.CreateTopic(ctx, "t", TopicConfig{Partitions: 2}); err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		base, err := l.Produce(ctx, []Write{{"t", 0, batchOf("k", fmt.Sprint(i))}, {"t", 1, batchOf("a", "b", "c", "d")}})
		if err != nil {
			t.Fatal(err)
		}
		if base[0] != int64(i) || base[1] != int64(2*i) {
			t.Fatalf("bases %v at %d", base, i)
		}
	}
	want0, want1 := readAll(t, l, "t", 0), readAll(t, l, "t", 1)
	if len(want0) != 100 || len(want1) != 200 || want0[99] != "99 k=99" {
		t.Fatal(want0, want1)
	}
	for range 3 {
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if l, err = Open("db", Options{FS: fs}); err != nil {
			t.Fatal(err)
		}
		if got := readAll(t, l, "t", 0); fmt.Sprint(got) != fmt.Sprint(want0) {
			t.Fatal(got)
		}
		if got := readAll(t, l, "t", 1); fmt.Sprint(got) != fmt.Sprint(want1) {
			t.Fatal(got)
		}
	}
	l.Close()
}

// heap is the memory in use behind a collection.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
