package broker

import (
	"cmp"
	"context"
	"time"

	"github.com/leatdb/leat/kafka/groups"
	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// maxCommitMetadata is the size of the text that may come with an offset.
const maxCommitMetadata = 4096

// OffsetCommit: 2-9.
//
//   - Durable when it is answered. Members commit in their generation; who is none, with generation -1, only while the group
//     has no members. Partitions that do not exist and metadata of more than 4096 bytes do not keep the others back.
//   - 2-4: a time of retention, which is not used: that of the broker holds. 6: leader epochs. 7: static members.
func (b *Broker) offsetCommit(ctx context.Context, c *call, req *kmsg.OffsetCommitRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.OffsetCommitResponse)
	end, err := b.beginCommit(c, groups.Commit{
		Group: req.Group, MemberID: req.MemberID, Instance: deref(req.InstanceID), Generation: req.Generation,
	})
	if err == nil {
		defer end()
	}
	var offsets []log.GroupOffset
	for i := range req.Topics {
		from := &req.Topics[i]
		to := kmsg.NewOffsetCommitResponseTopic()
		to.Topic = from.Topic
		topic := b.commitTopic(c, from.Topic, err)
		for j := range from.Partitions {
			p := &from.Partitions[j]
			answer := kmsg.NewOffsetCommitResponseTopicPartition()
			answer.Partition = p.Partition
			var offset log.GroupOffset
			offset, answer.ErrorCode = topic.offset(p.Partition, p.Offset, p.LeaderEpoch, p.Metadata)
			if answer.ErrorCode == 0 {
				offset.Group = req.Group
				offsets = append(offsets, offset)
			}
			to.Partitions = append(to.Partitions, answer)
		}
		resp.Topics = append(resp.Topics, to)
	}
	if len(offsets) == 0 {
		return resp, nil
	}
	if err := b.log.CommitOffsets(ctx, offsets); err != nil {
		refuseCommit(resp, codeOf(err))
	}
	return resp, nil
}

// commitTopic is a topic in which a client commits offsets.
type commitTopic struct {
	name       string
	partitions int
	refused    error // why all of it is
	now        int64 // milliseconds
}

// commitTopic says whether the client may commit offsets in a topic, unless the commit is refused as a whole.
func (b *Broker) commitTopic(c *call, name string, refused error) commitTopic {
	t := commitTopic{name: name, refused: cmp.Or(refused, c.mayTopic(kmsg.ACLOperationRead, name)), now: time.Now().UnixMilli()}
	if known, ok := b.log.Topic(name); ok {
		t.partitions = known.Config.Partitions
	}
	return t
}

// offset returns what a client commits in a partition, or the code of what is wrong with it.
func (t *commitTopic) offset(partition int32, offset int64, leaderEpoch int32, metadata *string) (log.GroupOffset, int16) {
	switch {
	case t.refused != nil:
		return log.GroupOffset{}, codeOf(t.refused)
	case partition < 0 || int(partition) >= t.partitions:
		return log.GroupOffset{}, kerr.UnknownTopicOrPartition.Code
	case len(deref(metadata)) > maxCommitMetadata:
		return log.GroupOffset{}, kerr.OffsetMetadataTooLarge.Code
	}
	return log.GroupOffset{
		Topic: t.name, Partition: partition, Offset: offset,
		Metadata: deref(metadata), EpochPlusOne: max(leaderEpoch, -1) + 1, CommitMillis: t.now,
	}, 0
}

// beginCommit is groups.Coordinator.BeginCommit for who may read as the group.
func (b *Broker) beginCommit(c *call, q groups.Commit) (end func(), err error) {
	if err := c.mayGroup(kmsg.ACLOperationRead, q.Group); err != nil {
		return nil, err
	}
	return b.groups.BeginCommit(q)
}

// refuseCommit answers all that was not refused before with an error.
func refuseCommit(resp *kmsg.OffsetCommitResponse, code int16) {
	for i := range resp.Topics {
		for j := range resp.Topics[i].Partitions {
			if p := &resp.Topics[i].Partitions[j]; p.ErrorCode == 0 {
				p.ErrorCode = code
			}
		}
	}
}
