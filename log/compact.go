package log

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
)

// Compaction keeps, of the records with the same key, the last. It reads the sealed segments of a partition twice: once to
// find the last offset of every key that has come since the last compaction, once to copy what stays into new segments,
// which take the place of the old ones in one step under the partition's lock. Nobody notices but by the gaps in the
// offsets. A crash before the next checkpoint leaves the old segments in place, and the new files as orphans.

// compactKeys bounds the keys of one pass, and with that its memory to 24 bytes × 4/3 × compactKeys. A partition with more
// is compacted in several passes.
const compactKeys = 1 << 21

// Compact compacts a partition now, whatever its cleanup policy, with all records it has. The log compacts topics with a
// compacting policy by itself when at least half of their sealed bytes are new, see Options.MaintenanceInterval.
func (l *Log) Compact(topic string, partition int32) error {
	p, err := l.partition(topic, partition)
	if err != nil {
		return err
	}
	return l.compactPartition(p, true)
}

// compactable lists the partitions that are worth compacting.
func (l *Log) compactable() []*partition {
	all := l.partitionsOf(func(p *policy) bool { return p.cleanup != Delete })
	return slices.DeleteFunc(all, func(p *partition) bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		var total, fresh int64
		for _, s := range p.segs {
			if s.sealed {
				total += s.bytes
				if s.next > p.compact {
					fresh += s.bytes
				}
			}
		}
		return fresh == 0 || 2*fresh < total
	})
}

// compaction is one pass over a partition.
type compaction struct {
	l    *Log
	p    *partition
	keys keyTable
	from int64 // keys are known from here
	to   int64 // up to here
	old  int64 // null values written before this wall time, in milliseconds, go

	chunk Chunk
	plain []byte // decompressed records of a batch
	kept  []byte // a batch as it stays
}

// compactPartition runs passes until all sealed segments are compacted. With all set, the active segment is sealed first.
func (l *Log) compactPartition(p *partition, all bool) error {
	l.compactMu.Lock()
	defer l.compactMu.Unlock()
	for {
		segs, err := l.sealedSegments(p, all)
		if err != nil {
			return err
		}
		more, err := l.compactOnce(p, segs)
		for _, s := range segs {
			s.refs.Add(-1)
		}
		if err != nil {
			return fmt.Errorf("compacting %s-%d: %w", p.topic.name, p.id, err)
		}
		if !more {
			return l.Flush() // a checkpoint, and the old files go
		}
		all = false
	}
}

// sealedSegments returns the sealed segments with a reference to each.
func (l *Log) sealedSegments(p *partition, all bool) ([]*segment, error) {
	l.flushMu.Lock()
	defer l.flushMu.Unlock()
	if err := l.flush(); err != nil {
		return nil, err
	}
	p.mu.Lock()
	active := p.active()
	p.mu.Unlock()
	if active != nil && all && active.bytes > 0 {
		if err := l.seal(p, active, active.bytes); err != nil {
			return nil, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var segs []*segment
	for _, s := range p.segs {
		if s.sealed {
			s.refs.Add(1)
			segs = append(segs, s)
		}
	}
	return segs, nil
}

// compactOnce runs one pass and says whether another is needed.
func (l *Log) compactOnce(p *partition, segs []*segment) (more bool, err error) {
	c := &compaction{l: l, p: p}
	defer c.chunk.Release()
	p.mu.Lock()
	c.from = p.compact
	p.mu.Unlock()
	policy := l.policyOf(p.topic)
	c.old = l.opts.Now().UnixMilli() - policy.tombstoneMillis
	if more, err = c.learn(segs); err != nil || len(c.keys.slots) == 0 {
		return false, err
	}
	for len(segs) > 0 && segs[0].base < c.to {
		n := groupSegments(segs, min(policy.segmentBytes, maxSegmentSpan), c.to)
		replaced, err := c.rewrite(segs[:n])
		if err != nil || !replaced {
			return !replaced, err
		}
		segs = segs[n:]
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.compact = c.to
	p.dropTail(sort.Search(len(p.tail), func(i int) bool { return p.tail[i].next > c.to }))
	return more, nil
}

// learn finds the last offset of every key in the segments that were not compacted yet, as far as the table holds them. It
// says whether there is more.
func (c *compaction) learn(segs []*segment) (more bool, err error) {
	c.to = c.from
	for _, s := range segs {
		if s.next <= c.from {
			continue
		}
		err := c.eachBatch(s, max(s.base, c.from), func(b []byte, h *BatchHeader) error {
			if more {
				return nil
			}
			if !h.Control() {
				if len(c.keys.slots) == 0 {
					c.keys.init()
				}
				if c.keys.used+int(h.Count) > compactKeys && c.keys.used > 0 {
					more = true
					return nil
				}
				if err := c.learnBatch(b, h); err != nil {
					return err
				}
			}
			c.to = h.NextOffset()
			return nil
		})
		if err != nil || more {
			return more, err
		}
		c.to = s.next
	}
	return false, nil
}

func (c *compaction) learnBatch(b []byte, h *BatchHeader) error {
	records, err := c.records(b, h)
	if err != nil {
		return err
	}
	return eachRecord(records, h, func(r *rawRecord) {
		if r.key != nil {
			c.keys.set(r.key, r.offset)
		}
	})
}

// eachBatch reads the batches of a segment from an offset on and checks their checksums. The bytes are valid during the call.
func (c *compaction) eachBatch(s *segment, offset int64, fn func(b []byte, h *BatchHeader) error) error {
	for offset < s.next {
		c.chunk.Release()
		if err := c.l.readSegment(s, s.bytes, offset, noLimit, flushWriteBytes, &c.chunk); err != nil {
			return err
		}
		for _, p := range c.chunk.pieces {
			for pos := p.from; pos < p.to; {
				h, err := CheckBatch(p.base[pos:p.to])
				if err != nil {
					return fmt.Errorf("%w: offset %d: %w", ErrCorrupt, h.BaseOffset, err)
				}
				if err := fn(p.base[pos:pos+h.Bytes], &h); err != nil {
					return err
				}
				pos += h.Bytes
			}
		}
		offset = c.chunk.Next
	}
	return nil
}

func (c *compaction) records(b []byte, h *BatchHeader) ([]byte, error) {
	if h.Codec() == CodecNone {
		return b[batchHeaderBytes:], nil
	}
	var err error
	c.plain, err = decompress(h.Codec(), c.plain[:0], b[batchHeaderBytes:])
	if err != nil {
		err = fmt.Errorf("%w: batch at offset %d: %w", ErrCorrupt, h.BaseOffset, err)
	}
	return c.plain, err
}

// groupSegments counts the first segments that make one new segment. The last group of a pass may hold records that are not
// compacted yet.
func groupSegments(segs []*segment, limit, to int64) int {
	n, bytes := 1, segs[0].bytes
	for n < len(segs) && segs[n].base < to && bytes+segs[n].bytes <= limit && segs[n].next-segs[0].base < maxSegmentSpan {
		bytes += segs[n].bytes
		n++
	}
	return n
}

// rewrite copies what stays of some segments into a new one and puts it in their place. It returns false, and the pass has to
// be begun again, if retention or a deletion has taken some of them: without all that comes before, no null may be dropped.
func (c *compaction) rewrite(segs []*segment) (replaced bool, err error) {
	last := segs[len(segs)-1]
	out := &segment{part: c.p, base: segs[0].base, next: last.next, maxTime: minTime, created: segs[0].created, sealed: true, stamp: rand.Uint32()}
	for _, s := range segs {
		out.rewrite, out.written = max(out.rewrite, s.rewrite+1), max(out.written, s.written)
	}
	w, err := newSegmentWriter(c.l, out)
	if err != nil {
		return false, err
	}
	for _, s := range segs {
		err := c.eachBatch(s, s.base, func(b []byte, h *BatchHeader) error {
			b, err := c.keep(b, h, s.written < c.old)
			if err != nil || b == nil {
				return err
			}
			return w.append(b)
		})
		if err != nil {
			w.abandon()
			return false, err
		}
	}
	if err := w.finish(); err != nil {
		w.abandon()
		return false, err
	}
	replaced = c.replace(segs, out)
	if !replaced || out.bytes == 0 {
		err = w.remove()
	}
	return replaced, err
}

// keep returns what stays of a batch: all of it, a smaller one, or nil.
func (c *compaction) keep(b []byte, h *BatchHeader, dropNulls bool) ([]byte, error) {
	if h.Control() || h.BaseOffset >= c.to {
		return b, nil
	}
	records, err := c.records(b, h)
	if err != nil {
		return nil, err
	}
	c.kept = c.kept[:0]
	count, maxTime := int32(0), int64(minTime)
	err = eachRecord(records, h, func(r *rawRecord) {
		last, known := c.keys.get(r.key)
		if r.key == nil || known && r.offset < last || r.null && dropNulls {
			return // a record without a key cannot be the last of one
		}
		c.kept = append(c.kept, r.raw...)
		maxTime = max(maxTime, r.time)
		count++
	})
	switch {
	case err != nil:
		return nil, err
	case count == h.Count:
		return b, nil
	case count == 0:
		return nil, nil
	}
	smaller := append([]byte(nil), b[:batchHeaderBytes]...)
	if smaller, err = compress(h.Codec(), smaller, c.kept); err != nil {
		return nil, err
	}
	binary.BigEndian.PutUint64(smaller[batchMaxTime:], uint64(maxTime))
	binary.BigEndian.PutUint32(smaller[batchCount:], uint32(count))
	sealBatch(smaller)
	return smaller, nil
}

// replace puts a new segment, if it holds anything, in the place of old ones. It returns false if these are not all there any
// more.
func (c *compaction) replace(segs []*segment, out *segment) bool {
	c.l.flushMu.Lock()
	defer c.l.flushMu.Unlock()
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	at := slices.Index(c.p.segs, segs[0])
	if at < 0 || at+len(segs) > len(c.p.segs) || !slices.Equal(c.p.segs[at:at+len(segs)], segs) {
		return false
	}
	var in []*segment
	if out.bytes > 0 {
		in = []*segment{out}
	}
	c.p.segs = slices.Concat(c.p.segs[:at], in, c.p.segs[at+len(segs):])
	c.l.doom(segs...)
	return true
}

// rawRecord is a record in the plain records of a batch.
type rawRecord struct {
	raw    []byte // with its length in front
	key    []byte // nil for none
	null   bool   // the value is null
	offset int64
	time   int64
}

// eachRecord goes through the plain records of a batch.
func eachRecord(records []byte, h *BatchHeader, fn func(*rawRecord)) error {
	var r Records
	s := recordScan{data: records, end: len(records), left: h.Count, base: h.BaseOffset, firstTime: h.FirstTime}
	if h.Attributes&attrAppend != 0 {
		s.appended, s.firstTime = true, h.MaxTime
	}
	raw := rawRecord{}
	for s.left > 0 {
		start := s.pos
		r.N = 0
		if !s.scan(&r, minTime, 1) {
			return fmt.Errorf("%w: the records of the batch at offset %d do not fit together", ErrCorrupt, h.BaseOffset)
		}
		r.Data = records
		raw = rawRecord{raw: records[start:s.pos], key: r.Key(0), null: r.ValLen[0] < 0, offset: r.Offset[0], time: r.Time[0]}
		fn(&raw)
	}
	return nil
}
