package log

import (
	"context"
	"fmt"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

// TestFlushDeleted: what is deleted before the flush is never written to a segment, and what follows it is read back from
// there, also behind a restart.
func TestFlushDeleted(t *testing.T) {
	t.Parallel()
	o := Options{FS: vfs.NewMem(), CacheBytes: 64 << 10}
	l, err := Open("db", o)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if err := l.CreateTopic(ctx, "t", TopicConfig{}); err != nil {
		t.Fatal(err)
	}
	produce := func(from, to int) {
		for i := from; i < to; i++ {
			put(t, l, fmt.Sprint(i), "value", int64(i))
		}
	}
	deleted := func(before int64) {
		t.Helper()
		if err := l.DeleteRecords(ctx, "t", 0, before); err != nil {
			t.Fatal(err)
		}
		mustFlush(t, l)
	}
	produce(0, 10)
	deleted(10)
	if n := l.Stats().SegmentBytesWritten; n != 0 {
		t.Errorf("%d bytes of deleted records were written to segments", n)
	}
	produce(10, 20)
	mustFlush(t, l)
	written := l.Stats().SegmentBytesWritten
	if written == 0 {
		t.Error("records that are not deleted were not written to a segment")
	}
	produce(20, 30)
	deleted(25)
	each := written / 10
	if n := l.Stats().SegmentBytesWritten - written; n != 5*each {
		t.Errorf("%d bytes were written for 5 records of %d", n, each)
	}
	check := func() {
		t.Helper()
		var c Chunk
		var r Records
		defer c.Release()
		for offset := int64(25); offset < 30; {
			if err := l.Read("t", 0, offset, 1<<20, &c); err != nil {
				t.Fatal(err)
			}
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
	check()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if l, err = Open("db", o); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	check()
	produce(30, 31)
	if end, err := l.EndOffset("t", 0); err != nil || end != 31 {
		t.Errorf("the end is %d, %v", end, err)
	}
}
