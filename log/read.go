package log

import (
	"context"
	"fmt"
)

// Read fills c with whole batches of a partition, beginning with the one that holds offset, up to maxBytes (but at least
// one) and up to the high watermark. What c held is released. At the end of the partition c is left empty. An offset that is
// not in the partition is an *OffsetRangeError.
func (l *Log) Read(topic string, partition int32, offset int64, maxBytes int, c *Chunk) error {
	p, err := l.partition(topic, partition)
	if err != nil {
		return err
	}
	c.Release()
	c.Topic, c.Partition, c.Start, c.Next = topic, partition, offset, offset
	return p.read(offset, maxBytes, c)
}

func (p *partition) read(offset int64, maxBytes int, c *Chunk) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return fmt.Errorf("%w, or %w", ErrClosed, unknownTopic(p.topic.name, p.id))
	}
	c.LogStart, c.HighWatermark = p.start, p.end
	if offset < p.start || offset > p.end {
		return p.outOfRange(offset)
	}
	if offset < p.end && !p.readTail(offset, maxBytes, c) {
		return fmt.Errorf("%w: %s-%d@%d is neither in memory nor in a segment", ErrCorrupt, p.topic.name, p.id, offset)
	}
	return nil
}

func (p *partition) outOfRange(offset int64) error {
	return &OffsetRangeError{Topic: p.topic.name, Partition: p.id, Offset: offset, Start: p.start, End: p.end}
}

// Notify calls fn once, as soon as the high watermark of the partition is above end: at once, before it returns, if it
// already is, otherwise later from a goroutine of the log. fn must be quick and must not wait for the log. It is also called
// when there is nothing to wait for any more, because the topic is deleted or the log closed; the next Read tells. cancel
// forgets fn if it was not called yet; a call may still be under way when it returns.
func (l *Log) Notify(topic string, partition int32, end int64, fn func()) (cancel func()) {
	p, err := l.partition(topic, partition)
	w := &waiter{end: end, fn: fn}
	if err != nil || !p.wait(w) {
		fn()
		return func() {}
	}
	return func() { p.stopWaiting(w) }
}

// StartOffset is the first offset that can be read.
func (l *Log) StartOffset(topic string, partition int32) (int64, error) {
	p, err := l.partition(topic, partition)
	if err != nil {
		return 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.start, nil
}

// EndOffset is the high watermark: the offset behind the last record that can be read.
func (l *Log) EndOffset(topic string, partition int32) (int64, error) {
	p, err := l.partition(topic, partition)
	if err != nil {
		return 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.end, nil
}

// OffsetForTime is the offset of the first record whose time is millis or later, or the end offset if there is none.
func (l *Log) OffsetForTime(topic string, partition int32, millis int64) (int64, error) {
	p, err := l.partition(topic, partition)
	if err != nil {
		return 0, err
	}
	var c Chunk
	defer c.Release()
	var r Records
	offset, err := l.StartOffset(topic, partition)
	for err == nil {
		c.Release()
		c.Topic, c.Partition = topic, partition
		if err = p.read(offset, 1<<20, &c); err != nil || c.Empty() {
			return offset, err
		}
		for offset < c.Next {
			if offset, err = c.Decode(&r, offset, 4096); err != nil {
				return 0, err
			}
			for i := range r.N {
				if r.Time[i] >= millis {
					return r.Offset[i], nil
				}
			}
		}
	}
	return 0, err
}

// DeleteRecords makes before the start of a partition, durable on return: records below it cannot be read any more. An
// offset of -1 stands for the high watermark.
func (l *Log) DeleteRecords(ctx context.Context, topic string, partition int32, before int64) error {
	l.metaMu.Lock()
	defer l.metaMu.Unlock()
	p, err := l.partition(topic, partition)
	if err != nil {
		return err
	}
	p.mu.Lock()
	if before == -1 {
		before = p.end
	}
	if before < 0 || before > p.end {
		defer p.mu.Unlock()
		return p.outOfRange(before)
	}
	done := before <= p.start
	p.mu.Unlock()
	if done {
		return nil
	}
	entry := appendUvarints([]byte{entryStart}, uint64(p.topic.number), uint64(p.id), uint64(before))
	return l.changeMeta(ctx, entry, func() { p.setStart(before) })
}

func (p *partition) setStart(start int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.start = max(p.start, start)
}
