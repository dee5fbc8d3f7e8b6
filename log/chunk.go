package log

import (
	"fmt"
	"hash/crc32"

	"github.com/leatdb/leat/internal/bufpool"
)

// Chunk is a run of whole record batches of one partition, filled by Log.Read. Its bytes are either the log's shared tail,
// held by a reference count, or a pooled buffer filled from a segment; both are read-only. The zero value is ready, the
// caller owns it, reuses it for the next Read, and calls Release when done with it. Not safe for concurrent use.
type Chunk struct {
	// Topic and Partition are what was read.
	Topic     string
	Partition int32
	// Start is the base offset of the first batch, which may be below the offset asked for, and Next the offset behind
	// the last batch: where to read on. In an empty chunk both are the offset asked for.
	Start, Next int64
	// LogStart and HighWatermark bound what the partition held at the time of reading; readers of committed records stop at
	// LastStable.
	LogStart, LastStable, HighWatermark int64

	pieces  []piece
	slabs   []*slab // referenced once each
	buf     *[]byte // pooled, behind the pieces if they came from a segment
	cur     decodeCursor
	aborted []AbortedTxn // that have records here, for a reader of committed records; by first offset
	hiding  abortedIndex // of aborted, once Decode needs it
	scratch []byte       // the plain records of compressed batches; kept over Release
	hint    readHint     // kept over Release
}

// piece is base[from:to], one or more whole batches. Several pieces may share a base.
type piece struct {
	base     []byte
	from, to int
}

// decodeCursor is where Decode goes on: in the records of an opened batch or at the next batch of a piece.
type decodeCursor struct {
	next   int64 // the offset that Decode returned, by which it recognises its own continuation
	piece  int
	pos    int // in the piece's base, of the next batch; 0 stands for the start of the piece
	opened bool
	after  int64 // offset behind the opened batch
	recs   recordScan
}

// Bytes is the size of all batches together.
func (c *Chunk) Bytes() int {
	n := 0
	for _, p := range c.pieces {
		n += p.to - p.from
	}
	return n
}

// Empty says that there was nothing to read at the offset yet.
func (c *Chunk) Empty() bool { return len(c.pieces) == 0 }

// AppendTo appends the batches to a list of buffers, each holding whole batches, in offset order: the wire form of a fetch.
// They are valid until Release.
func (c *Chunk) AppendTo(bufs [][]byte) [][]byte {
	for _, p := range c.pieces {
		bufs = append(bufs, p.base[p.from:p.to:p.to])
	}
	return bufs
}

// Release gives the bytes back. Chunk and scratch memory stay usable for the next Read; releasing twice is harmless.
func (c *Chunk) Release() {
	for i, s := range c.slabs {
		s.release()
		c.slabs[i] = nil
	}
	clear(c.pieces)
	c.slabs, c.pieces, c.aborted, c.hiding = c.slabs[:0], c.pieces[:0], c.aborted[:0], c.hiding[:0]
	if c.buf != nil {
		readBuffers.Put(c.buf)
		c.buf = nil
	}
	c.cur = decodeCursor{}
}

func (c *Chunk) corrupt(offset int64, why string) error {
	return fmt.Errorf("%w: %s-%d@%d: %s", ErrCorrupt, c.Topic, c.Partition, offset, why)
}

// Decode fills r with up to maxRows records of the chunk, starting at offset from, and returns the offset to go on with; the
// chunk is used up when that is Next. Fewer rows come back at the end of a stretch of memory, none only at the end of the
// chunk. Checksums are verified when a batch is entered, uncompressed records are not copied, transaction markers are
// skipped, and so are the records of aborted transactions if the chunk was read with ReadCommitted. Going on with the returned offset costs nothing; any other offset starts over from the first batch.
func (c *Chunk) Decode(r *Records, from int64, maxRows int) (next int64, err error) {
	r.N, r.Data = 0, nil
	if from != c.cur.next {
		c.cur = decodeCursor{next: from}
	}
	cur := &c.cur
	if cur.opened {
		r.Data = cur.recs.data
	}
	for r.N < maxRows {
		if !cur.opened {
			more, err := c.openBatch(r, from)
			if err != nil && r.N > 0 {
				break // the rows before the damage come first, the next call tells
			}
			if err != nil {
				return from, err
			}
			if !more {
				break
			}
		}
		if !cur.recs.scan(r, from, maxRows) {
			return from, c.corrupt(cur.recs.base, "the records of the batch do not fit together")
		}
		if cur.recs.left == 0 {
			cur.opened, cur.next = false, max(cur.after, from)
		} else if r.N > 0 {
			cur.next = r.Offset[r.N-1] + 1
		}
	}
	return cur.next, nil
}

// openBatch enters the next batch that has records at from or higher. It returns false at the end of the chunk, and where a
// batch lies in other memory than the rows r has already.
func (c *Chunk) openBatch(r *Records, from int64) (bool, error) {
	cur := &c.cur
	for cur.piece < len(c.pieces) {
		p := &c.pieces[cur.piece]
		pos := max(cur.pos, p.from)
		if pos >= p.to {
			cur.piece, cur.pos = cur.piece+1, 0
			continue
		}
		h, err := ParseBatchHeader(p.base[pos:p.to])
		if err != nil {
			return false, c.corrupt(cur.next, err.Error())
		}
		if h.NextOffset() <= from || h.Control() || h.Count == 0 || c.hidden(&h) {
			cur.pos, cur.next = pos+h.Bytes, max(cur.next, h.NextOffset())
			continue
		}
		if r.N > 0 && !c.sameMemory(r, p.base, &h) {
			return false, nil
		}
		if err := c.enter(r, p.base, pos, &h); err != nil {
			return false, err
		}
		cur.pos = pos + h.Bytes
		return true, nil
	}
	cur.next = max(cur.next, c.Next) // behind the last batch there may be a gap, or nothing but that
	return false, nil
}

// maxJoinedBytes is how much decompressed data is gathered behind one Records; positions are 32 bits wide.
const maxJoinedBytes = 32 << 20

// sameMemory says whether the rows of a batch can join those in r, whose positions count in one slice.
func (c *Chunk) sameMemory(r *Records, base []byte, h *BatchHeader) bool {
	if h.Codec() != CodecNone {
		if len(r.Data) > maxJoinedBytes {
			return false
		}
		base = c.scratch[:cap(c.scratch)]
	}
	return len(base) > 0 && cap(r.Data) > 0 && &base[0] == &r.Data[:1][0]
}

// enter checks a batch and puts the cursor at its first record.
func (c *Chunk) enter(r *Records, base []byte, pos int, h *BatchHeader) error {
	b := base[pos : pos+h.Bytes]
	if crc32.Checksum(b[batchAttributes:], castagnoli) != h.CRC {
		return c.corrupt(h.BaseOffset, "the CRC of the batch does not fit")
	}
	cur := &c.cur
	cur.after = h.NextOffset()
	cur.recs = recordScan{left: h.Count, base: h.BaseOffset, firstTime: h.FirstTime}
	if h.Attributes&attrAppend != 0 {
		cur.recs.appended, cur.recs.firstTime = true, h.MaxTime
	}
	if h.Codec() == CodecNone {
		cur.recs.data, cur.recs.pos, cur.recs.end = base, pos+batchHeaderBytes, pos+h.Bytes
		cur.opened, r.Data = true, base
		return nil
	}
	plain := c.scratch[:0]
	if r.N > 0 {
		plain = r.Data // more rows behind those of the previous compressed batch
	}
	start := len(plain)
	plain, err := decompress(h.Codec(), plain, b[batchHeaderBytes:])
	if err != nil {
		return c.corrupt(h.BaseOffset, "decompressing: "+err.Error())
	}
	c.scratch = plain
	cur.recs.data, cur.recs.pos, cur.recs.end = plain, start, len(plain)
	cur.opened, r.Data = true, plain
	return nil
}

// readBuffers are those of segment reads, up to 128 MiB.
var readBuffers = bufpool.New(readBufferMin, 12)

const readBufferMin = 64 << 10
