package broker

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// CreateTopics: 0-7.
//
//   - Topics are durable when the answer comes. A replication factor above 1 counts as 1, unless Options.StrictReplication is set.
//   - 1: with ValidateOnly nothing is made. 4: -1 partitions and replicas stand for the defaults, which older versions get as well.
//   - 5: partitions, replicas and settings are told. 7: the topic id.
func (b *Broker) createTopics(ctx context.Context, c *call, req *kmsg.CreateTopicsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.CreateTopicsResponse)
	times := map[string]int{}
	for i := range req.Topics {
		times[req.Topics[i].Topic]++
	}
	taken := b.similarNames()
	for i := range req.Topics {
		ask := &req.Topics[i]
		if times[ask.Topic] == 0 {
			continue // answered
		}
		var t log.TopicInfo
		var err error
		if times[ask.Topic] > 1 {
			err = fmt.Errorf("%w: the topic is named more than once", kerr.InvalidRequest)
		} else if err = c.mayCreate(ask.Topic); err != nil {
			// refused
		} else if t, err = b.createTopic(ctx, ask, taken, req.ValidateOnly); err == nil {
			taken[similar(ask.Topic)] = ask.Topic
		}
		times[ask.Topic] = 0
		made := b.createdTopic(ask.Topic, t, err)
		if refused := c.mayTopic(kmsg.ACLOperationDescribeConfigs, ask.Topic); err == nil && refused != nil {
			made.NumPartitions, made.ReplicationFactor, made.Configs, made.ConfigErrorCode = -1, -1, nil, codeOf(refused)
		}
		resp.Topics = append(resp.Topics, made)
	}
	return resp, nil
}

func (b *Broker) createTopic(ctx context.Context, ask *kmsg.CreateTopicsRequestTopic, taken map[string]string, validateOnly bool) (log.TopicInfo, error) {
	t := log.TopicInfo{Name: ask.Topic}
	if err := log.CheckTopicName(ask.Topic); err != nil {
		return t, err
	}
	switch other, ok := taken[similar(ask.Topic)]; {
	case ok && other == ask.Topic:
		return t, fmt.Errorf("%w: %s", log.ErrTopicExists, ask.Topic)
	case ok:
		return t, fmt.Errorf("%w: %s differs from topic %s only in '.' and '_'", kerr.InvalidTopicException, ask.Topic, other)
	}
	var err error
	if t.Config, err = b.askedConfig(ask); err != nil {
		return t, err
	}
	if validateOnly {
		return t, log.CheckTopicConfig(t.Config)
	}
	if err := b.log.CreateTopic(ctx, ask.Topic, t.Config); err != nil {
		return t, err
	}
	if made, ok := b.log.Topic(ask.Topic); ok {
		t = made
	}
	b.logger.Info("topic created", "topic", t.Name, "partitions", t.Config.Partitions)
	return t, nil
}

// askedConfig is the configuration that a request asks for.
func (b *Broker) askedConfig(ask *kmsg.CreateTopicsRequestTopic) (log.TopicConfig, error) {
	c := log.TopicConfig{Settings: map[string]string{}}
	for _, s := range ask.Configs {
		if s.Value == nil {
			return c, fmt.Errorf("%w: %s has no value", kerr.InvalidConfig, s.Name)
		}
		c.Settings[s.Name] = *s.Value
	}
	n, err := b.askedPartitions(ask)
	if err != nil {
		return c, err
	}
	c.Partitions = n
	return c, b.checkReplicas(ask)
}

func (b *Broker) askedPartitions(ask *kmsg.CreateTopicsRequestTopic) (int, error) {
	switch n := int(ask.NumPartitions); {
	case len(ask.ReplicaAssignment) > 0:
		if n != -1 {
			return 0, fmt.Errorf("%w: both a replica assignment and a number of partitions", kerr.InvalidRequest)
		}
		return len(ask.ReplicaAssignment), nil
	case n == -1:
		return b.opts.NumPartitions, nil
	case n < 1:
		return 0, fmt.Errorf("%w: %d, expected at least 1, or -1 for the default", kerr.InvalidPartitions, n)
	default:
		return n, nil
	}
}

// checkReplicas checks what a request says about replicas, of which there is one, here.
func (b *Broker) checkReplicas(ask *kmsg.CreateTopicsRequestTopic) error {
	factor := ask.ReplicationFactor
	if len(ask.ReplicaAssignment) > 0 {
		if factor != -1 {
			return fmt.Errorf("%w: both a replica assignment and a replication factor", kerr.InvalidRequest)
		}
		seen := make([]bool, len(ask.ReplicaAssignment))
		for _, a := range ask.ReplicaAssignment {
			if a.Partition < 0 || int(a.Partition) >= len(seen) || seen[a.Partition] {
				return fmt.Errorf("%w: partitions must be numbered from 0 on", kerr.InvalidReplicaAssignment)
			}
			seen[a.Partition] = true
			if err := checkAssignment(a.Replicas); err != nil {
				return err
			}
		}
		return nil
	}
	if factor == 0 || factor < -1 || factor > 1 && b.opts.StrictReplication {
		return fmt.Errorf("%w: %d, there is 1 broker", kerr.InvalidReplicationFactor, factor)
	}
	return nil
}

func checkAssignment(replicas []int32) error {
	if !slices.Equal(replicas, []int32{nodeID}) {
		return fmt.Errorf("%w: replicas %v, the only broker is %d", kerr.InvalidReplicaAssignment, replicas, nodeID)
	}
	return nil
}

// similar is what topic names have in common that metrics cannot tell apart; Kafka allows one of them.
func similar(name string) string { return strings.ReplaceAll(name, ".", "_") }

func (b *Broker) similarNames() map[string]string {
	all := b.log.Topics()
	names := make(map[string]string, len(all))
	for _, t := range all {
		names[similar(t.Name)] = t.Name
	}
	return names
}

func (b *Broker) createdTopic(name string, t log.TopicInfo, err error) kmsg.CreateTopicsResponseTopic {
	r := kmsg.NewCreateTopicsResponseTopic()
	r.Topic, r.ErrorCode, r.ErrorMessage = name, codeOf(err), textOf(err)
	r.NumPartitions, r.ReplicationFactor = -1, -1
	if err != nil {
		return r
	}
	r.TopicID, r.NumPartitions, r.ReplicationFactor = t.ID, int32(t.Config.Partitions), 1
	for _, from := range b.topicConfigs(&t) {
		c := kmsg.NewCreateTopicsResponseTopicConfig()
		holds := &from.values[0]
		c.Name, c.Value, c.Source = from.name, &holds.value, int8(holds.source)
		r.Configs = append(r.Configs, c)
	}
	return r
}
