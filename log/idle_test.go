package log

import (
	"fmt"
	"testing"
	"time"

	"github.com/leatdb/leat/internal/vfs"
)

const idleTopics, idlePartitions = 20, 500

// fillIdle makes topics of 500 partitions and, with written set, lets a producer with sequences write a batch to each, and a
// transactional one two, of which the second is aborted.
func fillIdle(t testing.TB, l *Log, topics int, written bool) {
	t.Helper()
	for i := range topics {
		if err := l.CreateTopic(ctx, fmt.Sprint("idle", i), TopicConfig{Partitions: idlePartitions}); err != nil {
			t.Fatal(err)
		}
	}
	if !written {
		return
	}
	p := initTxn(t, l, NoProducer)
	for seq, send := range []produced{{producer: ProducerID{1 << 40, 0}}, {producer: p, txn: true}, {producer: p, txn: true}} {
		send.values = []string{"v"}
		send.seq = int32(max(0, seq-1))
		for i := range topics {
			var writes []Write
			for k := range int32(idlePartitions) {
				writes = append(writes, Write{fmt.Sprint("idle", i), k, send.bytes(t)})
			}
			done := make(chan error, 1)
			r := l.Append(ctx, writes, AppendOptions{TransactionalID: testTxn, Join: true}, func(err error) { done <- err })
			if err := <-done; err != nil || r[0].Err != nil {
				t.Fatal(err, r[0].Err)
			}
		}
		if send.txn {
			endTxn(t, l, p, seq == 1, false)
		}
	}
}

// TestIdlePartitions: a partition that nobody uses costs less than 4 KiB and no goroutine, also when producers with sequences
// and transactions have left their traces; opening 10,000 of them does not take seconds.
func TestIdlePartitions(t *testing.T) {
	topics := fewer(idleTopics, 5)
	for _, written := range []bool{false, true} {
		fs := vfs.NewMem()
		o := Options{FS: fs, MaintenanceInterval: -1, CacheBytes: 1 << 20}
		l, err := Open("db", o)
		if err != nil {
			t.Fatal(err)
		}
		fillIdle(t, l, topics, written)
		mustFlush(t, l)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l = nil
		without := heap()
		begin := time.Now()
		if l, err = Open("db", o); err != nil {
			t.Fatal(err)
		}
		took := time.Since(begin)
		per := (heap() - without) / int64(topics*idlePartitions)
		if per > 4096 {
			t.Errorf("written %v: %d bytes per partition", written, per)
		}
		if took > 10*time.Second { // A busy machine may take its time; that it grew by an order is what counts.
			t.Errorf("written %v: opening took %v", written, took)
		}
		t.Logf("written %v: %d bytes per partition, opened in %v", written, per, took)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// BenchmarkOpen opens 10,000 partitions with records on the disk, behind a close and behind a kill.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	l, err := Open(dir, Options{MaintenanceInterval: -1})
	if err != nil {
		b.Fatal(err)
	}
	fillIdle(b, l, idleTopics, true)
	mustFlush(b, l)
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	for _, killed := range []bool{false, true} {
		b.Run(fmt.Sprint("killed=", killed), func(b *testing.B) {
			for b.Loop() {
				l, err := Open(dir, Options{MaintenanceInterval: -1})
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				if killed {
					l.fail(errDisk) // so that it is closed without its closing record
				}
				l.Close()
				b.StartTimer()
			}
		})
	}
}
