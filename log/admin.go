package log

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
)

// CreateTopic makes a topic, durable on return. It fails with ErrTopicExists if the name is taken.
func (l *Log) CreateTopic(ctx context.Context, name string, c TopicConfig) error {
	if c.Partitions == 0 {
		c.Partitions = 1
	}
	if err := CheckTopicName(name); err != nil {
		return err
	}
	c, err := c.settled()
	if err != nil {
		return err
	}
	l.metaMu.Lock()
	defer l.metaMu.Unlock()
	l.topicsMu.RLock()
	_, taken := l.topics[name]
	t := &topic{name: name, number: l.lastNumber + 1}
	l.topicsMu.RUnlock()
	if taken {
		return fmt.Errorf("%w: %s", ErrTopicExists, name)
	}
	rand.Read(t.id[:])
	entry := appendUvarints([]byte{entryTopic}, uint64(t.number))
	entry = appendConfig(appendString(append(entry, t.id[:]...), name), &c)
	return l.changeMeta(ctx, entry, func() { l.addTopic(t, c) })
}

// DeleteTopic deletes a topic, its records, and the positions of groups in it, durable on return. Waiting readers are woken.
func (l *Log) DeleteTopic(ctx context.Context, name string) error {
	l.metaMu.Lock()
	defer l.metaMu.Unlock()
	t, err := l.topic(name)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	l.setDeleted(t, true) // nothing may be sequenced behind the deletion
	var wake []*waiter
	err = l.changeMeta(ctx, appendUvarints([]byte{entryDrop}, uint64(t.number)), func() { wake = l.removeTopic(t) })
	if err != nil {
		l.setDeleted(t, false)
	}
	for _, w := range wake {
		w.fn()
	}
	return err
}

func (l *Log) setDeleted(t *topic, deleted bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t.deleted = deleted
}

// CreatePartitions raises the number of partitions of a topic to total, durable on return.
func (l *Log) CreatePartitions(ctx context.Context, name string, total int) error {
	return l.reconfigure(ctx, name, func(c *TopicConfig) error {
		if total <= c.Partitions {
			return fmt.Errorf("%w: %s has %d partitions, which can only be raised, not set to %d", ErrInvalidPartitions, name, c.Partitions, total)
		}
		c.Partitions = total
		return nil
	})
}

// AlterTopic changes the settings of a topic, durable on return: change gets a copy of those that were made and adds, replaces
// or deletes some. An error of change is returned, and nothing is done.
func (l *Log) AlterTopic(ctx context.Context, name string, change func(settings map[string]string) error) error {
	return l.reconfigure(ctx, name, func(c *TopicConfig) error {
		made := maps.Clone(c.Settings)
		*c = TopicConfig{Partitions: c.Partitions, Internal: c.Internal, Settings: made}
		return change(made)
	})
}

// CheckTopicConfig says why CreateTopic would not take a configuration.
func CheckTopicConfig(c TopicConfig) error {
	if c.Partitions == 0 {
		c.Partitions = 1
	}
	_, err := c.settled()
	return err
}

// DefaultSetting is what holds for topics that do not make a setting, and whether Options.Settings say so.
func (l *Log) DefaultSetting(name string) (value string, configured bool) {
	if v, ok := l.defaults[name]; ok {
		return v, true
	}
	if s := findSetting(name); s != nil {
		return s.Default, false
	}
	return "", false
}

func (l *Log) reconfigure(ctx context.Context, name string, change func(*TopicConfig) error) error {
	l.metaMu.Lock()
	defer l.metaMu.Unlock()
	t, err := l.topic(name)
	if err != nil {
		return err
	}
	l.topicsMu.RLock()
	c := t.info().Config
	l.topicsMu.RUnlock()
	if err := change(&c); err != nil {
		return err
	}
	if c, err = c.settled(); err != nil {
		return err
	}
	entry := appendConfig(appendUvarints([]byte{entryConfig}, uint64(t.number)), &c)
	return l.changeMeta(ctx, entry, func() {
		l.topicsMu.Lock()
		defer l.topicsMu.Unlock()
		l.configure(t, c)
	})
}

// changeMeta makes a change of topics durable and then visible. It does not give up when ctx ends after the change was
// sequenced, since then it happens; the caller holds metaMu.
func (l *Log) changeMeta(ctx context.Context, entry []byte, apply func()) error {
	pd := &pending{extra: entry, apply: apply}
	if err := pd.measure(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return l.commitAndWait(context.WithoutCancel(ctx), pd, nil)
}

// Topic describes a topic, or returns false if there is none of that name.
func (l *Log) Topic(name string) (TopicInfo, bool) {
	l.topicsMu.RLock()
	defer l.topicsMu.RUnlock()
	t := l.topics[name]
	if t == nil {
		return TopicInfo{}, false
	}
	return t.info(), true
}

// TopicByID describes a topic, or returns false if there is none with that id.
func (l *Log) TopicByID(id [16]byte) (TopicInfo, bool) {
	l.topicsMu.RLock()
	defer l.topicsMu.RUnlock()
	t := l.byID[id]
	if t == nil {
		return TopicInfo{}, false
	}
	return t.info(), true
}

// Topics describes all topics, sorted by name.
func (l *Log) Topics() []TopicInfo {
	l.topicsMu.RLock()
	defer l.topicsMu.RUnlock()
	all := make([]TopicInfo, 0, len(l.topics))
	for _, name := range sortedKeys(l.topics) {
		all = append(all, l.topics[name].info())
	}
	return all
}

func (l *Log) topic(name string) (*topic, error) {
	l.topicsMu.RLock()
	defer l.topicsMu.RUnlock()
	t := l.topics[name]
	if t == nil {
		return nil, fmt.Errorf("%w: %s", ErrUnknownTopic, name)
	}
	return t, nil
}

func (l *Log) partition(name string, i int32) (*partition, error) {
	l.topicsMu.RLock()
	defer l.topicsMu.RUnlock()
	if t := l.topics[name]; t != nil {
		if p := t.partition(i); p != nil {
			return p, nil
		}
	}
	return nil, unknownTopic(name, i)
}

// addTopic makes a topic visible.
func (l *Log) addTopic(t *topic, c TopicConfig) {
	l.topicsMu.Lock()
	defer l.topicsMu.Unlock()
	l.configure(t, c)
	l.topics[t.name], l.byNumber[t.number], l.byID[t.id] = t, t, t
	l.lastNumber = max(l.lastNumber, t.number)
}

// configure takes over a settled configuration and makes the partitions it asks for; topicsMu is held, or nobody knows t yet.
func (l *Log) configure(t *topic, c TopicConfig) {
	t.policy = l.policy
	if len(c.Settings) > 0 {
		t.policy = newPolicy(c.Settings, l.defaults)
	}
	parts := t.parts
	for i := len(parts); i < c.Partitions; i++ {
		parts = append(parts[:i:i], &partition{topic: t, id: int32(i)})
	}
	t.config, t.parts = c, parts
}

// removeTopic makes a topic invisible and returns who waits for it.
func (l *Log) removeTopic(t *topic) []*waiter {
	l.topicsMu.Lock()
	delete(l.topics, t.name)
	delete(l.byNumber, t.number)
	delete(l.byID, t.id)
	l.offsets.forget(t.number) // in one step, for a checkpoint
	l.topicsMu.Unlock()
	var wake []*waiter
	var segs []*segment
	for _, p := range t.parts {
		wake = append(wake, p.retire(&segs)...)
	}
	l.doomTopic(t, segs)
	return wake
}

// retireAll wakes everybody who waits for records; they find the log closed.
func (l *Log) retireAll() {
	l.topicsMu.RLock()
	var wake []*waiter
	for _, t := range l.topics {
		for _, p := range t.parts {
			wake = append(wake, p.retire(new([]*segment))...)
		}
	}
	l.topicsMu.RUnlock()
	for _, w := range wake {
		w.fn()
	}
}
