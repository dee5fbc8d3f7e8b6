package log

import (
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

// TestCheckpointWaits: a checkpoint whose view of a transaction is ahead of the disk is not written before the disk has it.
// Otherwise a crash would leave a transaction that has ended, without the markers that readers wait for.
func TestCheckpointWaits(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	l, p := newTxn(t, fs)
	addPartitions(t, l, p, 0)
	produced{producer: p, txn: true, values: []string{"a"}}.appendTo(t, l, 0, inTxn)
	before := l.DurableLSN()
	var once sync.Once
	var ending, written atomic.Bool
	ended := make(chan error, 1)
	fs.SetHook(func(op vfs.Op) error {
		switch {
		case op.Kind == vfs.OpSync && strings.Contains(op.Name, "topics/"):
			once.Do(func() { // the flush is past the moment from which the WAL would be replayed
				ending.Store(true)
				go func() {
					_, err := l.EndTransaction(ctx, testTxn, p, true, false)
					ended <- err
				}()
				for sequenced := LSN(0); sequenced == before || sequenced == 0; runtime.Gosched() {
					l.mu.Lock()
					sequenced = l.lastLSN
					l.mu.Unlock()
				}
			})
		case ending.Load() && op.Kind == vfs.OpWrite && strings.Contains(op.Name, "wal/"):
			for i := 0; i < 100_000 && !written.Load(); i++ { // time for a checkpoint that does not wait
				runtime.Gosched()
			}
		case ending.Load() && strings.Contains(op.Name, checkpointName):
			if written.Store(true); l.DurableLSN() == before {
				t.Error("the checkpoint is written before the end of the transaction is durable")
			}
		}
		return nil
	})
	mustFlush(t, l)
	fs.SetHook(nil)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if !written.Load() {
		t.Fatal("no checkpoint was written")
	}
	l = reopen(t, l, fs)
	expect(t, "committed", values(t, l, 0, ReadCommitted), []string{"a"})
}
