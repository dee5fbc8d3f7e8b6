package state

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

// disk is the Badger database: keys are a store's id (4 bytes), then the key
// within the store. Id 0 is the registry.
//
// Badger runs in managed mode, where we give the versions: each flush writes at
// a version of its own, and readers read at the version of the last finished
// flush. In the normal mode a reader waits for the commits in progress, and so
// a task that needs a row would wait for the flusher's large batches.
type disk struct {
	b   *badger.DB
	dir string // Empty when in memory.

	noSync bool

	mu      sync.Mutex
	done    atomic.Uint64 // Version of the last finished flush; changes under mu.
	readers []readersAt
}

// readersAt counts the open snapshots of a version.
type readersAt struct {
	version uint64
	n       int
}

// memTableSize is the size of Badger's memtables, of which there are two. Files
// of large values (above 1 MiB) are four times as large.
const memTableSize = 16 << 20

func openDisk(dir string, opt Options) (*disk, error) {
	if opt.InMemory {
		dir = ""
	} else {
		removeEmpty(dir)
	}
	o := badger.DefaultOptions(dir).
		WithInMemory(opt.InMemory).
		WithValueThreshold(min(1<<20, opt.memTable/8)).
		WithLogger(nil).
		WithCompression(options.None).
		WithBlockCacheSize(0).
		WithMemTableSize(opt.memTable).
		WithNumMemtables(2).
		WithValueLogFileSize(4 * opt.memTable).
		WithNumCompactors(2).
		WithDetectConflicts(false).
		WithMetricsEnabled(false).
		WithSyncWrites(false)
	b, err := badger.OpenManaged(o)
	if err != nil {
		return nil, fmt.Errorf("state: open %s: %w", dir, err)
	}
	d := &disk{b: b, dir: dir, noSync: opt.noSync}
	d.done.Store(b.MaxVersion())
	if dir != "" && !opt.noSync {
		// The directory may be new, and what is released is nowhere else.
		if err := syncFile(filepath.Dir(dir)); err != nil {
			return nil, errors.Join(fmt.Errorf("state: open %s: %w", dir, err), b.Close())
		}
	}
	return d, nil
}

// removeEmpty removes files of no bytes. Badger makes the log of a memtable in
// two steps and removes it in two, with the file empty in between; killed there,
// it refuses to open. Such a file is not used yet, or not needed any more.
func removeEmpty(dir string) {
	files := emptyFiles(dir)
	if len(files) == 0 {
		return
	}
	// Should another process have the database open (Badger will tell), its
	// files are empty for microseconds only.
	time.Sleep(50 * time.Millisecond)
	for _, f := range emptyFiles(dir) {
		if slices.Contains(files, f) {
			_ = os.Remove(f) // If it cannot be removed, Badger says what is wrong.
		}
	}
}

func emptyFiles(dir string) (names []string) {
	files, _ := os.ReadDir(dir) // A missing directory has none.
	for _, f := range files {
		info, err := f.Info()
		switch filepath.Ext(f.Name()) {
		case ".mem", ".vlog", ".sst":
			if err == nil && info.Size() == 0 {
				names = append(names, filepath.Join(dir, f.Name()))
			}
		}
	}
	return names
}

func diskKey(dst []byte, id uint32, parts ...[]byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, id)
	for _, p := range parts {
		dst = append(dst, p...)
	}
	return dst
}

// snapshot is a view of the database as of the last flush that was finished
// when it began. Badger keeps what it sees until close.
type snapshot struct {
	d       *disk
	txn     *badger.Txn
	version uint64
}

func (d *disk) snapshot() snapshot {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := d.done.Load()
	for i := range d.readers {
		if d.readers[i].version == v {
			d.readers[i].n++
			return snapshot{d, d.b.NewTransactionAt(v, false), v}
		}
	}
	d.readers = append(d.readers, readersAt{v, 1})
	return snapshot{d, d.b.NewTransactionAt(v, false), v}
}

func (s snapshot) close() {
	s.txn.Discard()
	d := s.d
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.readers, func(r readersAt) bool { return r.version == s.version })
	if d.readers[i].n--; d.readers[i].n == 0 {
		d.readers = slices.Delete(d.readers, i, i+1)
	}
}

// publish makes everything up to version visible to new snapshots, and lets
// Badger forget older values that no snapshot sees.
func (d *disk) publish(version uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.done.Store(version)
	oldest := version
	for _, r := range d.readers {
		oldest = min(oldest, r.version)
	}
	d.b.SetDiscardTs(oldest)
}

// get calls fn with the value of key, if it has one; fn must not keep it.
func (d *disk) get(key []byte, fn func(val []byte) error) (found bool, err error) {
	s := d.snapshot()
	defer s.close()
	item, err := s.txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return false, nil
	}
	if err == nil {
		err = item.Value(fn)
	}
	if err != nil {
		return false, fmt.Errorf("state: read from Badger: %w", err)
	}
	return true, nil
}

// cursor iterates over low <= key < high in one direction.
type cursor struct {
	s    snapshot
	it   *badger.Iterator
	high []byte
}

// cursor starts at low. The keys must have a common prefix of prefixLen bytes.
func (d *disk) cursor(low, high []byte, prefixLen int) *cursor {
	c := &cursor{s: d.snapshot(), high: high}
	c.it = c.s.txn.NewIterator(badger.IteratorOptions{Prefix: low[:prefixLen]})
	c.it.Seek(low)
	return c
}

// valid tells whether there is a key; next moves on; seek moves to key or what
// follows it.
func (c *cursor) valid() bool {
	return c.it.Valid() && bytes.Compare(c.it.Item().Key(), c.high) < 0
}

func (c *cursor) next() { c.it.Next() }

func (c *cursor) seek(key []byte) { c.it.Seek(key) }

// key is valid until next.
func (c *cursor) key() []byte { return c.it.Item().Key() }

func (c *cursor) value(fn func(val []byte) error) error {
	if err := c.it.Item().Value(fn); err != nil {
		return fmt.Errorf("state: read from Badger: %w", err)
	}
	return nil
}

func (c *cursor) close() {
	c.it.Close()
	c.s.close()
}

// afterPrefix returns the first key that does not begin with p and is greater.
func afterPrefix(p []byte) []byte {
	end := bytes.Clone(p)
	for i := len(end) - 1; i >= 0; i-- {
		end[i]++
		if end[i] != 0 {
			return end[:i+1]
		}
	}
	return bytes.Repeat([]byte{0xff}, len(p)+16)
}

// writer writes a flush. Its pieces become visible to readers with finish only.
type writer struct {
	d       *disk
	version uint64
	wb      *badger.WriteBatch
}

func (d *disk) writer(version uint64) *writer {
	return &writer{d, version, d.b.NewWriteBatchAt(version)}
}

func (w *writer) put(key, val []byte) error { return w.wb.Set(key, val) }
func (w *writer) delete(key []byte) error   { return w.wb.Delete(key) }

// flush waits until what was written is in Badger. The writer cannot be used
// any more.
func (w *writer) flush() error {
	if err := w.wb.Flush(); err != nil {
		return fmt.Errorf("state: write to Badger: %w", err)
	}
	return nil
}

// cancel frees the writer's memory if flush was not reached.
func (w *writer) cancel() { w.wb.Cancel() }

// sync makes everything written durable. Badger's own Sync covers the current
// memtable's log, not the logs of full memtables that still wait to become
// tables (tables are synced when they are made); after a power cut a hole could
// remain, so all of them are synced here.
func (d *disk) sync() error {
	if d.dir == "" || d.noSync {
		return nil
	}
	if err := d.b.Sync(); err != nil {
		return fmt.Errorf("state: sync Badger: %w", err)
	}
	files, err := os.ReadDir(d.dir)
	if err != nil {
		return fmt.Errorf("state: sync Badger: %w", err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".mem") {
			continue
		}
		if err := syncFile(filepath.Join(d.dir, f.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("state: sync Badger: %w", err)
		}
	}
	if err := syncFile(d.dir); err != nil {
		return fmt.Errorf("state: sync Badger: %w", err)
	}
	return nil
}

func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	err = f.Sync()
	return errors.Join(err, f.Close())
}

// collectGarbage rewrites files of large values (above 1 MiB) when they are
// many. Badger never does it by itself.
func (d *disk) collectGarbage() {
	if _, vlog := d.b.Size(); d.dir != "" && vlog > 16*memTableSize {
		_ = d.b.RunValueLogGC(0.5) // An error says that there was nothing worth it.
	}
}

func (d *disk) close() error {
	if err := d.b.Close(); err != nil {
		return fmt.Errorf("state: close Badger: %w", err)
	}
	return nil
}
