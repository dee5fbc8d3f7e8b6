package state

import (
	"encoding/binary"
	"fmt"
)

// valueLen is the number of bytes appendValue appends.
func (r *rows) valueLen(row uint32) int {
	n := 8 * (r.stride - r.hidden)
	for i := range r.blobs {
		b := r.refs[(int(row)+1)*r.refs1-r.blobs+i].len()
		n += uvarintLen(b) + b
	}
	return n
}

// appendValue appends the words, 8 bytes each, and the blobs, each after its
// length.
func (r *rows) appendValue(dst []byte, row uint32) []byte {
	for _, w := range r.words[int(row)*r.stride : (int(row)+1)*r.stride-r.hidden] {
		dst = binary.LittleEndian.AppendUint64(dst, w)
	}
	for i := range r.blobs {
		b := r.Blob(row, i)
		dst = append(binary.AppendUvarint(dst, uint64(len(b))), b...)
	}
	return dst
}

// appendSized appends the value after its length.
func (r *rows) appendSized(dst []byte, row uint32) []byte {
	dst = binary.AppendUvarint(dst, uint64(r.valueLen(row)))
	return r.appendValue(dst, row)
}

// setValue reads what appendValue wrote.
func (r *rows) setValue(row uint32, data []byte) error {
	n := r.stride - r.hidden
	if len(data) < 8*n {
		return fmt.Errorf("state: a row of %d bytes where %d words are expected: %w", len(data), n, ErrLayout)
	}
	words := r.words[int(row)*r.stride:][:n]
	for i := range words {
		words[i] = binary.LittleEndian.Uint64(data[8*i:])
	}
	return r.setBlobs(row, data[8*n:])
}

func (r *rows) setBlobs(row uint32, data []byte) error {
	for i := range r.blobs {
		n, used := binary.Uvarint(data)
		if used <= 0 || n > uint64(len(data)-used) {
			return fmt.Errorf("state: a row without its blob %d of %d: %w", i, r.blobs, ErrLayout)
		}
		r.SetBlob(row, i, data[used:used+int(n)])
		data = data[used+int(n):]
	}
	if len(data) > 0 {
		return fmt.Errorf("state: a row with %d bytes too many: %w", len(data), ErrLayout)
	}
	return nil
}

func uvarintLen(n int) int {
	l := 1
	for n >= 0x80 {
		n >>= 7
		l++
	}
	return l
}
