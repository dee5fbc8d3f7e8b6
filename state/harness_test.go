package state

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The model tests run a store of each kind against a plain Go model, through
// commits, flushes, restarts and crashes. A world is one life of a data
// directory with a fake log; a subject is a store with its model.

// subject is a store and what it should contain.
type subject interface {
	name() string
	open(db *DB) error
	store() Store
	mutate(t *rapid.T)
	check(t *rapid.T)
	// snapshot copies the model; restore makes it a snapshot again, nil for the
	// empty one.
	snapshot() any
	restore(any)
}

// fakeLog is the log as state sees it, with the fate of every group.
type fakeLog struct {
	mu       sync.Mutex // Against the flusher's ReleaseDeltas.
	groups   []*group
	released uint64
}

type group struct {
	lsn     uint64
	subject int
	store   string
	data    []byte
	model   any // The subject's model as of this group.
	durable bool
	told    bool
}

func (l *fakeLog) ReplayDeltas(after uint64, fn func(uint64, string, []byte) error) error {
	for _, g := range l.groups {
		if g.lsn > after && g.durable {
			g.told = true
			if err := fn(g.lsn, g.store, g.data); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *fakeLog) ReleaseDeltas(upTo uint64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.released = max(l.released, upTo)
	for _, g := range l.groups {
		if g.lsn <= upTo {
			g.data = nil // Asking for it again would fail.
		}
	}
	return nil
}

type world struct {
	root     *testing.T
	dir      string
	o        Options
	log      *fakeLog
	lsn      uint64
	db       *DB
	subjects []subject
}

var errCrash = errors.New("crash")

func newWorld(root *testing.T, t *rapid.T, o Options, subjects ...subject) *world {
	o.FlushInterval = -1
	o.memTable = 256 << 10
	o.noSync = true
	w := &world{root: root, o: o, log: &fakeLog{}, subjects: subjects, dir: tempDir(root)}
	w.open(t)
	return w
}

func tempDir(t *testing.T) string {
	dir, err := os.MkdirTemp(t.TempDir(), "db")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func (w *world) open(t *rapid.T) {
	db, err := Open(w.dir, w.log, w.o)
	if err != nil {
		t.Fatal(err)
	}
	w.db = db
	for i, s := range w.subjects {
		if err := s.open(db); err != nil {
			t.Fatal(err)
		}
		s.restore(w.lastDurable(i))
	}
}

func (w *world) lastDurable(i int) any {
	for _, g := range slices.Backward(w.log.groups) {
		if g.subject == i && g.durable {
			return g.model
		}
	}
	return nil
}

// commit puts the delta of a subject into the log; it is not durable yet.
func (w *world) commit(t *rapid.T, i int) {
	s := w.subjects[i]
	delta, err := s.store().AppendDelta([]byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if len(delta) == 1 {
		return
	}
	w.lsn++
	w.log.mu.Lock()
	defer w.log.mu.Unlock()
	w.log.groups = append(w.log.groups, &group{lsn: w.lsn, subject: i, store: s.name(), data: delta[1:], model: s.snapshot()})
}

// settle makes the first n groups in flight durable, and tells the state of
// them; the order among subjects is drawn.
func (w *world) settle(t *rapid.T, n int) {
	var told [][]*group
	for range w.subjects {
		told = append(told, nil)
	}
	for _, g := range w.log.groups {
		if !g.durable && n > 0 {
			n--
			g.durable = true
		}
		if g.durable && !g.told {
			told[g.subject] = append(told[g.subject], g)
		}
	}
	for {
		var left []int
		for i := range told {
			if len(told[i]) > 0 {
				left = append(left, i)
			}
		}
		if len(left) == 0 {
			return
		}
		i := rapid.SampledFrom(left).Draw(t, "told first")
		g := told[i][0]
		told[i] = told[i][1:]
		if rapid.IntRange(0, 9).Draw(t, "not told") == 0 {
			told[i] = nil // And none after it.
			continue
		}
		g.told = true
		w.db.Committed(g.lsn, g.store, g.data)
	}
}

func (w *world) inFlight() (n int) {
	for _, g := range w.log.groups {
		if !g.told {
			n++
		}
	}
	return n
}

// restart closes everything in order and opens it again.
func (w *world) restart(t *rapid.T) {
	for w.inFlight() > 0 {
		w.settle(t, len(w.log.groups))
	}
	for _, s := range w.subjects {
		s.store().Close()
	}
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	w.open(t)
}

// reopen closes and opens the stores only, as when a task is started again.
func (w *world) reopen(t *rapid.T) {
	for w.inFlight() > 0 {
		w.settle(t, len(w.log.groups))
	}
	for i, s := range w.subjects {
		s.store().Close()
		if err := s.open(w.db); err != nil {
			t.Fatal(err)
		}
		s.restore(w.lastDurable(i))
	}
}

// crash continues with a copy of Badger's files as they are now, or as they are
// at a drawn point of a flush. Groups that are not durable are lost.
func (w *world) crash(t *rapid.T) {
	if rapid.IntRange(0, 3).Draw(t, "quick timer") == 0 {
		w.o.FlushInterval = time.Millisecond // In the next life.
	}
	points := []string{"", "drops", "some puts", "puts", "sync", "applied"}
	point := rapid.SampledFrom(points).Draw(t, "crash at")
	if point != "" {
		w.db.flushMu.Lock()
		w.db.step = func(p string) error {
			if p == point {
				return errCrash
			}
			return nil
		}
		w.db.flushMu.Unlock()
		if err := w.db.Flush(); err != nil && !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
	}
	old := w.dir
	w.dir = tempDir(w.root)
	w.db.flushMu.Lock() // A kill stops everything at one moment.
	copyDir(t, w.dir, old)
	_ = w.db.fail(errCrash)
	w.db.flushMu.Unlock()
	w.abandon()
	w.log.groups = slices.DeleteFunc(w.log.groups, func(g *group) bool { return !g.durable })
	w.open(t)
}

// abandon ends the database without writing what is pending.
func (w *world) abandon() {
	_ = w.db.fail(errCrash)
	_ = w.db.Close()
	_ = os.RemoveAll(w.db.disk.dir)
}

// copyDir copies Badger's files as a kill would leave them. Its background work
// (compactions; nothing else is running) may change them while they are read:
// then the copy is made again.
func copyDir(t *rapid.T, to, from string) {
	for {
		before := listing(t, from)
		for name := range before {
			if data, err := os.ReadFile(filepath.Join(from, name)); err == nil {
				err = os.WriteFile(filepath.Join(to, name), data, 0o600)
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		if maps.Equal(before, listing(t, from)) {
			return
		}
		for name := range before {
			_ = os.Remove(filepath.Join(to, name))
		}
	}
}

// listing returns the sizes of the files, with the contents of the manifest.
func listing(t *rapid.T, dir string) map[string]string {
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	l := map[string]string{}
	for _, f := range files {
		if info, err := f.Info(); err == nil && f.Name() != "LOCK" {
			l[f.Name()] = fmt.Sprint(info.Size())
		}
	}
	manifest, err := os.ReadFile(filepath.Join(dir, "MANIFEST"))
	if err != nil {
		t.Fatal(err)
	}
	l["MANIFEST"] = string(manifest)
	return l
}

// run lives steps drawn steps and checks everything on the way.
func (w *world) run(t *rapid.T, steps int) {
	defer w.abandonQuietly()
	for range steps {
		i := rapid.IntRange(0, len(w.subjects)-1).Draw(t, "subject")
		switch a := rapid.IntRange(0, 99).Draw(t, "action"); {
		case a < 55:
			w.subjects[i].mutate(t)
		case a < 75:
			w.commit(t, i)
		case a < 83:
			w.settle(t, rapid.IntRange(0, 5).Draw(t, "groups"))
		case a < 88:
			if err := w.db.Flush(); err != nil {
				t.Fatal(err)
			}
		case a < 91:
			w.subjects[i].store().Trim()
		case a < 95:
			w.subjects[i].check(t)
		case a < 96:
			w.reopen(t)
		case a < 98:
			w.restart(t)
		default:
			w.crash(t)
		}
	}
	for _, s := range w.subjects {
		s.check(t)
	}
}

func (w *world) abandonQuietly() { w.abandon() }
