package broker

import (
	"cmp"
	"context"
	"slices"

	"github.com/leatdb/leat/kafka/acls"
	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// maxPartitionsTold is how many partitions an answer has at most, whatever the client wants.
const maxPartitionsTold = 2000

// DescribeTopicPartitions: 0.
//
//   - What Metadata says of topics, sorted by name, in pages: as many partitions as the client wants, at most 2000, and where the next page
//     begins. No topics mean all. Topics are not made by being asked for.
//   - Lists of replicas are empty, never null.
//   - The cursor is where a page begins; topics before it are left out. A limit or a partition below 0 is INVALID_REQUEST for all
//     topics that are asked for.
func (b *Broker) describeTopicPartitions(_ context.Context, c *call, req *kmsg.DescribeTopicPartitionsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.DescribeTopicPartitionsResponse)
	var names []string
	for i := range req.Topics {
		names = append(names, req.Topics[i].Topic)
	}
	if len(names) == 0 {
		for _, t := range b.log.Topics() {
			if c.mayTopic(kmsg.ACLOperationDescribe, t.Name) == nil {
				names = append(names, t.Name)
			}
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	left, from := min(int(req.ResponsePartitionLimit), maxPartitionsTold), 0
	if req.Cursor != nil {
		at, _ := slices.BinarySearch(names, req.Cursor.Topic)
		names = names[at:]
		from = int(req.Cursor.Partition)
	}
	if left <= 0 || from < 0 {
		for _, name := range names {
			resp.Topics = append(resp.Topics, refusedTopic(name, kerr.InvalidRequest))
		}
		return resp, nil
	}
	for _, name := range names {
		first := 0
		if req.Cursor != nil && name == req.Cursor.Topic {
			first = from
		}
		if left == 0 {
			resp.NextCursor = cursorAt(name, first)
			break
		}
		t, next := b.topicPage(c, name, first, left)
		left -= len(t.Partitions)
		resp.Topics = append(resp.Topics, t)
		if next > 0 {
			resp.NextCursor = cursorAt(name, next)
			break
		}
	}
	return resp, nil
}

// topicPage describes up to limit partitions of a topic, and says which comes next, 0 if none does.
func (b *Broker) topicPage(c *call, name string, first, limit int) (kmsg.DescribeTopicPartitionsResponseTopic, int) {
	if err := c.mayTopic(kmsg.ACLOperationDescribe, name); err != nil {
		return refusedTopic(name, err), 0
	}
	info, known := b.log.Topic(name)
	if err := log.CheckTopicName(name); err != nil || !known {
		return refusedTopic(name, cmp.Or(err, error(kerr.UnknownTopicOrPartition))), 0
	}
	t := kmsg.NewDescribeTopicPartitionsResponseTopic()
	t.Topic, t.TopicID, t.IsInternal = &name, info.ID, info.Config.Internal
	t.AuthorizedOperations = c.mayAll(true, acls.Topic, name)
	end := min(info.Config.Partitions, first+limit)
	nodes := []int32{nodeID}
	for i := first; i < end; i++ {
		p := kmsg.NewDescribeTopicPartitionsResponseTopicPartition()
		p.Partition, p.LeaderID, p.LeaderEpoch, p.Replicas, p.ISR = int32(i), nodeID, b.leaderEpoch(), nodes, nodes
		// Java's client does not take null for the eligible leaders, though the protocol allows it.
		p.OfflineReplicas, p.EligibleLeaderReplicas, p.LastKnownELR = []int32{}, []int32{}, []int32{}
		t.Partitions = append(t.Partitions, p)
	}
	if end < info.Config.Partitions {
		return t, end
	}
	return t, 0
}

func refusedTopic(name string, err error) kmsg.DescribeTopicPartitionsResponseTopic {
	t := kmsg.NewDescribeTopicPartitionsResponseTopic()
	t.Topic, t.ErrorCode = &name, codeOf(err)
	return t
}

func cursorAt(topic string, partition int) *kmsg.DescribeTopicPartitionsResponseNextCursor {
	c := kmsg.NewDescribeTopicPartitionsResponseNextCursor()
	c.Topic, c.Partition = topic, int32(partition)
	return &c
}
