package log

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
)

// TestAppendErrors: every cause of a refusal has its own error, and what is refused leaves nothing behind.
func TestAppendErrors(t *testing.T) {
	t.Parallel()
	var now clock
	now.millis.Store(1_000_000)
	l := openMem(t, Options{Now: now.now}, TopicConfig{Settings: map[string]string{"max.message.bytes": "500",
		"message.timestamp.after.max.ms": "1000", "message.timestamp.before.max.ms": "2000"}})
	if err := l.CreateTopic(ctx, "compacted", TopicConfig{Cleanup: Compact}); err != nil {
		t.Fatal(err)
	}
	good := func() []byte {
		return produced{producer: NoProducer, values: []string{"a", "b"}, millis: 1_000_000}.bytes(t)
	}
	// edit changes the batch and makes its checksum fit again.
	edit := func(fn func(b []byte)) []byte {
		b := good()
		fn(b)
		sealBatch(b)
		return b
	}
	attributes := func(bits uint16) []byte {
		return edit(func(b []byte) {
			binary.BigEndian.PutUint16(b[batchAttributes:], bits)
		})
	}
	at := func(millis int64) []byte {
		return produced{producer: NoProducer, values: []string{"a"}, millis: millis}.bytes(t)
	}
	keyless := func() []byte {
		var b BatchBuilder
		b.Append(nil, []byte("v"), nil, 1_000_000)
		return b.Bytes()
	}
	for _, c := range []struct {
		what  string
		topic string
		batch []byte
		err   error
	}{
		{"no topic", "x", good(), ErrUnknownTopic},
		{"nothing", "t", nil, ErrInvalidBatch},
		{"half a head", "t", good()[:30], ErrInvalidBatch},
		{"half a batch", "t", good()[:80], ErrInvalidBatch},
		{"a half batch behind a whole", "t", append(good(), good()[:70]...), ErrInvalidBatch},
		{"an old version", "t", edit(func(b []byte) { b[batchMagic] = 1 }), ErrBatchFormat},
		{"damage", "t", func() []byte { b := good(); b[70] ^= 1; return b }(), ErrCorruptBatch},
		{"too large", "t", produced{producer: NoProducer, values: []string{string(make([]byte, 600))}}.bytes(t), ErrBatchTooLarge},
		{"a codec there is not", "t", attributes(5), ErrBatchCodec},
		{"a control batch", "t", attributes(attrControl), ErrInvalidRecord},
		{"a horizon", "t", attributes(attrHorizon), ErrInvalidRecord},
		{"a transaction without a producer", "t", attributes(attrTransactional), ErrInvalidRecord},
		{"a time of arrival", "t", attributes(attrAppend), ErrInvalidTimestamp},
		{"no records", "t", edit(func(b []byte) { clear(b[batchCount:batchHeaderBytes]) }), ErrInvalidRecord},
		{"a wrong count", "t", edit(func(b []byte) { b[batchHeaderBytes-1] = 1 }), ErrInvalidRecord},
		{"too many records", "t", edit(func(b []byte) { b[batchHeaderBytes-1], b[batchLastDelta+3] = 3, 2 }), ErrInvalidRecord},
		{"too few records", "t", edit(func(b []byte) { b[batchHeaderBytes-1], b[batchLastDelta+3] = 1, 0 }), ErrInvalidRecord},
		{"a record that does not fit", "t", edit(func(b []byte) { b[batchHeaderBytes] += 2 }), ErrInvalidRecord},
		{"compressed noise", "t", attributes(uint16(CodecZstd)), ErrInvalidRecord},
		{"from the future", "t", at(1_001_001), ErrInvalidTimestamp},
		{"from the past", "t", at(997_999), ErrInvalidTimestamp},
		{"no key", "compacted", keyless(), ErrInvalidRecord},
		{"two batches with sequences", "t", append(produced{producer: ProducerID{1, 0}, values: []string{"a"}, millis: 1_000_000}.bytes(t), good()...), ErrInvalidRecord},
	} {
		done := 0
		// The good one beside it is taken all the same.
		r := l.Append(ctx, []Write{{c.topic, 0, c.batch}}, AppendOptions{}, func(error) { done++ })
		if !errors.Is(r[0].Err, c.err) || r[0].Base != -1 || done != 1 {
			t.Errorf("%s: %+v, expected: %v; done was called %d times", c.what, r[0], c.err, done)
		}
	}
	if end, err := l.EndOffset("t", 0); err != nil || end != 0 {
		t.Fatal(end, err)
	}
	done := make(chan error, 1)
	r := l.Append(ctx, []Write{{"t", 0, attributes(5)}, {"t", 0, append(good(), good()...)}, {"compacted", 0, good()}}, AppendOptions{}, func(err error) { done <- err })
	if err := <-done; err != nil || !errors.Is(r[0].Err, ErrBatchCodec) || r[1].Err != nil || r[2].Err != nil {
		t.Fatalf("good ones beside a bad one: %+v, %v", r, err)
	}
	expect(t, "two batches at once", values(t, l, 0, ReadCommitted), []string{"a", "b", "a", "b"})
}

// TestAppendTopicSettings: times of arrival and compression are as the topic has them, and batches are otherwise what was sent.
func TestAppendTopicSettings(t *testing.T) {
	t.Parallel()
	var now clock
	now.millis.Store(5000)
	l := openMem(t, Options{Now: now.now}, TopicConfig{})
	stored := func() (b []byte, h BatchHeader) {
		t.Helper()
		var c Chunk
		defer c.Release()
		end, err := l.EndOffset("t", 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Fetch("t", 0, end-1, 1, ReadUncommitted, &c); err != nil {
			t.Fatal(err)
		}
		b = bytes.Clone(c.AppendTo(nil)[0])
		if h, err = CheckBatch(b); err != nil {
			t.Fatal(err)
		}
		return b, h
	}
	for codec := CodecNone; codec <= CodecZstd; codec++ {
		p := produced{producer: NoProducer, codec: codec, values: []string{"a", "b"}, millis: 42}
		sent := p.bytes(t)
		if r := p.appendTo(t, l, 0, AppendOptions{}); r.Err != nil || r.Time != -1 {
			t.Fatalf("%+v", r)
		}
		if b, _ := stored(); !bytes.Equal(b[batchMagic:], sent[batchMagic:]) {
			t.Fatalf("codec %d: the batch was changed", codec)
		}
	}
	for name, codec := range map[string]Codec{"gzip": CodecGzip, "zstd": CodecZstd, "uncompressed": CodecNone} {
		if err := alter(l, "t", "compression.type", name, "message.timestamp.type", "CreateTime"); err != nil {
			t.Fatal(err)
		}
		produced{producer: NoProducer, codec: CodecSnappy, values: []string{"a", "b"}, millis: 42}.appendTo(t, l, 0, AppendOptions{})
		if _, h := stored(); h.Codec() != codec || h.MaxTime != 42 || h.Count != 2 {
			t.Fatalf("%s: %+v", name, h)
		}
		if err := alter(l, "t", "message.timestamp.type", "LogAppendTime"); err != nil {
			t.Fatal(err)
		}
		r := produced{producer: NoProducer, codec: CodecLZ4, values: []string{"c"}, millis: 42}.appendTo(t, l, 0, AppendOptions{})
		if _, h := stored(); h.Codec() != codec || h.MaxTime != 5000 || h.Attributes&attrAppend == 0 || r.Time != 5000 {
			t.Fatalf("%s at arrival: %+v, %+v", name, h, r)
		}
	}
	found, err := l.FindTime("t", 0, 4000, ReadUncommitted)
	if err != nil || found.Time != 5000 {
		t.Fatalf("%+v, %v", found, err)
	}
}

// TestAppendMaxTime: a head that lies about the highest time is put right, since the index relies on it.
func TestAppendMaxTime(t *testing.T) {
	t.Parallel()
	l := openMem(t, Options{}, TopicConfig{})
	for codec := CodecNone; codec <= CodecZstd; codec++ {
		b := produced{producer: NoProducer, codec: codec, values: []string{"a"}, millis: 1000 + int64(codec)}.bytes(t)
		binary.BigEndian.PutUint64(b[batchMaxTime:], 7)
		sealBatch(b)
		done := make(chan error, 1)
		r := l.Append(ctx, []Write{{"t", 0, b}}, AppendOptions{}, func(err error) { done <- err })
		if err := <-done; err != nil || r[0].Err != nil {
			t.Fatal(err, r)
		}
		found, err := l.FindTime("t", 0, 1000+int64(codec), ReadCommitted)
		if err != nil || found.Offset != int64(codec) {
			t.Fatalf("codec %d: %+v, %v", codec, found, err)
		}
	}
	if found, err := l.FindMaxTime("t", 0); err != nil || found != (TimeOffset{4, 1004, 0}) {
		t.Fatalf("%+v, %v", found, err)
	}
}

// FuzzAppend: whatever a producer sends, it is refused or can be read back, record by record.
func FuzzAppend(f *testing.F) {
	for codec := CodecNone; codec <= CodecZstd; codec++ {
		f.Add(recompress(f, batchOf("a", "1", "b", "2"), codec))
	}
	pol := newPolicy(map[string]string{"cleanup.policy": "compact"})
	f.Fuzz(func(t *testing.T, b []byte) {
		b = bytes.Clone(b)
		if len(b) >= batchHeaderBytes {
			b[batchMagic] = 2
			sealBatch(b)
		}
		stored, h, err := pol.admitBatch(b, 1000)
		if err != nil {
			return
		}
		c := chunkOf(0, stored)
		var r Records
		n := 0
		for from := int64(0); from < c.Next; {
			if from, err = c.Decode(&r, from, 10); err != nil {
				t.Fatalf("taken, but not to be read: %v", err)
			}
			for i := range r.N {
				if _, err := r.Headers(i, nil); err != nil || r.Key(i) == nil || r.Offset[i] != int64(n) {
					t.Fatal(fmt.Sprint("record ", n, ": "), err)
				}
				n++
			}
		}
		if n != int(h.Count) {
			t.Fatalf("%d records, the head says %d", n, h.Count)
		}
	})
}
