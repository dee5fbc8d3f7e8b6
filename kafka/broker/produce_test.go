package broker

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/leatdb/leat/internal/vfs"
	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func testContext(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// createTopic makes a topic with settings given as name, value, ....
func (b *testBroker) createTopic(name string, partitions int, settings ...string) {
	b.t.Helper()
	c := log.TopicConfig{Partitions: partitions, Settings: map[string]string{}}
	for i := 0; i < len(settings); i += 2 {
		c.Settings[settings[i]] = settings[i+1]
	}
	if err := b.log.CreateTopic(context.Background(), name, c); err != nil {
		b.t.Fatal(err)
	}
}

// batch is a record batch with values, produced at a time.
func batch(millis int64, values ...string) []byte {
	var bb log.BatchBuilder
	for _, v := range values {
		bb.Append([]byte("key"), []byte(v), nil, millis)
	}
	return bb.Bytes()
}

// produceRequest is a request for one partition.
func produceRequest(topic string, partition int32, records []byte) *kmsg.ProduceRequest {
	req := kmsg.NewPtrProduceRequest()
	req.Acks, req.TimeoutMillis = -1, 1000
	rt := kmsg.NewProduceRequestTopic()
	rt.Topic = topic
	rp := kmsg.NewProduceRequestTopicPartition()
	rp.Partition, rp.Records = partition, records
	rt.Partitions = append(rt.Partitions, rp)
	req.Topics = append(req.Topics, rt)
	return req
}

// produce produces one batch and returns the answer.
func (p *peer) produce(topic string, partition int32, records []byte, version int16) kmsg.ProduceResponseTopicPartition {
	p.t.Helper()
	resp := ask[*kmsg.ProduceResponse](p, produceRequest(topic, partition, records), version)
	return resp.Topics[0].Partitions[0]
}

func TestEveryCodecIsStoredAsProduced(t *testing.T) {
	b := startBroker(t, Options{})
	for codec, opt := range map[log.Codec]kgo.CompressionCodec{
		log.CodecNone: kgo.NoCompression(), log.CodecGzip: kgo.GzipCompression(), log.CodecSnappy: kgo.SnappyCompression(),
		log.CodecLZ4: kgo.Lz4Compression(), log.CodecZstd: kgo.ZstdCompression(),
	} {
		t.Run(fmt.Sprint(codec), func(t *testing.T) {
			topic := fmt.Sprintf("codec-%d", codec)
			cl := b.client(kgo.ProducerBatchCompression(opt), kgo.AllowAutoTopicCreation(), kgo.DefaultProduceTopic(topic),
				kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
			ctx := testContext(t)
			var want []*kgo.Record
			for i := range 100 {
				want = append(want, &kgo.Record{
					Key: fmt.Appendf(nil, "k%d", i), Value: bytes.Repeat([]byte{'a' + byte(i%26)}, 500),
					Timestamp: time.UnixMilli(1_700_000_000_000 + int64(i)),
					Headers:   []kgo.RecordHeader{{Key: "h", Value: []byte{byte(i)}}, {Key: "null"}},
				})
			}
			if err := cl.ProduceSync(ctx, want...).FirstErr(); err != nil {
				t.Fatal(err)
			}
			got := poll(t, cl, len(want))
			for i, r := range got {
				w := want[i]
				if !bytes.Equal(r.Key, w.Key) || !bytes.Equal(r.Value, w.Value) || !r.Timestamp.Equal(w.Timestamp) ||
					len(r.Headers) != 2 || r.Headers[0].Value[0] != byte(i) || r.Headers[1].Value != nil || r.Offset != int64(i) {
					t.Fatalf("record %d: got %+v, want %+v", i, r, w)
				}
			}
			var c log.Chunk
			defer c.Release()
			if err := b.log.Fetch(topic, 0, 0, 1<<20, log.ReadUncommitted, &c); err != nil {
				t.Fatal(err)
			}
			h, err := log.ParseBatchHeader(c.AppendTo(nil)[0])
			if err != nil || h.Codec() != codec {
				t.Fatalf("stored with codec %d, %v", h.Codec(), err)
			}
		})
	}
}

// poll consumes n records.
func poll(t testing.TB, cl *kgo.Client, n int) []*kgo.Record {
	t.Helper()
	ctx := testContext(t)
	var got []*kgo.Record
	for len(got) < n {
		fs := cl.PollFetches(ctx)
		if err := fs.Err0(); err != nil {
			t.Fatalf("after %d of %d records: %v", len(got), n, err)
		}
		fs.EachError(func(topic string, p int32, err error) { t.Fatalf("%s-%d: %v", topic, p, err) })
		got = append(got, fs.Records()...)
	}
	return got
}

func TestProduceRefusesWithTheRightCode(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 1, "max.message.bytes", "1000", "message.timestamp.before.max.ms", "1000000")
	b.createTopic("compacted", 1, "cleanup.policy", "compact")
	if err := b.log.CreateTopic(context.Background(), "internal", log.TopicConfig{Partitions: 1, Internal: true}); err != nil {
		t.Fatal(err)
	}
	now := time.Now().UnixMilli()
	good := batch(now, "v")
	change := func(at int, v byte) []byte {
		c := bytes.Clone(good)
		c[at] ^= v
		return c
	}
	var unkeyed log.BatchBuilder
	unkeyed.Append(nil, []byte("v"), nil, now)
	p := b.dial()
	for name, c := range map[string]struct {
		topic     string
		partition int32
		records   []byte
		version   int16
		want      *kerr.Error
	}{
		"good":                  {"t", 0, good, 11, nil},
		"unknown topic":         {"none", 0, good, 11, kerr.UnknownTopicOrPartition},
		"unknown partition":     {"t", 1, good, 11, kerr.UnknownTopicOrPartition},
		"negative partition":    {"t", -1, good, 11, kerr.UnknownTopicOrPartition},
		"internal":              {"internal", 0, good, 11, kerr.InvalidTopicException},
		"no batch":              {"t", 0, nil, 11, kerr.InvalidRecord},
		"empty":                 {"t", 0, []byte{}, 3, kerr.InvalidRecord},
		"part of a head":        {"t", 0, good[:20], 3, kerr.CorruptMessage},
		"part of a batch":       {"t", 0, good[:len(good)-1], 11, kerr.CorruptMessage},
		"two batches":           {"t", 0, append(bytes.Clone(good), good...), 11, kerr.InvalidRecord},
		"flipped record":        {"t", 0, change(len(good)-1, 1), 11, kerr.CorruptMessage},
		"flipped checksum":      {"t", 0, change(17, 1), 11, kerr.CorruptMessage},
		"old record format":     {"t", 0, change(batchMagic, 2^1), 11, kerr.UnsupportedForMessageFormat},
		"unknown record format": {"t", 0, change(batchMagic, 2^3), 11, kerr.UnsupportedForMessageFormat},
		"old request":           {"t", 0, good, 2, kerr.UnsupportedForMessageFormat},
		"too large":             {"t", 0, batch(now, string(make([]byte, 1000))), 11, kerr.MessageTooLarge},
		"too old":               {"t", 0, batch(now-2_000_000, "v"), 11, kerr.InvalidTimestamp},
		"no key":                {"compacted", 0, unkeyed.Bytes(), 11, kerr.InvalidRecord},
		"zstd before version 7": {"t", 0, sealed(change(batchAttributes+1, codecZstd)), 6, kerr.UnsupportedCompressionType},
		"codec 5":               {"t", 0, sealed(change(batchAttributes+1, 5)), 11, kerr.UnsupportedCompressionType},
		"not compressed at all": {"t", 0, sealed(change(batchAttributes+1, 1)), 11, kerr.InvalidRecord},
		"control batch":         {"t", 0, sealed(change(batchAttributes+1, 0x20)), 11, kerr.InvalidRecord},
		"no records":            {"t", 0, sealed(change(60, 1)), 11, kerr.InvalidRecord},
		"more records than say": {"t", 0, sealed(change(60, 2)), 11, kerr.CorruptMessage},
	} {
		t.Run(name, func(t *testing.T) {
			p.t = t
			got := p.produce(c.topic, c.partition, c.records, c.version)
			if want := codeOf(asError(c.want)); got.ErrorCode != want {
				t.Fatalf("got %v, want %v", kerr.ErrorForCode(got.ErrorCode), c.want)
			}
			if c.want == nil && got.BaseOffset != 0 || c.want != nil && got.BaseOffset != -1 {
				t.Fatalf("base offset %d", got.BaseOffset)
			}
		})
	}
}

func asError(k *kerr.Error) error {
	if k == nil {
		return nil
	}
	return k
}

// sealed gives a changed batch the right checksum.
func sealed(b []byte) []byte {
	binary.BigEndian.PutUint32(b[17:], crc32c(b[21:]))
	return b
}

func TestRefusedPartitionDoesNotKeepOthersBack(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 2)
	req := produceRequest("t", 1, batch(1, "a"))
	bad := req.Topics[0].Partitions[0]
	bad.Partition = 7
	req.Topics[0].Partitions = append(req.Topics[0].Partitions, bad)
	parts := ask[*kmsg.ProduceResponse](b.dial(), req, 9).Topics[0].Partitions
	if parts[0].ErrorCode != 0 || parts[0].BaseOffset != 0 || parts[1].ErrorCode != kerr.UnknownTopicOrPartition.Code {
		t.Fatalf("%+v", parts)
	}
	if parts[1].ErrorMessage == nil {
		t.Fatal("the error has no text")
	}
}

func TestAcksZeroAnswersNothing(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 1)
	p := b.dial()
	req := produceRequest("t", 0, batch(1, "a"))
	req.Acks = 0
	p.request(req, 9)
	// What comes back is the answer to the next request.
	if got := p.produce("t", 0, batch(1, "b"), 9); got.BaseOffset != 1 {
		t.Fatalf("%+v", got)
	}
	req.Topics[0].Topic = "none"
	p.request(req, 9)
	p.wantClosed()

	p = b.dial()
	req = produceRequest("t", 0, batch(1, "c"))
	req.Acks = 2
	if got := ask[*kmsg.ProduceResponse](p, req, 9).Topics[0].Partitions[0]; got.ErrorCode != kerr.InvalidRequiredAcks.Code {
		t.Fatalf("%+v", got)
	}
}

// Requests that are sent without waiting for answers get their offsets, and their answers, in order.
func TestPipelinedProduceKeepsOrder(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 1)
	p := b.dial()
	const n = 200
	req := produceRequest("t", 0, batch(1, "a"))
	meta := kmsg.NewPtrMetadataRequest()
	sent, sentMeta := *req, *meta // Sending sets the version.
	req.SetVersion(9)
	meta.SetVersion(9)
	go func() {
		for i := range n {
			p.request(&sent, 9)
			if i%50 == 49 {
				p.request(&sentMeta, 9) // others wait for those before
			}
		}
	}()
	for i := range n {
		if got := p.answer(req).(*kmsg.ProduceResponse).Topics[0].Partitions[0]; got.BaseOffset != int64(i) || got.ErrorCode != 0 {
			t.Fatalf("request %d: %+v", i, got)
		}
		if i%50 == 49 {
			p.answer(meta)
		}
	}
}

func TestAppendTimeIsTold(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 1, "message.timestamp.type", "LogAppendTime")
	before := time.Now().UnixMilli()
	got := b.dial().produce("t", 0, batch(1, "a"), 9)
	if got.ErrorCode != 0 || got.LogAppendTime < before || got.LogAppendTime > time.Now().UnixMilli() {
		t.Fatalf("%+v", got)
	}
	cl := b.client(kgo.ConsumeTopics("t"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if r := poll(t, cl, 1)[0]; r.Timestamp.UnixMilli() != got.LogAppendTime || r.Attrs.TimestampType() != 1 {
		t.Fatalf("record with time %v, answer with %d", r.Timestamp, got.LogAppendTime)
	}
}

// An idempotent producer whose answer is lost sends its batch again.
func TestRepeatedBatchIsStoredOnce(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 1)
	p := b.dial()
	id := ask[*kmsg.InitProducerIDResponse](p, kmsg.NewPtrInitProducerIDRequest(), 4)
	if id.ErrorCode != 0 || id.ProducerID < 0 {
		t.Fatalf("%+v", id)
	}
	numbered := func(seq int32) []byte {
		c := batch(1, "a", "b")
		binary.BigEndian.PutUint64(c[43:], uint64(id.ProducerID))
		binary.BigEndian.PutUint16(c[51:], uint16(id.ProducerEpoch))
		binary.BigEndian.PutUint32(c[53:], uint32(seq))
		return sealed(c)
	}
	for _, c := range []struct {
		seq  int32
		base int64
		want *kerr.Error
	}{{0, 0, nil}, {2, 2, nil}, {0, 0, nil}, {2, 2, nil}, {6, -1, kerr.OutOfOrderSequenceNumber}, {4, 4, nil}} {
		got := p.produce("t", 0, numbered(c.seq), 9)
		if got.BaseOffset != c.base || got.ErrorCode != codeOf(asError(c.want)) {
			t.Fatalf("sequence %d: %+v", c.seq, got)
		}
	}
}

// A failed disk ends no connection: every producer is told.
func TestFailedStorageIsTold(t *testing.T) {
	b := startBroker(t, Options{})
	b.failing = true
	b.createTopic("t", 1)
	b.fs.SetHook(vfs.FailNth(vfs.OpSync, 1, errors.New("the disk is gone")))
	p := b.dial()
	for range 2 {
		if got := p.produce("t", 0, batch(1, "a"), 9); got.ErrorCode != kerr.KafkaStorageError.Code || got.BaseOffset != -1 {
			t.Fatalf("%+v", got)
		}
	}
}
