package broker

import (
	"fmt"
	"testing"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func topicRequest(name string, partitions int32, replicas int16, configs ...string) kmsg.CreateTopicsRequestTopic {
	rt := kmsg.NewCreateTopicsRequestTopic()
	rt.Topic, rt.NumPartitions, rt.ReplicationFactor = name, partitions, replicas
	for i := 0; i < len(configs); i += 2 {
		c := kmsg.NewCreateTopicsRequestTopicConfig()
		c.Name, c.Value = configs[i], &configs[i+1]
		rt.Configs = append(rt.Configs, c)
	}
	return rt
}

func assigned(rt kmsg.CreateTopicsRequestTopic, replicas ...[]int32) kmsg.CreateTopicsRequestTopic {
	for i, r := range replicas {
		a := kmsg.NewCreateTopicsRequestTopicReplicaAssignment()
		a.Partition, a.Replicas = int32(i), r
		rt.ReplicaAssignment = append(rt.ReplicaAssignment, a)
	}
	return rt
}

func TestCreateTopics(t *testing.T) {
	b := startBroker(t, Options{NumPartitions: 4})
	p := b.dial()
	for _, c := range []struct {
		topic kmsg.CreateTopicsRequestTopic
		want  *kerr.Error
		parts int
	}{
		{topicRequest("a", 3, 1), nil, 3},
		{topicRequest("a", 3, 1), kerr.TopicAlreadyExists, 3},
		{topicRequest("default", -1, -1), nil, 4},
		{topicRequest("replicated", 1, 3), nil, 1},
		{topicRequest("configured", 1, 1, "cleanup.policy", "compact", "retention.ms", "1000"), nil, 1},
		{assigned(topicRequest("assigned", -1, -1), []int32{1}, []int32{1}), nil, 2},
		{topicRequest("dots.and_lines", 1, 1), nil, 1},
		{topicRequest("dots_and.lines", 1, 1), kerr.InvalidTopicException, 0},
		{topicRequest("", 1, 1), kerr.InvalidTopicException, 0},
		{topicRequest("no spaces", 1, 1), kerr.InvalidTopicException, 0},
		{topicRequest("..", 1, 1), kerr.InvalidTopicException, 0},
		{topicRequest("none", 0, 1), kerr.InvalidPartitions, 0},
		{topicRequest("many", log.MaxPartitions+1, 1), kerr.InvalidPartitions, 0},
		{topicRequest("zero", 1, 0), kerr.InvalidReplicationFactor, 0},
		{topicRequest("what", 1, 1, "no.such.setting", "1"), kerr.InvalidConfig, 0},
		{topicRequest("what", 1, 1, "retention.ms", "soon"), kerr.InvalidConfig, 0},
		{assigned(topicRequest("x", -1, -1), []int32{2}), kerr.InvalidReplicaAssignment, 0},
		{assigned(topicRequest("x", 1, -1), []int32{1}), kerr.InvalidRequest, 0},
		{assigned(topicRequest("x", -1, 1), []int32{1}), kerr.InvalidRequest, 0},
	} {
		for _, validate := range []bool{true, false} {
			req := kmsg.NewPtrCreateTopicsRequest()
			req.Topics, req.ValidateOnly = []kmsg.CreateTopicsRequestTopic{c.topic}, validate
			_, before := b.log.Topic(c.topic.Topic)
			got := ask[*kmsg.CreateTopicsResponse](p, req, 7).Topics[0]
			if got.ErrorCode != codeOf(asError(c.want)) {
				t.Errorf("%s (validate: %v): %v %v, want %v", c.topic.Topic, validate, kerr.ErrorForCode(got.ErrorCode), got.ErrorMessage, c.want)
			}
			info, after := b.log.Topic(c.topic.Topic)
			if c.want == nil && after != (before || !validate) {
				t.Errorf("%s (validate: %v): exists: %v", c.topic.Topic, validate, after)
			}
			if !validate && (info.Config.Partitions != c.parts || c.want == nil && (got.TopicID != info.ID || int(got.NumPartitions) != c.parts)) {
				t.Errorf("%s: %d partitions; told %+v", c.topic.Topic, info.Config.Partitions, got)
			}
		}
	}
	req := kmsg.NewPtrCreateTopicsRequest()
	req.Topics = []kmsg.CreateTopicsRequestTopic{topicRequest("twice", 1, 1), topicRequest("once", 1, 1), topicRequest("twice", 1, 1)}
	resp := ask[*kmsg.CreateTopicsResponse](p, req, 7)
	if len(resp.Topics) != 2 || resp.Topics[0].ErrorCode != kerr.InvalidRequest.Code || resp.Topics[1].ErrorCode != 0 {
		t.Errorf("%+v", resp.Topics)
	}
}

func TestStrictReplication(t *testing.T) {
	b := startBroker(t, Options{StrictReplication: true})
	req := kmsg.NewPtrCreateTopicsRequest()
	req.Topics = []kmsg.CreateTopicsRequestTopic{topicRequest("a", 1, 2)}
	if got := ask[*kmsg.CreateTopicsResponse](b.dial(), req, 5).Topics[0]; got.ErrorCode != kerr.InvalidReplicationFactor.Code {
		t.Fatalf("%+v", got)
	}
}

func TestCreatedTopicTellsItsSettings(t *testing.T) {
	b := startBroker(t, Options{})
	req := kmsg.NewPtrCreateTopicsRequest()
	req.Topics = []kmsg.CreateTopicsRequestTopic{topicRequest("a", 1, 1, "retention.ms", "1000")}
	got := map[string]string{}
	for _, c := range ask[*kmsg.CreateTopicsResponse](b.dial(), req, 7).Topics[0].Configs {
		got[c.Name] = fmt.Sprintf("%s from %v", *c.Value, kmsg.ConfigSource(c.Source))
	}
	if got["retention.ms"] != "1000 from DYNAMIC_TOPIC_CONFIG" || got["cleanup.policy"] != "delete from DEFAULT_CONFIG" {
		t.Fatal(got)
	}
}

func TestMetadata(t *testing.T) {
	b := startBroker(t, Options{NumPartitions: 2})
	b.createTopic("a", 1)
	b.createTopic("b", 3)
	p := b.dial()
	names := func(version int16, req *kmsg.MetadataRequest) string {
		out := ""
		resp := ask[*kmsg.MetadataResponse](p, req, version)
		if len(resp.Brokers) != 1 || fmt.Sprintf("%s:%d", resp.Brokers[0].Host, resp.Brokers[0].Port) != b.addr {
			t.Errorf("version %d: brokers %+v", version, resp.Brokers)
		}
		for _, m := range resp.Topics {
			name := "-"
			if m.Topic != nil {
				name = *m.Topic
			}
			out += fmt.Sprintf("%s:%d:%d ", name, len(m.Partitions), m.ErrorCode)
		}
		return out
	}
	topics := func(allow bool, names ...string) *kmsg.MetadataRequest {
		req := kmsg.NewPtrMetadataRequest()
		req.AllowAutoTopicCreation = allow
		req.Topics = []kmsg.MetadataRequestTopic{}
		for i := range names {
			rt := kmsg.NewMetadataRequestTopic()
			rt.Topic = &names[i]
			req.Topics = append(req.Topics, rt)
		}
		return req
	}
	all := kmsg.NewPtrMetadataRequest()
	for version := int16(1); version <= 12; version++ {
		if got := names(version, all); got != "a:1:0 b:3:0 " {
			t.Errorf("version %d, null: %s", version, got)
		}
		if got := names(version, topics(false)); got != "" {
			t.Errorf("version %d, none: %s", version, got)
		}
	}
	if got := names(0, topics(false)); got != "a:1:0 b:3:0 " {
		t.Errorf("version 0, none: %s", got)
	}
	if got := names(9, topics(false, "b", "new")); got != "b:3:0 new:0:3 " {
		t.Errorf("no creation: %s", got)
	}
	if got := names(9, topics(true, "b", "new", "bad name")); got != "b:3:0 new:2:0 bad name:0:17 " {
		t.Errorf("creation: %s", got)
	}
	if got := names(1, topics(false, "newer")); got != "newer:2:0 " {
		t.Errorf("old clients always create: %s", got)
	}
	info, _ := b.log.Topic("b")
	byID := kmsg.NewPtrMetadataRequest()
	byID.Topics = []kmsg.MetadataRequestTopic{{TopicID: info.ID}, {TopicID: [16]byte{1}}}
	if got := names(12, byID); got != fmt.Sprintf("b:3:0 -:0:%d ", kerr.UnknownTopicID.Code) {
		t.Errorf("by id: %s", got)
	}

	b.opts.NoAutoCreate = true
	if got := names(9, topics(true, "newest")); got != "newest:0:3 " {
		t.Errorf("creation forbidden: %s", got)
	}
}

func TestDeleteTopics(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("a", 1)
	b.createTopic("b", 1)
	if err := b.log.CreateTopic(testContext(t), "internal", log.TopicConfig{Partitions: 1, Internal: true}); err != nil {
		t.Fatal(err)
	}
	p := b.dial()
	req := kmsg.NewPtrDeleteTopicsRequest()
	req.TopicNames = []string{"a", "none", "internal"}
	resp := ask[*kmsg.DeleteTopicsResponse](p, req, 5)
	for i, want := range []*kerr.Error{nil, kerr.UnknownTopicOrPartition, kerr.PolicyViolation} {
		if resp.Topics[i].ErrorCode != codeOf(asError(want)) {
			t.Errorf("%s: %d, want %v", *resp.Topics[i].Topic, resp.Topics[i].ErrorCode, want)
		}
	}
	info, _ := b.log.Topic("b")
	req = kmsg.NewPtrDeleteTopicsRequest()
	req.Topics = []kmsg.DeleteTopicsRequestTopic{{TopicID: info.ID}, {TopicID: info.ID}}
	resp = ask[*kmsg.DeleteTopicsResponse](p, req, 6)
	if resp.Topics[0].ErrorCode != 0 || *resp.Topics[0].Topic != "b" || resp.Topics[1].ErrorCode != kerr.UnknownTopicID.Code {
		t.Errorf("by id: %+v", resp.Topics)
	}
	if left := b.log.Topics(); len(left) != 1 || left[0].Name != "internal" {
		t.Errorf("left: %+v", left)
	}
}

func TestCreatePartitions(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("a", 2)
	p := b.dial()
	for _, c := range []struct {
		topic    string
		count    int32
		replicas []int32
		validate bool
		want     *kerr.Error
		after    int
	}{
		{"a", 3, nil, true, nil, 2},
		{"a", 3, nil, false, nil, 3},
		{"a", 3, nil, false, kerr.InvalidPartitions, 3},
		{"a", 2, nil, false, kerr.InvalidPartitions, 3},
		{"a", -1, nil, false, kerr.InvalidPartitions, 3},
		{"a", 4, []int32{7}, false, kerr.InvalidReplicaAssignment, 3},
		{"a", 5, []int32{1}, false, kerr.InvalidReplicaAssignment, 3},
		{"a", 4, []int32{1}, false, nil, 4},
		{"none", 4, nil, false, kerr.UnknownTopicOrPartition, 0},
	} {
		req := kmsg.NewPtrCreatePartitionsRequest()
		rt := kmsg.NewCreatePartitionsRequestTopic()
		rt.Topic, rt.Count = c.topic, c.count
		if c.replicas != nil {
			rt.Assignment = []kmsg.CreatePartitionsRequestTopicAssignment{{Replicas: c.replicas}}
		}
		req.Topics, req.ValidateOnly = append(req.Topics, rt), c.validate
		got := ask[*kmsg.CreatePartitionsResponse](p, req, 3).Topics[0]
		info, _ := b.log.Topic(c.topic)
		if got.ErrorCode != codeOf(asError(c.want)) || info.Config.Partitions != c.after {
			t.Errorf("%+v: got %+v, %d partitions", c, got, info.Config.Partitions)
		}
	}
}

func TestDeleteRecords(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("a", 1)
	b.createTopic("compacted", 1, "cleanup.policy", "compact")
	for _, topic := range []string{"a", "compacted"} {
		b.append(topic, 0, batch(1, "1", "2", "3", "4"))
	}
	p := b.dial()
	for _, c := range []struct {
		topic     string
		partition int32
		offset    int64
		low       int64
		want      *kerr.Error
	}{
		{"a", 0, 2, 2, nil},
		{"a", 0, 1, 2, nil},
		{"a", 0, 5, -1, kerr.OffsetOutOfRange},
		{"a", 0, -2, -1, kerr.OffsetOutOfRange},
		{"a", 1, 0, -1, kerr.UnknownTopicOrPartition},
		{"a", 0, -1, 4, nil},
		{"compacted", 0, 1, -1, kerr.PolicyViolation},
	} {
		req := kmsg.NewPtrDeleteRecordsRequest()
		rt := kmsg.NewDeleteRecordsRequestTopic()
		rt.Topic, rt.Partitions = c.topic, []kmsg.DeleteRecordsRequestTopicPartition{{Partition: c.partition, Offset: c.offset}}
		req.Topics = append(req.Topics, rt)
		got := ask[*kmsg.DeleteRecordsResponse](p, req, 2).Topics[0].Partitions[0]
		if got.ErrorCode != codeOf(asError(c.want)) || got.LowWatermark != c.low {
			t.Errorf("%+v: got %+v", c, got)
		}
	}
}

func TestListOffsets(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("a", 1)
	b.createTopic("empty", 1)
	b.append("a", 0, batch(100, "1"), batch(300, "2"), batch(200, "3"))
	if err := b.log.DeleteRecords(testContext(t), "a", 0, 1); err != nil {
		t.Fatal(err)
	}
	p := b.dial()
	for _, c := range []struct {
		topic        string
		version      int16
		time         int64
		offset, when int64
		want         *kerr.Error
	}{
		{"a", 1, -1, 3, -1, nil},
		{"a", 1, -2, 1, -1, nil},
		{"a", 7, -3, 1, 300, nil},
		{"a", 6, -3, -1, -1, kerr.UnsupportedVersion},
		{"a", 8, -4, 1, -1, nil},
		{"a", 9, -5, -1, -1, nil},
		{"a", 10, -6, -1, -1, kerr.UnsupportedVersion},
		{"a", 1, 0, 1, 300, nil},
		{"a", 1, 150, 1, 300, nil},
		{"a", 1, 301, -1, -1, nil},
		{"empty", 7, -1, 0, -1, nil},
		{"empty", 7, -2, 0, -1, nil},
		{"empty", 7, -3, -1, -1, nil},
		{"empty", 7, 0, -1, -1, nil},
		{"none", 7, -1, -1, -1, kerr.UnknownTopicOrPartition},
	} {
		req := kmsg.NewPtrListOffsetsRequest()
		rt := kmsg.NewListOffsetsRequestTopic()
		rp := kmsg.NewListOffsetsRequestTopicPartition()
		rp.Timestamp = c.time
		rt.Topic, rt.Partitions = c.topic, []kmsg.ListOffsetsRequestTopicPartition{rp}
		req.Topics = append(req.Topics, rt)
		got := ask[*kmsg.ListOffsetsResponse](p, req, c.version).Topics[0].Partitions[0]
		if got.ErrorCode != codeOf(asError(c.want)) || got.Offset != c.offset || got.Timestamp != c.when {
			t.Errorf("%+v: got %+v", c, got)
		}
	}
}

func TestFindCoordinatorIsUs(t *testing.T) {
	b := startBroker(t, Options{Advertise: "leat.example:9092"})
	p := b.dial()
	for version := int16(0); version <= 6; version++ {
		for kind := range int8(3) {
			if version == 0 && kind > 0 {
				continue
			}
			req := kmsg.NewPtrFindCoordinatorRequest()
			req.CoordinatorKey, req.CoordinatorKeys, req.CoordinatorType = "k", []string{"k", "l"}, kind
			resp := ask[*kmsg.FindCoordinatorResponse](p, req, version)
			got := []kmsg.FindCoordinatorResponseCoordinator{{NodeID: resp.NodeID, Host: resp.Host, Port: resp.Port, ErrorCode: resp.ErrorCode}}
			if version >= 4 {
				got = resp.Coordinators
			}
			for _, g := range got {
				ok := g.NodeID == nodeID && g.Host == "leat.example" && g.Port == 9092 && g.ErrorCode == 0
				if kind == 2 {
					ok = g.ErrorCode == kerr.InvalidRequest.Code
				}
				if !ok {
					t.Errorf("version %d, type %d: %+v", version, kind, g)
				}
			}
		}
	}
}

func TestDescribeCluster(t *testing.T) {
	b := startBroker(t, Options{ClusterID: "c"})
	p := b.dial()
	req := kmsg.NewPtrDescribeClusterRequest()
	resp := ask[*kmsg.DescribeClusterResponse](p, req, 2)
	if resp.ErrorCode != 0 || resp.ClusterID != "c" || resp.ControllerID != nodeID || len(resp.Brokers) != 1 {
		t.Errorf("%+v", resp)
	}
	req.EndpointType = 2
	if resp = ask[*kmsg.DescribeClusterResponse](p, req, 1); resp.ErrorCode != kerr.MismatchedEndpointType.Code {
		t.Errorf("%+v", resp)
	}
}

func TestOffsetForLeaderEpoch(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("a", 1)
	b.append("a", 0, batch(1, "1", "2"))
	now := b.leaderEpoch()
	p := b.dial()
	for _, c := range []struct {
		current, epoch int32
		found          int32
		end            int64
		want           *kerr.Error
	}{
		{-1, now, now, 2, nil},
		{now, now, now, 2, nil},
		{now + 1, now, -1, -1, kerr.UnknownLeaderEpoch},
		{-1, now + 1, -1, -1, nil},
	} {
		req := kmsg.NewPtrOffsetForLeaderEpochRequest()
		rt := kmsg.NewOffsetForLeaderEpochRequestTopic()
		rp := kmsg.NewOffsetForLeaderEpochRequestTopicPartition()
		rp.CurrentLeaderEpoch, rp.LeaderEpoch = c.current, c.epoch
		rt.Topic, rt.Partitions = "a", []kmsg.OffsetForLeaderEpochRequestTopicPartition{rp}
		req.Topics = append(req.Topics, rt)
		got := ask[*kmsg.OffsetForLeaderEpochResponse](p, req, 2).Topics[0].Partitions[0]
		if got.ErrorCode != codeOf(asError(c.want)) || got.LeaderEpoch != c.found || got.EndOffset != c.end {
			t.Errorf("%+v: got %+v", c, got)
		}
	}
}
