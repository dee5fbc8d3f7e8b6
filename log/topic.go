package log

import (
	"fmt"
	"maps"
	"strconv"
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
	return Delete, fmt.Errorf("%w: cleanup policy %q, expected delete, compact, or compact,delete", ErrInvalidConfig, s)
}

func (c Cleanup) String() string {
	return [...]string{"delete", "compact", "compact,delete"}[c]
}

// TopicConfig says how a topic is laid out and kept. Zero values mean the defaults, see TopicSettings.
type TopicConfig struct {
	Partitions int  // 1
	Internal   bool // made by the engine for itself

	// The settings that programs make most, typed. Topic returns them filled in from Settings.
	Cleanup         Cleanup // cleanup.policy
	RetentionMillis int64   // retention.ms; -1: no limit of age
	RetentionBytes  int64   // retention.bytes; -1: no limit of size; per partition
	SegmentBytes    int64   // segment.bytes
	SegmentMillis   int64   // segment.ms
	TombstoneMillis int64   // delete.retention.ms

	// Settings are all settings that were made for this topic, by Kafka's names. What is set here counts more than the
	// fields above. It must not be changed after a call or in what Topic returns.
	Settings map[string]string
}

// TopicInfo describes a topic. It is a copy, except that Config.Settings must not be changed.
type TopicInfo struct {
	Name   string
	ID     [16]byte // drawn at creation, never used again
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

// typed pairs the typed fields of a configuration with their settings.
func (c *TopicConfig) typed() []struct {
	name  string
	field *int64
} {
	return []struct {
		name  string
		field *int64
	}{
		{"retention.ms", &c.RetentionMillis}, {"retention.bytes", &c.RetentionBytes}, {"segment.bytes", &c.SegmentBytes},
		{"segment.ms", &c.SegmentMillis}, {"delete.retention.ms", &c.TombstoneMillis},
	}
}

// settled returns the configuration checked, with Settings complete and a copy, and the typed fields filled in from them.
func (c TopicConfig) settled() (TopicConfig, error) {
	if c.Partitions < 1 || c.Partitions > MaxPartitions {
		return c, fmt.Errorf("%w: %d partitions, allowed are 1 to %d", ErrInvalidPartitions, c.Partitions, MaxPartitions)
	}
	if c.Cleanup > CompactDelete {
		return c, fmt.Errorf("%w: unknown cleanup policy %d", ErrInvalidConfig, c.Cleanup)
	}
	made := maps.Clone(c.Settings)
	if made == nil {
		made = map[string]string{}
	}
	if _, ok := made["cleanup.policy"]; !ok && c.Cleanup != Delete {
		made["cleanup.policy"] = c.Cleanup.String()
	}
	for _, t := range c.typed() {
		if _, ok := made[t.name]; !ok && *t.field != 0 {
			made[t.name] = strconv.FormatInt(*t.field, 10)
		}
	}
	for name, value := range made {
		if err := checkSetting(name, value); err != nil {
			return c, err
		}
	}
	if p := newPolicy(made); p.minLagMillis > p.maxLagMillis {
		return c, fmt.Errorf("%w: min.compaction.lag.ms = %d is more than max.compaction.lag.ms = %d", ErrInvalidConfig, p.minLagMillis, p.maxLagMillis)
	}
	c.Settings = made
	c.Cleanup, _ = ParseCleanup(made["cleanup.policy"])
	for _, t := range c.typed() {
		*t.field, _ = strconv.ParseInt(strings.TrimSpace(made[t.name]), 10, 64) // 0 if it was not made
	}
	return c, nil
}

// topic is a topic of an open log. Name, number and id never change.
type topic struct {
	name   string
	number uint32 // names the topic in the WAL; never used again after a deletion
	id     [16]byte

	// Guarded by Log.topicsMu.
	config TopicConfig  // settled
	policy *policy      // what config comes to
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
