package state

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// On disk, an entry's key is the byte of its part and the start of its bucket
// (the prefix), the length of its key and the key, its time and its number.

func bucketPrefix(start int64) []byte { return appendTime([]byte{partEntries}, start) }

func appendEntryKey(dst, key []byte, time int64, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(appendTime(appendBytes(dst, key), time), seq)
}

func splitEntryKey(b []byte) (key []byte, time int64, seq uint64, err error) {
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)) || len(b) != used+int(n)+16 {
		return nil, 0, 0, fmt.Errorf("a damaged entry key: %w", errDelta)
	}
	key, b = b[used:used+int(n)], b[used+int(n):]
	return key, readTime(b), binary.BigEndian.Uint64(b[8:]), nil
}

var (
	counterPrefix = []byte{partCounter}
	counterKey    = []byte("seq")
)

// load finds out what there is, on first use. Entries are read when a fetch
// touches their bucket.
func (b *Buffer) load() {
	if b.loaded {
		return
	}
	b.loaded = true
	in, err := b.c.inherit()
	if err == nil {
		err = b.inherit(in)
	}
	if err == nil {
		err = b.pending.windows.inherit(in)
	}
	if err != nil {
		b.fail(err)
	}
	b.account()
}

func (b *Buffer) inherit(in inherited) error {
	for _, d := range in.dropped {
		if bytes.Equal(d.low, []byte{partEntries}) && len(d.high) == 9 {
			b.floor = max(b.floor, readTime(d.high[1:]))
		}
	}
	b.expired = b.floor
	if !in.empty {
		if _, err := b.c.get(counterPrefix, counterKey, b.setCounter); err != nil {
			return err
		}
		b.findBuckets()
	}
	if in.pending != nil {
		if err := in.pending.each(b.overlay); err != nil {
			return err
		}
		b.marks = append(b.marks, mark{in.seq, b.nextSeq})
	} else {
		b.flushed = b.nextSeq
	}
	return nil
}

func (b *Buffer) setCounter(val []byte) error {
	if len(val) != 8 {
		return errDelta
	}
	b.nextSeq = binary.BigEndian.Uint64(val)
	return nil
}

// findBuckets makes the buckets that have entries in Badger, all of them on disk
// only: they are numbered below nextSeq.
func (b *Buffer) findBuckets() {
	part := []byte{partEntries}
	c := b.c.cursor(part, bucketPrefix(b.floor), nil)
	defer c.close()
	for c.valid() {
		start := readTime(within(c.key())[1:])
		b.bucket(start).below = b.nextSeq
		b.firstSaved = min(b.firstSaved, start)
		if start > math.MaxInt64-b.width {
			break
		}
		c.seek(diskKey(nil, b.c.id.Load(), bucketPrefix(start+b.width)))
	}
}

// overlay applies an operation that Badger does not have, or has in part: of a
// bucket with such entries, what is on disk only is below the first of them.
func (b *Buffer) overlay(prefix, key, val []byte) error {
	switch {
	case len(prefix) == 1 && prefix[0] == partCounter:
		return b.setCounter(val)
	case len(prefix) == 9 && prefix[0] == partEntries:
		key, time, seq, err := splitEntryKey(key)
		if err != nil {
			return err
		}
		k := b.bucket(readTime(prefix[1:]))
		k.add(key, time, seq, val)
		k.below = min(k.below, seq)
		b.firstSaved = min(b.firstSaved, k.start)
	}
	return nil
}

// prepare makes sure that the entries of a bucket that are on disk only are in
// the filter, or in memory if there is room.
func (b *Buffer) prepare(k *bucket) {
	if k.below == 0 || k.filter != nil {
		return
	}
	if err := b.readBucket(k); err != nil {
		b.fail(err)
		k.below = 0 // Nothing is committed any more.
	}
	b.account()
}

func (b *Buffer) readBucket(k *bucket) error {
	below := k.below
	k.below = 0
	prefix := bucketPrefix(k.start)
	c := b.c.cursor(prefix, nil, nil)
	defer c.close()
	for n := 0; c.valid(); c.next() {
		if n++; n%1024 == 0 {
			b.account()
		}
		key, time, seq, err := splitEntryKey(within(c.key())[len(prefix):])
		if err != nil {
			return err
		}
		if seq >= below {
			continue // In memory, too.
		}
		if k.below == 0 && !b.c.db.loadRoom() {
			b.evict(k, below)
			k.below = below
			if k.filter == nil {
				k.filter = newBloom(0)
			}
		}
		if k.below > 0 {
			k.note(hashBytes(key))
			continue
		}
		if err := c.value(func(val []byte) error {
			k.add(key, time, seq, val)
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// fetchDisk appends entries that are on disk only.
func (b *Buffer) fetchDisk(dst []Entry, k *bucket, key []byte, from, to int64) []Entry {
	key = bytes.Clone(key)
	prefix := appendBytes(bucketPrefix(k.start), key)
	high := afterPrefix(prefix)
	if to < math.MaxInt64 {
		high = appendTime(bytes.Clone(prefix), to+1)
	}
	c := b.c.cursor(prefix, appendTime(bytes.Clone(prefix), from), high)
	defer c.close()
	for ; c.valid(); c.next() {
		_, time, seq, err := splitEntryKey(within(c.key())[9:])
		if err == nil && seq < k.below {
			err = c.value(func(val []byte) error {
				dst = append(dst, Entry{Time: time, Seq: seq, Value: bytes.Clone(val), key: key})
				return nil
			})
		}
		if err != nil {
			b.fail(err)
			break
		}
	}
	return dst
}

// AppendDelta appends the changes since the last call; see Store.
func (b *Buffer) AppendDelta(dst []byte) ([]byte, error) {
	if b.err != nil {
		return dst, b.err
	}
	unmatched := b.pending.windows
	if unmatched.err != nil {
		return dst, unmatched.err
	}
	if b.drop || len(b.dirty) > 0 || unmatched.drop || len(unmatched.dirty) > 0 {
		var w deltaWriter
		var err error
		if dst, w, err = b.c.beginDelta(dst); err != nil {
			return dst, err
		}
		dst = slices.Grow(dst, b.DirtyBytes())
		before := len(dst)
		dst = b.appendEntries(dst)
		dst = unmatched.appendOps(dst, w.seq)
		if dst = w.end(dst); len(dst) > before {
			b.marks = append(b.marks, mark{w.seq, b.nextSeq})
		}
	}
	b.Trim()
	return dst, nil
}

// appendEntries appends what was dropped and what was added.
func (b *Buffer) appendEntries(dst []byte) []byte {
	if b.drop {
		dst = appendDrop(dst, []byte{partEntries}, bucketPrefix(b.floor))
		b.drop = false
	}
	if len(b.dirty) > 0 {
		dst = appendPrefix(dst, counterPrefix)
		dst = appendPut(dst, counterKey, binary.BigEndian.AppendUint64(nil, b.nextSeq))
	}
	var last *bucket
	for _, d := range b.dirty {
		if d.b.dropped {
			continue
		}
		if d.b != last {
			last = d.b
			dst = appendPrefix(dst, bucketPrefix(last.start))
			b.firstSaved = min(b.firstSaved, last.start)
		}
		e := &last.entries[d.n]
		key := last.key(d.n)
		dst = append(dst, opPut)
		dst = binary.AppendUvarint(dst, uint64(uvarintLen(len(key))+len(key)+16))
		dst = appendEntryKey(dst, key, e.time, e.seq)
		dst = appendBytes(dst, last.arena.get(e.value))
	}
	b.dirty = b.dirty[:0]
	return dst
}
