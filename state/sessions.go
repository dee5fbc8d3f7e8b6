package state

import (
	"fmt"
	"math"
	"slices"
)

// Session is one session of a key. Start and End are the times of its first and
// last event, both inclusive. Row is its row.
type Session struct {
	Start, End int64
	Row        uint32
}

// Sessions keeps, for each key, disjoint sessions. Like a Table it is a State;
// the rows of all sessions are rows of one slab.
//
// In memory a session is a row, and the index leads from a key to the list of
// its rows, latest first; see sessions_list.go. A session changes its bounds
// without anything being moved, and finding one among thousands of its key takes
// as long as it is old.
//
// On disk a session is named by the bucket of its end (time divided into
// buckets of fixed width), its key and its start. Whole buckets expire, as
// windows do. A session that grows into another bucket is deleted in the old
// one and put into the new one by the same delta.
//
// What must hold: of a key, either all sessions are in memory or none. So a key
// with a row, be it dead, is looked up in memory only. For the others, each
// bucket has a filter of the keys that have sessions there which are not in
// memory. Eviction takes all sessions of a key at a time.
//
// Rows are valid until AppendDelta, Trim or Expire.
type Sessions struct {
	rows
	c      *core
	layout Layout
	width  int64 // Milliseconds of a bucket.

	index  byteIndex
	loaded bool
	// disk are the buckets with sessions that are not in memory, ascending.
	disk []*sessionBucket

	expired    int64 // Sessions that ended before do not count,
	floor      int64 // and buckets before have been dropped.
	firstSaved int64 // No earlier bucket has anything in deltas or on disk.
	drop       bool  // The next delta has to say what was dropped.

	ends endHeap

	graves  []grave
	hand    int
	version uint32
	counted int64
	err     error
}

// sessionBucket is what is on disk only of a bucket.
type sessionBucket struct {
	start  int64
	filter *bloom
	gone   int
}

// The hidden words of a row follow the layout's. The end is part of the value
// on disk, the others are not.
const (
	wordEnd = iota
	wordStart
	wordSavedStart // Where the session is in deltas and on disk, unless fresh.
	wordSavedBucket
	wordLinks // See sessions_list.go.
	hiddenWords
)

// Buckets are a 32nd of the retention wide, so that no more than about 3 % of
// what is kept has expired.
const bucketsPerRetention = 32

// Sessions opens a session store. gapMillis and retentionMillis are advice on
// how to divide time on disk.
func (db *DB) Sessions(name string, l Layout, gapMillis, retentionMillis int64) (*Sessions, error) {
	l.IntKey = false
	width := max(1, gapMillis, retentionMillis/bucketsPerRetention)
	c, err := db.openCore(name, header{kind: kindSessions, layout: l, width: width})
	if err != nil {
		return nil, err
	}
	s := &Sessions{
		rows: newRows(Layout{Words: l.Words + hiddenWords, Blobs: l.Blobs}), c: c, layout: l, width: c.header.width,
		expired: math.MinInt64, floor: math.MinInt64, firstSaved: math.MaxInt64,
	}
	s.hidden = hiddenWords - 1
	return s, nil
}

// bucketOf returns the start of the bucket of a time.
func bucketOf(t, width int64) int64 {
	b := t - t%width
	if b > t { // Negative times round down, too.
		if b < math.MinInt64+width {
			return math.MinInt64
		}
		b -= width
	}
	return b
}

func (s *Sessions) word(row uint32, i int) *uint64 {
	return &s.words[int(row)*s.stride+s.layout.Words+i]
}

func (s *Sessions) session(row uint32) Session {
	return Session{Start: int64(*s.word(row, wordStart)), End: int64(*s.word(row, wordEnd)), Row: row}
}

// visible tells whether a row is a session that has not expired.
func (s *Sessions) visible(row uint32) bool {
	return s.meta[row]&isDead == 0 && int64(*s.word(row, wordEnd)) >= s.expired
}

// Find appends the sessions of key that overlap [from, to] (End >= from and
// Start <= to), ordered by start.
func (s *Sessions) Find(dst []Session, key []byte, from, to int64) []Session {
	s.load()
	s.c.lookups++
	first := len(dst)
	from = max(from, s.expired)
	for row := s.resident(key, hashBytes(key)); row != None; row = s.older(row) {
		if s.meta[row]&isDead != 0 {
			continue
		}
		x := s.session(row)
		if x.End < from {
			break // And so have all older ones.
		}
		if x.Start <= to {
			dst = append(dst, x)
		}
	}
	slices.Reverse(dst[first:])
	return dst
}

// resident makes sure that the sessions of key are in memory if there are any,
// notes that the key is used, and returns its latest row, or None.
func (s *Sessions) resident(key []byte, h uint64) uint32 {
	row := s.latest(key, h)
	if len(s.disk) > 0 {
		if row == None {
			s.fetch(key, h)
			row = s.latest(key, h)
		}
		if row != None {
			s.meta[row] |= isHot
		}
	}
	return row
}

// Put makes a session with zero words and empty blobs and returns its row.
func (s *Sessions) Put(key []byte, start, end int64) uint32 {
	s.load()
	h := hashBytes(key)
	s.resident(key, h)
	row := s.add()
	s.setKey(row, key)
	*s.word(row, wordStart), *s.word(row, wordEnd) = uint64(start), uint64(end)
	s.link(row, h)
	s.ends.push(s, row)
	s.meta[row] |= isFresh
	s.markDirty(row)
	return row
}

// Move changes the bounds of a session; its values stay.
func (s *Sessions) Move(row uint32, start, end int64) {
	*s.word(row, wordStart), *s.word(row, wordEnd) = uint64(start), uint64(end)
	s.markDirty(row)
	s.ends.push(s, row)
}

// MarkDirty tells that the values of a session returned by Find were changed.
func (s *Sessions) MarkDirty(row uint32) { s.markDirty(row) }

// Remove deletes a session.
func (s *Sessions) Remove(row uint32) {
	if s.meta[row]&isDead != 0 {
		return
	}
	var kept [hiddenWords]uint64
	hidden := s.words[int(row)*s.stride+s.layout.Words:][:hiddenWords]
	copy(kept[:], hidden)
	s.kill(row)
	copy(hidden, kept[:])
}

// Expire drops the sessions that ended before the time; it never goes back.
// Call it after opening the store, too.
func (s *Sessions) Expire(before int64) {
	s.load()
	s.expired = max(s.expired, before)
	floor := bucketOf(s.expired, s.width)
	if floor <= s.floor {
		return
	}
	s.floor = floor
	for row := range uint32(len(s.meta)) {
		if s.meta[row] != 0 && s.bucket(row) < floor {
			s.dropRow(row)
		}
	}
	s.dirty = slices.DeleteFunc(s.dirty, func(row uint32) bool { return s.meta[row] == 0 })
	s.disk = slices.DeleteFunc(s.disk, func(b *sessionBucket) bool { return b.start < floor })
	if s.firstSaved < floor {
		s.drop, s.firstSaved = true, floor
	}
	s.account()
}

// bucket is where a row is on disk after the next delta, or for a dead row,
// where it was.
func (s *Sessions) bucket(row uint32) int64 {
	if s.meta[row]&isDead != 0 {
		return int64(*s.word(row, wordSavedBucket))
	}
	return bucketOf(int64(*s.word(row, wordEnd)), s.width)
}

// dropRow takes a row out of memory.
func (s *Sessions) dropRow(row uint32) {
	s.unlink(row)
	s.remove(row)
	s.version++
}

// FetchKey adds the sessions of key to p, ordered by start.
func (s *Sessions) FetchKey(p *Page, key []byte) {
	p.begin(s.layout)
	for _, x := range s.Find(nil, key, math.MinInt64, math.MaxInt64) {
		p.addRow(key, x.Start, x.End, &s.rows, x.Row)
	}
}

// Bytes is the memory the store uses.
func (s *Sessions) Bytes() int64 {
	n := s.rows.bytes() + int64(8*len(s.index.slots)+16*cap(s.ends.entries)+8*cap(s.graves))
	for _, b := range s.disk {
		n += b.filter.bytes() + 64
	}
	return n
}

// account reports the change of the memory in use.
func (s *Sessions) account() {
	n := s.Bytes()
	s.c.db.used.Add(n - s.counted)
	s.counted = n
}

func (s *Sessions) fail(err error) {
	if s.err == nil {
		s.err = fmt.Errorf("store %s: %w", s.c.name, err)
	}
}

// Name returns the store's name.
func (s *Sessions) Name() string { return s.c.name }

// DirtyBytes estimates what the next delta needs.
func (s *Sessions) DirtyBytes() int { return s.dirtyBytes() }

// Close gives up the store; see Store.
func (s *Sessions) Close() {
	s.c.db.used.Add(-s.counted)
	*s = Sessions{c: s.c, loaded: true, width: s.width, err: fmt.Errorf("store %s: %w", s.c.name, ErrClosed)}
	s.c.close()
}
