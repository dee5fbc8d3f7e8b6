package log

import (
	"errors"
	"fmt"
)

// errEntry says that a record with a good checksum does not make sense; it becomes part of an ErrCorrupt.
var errEntry = errors.New("an entry does not fit")

// errUnknownNumber says that an entry is about a topic or partition that is not there. That is no damage where the checkpoint
// has seen the deletion already.
var errUnknownNumber = errors.New("no such topic number")

// replayRecord applies the entries of a record at Open and returns the kinds it had, as bits. Entries that the checkpoint
// includes are only looked at; deltas never are.
func (l *Log) replayRecord(lsn LSN, payload []byte, head *checkpointHead) (kinds uint32, err error) {
	r := &fieldReader{b: payload}
	for {
		kind := r.uvarint()
		if r.failed {
			return kinds, errEntry
		}
		if kind == entryEnd {
			return kinds, nil
		}
		if kind >= entryKinds {
			return kinds, fmt.Errorf("entry of kind %d, which this program does not know", kind)
		}
		kinds |= 1 << kind
		if lsn <= head.flushed {
			skipEntry(kind, r)
		} else if err := l.replayEntry(lsn, kind, r); err != nil && (lsn > head.seen || !errors.Is(err, errUnknownNumber)) {
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
		group := r.string()
		number, o := r.offsetValue()
		if l.byNumber[number] == nil {
			return fmt.Errorf("%w: offset in %d", errUnknownNumber, number)
		}
		l.offsets.set(group, offsetKey{number, o.Partition}, valueOf(&o))
	case entryDelta:
		r.string()
		r.uvarint()
	case entryTopic:
		number, id, name := r.uvarint(), r.id(), r.string()
		c := r.config()
		if !r.failed && l.byNumber[uint32(number)] == nil && uint32(number) > l.lastNumber {
			l.addTopic(&topic{name: name, number: uint32(number), id: id}, c)
		}
	case entryConfig:
		number := r.uvarint()
		c := r.config()
		t := l.byNumber[uint32(number)]
		if t == nil {
			return fmt.Errorf("%w: configuration of %d", errUnknownNumber, number)
		}
		if !r.failed {
			l.configure(t, c)
		}
	case entryDrop:
		number := r.uvarint()
		t := l.byNumber[uint32(number)]
		if t == nil {
			return fmt.Errorf("%w: deletion of %d", errUnknownNumber, number)
		}
		l.removeTopic(t)
	case entryStart:
		number, partition, offset := r.uvarint(), r.uvarint(), r.uvarint()
		p := l.partitionByNumber(number, partition)
		if p == nil {
			return fmt.Errorf("%w: start of %d-%d", errUnknownNumber, number, partition)
		}
		l.setStart(p, int64(offset))
	case entryNoGroup:
		l.offsets.drop(r.string())
	case entryNoOffset:
		group, number, partition, before := r.string(), r.uvarint(), r.uvarint(), r.uvarint()
		l.offsets.dropOne(group, offsetKey{uint32(number), int32(partition)}, int64(before))
	case entryClose:
	default:
		l.replayProducers(lsn, kind, r)
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
		return fmt.Errorf("%w: batches of %d-%d", errUnknownNumber, number, partition)
	}
	if err := l.replayHeads(p, b); err != nil {
		return err
	}
	first, _ := ParseBatchHeader(b)
	if next := first.BaseOffset; next < p.next {
		// The checkpoint has these batches; a flush always takes all of a write.
		if end := endOfBatches(b); end > p.next {
			return fmt.Errorf("%w: batches up to offset %d of %s-%d, of which the checkpoint has those up to %d", errEntry, end, p.topic.name, p.id, p.next)
		}
		return nil
	}
	for rest, next := b, p.next; len(rest) > 0; {
		h, _ := ParseBatchHeader(rest)
		if h.BaseOffset != next {
			return fmt.Errorf("%w: a batch at offset %d of %s-%d, expected offset %d", errEntry, h.BaseOffset, p.topic.name, p.id, next)
		}
		next, rest = h.NextOffset(), rest[h.Bytes:]
	}
	s, at, buf := l.reserve(len(b), lsn)
	copy(buf, b)
	l.settle(p, s)
	p.next = endOfBatches(b)
	l.publishBatches(p, s, at, len(b), nil)
	return nil
}

// replayHeads checks the heads of batches and lets their partition remember the producers, where the checkpoint does not.
func (l *Log) replayHeads(p *partition, b []byte) error {
	if len(b) == 0 {
		return errEntry
	}
	for len(b) > 0 {
		h, err := ParseBatchHeader(b)
		if err != nil {
			return err
		}
		if h.Control() {
			if _, err := readMarker(b[:h.Bytes]); err != nil {
				return err
			}
		}
		if h.ProducerID >= 0 && h.BaseOffset >= l.reach.producers[p] {
			p.remember(&h, 0, l.reach.now)
		}
		b = b[h.Bytes:]
	}
	return nil
}

// endOfBatches is the offset behind batches back to back that were checked before.
func endOfBatches(b []byte) int64 {
	var next int64
	for len(b) > 0 {
		h, _ := ParseBatchHeader(b)
		next, b = h.NextOffset(), b[h.Bytes:]
	}
	return next
}
