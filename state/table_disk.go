package state

import (
	"fmt"
	"slices"
)

// hash returns the filter's hash of a resident row's key, which for byte keys
// is also the index's.
func (t *Table) hash(row uint32) uint64 {
	if t.intKey {
		return hashInt(t.ints[row])
	}
	return hashBytes(t.key(row))
}

// mayBeGone tells whether a key that is not in memory may be in Badger.
func (t *Table) mayBeGone(h uint64) bool {
	return !t.complete && (t.filter == nil || t.filter.has(h))
}

// fetch brings a key that is not in memory from Badger, or returns None.
func (t *Table) fetch(key []byte, h uint64) uint32 {
	if !t.mayBeGone(h) {
		return None
	}
	return t.fetchWith(key, func() uint32 { return t.insert(key, h) })
}

func (t *Table) fetchInt(key uint64) uint32 {
	if t.complete || !t.mayBeGone(hashInt(key)) {
		return None
	}
	var buf [8]byte
	return t.fetchWith(AppendIntKey(buf[:0], int64(key)), func() uint32 { return t.insertInt(key) })
}

func (t *Table) fetchWith(key []byte, insert func() uint32) uint32 {
	row := None
	t.fetched++
	_, err := t.c.get(t.prefix, key, func(val []byte) error {
		row = insert()
		return t.setValue(row, val)
	})
	if err != nil {
		t.fail(err)
	}
	if row == None {
		return None
	}
	if t.loaded {
		t.gone--
		t.checkComplete()
	}
	t.version++ // A scan must not take the key from Badger any more.
	t.account()
	return row
}

func (t *Table) fail(err error) {
	if t.err == nil {
		t.err = err
	}
	if t.parent != nil {
		t.parent.fail(err)
	}
}

// checkComplete notes that all keys are in memory again.
func (t *Table) checkComplete() {
	if t.gone == 0 {
		t.complete, t.filter, t.want = true, nil, isDirty
	}
}

// account reports the change of the memory in use.
func (t *Table) account() {
	n := t.Bytes()
	t.c.db.used.Add(n - t.counted)
	t.counted = n
}

// load reads the store on first use.
func (t *Table) load() {
	if !t.loaded {
		t.loadAll()
	}
}

func (t *Table) loadAll() {
	if t.parent != nil {
		t.loadDisk(true) // What is pending was laid over before.
		return
	}
	in, err := t.c.inherit()
	if err != nil {
		t.fail(err)
		t.loaded = true
		return
	}
	if in.pending != nil {
		if err := in.pending.each(func(_, key, val []byte) error { return t.overlay(key, val, in.seq) }); err != nil {
			t.fail(fmt.Errorf("store %s: %w", t.c.name, err))
		}
	}
	t.loadDisk(!in.empty)
}

// overlay applies an operation that Badger does not have; it does so before
// anything is loaded from there. The row cannot be evicted before delta seq is
// flushed.
func (t *Table) overlay(key, val []byte, seq uint32) error {
	var row uint32
	if t.intKey {
		if len(key) != 8 {
			return fmt.Errorf("a key of %d bytes: %w", len(key), ErrLayout)
		}
		row = t.insertInt(uint64(IntKey(key)))
	} else {
		row = t.insert(key, hashBytes(key))
	}
	t.cleaned(row, seq)
	if val == nil {
		t.meta[row] |= isDead
		t.dead++
		t.graves = append(t.graves, grave{row, seq})
		return nil
	}
	return t.setValue(row, val)
}

// loadDisk loads what is in Badger, as far as there is room, and notes the rest
// in the filter.
func (t *Table) loadDisk(any bool) {
	t.loaded, t.gone = true, 0
	if !any {
		t.checkComplete()
		t.account()
		return
	}
	c := t.c.cursor(t.prefix, nil, nil)
	defer c.close()
	for n := 1; c.valid(); c.next() {
		if n++; n%1024 == 0 {
			t.account()
		}
		key := within(c.key())[len(t.prefix):]
		if err := t.loadKey(c, key); err != nil {
			t.fail(fmt.Errorf("store %s: %w", t.c.name, err))
			break
		}
	}
	t.complete = t.gone == 0
	t.account()
}

// loadRoom tells whether rows may still be loaded without being asked for.
func (db *DB) loadRoom() bool { return db.used.Load() < db.o.Memory*9/10 }

func (t *Table) loadKey(c *cursor, key []byte) error {
	var row uint32
	var h, k uint64
	if t.intKey {
		if len(key) != 8 {
			return fmt.Errorf("a key of %d bytes: %w", len(key), ErrLayout)
		}
		k = uint64(IntKey(key))
		row, h = t.intsIndex.find(k), hashInt(k)
	} else {
		h = hashBytes(key)
		row = t.search(key, h)
	}
	switch {
	case row != None: // What is in memory is newer.
		return nil
	case !t.c.db.loadRoom():
		t.forget(h)
		return nil
	case t.intKey:
		row = t.insertInt(k)
	default:
		row = t.insert(key, h)
	}
	return c.value(func(val []byte) error { return t.setValue(row, val) })
}

// forget notes that a key is in Badger only.
func (t *Table) forget(h uint64) {
	if t.filter == nil {
		t.filter = newBloom(t.live)
		t.complete = false
		t.want = isDirty | isHot
	}
	// A key that was evicted before is in the filter already.
	if !t.filter.has(h) {
		t.filter.add(h)
	}
	t.gone++
}

// Name returns the store's name.
func (t *Table) Name() string { return t.c.name }

// DirtyBytes estimates what the next delta needs.
func (t *Table) DirtyBytes() int { return t.dirtyBytes() }

// AppendDelta appends the changes since the last call; see Store.
func (t *Table) AppendDelta(dst []byte) ([]byte, error) {
	if t.err != nil {
		return dst, t.err
	}
	if len(t.dirty) > 0 {
		var w deltaWriter
		var err error
		if dst, w, err = t.c.beginDelta(dst); err != nil {
			return dst, err
		}
		dst = slices.Grow(dst, t.dirtyBytes())
		dst = w.end(t.appendOps(dst, w.seq))
	}
	t.Trim()
	return dst, nil
}

// appendOps appends an operation for each dirty row.
func (t *Table) appendOps(dst []byte, seq uint32) []byte {
	for _, row := range t.dirty {
		if t.meta[row]&isDead == 0 {
			dst = append(dst, opPut)
			dst = appendBytes(dst, t.Key(row))
			dst = t.appendSized(dst, row)
			t.cleaned(row, seq)
			continue
		}
		if t.meta[row]&isFresh != 0 {
			t.drop(row) // Made and deleted since the last delta.
			continue
		}
		dst = appendDelete(dst, t.Key(row))
		t.cleaned(row, seq)
		t.graves = append(t.graves, grave{row, seq})
	}
	t.dirty = t.dirty[:0]
	if cap(t.dirty) > 4096 && cap(t.dirty) > 2*t.live {
		t.dirty = nil
	}
	return dst
}

// drop takes a row out of memory.
func (t *Table) drop(row uint32) {
	if t.intKey {
		t.intsIndex.remove(t.ints[row])
	} else {
		t.bytesIndex.remove(uint32(t.hash(row)>>32), row)
	}
	t.remove(row)
	t.version++
}

// unload forgets everything about what is in Badger. Nothing may be in memory.
func (t *Table) unload() {
	fresh := newTable(t.c, t.layout(), t.prefix)
	fresh.parent, fresh.onDirty = t.parent, t.onDirty
	fresh.counted, fresh.version = t.counted, t.version+1
	*t = *fresh
}

// Close gives up the store; see Store.
func (t *Table) Close() {
	t.free()
	t.c.close()
}

// free gives back all memory; the table cannot be used any more.
func (t *Table) free() {
	t.c.db.used.Add(-t.counted)
	*t = Table{c: t.c, err: fmt.Errorf("store %s: %w", t.c.name, ErrClosed), loaded: true, complete: true}
}
