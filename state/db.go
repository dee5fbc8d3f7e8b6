package state

import (
	"log/slog"
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
	// Memory bounds the bytes of all stores together (setting state.memory).
	// Rows changed since the last flush do not count as evictable, so the bound
	// can be exceeded by what is changed between two commits. Default 512 MiB.
	Memory int64
	// FlushInterval is how long committed deltas gather before they are written
	// to Badger. Default 5 s; negative means only on pressure, Flush and Close.
	FlushInterval time.Duration
	// InMemory keeps Badger in memory, too: dir is not used and nothing survives
	// Close.
	InMemory bool
	// Logger gets diagnostics. Default: none.
	Logger *slog.Logger
}

// Layout describes the rows of a store.
type Layout struct {
	Words int // 8-byte words per row.
	Blobs int // Byte strings per row.
	// IntKey says that every key is one int64; on disk, and where a method takes
	// key bytes, it is AppendIntKey's 8 bytes.
	IntKey bool
}

// DB is all state of a process: one Badger database and the stores over it.
type DB struct{}

// Open opens or creates the database in dir and replays the deltas that Badger
// does not have yet. j may be nil when there is nothing to replay.
func Open(dir string, j Journal, o Options) (*DB, error) { panic("not built") }

// Close writes what is committed to Badger and closes it. All stores must be
// closed, or not be used again.
func (db *DB) Close() error { panic("not built") }

// Committed takes a delta whose log group is durable. For each store, the calls
// come in the order of its AppendDelta calls. DB keeps data.
func (db *DB) Committed(lsn uint64, store string, data []byte) { panic("not built") }

// Drop deletes all stores whose name begins with prefix, durably. They must be
// closed, and every group with a delta of theirs must be settled.
func (db *DB) Drop(prefix string) error { panic("not built") }

// Names lists the stores that have committed state, sorted.
func (db *DB) Names() []string { panic("not built") }

// Flush writes everything committed so far to Badger and waits for it.
func (db *DB) Flush() error { panic("not built") }

// Usage returns the bytes that stores and unflushed deltas use, and the bound.
func (db *DB) Usage() (used, bound int64) { panic("not built") }

// Table opens a keyed store. Nothing is read before its first use.
func (db *DB) Table(name string, l Layout) (*Table, error) { panic("not built") }

// Windows opens a store with a table per window.
func (db *DB) Windows(name string, l Layout) (*Windows, error) { panic("not built") }

// Sessions opens a session store. Sessions whose end is more than about
// retentionMillis ago are found no more once Expire says so.
func (db *DB) Sessions(name string, l Layout, gapMillis, retentionMillis int64) (*Sessions, error) {
	panic("not built")
}

// Buffer opens a join buffer that keeps entries for retentionMillis.
func (db *DB) Buffer(name string, retentionMillis int64) (*Buffer, error) { panic("not built") }

// Meta opens a store of a few named values.
func (db *DB) Meta(name string) (*Meta, error) { panic("not built") }

// Store is what all kinds of stores have in common.
type Store interface {
	Name() string
	// AppendDelta appends the changes since the last call to dst and forgets
	// them, then evicts rows if memory is short. When nothing changed it appends
	// nothing, and there must be no Committed call; otherwise the caller puts
	// the appended bytes into a log group, and either calls DB.Committed once it
	// is durable, or closes the store.
	AppendDelta(dst []byte) ([]byte, error)
	// DirtyBytes estimates what the next delta needs, for commit bounds.
	DirtyBytes() int
	// Trim evicts rows if memory is short: for stores that do not commit.
	Trim()
	// Close gives up the store; changes not committed are lost. The store can
	// be opened again.
	Close()
}

var (
	_ Store = (*Table)(nil)
	_ Store = (*Windows)(nil)
	_ Store = (*Sessions)(nil)
	_ Store = (*Buffer)(nil)
	_ Store = (*Meta)(nil)
)
