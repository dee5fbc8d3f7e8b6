package log

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"sort"

	"github.com/leatdb/leat/internal/vfs"
)

// The index of a segment has an entry for a batch about every indexInterval bytes. It is written when the file is closed or
// the segment sealed, and can always be made again from the segment. All numbers are little-endian.
//
//	 0               8               16              24      28      32
//	+---------------+---------------+---------------+-------+-------+-----------------------+-------+
//	| "leatIDX1"    | base offset   | bytes indexed | stamp | count | count × 16-byte entry | crc32c|
//	+---------------+---------------+---------------+-------+-------+-----------------------+-------+
//
//	 0       4       8               16
//	+-------+-------+---------------+
//	|rel.off|  pos  | max time      |    of the batch at pos; the time is the highest of all batches before it
//	+-------+-------+---------------+
const (
	indexInterval  = 16 << 10
	indexWorth     = 64 // entries that are worth writing an index file; fewer are made again from the segment
	indexHeadBytes = 32
	indexEntrySize = 16
)

var indexMagic = [8]byte{'l', 'e', 'a', 't', 'I', 'D', 'X', '1'}

type indexEntry struct {
	rel, pos uint32
	maxTime  int64
}

// segmentIndex is an index in memory, complete up to bytes.
type segmentIndex struct {
	entries []indexEntry
	bytes   int64
	maxTime int64 // of all indexed batches
	fresh   int   // entries added since it was read or written
}

const minTime = -1 << 63

// add notes a batch that lies right behind the indexed bytes.
func (x *segmentIndex) add(base int64, h *BatchHeader) {
	if n := len(x.entries); n == 0 || x.bytes-int64(x.entries[n-1].pos) >= indexInterval {
		if n == 0 {
			x.maxTime = minTime
		}
		x.fresh++
		x.entries = append(x.entries, indexEntry{rel: uint32(h.BaseOffset - base), pos: uint32(x.bytes), maxTime: x.maxTime})
	}
	x.bytes += int64(h.Bytes)
	x.maxTime = max(x.maxTime, h.MaxTime)
}

// find returns position and offset of a batch at or before the one that holds the offset.
func (x *segmentIndex) find(base, offset int64) (pos, at int64) {
	i := sort.Search(len(x.entries), func(i int) bool { return base+int64(x.entries[i].rel) > offset })
	if i == 0 {
		return 0, base
	}
	return int64(x.entries[i-1].pos), base + int64(x.entries[i-1].rel)
}

// findTime returns the base offset of a batch before which there is no record of that time or later.
func (x *segmentIndex) findTime(base, millis int64) int64 {
	i := sort.Search(len(x.entries), func(i int) bool { return x.entries[i].maxTime >= millis })
	if i == 0 {
		return base
	}
	return base + int64(x.entries[i-1].rel)
}

func (x *segmentIndex) encode(base int64, stamp uint32) []byte {
	le := binary.LittleEndian
	b := make([]byte, indexHeadBytes, indexHeadBytes+len(x.entries)*indexEntrySize+4)
	copy(b, indexMagic[:])
	le.PutUint64(b[8:], uint64(base))
	le.PutUint64(b[16:], uint64(x.bytes))
	le.PutUint32(b[24:], stamp)
	le.PutUint32(b[28:], uint32(len(x.entries)))
	for _, e := range x.entries {
		b = le.AppendUint32(b, e.rel)
		b = le.AppendUint32(b, e.pos)
		b = le.AppendUint64(b, uint64(e.maxTime))
	}
	return le.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// decodeIndex reads an index; false if it is damaged or of other bytes.
func decodeIndex(b []byte, base int64, stamp uint32) (segmentIndex, bool) {
	le := binary.LittleEndian
	var x segmentIndex
	if len(b) < indexHeadBytes+4 || [8]byte(b[:8]) != indexMagic || int64(le.Uint64(b[8:])) != base || le.Uint32(b[24:]) != stamp {
		return x, false
	}
	count := int(le.Uint32(b[28:]))
	end := indexHeadBytes + count*indexEntrySize
	if len(b) < end+4 || le.Uint32(b[end:]) != crc32.Checksum(b[:end], castagnoli) {
		return x, false
	}
	x.bytes, x.maxTime = int64(le.Uint64(b[16:])), minTime
	x.entries = make([]indexEntry, count)
	for i := range x.entries {
		e := b[indexHeadBytes+i*indexEntrySize:]
		x.entries[i] = indexEntry{rel: le.Uint32(e), pos: le.Uint32(e[4:]), maxTime: int64(le.Uint64(e[8:]))}
	}
	return x, true
}

// extend indexes the batches of a segment file from the indexed bytes up to end.
func (x *segmentIndex) extend(f vfs.File, base, end int64) error {
	buf := make([]byte, indexInterval)
	var window []byte
	windowPos := int64(0)
	at := offsetCheck{next: base}
	for x.bytes < end {
		pos := x.bytes
		if pos < windowPos || pos+batchHeaderBytes > windowPos+int64(len(window)) {
			window, windowPos = buf[:min(int64(len(buf)), end-pos)], pos
			if n, err := f.ReadAt(window, pos); n < len(window) {
				if err == io.EOF {
					err = fmt.Errorf("%w: the segment ends at byte %d, expected %d", ErrCorrupt, pos+int64(n), end)
				}
				return err
			}
		}
		h, err := parseBatchHead(window[pos-windowPos:])
		if err == nil && pos+int64(h.Bytes) > end {
			err = fmt.Errorf("%w: it ends behind the segment", ErrInvalidBatch)
		}
		if err == nil {
			err = at.pass(&h)
		}
		if err != nil {
			return fmt.Errorf("%w: batch at byte %d of the segment: %w", ErrCorrupt, pos, err)
		}
		x.add(base, &h)
		at.next = h.NextOffset()
	}
	return nil
}
