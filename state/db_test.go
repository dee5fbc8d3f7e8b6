package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func openTest(t *testing.T, dir string, j Journal, o Options) *DB {
	t.Helper()
	o.noSync = true
	db, err := Open(dir, j, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func openTable(t *testing.T, db *DB, name string) *Table {
	t.Helper()
	s, err := db.Table(name, testLayout)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fill puts n keys with value v and commits them under lsn.
func fill(t *testing.T, db *DB, s *Table, n int, v, lsn uint64) {
	t.Helper()
	for i := range n {
		row, _ := s.Upsert([]byte(testKey(i)))
		s.Words()[2*row] = v
	}
	commitStore(t, db, s, lsn)
}

func commitStore(t *testing.T, db *DB, s Store, lsn uint64) []byte {
	t.Helper()
	delta, err := s.AppendDelta(nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(delta) > 0 {
		db.Committed(lsn, s.Name(), delta)
	}
	return delta
}

func mustFlush(t *testing.T, db *DB) {
	t.Helper()
	if err := db.Flush(); err != nil {
		t.Fatal(err)
	}
}

func TestDrop(t *testing.T) {
	for _, n := range []int{10, 300} { // Below and above tuning.manyKeys.
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			log := &fakeLog{}
			dir := t.TempDir()
			db := openTest(t, dir, log, Options{FlushInterval: -1})
			a, b := openTable(t, db, "a/s/0"), openTable(t, db, "ab/s/0")
			fill(t, db, a, n, 1, 1)
			fill(t, db, b, n, 2, 2)
			mustFlush(t, db)
			fill(t, db, a, n, 3, 3) // Pending, and in the log.
			log.groups = append(log.groups, &group{lsn: 3, store: "a/s/0", data: db.cores["a/s/0"].pending[0], durable: true})
			if err := db.Drop("a/"); !errors.Is(err, ErrInUse) {
				t.Fatalf("dropping an open store: %v", err)
			}
			a.Close()
			if err := db.Drop("a/"); err != nil {
				t.Fatal(err)
			}
			check := func(db *DB, when string) {
				if got := db.Names(); !slices.Equal(got, []string{"ab/s/0"}) {
					t.Fatalf("%s: stores %q", when, got)
				}
				a := openTable(t, db, "a/s/0")
				if a.Len() != 0 {
					t.Fatalf("%s: %d keys of the dropped store", when, a.Len())
				}
				a.Close()
			}
			check(db, "after the drop")
			b.Close()
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			// The delta of LSN 3 is replayed, but void.
			db = openTest(t, dir, log, Options{FlushInterval: -1})
			check(db, "after a restart")
			// A later store of the name is another one.
			a = openTable(t, db, "a/s/0")
			fill(t, db, a, 5, 4, 4)
			mustFlush(t, db)
			if a.Len() != 5 || db.reg.applied != 4 || len(db.reg.voids) != 0 {
				t.Fatalf("%d keys, applied %d, voids %v", a.Len(), db.reg.applied, db.reg.voids)
			}
			db.cleanUp()
			if got := rawKeys(db); got != n+5 {
				t.Fatalf("%d keys on disk, not %d", got, n+5)
			}
		})
	}
}

// rawKeys counts the keys of all stores on disk.
func rawKeys(db *DB) (n int) {
	c := db.disk.cursor([]byte{0, 0, 0, 1}, []byte{0xff}, 0)
	defer c.close()
	for ; c.valid(); c.next() {
		n++
	}
	return n
}

func TestLayoutIsKept(t *testing.T) {
	dir := t.TempDir()
	for pass := range 2 {
		db := openTest(t, dir, nil, Options{})
		s := openTable(t, db, "q/s/0")
		if _, err := db.Table("q/s/0", testLayout); !errors.Is(err, ErrInUse) {
			t.Fatalf("opening twice: %v", err)
		}
		fill(t, db, s, 3, 1, uint64(pass+1))
		s.Close()
		if _, err := db.Table("q/s/0", Layout{Words: 7}); !errors.Is(err, ErrLayout) {
			t.Fatalf("another layout: %v", err)
		}
		if _, err := db.Windows("q/s/0", testLayout); !errors.Is(err, ErrLayout) || !strings.Contains(err.Error(), "q/s/0 is a table") {
			t.Fatalf("another kind: %v", err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Table("q/s/0", testLayout); !errors.Is(err, ErrClosed) {
			t.Fatalf("opening a store of a closed database: %v", err)
		}
	}
}

func TestUncommittedIsLost(t *testing.T) {
	db := openTest(t, "", nil, Options{InMemory: true})
	s := openTable(t, db, "q/s/0")
	fill(t, db, s, 10, 1, 1)
	row, _ := s.Upsert([]byte("late"))
	s.Words()[2*row] = 5
	s.Words()[2*s.Find([]byte(testKey(1)))] = 6
	s.Close()
	s = openTable(t, db, "q/s/0")
	if s.Len() != 10 || s.Words()[2*s.Find([]byte(testKey(1)))] != 1 {
		t.Fatalf("%d keys, value %d", s.Len(), s.Words()[2*s.Find([]byte(testKey(1)))])
	}
}

// TestNewKeysDoNotAskBadger is the purpose of the filter.
func TestNewKeysDoNotAskBadger(t *testing.T) {
	db := openTest(t, t.TempDir(), nil, Options{Memory: 64 << 10, FlushInterval: -1})
	s := openTable(t, db, "q/s/0")
	key := func(i int) []byte { return fmt.Appendf(nil, "key %d", i) }
	const n = 20_000
	for i := range n {
		s.Upsert(key(i))
		if i%1000 == 999 {
			commitStore(t, db, s, uint64(i))
			mustFlush(t, db)
		}
	}
	if s.gone < n/2 {
		t.Fatalf("only %d of %d keys were evicted", s.gone, n)
	}
	if s.fetched > n/20 {
		t.Fatalf("%d reads of Badger for %d new keys", s.fetched, n)
	}
	before := s.fetched
	for i := range 100 {
		if s.Find(key(i)) == None {
			t.Fatalf("%q is lost", key(i))
		}
	}
	if asked := s.fetched - before; asked > 100 {
		t.Fatalf("%d reads of Badger for 100 evicted keys", asked)
	}
	if s.Len() != n {
		t.Fatalf("%d keys, not %d", s.Len(), n)
	}
}

// TestMemoryBound checks that stores give memory back, and whole stores to each
// other.
func TestMemoryBound(t *testing.T) {
	const bound = 1 << 20
	db := openTest(t, t.TempDir(), nil, Options{Memory: bound, FlushInterval: -1})
	lsn := uint64(0)
	for store := range 4 {
		s := openTable(t, db, fmt.Sprintf("q/s/%d", store))
		defer s.Close()
		for batch := range 40 {
			for i := range 500 {
				row, _ := s.Upsert(fmt.Appendf(nil, "key %d %d", batch, i))
				s.SetBlob(row, 0, make([]byte, i%100))
			}
			lsn++
			commitStore(t, db, s, lsn)
			mustFlush(t, db)
			s.Trim()
			if used, _ := db.Usage(); used > 2*bound {
				t.Fatalf("store %d, batch %d: %d bytes used of %d", store, batch, used, bound)
			}
		}
		if s.Len() != 40*500 {
			t.Fatalf("%d keys", s.Len())
		}
	}
}

// TestCommitsWaitForTheFlusher checks the bound on unflushed deltas.
func TestCommitsWaitForTheFlusher(t *testing.T) {
	db := openTest(t, t.TempDir(), nil, Options{Memory: 1 << 20, FlushInterval: -1})
	s := openTable(t, db, "q/s/0")
	open := make(chan struct{})
	db.flushMu.Lock()
	db.step = func(string) error { <-open; return nil }
	db.flushMu.Unlock()
	limit := 4 * db.softLimit()
	pending := func() int {
		db.mu.Lock()
		defer db.mu.Unlock()
		return db.pendingBytes
	}
	for lsn := uint64(1); pending() <= limit; lsn++ {
		for i := range 200 {
			row, _ := s.Upsert([]byte(testKey(i)))
			s.SetBlob(row, 0, make([]byte, 500+i))
		}
		commitStore(t, db, s, lsn)
	}
	row, _ := s.Upsert([]byte("one more"))
	s.Words()[2*row] = 1
	began, done := make(chan struct{}), make(chan error)
	go func() {
		close(began)
		_, err := s.AppendDelta(nil)
		if n := pending(); err == nil && n > limit {
			err = fmt.Errorf("did not wait: %d bytes pending of %d", n, limit)
		}
		done <- err
	}()
	<-began
	close(open)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// TestFailedFlush checks that nothing is committed after a write has failed.
func TestFailedFlush(t *testing.T) {
	db := openTest(t, t.TempDir(), nil, Options{FlushInterval: -1})
	s := openTable(t, db, "q/s/0")
	fill(t, db, s, 10, 1, 1)
	broken := errors.New("broken disk")
	db.flushMu.Lock()
	db.step = func(point string) error {
		if point == "sync" {
			return broken
		}
		return nil
	}
	db.flushMu.Unlock()
	if err := db.Flush(); !errors.Is(err, broken) {
		t.Fatalf("flush: %v", err)
	}
	s.Upsert([]byte("more"))
	if _, err := s.AppendDelta(nil); !errors.Is(err, broken) || !errors.Is(db.Err(), broken) {
		t.Fatalf("commit after a failed flush: %v", err)
	}
	if err := db.Close(); !errors.Is(err, broken) {
		t.Fatalf("close: %v", err)
	}
}

// TestAppliedWaitsForDeltasInFlight is the case of DB's comment: the delta of LSN
// 2 is here before that of LSN 1.
func TestAppliedWaitsForDeltasInFlight(t *testing.T) {
	log := &fakeLog{}
	db := openTest(t, t.TempDir(), log, Options{FlushInterval: -1})
	a, b := openTable(t, db, "a/s/0"), openTable(t, db, "b/s/0")
	a.Upsert([]byte("k"))
	first, err := a.AppendDelta(nil)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, db, b, 10, 1, 2)
	mustFlush(t, db)
	if log.released != 0 || db.reg.applied != 0 {
		t.Fatalf("released %d, applied %d, with LSN 1 in flight", log.released, db.reg.applied)
	}
	db.Committed(1, "a/s/0", first)
	mustFlush(t, db)
	if log.released != 2 || db.reg.applied != 2 {
		t.Fatalf("released %d, applied %d", log.released, db.reg.applied)
	}
}

// TestEmptyFiles is a kill while Badger makes a file.
func TestEmptyFiles(t *testing.T) {
	dir := t.TempDir()
	db := openTest(t, dir, nil, Options{})
	fill(t, db, openTable(t, db, "q/s/0"), 10, 1, 1)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"00077.mem", "000078.vlog"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db = openTest(t, dir, nil, Options{})
	if n := openTable(t, db, "q/s/0").Len(); n != 10 {
		t.Fatalf("%d keys", n)
	}
}

// TestOwnFlush checks the flusher's own doing: on a timer, and when stores are
// short of memory.
func TestOwnFlush(t *testing.T) {
	for name, o := range map[string]Options{
		"timer":    {FlushInterval: 1},
		"pressure": {FlushInterval: -1, Memory: 1 << 10},
	} {
		t.Run(name, func(t *testing.T) {
			log := &fakeLog{}
			released := make(chan uint64, 100)
			db := openTest(t, t.TempDir(), notifyLog{log, released}, o)
			s := openTable(t, db, "q/s/0")
			fill(t, db, s, 100, 1, 7)
			s.Trim()
			if lsn := <-released; lsn != 7 {
				t.Fatalf("released up to %d", lsn)
			}
		})
	}
}

type notifyLog struct {
	*fakeLog
	released chan uint64
}

func (l notifyLog) ReleaseDeltas(upTo uint64) error {
	l.released <- upTo
	return nil
}

func TestNoGoroutineIsLeft(t *testing.T) {
	before := goleak.IgnoreCurrent()
	db, err := Open("", nil, Options{InMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Close(), db.Close()); err != nil {
		t.Fatal(err)
	}
	goleak.VerifyNone(t, before)
}
