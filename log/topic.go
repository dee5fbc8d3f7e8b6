package log

import (
	"fmt"
	"maps"
	"strings"
)

// Cleanup says what happens to old records.
type Cleanup uint8

// The cleanup policies.
const (
	Delete        Cleanup = iota // whole segments are dropped by age and size
	Compact                      // the last record of every key is kept
	CompactDelete                // both
)

// ParseCleanup reads a policy as Kafka writes it: delete, compact, or both with a comma.
func ParseCleanup(s string) (Cleanup, error) {
	switch strings.ReplaceAll(strings.ToLower(s), " ", "") {
	case "", "delete":
		return Delete, nil
	case "compact":
		return Compact, nil
	case "compact,delete", "delete,compact":
		return CompactDelete, nil
	}
	return Delete, fmt.Errorf("%w: cleanup policy %q, expected delete, compact, or compact,delete", ErrInvalidTopic, s)
}

func (c Cleanup) String() string {
	return [...]string{"delete", "compact", "compact,delete"}[c]
}

// TopicConfig says how a topic is laid out and kept. Zero values mean the defaults named here.
type TopicConfig struct {
	Partitions      int               // 1
	Cleanup         Cleanup           // Delete
	RetentionMillis int64             // 0 or -1: no limit of age
	RetentionBytes  int64             // 0 or -1: no limit of size; per partition
	SegmentBytes    int64             // Options.SegmentBytes
	SegmentMillis   int64             // 0: a segment is closed by size only
	TombstoneMillis int64             // how long compaction keeps the last null of a key; 0: 24 hours
	Internal        bool              // made by the engine for itself
	Extra           map[string]string // kept and returned, not interpreted
}

// TopicInfo describes a topic. It is a copy, except that Config.Extra must not be changed.
type TopicInfo struct {
	Name   string
	ID     [16]byte
	Config TopicConfig
}

// MaxPartitions bounds the partitions of one topic.
const MaxPartitions = 10_000

const maxTopicName = 249

// CheckTopicName says why a name is not allowed for a topic; the rules are Kafka's.
func CheckTopicName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("%w: the name is empty", ErrInvalidTopic)
	case name == "." || name == "..":
		return fmt.Errorf("%w: the name must not be %q", ErrInvalidTopic, name)
	case len(name) > maxTopicName:
		return fmt.Errorf("%w: the name has %d bytes, allowed are %d", ErrInvalidTopic, len(name), maxTopicName)
	}
	for _, r := range name {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-') {
			return fmt.Errorf("%w: the name %q contains %q, allowed are letters, digits, '.', '_' and '-'", ErrInvalidTopic, name, r)
		}
	}
	return nil
}

func (c *TopicConfig) check() error {
	if c.Partitions < 1 || c.Partitions > MaxPartitions {
		return fmt.Errorf("%w: %d partitions, allowed are 1 to %d", ErrInvalidTopic, c.Partitions, MaxPartitions)
	}
	if c.Cleanup > CompactDelete {
		return fmt.Errorf("%w: unknown cleanup policy %d", ErrInvalidTopic, c.Cleanup)
	}
	if c.SegmentBytes < 0 || c.SegmentMillis < 0 || c.TombstoneMillis < 0 {
		return fmt.Errorf("%w: segment bytes %d, segment millis %d and tombstone millis %d must not be negative",
			ErrInvalidTopic, c.SegmentBytes, c.SegmentMillis, c.TombstoneMillis)
	}
	return nil
}

// topic is a topic of an open log. Name, number and id never change.
type topic struct {
	name   string
	number uint32 // names the topic in the WAL; never used again after a deletion
	id     [16]byte

	// Guarded by Log.topicsMu.
	config TopicConfig
	parts  []*partition // only ever grows, by replacement

	deleted bool // guarded by Log.mu: nothing more is sequenced
}

func (t *topic) info() TopicInfo {
	c := t.config
	c.Partitions = len(t.parts)
	return TopicInfo{Name: t.name, ID: t.id, Config: c}
}

func (t *topic) partition(i int32) *partition {
	if i < 0 || int(i) >= len(t.parts) {
		return nil
	}
	return t.parts[i]
}

func cloneConfig(c TopicConfig) TopicConfig {
	c.Extra = maps.Clone(c.Extra)
	return c
}
