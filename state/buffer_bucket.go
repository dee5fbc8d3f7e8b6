package state

// bucket holds the entries of a span of time: those in memory, and what must be
// known of those that are not.
type bucket struct {
	start   int64
	dropped bool

	index   byteIndex // From keys to lists.
	lists   []entryList
	entries []bufferEntry
	arena   arena // Keys and values.

	// Entries numbered below this are on disk only; 0 means there are none. The
	// filter has their keys; nil means that the bucket was not looked at yet.
	below  uint64
	filter *bloom
}

// entryList is the entries of a key, newest first.
type entryList struct {
	key  ref
	head uint32 // Entry number + 1.
}

type bufferEntry struct {
	time  int64
	seq   uint64
	value ref
	list  uint32 // Index in lists.
	next  uint32 // The next older entry of the key + 1, 0 at the end.
}

// list returns the list of a key, or None.
func (k *bucket) list(key []byte, h uint64) uint32 {
	x := &k.index
	if x.n == 0 {
		return None
	}
	tag := uint32(h >> 32)
	for i := x.first(tag); x.slots[i] != 0; i = x.next(i) {
		if uint32(x.slots[i]>>32) != tag {
			continue
		}
		if l := uint32(x.slots[i]) - 1; string(k.arena.get(k.lists[l].key)) == string(key) {
			return l
		}
	}
	return None
}

// add adds an entry and returns its number in the bucket.
func (k *bucket) add(key []byte, time int64, seq uint64, value []byte) uint32 {
	h := hashBytes(key)
	l := k.list(key, h)
	if l == None {
		l = uint32(len(k.lists))
		k.index.insert(uint32(h>>32), l)
		k.lists = append(k.lists, entryList{key: k.arena.add(key, len(key))})
	}
	n := uint32(len(k.entries))
	k.entries = append(k.entries, bufferEntry{time: time, seq: seq, value: k.arena.add(value, len(value)), list: l})
	// Rows come nearly in the order of time, so the place is near the head.
	at := &k.lists[l].head
	for *at != 0 {
		if e := &k.entries[*at-1]; e.time < time || e.time == time && e.seq < seq {
			break
		}
		at = &k.entries[*at-1].next
	}
	k.entries[n].next = *at
	*at = n + 1
	return n
}

// fetch appends the entries in memory.
func (k *bucket) fetch(dst []Entry, key []byte, h uint64, from, to int64) []Entry {
	list := k.list(key, h)
	if list == None {
		return dst
	}
	l := &k.lists[list]
	first := len(dst)
	for n := l.head; n != 0; n = k.entries[n-1].next {
		e := &k.entries[n-1]
		if e.time < from {
			break
		}
		if e.time <= to {
			dst = append(dst, Entry{Time: e.time, Seq: e.seq, Value: k.arena.get(e.value), key: k.arena.get(l.key)})
		}
	}
	for i, j := first, len(dst)-1; i < j; i, j = i+1, j-1 {
		dst[i], dst[j] = dst[j], dst[i]
	}
	return dst
}

// evict takes the entries numbered below flushed out of memory. What was handed
// out stays readable: the rest moves to new memory.
func (k *bucket) evict(flushed uint64) {
	some := false
	for i := range k.entries {
		some = some || k.entries[i].seq < flushed
	}
	if !some {
		return
	}
	left := bucket{start: k.start, below: max(k.below, flushed), filter: k.filter}
	if k.below == 0 {
		left.filter = newBloom(len(k.lists))
	}
	for _, l := range k.lists {
		key := k.arena.get(l.key)
		noted := left.filter == nil
		for n := l.head; n != 0; n = k.entries[n-1].next {
			e := &k.entries[n-1]
			if e.seq >= flushed {
				left.add(key, e.time, e.seq, k.arena.get(e.value))
			} else if !noted {
				noted = true
				left.note(hashBytes(key))
			}
		}
	}
	*k = left
}

// note adds a key to the filter.
func (k *bucket) note(h uint64) {
	if !k.filter.has(h) {
		k.filter.add(h)
	}
}

// key returns the key of an entry.
func (k *bucket) key(n uint32) []byte { return k.arena.get(k.lists[k.entries[n].list].key) }

func (k *bucket) bytes() int64 {
	return int64(8*len(k.index.slots)+16*cap(k.lists)+32*cap(k.entries)) + k.arena.size + k.filter.bytes() + 128
}
