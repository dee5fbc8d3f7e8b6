package broker

import (
	"fmt"
	"sync"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
)

// topicNames remembers the names that belong to topic ids. Ids are never used again, so what it says stays true, or becomes
// the name of another topic, which the caller finds out by its id.
type topicNames struct {
	mu    sync.RWMutex
	names map[[16]byte]string
}

// topicByID finds a topic by its id, or fails with UNKNOWN_TOPIC_ID.
func (b *Broker) topicByID(id [16]byte) (log.TopicInfo, error) {
	b.topics.mu.RLock()
	name, known := b.topics.names[id]
	b.topics.mu.RUnlock()
	if known {
		if t, ok := b.log.Topic(name); ok && t.ID == id {
			return t, nil
		}
	}
	all := b.log.Topics()
	names := make(map[[16]byte]string, len(all))
	for _, t := range all {
		names[t.ID] = t.Name
	}
	b.topics.mu.Lock()
	b.topics.names = names
	b.topics.mu.Unlock()
	for _, t := range all {
		if t.ID == id {
			return t, nil
		}
	}
	return log.TopicInfo{}, kerr.UnknownTopicID
}

// leaderEpoch is the leader epoch of all partitions.
func (b *Broker) leaderEpoch() int32 { return b.log.LeaderEpoch() }

// foreignTopic finds a topic that clients may change, which those that leat keeps for itself are not.
func (b *Broker) foreignTopic(name string) (log.TopicInfo, error) {
	t, ok := b.log.Topic(name)
	switch {
	case !ok:
		return t, kerr.UnknownTopicOrPartition
	case t.Config.Internal:
		return t, fmt.Errorf("%w: topic %s belongs to leat itself", kerr.PolicyViolation, name)
	}
	return t, nil
}
