package log

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

// TestCutForgetsProducers cuts a damaged log on request where the checkpoint remembers batches of producers that are lost with
// the cut: those that come again must be taken, not answered as repetitions, and no transaction may wait for its end for ever.
func TestCutForgetsProducers(t *testing.T) {
	t.Parallel()
	fs := vfs.NewCrashMem()
	o := Options{FS: fs, MaintenanceInterval: -1}
	l, err := Open("db", o)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.CreateTopic(ctx, "t", TopicConfig{Partitions: 2}); err != nil {
		t.Fatal(err)
	}
	p := initTxn(t, l, NoProducer)
	plain := ProducerID{1 << 40, 0}
	first := produced{producer: plain, values: []string{"a"}}
	first.appendTo(t, l, 0, AppendOptions{})
	second := produced{producer: plain, seq: 1, values: []string{"b"}}
	open := produced{producer: p, txn: true, values: []string{"c"}}
	pos := l.wal.pos

	// The second batch and the transaction come while segments are being flushed: the WAL has to be replayed from before them,
	// but the sequencer's state in the checkpoint includes them.
	var once sync.Once
	fs.SetHook(func(op vfs.Op) error {
		if op.Kind == vfs.OpSync && strings.Contains(op.Name, "topics/") {
			once.Do(func() {
				writes := []Write{{"t", 0, second.bytes(t)}, {"t", 1, open.bytes(t)}}
				for _, r := range l.Append(ctx, writes, AppendOptions{TransactionalID: testTxn, Join: true}, func(error) {}) {
					if r.Err != nil {
						t.Error(r.Err)
					}
				}
			})
		}
		return nil
	})
	mustFlush(t, l)
	fs.SetHook(nil)
	o.FS = fs.Kill()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := o.FS.Open("db/wal/0000000001.wal")
	if err != nil {
		t.Fatal(err)
	}
	flip(t, f, pos+recordHeadBytes)
	if _, err := Open("db", o); !errors.Is(err, ErrCorrupt) {
		t.Fatalf("a log that has lost what its checkpoint has seen: %v", err)
	}
	o.AllowCorruption = true
	if l, err = Open("db", o); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for i := range int32(2) {
		w, err := l.Watermarks("t", i)
		if err != nil || w != (Watermarks{0, 1 - int64(i), 1 - int64(i)}) {
			t.Fatal(i, w, err)
		}
	}
	r := second.appendTo(t, l, 0, AppendOptions{})
	if r.Err != nil || r.Duplicate || r.Base != 1 {
		t.Fatalf("the lost batch, sent again: %+v", r)
	}
	next := initTxn(t, l, p)
	r = produced{producer: next, txn: true, values: []string{"c"}}.appendTo(t, l, 1, AppendOptions{TransactionalID: testTxn, Join: true})
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	endTxn(t, l, next, true, false)
	expect(t, "partition 0", values(t, l, 0, ReadCommitted), []string{"a", "b"})
	expect(t, "partition 1", values(t, l, 1, ReadCommitted), []string{"c"})
}
