package broker

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"testing"
	"time"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func crc32c(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// fetchRequest reads partition 0 of topics, or the partitions of one as want says.
func fetchRequest(topic string, offset int64, wait time.Duration, minBytes int32) *kmsg.FetchRequest {
	req := kmsg.NewPtrFetchRequest()
	req.MaxWaitMillis, req.MinBytes, req.MaxBytes, req.SessionEpoch = int32(wait/time.Millisecond), minBytes, 50<<20, -1
	addPartition(req, topic, 0, offset)
	return req
}

func addPartition(req *kmsg.FetchRequest, topic string, partition int32, offset int64) {
	rp := kmsg.NewFetchRequestTopicPartition()
	rp.Partition, rp.FetchOffset, rp.PartitionMaxBytes = partition, offset, 1<<20
	for i := range req.Topics {
		if req.Topics[i].Topic == topic {
			req.Topics[i].Partitions = append(req.Topics[i].Partitions, rp)
			return
		}
	}
	rt := kmsg.NewFetchRequestTopic()
	rt.Topic, rt.Partitions = topic, []kmsg.FetchRequestTopicPartition{rp}
	req.Topics = append(req.Topics, rt)
}

// partitions lists what an answer tells, as topic-partition:bytes or error.
func partitions(resp *kmsg.FetchResponse) map[string]string {
	got := map[string]string{}
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			v := fmt.Sprint(len(p.RecordBatches))
			if p.ErrorCode != 0 {
				v = kerr.ErrorForCode(p.ErrorCode).(*kerr.Error).Message
			}
			got[fmt.Sprintf("%s-%d", t.Topic, p.Partition)] = v
		}
	}
	return got
}

func (b *testBroker) append(topic string, partition int32, batches ...[]byte) {
	b.t.Helper()
	for _, batch := range batches {
		if _, err := b.log.Produce(context.Background(), []log.Write{{Topic: topic, Partition: partition, Batch: batch}}); err != nil {
			b.t.Fatal(err)
		}
	}
}

// The encoder of Fetch answers is our own: kmsg's must agree in every version.
func TestFetchAnswerIsEncodedAsTheProtocolSays(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("full", 1)
	b.createTopic("empty", 1)
	b.append("full", 0, batch(1, "a", "b"), batch(2, "c"))
	for version := int16(4); version <= 17; version++ {
		for _, isolation := range []int8{0, 1} {
			req := fetchRequest("full", 0, 0, 1)
			addPartition(req, "empty", 0, 0)
			addPartition(req, "none", 0, 0)
			addPartition(req, "full", 1, 0)
			addPartition(req, "full", 0, 99)
			req.IsolationLevel = isolation
			for i := range req.Topics {
				info, _ := b.log.Topic(req.Topics[i].Topic)
				req.Topics[i].TopicID = info.ID
			}
			p := b.dial()
			p.request(req, version)
			body := p.frame()[4:]
			resp := req.ResponseKind().(*kmsg.FetchResponse)
			if resp.IsFlexible() {
				body = body[1:]
			}
			if err := resp.ReadFrom(body); err != nil {
				t.Fatal(err)
			}
			if again := resp.AppendTo(nil); !bytes.Equal(again, body) {
				t.Fatalf("version %d, isolation %d: sent\n%x, kmsg encodes\n%x", version, isolation, body, again)
			}
			if len(resp.Topics) != 3 || len(resp.Topics[0].Partitions) != 3 || len(resp.Topics[0].Partitions[0].RecordBatches) == 0 {
				t.Fatalf("version %d: %+v", version, resp)
			}
		}
	}
}

func TestFetchWithDivergedHistorySaysWhere(t *testing.T) {
	r := reading{wanted: wanted{topic: "t"}, diverged: true, divergedEpoch: 3, divergedEnd: 42}
	a := newFetchAnswer(12, 0, 0)
	a.fetcher = &fetcher{reads: []reading{r}, isolation: log.ReadUncommitted}
	var resp kmsg.FetchResponse
	resp.Version = 12
	if err := resp.ReadFrom(bytes.Join(a.appendVector(nil, nil), nil)); err != nil {
		t.Fatal(err)
	}
	if d := resp.Topics[0].Partitions[0].DivergingEpoch; d.Epoch != 3 || d.EndOffset != 42 {
		t.Fatalf("%+v", d)
	}
}

func TestLongPollWakesWhenRecordsCome(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 3)
	p := b.dial()
	req := fetchRequest("t", 0, time.Minute, 1)
	addPartition(req, "t", 1, 0)
	addPartition(req, "t", 2, 0)
	p.request(req, 11)
	b.waitForWatchers(1)
	b.append("t", 1, batch(1, "a"))
	got := partitions(p.answer(req).(*kmsg.FetchResponse))
	if got["t-0"] != "0" || got["t-1"] == "0" || got["t-2"] != "0" {
		t.Fatal(got)
	}
}

// waitForWatchers waits until n Fetches are parked.
func (b *testBroker) waitForWatchers(n int64) {
	b.t.Helper()
	waitUntil(b.t, fmt.Sprintf("%d fetches are parked", n), func() bool { return b.parked.Load() == n })
}

func TestLongPollWaitsForMinBytes(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 2)
	p := b.dial()
	one := batch(1, "a")
	req := fetchRequest("t", 0, time.Minute, int32(3*len(one)))
	addPartition(req, "t", 1, 0)
	b.append("t", 0, one)
	p.request(req, 11)
	b.waitForWatchers(1)
	b.append("t", 1, one)
	b.append("t", 0, one)
	got := partitions(p.answer(req).(*kmsg.FetchResponse))
	if got["t-0"] != fmt.Sprint(2*len(one)) || got["t-1"] != fmt.Sprint(len(one)) {
		t.Fatal(got)
	}
}

func TestLongPollEndsInTime(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 1)
	b.append("t", 0, batch(1, "a"))
	start := time.Now()
	resp := ask[*kmsg.FetchResponse](b.dial(), fetchRequest("t", 0, 50*time.Millisecond, 1<<20), 11)
	if took := time.Since(start); took < 50*time.Millisecond || took > 10*time.Second {
		t.Errorf("answered after %v", took)
	}
	if got := partitions(resp); got["t-0"] == "0" {
		t.Errorf("without what there was: %v", got)
	}
}

func TestLongPollEndsWithTopicOrClient(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 1)
	p := b.dial()
	req := fetchRequest("t", 0, time.Hour, 1)
	p.request(req, 11)
	b.waitForWatchers(1)
	gone := b.dial()
	gone.request(req, 11)
	b.waitForWatchers(2)
	gone.Close()
	b.waitForWatchers(1)
	if err := b.log.DeleteTopic(context.Background(), "t"); err != nil {
		t.Fatal(err)
	}
	if got := partitions(p.answer(req).(*kmsg.FetchResponse)); got["t-0"] != kerr.UnknownTopicOrPartition.Message {
		t.Fatal(got)
	}
}

func TestFetchLimits(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 2)
	one := batch(1, string(make([]byte, 1000)))
	size := fmt.Sprint(len(one))
	for p := range int32(2) {
		b.append("t", p, one, one, one)
	}
	p := b.dial()
	for _, c := range []struct {
		max, partitionMax int32
		first, second     string
	}{
		{1, 1 << 20, size, "0"}, // one batch, although it is too large
		{int32(len(one)), 1 << 20, size, "0"},
		{int32(2*len(one) + 1), 1 << 20, fmt.Sprint(2 * len(one)), "0"},
		{1 << 20, 1, size, size}, // of every partition at least one
		{int32(len(one)) * 3 / 2, 1, size, "0"},
		{1 << 20, 1 << 20, fmt.Sprint(3 * len(one)), fmt.Sprint(3 * len(one))},
	} {
		req := fetchRequest("t", 0, time.Minute, 1)
		addPartition(req, "t", 1, 0)
		req.MaxBytes = c.max
		for i := range req.Topics[0].Partitions {
			req.Topics[0].Partitions[i].PartitionMaxBytes = c.partitionMax
		}
		got := partitions(ask[*kmsg.FetchResponse](p, req, 11))
		if got["t-0"] != c.first || got["t-1"] != c.second {
			t.Errorf("max %d, %d: got %v", c.max, c.partitionMax, got)
		}
	}
}

func TestFetchMemoryShrinksAnswers(t *testing.T) {
	b := startBroker(t, Options{FetchMemory: 1})
	b.createTopic("t", 1)
	one := batch(1, string(make([]byte, 1000)))
	b.append("t", 0, one, one)
	got := partitions(ask[*kmsg.FetchResponse](b.dial(), fetchRequest("t", 0, 0, 1), 11))
	if got["t-0"] != fmt.Sprint(len(one)) {
		t.Fatal(got)
	}
	waitUntil(t, "the memory is back", func() bool { return b.Stats().FetchBytes == 0 })
}

func TestFetchErrors(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 1)
	b.append("t", 0, batch(1, "a"), batch(1, "b"))
	p := b.dial()
	fetch := func(change func(*kmsg.FetchRequest)) string {
		req := fetchRequest("t", 0, time.Minute, 1)
		change(req)
		return partitions(ask[*kmsg.FetchResponse](p, req, 12))["t-0"]
	}
	part := func(req *kmsg.FetchRequest) *kmsg.FetchRequestTopicPartition { return &req.Topics[0].Partitions[0] }
	for _, c := range []struct {
		change func(*kmsg.FetchRequest)
		want   *kerr.Error
	}{
		{func(r *kmsg.FetchRequest) { part(r).FetchOffset = 3 }, kerr.OffsetOutOfRange},
		{func(r *kmsg.FetchRequest) { part(r).FetchOffset = -1 }, kerr.OffsetOutOfRange},
		{func(r *kmsg.FetchRequest) { part(r).CurrentLeaderEpoch = b.leaderEpoch() + 1 }, kerr.UnknownLeaderEpoch},
	} {
		if got := fetch(c.change); got != c.want.Message {
			t.Errorf("got %q, want %q", got, c.want.Message)
		}
	}
	byID := fetchRequest("t", 0, time.Minute, 1)
	byID.Topics[0].TopicID = [16]byte{1}
	resp := ask[*kmsg.FetchResponse](p, byID, 13)
	if got := resp.Topics[0].Partitions[0].ErrorCode; got != kerr.UnknownTopicID.Code {
		t.Errorf("unknown topic id: %d", got)
	}
}

func TestConsumerGoesOnAfterRestart(t *testing.T) {
	b := startBroker(t, Options{})
	ctx := testContext(t)
	cl := b.client(kgo.AllowAutoTopicCreation(), kgo.DefaultProduceTopic("t"))
	if err := cl.ProduceSync(ctx, kgo.StringRecord("before")).FirstErr(); err != nil {
		t.Fatal(err)
	}
	b.stop()
	b.start(Options{})
	cl = b.client(kgo.DefaultProduceTopic("t"), kgo.ConsumeTopics("t"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err := cl.ProduceSync(ctx, kgo.StringRecord("after")).FirstErr(); err != nil {
		t.Fatal(err)
	}
	got := poll(t, cl, 2)
	if string(got[0].Value) != "before" || string(got[1].Value) != "after" {
		t.Fatalf("%s, %s", got[0].Value, got[1].Value)
	}
}
