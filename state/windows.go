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

// Close gives up the store; see Store.
func (w *Windows) Close() {
	for _, win := range w.tables {
		win.t.free()
	}
	*w = Windows{c: w.c, loaded: true, err: fmt.Errorf("store %s: %w", w.c.name, ErrClosed)}
	w.c.close()
}
