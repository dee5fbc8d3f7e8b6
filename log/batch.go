package log

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// A record batch of version 2, Kafka's unit on disk, in memory and on the wire. All numbers are big-endian.
//
//	 0               8       12      16 17      21  23      27
//	+---------------+-------+-------+--+-------+---+-------+---------------+---------------+
//	| base offset   | length| epoch |2 | crc   |att|last Δ | first time    | max time      |
//	+---------------+-------+-------+--+-------+---+-------+---------------+---------------+
//	 43              51  53      57      61
//	+---------------+---+-------+-------+----------------------------------------------------
//	| producer id   |ep.| seq   | count | records, compressed as a whole if att says so ...
//	+---------------+---+-------+-------+----------------------------------------------------
//
// length counts the bytes behind itself. crc is the CRC-32C of everything behind itself, so that base offset and leader
// epoch, which the log assigns, can be patched without touching it. last Δ is the offset of the last record minus the base
// offset; after a compaction count may be smaller than last Δ + 1.
const (
	batchBaseOffset  = 0
	batchLength      = 8
	batchEpoch       = 12
	batchMagic       = 16
	batchCRC         = 17
	batchAttributes  = 21
	batchLastDelta   = 23
	batchFirstTime   = 27
	batchMaxTime     = 35
	batchProducerID  = 43
	batchProducerEp  = 51
	batchSequence    = 53
	batchCount       = 57
	batchHeaderBytes = 61

	batchLengthBase = batchEpoch // the position that length counts from

	attrCodec         = 0x07
	attrAppend        = 0x08 // timestamps are the log's append time: every record has the max time
	attrTransactional = 0x10
	attrControl       = 0x20
	attrHorizon       = 0x40 // first time is when compaction may drop null values and markers, and still what times are relative to
)

// MaxBatchBytes bounds one record batch.
const MaxBatchBytes = 64 << 20

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// BatchHeader is what the head of a record batch says.
type BatchHeader struct {
	BaseOffset    int64
	Bytes         int // of the whole batch
	LeaderEpoch   int32
	CRC           uint32
	Attributes    int16
	LastDelta     int32 // offset of the last record minus BaseOffset
	FirstTime     int64 // milliseconds; record times are relative to it
	MaxTime       int64 // milliseconds
	ProducerID    int64 // -1: not idempotent
	ProducerEpoch int16
	Sequence      int32
	Count         int32 // number of records
}

// NextOffset is the offset behind the batch.
func (h *BatchHeader) NextOffset() int64 { return h.BaseOffset + int64(h.LastDelta) + 1 }

// Control says that the batch holds transaction markers, which no reader of records sees.
func (h *BatchHeader) Control() bool { return h.Attributes&attrControl != 0 }

// Transactional says that the batch belongs to a transaction: its records, or the marker that ends it.
func (h *BatchHeader) Transactional() bool { return h.Attributes&attrTransactional != 0 }

// Codec is the compression of the records.
func (h *BatchHeader) Codec() Codec { return Codec(h.Attributes & attrCodec) }

// ParseBatchHeader reads the head of the batch that b starts with and checks that it fits together and that all its bytes
// are there. It does not look at the records.
func ParseBatchHeader(b []byte) (BatchHeader, error) {
	h, err := parseBatchHead(b)
	if err == nil && h.Bytes > len(b) {
		err = fmt.Errorf("%w: the batch says %d bytes, there are %d", ErrInvalidBatch, h.Bytes, len(b))
	}
	return h, err
}

// parseBatchHead is ParseBatchHeader for a batch whose end may be missing.
func parseBatchHead(b []byte) (BatchHeader, error) {
	if len(b) < batchHeaderBytes {
		return BatchHeader{}, fmt.Errorf("%w: %d bytes are less than a batch header (%d)", ErrInvalidBatch, len(b), batchHeaderBytes)
	}
	be := binary.BigEndian
	h := BatchHeader{
		BaseOffset:    int64(be.Uint64(b[batchBaseOffset:])),
		Bytes:         int(int32(be.Uint32(b[batchLength:]))) + batchLengthBase,
		LeaderEpoch:   int32(be.Uint32(b[batchEpoch:])),
		CRC:           be.Uint32(b[batchCRC:]),
		Attributes:    int16(be.Uint16(b[batchAttributes:])),
		LastDelta:     int32(be.Uint32(b[batchLastDelta:])),
		FirstTime:     int64(be.Uint64(b[batchFirstTime:])),
		MaxTime:       int64(be.Uint64(b[batchMaxTime:])),
		ProducerID:    int64(be.Uint64(b[batchProducerID:])),
		ProducerEpoch: int16(be.Uint16(b[batchProducerEp:])),
		Sequence:      int32(be.Uint32(b[batchSequence:])),
		Count:         int32(be.Uint32(b[batchCount:])),
	}
	switch {
	case b[batchMagic] != 2:
		return h, fmt.Errorf("%w: magic %d, expected version 2", ErrInvalidBatch, b[batchMagic])
	case h.Bytes < batchHeaderBytes || h.Bytes > MaxBatchBytes:
		return h, fmt.Errorf("%w: a batch of %d bytes, expected %d to %d", ErrInvalidBatch, h.Bytes, batchHeaderBytes, MaxBatchBytes)
	case h.LastDelta < 0 || h.Count < 0 || h.Count > h.LastDelta+1 && h.LastDelta < 1<<31-1:
		return h, fmt.Errorf("%w: %d records up to offset delta %d", ErrInvalidBatch, h.Count, h.LastDelta)
	case h.Codec() > CodecZstd:
		return h, fmt.Errorf("%w: unknown compression %d", ErrInvalidBatch, h.Codec())
	}
	return h, nil
}

// CheckBatch checks head and checksum of the batch that b starts with and returns the head.
func CheckBatch(b []byte) (BatchHeader, error) {
	h, err := ParseBatchHeader(b)
	if err != nil {
		return h, err
	}
	if got := crc32.Checksum(b[batchAttributes:h.Bytes], castagnoli); got != h.CRC {
		return h, fmt.Errorf("%w: CRC %08x of the bytes, %08x in the head", ErrInvalidBatch, got, h.CRC)
	}
	return h, nil
}

// sealBatch fills in length and checksum of a finished batch.
func sealBatch(b []byte) {
	binary.BigEndian.PutUint32(b[batchLength:], uint32(len(b)-batchLengthBase))
	binary.BigEndian.PutUint32(b[batchCRC:], crc32.Checksum(b[batchAttributes:], castagnoli))
}
