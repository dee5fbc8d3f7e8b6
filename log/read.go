package log

import (
	"errors"
	"fmt"
	"io"

	"github.com/leatdb/leat/internal/vfs"
)

// Read fills c with whole batches of a partition, beginning with the one that holds offset, up to maxBytes (but at least
// one) and up to the high watermark. What c held is released. At the end of the partition c is left empty. An offset that is
// not in the partition is an *OffsetRangeError.
//
// One call reads from memory or from one segment, whichever holds the offset. Reading on at Chunk.Next with the same chunk is
// cheapest.
func (l *Log) Read(topic string, partition int32, offset int64, maxBytes int, c *Chunk) error {
	p, err := l.partition(topic, partition)
	if err != nil {
		return err
	}
	return l.read(p, offset, maxBytes, c)
}

func (l *Log) read(p *partition, offset int64, maxBytes int, c *Chunk) error {
	c.Release()
	c.Topic, c.Partition, c.Start, c.Next = p.topic.name, p.id, offset, offset
	for {
		seg, bytes, err := p.locate(offset, maxBytes, c)
		if err != nil || seg == nil {
			return err
		}
		err = l.readSegment(seg, bytes, c.Next, maxBytes, c)
		seg.refs.Add(-1)
		if err != nil {
			c.Release()
			return fmt.Errorf("reading %s-%d@%d: %w", p.topic.name, p.id, offset, err)
		}
		if !c.Empty() {
			return nil
		}
		offset = max(offset, c.Next) // the segment ends in a gap that compaction has left
	}
}

// locate fills c from memory, or returns the segment to read, with a reference to it, and how many bytes of it there are.
// Neither, if there is nothing to read.
func (p *partition) locate(offset int64, maxBytes int, c *Chunk) (*segment, int64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return nil, 0, fmt.Errorf("%w, or %w", ErrClosed, unknownTopic(p.topic.name, p.id))
	}
	c.LogStart, c.HighWatermark = p.start, p.end
	if offset < p.start || offset > p.end {
		return nil, 0, p.outOfRange(offset)
	}
	if offset == p.end || p.readTail(offset, maxBytes, c) {
		return nil, 0, nil
	}
	seg := p.covering(offset)
	if seg == nil {
		// Everything from here to the memory was compacted away.
		if len(p.tail) > 0 {
			p.readTail(p.tail[0].base, maxBytes, c)
		} else {
			c.Next = p.end
		}
		return nil, 0, nil
	}
	seg.refs.Add(1)
	return seg, seg.bytes, nil
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

// readSegment fills c from the first bytes of a segment. c stays empty, with Next behind the segment, if there is no batch at
// offset or behind it.
func (l *Log) readSegment(seg *segment, bytes, offset int64, maxBytes int, c *Chunk) error {
	sf, err := l.segments.acquire(seg, bytes)
	if err != nil {
		return err
	}
	defer l.segments.release(sf)
	pos, at, want := c.hint.pos, offsetCheck{c.hint.offset, seg.rewrite == 0}, max(maxBytes, readBufferMin)
	if c.hint.seg == seg && c.hint.offset == offset {
		want = min(want, c.hint.want)
	} else {
		sf.mu.Lock()
		pos, at.next = sf.index.find(seg.base, offset)
		sf.mu.Unlock()
	}
	for pos < bytes {
		buf := getReadBuffer(int(min(int64(want), bytes-pos)))
		b := (*buf)[:min(int64(want), bytes-pos)]
		if err := readFull(sf.f, b, pos); err != nil {
			putReadBuffer(buf)
			return err
		}
		skip, need, err := c.takeBatches(b, offset, maxBytes, &at)
		if err != nil {
			putReadBuffer(buf)
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
		putReadBuffer(buf)
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
