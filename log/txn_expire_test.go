package log

import (
	"errors"
	"testing"
	"time"

	"github.com/leatdb/leat/internal/vfs"
)

// TestTransactionTimeout: a transaction whose time is over is aborted and its producer fenced, also when the log was closed
// meanwhile.
func TestTransactionTimeout(t *testing.T) {
	t.Parallel()
	for _, restart := range []bool{false, true} {
		var now clock
		now.millis.Store(1_000_000)
		fs := vfs.NewMem()
		l := openMem(t, Options{FS: fs, Now: now.now}, TopicConfig{Partitions: 2})
		p := initTxn(t, l, NoProducer)
		addPartitions(t, l, p, 0)
		produced{producer: p, txn: true, values: []string{"a"}}.appendTo(t, l, 0, inTxn)
		if next, err := l.expireTxns(now.now()); err != nil || next != time.Minute {
			t.Fatal(next, err)
		}
		if restart {
			l = reopen(t, l, fs)
		}
		now.millis.Add(59_999)
		if next, err := l.expireTxns(now.now()); err != nil || next != time.Millisecond {
			t.Fatal(next, err)
		}
		now.millis.Add(1)
		if next, err := l.expireTxns(now.now()); err != nil || next != 0 {
			t.Fatal(next, err)
		}
		expect(t, "committed", values(t, l, 0, ReadCommitted), []string{})
		if w, err := l.Watermarks("t", 0); err != nil || w != (Watermarks{0, 2, 2}) {
			t.Fatal(w, err)
		}
		_, err := l.EndTransaction(ctx, testTxn, p, true, false)
		expectError(t, "a late commit", err, ErrProducerFenced)
		r := produced{producer: p, seq: 1, txn: true, values: []string{"b"}}.appendTo(t, l, 0, inTxn)
		expectError(t, "a late batch", r.Err, ErrInvalidProducerEpoch)
		_, err = l.InitTransactions(ctx, InitProducer{testTxn, 60_000, p})
		expectError(t, "going on", err, ErrProducerFenced)
		expect(t, "the next producer", initTxn(t, l, NoProducer), ProducerID{p.ID, p.Epoch + 2})
	}
	l := openMem(t, Options{MaxTransactionTimeout: time.Second}, TopicConfig{})
	for _, millis := range []int32{-1, 0, 1001} {
		_, err := l.InitTransactions(ctx, InitProducer{testTxn, millis, NoProducer})
		expectError(t, "a timeout", err, ErrInvalidTransactionTimeout)
	}
}

// TestTransactionDeadline: the log aborts by itself, and wakes who waits for the end.
func TestTransactionDeadline(t *testing.T) {
	t.Parallel()
	l := openMem(t, Options{}, TopicConfig{})
	p, err := l.InitTransactions(ctx, InitProducer{testTxn, 20, NoProducer})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	batch := produced{producer: p, txn: true, values: []string{"a"}}.bytes(t)
	l.Append(ctx, []Write{{"t", 0, batch}}, AppendOptions{TransactionalID: testTxn, Join: true}, func(err error) { done <- err })
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	woken := make(chan struct{})
	l.Watch("t", 0, 0, ReadCommitted, func() { close(woken) })
	<-woken
	if x, ok := l.Transaction(testTxn); !ok || x.State != TxnAborted || x.Producer.Epoch != p.Epoch+1 {
		t.Fatalf("%+v", x)
	}
	expect(t, "committed", values(t, l, 0, ReadCommitted), []string{})
}

// TestWatch: readers of committed records are woken by the end of a transaction, others by its records.
func TestWatch(t *testing.T) {
	t.Parallel()
	l, p := newTxn(t, nil)
	addPartitions(t, l, p, 0)
	woken := [2]chan struct{}{make(chan struct{}), make(chan struct{})}
	for isolation := ReadCommitted; isolation <= ReadUncommitted; isolation++ {
		l.Watch("t", 0, 0, isolation, func() { close(woken[isolation]) })
	}
	produced{producer: p, txn: true, values: []string{"a"}}.appendTo(t, l, 0, inTxn)
	<-woken[ReadUncommitted]
	select {
	case <-woken[ReadCommitted]:
		t.Fatal("a record of an open transaction has woken a reader of committed records")
	default:
	}
	endTxn(t, l, p, true, false)
	<-woken[ReadCommitted]
}

// TestForgetTransactions: an idle transactional id is forgotten, but not while its transaction is open.
func TestForgetTransactions(t *testing.T) {
	t.Parallel()
	var now clock
	now.millis.Store(1_000_000)
	fs := vfs.NewMem()
	l := openMem(t, Options{FS: fs, Now: now.now, TransactionalIDExpiry: time.Second}, TopicConfig{Partitions: 2})
	old := initTxn(t, l, NoProducer)
	if _, err := l.InitTransactions(ctx, InitProducer{"busy", 60_000, NoProducer}); err != nil {
		t.Fatal(err)
	}
	x, _ := l.Transaction("busy")
	if err := l.AddPartitions(ctx, "busy", x.Producer, []TopicPartition{{"t", 0}}); err != nil {
		t.Fatal(err)
	}
	now.millis.Add(1001)
	if err := l.maintain(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if all := l.Transactions(); len(all) != 1 || all[0].ID != "busy" || all[0].State != TxnOngoing {
			t.Fatalf("%+v", all)
		}
		l = reopen(t, l, fs)
	}
	fresh := initTxn(t, l, old) // goes on as if nothing had happened
	if fresh.ID == old.ID {
		t.Fatal("the same producer id again")
	}
	if again := initTxn(t, l, old); again != fresh {
		t.Fatalf("asked again, %v became %v", fresh, again)
	}
	_, err := l.InitTransactions(ctx, InitProducer{testTxn, 60_000, ProducerID{old.ID, old.Epoch + 1}})
	expectError(t, "another going on with the forgotten id", err, ErrProducerFenced)
}

// TestDeletedTopicInTransaction: a transaction ends though a topic it has written to is gone, and one of the same name has
// nothing to do with it.
func TestDeletedTopicInTransaction(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	for _, restart := range []bool{false, true} {
		l, p := newTxn(t, fs)
		if err := l.CreateTopic(ctx, "u", TopicConfig{}); err != nil {
			t.Fatal(err)
		}
		addPartitions(t, l, p, 0)
		if err := l.AddPartitions(ctx, testTxn, p, []TopicPartition{{"u", 0}}); err != nil {
			t.Fatal(err)
		}
		produced{producer: p, txn: true, values: []string{"a"}}.appendTo(t, l, 0, inTxn)
		offsets := []GroupOffset{{Topic: "u", Offset: 3}, {Topic: "t", Offset: 4}}
		if err := l.CommitTxnOffsets(ctx, testTxn, p, "g", offsets, true); err != nil {
			t.Fatal(err)
		}
		if err := l.DeleteTopic(ctx, "u"); err != nil {
			t.Fatal(err)
		}
		if err := l.CreateTopic(ctx, "u", TopicConfig{}); err != nil {
			t.Fatal(err)
		}
		if restart {
			mustFlush(t, l)
			l = reopen(t, l, fs)
		}
		x, _ := l.Transaction(testTxn)
		expect(t, "partitions", x.Partitions, []TopicPartition{{"t", 0}})
		endTxn(t, l, p, true, false)
		expect(t, "committed", values(t, l, 0, ReadCommitted), []string{"a"})
		if end, err := l.EndOffset("u", 0); err != nil || end != 0 {
			t.Fatal(end, err)
		}
		if _, pending, ok := l.GroupOffset("g", "u", 0); ok || pending {
			t.Fatal("a position in the new topic")
		}
		if o, pending, ok := l.GroupOffset("g", "t", 0); !ok || pending || o.Offset != 4 {
			t.Fatal(o, pending, ok)
		}
		if err := l.Close(); err != nil && !errors.Is(err, ErrClosed) {
			t.Fatal(err)
		}
		fs = vfs.NewMem()
	}
}
