package log

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
)

// Compaction keeps, of the records with the same key, the last. It reads the sealed segments of a partition twice: once to
// find the last offset of every key that has come since the last compaction, once to copy what stays into new segments,
// which take the place of the old ones in one step under the partition's lock. Nobody notices but by the gaps in the
// offsets. A crash before the next checkpoint leaves the old segments in place, and the new files as orphans.
//
// It goes up to the last stable offset only, so that all it sees of transactions is decided: records of aborted ones count for
// nothing, and go. When a pass has gone through, the list of aborted transactions is forgotten up to there.

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

// compactable lists the partitions that are worth compacting at a wall time.
func (l *Log) compactable(now int64) []*partition {
	all := l.partitionsOf(func(p *policy) bool { return p.cleanup != Delete })
	return slices.DeleteFunc(all, func(p *partition) bool { return !p.worthCompacting(l.policyOf(p.topic), now) })
}

// worthCompacting says that enough of the sealed segments is new, or anything has been for too long, or that null values or
// markers have reached their horizon.
func (p *partition) worthCompacting(pol *policy, now int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	var total, fresh int64
	late := false
	for _, s := range p.segs {
		if !s.sealed || s.age(now) < pol.minLagMillis {
			break
		}
		total += s.bytes
		if s.next > p.compact {
			fresh += s.bytes
			late = late || now-s.created > pol.maxLagMillis
		}
	}
	switch {
	case p.horizon > 0 && p.horizon <= now:
		return true
	case fresh == 0:
		return false
	}
	return late || float64(fresh) >= pol.dirtyRatio*float64(total)
}

// compaction is one pass over a partition.
type compaction struct {
	l     *Log
	p     *partition
	keys  keyTable
	from  int64 // keys are known from here
	to    int64 // up to here
	limit int64 // no further than here: the last stable offset

	now       int64 // wall time, milliseconds
	tombstone int64 // how long null values are kept behind the first pass that meets them
	horizon   int64 // the earliest of what stays; 0: none

	aborted  abortedIndex
	withData map[int64]struct{} // producers of which records stay whose marker has not come yet

	chunk Chunk
	plain []byte // decompressed records of a batch
	kept  []byte // records of a batch that stay
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
	policy := l.policyOf(p.topic)
	c := &compaction{l: l, p: p, now: l.opts.Now().UnixMilli(), tombstone: policy.tombstoneMillis, withData: map[int64]struct{}{}}
	c.keys.init()
	defer c.chunk.Release()
	p.mu.Lock()
	c.from, c.limit = p.compact, p.stable()
	due := p.horizon > 0 && p.horizon <= c.now
	if p.txns != nil {
		c.aborted = appendAborted(nil, p.txns.aborted)
	}
	young := slices.IndexFunc(segs, func(s *segment) bool { return s.age(c.now) < policy.minLagMillis })
	p.mu.Unlock()
	if young >= 0 {
		segs = segs[:young]
	}
	if more, err = c.learn(segs); err != nil || c.to == c.from && !due {
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
	p.compact, p.horizon = c.to, c.horizon
	p.dropAborted(c.to)
	p.dropTail(sort.Search(len(p.tail), func(i int) bool { return p.tail[i].next > c.to }))
	return more, nil
}

// errEnough ends the reading of a segment early.
var errEnough = errors.New("enough")

// learn finds the last offset of every key in the segments that were not compacted yet, as far as the table holds them. It
// says whether there is more.
func (c *compaction) learn(segs []*segment) (more bool, err error) {
	c.to = c.from
	for _, s := range segs {
		if s.next <= c.from {
			continue
		}
		err := c.eachBatch(s, max(s.base, c.from), func(b []byte, h *BatchHeader) error {
			if h.BaseOffset >= c.limit {
				return errEnough
			}
			if !h.Control() && !c.aborted.covers(h) {
				if c.keys.used+int(h.Count) > compactKeys && c.keys.used > 0 {
					more = true
					return errEnough
				}
				if err := c.learnBatch(b, h); err != nil {
					return err
				}
			}
			c.to = h.NextOffset()
			return nil
		})
		if errors.Is(err, errEnough) {
			return more, nil
		}
		if err != nil {
			return false, err
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
			b, err := c.keep(b, h)
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
