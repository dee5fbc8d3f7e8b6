package broker

import (
	"context"
	"errors"
	"fmt"

	"github.com/leatdb/leat/kafka/acls"
	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Metadata: 0-12.
//
//   - 0: no topics in the request means all. 1: null means all, none means none.
//   - 4: the client says whether topics that do not exist shall be made; before, it always wants that. They are made before the answer, so
//     that the first produce succeeds. Options.NoAutoCreate forbids it.
//   - What the client may not describe is left out of all topics, and TOPIC_AUTHORIZATION_FAILED or, by id, UNKNOWN_TOPIC_ID if it is named.
//   - 8: operations the client is allowed, if it asks.
//   - 10: topic ids in the answer. 12: topics may be asked for by id.
func (b *Broker) metadata(ctx context.Context, c *call, req *kmsg.MetadataRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.MetadataResponse)
	self := kmsg.NewMetadataResponseBroker()
	self.NodeID, self.Host, self.Port = nodeID, c.conn.self.host, c.conn.self.port
	resp.Brokers = []kmsg.MetadataResponseBroker{self}
	resp.ClusterID = &b.opts.ClusterID
	resp.ControllerID = nodeID
	resp.AuthorizedOperations = c.mayAll(req.IncludeClusterAuthorizedOperations, acls.Cluster, acls.ClusterName)
	if req.Topics == nil || req.Version == 0 && len(req.Topics) == 0 {
		for _, t := range b.log.Topics() {
			if c.mayTopic(kmsg.ACLOperationDescribe, t.Name) == nil {
				resp.Topics = append(resp.Topics, b.describeTopic(t))
			}
		}
		c.tellRights(req, resp)
		return resp, nil
	}
	create := (req.AllowAutoTopicCreation || req.Version < 4) && !b.opts.NoAutoCreate
	for i := range req.Topics {
		resp.Topics = append(resp.Topics, b.topicMetadata(ctx, c, &req.Topics[i], create))
	}
	c.tellRights(req, resp)
	return resp, nil
}

// topicMetadata finds one topic that is asked for, or makes it.
func (b *Broker) topicMetadata(ctx context.Context, c *call, ask *kmsg.MetadataRequestTopic, create bool) kmsg.MetadataResponseTopic {
	t, err := b.describableTopic(c, ask)
	if errors.Is(err, kerr.UnknownTopicOrPartition) && create {
		if err = c.mayCreate(*ask.Topic); err == nil {
			t, err = b.autoCreate(ctx, *ask.Topic)
		}
	}
	if err == nil {
		return b.describeTopic(t)
	}
	m := kmsg.NewMetadataResponseTopic()
	m.Topic, m.TopicID, m.ErrorCode = ask.Topic, ask.TopicID, codeOf(err)
	return m
}

// tellRights tells the operations that the client is allowed, if it asks.
func (c *call) tellRights(req *kmsg.MetadataRequest, resp *kmsg.MetadataResponse) {
	for i := range resp.Topics {
		if t := &resp.Topics[i]; t.ErrorCode == 0 {
			t.AuthorizedOperations = c.mayAll(req.IncludeTopicAuthorizedOperations, acls.Topic, *t.Topic)
		}
	}
}

// describableTopic is askedTopic for who may know about it.
func (b *Broker) describableTopic(c *call, ask *kmsg.MetadataRequestTopic) (log.TopicInfo, error) {
	if ask.Topic != nil {
		if err := c.mayTopic(kmsg.ACLOperationDescribe, *ask.Topic); err != nil {
			return log.TopicInfo{}, err
		}
		return b.askedTopic(ask)
	}
	t, err := b.askedTopic(ask)
	if err == nil && c.mayTopic(kmsg.ACLOperationDescribe, t.Name) != nil {
		return log.TopicInfo{}, kerr.UnknownTopicID
	}
	return t, err
}

func (b *Broker) askedTopic(ask *kmsg.MetadataRequestTopic) (log.TopicInfo, error) {
	if ask.Topic == nil {
		return b.topicByID(ask.TopicID)
	}
	if err := log.CheckTopicName(*ask.Topic); err != nil {
		return log.TopicInfo{}, err
	}
	t, ok := b.log.Topic(*ask.Topic)
	switch {
	case !ok:
		return t, kerr.UnknownTopicOrPartition
	case ask.TopicID != [16]byte{} && ask.TopicID != t.ID:
		return t, kerr.InconsistentTopicID
	}
	return t, nil
}

// autoCreate makes a topic as nobody asked for in particular.
func (b *Broker) autoCreate(ctx context.Context, name string) (log.TopicInfo, error) {
	err := b.log.CreateTopic(ctx, name, log.TopicConfig{Partitions: b.opts.NumPartitions})
	if err != nil && !errors.Is(err, log.ErrTopicExists) {
		return log.TopicInfo{}, fmt.Errorf("creating topic %s: %w", name, err)
	}
	t, ok := b.log.Topic(name)
	if !ok {
		return t, kerr.UnknownTopicOrPartition // deleted already
	}
	b.logger.Info("topic created for a client that asked for it", "topic", name, "partitions", t.Config.Partitions)
	return t, nil
}

func (b *Broker) describeTopic(t log.TopicInfo) kmsg.MetadataResponseTopic {
	m := kmsg.NewMetadataResponseTopic()
	m.Topic, m.TopicID, m.IsInternal = &t.Name, t.ID, t.Config.Internal
	nodes := []int32{nodeID}
	m.Partitions = make([]kmsg.MetadataResponseTopicPartition, t.Config.Partitions)
	for i := range m.Partitions {
		p := &m.Partitions[i]
		p.Default()
		p.Partition, p.Leader, p.Replicas, p.ISR, p.OfflineReplicas = int32(i), nodeID, nodes, nodes, []int32{}
		p.LeaderEpoch = b.leaderEpoch()
	}
	return m
}
