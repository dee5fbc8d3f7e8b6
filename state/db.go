package state

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Journal is what state needs of the commit log.
type Journal interface {
	// ReplayDeltas calls fn for every state delta of every durable group whose
	// LSN is greater than after, in LSN order. data may be kept.
	ReplayDeltas(after uint64, fn func(lsn uint64, store string, data []byte) error) error
	// ReleaseDeltas tells that deltas of groups up to and including upTo will
	// not be asked for again.
	ReleaseDeltas(upTo uint64) error
}

// Options are the settings of a DB; the zero value means the defaults.
type Options struct {
	// Memory bounds the bytes of all stores and unflushed deltas together
	// (setting state.memory). What changed since the last flush cannot be
	// evicted; when it is much, commits wait for the flusher. Default 512 MiB.
	Memory int64
	// FlushInterval is how long committed deltas gather before they are written
	// to Badger. Default 5 s; negative means only under pressure and when asked.
	FlushInterval time.Duration
	// InMemory keeps Badger in memory, too: dir is not used and nothing survives
	// Close.
	InMemory bool
	// Logger gets diagnostics. Default: none.
	Logger *slog.Logger

	memTable int64 // Bytes of a Badger memtable; tests use small ones.
	noSync   bool  // For tests that do not cut the power.
}

func (o Options) withDefaults() Options {
	if o.Memory <= 0 {
		o.Memory = 512 << 20
	}
	if o.FlushInterval == 0 {
		o.FlushInterval = 5 * time.Second
	}
	if o.memTable == 0 {
		o.memTable = memTableSize
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Errors that callers decide on.
var (
	ErrClosed = errors.New("state: the database is closed")
	ErrInUse  = errors.New("state: the store is in use")
	// ErrLayout: the store was made with another layout or kind.
	ErrLayout = errors.New("state: the store has another layout")
)

// DB is all state of a process: one Badger database and the stores over it.
//
// A delta goes through three stations. AppendDelta makes it; it is then in
// flight, with the log. Committed makes it pending: it is durable in the log,
// and in memory here. A flush merges a store's pending deltas and writes them to
// Badger; when all are written and synced, the applied LSN is written, and the
// log may forget what is at or below it.
//
// The applied LSN must be lower than that of any delta that Badger lacks. Tasks
// report their commits in no particular order, so a pending delta of LSN 11 may
// be here while the one of LSN 10 is still on its way. Therefore each delta in
// flight holds a floor: the highest LSN that was known to be durable when the
// delta was made, which is below the LSN its group will get. The applied LSN is
// the lowest floor, or if nothing is in flight the highest LSN seen.
type DB struct {
	o       Options
	journal Journal
	disk    *disk

	used   atomic.Int64 // Bytes of stores and pending deltas.
	hungry atomic.Bool  // A store could not evict enough.

	mu           sync.Mutex
	room         sync.Cond // pendingBytes fell, or failed was set.
	cores        map[string]*core
	maxLSN       uint64
	pendingBytes int
	toFold       []*core
	closed       bool
	failed       error // The first failed write; no flush after it.

	flushMu sync.Mutex // Held during a flush; guards reg.
	reg     registry

	wake    chan struct{} // Capacity 1.
	closing chan struct{}
	flusher sync.WaitGroup

	step func(point string) error // Set by tests to stop a flush halfway.
}

// Open opens or creates the database in dir and replays the deltas that Badger
// does not have yet. j may be nil when there is nothing to replay.
func Open(dir string, j Journal, o Options) (*DB, error) {
	o = o.withDefaults()
	d, err := openDisk(dir, o)
	if err != nil {
		return nil, err
	}
	db := &DB{
		o: o, journal: j, disk: d,
		cores: map[string]*core{},
		wake:  make(chan struct{}, 1), closing: make(chan struct{}),
		step: func(string) error { return nil },
	}
	db.room.L = &db.mu
	if err := errors.Join(db.readRegistry(), db.replay()); err != nil {
		return nil, errors.Join(err, d.close())
	}
	db.flusher.Add(1)
	go db.runFlusher()
	return db, nil
}

// replay makes the deltas that Badger does not have pending.
func (db *DB) replay() error {
	db.maxLSN = db.reg.applied
	if db.journal == nil {
		return nil
	}
	return db.journal.ReplayDeltas(db.reg.applied, func(lsn uint64, store string, data []byte) error {
		for _, v := range db.reg.voids {
			if lsn <= v.lsn && strings.HasPrefix(store, v.prefix) {
				return nil
			}
		}
		db.Committed(lsn, store, data)
		if len(db.toFold) > 0 {
			db.foldAll()
		}
		return db.failed
	})
}

// Close writes what is committed to Badger and closes it; if that is much, it is
// left to the replay at the next Open, which is faster. All stores must be
// closed, or not be used again.
func (db *DB) Close() error {
	db.mu.Lock()
	if db.closed {
		db.mu.Unlock()
		return nil
	}
	db.closed = true
	much := db.journal != nil && db.pendingBytes > tuning.muchPending
	db.room.Broadcast()
	db.mu.Unlock()
	close(db.closing)
	db.flusher.Wait()
	err := db.Err()
	if err == nil && !much && !db.o.InMemory {
		err = db.flush()
	}
	return errors.Join(err, db.disk.close())
}

// Committed takes a delta whose log group is durable. For each store, the calls
// come in the order of its AppendDelta calls. DB keeps data.
func (db *DB) Committed(lsn uint64, store string, data []byte) {
	db.mu.Lock()
	defer db.mu.Unlock()
	c := db.core(store)
	first := db.pendingBytes == 0
	c.addPending(data)
	db.maxLSN = max(db.maxLSN, lsn)
	db.pendingBytes += len(data)
	db.used.Add(int64(len(data)))
	if c.pendingBytes-c.folded > max(tuning.foldBytes, 2*c.folded) && len(c.pending) > 1 {
		if !slices.Contains(db.toFold, c) {
			db.toFold = append(db.toFold, c)
		}
		db.signal()
	}
	if first || db.pendingBytes > db.softLimit() {
		db.signal()
	}
}

// core returns the core of a store, made if needed. db.mu is held, or nobody
// else has db yet.
func (db *DB) core(name string) *core {
	c := db.cores[name]
	if c == nil {
		c = &core{db: db, name: name}
		db.cores[name] = c
	}
	return c
}

// openCore is the part of opening a store that is the same for all kinds.
func (db *DB) openCore(name string, h header) (*core, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed {
		return nil, ErrClosed
	}
	if name == "" || h.layout.Words < 0 || h.layout.Blobs < 0 {
		return nil, fmt.Errorf("state: store %q with %v", name, h)
	}
	c := db.core(name)
	if c.open {
		return nil, fmt.Errorf("%w: %s", ErrInUse, name)
	}
	// The width of buckets is tuning: a store keeps the one it was made with.
	saved := c.id.Load() != 0 || len(c.pending) > 0
	if saved && (c.header.kind != h.kind || c.header.layout != h.layout) {
		return nil, fmt.Errorf("%w: %s is a %v, not a %v", ErrLayout, name, c.header, h)
	}
	if !saved {
		c.header, c.known = h, true
	}
	c.open = true
	c.appended = c.committed
	c.inFlight = nil
	return c, nil
}

// Names lists the stores that have committed state, sorted.
func (db *DB) Names() []string {
	db.mu.Lock()
	defer db.mu.Unlock()
	var names []string
	for name, c := range db.cores {
		if c.id.Load() != 0 || len(c.pending) > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Usage returns the bytes that stores and unflushed deltas use, and the bound.
func (db *DB) Usage() (used, bound int64) { return db.used.Load(), db.o.Memory }

// excess is how many bytes are to be evicted, of all stores together. It is
// more than what is above the bound, so that not every commit evicts a little.
func (db *DB) excess() int64 {
	used := db.used.Load()
	if used <= db.o.Memory {
		return 0
	}
	return used - db.o.Memory*9/10
}

// share is the part of the excess that a store of n bytes has to give.
func (db *DB) share(n int64) int64 {
	excess := db.excess()
	if excess == 0 || n == 0 {
		return 0
	}
	return int64(float64(excess)*min(1, float64(n)/float64(max(1, db.used.Load())))) + 1
}

// Err returns the error of the first failed write to Badger, after which
// nothing can be committed any more.
func (db *DB) Err() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.failed
}
