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

	// How many open transactions have a pending position, by its name. It is the published view of transaction.offs.
	pending map[positionName]int
}

type offsetKey struct {
	number    uint32 // of the topic
	partition int32
}

// positionName names a position of a group.
type positionName struct {
	group string
	offsetKey
}

type groupOffset struct {
	offset    int64
	committed int64 // see GroupOffset.CommitMillis
	epoch     int32 // see GroupOffset.EpochPlusOne
	metadata  string
}

func valueOf(o *GroupOffset) groupOffset {
	return groupOffset{o.Offset, o.CommitMillis, o.EpochPlusOne, o.Metadata}
}

func (o *groupOffsets) init() {
	o.groups, o.pending = map[string]map[offsetKey]groupOffset{}, map[positionName]int{}
}

// hold marks positions as pending.
func (o *groupOffsets) hold(names []txnOffset) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range names {
		o.pending[names[i].key()]++
	}
}

// release takes back hold.
func (o *groupOffsets) release(names []txnOffset) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range names {
		if k := names[i].key(); o.pending[k] > 1 {
			o.pending[k]--
		} else {
			delete(o.pending, k)
		}
	}
}

func (n *txnOffset) key() positionName {
	return positionName{n.group, offsetKey{n.topic.number, n.partition}}
}

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
		o.set(v.Group, offsetKey{offsets[i].topic.number, v.Partition}, valueOf(v))
	}
}

func (o *groupOffsets) drop(group string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.groups, group)
}

// dropOne forgets a position that was committed before a wall time, and the group if it has no other.
func (o *groupOffsets) dropOne(group string, k offsetKey, before int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if v, ok := o.groups[group][k]; !ok || !v.expires(before) {
		return
	}
	if delete(o.groups[group], k); len(o.groups[group]) == 0 {
		delete(o.groups, group)
	}
}

// expires says that a position goes with those committed before a wall time, or with all.
func (v *groupOffset) expires(before int64) bool {
	return before == noLimit || v.committed > 0 && v.committed < before
}

// forget drops the positions in a deleted topic, and groups that have no other.
func (o *groupOffsets) forget(number uint32) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for k := range o.pending {
		if k.number == number {
			delete(o.pending, k)
		}
	}
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
	o, _, ok := l.GroupOffset(group, topic, partition)
	return o.Offset, ok
}

// GroupOffset returns the position of a group in a partition, or false if it has committed none, and whether one is pending
// in an open transaction.
func (l *Log) GroupOffset(group, topic string, partition int32) (o GroupOffset, pending, ok bool) {
	l.topicsMu.RLock()
	t := l.topics[topic]
	l.topicsMu.RUnlock()
	if t == nil {
		return o, false, false
	}
	k := offsetKey{t.number, partition}
	l.offsets.mu.RLock()
	defer l.offsets.mu.RUnlock()
	v, ok := l.offsets.groups[group][k]
	return v.public(group, topic, partition), l.offsets.pending[positionName{group, k}] > 0, ok
}

func (v *groupOffset) public(group, topic string, partition int32) GroupOffset {
	return GroupOffset{Group: group, Topic: topic, Partition: partition, Offset: v.offset, Metadata: v.metadata,
		EpochPlusOne: v.epoch, CommitMillis: v.committed}
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
			all = append(all, v.public(group, t.name, k.partition))
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

// DeleteOffsets forgets positions of a group, durable on return. Those that it has not committed are no error.
func (l *Log) DeleteOffsets(ctx context.Context, group string, partitions []TopicPartition) error {
	var names []positionName
	l.topicsMu.RLock()
	for _, tp := range partitions {
		if t := l.topics[tp.Topic]; t != nil {
			names = append(names, positionName{group, offsetKey{t.number, tp.Partition}})
		}
	}
	l.topicsMu.RUnlock()
	return l.deleteOffsets(ctx, names, noLimit)
}

// ExpireOffsets forgets the positions that were committed before a wall time, in milliseconds, that may be different for every
// group; before returns 0 for groups that keep theirs. Positions without CommitMillis stay. The groups that have none left are
// returned.
func (l *Log) ExpireOffsets(ctx context.Context, before func(group string) int64) (empty []string, err error) {
	l.offsets.mu.RLock()
	groups := sortedKeys(l.offsets.groups)
	l.offsets.mu.RUnlock()
	for _, group := range groups {
		limit := before(group)
		if limit <= 0 {
			continue
		}
		names, left := l.offsets.expired(group, limit)
		if err := l.deleteOffsets(ctx, names, limit); err != nil {
			return empty, err
		}
		if left == 0 {
			empty = append(empty, group)
		}
	}
	return empty, nil
}

// expired lists the positions of a group that were committed before a wall time and are not pending, and counts the others.
func (o *groupOffsets) expired(group string, before int64) (names []positionName, left int) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	for k, v := range o.groups[group] {
		if name := (positionName{group, k}); v.expires(before) && o.pending[name] == 0 {
			names = append(names, name)
		}
	}
	return names, len(o.groups[group]) - len(names)
}

// deleteOffsets forgets positions, but those that are committed after a wall time before it has its turn.
func (l *Log) deleteOffsets(ctx context.Context, names []positionName, before int64) error {
	if len(names) == 0 {
		return nil
	}
	pd := &pending{apply: func() {
		for i := range names {
			l.offsets.dropOne(names[i].group, names[i].offsetKey, before)
		}
	}}
	for i := range names {
		pd.extra = appendString(append(pd.extra, entryNoOffset), names[i].group)
		pd.extra = appendUvarints(pd.extra, uint64(names[i].number), uint64(names[i].partition), uint64(before))
	}
	if err := pd.measure(); err != nil {
		return err
	}
	return l.commitAndWait(ctx, pd, nil)
}

// appendOffsetValue writes a position without its group.
func appendOffsetValue(dst []byte, number uint32, o *GroupOffset) []byte {
	dst = appendUvarints(dst, uint64(number), uint64(o.Partition), uint64(o.Offset), uint64(uint32(o.EpochPlusOne)), uint64(o.CommitMillis))
	return appendString(dst, o.Metadata)
}

func offsetValueLen(number uint32, o *GroupOffset) int {
	return uvarintLen(uint64(number)) + uvarintLen(uint64(o.Partition)) + uvarintLen(uint64(o.Offset)) +
		uvarintLen(uint64(uint32(o.EpochPlusOne))) + uvarintLen(uint64(o.CommitMillis)) + stringLen(o.Metadata)
}

// offsetValue reads a position without its group and topic name.
func (r *fieldReader) offsetValue() (number uint32, o GroupOffset) {
	number, o.Partition = uint32(r.uvarint()), int32(r.uvarint())
	o.Offset, o.EpochPlusOne, o.CommitMillis = int64(r.uvarint()), int32(r.uvarint()), int64(r.uvarint())
	o.Metadata = r.string()
	return number, o
}

// appendUvarints is a helper of entry encoders.
func appendUvarints(dst []byte, vs ...uint64) []byte {
	for _, v := range vs {
		dst = binary.AppendUvarint(dst, v)
	}
	return dst
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
