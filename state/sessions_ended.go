package state

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
)

// endHeap orders sessions by end, once somebody asks for ended ones. A session
// has one entry; when it grows its entry stays, and is put back with the new
// end when it comes up. Entries of rows that were evicted or deleted stay, too,
// and are skipped: the row's end does not match, or the entry is double.
type endHeap struct {
	on      bool
	entries []endEntry // A binary heap.
	// Sessions ending in [pinLow, pinHigh) come up next; they are not evicted.
	pinLow, pinHigh int64
}

type endEntry struct {
	end int64
	row uint32
}

func (e endEntry) less(f endEntry) bool { return e.end < f.end || e.end == f.end && e.row < f.row }

// push adds an entry for a row unless it has one.
func (h *endHeap) push(s *Sessions, row uint32) {
	if !h.on || s.meta[row]&inHeap != 0 {
		return
	}
	s.meta[row] |= inHeap
	h.entries = append(h.entries, endEntry{int64(*s.word(row, wordEnd)), row})
	for i := len(h.entries) - 1; i > 0; {
		up := (i - 1) / 2
		if !h.entries[i].less(h.entries[up]) {
			break
		}
		h.entries[i], h.entries[up] = h.entries[up], h.entries[i]
		i = up
	}
}

func (h *endHeap) pop() endEntry {
	top := h.entries[0]
	n := len(h.entries) - 1
	h.entries[0] = h.entries[n]
	h.entries = h.entries[:n]
	h.down(0)
	return top
}

func (h *endHeap) down(i int) {
	for {
		least := i
		for _, kid := range [2]int{2*i + 1, 2*i + 2} {
			if kid < len(h.entries) && h.entries[kid].less(h.entries[least]) {
				least = kid
			}
		}
		if least == i {
			return
		}
		h.entries[i], h.entries[least] = h.entries[least], h.entries[i]
		i = least
	}
}

func (h *endHeap) pinned(end int64) bool { return h.on && end >= h.pinLow && end < h.pinHigh }

// renumber follows a change of row numbers.
func (h *endHeap) renumber(to []uint32) {
	kept := h.entries[:0]
	for _, e := range h.entries {
		if to[e.row] != None {
			kept = append(kept, endEntry{e.end, to[e.row]})
		}
	}
	h.entries = kept
	for i := len(kept)/2 - 1; i >= 0; i-- {
		h.down(i)
	}
}

// Ended iterates over the sessions with from <= End < before, ordered by end,
// start and key. It is cheap when there are none, and meant for intervals that
// follow one another. Read it to its end before AppendDelta, Trim or Expire.
func (s *Sessions) Ended(from, before int64) *Scanner {
	s.load()
	s.prepareEnded(from, before)
	due := s.popEnded(from, before)
	slices.SortFunc(due, func(a, b Session) int {
		return cmp.Or(cmp.Compare(a.End, b.End), cmp.Compare(a.Start, b.Start), bytes.Compare(s.key(a.Row), s.key(b.Row)))
	})
	version := s.version
	return &Scanner{fill: func(p *Page) (bool, error) {
		p.begin(s.layout)
		if s.err != nil {
			return false, s.err
		}
		if s.version != version {
			return false, fmt.Errorf("state: store %s changed while its ended sessions were read", s.c.name)
		}
		n := min(pageRows, len(due))
		for _, x := range due[:n] {
			p.addRow(s.key(x.Row), x.Start, x.End, &s.rows, x.Row)
		}
		due = due[n:]
		return len(due) > 0, nil
	}}
}

// prepareEnded makes sure that all sessions with from <= End < before have an
// entry in the heap, and stay in memory as long as they come up next.
func (s *Sessions) prepareEnded(from, before int64) {
	h := &s.ends
	if !h.on {
		h.on = true
		for row := range uint32(len(s.meta)) {
			if s.meta[row]&(inUse|isDead) == inUse && int64(*s.word(row, wordEnd)) >= from {
				h.push(s, row)
			}
		}
	}
	for s.err == nil && len(s.disk) > 0 && s.disk[0].start < before {
		s.fetchBucket(s.disk[0])
	}
	h.pinLow, h.pinHigh = before, bucketOf(before, s.width)+s.width
}

// fetchBucket brings all keys of a bucket into memory.
func (s *Sessions) fetchBucket(b *sessionBucket) {
	c := s.c.cursor(appendTime(nil, b.start), nil, nil)
	defer c.close()
	for ; c.valid(); c.next() {
		key, _, err := splitSessionKey(within(c.key())[8:])
		if err != nil {
			s.fail(err)
			return
		}
		key = bytes.Clone(key)
		s.resident(key, hashBytes(key))
	}
	if b.gone > 0 {
		s.fail(fmt.Errorf("%d sessions of bucket %d are not on disk", b.gone, b.start))
	}
}

// popEnded takes the sessions that ended before the time from the heap.
func (s *Sessions) popEnded(from, before int64) (due []Session) {
	h := &s.ends
	for len(h.entries) > 0 && h.entries[0].end < before {
		e := h.pop()
		if s.meta[e.row]&(inUse|isDead) != inUse {
			continue
		}
		s.meta[e.row] &^= inHeap
		switch x := s.session(e.row); {
		case x.End > e.end:
			h.push(s, e.row)
		case x.End < e.end || x.End < from || x.End < s.expired:
		case len(due) > 0 && due[len(due)-1] == x:
		default:
			due = append(due, x)
		}
	}
	return due
}
