package exec

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// Options of a runtime. Log, State and Functions are needed; the zero value of
// the others means what their comment names.
type Options struct {
	Log       *log.Log
	State     *state.DB
	Functions *function.Registry
	// Registry holds the schemas of formats that need one; nil when there is none.
	Registry registry.Registry

	Workers        int           // runtime.GOMAXPROCS
	CommitInterval time.Duration // 100 ms: how long a busy task may leave work uncommitted.
	// Cache lets aggregations emit only the last change per key and commit. Off,
	// every change is emitted, in the order of the rows.
	Cache  bool
	Logger *slog.Logger // no diagnostics
	// ServiceID is part of the names of internal topics and consumer groups.
	ServiceID string // default_
	// ProcessingLogTopic gets a record for every row that cannot be processed; it
	// must exist. Empty: such rows are only counted.
	ProcessingLogTopic string
	// RetryBackoff is how long a task that failed waits before it starts again
	// from its last commit; it doubles with every failure, up to RetryBackoffMax.
	RetryBackoff    time.Duration // 1 s
	RetryBackoffMax time.Duration // 1 min

	batchRows int           // types.BatchRows: rows that an input decodes at once. Tests make it small.
	coolAfter time.Duration // 1 s: how long a parked task keeps the memory of its batches.
}

func (o *Options) setDefaults() {
	o.Workers = cmp.Or(max(o.Workers, 0), runtime.GOMAXPROCS(0))
	o.CommitInterval = cmp.Or(max(o.CommitInterval, 0), 100*time.Millisecond)
	o.ServiceID = cmp.Or(o.ServiceID, "default_")
	o.RetryBackoff = cmp.Or(max(o.RetryBackoff, 0), time.Second)
	o.RetryBackoffMax = max(cmp.Or(o.RetryBackoffMax, time.Minute), o.RetryBackoff)
	o.coolAfter = cmp.Or(o.coolAfter, time.Second)
	if o.batchRows <= 0 {
		o.batchRows = types.BatchRows
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}

// ErrClosed is the error of calls on a closed runtime.
var ErrClosed = errors.New("exec: the runtime is closed")

// Runtime runs queries. Its methods may be called from any goroutine.
type Runtime struct {
	opts Options
	// asking bounds what the schema registry is asked; hush ends it, so that closing
	// does not wait for a registry that does not answer.
	asking  context.Context
	hush    context.CancelFunc
	workers scheduler
	timer   timer
	purger  purger
	// progress is told whenever a task has nothing left to do, or fails.
	progress broadcast

	mu      sync.Mutex
	queries map[string]*Query // Persistent queries by id.
	pushes  map[*Results]*Query
	tails   map[string]*tail
	limits  map[limitKey]int64
	closed  bool
}

// New starts the workers. Close ends them; it comes before the closing of the
// log and the state.
func New(o Options) (*Runtime, error) {
	if o.Log == nil || o.State == nil || o.Functions == nil {
		return nil, errors.New("exec: Options need Log, State and Functions")
	}
	o.setDefaults()
	r := &Runtime{opts: o, queries: map[string]*Query{}, pushes: map[*Results]*Query{}, tails: map[string]*tail{}, limits: map[limitKey]int64{}}
	r.asking, r.hush = context.WithCancel(context.Background())
	r.workers.start(o.Workers)
	r.timer.start()
	r.purger.start(r)
	return r, nil
}

// Close stops all queries: each task commits what it has processed and ends. It
// waits for them and for the goroutines of the runtime. When ctx ends first,
// what is not committed is left to the next start; it is safe to close the log
// and the state then, too.
func (r *Runtime) Close(ctx context.Context) error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	r.hush()
	queries, pushes := r.list(), maps.Clone(r.pushes)
	r.mu.Unlock()
	for _, q := range queries {
		q.ask(stopAtCommit)
	}
	for results, q := range pushes {
		results.fail(ErrClosed)
		queries = append(queries, q)
	}
	var errs []error
	for _, q := range queries {
		errs = append(errs, q.ended(ctx))
	}
	r.timer.stop()
	r.purger.stop()
	r.workers.stop()
	return errors.Join(errs...)
}

// Query returns the persistent query with the id, or nil when it does not run.
func (r *Runtime) Query(id string) *Query {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.queries[id]
}

// Queries returns the persistent queries, sorted by id.
func (r *Runtime) Queries() []*Query {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.list()
}

func (r *Runtime) list() []*Query {
	all := make([]*Query, 0, len(r.queries))
	for _, q := range r.queries {
		all = append(all, q)
	}
	slices.SortFunc(all, func(a, b *Query) int { return strings.Compare(a.plan.ID, b.plan.ID) })
	return all
}

// StartOptions of a persistent query.
type StartOptions struct {
	Paused bool
}

// Start runs a persistent query: a plan whose root is a Sink, or one that only
// materialises a table. It goes on where its last commit left it. The topics it
// reads and writes must exist; internal topics are made. A plan that cannot run
// is an error here; what fails later is in the query's Status.
func (r *Runtime) Start(p *plan.Query, o StartOptions) (*Query, error) {
	q, err := r.prepare(p)
	if err != nil {
		return nil, fmt.Errorf("query %s: %w", p.ID, err)
	}
	if o.Paused {
		q.paused.Store(true)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return nil, ErrClosed
	case r.queries[p.ID] != nil:
		return nil, fmt.Errorf("query %s runs already", p.ID)
	}
	r.queries[p.ID] = q
	q.applyLimits(r.limits)
	q.wake()
	return q, nil
}

func (r *Runtime) forget(q *Query) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.queries[q.plan.ID] == q {
		delete(r.queries, q.plan.ID)
	}
}
