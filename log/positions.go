package log

import (
	"context"
)

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

// EndOffset is where Read stops: the offset behind the last record that can be read, or the first record of a transaction that
// is not decided yet. Watermarks tells the two apart.
func (l *Log) EndOffset(topic string, partition int32) (int64, error) {
	p, err := l.partition(topic, partition)
	if err != nil {
		return 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stable(), nil
}

// TimeOffset is a record found by its time.
type TimeOffset struct {
	Offset      int64 // -1: there is none
	Time        int64 // milliseconds
	LeaderEpoch int32
}

// FindTime finds the first record whose time is millis or later.
func (l *Log) FindTime(topic string, partition int32, millis int64, isolation Isolation) (TimeOffset, error) {
	p, err := l.partition(topic, partition)
	if err != nil {
		return TimeOffset{}, err
	}
	found, _, err := l.findTime(p, millis, isolation)
	return found, err
}

// FindMaxTime finds the first record with the highest time there is.
func (l *Log) FindMaxTime(topic string, partition int32) (TimeOffset, error) {
	p, err := l.partition(topic, partition)
	if err != nil {
		return TimeOffset{}, err
	}
	found, _, err := l.findTime(p, p.maxTime(), ReadUncommitted)
	return found, err
}

// OffsetForTime is the offset of the first record whose time is millis or later, or the end offset if there is none.
func (l *Log) OffsetForTime(topic string, partition int32, millis int64) (int64, error) {
	p, err := l.partition(topic, partition)
	if err != nil {
		return 0, err
	}
	found, end, err := l.findTime(p, millis, ReadCommitted)
	if err != nil || found.Offset < 0 {
		return end, err
	}
	return found.Offset, nil
}

// findTime returns the first record of a time or later, and, if there is none, the offset up to which it has looked.
func (l *Log) findTime(p *partition, millis int64, isolation Isolation) (found TimeOffset, end int64, err error) {
	offset, err := l.seekTime(p, millis, isolation)
	if err != nil {
		return found, 0, err
	}
	var c Chunk
	defer c.Release()
	var r Records
	for {
		if err := l.read(p, offset, 1<<20, isolation, &c); err != nil {
			return found, 0, err
		}
		if c.Empty() && c.Next == offset {
			return TimeOffset{Offset: -1, Time: -1, LeaderEpoch: -1}, offset, nil
		}
		for offset = max(offset, c.Start); offset < c.Next; {
			if offset, err = c.Decode(&r, offset, 4096); err != nil {
				return found, 0, err
			}
			for i := range r.N {
				if r.Time[i] >= millis {
					return p.timeOffset(r.Offset[i], r.Time[i]), 0, nil
				}
			}
		}
		offset = c.Next
	}
}

func (p *partition) timeOffset(offset, millis int64) TimeOffset {
	p.mu.Lock()
	defer p.mu.Unlock()
	return TimeOffset{offset, millis, p.epochOf(offset)}
}

// maxTime is the highest time of a record.
func (p *partition) maxTime() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	highest := int64(minTime)
	for _, s := range p.segs {
		if s.next > p.start {
			highest = max(highest, s.maxTime)
		}
	}
	for i := range p.tail {
		if e := &p.tail[i]; e.next > p.start {
			highest = max(highest, e.maxTime)
		}
	}
	return highest
}

// seekTime returns an offset at or below that of the first record of a time or later, from times of segments, indexes and
// batches.
func (l *Log) seekTime(p *partition, millis int64, isolation Isolation) (int64, error) {
	p.mu.Lock()
	for _, s := range p.segs {
		if s.maxTime < millis || s.next <= p.start {
			continue
		}
		s.refs.Add(1)
		start, bytes := p.start, s.bytes
		p.mu.Unlock()
		defer s.refs.Add(-1)
		sf, err := l.segments.acquire(s, bytes)
		if err != nil {
			return 0, err
		}
		defer l.segments.release(sf)
		sf.mu.Lock()
		defer sf.mu.Unlock()
		return max(start, sf.index.findTime(s.base, millis)), nil
	}
	defer p.mu.Unlock()
	for i := range p.tail {
		if e := &p.tail[i]; e.maxTime >= millis && e.next > p.start {
			return max(e.base, p.start), nil
		}
	}
	return p.limit(isolation), nil
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
	return l.changeMeta(ctx, startEntry(nil, p, before), func() { l.setStart(p, before) })
}

func startEntry(dst []byte, p *partition, start int64) []byte {
	return appendUvarints(append(dst, entryStart), uint64(p.topic.number), uint64(p.id), uint64(start))
}

// setStart takes records below start away from readers, and their segments with them. The unsealed segment belongs to the
// flush and stays.
func (l *Log) setStart(p *partition, start int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if start <= p.start {
		return
	}
	p.start = start
	p.dropEpochs()
	p.dropAborted(start)
	l.dropBelowStart(p)
}

// dropBelowStart dooms sealed segments that hold nothing from the start on; p.mu is held.
func (l *Log) dropBelowStart(p *partition) {
	n := 0
	for n < len(p.segs) && p.segs[n].sealed && p.segs[n].next <= p.start {
		n++
	}
	if n > 0 {
		l.doom(p.segs[:n]...)
		p.segs = append([]*segment(nil), p.segs[n:]...)
	}
}
