package broker

import (
	"context"
	"fmt"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// DeleteRecords: 0-2.
//
//   - Moves the start of partitions up to an offset, or to the high watermark (-1); durable when the answer comes. The answer
//     has the start of the partition, which is never moved back.
//   - A topic that is only compacted keeps its records: POLICY_VIOLATION.
func (b *Broker) deleteRecords(ctx context.Context, c *call, req *kmsg.DeleteRecordsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.DeleteRecordsResponse)
	for i := range req.Topics {
		from := &req.Topics[i]
		to := kmsg.NewDeleteRecordsResponseTopic()
		to.Topic = from.Topic
		for _, ask := range from.Partitions {
			r := kmsg.NewDeleteRecordsResponseTopicPartition()
			r.Partition = ask.Partition
			start, err := b.deleteBefore(ctx, c, from.Topic, ask.Partition, ask.Offset)
			r.LowWatermark, r.ErrorCode = start, codeOf(err)
			to.Partitions = append(to.Partitions, r)
		}
		resp.Topics = append(resp.Topics, to)
	}
	return resp, nil
}

// deleteBefore returns where the partition starts then.
func (b *Broker) deleteBefore(ctx context.Context, c *call, topic string, partition int32, offset int64) (int64, error) {
	if err := c.mayTopic(kmsg.ACLOperationDelete, topic); err != nil {
		return -1, err
	}
	t, err := b.foreignTopic(topic)
	if err != nil {
		return -1, err
	}
	if t.Config.Cleanup == log.Compact {
		return -1, fmt.Errorf("%w: topic %s is compacted", kerr.PolicyViolation, topic)
	}
	if offset < -1 {
		return -1, fmt.Errorf("%w: %d", kerr.OffsetOutOfRange, offset)
	}
	if err := b.log.DeleteRecords(ctx, topic, partition, offset); err != nil {
		return -1, err
	}
	marks, err := b.log.Watermarks(topic, partition)
	if err != nil {
		return -1, err
	}
	return marks.Start, nil
}
