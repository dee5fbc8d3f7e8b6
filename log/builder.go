package log

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// Header is a record header. A nil Value is a null value.
type Header struct {
	Key   string
	Value []byte
}

// Spans is a column of byte strings: string i is Data[Pos[i]:Pos[i]+Len[i]], or null if Len[i] is -1.
type Spans struct {
	Data []byte
	Pos  []uint32
	Len  []int32
}

// at returns string i, nil for null.
func (s *Spans) at(i int32) []byte {
	n := s.Len[i]
	if n < 0 {
		return nil
	}
	pos := s.Pos[i]
	return s.Data[pos : pos+uint32(n) : pos+uint32(n)]
}

// BatchBuilder builds a record batch of version 2, uncompressed. The zero value is ready; its memory is reused by Reset. Not
// safe for concurrent use.
type BatchBuilder struct {
	buf       []byte
	count     int32
	firstTime int64
	maxTime   int64
}

// Reset forgets the records and keeps the memory.
func (b *BatchBuilder) Reset() {
	b.buf, b.count = b.buf[:0], 0
}

// Grow makes room for n more bytes at once, for a builder that is going to be filled.
func (b *BatchBuilder) Grow(n int) { b.buf = slices.Grow(b.buf, n) }

// Len is the number of records.
func (b *BatchBuilder) Len() int { return int(b.count) }

// Size is the number of bytes of the batch so far; keep it well under MaxBatchBytes.
func (b *BatchBuilder) Size() int { return max(len(b.buf), batchHeaderBytes) }

// start makes room for the head before the first record, whose time becomes the one the others are relative to.
func (b *BatchBuilder) start(timestampMillis int64) {
	if cap(b.buf) < batchHeaderBytes {
		b.buf = make([]byte, 0, 4096)
	}
	b.buf = b.buf[:batchHeaderBytes]
	b.firstTime, b.maxTime = timestampMillis, timestampMillis
}

// Append adds a record. A nil key or value is null; both are copied. The time is in milliseconds since 1970.
func (b *BatchBuilder) Append(key, value []byte, headers []Header, timestampMillis int64) {
	if b.count == 0 {
		b.start(timestampMillis)
	}
	timeDelta := zigzag(timestampMillis - b.firstTime)
	offsetDelta := zigzag(int64(b.count))
	size := 1 + uvarintLen(timeDelta) + uvarintLen(offsetDelta) + nullableLen(key) + nullableLen(value) + headersLen(headers)
	if most := size + binary.MaxVarintLen32; cap(b.buf)-len(b.buf) < most {
		b.buf = slices.Grow(b.buf, max(most, len(b.buf))) // doubled: append would copy four times as much
	}
	dst := binary.AppendUvarint(b.buf, zigzag(int64(size)))
	dst = append(dst, 0)
	dst = binary.AppendUvarint(dst, timeDelta)
	dst = binary.AppendUvarint(dst, offsetDelta)
	dst = appendNullable(dst, key)
	dst = appendNullable(dst, value)
	dst = binary.AppendUvarint(dst, zigzag(int64(len(headers))))
	for i := range headers {
		dst = binary.AppendUvarint(dst, zigzag(int64(len(headers[i].Key))))
		dst = append(dst, headers[i].Key...)
		dst = appendNullable(dst, headers[i].Value)
	}
	b.buf = dst
	b.count++
	b.maxTime = max(b.maxTime, timestampMillis)
}

// AppendColumns adds one record without headers for every row in rows, in that order, or for all rows if rows is nil. A
// column of keys whose Len is nil stands for null keys; times are in milliseconds. Everything is copied.
func (b *BatchBuilder) AppendColumns(keys, values Spans, times []int64, rows []int32) {
	if rows == nil {
		for i := range times {
			b.appendRow(&keys, &values, times[i], int32(i))
		}
		return
	}
	for _, i := range rows {
		b.appendRow(&keys, &values, times[i], i)
	}
}

func (b *BatchBuilder) appendRow(keys, values *Spans, timestampMillis int64, row int32) {
	var key []byte
	if keys.Len != nil {
		key = keys.at(row)
	}
	b.Append(key, values.at(row), nil, timestampMillis)
}

// Bytes finishes the batch and returns it. The bytes stay valid until the next Append or Reset; more records may be added
// after it. An empty builder returns nil.
func (b *BatchBuilder) Bytes() []byte {
	if b.count == 0 {
		return nil
	}
	h := b.buf
	be := binary.BigEndian
	be.PutUint64(h[batchBaseOffset:], 0)
	be.PutUint32(h[batchEpoch:], 0)
	h[batchMagic] = 2
	be.PutUint16(h[batchAttributes:], 0)
	be.PutUint32(h[batchLastDelta:], uint32(b.count-1))
	be.PutUint64(h[batchFirstTime:], uint64(b.firstTime))
	be.PutUint64(h[batchMaxTime:], uint64(b.maxTime))
	be.PutUint64(h[batchProducerID:], ^uint64(0))
	be.PutUint16(h[batchProducerEp:], ^uint16(0))
	be.PutUint32(h[batchSequence:], ^uint32(0))
	be.PutUint32(h[batchCount:], uint32(b.count))
	sealBatch(h)
	return h
}

func zigzag(v int64) uint64   { return uint64(v<<1) ^ uint64(v>>63) }
func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

func uvarintLen(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }

func nullableLen(b []byte) int {
	if b == nil {
		return 1
	}
	return uvarintLen(zigzag(int64(len(b)))) + len(b)
}

func appendNullable(dst, b []byte) []byte {
	if b == nil {
		return append(dst, 1) // zigzag of -1
	}
	return append(binary.AppendUvarint(dst, zigzag(int64(len(b)))), b...)
}

func headersLen(headers []Header) int {
	n := uvarintLen(zigzag(int64(len(headers))))
	for i := range headers {
		n += uvarintLen(zigzag(int64(len(headers[i].Key)))) + len(headers[i].Key) + nullableLen(headers[i].Value)
	}
	return n
}
