package broker

import (
	"context"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// OffsetDelete: 0.
//
//   - Offsets of topics that members read stay: GROUP_SUBSCRIBED_TO_TOPIC. If what they read cannot be told it is
//     NON_EMPTY_GROUP for all.
func (b *Broker) offsetDelete(ctx context.Context, c *call, req *kmsg.OffsetDeleteRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.OffsetDeleteResponse)
	subscribed, err := b.groups.Subscribed(req.Group)
	if refused := c.mayGroup(kmsg.ACLOperationDelete, req.Group); refused != nil {
		err = refused
	}
	if err != nil {
		resp.ErrorCode = codeOf(err)
		return resp, nil
	}
	var partitions []log.TopicPartition
	for i := range req.Topics {
		to := kmsg.NewOffsetDeleteResponseTopic()
		to.Topic = req.Topics[i].Topic
		t, known := b.log.Topic(to.Topic)
		for _, p := range req.Topics[i].Partitions {
			answer := kmsg.NewOffsetDeleteResponseTopicPartition()
			answer.Partition = p.Partition
			refused := c.mayTopic(kmsg.ACLOperationRead, to.Topic)
			switch {
			case refused != nil:
				answer.ErrorCode = codeOf(refused)
			case !known || p.Partition < 0 || int(p.Partition) >= t.Config.Partitions:
				answer.ErrorCode = kerr.UnknownTopicOrPartition.Code
			case subscribed[to.Topic]:
				answer.ErrorCode = kerr.GroupSubscribedToTopic.Code
			default:
				partitions = append(partitions, log.TopicPartition{Topic: to.Topic, Partition: p.Partition})
			}
			to.Partitions = append(to.Partitions, answer)
		}
		resp.Topics = append(resp.Topics, to)
	}
	if err := b.log.DeleteOffsets(ctx, req.Group, partitions); err != nil {
		resp.ErrorCode, resp.Topics = codeOf(err), nil
	}
	return resp, nil
}
