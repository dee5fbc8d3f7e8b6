package log

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leatdb/leat/internal/vfs"
)

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
