package leat

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/leatdb/leat/exec"
)

// A query whose tasks fail is started again by the runtime. restarts are for those
// that could not even be started, because a topic was deleted or a registry does
// not answer: they are tried again, more and more seldom, until they run or are
// terminated. Until then they are in the state ERROR.
type restarts struct {
	mu      sync.Mutex
	waiting map[string]*unstarted // By query.
	kick    chan struct{}         // Something else is due first; nil while nobody serves.
	quit    context.CancelFunc
	ended   chan struct{}
}

// unstarted is a query that did not start. It never changes.
type unstarted struct {
	cause exec.Failure
	tries int
}

const (
	firstRestart = time.Second
	lastRestart  = time.Minute
)

// note remembers that a query did not start, or with a nil error that it did.
func (r *restarts) note(db *DB, id string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		delete(r.waiting, id)
		return
	}
	if r.waiting == nil {
		r.waiting = map[string]*unstarted{}
	}
	u := &unstarted{cause: exec.Failure{At: time.Now(), Class: exec.Classify(err), Err: err}, tries: 1}
	if before := r.waiting[id]; before != nil {
		u.tries = before.tries + 1
	}
	u.cause.Retry = u.cause.At.Add(exec.Backoff(firstRestart, lastRestart, u.tries-1))
	r.waiting[id] = u
	if db.closed.Load() {
		return
	}
	if r.kick == nil {
		r.kick, r.ended = make(chan struct{}, 1), make(chan struct{})
		var ctx context.Context
		ctx, r.quit = context.WithCancel(context.Background())
		go r.serve(ctx, db) // Ends with close.
	}
	select {
	case r.kick <- struct{}{}:
	default:
	}
}

// of returns why a query did not start, nil when it did.
func (r *restarts) of(id string) *unstarted {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.waiting[id]
}

// serve starts the queries that are due.
func (r *restarts) serve(ctx context.Context, db *DB) {
	defer close(r.ended)
	for {
		r.mu.Lock()
		waiting := maps.Clone(r.waiting)
		r.mu.Unlock()
		pause := time.Hour
		for id, u := range waiting {
			if wait := time.Until(u.cause.Retry); wait > 0 {
				pause = min(pause, wait)
				continue
			}
			db.restart(ctx, id)
			pause = 0
		}
		select {
		case <-ctx.Done():
			return
		case <-r.kick:
		case <-time.After(pause):
		}
	}
}

// restart starts a query that the catalogue still has and that does not run.
func (db *DB) restart(ctx context.Context, id string) {
	db.ddl.Lock()
	defer db.ddl.Unlock()
	q := db.catalog.Load().Query(id)
	if q == nil || db.runtime.Query(id) != nil || ctx.Err() != nil {
		db.restarts.note(db, id, nil)
		return
	}
	if err := db.startQuery(ctx, q); err != nil {
		db.opts.logger.Error("query does not start", "query", id, "class", exec.Classify(err), "err", err)
		return
	}
	db.opts.logger.Warn("query has started after all", "query", id)
}

// close ends the trying.
func (r *restarts) close() {
	r.mu.Lock()
	quit := r.quit
	r.mu.Unlock()
	if quit != nil {
		quit()
		<-r.ended
	}
}
