package state

import "fmt"

// Trim frees dead rows whose deletion is flushed, and evicts rows if memory is
// short. Row numbers change.
func (t *Table) Trim() {
	t.bury()
	if want := t.c.db.share(t.counted); want > 0 {
		t.account()
		if t.evict(want) < want {
			t.c.db.starve()
		}
	}
	t.compactArena()
	t.account()
}

// starve tells the flusher that a store could not evict enough.
func (db *DB) starve() {
	if !db.hungry.Swap(true) {
		db.signal()
	}
}

// bury frees dead rows.
func (t *Table) bury() {
	flushed := t.c.flushed.Load()
	n := 0
	for ; n < len(t.graves) && isFlushed(t.graves[n].seq, flushed); n++ {
		g := t.graves[n]
		// The key may have come back, and even gone again, since.
		if t.meta[g.row]&(isDead|isDirty) == isDead && t.seq(g.row) == g.seq {
			t.drop(g.row)
		}
	}
	t.graves = t.graves[:copy(t.graves, t.graves[n:])]
	if len(t.graves) == 0 && cap(t.graves) > 1024 {
		t.graves = nil
	}
}

// evict takes rows of about want bytes out of memory, as far as that is
// possible, and returns how much it was.
func (t *Table) evict(want int64) (freed int64) {
	flushed := t.c.flushed.Load()
	for steps := 2 * len(t.meta); steps > 0 && freed < want; steps-- {
		if t.hand >= len(t.meta) {
			t.hand = 0
		}
		row := uint32(t.hand)
		t.hand++
		m := t.meta[row]
		if m&(inUse|isDead|isDirty) != inUse || !isFlushed(m>>flagBits, flushed) {
			continue
		}
		if m&isHot != 0 {
			t.meta[row] &^= isHot
			continue
		}
		freed += t.evictRow(row)
	}
	t.shrink()
	return freed
}

// evictRow takes one row out of memory.
func (t *Table) evictRow(row uint32) (freed int64) {
	freed = int64(t.rowBytes() + 16)
	for _, p := range t.refs[int(row)*t.refs1 : (int(row)+1)*t.refs1] {
		freed += int64(p.len())
	}
	if t.loaded {
		t.forget(t.hash(row))
	}
	t.drop(row)
	return freed
}

// shrink gives memory back after many rows have gone.
func (t *Table) shrink() {
	t.bytesIndex.trim()
	t.intsIndex.trim()
	if t.sparse() && len(t.dirty) == 0 {
		to := t.shrinkRows()
		t.bytesIndex.renumber(to)
		t.intsIndex.renumber(to)
		for i := range t.graves {
			t.graves[i].row = to[t.graves[i].row]
		}
		t.hand = 0
		t.version++
	}
	// Keys that came back or were deleted are still in the filter. When most of
	// it is such, it is made anew.
	if t.filter != nil && t.filter.added > 2*t.gone+tuning.filterSlack {
		t.rebuildFilter()
	}
}

// rebuildFilter makes the filter from the keys in Badger that are not in memory.
func (t *Table) rebuildFilter() {
	f := newBloom(t.gone)
	c := t.c.cursor(t.prefix, nil, nil)
	defer c.close()
	gone := 0
	for ; c.valid(); c.next() {
		key := within(c.key())[len(t.prefix):]
		h, resident := t.probe(key)
		if !resident {
			f.add(h)
			gone++
		}
	}
	if gone != t.gone {
		t.fail(fmt.Errorf("state: store %s has %d keys in Badger where %d are expected", t.c.name, gone, t.gone))
	}
	t.filter = f
}

// probe returns the filter's hash of a key and whether it is in memory.
func (t *Table) probe(key []byte) (h uint64, resident bool) {
	if t.intKey {
		k := uint64(IntKey(key))
		return hashInt(k), t.intsIndex.find(k) != None
	}
	h = hashBytes(key)
	return h, t.search(key, h) != None
}
