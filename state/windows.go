package state

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// Windows is a table per window; windows are named by their start in epoch
// milliseconds.
//
// The alternative is one table with the window in its key. A table per window
// makes the key shorter and the tables small enough for the cache, lets a
// window expire at once, without touching its rows, in memory and (as a range)
// on disk, lets an old window be evicted as a whole, and gives EMIT FINAL its
// rows in order.
//
// Windows that are on disk when the store is opened are read when they are first
// asked for by Window; reads for pull queries (FetchKey, Scan) do not bring them
// into memory.
type Windows struct {
	c      *core
	layout Layout
	base   []byte // What the windows' prefixes begin with.

	loaded  bool
	tables  []*window // Ascending.
	last    *window   // The one asked for last.
	expired int64     // Windows starting before are gone,
	sealed  int64     // and before this do not change.
	drop    bool      // The next delta has to say what expired.

	dirty   []*Table // With dirty rows.
	burying []*Table // With graves.
	err     error
}

type window struct {
	start int64
	t     *Table
	// saved tells that deltas or the disk may have rows of the window.
	saved bool
}

// Windows opens a store with a table per window.
func (db *DB) Windows(name string, l Layout) (*Windows, error) {
	c, err := db.openCore(name, header{kind: kindWindows, layout: l})
	if err != nil {
		return nil, err
	}
	return newWindows(c, l, nil), nil
}

func newWindows(c *core, l Layout, base []byte) *Windows {
	return &Windows{c: c, layout: l, base: base, expired: math.MinInt64, sealed: math.MinInt64}
}

// appendTime appends a time in 8 bytes that are ordered as times are.
func appendTime(dst []byte, t int64) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(t)^1<<63)
}

func readTime(b []byte) int64 { return int64(binary.BigEndian.Uint64(b) ^ 1<<63) }

func (w *Windows) prefix(start int64) []byte {
	return appendTime(slices.Clone(w.base), start)
}

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

// at returns the position of the first window starting at or after start.
func (w *Windows) at(start int64) (pos int, found bool) {
	return slices.BinarySearchFunc(w.tables, start, func(win *window, s int64) int {
		switch {
		case win.start < s:
			return -1
		case win.start > s:
			return 1
		}
		return 0
	})
}

// make returns the window, made without rows if it is new.
func (w *Windows) make(start int64) *window {
	pos, found := w.at(start)
	if !found {
		t := newTable(w.c, w.layout, w.prefix(start))
		t.parent = w
		t.onDirty = func() { w.dirty = append(w.dirty, t) }
		w.tables = slices.Insert(w.tables, pos, &window{start: start, t: t})
	}
	return w.tables[pos]
}

// Window returns the table of a window, made if it is new; nil if it is expired.
// It is valid until AppendDelta, Trim or Expire, and not to be closed or asked
// for a delta.
func (w *Windows) Window(start int64) *Table {
	if w.last != nil && w.last.start == start {
		return w.last.t
	}
	w.load()
	if start < w.expired {
		return nil
	}
	n := len(w.tables)
	win := w.make(start)
	if len(w.tables) > n {
		win.t.loadDisk(false)
	}
	win.t.load()
	w.last = win
	return win.t
}

// Lookup returns the table of a window, or nil if there is none.
func (w *Windows) Lookup(start int64) *Table {
	w.load()
	pos, found := w.at(start)
	if !found {
		return nil
	}
	return w.tables[pos].t
}

// Starts appends the starts of the windows in [from, to], ascending. All rows of
// a window may have been deleted.
func (w *Windows) Starts(dst []int64, from, to int64) []int64 {
	w.load()
	pos, _ := w.at(from)
	for _, win := range w.tables[pos:] {
		if win.start > to {
			break
		}
		dst = append(dst, win.start)
	}
	return dst
}

// Seal tells that windows starting before the time will not change any more.
// They are evicted first, and as a whole.
func (w *Windows) Seal(before int64) { w.sealed = max(w.sealed, before) }

// Expire drops all windows starting before the time; it never goes back. Call
// it after opening the store, too.
func (w *Windows) Expire(before int64) {
	w.load()
	if before <= w.expired {
		return
	}
	w.expired = before
	n, _ := w.at(before)
	if n == 0 {
		return
	}
	for _, win := range w.tables[:n] {
		w.drop = w.drop || win.saved
		win.t.free()
	}
	gone := func(t *Table) bool { return t.parent == nil } // free has cleared it.
	w.dirty = slices.DeleteFunc(w.dirty, gone)
	w.burying = slices.DeleteFunc(w.burying, gone)
	w.tables = slices.Delete(w.tables, 0, n)
	w.last = nil
}

// FetchKey adds the rows of key in the windows starting in [from, to] to p, in
// the order of windows.
func (w *Windows) FetchKey(p *Page, key []byte, from, to int64) {
	w.load()
	p.begin(w.layout)
	pos, _ := w.at(from)
	for _, win := range w.tables[pos:] {
		if win.start > to {
			break
		}
		if row := win.t.find(key); row != None {
			p.addRow(key, win.start, 0, &win.t.rows, row)
		}
	}
}

// Scan iterates over the windows starting in [from, to], in the order of
// windows and within one in key order, over keys with low <= key < high.
func (w *Windows) Scan(from, to int64, low, high []byte) *Scanner {
	w.load()
	var in *window
	var scan *tableScan
	return &Scanner{fill: func(p *Page) (bool, error) {
		p.begin(w.layout)
		for p.Len() < pageRows {
			pos, _ := w.at(from)
			if pos == len(w.tables) || w.tables[pos].start > to {
				return false, w.err
			}
			if in != w.tables[pos] {
				in = w.tables[pos]
				scan = in.t.scan(low, high)
			}
			more, err := scan.fill(p, in.start)
			if err != nil {
				return false, err
			}
			if !more {
				if in.start == math.MaxInt64 {
					return false, nil
				}
				from = in.start + 1
			}
		}
		return true, nil
	}}
}

// Name returns the store's name.
func (w *Windows) Name() string { return w.c.name }

// DirtyBytes estimates what the next delta needs.
func (w *Windows) DirtyBytes() (n int) {
	for _, t := range w.dirty {
		n += t.dirtyBytes()
	}
	return n
}

// Bytes is the memory that the windows use.
func (w *Windows) Bytes() (n int64) {
	for _, win := range w.tables {
		n += win.t.counted
	}
	return n
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

// Close gives up the store; see Store.
func (w *Windows) Close() {
	for _, win := range w.tables {
		win.t.free()
	}
	*w = Windows{c: w.c, loaded: true, err: fmt.Errorf("store %s: %w", w.c.name, ErrClosed)}
	w.c.close()
}
