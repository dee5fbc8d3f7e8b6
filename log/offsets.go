package log

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"sync"
)

// groupOffsets is the positions of consumer groups.
type groupOffsets struct {
	mu     sync.RWMutex
	groups map[string]map[offsetKey]groupOffset
}

type offsetKey struct {
	number    uint32 // of the topic
	partition int32
}

type groupOffset struct {
	offset   int64
	metadata string
}

func (o *groupOffsets) init() { o.groups = map[string]map[offsetKey]groupOffset{} }

func (o *groupOffsets) set(group string, k offsetKey, v groupOffset) {
	g := o.groups[group]
	if g == nil {
		g = map[offsetKey]groupOffset{}
		o.groups[group] = g
	}
	g[k] = v
}

// apply makes durable offsets visible.
func (o *groupOffsets) apply(offsets []plannedOffset) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range offsets {
		v := offsets[i].off
		o.set(v.Group, offsetKey{offsets[i].topic.number, v.Partition}, groupOffset{v.Offset, v.Metadata})
	}
}

func (o *groupOffsets) drop(group string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.groups, group)
}

// forget drops the positions in a deleted topic, and groups that have no other.
func (o *groupOffsets) forget(number uint32) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for name, g := range o.groups {
		for k := range g {
			if k.number == number {
				delete(g, k)
			}
		}
		if len(g) == 0 {
			delete(o.groups, name)
		}
	}
}

// CommitOffsets stores positions of consumer groups, durable on return as Options.Ack says.
func (l *Log) CommitOffsets(ctx context.Context, offsets []GroupOffset) error {
	pd, err := l.plan(&Group{Offsets: slices.Clone(offsets)})
	if err != nil {
		return err
	}
	return l.commitAndWait(ctx, pd, nil)
}

// FetchOffset returns the offset a group reads next in a partition, or false if it has committed none.
func (l *Log) FetchOffset(group, topic string, partition int32) (int64, bool) {
	l.topicsMu.RLock()
	t := l.topics[topic]
	l.topicsMu.RUnlock()
	if t == nil {
		return 0, false
	}
	l.offsets.mu.RLock()
	defer l.offsets.mu.RUnlock()
	v, ok := l.offsets.groups[group][offsetKey{t.number, partition}]
	return v.offset, ok
}

// GroupOffsets returns all positions of a group, sorted by topic and partition.
func (l *Log) GroupOffsets(group string) []GroupOffset {
	l.topicsMu.RLock()
	defer l.topicsMu.RUnlock()
	l.offsets.mu.RLock()
	defer l.offsets.mu.RUnlock()
	var all []GroupOffset
	for k, v := range l.offsets.groups[group] {
		if t := l.byNumber[k.number]; t != nil {
			all = append(all, GroupOffset{Group: group, Topic: t.name, Partition: k.partition, Offset: v.offset, Metadata: v.metadata})
		}
	}
	slices.SortFunc(all, func(a, b GroupOffset) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	return all
}

// Groups returns the names of the groups that have committed positions, sorted.
func (l *Log) Groups() []string {
	l.offsets.mu.RLock()
	defer l.offsets.mu.RUnlock()
	return sortedKeys(l.offsets.groups)
}

// DeleteGroup forgets the positions of a group, durable on return. Deleting a group that has none is no error.
func (l *Log) DeleteGroup(ctx context.Context, group string) error {
	pd := &pending{extra: appendString([]byte{entryNoGroup}, group), apply: func() { l.offsets.drop(group) }}
	if err := pd.measure(); err != nil {
		return err
	}
	return l.commitAndWait(ctx, pd, nil)
}

// appendUvarints is a helper of entry encoders.
func appendUvarints(dst []byte, vs ...uint64) []byte {
	for _, v := range vs {
		dst = binary.AppendUvarint(dst, v)
	}
	return dst
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
