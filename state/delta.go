package state

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A delta is what a store writes at a commit; docs/format/state.md has the
// bytes. It is a header that tells what the store is, then operations:
//
//	prefix p      the keys of the following operations begin with p
//	put k v       the value of key p+k is v
//	delete k      key p+k has no value
//	drop lo hi    no key in [lo, hi) has a value
//
// Drops apply before the other operations of their delta, wherever they stand.
// Among the others, the last one for a key counts. Keys are relative to the
// store: Badger's have the store's id before them.
//
// Values are absolute, so deltas may be applied again from any earlier point
// in their order, which is what recovery does.

// Kinds of stores, as in the header.
const (
	kindTable = iota + 1
	kindWindows
	kindSessions
	kindBuffer
	kindMeta
)

var kindNames = [...]string{"nothing", "table", "windows", "sessions", "buffer", "meta"}

const deltaVersion = 1

const (
	opPrefix = iota + 1
	opPut
	opDelete
	opDrop
)

// header says what a store is. A store is opened with the header it was made
// with, or not at all.
type header struct {
	kind   byte
	layout Layout
	width  int64 // Milliseconds of a bucket, for sessions and buffers.
}

func (h header) append(dst []byte) []byte {
	dst = append(dst, deltaVersion, h.kind)
	intKey := byte(0)
	if h.layout.IntKey {
		intKey = 1
	}
	dst = append(dst, intKey)
	dst = binary.AppendUvarint(dst, uint64(h.layout.Words))
	dst = binary.AppendUvarint(dst, uint64(h.layout.Blobs))
	return binary.AppendUvarint(dst, uint64(h.width))
}

func (h header) String() string {
	k := "unknown kind"
	if int(h.kind) < len(kindNames) {
		k = kindNames[h.kind]
	}
	return fmt.Sprintf("%s of %d words and %d blobs (int key %t, bucket %d ms)", k, h.layout.Words, h.layout.Blobs, h.layout.IntKey, h.width)
}

var errDelta = errors.New("state: a delta is damaged")

// deltaReader reads a delta. After next returned true, op and its fields are
// set; they are parts of the data.
type deltaReader struct {
	header header
	data   []byte
	pos    int
	err    error

	start    int // Where the operation begins.
	op       byte
	prefix   []byte
	key, val []byte // For opDrop: lo and hi.
}

func readDelta(data []byte) deltaReader {
	r := deltaReader{data: data}
	if len(data) < 3 || data[0] != deltaVersion {
		r.err = errDelta
		return r
	}
	r.header.kind = data[1]
	r.header.layout.IntKey = data[2] != 0
	r.pos = 3
	r.header.layout.Words = int(r.uvarint())
	r.header.layout.Blobs = int(r.uvarint())
	r.header.width = int64(r.uvarint())
	return r
}

func (r *deltaReader) next() bool {
	if r.err != nil || r.pos >= len(r.data) {
		return false
	}
	r.start = r.pos
	r.op = r.data[r.pos]
	r.pos++
	switch r.op {
	case opPrefix:
		r.prefix = r.bytes()
		return r.next()
	case opPut, opDrop:
		r.key = r.bytes()
		r.val = r.bytes()
	case opDelete:
		r.key, r.val = r.bytes(), nil
	default:
		r.err = errDelta
	}
	return r.err == nil
}

func (r *deltaReader) uvarint() uint64 {
	n, used := binary.Uvarint(r.data[r.pos:])
	if used <= 0 {
		r.err = errDelta
		r.pos = len(r.data)
		return 0
	}
	r.pos += used
	return n
}

func (r *deltaReader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.data)-r.pos) {
		r.err = errDelta
		return nil
	}
	r.pos += int(n)
	return r.data[r.pos-int(n) : r.pos : r.pos]
}

func appendBytes(dst, b []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

func appendPrefix(dst, prefix []byte) []byte {
	return appendBytes(append(dst, opPrefix), prefix)
}

func appendPut(dst, key, val []byte) []byte {
	return appendBytes(appendBytes(append(dst, opPut), key), val)
}

func appendDelete(dst, key []byte) []byte {
	return appendBytes(append(dst, opDelete), key)
}

func appendDrop(dst, low, high []byte) []byte {
	return appendBytes(appendBytes(append(dst, opDrop), low), high)
}
