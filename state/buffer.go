package state

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Entry is one buffered row of a join side. Seq numbers the entries of a buffer
// in the order they were added. Value must not be changed.
type Entry struct {
	Time  int64
	Seq   uint64
	Value []byte

	key []byte
}

// Unmatched is an entry that found no partner before its time was over.
type Unmatched struct {
	Key []byte
	Entry
}

// Buffer keeps the rows of one side of a stream-stream join for a while.
//
// Entries are added, read by key and time, and expire; they never change. So
// they need none of a Table's machinery. Time is divided into buckets of an
// eighth of the retention, and each bucket is a structure by itself: an index
// from keys to lists of entries, newest first, and the entries in one slice. To
// expire is to forget a bucket. A fetch looks into the few buckets that its
// times touch.
//
// Entries are numbered as they come, and deltas carry them in that order. So
// "written before entry n" says what is flushed, and a bucket's entries leave
// memory from the low numbers up: those below bucket.below are on disk only,
// the others in memory only as far as anybody must look. The oldest bucket goes
// first.
//
// Which entries still wait for a partner is a set of its own, a Windows store
// over (time, key, number): it is read in that order, its elements come and go,
// and few joins need it. Both parts share the store's deltas.
type Buffer struct {
	c     *core
	width int64 // Milliseconds of a bucket.

	loaded  bool
	buckets []*bucket // Ascending.
	last    *bucket   // The one added to last.
	nextSeq uint64
	expired int64 // Entries before are not found,
	floor   int64 // and buckets before are dropped.

	dirty      []addedEntry
	drop       bool   // The next delta has to say what was dropped.
	firstSaved int64  // No earlier bucket has anything in deltas or on disk.
	marks      []mark // What deltas in flight end with.
	flushed    uint64 // Entries below are on disk.

	pending unmatchedSet
	counted int64
	err     error
}

type addedEntry struct {
	b   *bucket
	seq uint64
	n   uint32 // Where it is in the bucket.
}

// mark says that a delta has the entries below a number.
type mark struct {
	delta uint32
	below uint64
}

// The parts of the store on disk, as first byte of the keys.
const (
	partEntries = iota
	partUnmatched
	partCounter
)

const bucketsPerBuffer = 8

// Buffer opens a join buffer that keeps entries for retentionMillis.
func (db *DB) Buffer(name string, retentionMillis int64) (*Buffer, error) {
	span := max(1, retentionMillis/(bucketsPerBuffer*spansPerBucket))
	c, err := db.openCore(name, header{kind: kindBuffer, width: spansPerBucket * span})
	if err != nil {
		return nil, err
	}
	b := &Buffer{c: c, width: c.header.width, expired: math.MinInt64, floor: math.MinInt64, firstSaved: math.MaxInt64}
	b.pending.init(b)
	return b, nil
}

// at returns the position of the first bucket starting at or after start.
func (b *Buffer) at(start int64) (int, bool) {
	return slices.BinarySearchFunc(b.buckets, start, func(k *bucket, start int64) int { return cmp.Compare(k.start, start) })
}

// bucket returns the bucket of a time, made if it is new.
func (b *Buffer) bucket(time int64) *bucket {
	start := bucketOf(time, b.width)
	if b.last != nil && b.last.start == start {
		return b.last
	}
	at, found := b.at(start)
	if !found {
		b.buckets = slices.Insert(b.buckets, at, &bucket{start: start})
	}
	b.last = b.buckets[at]
	return b.last
}

// Add puts a row into the buffer, also into the set of unmatched entries if it
// is pending. A row older than what is kept is not added.
func (b *Buffer) Add(key []byte, time int64, value []byte, pending bool) {
	b.load()
	if time < b.expired {
		return
	}
	k := b.bucket(time)
	seq := b.nextSeq
	b.nextSeq++
	b.dirty = append(b.dirty, addedEntry{k, seq, k.add(key, time, seq, value)})
	if pending {
		b.pending.add(key, time, seq)
	}
}

// Fetch appends the entries of key with from <= Time <= to, in the order of
// time, then of arrival.
func (b *Buffer) Fetch(dst []Entry, key []byte, from, to int64) []Entry {
	b.c.lookups++
	b.load()
	return b.fetch(dst, key, max(from, b.expired), to)
}

// fetch is Fetch in all that is kept, expired or not.
func (b *Buffer) fetch(dst []Entry, key []byte, from, to int64) []Entry {
	h := hashBytes(key)
	at, _ := b.at(bucketOf(from, b.width))
	for _, k := range b.buckets[at:] {
		if k.start > to {
			break
		}
		b.prepare(k)
		first := len(dst)
		if k.below > 0 && k.filter.has(h) {
			dst = b.fetchDisk(dst, k, key, from, to)
		}
		onDisk := len(dst) - first
		dst = k.fetch(dst, key, h, from, to)
		if onDisk > 0 {
			slices.SortFunc(dst[first:], func(a, b Entry) int {
				return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Seq, b.Seq))
			})
		}
	}
	return dst
}

// Matched takes an entry returned by Fetch out of the unmatched ones, if it is
// there.
func (b *Buffer) Matched(e Entry) { b.pending.remove(e.key, e.Time, e.Seq) }

// PeekUnmatched returns the first unmatched entry with Time < before in the
// order of time, then key, then arrival. It is cheap when there is none. The
// result is valid until the next call on the buffer.
func (b *Buffer) PeekUnmatched(before int64) (u Unmatched, ok bool) {
	b.load()
	return b.pending.peek(before)
}

// PopUnmatched takes the entry returned by PeekUnmatched out of the unmatched
// ones. It stays in the buffer.
func (b *Buffer) PopUnmatched() { b.pending.pop() }

// Expire drops entries older than the time; it never goes back. Entries that
// are still unmatched can be peeked and popped nevertheless. Call it after
// opening the store, too.
func (b *Buffer) Expire(before int64) {
	b.load()
	b.expired = max(b.expired, before)
	limit := bucketOf(b.expired, b.width)
	n := 0
	for n < len(b.buckets) && b.buckets[n].start < limit && !b.pending.any(b.buckets[n].start, b.width) {
		n++
	}
	if n < len(b.buckets) {
		limit = min(limit, b.buckets[n].start)
	}
	if limit <= b.floor {
		return
	}
	b.floor = limit
	for _, k := range b.buckets[:n] {
		k.dropped = true
	}
	b.buckets = slices.Delete(b.buckets, 0, n)
	b.last = nil
	b.pending.expire(limit)
	if b.firstSaved < limit {
		b.drop, b.firstSaved = true, limit
	}
	b.account()
}

// Bytes is the memory that the buffer uses, without the set of unmatched
// entries.
func (b *Buffer) Bytes() (n int64) {
	for _, k := range b.buckets {
		n += k.bytes()
	}
	return n + int64(24*cap(b.dirty))
}

// account reports the change of the memory in use.
func (b *Buffer) account() {
	n := b.Bytes()
	b.c.db.used.Add(n - b.counted)
	b.counted = n
}

func (b *Buffer) fail(err error) {
	if b.err == nil {
		b.err = fmt.Errorf("store %s: %w", b.c.name, err)
	}
}

// Name returns the store's name.
func (b *Buffer) Name() string { return b.c.name }

// DirtyBytes estimates what the next delta needs.
func (b *Buffer) DirtyBytes() int {
	n := b.pending.windows.DirtyBytes()
	if len(b.dirty) > 0 {
		k := b.dirty[len(b.dirty)-1].b
		n += len(b.dirty) * (32 + int(k.arena.used)/max(1, len(k.entries)))
	}
	return n
}

// Trim evicts entries if memory is short, the oldest buckets first.
func (b *Buffer) Trim() {
	flushed := b.c.flushed.Load()
	n := 0
	for ; n < len(b.marks) && isFlushed(b.marks[n].delta, flushed); n++ {
		b.flushed = b.marks[n].below
	}
	b.marks = b.marks[:copy(b.marks, b.marks[n:])]
	b.account()
	if want := b.c.db.share(b.counted); want > 0 {
		for _, k := range b.buckets {
			if want > 0 {
				before := k.bytes()
				b.evict(k, b.flushed)
				want -= before - k.bytes()
			}
		}
		if want > 0 {
			b.c.db.starve()
		}
		b.account()
	}
	b.pending.windows.Trim()
}

// evict takes entries of a bucket out of memory, which numbers the others anew.
func (b *Buffer) evict(k *bucket, below uint64) {
	k.evict(below)
	var where map[uint64]uint32
	for i := range b.dirty {
		d := &b.dirty[i]
		if d.b != k {
			continue
		}
		if where == nil {
			where = map[uint64]uint32{}
			for n, e := range k.entries {
				where[e.seq] = uint32(n)
			}
		}
		d.n = where[d.seq]
	}
}

// Close gives up the store; see Store.
func (b *Buffer) Close() {
	b.c.db.used.Add(-b.counted)
	b.pending.windows.Close() // Closes the core.
	*b = Buffer{c: b.c, width: b.width, loaded: true, err: fmt.Errorf("store %s: %w", b.c.name, ErrClosed)}
	b.pending.init(b)
	b.pending.windows.loaded = true
}
