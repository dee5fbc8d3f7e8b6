package log

import (
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
)

// produced is a batch as a client sends it, with what a producer says in its head.
type produced struct {
	producer ProducerID
	seq      int32
	txn      bool
	codec    Codec
	values   []string // keys are the values
	millis   int64
}

func (p produced) bytes(t testing.TB) []byte {
	t.Helper()
	var b BatchBuilder
	for _, v := range p.values {
		b.Append([]byte(v), []byte(v), nil, p.millis)
	}
	return p.sign(recompress(t, b.Bytes(), p.codec))
}

// sign writes what the producer says into the head of a batch.
func (p produced) sign(batch []byte) []byte {
	be := binary.BigEndian
	be.PutUint64(batch[batchProducerID:], uint64(p.producer.ID))
	be.PutUint16(batch[batchProducerEp:], uint16(p.producer.Epoch))
	be.PutUint32(batch[batchSequence:], uint32(p.seq))
	if p.txn {
		batch[batchAttributes+1] |= attrTransactional
	}
	sealBatch(batch)
	return batch
}

// appendTo appends a batch to a partition of t and waits until it is durable.
func (p produced) appendTo(t testing.TB, l *Log, partition int32, o AppendOptions) Appended {
	t.Helper()
	done := make(chan error, 1)
	results := l.Append(ctx, []Write{{"t", partition, p.bytes(t)}}, o, func(err error) { done <- err })
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return results[0]
}

// values reads what an isolation sees of a partition of t.
func values(t testing.TB, l *Log, partition int32, isolation Isolation) []string {
	t.Helper()
	var c Chunk
	defer c.Release()
	var r Records
	offset, err := l.StartOffset("t", partition)
	if err != nil {
		t.Fatal(err)
	}
	all := []string{}
	for {
		if err := l.Fetch("t", partition, offset, 200, isolation, &c); err != nil {
			t.Fatal(err)
		}
		if c.Empty() {
			return all
		}
		for offset = max(offset, c.Start); offset < c.Next; {
			if offset, err = c.Decode(&r, offset, 3); err != nil {
				t.Fatal(err)
			}
			for i := range r.N {
				all = append(all, string(r.Value(i)))
			}
		}
	}
}

func expect(t testing.TB, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%s: %v, expected %v", what, got, want)
	}
}

func expectError(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%s: %v, expected: %v", what, err, want)
	}
}
