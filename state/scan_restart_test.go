package state

import (
	"slices"
	"testing"
)

// TestScanFirst scans a store before anything else has asked it for a key: it
// must have what the log replays and what Badger has.
func TestScanFirst(t *testing.T) {
	dir, l := t.TempDir(), &fakeLog{}
	db, err := Open(dir, l, Options{noSync: true, FlushInterval: -1})
	if err != nil {
		t.Fatal(err)
	}
	tab, err := db.Table("users", Layout{Blobs: 1})
	if err != nil {
		t.Fatal(err)
	}
	commit := func(lsn uint64, keys ...string) {
		for _, k := range keys {
			row, _ := tab.Upsert([]byte(k))
			tab.SetBlob(row, 0, []byte(k))
		}
		delta, err := tab.AppendDelta(nil)
		if err != nil {
			t.Fatal(err)
		}
		db.Committed(lsn, tab.Name(), delta)
		l.groups = append(l.groups, &group{lsn: lsn, store: tab.Name(), data: delta, durable: true})
	}
	commit(1, "ann", "cid")
	if err := db.Flush(); err != nil {
		t.Fatal(err)
	}
	commit(2, "bob")
	// A killed process: nothing more is flushed.
	db.mu.Lock()
	db.failed = ErrClosed
	db.mu.Unlock()
	tab.Close()
	_ = db.Close()
	again, err := Open(dir, l, Options{noSync: true, FlushInterval: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	tab, err = again.Table("users", Layout{Blobs: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer tab.Close()
	var got []string
	var p Page
	s := tab.Scan(nil, nil)
	for s.Next(&p) {
		for row := range uint32(p.Len()) {
			got = append(got, string(p.Key(row)))
		}
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	if want := []string{"ann", "bob", "cid"}; !slices.Equal(got, want) {
		t.Errorf("the scan finds %v, expected %v", got, want)
	}
}
