package log

import (
	"fmt"
	"slices"
)

// Records is a slice of a partition as columns: row i of N has the key Data[KeyPos[i]:][:KeyLen[i]], a length of -1 meaning
// null, and likewise the value. Chunk.Decode fills it; the memory of the columns is its own and reused, while Data belongs
// to the chunk: it may be the log's shared tail, must not be written to, and is valid until the next Decode or Release of
// that chunk.
type Records struct {
	N      int
	Data   []byte
	Offset []int64
	Time   []int64 // milliseconds since 1970
	KeyPos []uint32
	KeyLen []int32
	ValPos []uint32
	ValLen []int32

	// The headers of row i are the HdrLen[i] bytes at HdrPos[i], HdrCount[i] of them; Headers decodes them.
	HdrPos   []uint32
	HdrLen   []int32
	HdrCount []int32
}

// Key returns the key of row i, nil for null. It aliases Data.
func (r *Records) Key(i int) []byte { return r.span(r.KeyPos[i], r.KeyLen[i]) }

// Value returns the value of row i, nil for null. It aliases Data.
func (r *Records) Value(i int) []byte { return r.span(r.ValPos[i], r.ValLen[i]) }

func (r *Records) span(pos uint32, n int32) []byte {
	if n < 0 {
		return nil
	}
	return r.Data[pos : pos+uint32(n) : pos+uint32(n)]
}

// Keys returns the keys as a column that aliases r.
func (r *Records) Keys() Spans { return Spans{Data: r.Data, Pos: r.KeyPos[:r.N], Len: r.KeyLen[:r.N]} }

// Values returns the values as a column that aliases r.
func (r *Records) Values() Spans {
	return Spans{Data: r.Data, Pos: r.ValPos[:r.N], Len: r.ValLen[:r.N]}
}

// Headers appends the headers of row i to dst; the values alias Data.
func (r *Records) Headers(i int, dst []Header) ([]Header, error) {
	b := r.Data[r.HdrPos[i] : r.HdrPos[i]+uint32(r.HdrLen[i])]
	pos := 0
	for range r.HdrCount[i] {
		var h Header
		n, p := varint(b, pos)
		if p < 0 || n < 0 || n > int64(len(b)-p) {
			return dst, fmt.Errorf("%w: header key of the record at offset %d", ErrCorrupt, r.Offset[i])
		}
		h.Key, pos = string(b[p:p+int(n)]), p+int(n)
		n, p = varint(b, pos)
		if p < 0 || n < -1 || n > int64(len(b)-p) {
			return dst, fmt.Errorf("%w: header %q of the record at offset %d", ErrCorrupt, h.Key, r.Offset[i])
		}
		if n >= 0 {
			h.Value = b[p : p+int(n) : p+int(n)]
			p += int(n)
		}
		pos = p
		dst = append(dst, h)
	}
	return dst, nil
}

// resize makes room for n rows in all columns and keeps what is in the first r.N.
func (r *Records) resize(n int) {
	if n <= len(r.Offset) {
		return
	}
	r.Offset, r.Time = grow(r.Offset, n), grow(r.Time, n)
	r.KeyPos, r.KeyLen = grow(r.KeyPos, n), grow(r.KeyLen, n)
	r.ValPos, r.ValLen = grow(r.ValPos, n), grow(r.ValLen, n)
	r.HdrPos, r.HdrLen, r.HdrCount = grow(r.HdrPos, n), grow(r.HdrLen, n), grow(r.HdrCount, n)
}

func grow[T any](s []T, n int) []T {
	return slices.Grow(s, n-len(s))[:n]
}

// varint reads a zigzag number at pos and returns the position behind it, or -1 if it does not end in b.
func varint(b []byte, pos int) (int64, int) {
	if uint(pos) < uint(len(b)) {
		if x := b[pos]; x < 0x80 {
			return int64(x>>1) ^ -int64(x&1), pos + 1
		}
	}
	return varintSlow(b, pos)
}

func varintSlow(b []byte, pos int) (int64, int) {
	var v uint64
	for shift := uint(0); shift < 64 && uint(pos) < uint(len(b)); shift += 7 {
		x := b[pos]
		pos++
		v |= uint64(x&0x7f) << shift
		if x < 0x80 {
			return unzigzag(v), pos
		}
	}
	return 0, -1
}

// recordScan is the place in the plain records of one batch.
type recordScan struct {
	data      []byte // what positions count in
	pos, end  int    // the records not scanned yet
	left      int32  // their number
	base      int64  // offset of the batch
	firstTime int64
	appended  bool // every record has the time firstTime
}

// scan fills rows of r, from r.N up to maxRows, with records of offset from or higher. It returns false if the records do
// not fit together.
func (s *recordScan) scan(r *Records, from int64, maxRows int) bool {
	r.resize(min(maxRows, r.N+int(s.left)))
	data, pos, end, n := s.data[:s.end], s.pos, s.end, r.N
	for n < maxRows && s.left > 0 {
		size, p := varint(data, pos)
		if p < 0 || size < 0 || size > int64(end-p) {
			return false
		}
		next := p + int(size)
		rec := data[:next]
		timeDelta, p := varint(rec, p+1) // behind the attributes, of which none is in use
		if p < 0 {
			return false
		}
		offsetDelta, p := varint(rec, p)
		if p < 0 {
			return false
		}
		pos, s.left = next, s.left-1
		if s.base+offsetDelta < from {
			continue
		}
		keyLen, p := varint(rec, p)
		if p < 0 || keyLen < -1 || keyLen > int64(next-p) {
			return false
		}
		keyPos := p
		valLen, p := varint(rec, p+max(int(keyLen), 0))
		if p < 0 || valLen < -1 || valLen > int64(next-p) {
			return false
		}
		valPos := p
		hdrCount, p := varint(rec, p+max(int(valLen), 0))
		if p < 0 || hdrCount < 0 || hdrCount > int64(next-p) {
			return false
		}
		r.Offset[n] = s.base + offsetDelta
		r.Time[n] = s.firstTime + timeDelta
		r.KeyPos[n], r.KeyLen[n] = uint32(keyPos), int32(keyLen)
		r.ValPos[n], r.ValLen[n] = uint32(valPos), int32(valLen)
		r.HdrPos[n], r.HdrLen[n], r.HdrCount[n] = uint32(p), int32(next-p), int32(hdrCount)
		n++
	}
	if s.appended {
		for i := r.N; i < n; i++ {
			r.Time[i] = s.firstTime
		}
	}
	r.N, s.pos = n, pos
	return s.left > 0 || pos == end
}
