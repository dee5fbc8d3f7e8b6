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
	now := time.Now().UnixMilli()
	var offsets []log.GroupOffset
	for i := range req.Topics {
		from := &req.Topics[i]
		to := kmsg.NewOffsetCommitResponseTopic()
		to.Topic = from.Topic
		t, known := b.log.Topic(from.Topic)
		refused := cmp.Or(err, c.mayTopic(kmsg.ACLOperationRead, from.Topic))
		for j := range from.Partitions {
			p := &from.Partitions[j]
			answer := kmsg.NewOffsetCommitResponseTopicPartition()
			answer.Partition = p.Partition
			switch {
			case refused != nil:
				answer.ErrorCode = codeOf(refused)
			case !known || p.Partition < 0 || int(p.Partition) >= t.Config.Partitions:
				answer.ErrorCode = kerr.UnknownTopicOrPartition.Code
			case len(deref(p.Metadata)) > maxCommitMetadata:
				answer.ErrorCode = kerr.OffsetMetadataTooLarge.Code
			default:
				offsets = append(offsets, log.GroupOffset{
					Group: req.Group, Topic: from.Topic, Partition: p.Partition, Offset: p.Offset,
					Metadata: deref(p.Metadata), EpochPlusOne: max(p.LeaderEpoch, -1) + 1, CommitMillis: now,
				})
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
