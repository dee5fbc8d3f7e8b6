package log

import (
	"encoding/binary"
	"fmt"
)

// A marker is a control batch with one record, which ends a transaction in a partition. Its key is
//
//	 0       2       4
//	+-------+-------+
//	|ver. 0 | kind  |
//	+-------+-------+
//
// and its value a version, 0, and the epoch of the coordinator, 4 bytes; big-endian, as everything in batches.
type markerKind int16

const (
	abortMarker  markerKind = 0
	commitMarker markerKind = 1
)

// appendMarker builds the batch that ends a transaction of a producer.
func appendMarker(dst []byte, kind markerKind, pid ProducerID, coordinatorEpoch int32, millis int64) []byte {
	be := binary.BigEndian
	value := be.AppendUint32(make([]byte, 2, 6), uint32(coordinatorEpoch))
	var b BatchBuilder
	b.Append(be.AppendUint16(make([]byte, 2, 4), uint16(kind)), value, nil, millis)
	batch := b.Bytes()
	be.PutUint16(batch[batchAttributes:], attrControl|attrTransactional)
	be.PutUint64(batch[batchProducerID:], uint64(pid.ID))
	be.PutUint16(batch[batchProducerEp:], uint16(pid.Epoch))
	sealBatch(batch)
	return append(dst, batch...)
}

// readMarker reads the kind of a control batch.
func readMarker(b []byte) (markerKind, error) {
	r := Records{}
	s := recordScan{data: b, pos: batchHeaderBytes, end: len(b), left: 1}
	if !s.scan(&r, minTime, 1) || r.KeyLen[0] < 4 {
		return 0, fmt.Errorf("%w: a control batch without a marker", ErrInvalidBatch)
	}
	return markerKind(binary.BigEndian.Uint16(b[r.KeyPos[0]+2:])), nil
}
