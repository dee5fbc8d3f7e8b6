package state

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// On disk, a session's key is the start of its bucket (the prefix), the length
// of its key and the key, and its start. The length makes the keys prefix-free:
// reading the sessions of one key passes over no others.

func appendSessionKey(dst, key []byte, start int64) []byte {
	return appendTime(appendBytes(dst, key), start)
}

var errSessionKey = fmt.Errorf("a damaged session key: %w", errDelta)

func splitSessionKey(b []byte) (key []byte, start int64, err error) {
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)) || len(b) != used+int(n)+8 {
		return nil, 0, errSessionKey
	}
	return b[used : used+int(n)], readTime(b[used+int(n):]), nil
}

// load reads the store on first use.
func (s *Sessions) load() {
	if s.loaded {
		return
	}
	s.loaded = true
	in, err := s.c.inherit()
	if err == nil {
		err = s.inherit(in)
	}
	if err != nil {
		s.fail(err)
	}
	s.account()
}

func (s *Sessions) inherit(in inherited) error {
	for _, d := range in.dropped {
		if len(d.low) == 0 && len(d.high) == 8 {
			s.floor = max(s.floor, readTime(d.high))
		}
	}
	s.expired = s.floor
	if in.pending != nil {
		if err := in.pending.each(func(prefix, key, val []byte) error { return s.overlay(prefix, key, val, in.seq) }); err != nil {
			return err
		}
	}
	if in.empty {
		return nil
	}
	full := false
	for _, b := range slices.Backward(s.bucketsOnDisk()) {
		if err := s.loadBucket(b, in.pending, &full); err != nil {
			return err
		}
		s.account()
	}
	return nil
}

// overlay applies an operation that Badger does not have.
func (s *Sessions) overlay(prefix, key, val []byte, seq uint32) error {
	if len(prefix) != 8 {
		return errSessionKey
	}
	key, start, err := splitSessionKey(key)
	if err != nil {
		return err
	}
	row, err := s.insertSaved(key, hashBytes(key), readTime(prefix), start, val)
	if err != nil {
		return err
	}
	s.cleaned(row, seq)
	if val == nil {
		s.graves = append(s.graves, grave{row, seq})
	}
	return nil
}

// insertSaved adds a row as it is in a delta or on disk; without val a dead one.
func (s *Sessions) insertSaved(key []byte, h uint64, bucket, start int64, val []byte) (uint32, error) {
	row := s.add()
	s.setKey(row, key)
	*s.word(row, wordSavedStart), *s.word(row, wordSavedBucket) = uint64(start), uint64(bucket)
	*s.word(row, wordStart), *s.word(row, wordEnd) = uint64(start), uint64(start)
	s.firstSaved = min(s.firstSaved, bucket)
	if val == nil {
		s.meta[row] |= isDead
		s.dead++
		s.link(row, h)
		return row, nil
	}
	err := s.setValue(row, val)
	s.link(row, h)
	s.ends.push(s, row)
	return row, err
}

// bucketsOnDisk lists the buckets that have sessions in Badger.
func (s *Sessions) bucketsOnDisk() (starts []int64) {
	c := s.c.cursor(nil, appendTime(nil, s.floor), nil)
	defer c.close()
	for c.valid() {
		start := readTime(within(c.key()))
		starts = append(starts, start)
		if start > math.MaxInt64-s.width {
			break
		}
		c.seek(diskKey(nil, s.c.id.Load(), appendTime(nil, start+s.width)))
	}
	return starts
}

// loadBucket loads a bucket as far as there is room; full says that there is
// none any more. Keys that are in memory already are loaded whole.
func (s *Sessions) loadBucket(start int64, pending *merged, full *bool) error {
	prefix := appendTime(nil, start)
	b := &sessionBucket{start: start}
	c := s.c.cursor(prefix, nil, nil)
	defer c.close()
	for n := 1; c.valid(); c.next() {
		if n++; n%1024 == 0 {
			s.account()
		}
		diskKey := within(c.key())[8:]
		if pending != nil && pending.has(prefix, diskKey) {
			continue // What is in memory is newer.
		}
		key, first, err := splitSessionKey(diskKey)
		if err != nil {
			return err
		}
		h := hashBytes(key)
		*full = *full || !s.c.db.loadRoom()
		if *full && s.latest(key, h) == None {
			b.forget(h)
			continue
		}
		if err := c.value(func(val []byte) error {
			_, err := s.insertSaved(key, h, start, first, val)
			return err
		}); err != nil {
			return err
		}
	}
	if b.gone > 0 {
		s.addDisk(b)
	}
	return nil
}

func (s *Sessions) isSaved(row uint32, bucket, start int64) bool {
	return s.meta[row]&isFresh == 0 && int64(*s.word(row, wordSavedBucket)) == bucket && int64(*s.word(row, wordSavedStart)) == start
}

// forget notes that a session of a key is on disk only.
func (b *sessionBucket) forget(h uint64) {
	if b.filter == nil {
		b.filter = newBloom(0)
	}
	if !b.filter.has(h) {
		b.filter.add(h)
	}
	b.gone++
}

func (s *Sessions) addDisk(b *sessionBucket) {
	at, _ := s.diskAt(b.start)
	s.disk = slices.Insert(s.disk, at, b)
}

func (s *Sessions) diskAt(start int64) (int, bool) {
	return slices.BinarySearchFunc(s.disk, start, func(b *sessionBucket, start int64) int {
		switch {
		case b.start < start:
			return -1
		case b.start > start:
			return 1
		}
		return 0
	})
}

// fetch brings the sessions of a key that is not in memory from Badger.
func (s *Sessions) fetch(key []byte, h uint64) {
	found := false
	for _, b := range s.disk {
		if !b.filter.has(h) {
			continue
		}
		prefix := appendBytes(appendTime(nil, b.start), key)
		c := s.c.cursor(prefix, nil, nil)
		for ; c.valid(); c.next() {
			found = true
			b.gone--
			start := readTime(within(c.key())[len(prefix):])
			if err := c.value(func(val []byte) error {
				row, err := s.insertSaved(key, h, b.start, start, val)
				s.meta[row] |= isHot
				return err
			}); err != nil {
				s.fail(err)
			}
		}
		c.close()
	}
	if found {
		s.version++
		s.disk = slices.DeleteFunc(s.disk, func(b *sessionBucket) bool { return b.gone == 0 })
		s.account()
	}
}

// AppendDelta appends the changes since the last call; see Store.
func (s *Sessions) AppendDelta(dst []byte) ([]byte, error) {
	if s.err != nil {
		return dst, s.err
	}
	if s.drop || len(s.dirty) > 0 {
		var w deltaWriter
		var err error
		if dst, w, err = s.c.beginDelta(dst); err != nil {
			return dst, err
		}
		if s.drop {
			dst = appendDrop(dst, nil, appendTime(nil, s.floor))
			s.drop = false
		}
		dst = slices.Grow(dst, s.dirtyBytes())
		dst = w.end(s.appendPuts(s.appendDeletes(dst, w.seq), w.seq))
		s.dirty = s.dirty[:0]
	}
	s.Trim()
	return dst, nil
}

// appendDeletes appends the deletions, and takes the dead rows off the dirty
// ones. They come before the puts, as one session may take another's place.
func (s *Sessions) appendDeletes(dst []byte, seq uint32) []byte {
	last := int64(math.MinInt64)
	s.dirty = slices.DeleteFunc(s.dirty, func(row uint32) bool {
		m := s.meta[row]
		bucket, start := int64(*s.word(row, wordSavedBucket)), int64(*s.word(row, wordSavedStart))
		moved := m&isFresh == 0 && !(m&isDead == 0 && s.isSaved(row, s.bucket(row), int64(*s.word(row, wordStart))))
		if moved && bucket >= s.floor {
			if bucket != last || last == math.MinInt64 {
				dst, last = appendPrefix(dst, appendTime(nil, bucket)), bucket
			}
			dst = append(dst, opDelete)
			dst = binary.AppendUvarint(dst, uint64(sessionKeyLen(s.key(row))))
			dst = appendSessionKey(dst, s.key(row), start)
		}
		switch {
		case m&isDead == 0:
			return false
		case m&isFresh != 0:
			s.dropRow(row)
		default:
			s.cleaned(row, seq)
			s.graves = append(s.graves, grave{row, seq})
		}
		return true
	})
	return dst
}

func sessionKeyLen(key []byte) int { return uvarintLen(len(key)) + len(key) + 8 }

// appendPuts appends the values of the dirty rows, which are live.
func (s *Sessions) appendPuts(dst []byte, seq uint32) []byte {
	last := int64(math.MinInt64)
	for i, row := range s.dirty {
		bucket, start := s.bucket(row), *s.word(row, wordStart)
		if bucket != last || i == 0 {
			dst, last = appendPrefix(dst, appendTime(nil, bucket)), bucket
		}
		dst = append(dst, opPut)
		dst = binary.AppendUvarint(dst, uint64(sessionKeyLen(s.key(row))))
		dst = appendSessionKey(dst, s.key(row), int64(start))
		dst = s.appendSized(dst, row)
		*s.word(row, wordSavedStart), *s.word(row, wordSavedBucket) = start, uint64(bucket)
		s.firstSaved = min(s.firstSaved, bucket)
		s.cleaned(row, seq)
	}
	return dst
}
