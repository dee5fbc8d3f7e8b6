package state

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// Scan iterates over the rows with low <= key < high in key order; nil means
// unbounded. Rows that are in Badger only are copied from there, not brought
// into memory.
func (t *Table) Scan(low, high []byte) *Scanner {
	s := t.scan(low, high)
	return &Scanner{fill: func(p *Page) (bool, error) {
		p.begin(t.layout())
		return s.fill(p, 0)
	}}
}

func (t *Table) layout() Layout {
	return Layout{Words: t.stride, Blobs: t.blobs, IntKey: t.intKey}
}

// tableScan is the place of a scan: the keys in memory, sorted once and again
// when row numbers have changed, merged with Badger's, sought anew for each
// page.
type tableScan struct {
	t       *Table
	high    []byte
	from    []byte // The next key is at or after this.
	started bool
	version uint32
	order   []keyRow
	pos     int
}

// keyRow is a row with the first bytes of its key as a number in the same
// order.
type keyRow struct {
	first uint64
	row   uint32
}

func (t *Table) scan(low, high []byte) *tableScan {
	return &tableScan{t: t, from: bytes.Clone(low), high: bytes.Clone(high)}
}

// sort lists the keys in memory that are still to come, dead ones too: they
// hide what Badger has.
func (s *tableScan) sort() {
	t := s.t
	s.started, s.version, s.pos = true, t.version, 0
	s.order = s.order[:0]
	for row := range uint32(len(t.meta)) {
		if m := t.meta[row]; m == 0 || t.complete && m&isDead != 0 {
			continue
		}
		if k := s.keyRow(row); s.in(k) {
			s.order = append(s.order, k)
		}
	}
	slices.SortFunc(s.order, s.compare)
}

func (s *tableScan) keyRow(row uint32) keyRow {
	if s.t.intKey {
		return keyRow{s.t.ints[row] ^ 1<<63, row}
	}
	return keyRow{firstBytes(s.t.key(row)), row}
}

func (s *tableScan) compare(a, b keyRow) int {
	if c := cmp.Compare(a.first, b.first); c != 0 || s.t.intKey {
		return c
	}
	return bytes.Compare(s.t.key(a.row), s.t.key(b.row))
}

// add puts a row that is new to the table into the list, and tells whether it
// will come up.
func (s *tableScan) add(row uint32) bool {
	k := s.keyRow(row)
	if !s.in(k) {
		return false
	}
	if !s.started || s.version != s.t.version {
		return true // The list is still to be made.
	}
	at, have := slices.BinarySearchFunc(s.order[s.pos:], k, s.compare)
	if !have {
		s.order = slices.Insert(s.order, s.pos+at, k)
	}
	return true
}

func (s *tableScan) in(k keyRow) bool {
	if len(s.from) == 0 && s.high == nil {
		return true
	}
	key := s.t.Key(k.row)
	return bytes.Compare(key, s.from) >= 0 && (s.high == nil || bytes.Compare(key, s.high) < 0)
}

// firstBytes is the first 8 bytes of a key, padded with zeros.
func firstBytes(key []byte) uint64 {
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var buf [8]byte
	copy(buf[:], key)
	return binary.BigEndian.Uint64(buf[:])
}

// fill adds rows to p until it is full, with start as their window, and tells
// whether there may be more.
func (s *tableScan) fill(p *Page, start int64) (more bool, err error) {
	t := s.t
	if t.parent == nil {
		t.load() // A window is scanned as it is, in memory and on disk.
	}
	if t.err != nil {
		return false, t.err
	}
	if !s.started || s.version != t.version {
		s.sort()
	}
	disk := s.disk()
	if disk != nil {
		defer disk.close()
	}
	for p.Len() < pageRows {
		inMemory, onDisk := s.pos < len(s.order), disk != nil && disk.valid()
		var key, diskKey []byte
		if inMemory {
			key = t.Key(s.order[s.pos].row)
		}
		if onDisk {
			diskKey = within(disk.key())[len(t.prefix):]
			if inMemory {
				c := bytes.Compare(diskKey, key)
				if c == 0 {
					disk.next() // Memory is newer.
					continue
				}
				inMemory = c > 0
			}
		}
		switch {
		case inMemory:
			if row := s.order[s.pos].row; t.meta[row]&isDead == 0 {
				p.addRow(key, start, 0, &t.rows, row)
			}
			s.pos++
			s.after(key)
		case onDisk:
			row := p.addKey(diskKey, start, 0)
			if err := disk.value(func(val []byte) error { return p.setValue(row, val) }); err != nil {
				return false, err
			}
			s.after(diskKey)
			disk.next()
		default:
			return false, nil
		}
	}
	return true, nil
}

// after moves the place behind key.
func (s *tableScan) after(key []byte) {
	s.from = append(append(s.from[:0], key...), 0)
}

// disk returns a cursor over the rest in Badger, nil if all is in memory.
func (s *tableScan) disk() *cursor {
	t := s.t
	if t.complete || t.c.id.Load() == 0 {
		return nil
	}
	low := append(bytes.Clone(t.prefix), s.from...)
	high := s.high
	if high != nil {
		high = append(bytes.Clone(t.prefix), high...)
	}
	return t.c.cursor(t.prefix, low, high)
}
