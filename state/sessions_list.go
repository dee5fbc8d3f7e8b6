package state

// The rows of a key are a list, latest session first. The index has the first
// row. The links are in a hidden word: the next (older) row + 1, 0 at the end,
// in the upper half; the row before in the lower half, for the first row the last
// one. Sessions of a key are disjoint, so their order by end is that by start,
// and growing does not change it: what a session grows over is removed.
//
// Dead rows stay in the list, anywhere.

func (s *Sessions) older(row uint32) uint32 { return uint32(*s.word(row, wordLinks)>>32) - 1 }

func (s *Sessions) before(row uint32) uint32 { return uint32(*s.word(row, wordLinks)) }

func (s *Sessions) setOlder(row, to uint32) {
	w := s.word(row, wordLinks)
	*w = uint64(to+1)<<32 | uint64(uint32(*w))
}

func (s *Sessions) setBefore(row, to uint32) {
	w := s.word(row, wordLinks)
	*w = *w&^uint64(^uint32(0)) | uint64(to)
}

// isFirst tells whether a row is the first of its key.
func (s *Sessions) isFirst(row uint32) bool { return s.older(s.before(row)) == None }

// latest returns the first row of a key in memory, or None.
func (s *Sessions) latest(key []byte, h uint64) uint32 {
	x := &s.index
	if x.n == 0 {
		return None
	}
	tag := uint32(h >> 32)
	for i := x.first(tag); x.slots[i] != 0; i = x.next(i) {
		if uint32(x.slots[i]>>32) != tag {
			continue
		}
		if row := uint32(x.slots[i]) - 1; string(s.key(row)) == string(key) {
			return row
		}
	}
	return None
}

// link puts a row, which has its key and end, into the list of its key.
func (s *Sessions) link(row uint32, h uint64) {
	tag := uint32(h >> 32)
	first := s.latest(s.key(row), h)
	if first == None {
		s.index.insert(tag, row)
		s.setBefore(row, row)
		s.setOlder(row, None)
		return
	}
	last := s.before(first)
	end := func(row uint32) int64 { return int64(*s.word(row, wordEnd)) }
	if end(row) >= end(first) {
		s.index.replace(tag, first, row)
		s.setBefore(row, last)
		s.setOlder(row, first)
		s.setBefore(first, row)
		return
	}
	// Loading comes with old sessions, which belong near the end.
	at := last
	for end(row) > end(at) && at != first {
		at = s.before(at)
	}
	next := s.older(at)
	s.setBefore(row, at)
	s.setOlder(row, next)
	s.setOlder(at, row)
	if next == None {
		s.setBefore(first, row)
	} else {
		s.setBefore(next, row)
	}
}

// unlink takes a row out of the list of its key.
func (s *Sessions) unlink(row uint32) {
	prev, next := s.before(row), s.older(row)
	tag := uint32(hashBytes(s.key(row)) >> 32)
	switch {
	case s.isFirst(row) && next == None:
		s.index.remove(tag, row)
	case s.isFirst(row):
		s.index.replace(tag, row, next)
		s.setBefore(next, prev)
	case next == None:
		s.setOlder(prev, None)
		s.setBefore(s.latest(s.key(row), hashBytes(s.key(row))), prev)
	default:
		s.setOlder(prev, next)
		s.setBefore(next, prev)
	}
}

// relink follows a change of row numbers.
func (s *Sessions) relink(to []uint32) {
	for row := range uint32(len(s.meta)) {
		if next := s.older(row); next != None {
			s.setOlder(row, to[next])
		}
		s.setBefore(row, to[s.before(row)])
	}
}
