package broker

import (
	"context"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// OffsetForLeaderEpoch: 2-4.
//
//   - Where the records of a leader epoch end, from the history of the partition: a consumer whose records go further has read
//     what a crash took back. -1 and -1 if the epoch is not known.
//   - 2: the client's leader epoch is checked.
func (b *Broker) offsetForLeaderEpoch(_ context.Context, c *call, req *kmsg.OffsetForLeaderEpochRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.OffsetForLeaderEpochResponse)
	for i := range req.Topics {
		from := &req.Topics[i]
		to := kmsg.NewOffsetForLeaderEpochResponseTopic()
		to.Topic = from.Topic
		for _, ask := range from.Partitions {
			r := kmsg.NewOffsetForLeaderEpochResponseTopicPartition()
			r.Partition = ask.Partition
			epoch, end, err := b.log.EpochEnd(from.Topic, ask.Partition, ask.LeaderEpoch)
			if refused := c.mayTopic(kmsg.ACLOperationDescribe, from.Topic); refused != nil {
				err = refused
			}
			if err == nil {
				err = b.log.CheckLeaderEpoch(ask.CurrentLeaderEpoch)
			}
			if err != nil {
				epoch, end = -1, -1
			}
			r.LeaderEpoch, r.EndOffset, r.ErrorCode = epoch, end, codeOf(err)
			to.Partitions = append(to.Partitions, r)
		}
		resp.Topics = append(resp.Topics, to)
	}
	return resp, nil
}
