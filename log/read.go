package log

import (
	"errors"
	"fmt"
	"io"

	"github.com/leatdb/leat/internal/vfs"
)

// Read is Fetch for readers of committed records, as the engine is one.
func (l *Log) Read(topic string, partition int32, offset int64, maxBytes int, c *Chunk) error {
	return l.Fetch(topic, partition, offset, maxBytes, ReadCommitted, c)
}

// Fetch fills c with whole batches of a partition, beginning with the one that holds offset, up to maxBytes (but at least
// one) and as far as the isolation may read. What c held is released. Where there is nothing to read yet c is left empty; its
// Next is then above the offset only if compaction has left nothing below it. An offset that is not in the partition is an
// *OffsetRangeError.
//
// The batches are as they came, those of aborted transactions and markers included; Chunk.Decode leaves these out.
//
// One call reads from memory or from one segment, whichever holds the offset. Reading on at Chunk.Next with the same chunk is
// cheapest.
func (l *Log) Fetch(topic string, partition int32, offset int64, maxBytes int, isolation Isolation, c *Chunk) error {
	p, err := l.partition(topic, partition)
	if err != nil {
		return err
	}
	return l.read(p, offset, maxBytes, isolation, c)
}

func (l *Log) read(p *partition, offset int64, maxBytes int, isolation Isolation, c *Chunk) error {
	c.Release()
	c.Topic, c.Partition, c.Start, c.Next = p.topic.name, p.id, offset, offset
	for {
		found, err := p.locate(offset, maxBytes, isolation, c)
		if err == nil && found.seg != nil {
			err = l.readSegment(found.seg, found.bytes, c.Next, found.end, maxBytes, c)
			found.seg.refs.Add(-1)
			if err != nil {
				c.Release()
				err = fmt.Errorf("reading %s-%d@%d: %w", p.topic.name, p.id, offset, err)
			}
		}
		if err != nil {
			return err
		}
		if !c.Empty() && len(found.aborted) > 0 {
			c.takeAborted(found.aborted)
		}
		if !c.Empty() || found.seg == nil || c.Next >= found.end {
			return nil
		}
		offset = max(offset, c.Next) // the segment ends in a gap that compaction has left
	}
}

// location is what locate has found in a partition at one moment.
type location struct {
	seg     *segment // to be read, with a reference to it; nil if there is nothing to read, or it was in memory
	bytes   int64    // of the segment
	end     int64    // where the reader has to stop
	aborted []AbortedTxn
}

// locate fills c from memory, or finds the segment to read.
func (p *partition) locate(offset int64, maxBytes int, isolation Isolation, c *Chunk) (location, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return location{}, fmt.Errorf("%w, or %w", ErrClosed, unknownTopic(p.topic.name, p.id))
	}
	at := location{end: p.limit(isolation)}
	c.LogStart, c.LastStable, c.HighWatermark = p.start, p.stable(), p.end
	if offset < p.start || offset > p.end {
		return at, p.outOfRange(offset)
	}
	if isolation == ReadCommitted && p.txns != nil {
		at.aborted = p.txns.aborted
	}
	if offset >= at.end || p.readTail(offset, at.end, maxBytes, c) {
		return at, nil
	}
	seg := p.covering(offset)
	switch {
	case seg != nil:
		seg.refs.Add(1)
		at.seg, at.bytes = seg, seg.bytes
	case len(p.tail) > 0: // everything from here to the memory was compacted away
		p.readTail(p.tail[0].base, at.end, maxBytes, c)
	default:
		c.Next = at.end
	}
	return at, nil
}

func (p *partition) outOfRange(offset int64) error {
	return &OffsetRangeError{Topic: p.topic.name, Partition: p.id, Offset: offset, Start: p.start, End: p.end}
}

// readHint remembers where the last read of a chunk ended in a segment file.
type readHint struct {
	seg    *segment
	offset int64
	pos    int64
	want   int // bytes worth reading: a read should not end in the middle of a batch that is read again then
}

// readSegment fills c from the first bytes of a segment, up to batches that begin at end. c stays empty if there is no batch at
// offset or behind it; Next is then behind the segment, or end.
func (l *Log) readSegment(seg *segment, bytes, offset, end int64, maxBytes int, c *Chunk) error {
	sf, err := l.segments.acquire(seg, bytes)
	if err != nil {
		return err
	}
	defer l.segments.release(sf)
	pos, at, want := c.hint.pos, offsetCheck{next: c.hint.offset, end: end, dense: seg.rewrite == 0}, max(maxBytes, readBufferMin)
	if c.hint.seg == seg && c.hint.offset == offset {
		want = min(want, c.hint.want)
	} else {
		sf.mu.Lock()
		pos, at.next = sf.index.find(seg.base, offset)
		sf.mu.Unlock()
	}
	for pos < bytes {
		buf := readBuffers.Get(int(min(int64(want), bytes-pos)))
		b := (*buf)[:min(int64(want), bytes-pos)]
		if err := readFull(sf.f, b, pos); err != nil {
			readBuffers.Put(buf)
			return err
		}
		skip, need, err := c.takeBatches(b, offset, maxBytes, &at)
		if err != nil {
			readBuffers.Put(buf)
			return fmt.Errorf("%w: batch at byte %d: %w", ErrCorrupt, pos+int64(skip), err)
		}
		if len(c.pieces) > 0 {
			c.buf = buf
			c.hint = readHint{seg, c.Next, pos + int64(c.pieces[0].to), maxBytes}
			if used := c.Bytes(); used+need > maxBytes {
				c.hint.want = used + batchHeaderBytes // batches are mostly alike; the next head tells when not
			}
			return nil
		}
		readBuffers.Put(buf)
		if at.ended {
			c.Next = max(c.Next, end)
			return nil
		}
		pos += int64(skip)
		want = max(want, need)
		if pos+int64(need) > bytes {
			return fmt.Errorf("%w: the last batch ends behind the segment, at byte %d", ErrCorrupt, pos+int64(need))
		}
	}
	c.Next = max(c.Next, offset)
	seg.part.mu.Lock()
	defer seg.part.mu.Unlock()
	c.Next = max(c.Next, seg.next)
	return nil
}

// offsetCheck follows the base offsets of batches, which their checksums do not cover.
type offsetCheck struct {
	next  int64 // no batch may be below
	dense bool  // none may be above either: nothing was compacted away
	end   int64 // batches from here on are not for this reader
	ended bool  // one of them was met
}

func (o *offsetCheck) pass(h *BatchHeader) error {
	if h.BaseOffset < o.next || o.dense && h.BaseOffset != o.next {
		return fmt.Errorf("base offset %d, expected %d", h.BaseOffset, o.next)
	}
	return nil
}

// takeBatches makes b, a stretch of a segment, the chunk's bytes: the batches from offset on that are whole and within
// maxBytes, but at least one. If there is none, skip is the position behind the batches below offset, and need is the size of
// the batch there.
func (c *Chunk) takeBatches(b []byte, offset int64, maxBytes int, at *offsetCheck) (skip, need int, err error) {
	first, pos := -1, 0
	for pos < len(b) {
		if len(b)-pos < batchHeaderBytes {
			need = batchHeaderBytes
			break
		}
		h, err := parseBatchHead(b[pos:])
		if err == nil {
			err = at.pass(&h)
		}
		if err != nil && first < 0 {
			return pos, 0, err
		}
		if err != nil {
			break // what is good comes first, the next read tells
		}
		if h.BaseOffset >= at.end {
			at.ended = true
			break
		}
		whole := pos+h.Bytes <= len(b)
		switch {
		case h.NextOffset() <= offset && whole:
		case !whole || first >= 0 && pos+h.Bytes-first > maxBytes:
			need = h.Bytes
		case first < 0:
			first = pos
			c.Start = h.BaseOffset
			fallthrough
		default:
			c.Next = h.NextOffset()
		}
		if need > 0 {
			break
		}
		pos += h.Bytes
		at.next = h.NextOffset()
	}
	if first >= 0 {
		c.pieces = append(c.pieces, piece{base: b, from: first, to: pos})
	}
	return pos, need, nil
}

func readFull(f vfs.File, b []byte, pos int64) error {
	n, err := f.ReadAt(b, pos)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: the file ends at byte %d, expected %d", ErrCorrupt, pos+int64(n), pos+int64(len(b)))
	}
	return err
}

// Notify is Watch for readers of committed records.
func (l *Log) Notify(topic string, partition int32, end int64, fn func()) (cancel func()) {
	return l.Watch(topic, partition, end, ReadCommitted, fn)
}

// Watch calls fn once, as soon as a reader of that isolation can read something at end or behind it: at once, before it
// returns, if it already can, otherwise later from a goroutine of the log. fn must be quick and must not wait for the log. It is also called
// when there is nothing to wait for any more, because the topic is deleted or the log closed; the next Read tells. cancel
// forgets fn if it was not called yet; a call may still be under way when it returns.
func (l *Log) Watch(topic string, partition int32, end int64, isolation Isolation, fn func()) (cancel func()) {
	p, err := l.partition(topic, partition)
	w := &waiter{end: end, isolation: isolation, fn: fn}
	if err != nil || !p.wait(w) {
		fn()
		return func() {}
	}
	return func() { p.stopWaiting(w) }
}
