package log

import (
	"encoding/binary"
	"fmt"
)

// keep returns what stays of a batch: all of it, a smaller one, or nil. Whatever stays keeps its offsets.
func (c *compaction) keep(b []byte, h *BatchHeader) ([]byte, error) {
	switch {
	case h.BaseOffset >= c.to:
		return b, nil
	case h.Control():
		return c.keepMarker(b, h), nil
	}
	if h.Transactional() && c.aborted.covers(h) {
		return nil, nil
	}
	all, err := c.keepRecords(b, h, h.FirstTime)
	if err != nil || all.count == 0 {
		return nil, err
	}
	if h.Transactional() {
		c.withData[h.ProducerID] = struct{}{}
	}
	first := h.FirstTime
	if all.nulls {
		first = c.horizonOf(h)
		c.noteHorizon(first)
	}
	if first != h.FirstTime {
		return c.mark(b, h, first)
	}
	if all.count == h.Count {
		return b, nil
	}
	return c.sealKept(b, h, all, first)
}

// horizonOf is the wall time from which null values in a batch, or a marker, may go: what an earlier pass has set, or what this
// one does.
func (c *compaction) horizonOf(h *BatchHeader) int64 {
	if h.Attributes&attrHorizon != 0 {
		return h.FirstTime
	}
	return c.now + c.tombstone
}

func (c *compaction) noteHorizon(horizon int64) {
	if c.horizon == 0 || horizon < c.horizon {
		c.horizon = horizon
	}
}

// keepMarker returns a marker as it stays, or nil. As long as records of its transaction are there it stays as it is; the
// first pass behind which there are none sets its horizon. While the transaction is in the list of aborted ones, clients that
// were told so wait for the marker: the next pass, which may come at once, finds it out of the list.
func (c *compaction) keepMarker(b []byte, h *BatchHeader) []byte {
	if _, data := c.withData[h.ProducerID]; data {
		delete(c.withData, h.ProducerID)
		return b
	}
	if a := c.aborted.last(h.ProducerID, h.BaseOffset); a != nil && a.Last == h.BaseOffset {
		c.noteHorizon(c.now)
		return b
	}
	horizon := c.horizonOf(h)
	if h.Attributes&attrHorizon != 0 {
		if horizon <= c.now {
			return nil
		}
		c.noteHorizon(horizon)
		return b
	}
	c.noteHorizon(horizon)
	marked, err := c.mark(b, h, horizon)
	if err != nil {
		return b // what cannot be read stays for who can
	}
	return marked
}

// kept is what keepRecords has found to stay.
type kept struct {
	count   int32
	maxTime int64
	nulls   bool
}

// keepRecords gathers in c.kept the records of a batch that stay, with times relative to first.
func (c *compaction) keepRecords(b []byte, h *BatchHeader, first int64) (kept, error) {
	all := kept{maxTime: minTime}
	records, err := c.records(b, h)
	if err != nil {
		return all, err
	}
	c.kept = c.kept[:0]
	expired := h.Attributes&attrHorizon != 0 && h.FirstTime <= c.now
	err = eachRecord(records, h, func(r *rawRecord) {
		if !h.Control() {
			last, known := c.keys.get(r.key)
			if r.key == nil || known && r.offset < last || r.null && expired {
				return // a record without a key cannot be the last of one
			}
			all.nulls = all.nulls || r.null
		}
		c.kept = r.appendMoved(c.kept, h.FirstTime, first)
		all.maxTime = max(all.maxTime, r.time)
		all.count++
	})
	return all, err
}

// mark builds a batch of the records that stay, with a horizon in the place of its first time.
func (c *compaction) mark(b []byte, h *BatchHeader, horizon int64) ([]byte, error) {
	all, err := c.keepRecords(b, h, horizon)
	if err != nil {
		return nil, err
	}
	return c.sealKept(b, h, all, horizon)
}

// sealKept builds a batch of c.kept. If first is not the first time the batch has, it is the horizon it gets.
func (c *compaction) sealKept(b []byte, h *BatchHeader, all kept, first int64) (out []byte, err error) {
	out = append(make([]byte, 0, batchHeaderBytes+len(c.kept)), b[:batchHeaderBytes]...)
	if out, err = compress(h.Codec(), out, c.kept); err != nil {
		return nil, err
	}
	be := binary.BigEndian
	if first != h.FirstTime {
		be.PutUint16(out[batchAttributes:], uint16(h.Attributes|attrHorizon))
		be.PutUint64(out[batchFirstTime:], uint64(first))
	}
	be.PutUint64(out[batchMaxTime:], uint64(all.maxTime))
	be.PutUint32(out[batchCount:], uint32(all.count))
	sealBatch(out)
	return out, nil
}

// rawRecord is a record in the plain records of a batch.
type rawRecord struct {
	raw    []byte // with its length in front
	key    []byte // nil for none
	null   bool   // the value is null
	offset int64
	time   int64
}

// appendMoved writes the record with its time relative to another first time.
func (r *rawRecord) appendMoved(dst []byte, from, to int64) []byte {
	if from == to {
		return append(dst, r.raw...)
	}
	_, body := varint(r.raw, 0)
	delta, rest := varint(r.raw, body+1)
	moved := zigzag(from + delta - to)
	size := 1 + uvarintLen(moved) + len(r.raw) - rest
	dst = binary.AppendUvarint(dst, zigzag(int64(size)))
	dst = binary.AppendUvarint(append(dst, r.raw[body]), moved)
	return append(dst, r.raw[rest:]...)
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
