package log

import (
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

const testTxn = "txn"

// newTxn opens a log with a topic of two partitions and starts a transactional producer.
func newTxn(t *testing.T, fs vfs.FS) (*Log, ProducerID) {
	t.Helper()
	l := openMem(t, Options{FS: fs}, TopicConfig{Partitions: 2})
	return l, initTxn(t, l, NoProducer)
}

func initTxn(t testing.TB, l *Log, current ProducerID) ProducerID {
	t.Helper()
	p, err := l.InitTransactions(ctx, InitProducer{testTxn, 60_000, current})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func addPartitions(t testing.TB, l *Log, p ProducerID, partitions ...int32) {
	t.Helper()
	var all []TopicPartition
	for _, i := range partitions {
		all = append(all, TopicPartition{"t", i})
	}
	if err := l.AddPartitions(ctx, testTxn, p, all); err != nil {
		t.Fatal(err)
	}
}

func endTxn(t testing.TB, l *Log, p ProducerID, commit, raise bool) ProducerID {
	t.Helper()
	next, err := l.EndTransaction(ctx, testTxn, p, commit, raise)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

var inTxn = AppendOptions{TransactionalID: testTxn}

// TestTransaction goes through the life of transactions as a producer of the classic protocol has it.
func TestTransaction(t *testing.T) {
	t.Parallel()
	l, p := newTxn(t, nil)
	r := produced{producer: p, txn: true, values: []string{"early"}}.appendTo(t, l, 0, inTxn)
	expectError(t, "a batch before its partition", r.Err, ErrInvalidTransactionState)
	addPartitions(t, l, p, 0, 1)
	produced{producer: p, txn: true, values: []string{"a", "b"}}.appendTo(t, l, 0, inTxn)
	produced{producer: NoProducer, values: []string{"plain"}}.appendTo(t, l, 0, AppendOptions{})
	expect(t, "committed while open", values(t, l, 0, ReadCommitted), []string{})
	expect(t, "uncommitted while open", values(t, l, 0, ReadUncommitted), []string{"a", "b", "plain"})
	if w, err := l.Watermarks("t", 0); err != nil || w != (Watermarks{0, 0, 3}) {
		t.Fatal(w, err)
	}
	r = produced{producer: p, seq: 2, values: []string{"outside"}}.appendTo(t, l, 0, inTxn)
	expectError(t, "a batch outside of the transaction", r.Err, ErrInvalidTransactionState)
	endTxn(t, l, p, true, false)
	endTxn(t, l, p, true, false) // the answer was lost
	_, err := l.EndTransaction(ctx, testTxn, p, false, false)
	expectError(t, "aborting what is committed", err, ErrInvalidTransactionState)
	expect(t, "committed", values(t, l, 0, ReadCommitted), []string{"a", "b", "plain"})
	if w, err := l.Watermarks("t", 1); err != nil || w != (Watermarks{0, 1, 1}) {
		t.Fatal("the marker of a partition without records:", w, err)
	}

	addPartitions(t, l, p, 0)
	produced{producer: p, seq: 2, txn: true, values: []string{"c"}}.appendTo(t, l, 0, inTxn)
	endTxn(t, l, p, false, false)
	r = produced{producer: p, seq: 3, txn: true, values: []string{"late"}}.appendTo(t, l, 0, inTxn)
	expectError(t, "a batch behind the end", r.Err, ErrInvalidTransactionState)
	r = produced{producer: p, seq: 2, txn: true, values: []string{"c"}}.appendTo(t, l, 0, inTxn)
	if r.Err != nil || !r.Duplicate || r.Base != 4 {
		t.Fatalf("a repeated batch behind the end: %+v", r)
	}
	expect(t, "committed after an abort", values(t, l, 0, ReadCommitted), []string{"a", "b", "plain"})
	expect(t, "uncommitted after an abort", values(t, l, 0, ReadUncommitted), []string{"a", "b", "plain", "c"})
	var c Chunk
	defer c.Release()
	if err := l.Fetch("t", 0, 0, 1<<20, ReadCommitted, &c); err != nil {
		t.Fatal(err)
	}
	expect(t, "aborted transactions", c.Aborted(), []AbortedTxn{{p.ID, 4, 5, 6}})
	expect(t, "the end", []int64{c.LastStable, c.HighWatermark, c.Next}, []int64{6, 6, 6})
}

// TestTransactionFencing: a second producer with the same transactional id aborts what the first has open, and the first can do
// nothing more.
func TestTransactionFencing(t *testing.T) {
	t.Parallel()
	l, old := newTxn(t, nil)
	addPartitions(t, l, old, 0)
	produced{producer: old, txn: true, values: []string{"lost"}}.appendTo(t, l, 0, inTxn)
	p := initTxn(t, l, NoProducer)
	expect(t, "the new producer", p, ProducerID{old.ID, old.Epoch + 1})
	expect(t, "committed", values(t, l, 0, ReadCommitted), []string{})
	if w, err := l.Watermarks("t", 0); err != nil || w != (Watermarks{0, 2, 2}) {
		t.Fatal(w, err)
	}
	r := produced{producer: old, seq: 1, txn: true, values: []string{"zombie"}}.appendTo(t, l, 0, inTxn)
	expectError(t, "a batch of the old one", r.Err, ErrInvalidProducerEpoch)
	r = produced{producer: old, txn: true, values: []string{"zombie"}}.appendTo(t, l, 1, inTxn)
	expectError(t, "a batch of the old one elsewhere", r.Err, ErrInvalidProducerEpoch)
	_, err := l.EndTransaction(ctx, testTxn, old, true, false)
	expectError(t, "a commit of the old one", err, ErrProducerFenced)
	err = l.AddPartitions(ctx, testTxn, old, []TopicPartition{{"t", 0}})
	expectError(t, "a partition of the old one", err, ErrProducerFenced)
	_, err = l.InitTransactions(ctx, InitProducer{testTxn, 60_000, old})
	expectError(t, "the old one comes back", err, ErrProducerFenced)

	again := initTxn(t, l, p)
	expect(t, "going on after an error", again, ProducerID{p.ID, p.Epoch + 1})
	expect(t, "the same, repeated", initTxn(t, l, p), again)
	addPartitions(t, l, again, 0)
	produced{producer: again, txn: true, values: []string{"new"}}.appendTo(t, l, 0, inTxn)
	endTxn(t, l, again, true, false)
	expect(t, "committed by the new one", values(t, l, 0, ReadCommitted), []string{"new"})
}

// TestTransactionRaise goes through transactions that raise the epoch at their end, and whose partitions join by being written.
func TestTransactionRaise(t *testing.T) {
	t.Parallel()
	l, p := newTxn(t, nil)
	join := AppendOptions{TransactionalID: testTxn, Join: true}
	r := produced{producer: p, txn: true, values: []string{"a"}}.appendTo(t, l, 0, join)
	if r.Err != nil || r.Base != 0 {
		t.Fatalf("%+v", r)
	}
	next := endTxn(t, l, p, true, true)
	expect(t, "the raised epoch", next, ProducerID{p.ID, p.Epoch + 1})
	expect(t, "a repeated commit", endTxn(t, l, p, true, true), next)
	_, err := l.EndTransaction(ctx, testTxn, p, false, true)
	expectError(t, "a repeated commit that is an abort", err, ErrInvalidTransactionState)
	r = produced{producer: p, seq: 1, txn: true, values: []string{"late"}}.appendTo(t, l, 0, join)
	expectError(t, "a delayed batch", r.Err, ErrInvalidProducerEpoch)
	_, err = l.EndTransaction(ctx, testTxn, next, true, true)
	expectError(t, "a commit of nothing", err, ErrInvalidTransactionState)
	third := endTxn(t, l, next, false, true)
	expect(t, "an abort of nothing", third, ProducerID{p.ID, p.Epoch + 2})
	r = produced{producer: third, txn: true, values: []string{"b"}}.appendTo(t, l, 1, join)
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	endTxn(t, l, third, false, true)
	expect(t, "partition 0", values(t, l, 0, ReadCommitted), []string{"a"})
	expect(t, "partition 1", values(t, l, 1, ReadCommitted), []string{})
}

// TestEpochsUsedUp: behind the last epoch a transactional id gets another producer id.
func TestEpochsUsedUp(t *testing.T) {
	t.Parallel()
	l, p := newTxn(t, nil)
	l.mu.Lock()
	l.txns.byID[testTxn].producer.Epoch = maxEpoch
	l.mu.Unlock()
	p.Epoch = maxEpoch
	addPartitions(t, l, p, 0)
	produced{producer: p, txn: true, values: []string{"a"}}.appendTo(t, l, 0, inTxn)
	next := endTxn(t, l, p, true, true)
	if next.ID == p.ID || next.Epoch != 0 {
		t.Fatalf("%v follows %v", next, p)
	}
	expect(t, "a repeated commit", endTxn(t, l, p, true, true), next)
	addPartitions(t, l, next, 0)
	produced{producer: next, txn: true, values: []string{"b"}}.appendTo(t, l, 0, inTxn)
	endTxn(t, l, next, true, true)
	expect(t, "committed", values(t, l, 0, ReadCommitted), []string{"a", "b"})
}

// TestTxnOffsets: positions are the group's when the transaction is committed, and never if it is aborted.
func TestTxnOffsets(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	l, p := newTxn(t, fs)
	offsets := func(o int64) []GroupOffset { return []GroupOffset{{Topic: "t", Partition: 1, Offset: o}} }
	err := l.CommitTxnOffsets(ctx, testTxn, p, "g", offsets(5), false)
	expectError(t, "a group that has not joined", err, ErrInvalidTransactionState)
	for _, commit := range []bool{false, true} {
		if err := l.AddGroup(ctx, testTxn, p, "g"); err != nil {
			t.Fatal(err)
		}
		for o := range int64(3) {
			if err := l.CommitTxnOffsets(ctx, testTxn, p, "g", offsets(5+o), false); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if o, pending, ok := l.GroupOffset("g", "t", 1); ok || !pending {
				t.Fatalf("while open: %+v %v %v", o, pending, ok)
			}
			l = reopen(t, l, fs)
		}
		endTxn(t, l, p, commit, false)
		o, pending, ok := l.GroupOffset("g", "t", 1)
		if ok != commit || pending || commit && o.Offset != 7 {
			t.Fatalf("commit %v: %+v %v %v", commit, o, pending, ok)
		}
	}
}

// reopen closes a log and opens it again.
func reopen(t testing.TB, l *Log, fs vfs.FS) *Log {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	o := l.opts
	o.FS = fs
	again, err := Open("db", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { again.Close() })
	return again
}
