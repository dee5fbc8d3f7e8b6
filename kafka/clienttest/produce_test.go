package clienttest

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

// codecs are the names that clients use; the index is the number in record batches.
var codecs = []string{"none", "gzip", "snappy", "lz4", "zstd"}

// TestCodecsAndAcks: what is produced is read by the same client, with keys, headers and times, before and after a kill, and
// lies in the log in the codec that was asked for.
func TestCodecsAndAcks(t *testing.T) {
	forEachClient(t, func(t *testing.T, c client, s *server) {
		ad := must[admin](t)(c.admin(s))
		at := time.UnixMilli(time.Now().UnixMilli() - 1000)
		want := make([]map[string]record, len(codecs)) // by value
		for codec, name := range codecs {
			check(t, ad.createTopic(name, 2, nil))
			want[codec] = map[string]record{}
			for _, acks := range []int{0, 1, -1} {
				var records []record
				for i := range 40 {
					r := record{topic: name, key: fmt.Sprint("key", i), value: fmt.Sprintf("acks %d %060d", acks, i),
						headerKey: "h", headerValue: fmt.Sprint(i), time: at.Add(time.Duration(i) * time.Millisecond)}
					records = append(records, r)
					want[codec][r.value] = r
				}
				p := must[producer](t)(c.producer(s, producing{codec: name, acks: acks}))
				check(t, p.produce(withPatience(t), records...))
				check(t, p.close())
			}
		}
		for codec, name := range codecs { // What is readable is durable, even if nobody waited for it.
			readBack(t, c, s, name, want[codec])
		}
		s.restart()
		for codec, name := range codecs {
			readBack(t, c, s, name, want[codec])
			for _, stored := range storedCodecs(t, s, name) {
				if int(stored) != codec {
					t.Errorf("%s: the log has codec %s", name, codecs[stored])
				}
			}
		}
	})
}

// readBack reads a topic and compares every field that the client chose.
func readBack(t *testing.T, c client, s *server, topic string, want map[string]record) {
	t.Helper()
	r := must[consumer](t)(c.reader(s, topic, readUncommitted))
	ctx := withPatience(t)
	for n := 0; n < len(want); {
		records, err := r.poll(ctx)
		if err != nil {
			t.Fatalf("%s: after %d of %d records: %v", topic, n, len(want), err)
		}
		n += len(records)
		for _, got := range records {
			w, ok := want[got.value]
			got.offset, got.partition = 0, 0
			if got.time = got.time.Local(); !ok || got != w {
				t.Errorf("%s: got %+v, want %+v", topic, got, w)
			}
		}
	}
	check(t, r.close())
}

// storedCodecs fetches a topic and returns the codec of each batch.
func storedCodecs(t *testing.T, s *server, topic string) (out []int8) {
	t.Helper()
	for _, b := range storedBatches(t, s, topic) {
		out = append(out, int8(b.Attributes&7))
	}
	if len(out) == 0 {
		t.Errorf("%s is empty", topic)
	}
	return out
}

// storedBatches fetches all batches of a topic without decoding their records.
func storedBatches(t *testing.T, s *server, topic string) (out []kmsg.RecordBatch) {
	t.Helper()
	versions := kversion.V2_8_0() // The last with names of topics in Fetch.
	cl := must[*kgo.Client](t)(franz{}.client(s, kgo.MaxVersions(versions)))
	defer cl.Close()
	ends, err := kadm.NewClient(cl).ListEndOffsets(t.Context(), topic)
	check(t, err)
	for partition, end := range ends[topic] {
		for at := int64(0); at < end.Offset; {
			raw := fetchRaw(t, cl, topic, partition, at)
			for len(raw) > 0 {
				var b kmsg.RecordBatch
				size := 12 + int(int32(binary.BigEndian.Uint32(raw[8:])))
				check(t, b.ReadFrom(raw[:size]))
				raw, at = raw[size:], b.FirstOffset+int64(b.LastOffsetDelta)+1
				out = append(out, b)
			}
		}
	}
	return out
}

func fetchRaw(t *testing.T, cl *kgo.Client, topic string, partition int32, offset int64) []byte {
	t.Helper()
	req := kmsg.NewPtrFetchRequest()
	req.MaxBytes = 1 << 20
	ft := kmsg.NewFetchRequestTopic()
	ft.Topic = topic
	fp := kmsg.NewFetchRequestTopicPartition()
	fp.Partition, fp.FetchOffset, fp.PartitionMaxBytes = partition, offset, 1<<20
	ft.Partitions = append(ft.Partitions, fp)
	req.Topics = append(req.Topics, ft)
	resp, err := cl.Broker(1).RetriableRequest(t.Context(), req)
	check(t, err)
	got := resp.(*kmsg.FetchResponse).Topics[0].Partitions[0]
	check(t, kerr.ErrorForCode(got.ErrorCode))
	if len(got.RecordBatches) == 0 {
		t.Fatalf("%s-%d: nothing at offset %d", topic, partition, offset)
	}
	return got.RecordBatches
}
