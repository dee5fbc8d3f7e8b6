package leat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/exec"
	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/internal/vfs"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner"
	"github.com/leatdb/leat/state"
)

// DB is an open database. It owns the log, the state, and the runtime of the
// queries; Close ends them in the opposite order of Open.
type DB struct {
	opts      options
	functions *function.Registry
	log       *log.Log
	registry  registry.Registry
	// closeRegistry gives up what a registry elsewhere needs; nil if there is none.
	closeRegistry func()
	state         *state.DB
	runtime       *exec.Runtime
	restarts      restarts
	planner       *planner.Planner

	// ddl is held while a statement changes the catalogue: planning, writing the
	// command and applying it are one step.
	ddl     sync.Mutex
	catalog atomic.Pointer[catalog.Snapshot]
	next    atomic.Int64 // Sequence number of the next command; changed under ddl.

	commands commandTable // What became of commands.

	queries queryTable   // Clients' running queries.
	base    *Session     // Of DB.Exec and its like.
	spread  atomic.Int64 // Counts rows inserted without key, to spread them over partitions.
	closed  atomic.Bool
	// terminated is set under ddl; see Terminate.
	terminated atomic.Bool
}

// Open opens or creates the database in dir, which belongs to this process until
// Close. Queries that were running when it was last closed, or killed, go on
// from where their last commit left them.
func Open(ctx context.Context, dir string, opts ...Option) (*DB, error) {
	o, err := collect(opts)
	if err != nil {
		return nil, err
	}
	return open(ctx, dir, o)
}

// OpenMem opens a database that lives in memory only, for tests and for looking
// around.
func OpenMem(ctx context.Context, opts ...Option) (*DB, error) {
	o, err := collect(opts)
	if err != nil {
		return nil, err
	}
	o.memory = true
	if o.fs == nil {
		o.fs = vfs.NewMem()
	}
	return open(ctx, "leat", o)
}

func collect(opts []Option) (options, error) {
	o := defaultOptions()
	for _, opt := range opts {
		if err := opt(&o); err != nil {
			return o, fmt.Errorf("leat: %w", err)
		}
	}
	return o, nil
}

// open is the spine of start-up: functions, log, state, runtime, catalogue,
// queries.
func open(ctx context.Context, dir string, o options) (db *DB, err error) {
	db = &DB{opts: o, functions: function.NewRegistry()}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("leat: open %s: %w", dir, err), db.closeParts(ctx))
			db = nil
		}
	}()
	db.functions.SetClock(o.now)
	for _, register := range o.functions {
		if err := register(db.functions); err != nil {
			return db, err
		}
	}
	if db.log, err = log.Open(filepath.Join(dir, "log"), log.Options{FS: o.fs, Ack: o.ack, Now: o.now, Logger: o.logger}); err != nil {
		return db, err
	}
	db.state, err = state.Open(filepath.Join(dir, "state"), journal{db.log, o.memory},
		state.Options{Memory: o.stateMemory, InMemory: o.memory, FlushInterval: o.flushEvery, Logger: o.logger})
	if err != nil {
		return db, err
	}
	if err := db.createProcessingLog(ctx); err != nil {
		return db, err
	}
	if err := db.openRegistry(ctx); err != nil {
		return db, err
	}
	if db.runtime, err = exec.New(db.execOptions()); err != nil {
		return db, err
	}
	db.planner = planner.New(db.functions, planner.Options{Topic: db.plannerTopic, TopicNames: db.topicNames, Registry: db.registry})
	db.base = db.NewSession()
	if err := db.replayCommands(ctx); err != nil {
		return db, err
	}
	if err := db.startQueries(ctx); err != nil {
		return db, err
	}
	return db, db.declareProcessingLog(ctx)
}

// Close stops the queries at a commit, makes everything durable and releases
// the directory. It may be called more than once.
func (db *DB) Close() error {
	if db.closed.Swap(true) {
		return nil
	}
	db.CloseQueries()
	return db.closeParts(context.Background())
}

func (db *DB) closeParts(ctx context.Context) error {
	var errs []error
	db.restarts.close()
	if db.runtime != nil {
		errs = append(errs, db.runtime.Close(ctx))
	}
	if db.closeRegistry != nil {
		db.closeRegistry()
	}
	if db.state != nil {
		errs = append(errs, db.state.Close())
	}
	if db.log != nil {
		errs = append(errs, db.log.Close())
	}
	return errors.Join(errs...)
}

// Healthy returns why the database cannot serve, or nil.
func (db *DB) Healthy() error {
	if db.closed.Load() {
		return ErrClosed
	}
	if err := db.log.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrStorage, err)
	}
	return nil
}

// ServiceID is the name of the database in topics and groups.
func (db *DB) ServiceID() string { return serviceID }

// ClusterID identifies the database.
func (db *DB) ClusterID() string { return "leat" }

// plannerTopic tells the planner about a topic.
func (db *DB) plannerTopic(name string) (planner.Topic, bool) {
	t, ok := db.log.Topic(name)
	if db.opts.partitions > 0 {
		return planner.Topic{}, ok
	}
	return planner.Topic{Partitions: t.Config.Partitions, Replicas: 1, RetentionMillis: t.Config.RetentionMillis}, ok
}

func (db *DB) topicNames() []string {
	var names []string
	for _, t := range db.log.Topics() {
		if !t.Config.Internal {
			names = append(names, t.Name)
		}
	}
	return names
}

// serviceID is the prefix that ksqlDB gives its internal topics by default.
const serviceID = "default_"

// journal is what state sees of the log.
type journal struct {
	log *log.Log
	// keep says that state is in memory only and will ask for every delta again.
	keep bool
}

// ReplayDeltas hands out copies, since state keeps them and the log reuses its
// memory.
func (j journal) ReplayDeltas(after uint64, fn func(lsn uint64, store string, data []byte) error) error {
	return j.log.ReplayDeltas(log.LSN(after+1), func(lsn log.LSN, store string, data []byte) error {
		return fn(uint64(lsn), store, bytes.Clone(data))
	})
}

func (j journal) ReleaseDeltas(upTo uint64) error {
	if !j.keep {
		j.log.ReleaseDeltas(log.LSN(upTo))
	}
	return nil
}

func (db *DB) execOptions() exec.Options {
	return exec.Options{
		Log: db.log, State: db.state, Functions: db.functions, Registry: db.registry, Workers: db.opts.workers, CommitInterval: db.opts.commitEvery,
		Cache: db.opts.properties["cache.max.bytes.buffering"] != "0", Logger: db.opts.logger, ServiceID: serviceID,
		ProcessingLogTopic: ProcessingLogTopic,
	}
}
