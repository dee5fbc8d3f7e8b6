package log

import (
	"errors"
	"fmt"
)

// errEntry says that a record with a good checksum does not make sense; it becomes part of an ErrCorrupt.
var errEntry = errors.New("an entry does not fit")

// replayRecord applies the entries of a record at Open and returns the kinds it had, as bits. Deltas are not looked at.
func (l *Log) replayRecord(lsn LSN, payload []byte) (kinds uint32, err error) {
	r := &fieldReader{b: payload}
	for {
		kind := r.uvarint()
		if r.failed {
			return kinds, errEntry
		}
		if kind == entryEnd {
			return kinds, nil
		}
		if kind > entryClose {
			return kinds, fmt.Errorf("entry of kind %d, which this program does not know", kind)
		}
		kinds |= 1 << kind
		if err := l.replayEntry(lsn, kind, r); err != nil {
			return kinds, err
		}
		if r.failed {
			return kinds, errEntry
		}
	}
}

func (l *Log) replayEntry(lsn LSN, kind uint64, r *fieldReader) error {
	switch kind {
	case entryBatches:
		number, partition := r.uvarint(), r.uvarint()
		return l.replayBatches(lsn, number, partition, r.bytes(r.uvarint()))
	case entryOffset:
		group, number, partition := r.string(), r.uvarint(), r.uvarint()
		offset, metadata := r.uvarint(), r.string()
		if l.byNumber[uint32(number)] == nil {
			return fmt.Errorf("%w: offset in topic number %d", errEntry, number)
		}
		l.offsets.set(group, offsetKey{uint32(number), int32(partition)}, groupOffset{int64(offset), metadata})
	case entryDelta:
		r.string()
		r.uvarint()
	case entryTopic:
		number, id, name := r.uvarint(), r.id(), r.string()
		c := r.config()
		if !r.failed {
			l.addTopic(&topic{name: name, number: uint32(number), id: id}, c)
		}
	case entryConfig:
		number := r.uvarint()
		c := r.config()
		t := l.byNumber[uint32(number)]
		if t == nil {
			return fmt.Errorf("%w: configuration of topic number %d", errEntry, number)
		}
		if !r.failed {
			t.configure(c)
		}
	case entryDrop:
		number := r.uvarint()
		t := l.byNumber[uint32(number)]
		if t == nil {
			return fmt.Errorf("%w: deletion of topic number %d", errEntry, number)
		}
		l.removeTopic(t)
	case entryStart:
		number, partition, offset := r.uvarint(), r.uvarint(), r.uvarint()
		p := l.partitionByNumber(number, partition)
		if p == nil {
			return fmt.Errorf("%w: start of partition %d of topic number %d", errEntry, partition, number)
		}
		p.setStart(int64(offset))
	case entryNoGroup:
		l.offsets.drop(r.string())
	}
	return nil
}

func (l *Log) partitionByNumber(number, partition uint64) *partition {
	t := l.byNumber[uint32(number)]
	if t == nil || partition >= uint64(len(t.parts)) {
		return nil
	}
	return t.parts[partition]
}

// replayBatches puts produced batches back into the tail of their partition.
func (l *Log) replayBatches(lsn LSN, number, partition uint64, b []byte) error {
	p := l.partitionByNumber(number, partition)
	if p == nil {
		return fmt.Errorf("%w: batches of partition %d of topic number %d", errEntry, partition, number)
	}
	if err := checkBatches(b); err != nil {
		return err
	}
	s, at, buf := l.reserve(len(b), lsn)
	copy(buf, b)
	l.settle(p, s)
	for rest := b; len(rest) > 0; {
		h, _ := ParseBatchHeader(rest)
		if h.BaseOffset != p.next {
			return fmt.Errorf("%w: a batch at offset %d of %s-%d, expected offset %d", errEntry, h.BaseOffset, p.topic.name, p.id, p.next)
		}
		p.next = h.NextOffset()
		rest = rest[h.Bytes:]
	}
	p.publish(s, at, len(b), nil)
	return nil
}
