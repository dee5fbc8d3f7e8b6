package state

import (
	"fmt"
	"math"
	"slices"
)

// load finds out which windows there are, on first use.
func (w *Windows) load() {
	if w.loaded {
		return
	}
	in, err := w.c.inherit()
	if err == nil {
		err = w.inherit(in)
	}
	if err != nil {
		w.fail(err)
	}
}

func (w *Windows) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *Windows) inherit(in inherited) error {
	w.loaded = true
	for _, d := range in.dropped {
		if len(d.high) == len(w.base)+8 && string(d.low) == string(w.base) {
			w.expired = max(w.expired, readTime(d.high[len(w.base):]))
		}
	}
	if in.pending != nil {
		if err := in.pending.each(func(prefix, key, val []byte) error {
			start, ok := w.startOf(prefix)
			if !ok || start < w.expired {
				return nil
			}
			win := w.make(start)
			win.saved = true
			return win.t.overlay(key, val, in.seq)
		}); err != nil {
			return fmt.Errorf("store %s: %w", w.c.name, err)
		}
	}
	var onDisk []int64
	if !in.empty {
		onDisk = w.onDisk()
	}
	for _, start := range onDisk {
		w.make(start).saved = true
	}
	for _, win := range w.tables {
		if _, ok := slices.BinarySearch(onDisk, win.start); !ok {
			win.t.loadDisk(false)
		}
		if len(win.t.graves) > 0 {
			w.burying = append(w.burying, win.t)
		}
		win.t.account()
	}
	return nil
}

// startOf returns the window of keys with a prefix, which may be another part's
// of the store.
func (w *Windows) startOf(prefix []byte) (start int64, ok bool) {
	n := len(w.base)
	if len(prefix) != n+8 || string(prefix[:n]) != string(w.base) {
		return 0, false
	}
	return readTime(prefix[n:]), true
}

// onDisk lists the windows that have rows in Badger, with a seek for each.
func (w *Windows) onDisk() (starts []int64) {
	c := w.c.cursor(w.base, w.prefix(w.expired), nil)
	defer c.close()
	for c.valid() {
		key := within(c.key())
		start := readTime(key[len(w.base):])
		starts = append(starts, start)
		if start == math.MaxInt64 {
			break
		}
		c.seek(diskKey(nil, w.c.id.Load(), w.prefix(start+1)))
	}
	return starts
}

// AppendDelta appends the changes since the last call; see Store.
func (w *Windows) AppendDelta(dst []byte) ([]byte, error) {
	if w.err != nil {
		return dst, w.err
	}
	if w.drop || len(w.dirty) > 0 {
		var dw deltaWriter
		var err error
		if dst, dw, err = w.c.beginDelta(dst); err != nil {
			return dst, err
		}
		dst = slices.Grow(dst, w.DirtyBytes())
		dst = dw.end(w.appendOps(dst, dw.seq))
	}
	w.Trim()
	return dst, nil
}

// appendOps appends what expired, then the changes of each window.
func (w *Windows) appendOps(dst []byte, seq uint32) []byte {
	if w.drop {
		dst = appendDrop(dst, w.base, w.prefix(w.expired))
		w.drop = false
	}
	for _, t := range w.dirty {
		before := len(dst)
		dst = appendPrefix(dst, t.prefix)
		ops := len(dst)
		dst = t.appendOps(dst, seq)
		if len(dst) == ops {
			dst = dst[:before]
		} else {
			w.tables[w.mustAt(t)].saved = true
		}
		if len(t.graves) > 0 && !slices.Contains(w.burying, t) {
			w.burying = append(w.burying, t)
		}
		t.compactArena()
		t.account()
	}
	w.dirty = w.dirty[:0]
	return dst
}

func (w *Windows) mustAt(t *Table) int {
	start, _ := w.startOf(t.prefix)
	pos, _ := w.at(start)
	return pos
}

// Trim frees dead rows whose deletion is flushed, and evicts rows if memory is
// short, the oldest windows first. Row numbers change.
func (w *Windows) Trim() {
	w.burying = slices.DeleteFunc(w.burying, func(t *Table) bool {
		t.bury()
		t.account()
		return len(t.graves) == 0
	})
	if w.c.db.excess() == 0 {
		return
	}
	want := w.c.db.share(w.Bytes())
	freed := int64(0)
	for _, win := range w.tables {
		if freed >= want {
			return
		}
		freed += w.evict(win, want-freed)
	}
	if freed < want {
		w.c.db.starve()
	}
}

// evict takes rows of a window out of memory, of a sealed one all that can be.
func (w *Windows) evict(win *window, want int64) (freed int64) {
	t := win.t
	before := t.counted
	if win.start >= w.sealed {
		t.evict(want)
	} else {
		t.evict(math.MaxInt64)
		if t.live == 0 && w.last != win {
			t.unload()
		}
	}
	t.compactArena()
	t.account()
	return before - t.counted
}
