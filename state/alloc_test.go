package state

import (
	"runtime"
	"testing"
)

// TestNoAllocationsPerRow runs the methods that rows go through over keys that
// exist.
func TestNoAllocationsPerRow(t *testing.T) {
	db := openTest(t, "", nil, Options{InMemory: true})
	batch := benchBatches(true)[0]
	rows, groups := allRows(benchRows), make([]uint32, benchRows)
	created := make([]uint64, benchRows/64)
	table, err := db.Table("bytes", Layout{Words: 3, Blobs: 1})
	if err != nil {
		t.Fatal(err)
	}
	ints, err := db.Table("ints", Layout{Words: 3, IntKey: true})
	if err != nil {
		t.Fatal(err)
	}
	windows, err := db.Windows("windows", Layout{Words: 3})
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := db.Sessions("sessions", Layout{Words: 3}, 10, 1000)
	if err != nil {
		t.Fatal(err)
	}
	buffer, err := db.Buffer("buffer", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		buffer.Add(batch.keys.at(uint32(i)), int64(i%1000), []byte("value"), i%8 == 0)
	}
	var found []Session
	var entries []Entry
	var delta []byte
	for name, fn := range map[string]func(){
		"upsert bytes": func() { table.UpsertBatch(&batch.keys, rows, groups, created) },
		"find bytes":   func() { table.FindBatch(&batch.keys, rows, groups) },
		"upsert ints":  func() { ints.UpsertInts(batch.ints, rows, groups, created) },
		"find ints":    func() { ints.FindInts(batch.ints, rows, groups) },
		"mark dirty":   func() { ints.FindInts(batch.ints, rows, groups); ints.MarkDirtyBatch(groups) },
		"blobs": func() {
			table.UpsertBatch(&batch.keys, rows, groups, nil)
			for _, g := range groups {
				table.SetBlob(g, 0, []byte("some bytes"))
			}
		},
		"windows": func() {
			for start := range int64(8) {
				windows.Window(start*10).UpsertBatch(&batch.keys, rows[start*512:start*512+512], groups[:512], created[:8])
			}
		},
		"sessions": func() {
			for i := range rows {
				key := batch.keys.at(uint32(i))
				at := int64(i) % 100 * 20
				if found = sessions.Find(found[:0], key, at-10, at+10); len(found) == 0 {
					sessions.Put(key, at, at)
				} else {
					sessions.Move(found[0].Row, found[0].Start, found[0].End)
				}
			}
		},
		"fetch": func() {
			for i := range rows {
				entries = buffer.Fetch(entries[:0], batch.keys.at(uint32(i)), 100, 300)
			}
		},
		"delta": func() {
			ints.UpsertInts(batch.ints, rows, groups, nil)
			delta, _ = ints.AppendDelta(delta[:0])
		},
	} {
		fn()
		// A few per batch are growing slices, or Badger in the background; none per
		// row is what matters.
		if n := testing.AllocsPerRun(5, fn); n > benchRows/64 {
			t.Errorf("%s: %v allocations for %d rows", name, n, benchRows)
		}
	}
}

// TestIdleStores checks what a store costs that nobody has used.
func TestIdleStores(t *testing.T) {
	db := openTest(t, "", nil, Options{InMemory: true})
	const n = 1000
	stores := make([]Store, 0, 4*n)
	before := heapBytes()
	for i := range n {
		name := string(AppendIntKey(nil, int64(i)))
		table, err1 := db.Table("t"+name, Layout{Words: 3})
		windows, err2 := db.Windows("w"+name, Layout{Words: 3})
		sessions, err3 := db.Sessions("s"+name, Layout{Words: 3}, 10, 1000)
		buffer, err4 := db.Buffer("b"+name, 1000)
		for _, err := range []error{err1, err2, err3, err4} {
			if err != nil {
				t.Fatal(err)
			}
		}
		stores = append(stores, table, windows, sessions, buffer)
	}
	if each := (heapBytes() - before) / int64(len(stores)); each > 2<<10 {
		t.Errorf("%d bytes for an idle store", each)
	}
	runtime.KeepAlive(stores)
}

func heapBytes() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
