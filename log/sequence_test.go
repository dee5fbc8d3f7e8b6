package log

import (
	"math"
	"testing"
	"time"

	"github.com/leatdb/leat/internal/vfs"
)

// TestSequences goes through what a producer with sequences may send to a partition, and what is answered.
func TestSequences(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	l := openMem(t, Options{FS: fs}, TopicConfig{Partitions: 2})
	p := ProducerID{ID: 77, Epoch: 3}
	send := func(epoch int16, seq int32, n int) Appended {
		t.Helper()
		return produced{producer: ProducerID{p.ID, epoch}, seq: seq, values: make([]string, n)}.appendTo(t, l, 0, AppendOptions{})
	}
	want := func(what string, r Appended, base int64, duplicate bool, err error) {
		t.Helper()
		expectError(t, what, r.Err, err)
		if r.Base != base || r.Duplicate != duplicate {
			t.Fatalf("%s: %+v, expected base %d, duplicate %v", what, r, base, duplicate)
		}
	}
	want("the first, with any sequence", send(3, 40, 2), 0, false, nil)
	want("the next", send(3, 42, 1), 2, false, nil)
	want("a gap", send(3, 44, 1), -1, false, ErrOutOfOrderSequence)
	want("an earlier one that was not sent like this", send(3, 41, 1), -1, false, ErrOutOfOrderSequence)
	for i := range int32(4) {
		want("more", send(3, 43+i, 1), int64(3+i), false, nil)
	}
	want("the last, repeated", send(3, 46, 1), 6, true, nil)
	want("the fifth last, repeated", send(3, 42, 1), 2, true, nil)
	want("the sixth last, repeated", send(3, 40, 2), -1, false, ErrOutOfOrderSequence)
	for range 2 {
		l = reopen(t, l, fs)
		want("repeated after a restart", send(3, 44, 1), 4, true, nil)
		want("a gap after a restart", send(3, 48, 1), -1, false, ErrOutOfOrderSequence)
		mustFlush(t, l)
	}
	want("an old epoch", send(2, 47, 1), -1, false, ErrInvalidProducerEpoch)
	want("a new epoch that does not begin at 0", send(4, 47, 1), -1, false, ErrOutOfOrderSequence)
	want("a new epoch", send(4, 0, 1), 7, false, nil)
	want("what was the next of the old one", send(3, 47, 1), -1, false, ErrInvalidProducerEpoch)
	r := produced{producer: p, seq: 9, values: []string{"x"}}.appendTo(t, l, 1, AppendOptions{})
	want("another partition", r, 0, false, nil)

	p.ID = 78
	want("up to the highest sequence", send(0, math.MaxInt32-1, 3), 8, false, nil)
	want("and on from 0", send(0, 1, 1), 11, false, nil)
	want("the wrap, repeated", send(0, math.MaxInt32-1, 3), 8, true, nil)
}

// TestExpireProducers: an idle producer is forgotten, but not while its transaction is open.
func TestExpireProducers(t *testing.T) {
	t.Parallel()
	var now clock
	now.millis.Store(1_000_000)
	l := openMem(t, Options{Now: now.now, ProducerExpiry: time.Second}, TopicConfig{Partitions: 1})
	p := initTxn(t, l, NoProducer)
	addPartitions(t, l, p, 0)
	produced{producer: p, txn: true, values: []string{"a"}}.appendTo(t, l, 0, inTxn)
	produced{producer: ProducerID{500, 0}, seq: 0, values: []string{"b"}}.appendTo(t, l, 0, AppendOptions{})
	count := func(what string, want int) {
		t.Helper()
		now.millis.Add(900)
		if err := l.maintain(); err != nil {
			t.Fatal(err)
		}
		all, err := l.Producers("t", 0)
		if err != nil || len(all) != want {
			t.Fatalf("%s: %+v, %v", what, all, err)
		}
	}
	count("before", 2)
	count("one is idle", 1)
	endTxn(t, l, p, true, false)
	count("the transaction has just ended", 1)
	count("all are idle", 0)
	if l.topics["t"].parts[0].producers != nil {
		t.Fatal("an idle partition keeps its map")
	}
	r := produced{producer: ProducerID{500, 0}, seq: 9, values: []string{"c"}}.appendTo(t, l, 0, AppendOptions{})
	if r.Err != nil {
		t.Fatal("a forgotten producer:", r.Err)
	}
}

// TestProducerIDs: no id is given away twice, whatever ends the log.
func TestProducerIDs(t *testing.T) {
	t.Parallel()
	fs := vfs.NewCrashMem()
	given := map[int64]bool{}
	for life := range 6 {
		l, err := Open("db", Options{FS: fs, MaintenanceInterval: -1})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3*producerBlock/2 + life {
			var p ProducerID
			if i%100 == 0 {
				p, err = l.InitTransactions(ctx, InitProducer{string(rune('a' + i/100)), 1000, NoProducer})
			} else {
				p, err = l.NewProducer(ctx)
			}
			if err != nil || p.Epoch == 0 && given[p.ID] {
				t.Fatalf("life %d: %v was given away before; %v", life, p, err)
			}
			given[p.ID] = true
		}
		if life%3 == 0 {
			mustFlush(t, l)
		}
		if life%2 == 0 {
			fs = fs.Kill()
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDuplicateWaits: a batch that is sent again while the first is on its way is answered when that is durable.
func TestDuplicateWaits(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	l := openMem(t, Options{FS: fs}, TopicConfig{})
	gate := make(chan struct{})
	fs.SetHook(func(op vfs.Op) error {
		if op.Kind == vfs.OpSync {
			<-gate
		}
		return nil
	})
	batch := produced{producer: ProducerID{5, 0}, values: []string{"a"}}.bytes(t)
	order := make(chan string, 2)
	for _, what := range []string{"first", "again"} {
		r := l.Append(ctx, []Write{{"t", 0, batch}}, AppendOptions{}, func(error) { order <- what })
		if r[0].Err != nil || r[0].Base != 0 || r[0].Duplicate != (what == "again") {
			t.Fatalf("%s: %+v", what, r[0])
		}
	}
	if len(order) > 0 {
		t.Fatal("answered before it is durable")
	}
	close(gate)
	if <-order != "first" || <-order != "again" {
		t.Fatal("the repetition was answered first")
	}
	end, err := l.EndOffset("t", 0)
	if err != nil || end != 1 {
		t.Fatal(end, err)
	}
}
