package log

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// LSN is the log sequence number of a commit group: 1 for the first of a data directory, then dense.
type LSN uint64

// A WAL file starts with a block that names it. It is made durable before the first record is written, so a file that has
// records of its generation and no valid head is corrupt. All numbers of the WAL are little-endian.
//
//	 0               8       12      16                              32              40      44     4096
//	+---------------+-------+-------+-------------------------------+---------------+-------+---------+
//	| "leatWAL1"    |version|generat| store id                      | resume LSN    | crc32c| zeros   |
//	+---------------+-------+-------+-------------------------------+---------------+-------+---------+
//
// resume LSN is 0, except in the first file after a corruption was cut away on request: the LSN its records start with.
const (
	walHeadBytes = 4096
	walVersion   = 2
)

var walMagic = [8]byte{'l', 'e', 'a', 't', 'W', 'A', 'L', '1'}

// A WAL record is one commit group. It starts at a multiple of 8 bytes.
//
//	 0       4       8               16      20      24
//	+-------+-------+---------------+-------+-------+--------------- - - - ---+----------+
//	| crc32c| length| LSN           |generat| lag   | payload: length bytes   | 0 to 7 × 0 |
//	+-------+-------+---------------+-------+-------+--------------- - - - ---+----------+
//
// crc covers everything behind itself up to the end of the payload, and besides the store id and the position in the file,
// so that a copy of a record is none. The generation is that of the file, so that records of
// an earlier life of a recycled file are told apart. lag is the LSN minus the LSN up to which everything was durable before
// this record was written: a valid record is a proof that those up to LSN - lag were on the disk, see walScan.
const (
	recordHeadBytes = 24
	recordAlign     = 8
	// maxPayload bounds a commit group; a length beyond it is taken for damage without looking further.
	maxPayload = 1 << 30
)

// The payload is a list of entries, each a kind and its fields, closed by entryEnd; behind that the data of the deltas, in
// the order of their entries. Numbers are uvarints, strings a uvarint length and bytes.
const (
	entryEnd     = iota
	entryBatches // topic number, partition, length, record batches with their final offsets
	entryOffset  // group, topic number, partition, offset, epoch plus one, commit time, metadata
	entryDelta   // store, length
	entryTopic   // topic number, id (16 bytes), name, config: a topic was created
	entryConfig  // topic number, config: partitions were added or settings changed
	entryDrop    // topic number: a topic was deleted
	entryStart   // topic number, partition, offset: records before it were deleted
	entryNoGroup // group: a consumer group was deleted
	entryClose   // the log was closed after this

	entryNoOffset   // group, topic number, partition, wall time: a position was deleted, if it is not of that time or later
	entryProperty   // key, 0 (deleted) or 1, value: a property was set
	entryEpoch      // leader epoch: batches from here on carry it
	entryProducers  // producer id: those below are given away or reserved
	entryTxn        // a transactional id as it is now, see appendTxn
	entryTxnParts   // transactional id, count, count × (topic number, partition): partitions joined the transaction
	entryTxnOffsets // transactional id, group, count, count × (topic number, partition, offset, epoch plus one, commit time, metadata)
	entryKinds
)

type recordHead struct {
	crc        uint32
	length     int // of the payload
	lsn        LSN
	generation uint32
	lag        uint32
}

func parseRecordHead(b []byte) recordHead {
	le := binary.LittleEndian
	return recordHead{
		crc:        le.Uint32(b),
		length:     int(le.Uint32(b[4:])),
		lsn:        LSN(le.Uint64(b[8:])),
		generation: le.Uint32(b[16:]),
		lag:        le.Uint32(b[20:]),
	}
}

// sealRecord fills in the head of a record whose bytes are rec (head first, no padding) followed by the deltas.
func sealRecord(rec []byte, deltas []Delta, h recordHead, seed uint32, pos int64) {
	le := binary.LittleEndian
	le.PutUint32(rec[4:], uint32(h.length))
	le.PutUint64(rec[8:], uint64(h.lsn))
	le.PutUint32(rec[16:], h.generation)
	le.PutUint32(rec[20:], h.lag)
	crc := crc32.Update(seed, castagnoli, rec[4:])
	for i := range deltas {
		crc = crc32.Update(crc, castagnoli, deltas[i].Data)
	}
	le.PutUint32(rec, closeCRC(crc, pos))
}

// recordCRC is the checksum a whole record at a position should have in its head.
func recordCRC(rec []byte, seed uint32, pos int64) uint32 {
	return closeCRC(crc32.Update(seed, castagnoli, rec[4:]), pos)
}

func closeCRC(crc uint32, pos int64) uint32 {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(pos))
	return crc32.Update(crc, castagnoli, b[:])
}

// recordBytes is what a record with a payload takes in the file.
func recordBytes(payload int) int {
	return (recordHeadBytes + payload + recordAlign - 1) &^ (recordAlign - 1)
}

type walHead struct {
	generation uint32
	store      [16]byte
	resume     LSN
}

func (h *walHead) encode() []byte {
	b := make([]byte, walHeadBytes)
	copy(b, walMagic[:])
	le := binary.LittleEndian
	le.PutUint32(b[8:], walVersion)
	le.PutUint32(b[12:], h.generation)
	copy(b[16:], h.store[:])
	le.PutUint64(b[32:], uint64(h.resume))
	le.PutUint32(b[40:], crc32.Checksum(b[:40], castagnoli))
	return b
}

func parseWALHead(b []byte) (walHead, error) {
	var h walHead
	le := binary.LittleEndian
	switch {
	case len(b) < walHeadBytes || [8]byte(b[:8]) != walMagic:
		return h, fmt.Errorf("%w: no WAL file head", ErrCorrupt)
	case le.Uint32(b[40:]) != crc32.Checksum(b[:40], castagnoli):
		return h, fmt.Errorf("%w: the CRC of the WAL file head does not fit", ErrCorrupt)
	case le.Uint32(b[8:]) != walVersion:
		return h, fmt.Errorf("WAL file version %d, this program reads version %d", le.Uint32(b[8:]), walVersion)
	}
	h.generation, h.resume = le.Uint32(b[12:]), LSN(le.Uint64(b[32:]))
	copy(h.store[:], b[16:])
	return h, nil
}

// Encoding of entries.

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func stringLen(s string) int { return uvarintLen(uint64(len(s))) + len(s) }

func appendConfig(dst []byte, c *TopicConfig) []byte {
	internal := uint64(0)
	if c.Internal {
		internal = 1
	}
	dst = appendUvarints(dst, uint64(c.Partitions), internal, uint64(len(c.Settings)))
	for _, k := range sortedKeys(c.Settings) {
		dst = appendString(appendString(dst, k), c.Settings[k])
	}
	return dst
}

// fieldReader reads fields one after the other. After the first that does not fit, failed is set and all are zero.
type fieldReader struct {
	b      []byte
	failed bool
}

func (r *fieldReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.b, r.failed = nil, true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *fieldReader) varint() int64 { return unzigzag(r.uvarint()) }

func (r *fieldReader) bytes(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.b, r.failed = nil, true
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

func (r *fieldReader) string() string { return string(r.bytes(r.uvarint())) }

func (r *fieldReader) id() (id [16]byte) {
	copy(id[:], r.bytes(16))
	return id
}

func (r *fieldReader) config() TopicConfig {
	c := TopicConfig{Partitions: int(r.uvarint()), Internal: r.uvarint() == 1}
	for n := r.uvarint(); n > 0 && !r.failed; n-- {
		if c.Settings == nil {
			c.Settings = map[string]string{}
		}
		k := r.string()
		c.Settings[k] = r.string()
	}
	c, err := c.settled()
	if err != nil {
		r.failed = true
	}
	return c
}
