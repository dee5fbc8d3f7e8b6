package state

import "slices"

// Trim frees dead rows whose deletion is flushed, and evicts keys if memory is
// short. Row numbers change.
func (s *Sessions) Trim() {
	flushed := s.c.flushed.Load()
	n := 0
	for ; n < len(s.graves) && isFlushed(s.graves[n].seq, flushed); n++ {
		g := s.graves[n]
		// An expired row may have been used again since.
		if s.meta[g.row]&(isDead|isDirty) == isDead && s.seq(g.row) == g.seq {
			s.dropRow(g.row)
		}
	}
	s.graves = s.graves[:copy(s.graves, s.graves[n:])]
	if want := s.c.db.share(s.counted); want > 0 {
		if s.evict(want, flushed) < want {
			s.c.db.starve()
		}
	}
	s.compactArena()
	s.account()
}

// evict takes keys with about want bytes of rows out of memory, second chance.
func (s *Sessions) evict(want int64, flushed uint32) (freed int64) {
	for steps := 2 * len(s.meta); steps > 0 && freed < want; steps-- {
		if s.hand >= len(s.meta) {
			s.hand = 0
		}
		row := uint32(s.hand)
		s.hand++
		switch m := s.meta[row]; {
		case !s.evictable(row, flushed) || !s.isFirst(row):
		case m&isHot != 0:
			s.meta[row] &^= isHot
		default:
			freed += s.evictKey(row, flushed)
		}
	}
	s.index.trim()
	if s.sparse() && len(s.dirty) == 0 {
		to := s.shrinkRows()
		s.index.renumber(to)
		s.relink(to)
		for i := range s.graves {
			s.graves[i].row = to[s.graves[i].row]
		}
		s.graves = slices.DeleteFunc(s.graves, func(g grave) bool { return g.row == None })
		s.ends.renumber(to)
		s.hand = 0
		s.version++
	}
	return freed
}

// evictable tells whether a row may leave memory: clean, flushed, and not among
// those that end next.
func (s *Sessions) evictable(row, flushed uint32) bool {
	m := s.meta[row]
	if m&(inUse|isDead|isDirty) != inUse || !isFlushed(m>>flagBits, flushed) {
		return false
	}
	return !s.ends.pinned(int64(*s.word(row, wordEnd)))
}

// evictKey evicts all sessions of a key, given the first row, if all can be.
func (s *Sessions) evictKey(first, flushed uint32) (freed int64) {
	for row := first; row != None; row = s.older(row) {
		if !s.evictable(row, flushed) {
			return 0
		}
	}
	key := s.key(first)
	h := hashBytes(key)
	for r := first; r != None; {
		next := s.older(r)
		start := int64(*s.word(r, wordSavedBucket))
		at, found := s.diskAt(start)
		if !found {
			s.addDisk(&sessionBucket{start: start})
		}
		s.disk[at].forget(h)
		freed += int64(s.rowBytes() + 16 + len(key))
		s.dropRow(r)
		r = next
	}
	return freed
}
