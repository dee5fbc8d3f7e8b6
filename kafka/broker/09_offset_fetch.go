package broker

import (
	"context"
	"slices"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// OffsetFetch: 1-9.
//
//   - Offset -1 for what is not committed, also in groups nobody has heard of. 2: null topics mean all that is committed. 5: leader epochs.
//   - 7: with RequireStable, UNSTABLE_OFFSET_COMMIT for partitions whose offset is pending in a transaction. 8: several groups.
//   - 9: member ids and epochs of another kind of group, which are not looked at.
func (b *Broker) offsetFetch(_ context.Context, c *call, req *kmsg.OffsetFetchRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.OffsetFetchResponse)
	if req.Version >= 8 {
		for i := range req.Groups {
			resp.Groups = append(resp.Groups, b.fetchGroup(c, &req.Groups[i], req.RequireStable))
		}
		return resp, nil
	}
	ask := kmsg.OffsetFetchRequestGroup{Group: req.Group}
	if req.Topics != nil || req.Version < 2 {
		ask.Topics = []kmsg.OffsetFetchRequestGroupTopic{}
	}
	for _, t := range req.Topics {
		ask.Topics = append(ask.Topics, kmsg.OffsetFetchRequestGroupTopic{Topic: t.Topic, Partitions: t.Partitions})
	}
	found := b.fetchGroup(c, &ask, req.RequireStable)
	resp.ErrorCode = found.ErrorCode
	for _, from := range found.Topics {
		to := kmsg.NewOffsetFetchResponseTopic()
		to.Topic = from.Topic
		for _, p := range from.Partitions {
			to.Partitions = append(to.Partitions, kmsg.OffsetFetchResponseTopicPartition(p))
		}
		resp.Topics = append(resp.Topics, to)
	}
	return resp, nil
}

func (b *Broker) fetchGroup(c *call, ask *kmsg.OffsetFetchRequestGroup, stable bool) kmsg.OffsetFetchResponseGroup {
	r := kmsg.NewOffsetFetchResponseGroup()
	r.Group = ask.Group
	if err := c.mayGroup(kmsg.ACLOperationDescribe, ask.Group); err != nil {
		r.ErrorCode = codeOf(err)
		return r
	}
	topics, all := ask.Topics, ask.Topics == nil
	if all {
		topics = committedTopics(b.log.GroupOffsets(ask.Group))
	}
	for i := range topics {
		t := kmsg.NewOffsetFetchResponseGroupTopic()
		t.Topic = topics[i].Topic
		refused := c.mayTopic(kmsg.ACLOperationDescribe, t.Topic)
		if refused != nil && all {
			continue
		}
		for _, partition := range topics[i].Partitions {
			p := kmsg.NewOffsetFetchResponseGroupTopicPartition()
			p.Partition, p.Offset, p.LeaderEpoch, p.Metadata, p.ErrorCode = partition, -1, -1, new(string), codeOf(refused)
			if refused == nil {
				b.fetchOffset(ask.Group, t.Topic, &p, stable)
			}
			t.Partitions = append(t.Partitions, p)
		}
		r.Topics = append(r.Topics, t)
	}
	return r
}

// fetchOffset completes p if there is an offset.
func (b *Broker) fetchOffset(group, topic string, p *kmsg.OffsetFetchResponseGroupTopicPartition, stable bool) {
	switch o, pending, ok := b.log.GroupOffset(group, topic, p.Partition); {
	case pending && stable:
		p.ErrorCode = kerr.UnstableOffsetCommit.Code
	case ok:
		p.Offset, p.LeaderEpoch, p.Metadata = o.Offset, o.EpochPlusOne-1, &o.Metadata
	}
}

// committedTopics makes of sorted offsets what a client would ask for to get them.
func committedTopics(offsets []log.GroupOffset) []kmsg.OffsetFetchRequestGroupTopic {
	var topics []kmsg.OffsetFetchRequestGroupTopic
	for _, o := range offsets {
		i := slices.IndexFunc(topics, func(t kmsg.OffsetFetchRequestGroupTopic) bool { return t.Topic == o.Topic })
		if i < 0 {
			i = len(topics)
			topics = append(topics, kmsg.OffsetFetchRequestGroupTopic{Topic: o.Topic})
		}
		topics[i].Partitions = append(topics[i].Partitions, o.Partition)
	}
	return topics
}
