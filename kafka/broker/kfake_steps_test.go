package broker

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// steps is the conversation, in order.
func steps() []step {
	return slices.Concat(topicSteps(), metadataSteps(), produceSteps(), fetchSteps(), offsetSteps(), groupSteps(), configSteps(), goneSteps())
}

// simple is a step whose request does not depend on anything.
func simple(name string, req func() kmsg.Request) step {
	return step{name: name, req: func(*side, int16) kmsg.Request { return req() }}
}

// each are steps of one kind for many cases.
func each[T any](kind string, cases map[string]T, req func(T) kmsg.Request) (all []step) {
	for name, c := range cases {
		all = append(all, simple(kind+": "+name, func() kmsg.Request { return req(c) }))
	}
	slices.SortFunc(all, func(a, b step) int { return compareText(a.name, b.name) })
	return all
}

func compareText(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

func createRequest(topics ...kmsg.CreateTopicsRequestTopic) *kmsg.CreateTopicsRequest {
	req := kmsg.NewPtrCreateTopicsRequest()
	req.Topics, req.TimeoutMillis = topics, 5000
	return req
}

func topicSteps() []step {
	all := []step{
		{name: "create", min: 7, req: func(*side, int16) kmsg.Request {
			return createRequest(topicRequest("a", 2, 1), topicRequest("b", 1, 1, "retention.ms", "1000"), topicRequest("small", 1, 1, "max.message.bytes", "200"))
		}, keep: func(s *side, resp kmsg.Response) {
			s.topics = map[[16]byte]string{}
			for _, t := range resp.(*kmsg.CreateTopicsResponse).Topics {
				s.topics[t.TopicID] = t.Topic
			}
		}},
		{name: "metadata: all", min: 1, req: func(*side, int16) kmsg.Request { return kmsg.NewPtrMetadataRequest() }},
		{name: "create: only validate", min: 1, req: func(*side, int16) kmsg.Request {
			req := createRequest(topicRequest("v", 1, 1))
			req.ValidateOnly = true
			return req
		}},
		{name: "create partitions", req: func(*side, int16) kmsg.Request {
			req := kmsg.NewPtrCreatePartitionsRequest()
			for topic, n := range map[string]int32{"a": 1, "b": 1, "none": 5} {
				rt := kmsg.NewCreatePartitionsRequestTopic()
				rt.Topic, rt.Count = topic, n
				req.Topics = append(req.Topics, rt)
			}
			return req
		}},
	}
	return append(all, each("create", map[string]kmsg.CreateTopicsRequestTopic{
		"exists":            topicRequest("a", 2, 1),
		"empty name":        topicRequest("", 1, 1),
		"bad name":          topicRequest("no spaces", 1, 1),
		"dots":              topicRequest("..", 1, 1),
		"no partitions":     topicRequest("p0", 0, 1),
		"no replicas":       topicRequest("r0", 1, 0),
		"too many replicas": topicRequest("r3", 1, 3),
		"unknown setting":   topicRequest("unknown", 1, 1, "no.such", "1"),
		"bad setting":       topicRequest("bad", 1, 1, "retention.ms", "soon"),
	}, func(rt kmsg.CreateTopicsRequestTopic) kmsg.Request { return createRequest(rt) })...)
}

func metadataSteps() []step {
	topics := func(names ...string) func() kmsg.Request {
		return func() kmsg.Request {
			req := kmsg.NewPtrMetadataRequest()
			req.Topics = []kmsg.MetadataRequestTopic{}
			for i := range names {
				rt := kmsg.NewMetadataRequestTopic()
				rt.Topic = &names[i]
				req.Topics = append(req.Topics, rt)
			}
			return req
		}
	}
	return []step{
		simple("metadata: named", topics("a", "b")),
		{name: "metadata: none", min: 1, req: func(*side, int16) kmsg.Request { return topics()() }},
		{name: "metadata: unknown", min: 4, req: func(*side, int16) kmsg.Request { return topics("none", "a")() }},
		{name: "metadata: bad name", min: 4, req: func(*side, int16) kmsg.Request { return topics("no spaces")() }},
		{name: "metadata: unknown id", min: 12, req: func(*side, int16) kmsg.Request {
			req := kmsg.NewPtrMetadataRequest()
			req.Topics = []kmsg.MetadataRequestTopic{{TopicID: [16]byte{1}}}
			return req
		}},
		simple("describe cluster", func() kmsg.Request { return kmsg.NewPtrDescribeClusterRequest() }),
	}
}

// sequenced is a batch of one record from a producer.
func sequenced(id int64, epoch int16, sequence int32) []byte {
	b := batch(1, "v")
	binary.BigEndian.PutUint64(b[43:], uint64(id))
	binary.BigEndian.PutUint16(b[51:], uint16(epoch))
	binary.BigEndian.PutUint32(b[53:], uint32(sequence))
	return sealed(b)
}

// withID adds the id of the topic, which is what new versions look at.
func (s *side) withID(req *kmsg.ProduceRequest) kmsg.Request {
	req.Topics[0].TopicID = s.idOf(req.Topics[0].Topic)
	return req
}

// idOf is the id of a topic, one that is nobody's if there is none.
func (s *side) idOf(topic string) [16]byte {
	for id, name := range s.topics {
		if name == topic {
			return id
		}
	}
	return [16]byte{9}
}

func produceSteps() []step {
	good := batch(1, "v")
	changed := func(at int, value byte, seal bool) []byte {
		b := slices.Clone(good)
		b[at] = value
		if seal {
			sealed(b)
		}
		return b
	}
	var large log.BatchBuilder
	large.Append(nil, make([]byte, 500), nil, 1)
	type record struct {
		topic     string
		partition int32
		bytes     []byte
	}
	all := each("produce", map[string]record{
		"good":              {"a", 0, good},
		"unknown topic":     {"none", 0, good},
		"unknown partition": {"a", 7, good},
		"wrong checksum":    {"a", 0, changed(len(good)-1, 'x', false)},
		"old format":        {"a", 0, changed(16, 1, false)},
		"unknown codec":     {"a", 0, changed(22, 6, true)},
		"control":           {"a", 0, changed(22, 0x20, true)},
		"wrong count":       {"a", 0, changed(60, 9, true)},
		"two batches":       {"a", 0, slices.Concat(good, good)},
		"nothing":           {"a", 0, nil},
		"a piece":           {"a", 0, good[:30]},
		"too large":         {"small", 0, large.Bytes()},
	}, func(r record) kmsg.Request { return produceRequest(r.topic, r.partition, r.bytes) })
	for i := range all {
		named := all[i].req
		all[i].req = func(s *side, v int16) kmsg.Request { return s.withID(named(s, v).(*kmsg.ProduceRequest)) }
	}
	all = append(all, step{name: "produce: unknown acks", req: func(s *side, _ int16) kmsg.Request {
		req := produceRequest("a", 0, good)
		req.Acks = 5
		return s.withID(req)
	}}, step{name: "init producer", req: func(*side, int16) kmsg.Request {
		return kmsg.NewPtrInitProducerIDRequest()
	}, keep: func(s *side, resp kmsg.Response) { s.producer = resp.(*kmsg.InitProducerIDResponse).ProducerID }})
	for _, c := range []struct {
		name     string
		epoch    int16
		sequence int32
	}{{"first", 1, 0}, {"again", 1, 0}, {"a gap", 1, 5}, {"next", 1, 1}, {"an older epoch", 0, 2}, {"a newer epoch in the middle", 2, 7}} {
		all = append(all, step{name: "sequence: " + c.name, min: 9, req: func(s *side, v int16) kmsg.Request {
			return s.withID(produceRequest("b", 0, sequenced(s.producer, c.epoch, c.sequence)))
		}})
	}
	return append(all, simple("init producer: empty transactional id", func() kmsg.Request {
		req := kmsg.NewPtrInitProducerIDRequest()
		req.TransactionalID = new(string)
		return req
	}), simple("init producer: no timeout", func() kmsg.Request {
		req := kmsg.NewPtrInitProducerIDRequest()
		id := "t"
		req.TransactionalID, req.TransactionTimeoutMillis = &id, 0
		return req
	}))
}

func fetchSteps() (all []step) {
	for _, c := range []struct {
		name      string
		topic     string
		partition int32
		offset    int64
		epoch     int32
		maxBytes  int32
	}{
		{"from the start", "b", 0, 0, -1, 1 << 20}, {"one batch", "b", 0, 1, -1, 1}, {"the end", "b", 0, 2, -1, 1 << 20}, {"behind the end", "b", 0, 99, -1, 1 << 20},
		{"negative", "b", 0, -1, -1, 1 << 20}, {"unknown partition", "b", 7, 0, -1, 1 << 20}, {"unknown topic", "none", 0, 0, -1, 1 << 20},
		{"empty", "small", 0, 0, -1, 1 << 20}, {"unknown epoch", "b", 0, 0, 99, 1 << 20},
	} {
		all = append(all, step{name: "fetch: " + c.name, req: func(s *side, v int16) kmsg.Request {
			req := fetchRequest(c.topic, c.offset, 0, c.maxBytes)
			req.SessionEpoch = -1
			rt := &req.Topics[0]
			rt.TopicID = s.idOf(c.topic)
			rt.Partitions[0].Partition, rt.Partitions[0].CurrentLeaderEpoch, rt.Partitions[0].PartitionMaxBytes = c.partition, c.epoch, c.maxBytes
			return req
		}})
	}
	return append(all, step{name: "fetch: unknown session", min: 7, req: func(*side, int16) kmsg.Request {
		req := fetchRequest("b", 0, 0, 100)
		req.SessionID, req.SessionEpoch, req.Topics = 12345, 3, nil
		return req
	}})
}

func offsetSteps() (all []step) {
	type at struct {
		topic     string
		partition int32
		time      int64
		epoch     int32
	}
	all = each("list offsets", map[string]at{
		"latest": {"b", 0, -1, -1}, "earliest": {"b", 0, -2, -1}, "max time": {"b", 0, -3, -1}, "local start": {"b", 0, -4, -1}, "tiered": {"b", 0, -5, -1},
		"a time": {"b", 0, 1, -1}, "the future": {"b", 0, 1 << 50, -1}, "empty": {"small", 0, -1, -1}, "empty, a time": {"small", 0, 1, -1}, "empty, max time": {"small", 0, -3, -1},
		"unknown topic": {"none", 0, -1, -1}, "unknown partition": {"b", 7, -1, -1}, "unknown epoch": {"b", 0, -1, 99}, "no such time": {"b", 0, -9, -1},
	}, func(a at) kmsg.Request {
		req := kmsg.NewPtrListOffsetsRequest()
		rt, rp := kmsg.NewListOffsetsRequestTopic(), kmsg.NewListOffsetsRequestTopicPartition()
		rp.Partition, rp.Timestamp, rp.CurrentLeaderEpoch = a.partition, a.time, a.epoch
		rt.Topic, rt.Partitions = a.topic, append(rt.Partitions, rp)
		req.ReplicaID, req.Topics = -1, append(req.Topics, rt)
		return req
	})
	return append(all, each("epoch", map[string]at{
		"unknown topic": {"none", 0, 0, -1}, "unknown partition": {"b", 7, 0, -1}, "of the future": {"b", 0, 99, -1}, "asked by the future": {"b", 0, 0, 99},
	}, func(a at) kmsg.Request {
		req := kmsg.NewPtrOffsetForLeaderEpochRequest()
		rt, rp := kmsg.NewOffsetForLeaderEpochRequestTopic(), kmsg.NewOffsetForLeaderEpochRequestTopicPartition()
		rp.Partition, rp.LeaderEpoch, rp.CurrentLeaderEpoch = a.partition, int32(a.time), a.epoch
		rt.Topic, rt.Partitions = a.topic, append(rt.Partitions, rp)
		req.ReplicaID, req.Topics = -1, append(req.Topics, rt)
		return req
	})...)
}

func goneSteps() []step {
	return []step{
		simple("delete records", func() kmsg.Request {
			req := kmsg.NewPtrDeleteRecordsRequest()
			for _, c := range []struct {
				topic     string
				partition int32
				offset    int64
			}{{"b", 0, 1}, {"b", 7, 0}, {"none", 0, 0}, {"small", 0, 50}} {
				rt := kmsg.NewDeleteRecordsRequestTopic()
				rt.Topic, rt.Partitions = fmt.Sprint(c.topic), []kmsg.DeleteRecordsRequestTopicPartition{{Partition: c.partition, Offset: c.offset}}
				req.Topics = append(req.Topics, rt)
			}
			return req
		}),
		{name: "delete topics", min: 5, req: func(_ *side, v int16) kmsg.Request {
			req := kmsg.NewPtrDeleteTopicsRequest()
			for _, name := range []string{"small", "none"} {
				req.TopicNames = append(req.TopicNames, name)
				req.Topics = append(req.Topics, kmsg.DeleteTopicsRequestTopic{Topic: &name})
			}
			return req
		}},
	}
}
