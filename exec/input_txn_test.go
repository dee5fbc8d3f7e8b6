package exec

import (
	"encoding/binary"
	"hash/crc32"
	"testing"

	"github.com/leatdb/leat/log"
)

// produceIn appends a record to in-0 as a transactional producer of a Kafka client does: its id, epoch and sequence, and that it
// is in a transaction, are in the head of the batch.
func (w *world) produceIn(txn string, p log.ProducerID, seq uint32, r rec) {
	w.t.Helper()
	var b log.BatchBuilder
	b.Append(nullable(r.key), nullable(r.value), nil, r.time)
	batch, be := b.Bytes(), binary.BigEndian
	be.PutUint16(batch[21:], 1<<4)
	be.PutUint64(batch[43:], uint64(p.ID))
	be.PutUint16(batch[51:], uint16(p.Epoch))
	be.PutUint32(batch[53:], seq)
	be.PutUint32(batch[17:], crc32.Checksum(batch[21:], crc32.MakeTable(crc32.Castagnoli)))
	done := make(chan error, 1)
	got := w.l.Append(ctx, []log.Write{{Topic: "in", Batch: batch}}, log.AppendOptions{TransactionalID: txn, Join: true}, func(err error) { done <- err })
	if err := <-done; err != nil || got[0].Err != nil {
		w.t.Fatal(err, got[0].Err)
	}
}

// Queries see the records of transactions when these are committed, and those of aborted ones never. What is not decided does
// not count as input that a query has left to do.
func TestTransactionsOfProducers(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("in", 1)
	w.topic("out", 1)
	w.start(sums())
	p, err := w.l.InitTransactions(ctx, log.InitProducer{TransactionalID: "txn", TimeoutMillis: 60_000, Current: log.NoProducer})
	if err != nil {
		t.Fatal(err)
	}
	for i, commit := range []bool{true, false, true} {
		w.produceIn("txn", p, uint32(2*i), rec{int64(i), "a", `{"A":1}`})
		w.lines("in", 0, `9 b={"A":10}`)
		w.produceIn("txn", p, uint32(2*i+1), rec{int64(i), "a", `{"A":2}`})
		w.quiesce()
		if n := len(w.read("out", 0)); n != []int{0, 3, 4}[i] {
			t.Fatalf("%d records while transaction %d is open", n, i)
		}
		if _, err := w.l.EndTransaction(ctx, "txn", p, commit, false); err != nil {
			t.Fatal(err)
		}
		w.quiesce()
	}
	w.expect("out", 0, `
		0 a=1
		9 b=10
		0 a=3
		9 b=20
		2 a=4
		9 b=30
		2 a=6`)
}

// A partition may end in offsets that compaction has left without records.
func TestCompactedEnd(t *testing.T) {
	w := newWorld(t, Options{})
	w.topic("out", 1)
	c := log.TopicConfig{Cleanup: log.Compact, Settings: map[string]string{"delete.retention.ms": "0"}}
	if err := w.l.CreateTopic(ctx, "in", c); err != nil {
		t.Fatal(err)
	}
	w.lines("in", 0, "1 a={\"A\":1}\n2 b={\"A\":2}")
	w.lines("in", 0, "3 a=null")
	for range 2 { // The first compaction marks the null, the second drops it.
		if err := w.l.Compact("in", 0); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.read("in", 0); len(got) != 1 {
		t.Fatal(got)
	}
	w.start(sums())
	w.quiesce()
	w.expect("out", 0, "2 b=2")
}
