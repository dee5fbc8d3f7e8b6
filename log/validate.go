package log

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"sync"
)

// What producers outside of the process send is checked before it gets near the log: a batch that is stored can be read by
// everybody, and is as the settings of its topic ask for. All of that happens in the goroutine of the producer's connection,
// outside of any lock.

// checkSlots bounds how many batches are decompressed for a check at a time. It is work for processors, so more would be no
// faster, but a few hostile bytes can grow to maxPlainBytes each.
var checkSlots = make(chan struct{}, runtime.GOMAXPROCS(0))

var plainBuffers = sync.Pool{New: func() any { return new([]byte) }}

// maxPooledPlain bounds what plainBuffers keep.
const maxPooledPlain = 4 << 20

// admitBatch checks the batch that b starts with against the policy and makes it what is to be stored: the same bytes, with
// the time of arrival in their head if the topic asks for that, or others with the compression it asks for.
func (pol *policy) admitBatch(b []byte, now int64) (stored []byte, h BatchHeader, err error) {
	if len(b) > batchMagic && b[batchMagic] != 2 {
		return nil, h, fmt.Errorf("%w: magic %d, expected 2", ErrBatchFormat, b[batchMagic])
	}
	if len(b) >= batchHeaderBytes && Codec(b[batchAttributes+1]&attrCodec) > CodecZstd {
		return nil, h, fmt.Errorf("%w: codec %d", ErrBatchCodec, b[batchAttributes+1]&attrCodec)
	}
	if h, err = ParseBatchHeader(b); err != nil {
		return nil, h, err
	}
	b = b[:h.Bytes:h.Bytes]
	if int64(h.Bytes) > pol.maxBatchBytes {
		return nil, h, fmt.Errorf("%w: %d bytes, allowed are %d (max.message.bytes)", ErrBatchTooLarge, h.Bytes, pol.maxBatchBytes)
	}
	if _, err := CheckBatch(b); err != nil {
		return nil, h, fmt.Errorf("%w: %w", ErrCorruptBatch, err)
	}
	if err := h.checkProduced(); err != nil {
		return nil, h, err
	}
	plain, done, err := plainRecords(b, &h)
	if err != nil {
		return nil, h, fmt.Errorf("%w: %w", ErrInvalidRecord, err)
	}
	defer done()
	times, err := checkRecords(plain, &h, pol.cleanup != Delete)
	if err != nil {
		return nil, h, err
	}
	if err := pol.checkTimes(times, now); err != nil {
		return nil, h, err
	}
	if stored, err = pol.recompress(b, plain, &h); err != nil {
		return nil, h, err
	}
	pol.stamp(stored, &h, times, now)
	return stored, h, nil
}

// checkProduced checks what a producer may say in the head of a batch.
func (h *BatchHeader) checkProduced() error {
	switch {
	case h.Control():
		return fmt.Errorf("%w: control batches are the log's own", ErrInvalidRecord)
	case h.Attributes&^(attrCodec|attrAppend|attrTransactional) != 0:
		return fmt.Errorf("%w: unknown attributes %#x", ErrInvalidRecord, h.Attributes)
	case h.Attributes&attrAppend != 0:
		return fmt.Errorf("%w: only the log sets times of arrival", ErrInvalidTimestamp)
	case h.Count < 1 || int64(h.Count) != int64(h.LastDelta)+1:
		return fmt.Errorf("%w: %d records up to offset delta %d", ErrInvalidRecord, h.Count, h.LastDelta)
	case h.ProducerID < -1 || h.ProducerID >= 0 && (h.ProducerEpoch < 0 || h.Sequence < 0):
		return fmt.Errorf("%w: producer %d with epoch %d and sequence %d", ErrInvalidRecord, h.ProducerID, h.ProducerEpoch, h.Sequence)
	case h.ProducerID < 0 && h.Transactional():
		return fmt.Errorf("%w: a transactional batch without a producer id", ErrInvalidRecord)
	}
	return nil
}

// plainRecords returns the records of a batch, decompressed. done gives the memory back.
func plainRecords(b []byte, h *BatchHeader) (plain []byte, done func(), err error) {
	if h.Codec() == CodecNone {
		return b[batchHeaderBytes:], func() {}, nil
	}
	checkSlots <- struct{}{}
	buf := plainBuffers.Get().(*[]byte)
	done = func() {
		if cap(*buf) <= maxPooledPlain {
			plainBuffers.Put(buf)
		}
		<-checkSlots
	}
	if *buf, err = decompress(h.Codec(), (*buf)[:0], b[batchHeaderBytes:]); err != nil {
		done()
		return nil, nil, err
	}
	return *buf, done, nil
}

// timeSpan is the least and the greatest time of the records of a batch.
type timeSpan struct{ min, max int64 }

// checkRecords walks through the plain records of a batch: lengths fit, offsets are dense, headers are whole, and, if keyed,
// every record has a key.
func checkRecords(plain []byte, h *BatchHeader, keyed bool) (timeSpan, error) {
	times := timeSpan{1<<63 - 1, minTime}
	pos := 0
	for i := range int64(h.Count) {
		size, p := varint(plain, pos)
		if p < 0 || size < 1 || size > int64(len(plain)-p) {
			return times, recordError(i, "its length does not fit")
		}
		rec := plain[p : p+int(size)]
		pos = p + int(size)
		timeDelta, q := varint(rec, 1)
		offsetDelta, q := varint(rec, q)
		if q < 0 || offsetDelta != i {
			return times, recordError(i, fmt.Sprintf("its offset delta is %d", offsetDelta))
		}
		if keyed && q < len(rec) && rec[q] == 1 { // zigzag of -1
			return times, recordError(i, "it has no key, which a compacted topic needs")
		}
		if q = skipBytes(rec, skipBytes(rec, q, -1), -1); q < 0 {
			return times, recordError(i, "key or value do not fit")
		}
		headers, q := varint(rec, q)
		if q < 0 || headers < 0 || headers > int64(len(rec)) {
			return times, recordError(i, "the number of its headers does not fit")
		}
		for range headers {
			q = skipBytes(rec, skipBytes(rec, q, 0), -1)
		}
		if q != len(rec) {
			return times, recordError(i, "its headers do not fit")
		}
		t := h.FirstTime + timeDelta
		times.min, times.max = min(times.min, t), max(times.max, t)
	}
	if pos != len(plain) {
		return times, fmt.Errorf("%w: %d bytes behind the last record", ErrInvalidRecord, len(plain)-pos)
	}
	return times, nil
}

func recordError(i int64, why string) error {
	return fmt.Errorf("%w: record %d of the batch: %s", ErrInvalidRecord, i, why)
}

// skipBytes steps over bytes with their length in front, which is at least min; -1 if they do not end in b.
func skipBytes(b []byte, pos int, min int64) int {
	n, p := varint(b, pos)
	if p < 0 || n < min || n > int64(len(b)-p) {
		return -1
	}
	if n < 0 {
		return p
	}
	return p + int(n)
}

// checkTimes refuses times far from the clock. A time of -1 stands for none.
func (pol *policy) checkTimes(t timeSpan, now int64) error {
	if pol.appendTime {
		return nil
	}
	if t.max > now && t.max-now > pol.afterMillis {
		return fmt.Errorf("%w: %d is more than %d ms ahead (message.timestamp.after.max.ms)", ErrInvalidTimestamp, t.max, pol.afterMillis)
	}
	if t.min >= 0 && t.min < now && now-t.min > pol.beforeMillis {
		return fmt.Errorf("%w: %d is more than %d ms ago (message.timestamp.before.max.ms)", ErrInvalidTimestamp, t.min, pol.beforeMillis)
	}
	return nil
}

// recompress changes the compression of a batch if the topic has one of its own. The head then still has to be sealed.
func (pol *policy) recompress(b, plain []byte, h *BatchHeader) ([]byte, error) {
	if pol.codec < 0 || Codec(pol.codec) == h.Codec() {
		return b, nil
	}
	stored, err := compress(Codec(pol.codec), append(make([]byte, 0, batchHeaderBytes+len(plain)), b[:batchHeaderBytes]...), plain)
	if err != nil {
		return nil, err
	}
	h.Attributes = h.Attributes&^attrCodec | int16(pol.codec)
	h.Bytes = len(stored)
	return stored, nil
}

// stamp brings the head of a batch in line with what is stored, and seals it again if that changes anything.
func (pol *policy) stamp(b []byte, h *BatchHeader, times timeSpan, now int64) {
	maxTime := times.max
	if pol.appendTime {
		h.Attributes |= attrAppend
		maxTime = now
	}
	be := binary.BigEndian
	if maxTime == h.MaxTime && be.Uint16(b[batchAttributes:]) == uint16(h.Attributes) {
		return
	}
	h.MaxTime = maxTime
	be.PutUint16(b[batchAttributes:], uint16(h.Attributes))
	be.PutUint64(b[batchMaxTime:], uint64(maxTime))
	sealBatch(b)
}
