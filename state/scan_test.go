package state

import (
	"fmt"
	"testing"
)

// TestScanSeesChanges changes the store between the pages of a scan.
func TestScanSeesChanges(t *testing.T) {
	eachMemory(t, func(t *testing.T, o Options) {
		o.FlushInterval = -1
		db := openTest(t, t.TempDir(), nil, o)
		s := openTable(t, db, "q/s/0")
		const n = 5 * pageRows
		key := func(i int) []byte { return fmt.Appendf(nil, "key %06d", i) }
		for i := range n {
			row, _ := s.Upsert(key(i))
			s.Words()[2*row] = uint64(i)
		}
		commitStore(t, db, s, 1)
		mustFlush(t, db)
		s.Trim()
		var p Page
		scan := s.Scan(nil, nil)
		next := 0
		for page := uint64(0); scan.Next(&p); page++ {
			for row := range uint32(p.Len()) {
				for next%10 == 3 && next > pageRows {
					next++ // Deleted below, before its page was made.
				}
				want := uint64(next)
				if next%10 == 5 {
					want += page * 1_000_000
				}
				if got := p.Words()[2*row]; string(p.Key(row)) != string(key(next)) || got != want {
					t.Fatalf("page %d: %q is %d, not %q %d", page, p.Key(row), got, key(next), want)
				}
				next++
			}
			if page == 0 {
				next = p.Len()
			}
			for i := next; i < n; i++ {
				row := s.Find(key(i))
				switch {
				case i%10 == 3 && row != None:
					s.Delete(row)
				case i%10 == 5:
					s.Words()[2*row] = uint64(i) + (page+1)*1_000_000
					s.MarkDirty(row)
				}
			}
			if page%2 == 1 {
				commitStore(t, db, s, page+2)
				mustFlush(t, db)
				s.Trim()
			}
		}
		if scan.Err() != nil || next < n-1 {
			t.Fatalf("the scan ends at %d: %v", next, scan.Err())
		}
	})
}

// TestExpiredLeavesNothing checks that what expires goes from disk, too.
func TestExpiredLeavesNothing(t *testing.T) {
	db := openTest(t, t.TempDir(), nil, Options{FlushInterval: -1})
	windows, err1 := db.Windows("q/windows/0", testLayout)
	sessions, err2 := db.Sessions("q/sessions/0", testLayout, 10, 320)
	buffer, err3 := db.Buffer("q/buffer/0", 640)
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			t.Fatal(err)
		}
	}
	lsn := uint64(0)
	commit := func() {
		for _, s := range []Store{windows, sessions, buffer} {
			lsn++
			commitStore(t, db, s, lsn)
		}
		mustFlush(t, db)
	}
	for at := int64(0); at < 1000; at += 10 {
		windows.Window(at).Upsert([]byte("k"))
		sessions.Put([]byte("k"), at, at)
		buffer.Add([]byte("k"), at, []byte("v"), at%20 == 0)
	}
	commit()
	if n := rawKeys(db); n != 100+100+100+50+1 {
		t.Fatalf("%d keys on disk", n)
	}
	for _, ok := buffer.PeekUnmatched(2000); ok; _, ok = buffer.PeekUnmatched(2000) {
		buffer.PopUnmatched()
	}
	for _, before := range []int64{500, 2000} {
		windows.Expire(before)
		sessions.Expire(before)
		buffer.Expire(before)
		commit()
	}
	if n := rawKeys(db); n != 1 { // The buffer's counter.
		t.Fatalf("%d keys on disk after all has expired", n)
	}
	if windows.Window(1990) != nil || windows.Window(2000) == nil {
		t.Fatal("the end of what expired is not where it was said to be")
	}
}
