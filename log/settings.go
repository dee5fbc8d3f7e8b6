package log

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// SettingKind is the type of a topic setting, numbered as in Kafka's protocol.
type SettingKind int8

// The kinds of settings.
const (
	SettingBool   SettingKind = 1
	SettingString SettingKind = 2
	SettingInt    SettingKind = 3
	SettingLong   SettingKind = 5
	SettingDouble SettingKind = 6
	SettingList   SettingKind = 7
)

// Setting describes a setting of topics, by Kafka's name for it.
type Setting struct {
	Name    string
	Kind    SettingKind
	Default string // that holds where neither topic nor Options.Settings say otherwise
	Doc     string

	set func(*policy, string) error // checks a value and takes it over
}

// policy is what the settings of a topic come to. It never changes; a topic whose settings change gets another.
type policy struct {
	cleanup         Cleanup
	retentionMillis int64 // -1: no limit
	retentionBytes  int64 // -1: no limit
	segmentBytes    int64
	segmentMillis   int64
	tombstoneMillis int64
	minLagMillis    int64
	maxLagMillis    int64
	dirtyRatio      float64
	maxBatchBytes   int64
	codec           int // that batches are stored with; -1: as they come
	appendTime      bool
	beforeMillis    int64 // how far record times may lie behind the clock
	afterMillis     int64 // and how far before it
}

const inert = " Kept for clients that set it; without effect here."

// settings is all there is, by name. What Kafka has for the sake of several brokers is accepted and without effect.
var settings = []Setting{
	{"cleanup.policy", SettingList, "delete", "delete, compact, or both with a comma: what happens to old records.",
		func(p *policy, v string) (err error) { p.cleanup, err = ParseCleanup(v); return err }},
	{"compression.type", SettingString, "producer", "The compression batches are stored with: producer (as they come), uncompressed, gzip, snappy, lz4, zstd.",
		func(p *policy, v string) error {
			i, err := oneOf(v, "producer", "uncompressed", "gzip", "snappy", "lz4", "zstd")
			p.codec = i - 1
			return err
		}},
	{"delete.retention.ms", SettingLong, "86400000", "How long compaction keeps the last null value of a key, for readers to see.",
		longs(0, func(p *policy) *int64 { return &p.tombstoneMillis })},
	{"file.delete.delay.ms", SettingLong, "60000", "A removed segment is unlinked with the next checkpoint." + inert, longs(0, nil)},
	{"flush.messages", SettingLong, "9223372036854775807", "What is acknowledged is synced already." + inert, longs(1, nil)},
	{"flush.ms", SettingLong, "9223372036854775807", "What is acknowledged is synced already." + inert, longs(0, nil)},
	{"index.interval.bytes", SettingInt, "16384", "Bytes between index entries." + inert, ints(0, nil)},
	{"max.compaction.lag.ms", SettingLong, "9223372036854775807", "After this time a record is compacted, however little there is to win.",
		longs(1, func(p *policy) *int64 { return &p.maxLagMillis })},
	{"max.message.bytes", SettingInt, "1048588", "The largest record batch that is accepted from producers.",
		ints(0, func(p *policy) *int64 { return &p.maxBatchBytes })},
	{"message.timestamp.after.max.ms", SettingLong, "9223372036854775807", "How far record times may lie before the clock.",
		longs(0, func(p *policy) *int64 { return &p.afterMillis })},
	{"message.timestamp.before.max.ms", SettingLong, "9223372036854775807", "How far record times may lie behind the clock.",
		longs(0, func(p *policy) *int64 { return &p.beforeMillis })},
	{"message.timestamp.type", SettingString, "CreateTime", "CreateTime: records keep their producer's time. LogAppendTime: they get that of their arrival.",
		func(p *policy, v string) error {
			i, err := oneOf(v, "CreateTime", "LogAppendTime")
			p.appendTime = i == 1
			return err
		}},
	{"min.cleanable.dirty.ratio", SettingDouble, "0.5", "The part of a compacted topic that must be new before it is compacted again.", ratio},
	{"min.compaction.lag.ms", SettingLong, "0", "How long every record is kept before compaction may drop it.",
		longs(0, func(p *policy) *int64 { return &p.minLagMillis })},
	{"min.insync.replicas", SettingInt, "1", "There is one replica." + inert, ints(1, nil)},
	{"preallocate", SettingBool, "false", "Segments grow by large writes." + inert, boolean},
	{"retention.bytes", SettingLong, "-1", "The size of a partition above which its oldest segments go; -1: no limit.",
		longs(-1, func(p *policy) *int64 { return &p.retentionBytes })},
	{"retention.ms", SettingLong, "-1", "The age behind which segments go; -1: no limit.",
		longs(-1, func(p *policy) *int64 { return &p.retentionMillis })},
	{"segment.bytes", SettingInt, "134217728", "The size of a segment, the unit in which old records go.",
		ints(14, func(p *policy) *int64 { return &p.segmentBytes })},
	{"segment.index.bytes", SettingInt, "10485760", "Indexes have no fixed size." + inert, ints(4, nil)},
	{"segment.jitter.ms", SettingLong, "0", "Segments of many partitions do not close together." + inert, longs(0, nil)},
	{"segment.ms", SettingLong, "604800000", "The age at which a segment is closed though it is not full.",
		longs(1, func(p *policy) *int64 { return &p.segmentMillis })},
	{"unclean.leader.election.enable", SettingBool, "false", "There is one replica." + inert, boolean},
}

// TopicSettings describes all settings of topics, sorted by name.
func TopicSettings() []Setting { return slices.Clone(settings) }

func findSetting(name string) *Setting {
	i, ok := slices.BinarySearchFunc(settings, name, func(s Setting, name string) int { return strings.Compare(s.Name, name) })
	if !ok {
		return nil
	}
	return &settings[i]
}

// longs makes the check of a whole number from min up, which is stored where into says.
func longs(min int64, into func(*policy) *int64) func(*policy, string) error {
	return whole(min, math.MaxInt64, into)
}

// ints is longs for numbers of 32 bits.
func ints(min int64, into func(*policy) *int64) func(*policy, string) error {
	return whole(min, math.MaxInt32, into)
}

func whole(min, max int64, into func(*policy) *int64) func(*policy, string) error {
	return func(p *policy, v string) error {
		n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
		if err != nil || n < min || n > max {
			return fmt.Errorf("expected a whole number from %d to %d", min, max)
		}
		if into != nil {
			*into(p) = n
		}
		return nil
	}
}

func ratio(p *policy, v string) error {
	f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
	if err != nil || !(f >= 0 && f <= 1) {
		return fmt.Errorf("expected a number from 0 to 1")
	}
	p.dirtyRatio = f
	return nil
}

func boolean(_ *policy, v string) error {
	_, err := oneOf(strings.ToLower(strings.TrimSpace(v)), "false", "true")
	return err
}

func oneOf(v string, allowed ...string) (int, error) {
	i := slices.Index(allowed, v)
	if i < 0 {
		return 0, fmt.Errorf("expected one of %s", strings.Join(allowed, ", "))
	}
	return i, nil
}

// checkSetting says why a value is not allowed.
func checkSetting(name, value string) error {
	s := findSetting(name)
	if s == nil {
		return fmt.Errorf("%w: there is no topic setting %q", ErrInvalidConfig, name)
	}
	if err := s.set(&policy{}, value); err != nil {
		return fmt.Errorf("%w: %s = %q: %w", ErrInvalidConfig, name, value, err)
	}
	return nil
}

// newPolicy is what settings come to: those of the topic before those of the log before the defaults. All were checked.
func newPolicy(layers ...map[string]string) *policy {
	p := &policy{}
	for i := range settings {
		s := &settings[i]
		value := s.Default
		for _, layer := range layers {
			if v, ok := layer[s.Name]; ok {
				value = v
				break
			}
		}
		if err := s.set(p, value); err != nil {
			panic("log: a setting was not checked: " + s.Name + ": " + err.Error())
		}
	}
	return p
}
