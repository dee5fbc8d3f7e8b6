package state

import (
	"encoding/binary"
	"fmt"
	"math"
)

// unmatchedSet is the entries of a buffer that wait for a partner. It is a
// Windows store without values whose windows are narrow spans of time, and whose
// keys are the entry's time, its key and its number, ordered as these are. The
// key's end is marked (0 1, with 0 255 standing for 0), so that a key comes
// before longer keys that begin with it.
//
// A sweep goes through the spans, in each through the sorted keys, and mostly
// stops after a few elements to go on a few rows later; so its place is kept.
// Elements that are added behind the place just come up; others are put into the
// place's sorted list, or in the rare case make the sweep begin anew.
type unmatchedSet struct {
	b       *Buffer
	windows *Windows
	width   int64 // Milliseconds of a span; divides the bucket's.

	lowest int64 // No element has a time before this.

	next int64      // The sweep goes on with this span,
	scan *tableScan // when it has done with this one (at next), if not nil.
	page Page       // The scan's last page,
	row  uint32     // of which this row is the next.

	key, escaped []byte
	head         []Entry
	table        *Table // Where peek found its element,
	found        uint32 // and the row.
}

// Spans of the set are an eighth of a bucket: a sweep sorts one of them.
const spansPerBucket = 8

func (u *unmatchedSet) init(b *Buffer) {
	u.b = b
	u.windows = newWindows(b.c, Layout{}, []byte{partUnmatched})
	u.width = max(1, b.width/spansPerBucket)
	u.lowest = math.MinInt64
	u.restart()
}

func appendUnmatchedKey(dst, key []byte, time int64, seq uint64) []byte {
	dst = appendTime(dst, time)
	for _, c := range key {
		if dst = append(dst, c); c == 0 {
			dst = append(dst, 255)
		}
	}
	return binary.BigEndian.AppendUint64(append(dst, 0, 1), seq)
}

// split returns the parts of an element; the key is valid until the next call.
func (u *unmatchedSet) split(b []byte) (key []byte, time int64, seq uint64) {
	time, seq = readTime(b), binary.BigEndian.Uint64(b[len(b)-8:])
	u.escaped = u.escaped[:0]
	b = b[8 : len(b)-10]
	for i := 0; i < len(b); i++ {
		u.escaped = append(u.escaped, b[i])
		if b[i] == 0 {
			i++
		}
	}
	return u.escaped, time, seq
}

func (u *unmatchedSet) add(key []byte, time int64, seq uint64) {
	start := bucketOf(time, u.width)
	t := u.windows.Window(start)
	if t == nil {
		return // Buckets that are kept have all their spans: this is expired.
	}
	u.key = appendUnmatchedKey(u.key[:0], key, time, seq)
	row, _ := t.Upsert(u.key)
	u.lowest = min(u.lowest, time)
	switch {
	case start > u.next || start == u.next && u.scan == nil:
	case start == u.next && u.scan.add(row):
	default:
		u.restart()
	}
}

// restart lets the sweep begin anew.
func (u *unmatchedSet) restart() {
	u.next, u.scan, u.row = math.MinInt64, nil, 0
	u.page.Reset()
}

// expire drops the spans before a time, where no elements are.
func (u *unmatchedSet) expire(before int64) {
	u.windows.Expire(before)
	u.restart()
}

func (u *unmatchedSet) remove(key []byte, time int64, seq uint64) {
	if len(u.windows.tables) == 0 {
		return
	}
	start := bucketOf(time, u.width)
	if u.windows.Lookup(start) == nil {
		return
	}
	t := u.windows.Window(start)
	u.key = appendUnmatchedKey(u.key[:0], key, time, seq)
	if row := t.Find(u.key); row != None {
		t.Delete(row)
	}
}

// any tells whether there are elements in [from, from+width).
func (u *unmatchedSet) any(from, width int64) bool {
	u.windows.load()
	at, _ := u.windows.at(bucketOf(from, u.width))
	for _, win := range u.windows.tables[at:] {
		if win.start-from >= width {
			break
		}
		if win.t.Len() > 0 {
			return true
		}
	}
	return false
}

// peek returns the first element if its time is before.
func (u *unmatchedSet) peek(before int64) (first Unmatched, ok bool) {
	if before <= u.lowest {
		return Unmatched{}, false
	}
	for {
		if int(u.row) == u.page.Len() {
			if !u.turn(before) {
				return Unmatched{}, false
			}
			continue
		}
		element := u.page.Key(u.row)
		u.table = u.windows.Window(u.next)
		if u.found = u.table.Find(element); u.found == None {
			u.row++ // Matched meanwhile.
			continue
		}
		key, time, seq := u.split(element)
		if u.lowest = time; time >= before {
			return Unmatched{}, false
		}
		u.head = u.b.fetch(u.head[:0], key, time, time)
		for _, e := range u.head {
			if e.Seq == seq {
				return Unmatched{Key: key, Entry: e}, true
			}
		}
		u.b.fail(fmt.Errorf("unmatched entry %d at %d is not in the buffer", seq, time))
		return Unmatched{}, false
	}
}

// turn gets the next page with elements before a time. It tells whether peek
// may go on: there is a page, or a span was finished.
func (u *unmatchedSet) turn(before int64) bool {
	if u.scan == nil {
		at, _ := u.windows.at(u.next)
		if at == len(u.windows.tables) {
			u.lowest = math.MaxInt64
			return false
		}
		start := u.windows.tables[at].start
		if start >= before {
			u.lowest = start
			return false
		}
		u.next = start
		u.scan = u.windows.Window(start).scan(nil, nil)
	}
	u.row = 0
	u.page.Reset()
	u.page.begin(Layout{})
	if _, err := u.scan.fill(&u.page, u.next); err != nil {
		u.b.fail(err)
		return false
	}
	if u.page.Len() == 0 {
		u.scan = nil
		u.next += u.width
	}
	return true
}

// pop takes out the element that peek has returned.
func (u *unmatchedSet) pop() {
	u.table.Delete(u.found)
	u.row++
}
