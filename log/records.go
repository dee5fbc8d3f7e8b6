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
	v, p := long(b, pos)
	return unzigzag(v), p
}

// short reads a varint of one or two bytes, and is small enough to be inlined. What it does not read, because the number is
// longer or the bytes end, it returns as notShort or more; long reads that.
func short(b []byte, pos int) (uint64, int) {
	if pos >= 0 && pos+1 < len(b) {
		x := uint64(b[pos])
		if x < 0x80 {
			return x, pos + 1
		}
		return x&0x7f | uint64(b[pos+1])<<7, pos + 2
	}
	return notShort, pos
}

const notShort = 1 << 14

// long reads any varint and returns the position behind it, or -1 if it does not end in b.
func long(b []byte, pos int) (uint64, int) {
	var v uint64
	for shift := uint(0); shift < 64 && uint(pos) < uint(len(b)); shift += 7 {
		x := b[pos]
		pos++
		v |= uint64(x&0x7f) << shift
		if x < 0x80 {
			return v, pos
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
	data, pos, end, n, left := s.data[:s.end], s.pos, s.end, r.N, s.left
	for n < maxRows && left > 0 {
		at := pos
		v, p := short(data, at)
		if v >= notShort {
			v, p = long(data, at)
		}
		size := unzigzag(v)
		if p < 0 || size <= 0 || size > int64(end-p) {
			return false
		}
		pos = p + int(size)
		rec := data[:pos]
		at = p + 1 // behind the attributes, of which none is in use
		if v, p = short(rec, at); v >= notShort {
			v, p = long(rec, at)
		}
		timeDelta := unzigzag(v)
		at = p
		if v, p = short(rec, at); v >= notShort {
			v, p = long(rec, at)
		}
		offset := s.base + unzigzag(v)
		at = p
		if v, p = short(rec, at); v >= notShort {
			v, p = long(rec, at)
		}
		keyLen, keyPos := unzigzag(v), p
		if p < 0 || keyLen < -1 || keyLen > int64(pos-p) {
			return false
		}
		at = p + max(int(keyLen), 0)
		if v, p = short(rec, at); v >= notShort {
			v, p = long(rec, at)
		}
		valLen, valPos := unzigzag(v), p
		if p < 0 || valLen < -1 || valLen > int64(pos-p) {
			return false
		}
		at = p + max(int(valLen), 0)
		if v, p = short(rec, at); v >= notShort {
			v, p = long(rec, at)
		}
		headers := unzigzag(v)
		if p < 0 || headers < 0 || headers > int64(pos-p) {
			return false
		}
		left--
		if offset < from {
			continue
		}
		r.Offset[n], r.Time[n] = offset, s.firstTime+timeDelta
		r.KeyPos[n], r.KeyLen[n] = uint32(keyPos), int32(keyLen)
		r.ValPos[n], r.ValLen[n] = uint32(valPos), int32(valLen)
		r.HdrPos[n], r.HdrLen[n], r.HdrCount[n] = uint32(p), int32(pos-p), int32(headers)
		n++
	}
	if s.appended {
		for i := r.N; i < n; i++ {
			r.Time[i] = s.firstTime
		}
	}
	r.N, s.pos, s.left = n, pos, left
	return s.left > 0 || pos == end
}
