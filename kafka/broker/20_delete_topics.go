package broker

import (
	"context"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// DeleteTopics: 0-6.
//
//   - Topics are gone for good when the answer comes, with their records and the offsets of groups in them; whoever waits for records is
//     woken. Those that leat keeps for itself stay: POLICY_VIOLATION.
//   - 5: errors come with a text. 6: topics may be named by id.
func (b *Broker) deleteTopics(ctx context.Context, c *call, req *kmsg.DeleteTopicsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.DeleteTopicsResponse)
	asks := req.Topics
	for i := range req.TopicNames {
		asks = append(asks, kmsg.DeleteTopicsRequestTopic{Topic: &req.TopicNames[i]})
	}
	for i := range asks {
		r := kmsg.NewDeleteTopicsResponseTopic()
		r.Topic, r.TopicID = asks[i].Topic, asks[i].TopicID
		err := b.deleteTopic(ctx, c, &r)
		r.ErrorCode, r.ErrorMessage = codeOf(err), textOf(err)
		resp.Topics = append(resp.Topics, r)
	}
	return resp, nil
}

// deleteTopic deletes the topic that r names, and completes the name.
func (b *Broker) deleteTopic(ctx context.Context, c *call, r *kmsg.DeleteTopicsResponseTopic) error {
	if r.Topic == nil {
		t, err := b.topicByID(r.TopicID)
		if err != nil {
			return err
		}
		if c.mayTopic(kmsg.ACLOperationDescribe, t.Name) != nil {
			return kerr.UnknownTopicID
		}
		r.Topic = &t.Name
	} else if r.TopicID != [16]byte{} {
		return kerr.InvalidRequest // both
	}
	if err := c.mayTopic(kmsg.ACLOperationDelete, *r.Topic); err != nil {
		return err
	}
	t, err := b.foreignTopic(*r.Topic)
	if err != nil {
		return err
	}
	r.TopicID = t.ID
	if err := b.log.DeleteTopic(ctx, t.Name); err != nil {
		return err
	}
	b.logger.Info("topic deleted", "topic", t.Name)
	return nil
}
