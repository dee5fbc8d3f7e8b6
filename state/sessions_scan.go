package state

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
)

// Scan iterates over all sessions, those of a key together, ordered by start.
// The order of keys is that of their lengths as encoded, then of their bytes.
func (s *Sessions) Scan() *Scanner {
	s.load()
	scan := &sessionScan{s: s}
	return &Scanner{fill: func(p *Page) (bool, error) {
		p.begin(s.layout)
		return scan.fill(p)
	}}
}

// sessionScan is the place of a scan: the keys in memory, sorted once and again
// when row numbers have changed, and a cursor for each bucket, made anew for
// each page. As all sessions of a key are in memory or none, a key comes from
// memory or from the cursors.
type sessionScan struct {
	s       *Sessions
	from    []byte // The next key, as encoded, is at or after this.
	started bool
	version uint32
	order   []uint32
	cursors []*bucketCursor
}

// bucketCursor is a cursor and its current key, as encoded.
type bucketCursor struct {
	*cursor
	key   []byte // nil at the end.
	start int64
}

func (c *bucketCursor) read() error {
	c.key = nil
	if !c.valid() {
		return nil
	}
	rest := within(c.cursor.key())[8:]
	key, start, err := splitSessionKey(rest)
	if err != nil {
		return err
	}
	c.key, c.start = rest[:uvarintLen(len(key))+len(key)], start
	return nil
}

func encodedKey(key []byte) []byte { return appendBytes(nil, key) }

// sort lists the rows in memory that are still to come.
func (x *sessionScan) sort() {
	s := x.s
	x.started, x.version = true, s.version
	x.order = x.order[:0]
	for row := range uint32(len(s.meta)) {
		if s.meta[row] != 0 && (x.from == nil || bytes.Compare(encodedKey(s.key(row)), x.from) >= 0) {
			x.order = append(x.order, row)
		}
	}
	slices.SortFunc(x.order, func(a, b uint32) int {
		if c := compareEncoded(s.key(a), s.key(b)); c != 0 {
			return c
		}
		return cmp.Compare(int64(*s.word(a, wordStart)), int64(*s.word(b, wordStart)))
	})
}

func compareEncoded(a, b []byte) int {
	if len(a) == len(b) {
		return bytes.Compare(a, b)
	}
	var bufA, bufB [binary.MaxVarintLen64]byte
	na, nb := binary.PutUvarint(bufA[:], uint64(len(a))), binary.PutUvarint(bufB[:], uint64(len(b)))
	return bytes.Compare(bufA[:na], bufB[:nb])
}

func (x *sessionScan) open() error {
	for _, b := range x.s.disk {
		prefix := appendTime(nil, b.start)
		c := &bucketCursor{cursor: x.s.c.cursor(prefix, append(bytes.Clone(prefix), x.from...), nil)}
		x.cursors = append(x.cursors, c)
		if err := c.read(); err != nil {
			return err
		}
	}
	return nil
}

func (x *sessionScan) close() {
	for _, c := range x.cursors {
		c.close()
	}
	x.cursors = nil
}

// fill adds the sessions of whole keys until the page is full.
func (x *sessionScan) fill(p *Page) (more bool, err error) {
	s := x.s
	if !x.started || x.version != s.version {
		x.sort()
	}
	defer x.close()
	if err := cmp.Or(s.err, x.open()); err != nil {
		return false, err
	}
	for p.Len() < pageRows {
		var next []byte
		for _, c := range x.cursors {
			if c.key != nil && (next == nil || bytes.Compare(c.key, next) < 0) {
				next = c.key
			}
		}
		inMemory := false
		if len(x.order) > 0 {
			if first := encodedKey(s.key(x.order[0])); next == nil || bytes.Compare(first, next) <= 0 {
				next, inMemory = first, true
			}
		}
		if next == nil {
			return false, nil
		}
		next = bytes.Clone(next)
		if err := x.key(p, next, inMemory); err != nil {
			return false, err
		}
		x.from = afterPrefix(next)
	}
	return true, nil
}

// key adds the sessions of a key, from memory or else from disk.
func (x *sessionScan) key(p *Page, key []byte, inMemory bool) error {
	s := x.s
	for inMemory && len(x.order) > 0 && bytes.Equal(encodedKey(s.key(x.order[0])), key) {
		row := x.order[0]
		x.order = x.order[1:]
		if s.visible(row) {
			one := s.session(row)
			p.addRow(s.key(row), one.Start, one.End, &s.rows, row)
		}
	}
	// The buckets are in the order of ends, so a key's sessions come in the order
	// of their starts, as they are disjoint.
	for _, c := range x.cursors {
		for c.key != nil && bytes.Equal(c.key, key) {
			if !inMemory {
				if err := x.fromDisk(p, c); err != nil {
					return err
				}
			}
			c.next()
			if err := c.read(); err != nil {
				return err
			}
		}
	}
	return nil
}

// fromDisk adds the session a cursor is at, unless it has expired.
func (x *sessionScan) fromDisk(p *Page, c *bucketCursor) error {
	n := 8 * x.s.layout.Words
	return c.value(func(val []byte) error {
		if len(val) < n+8 {
			return fmt.Errorf("state: a session of %d bytes: %w", len(val), ErrLayout)
		}
		end := int64(binary.LittleEndian.Uint64(val[n:]))
		if end < x.s.expired {
			return nil
		}
		_, used := binary.Uvarint(c.key)
		row := p.addKey(c.key[used:], c.start, end)
		for i := range x.s.layout.Words {
			p.words[int(row)*p.stride+i] = binary.LittleEndian.Uint64(val[8*i:])
		}
		return p.setBlobs(row, val[n+8:])
	})
}
