package exec

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// Results are the rows of a push or pull query, on their way to a client. Next
// may be called by one goroutine at a time, Close by any.
type Results struct {
	schema *plan.Schema
	shared bool    // The query began as a member of a tail.
	start  []int64 // Where it began then, by partition.
	// turn lets the next task begin when one has added all its rows, where they add
	// them one after the other; nil where all do at once.
	turn func()

	mu sync.Mutex
	// resume wakes the tasks that wait until there is room; stop ends them.
	resume, stop func()
	queue        []*types.Batch
	left         int64 // Rows until the LIMIT; negative means no limit.
	parts        int   // Tasks that may still add rows.
	err          error // Why it has ended: io.EOF after the last row.
	limit        bool
	ready        chan struct{} // Holds a token when something has changed.
	unhook       func() bool   // Stops watching the context.
}

// maxQueued bounds the batches that wait for the client.
const maxQueued = 8

func newResults(schema *plan.Schema, limit int64, parts int) *Results {
	r := &Results{schema: schema, left: limit, parts: parts, ready: make(chan struct{}, 1), resume: func() {}, stop: func() {}}
	if limit == 0 {
		r.err, r.limit = io.EOF, true
	}
	return r
}

// Schema describes the batches: the columns of the plan's root.
func (r *Results) Schema() *plan.Schema { return r.schema }

// Next returns the next batch, which belongs to the caller; its Sel is nil. Rows
// in NoValue are tombstones. It waits for rows until ctx ends. After the last
// row, and after Close, it returns io.EOF.
func (r *Results) Next(ctx context.Context) (*types.Batch, error) {
	for {
		b, err := r.take()
		if b != nil || err != nil {
			return b, err
		}
		select {
		case <-r.ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// take returns the first queued batch, or how it has ended, or neither.
func (r *Results) take() (*types.Batch, error) {
	r.mu.Lock()
	if len(r.queue) == 0 {
		defer r.mu.Unlock()
		return nil, r.err
	}
	b := r.queue[0]
	r.queue[0] = nil
	r.queue = r.queue[1:]
	wasFull, resume := len(r.queue) == maxQueued-1, r.resume
	r.mu.Unlock()
	if wasFull {
		resume()
	}
	return b, nil
}

// hook says who adds rows from now on: resume is called when there is room again,
// stop at the end, once. It returns false when the results have ended.
func (r *Results) hook(resume, stop func()) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return false
	}
	r.resume, r.stop = resume, stop
	return true
}

// cause is why the results have ended, nil as long as they have not.
func (r *Results) cause() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Shared tells whether the query shares the reading of its topic with others.
func (r *Results) Shared() bool { return r.shared }

// Start returns from which offsets on a query reads that shares the reading of its
// topic, by partition. It belongs to the caller.
func (r *Results) Start() []int64 { return slices.Clone(r.start) }

// LimitReached tells whether the LIMIT has ended the query.
func (r *Results) LimitReached() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.limit
}

// Close ends the query. Rows that were not taken are lost.
func (r *Results) Close() {
	r.end(io.EOF, true)
}

// watch ends the query with the context.
func (r *Results) watch(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unhook = context.AfterFunc(ctx, func() { r.end(fmt.Errorf("query ended: %w", ctx.Err()), true) })
}

// end ends the results, once.
func (r *Results) end(err error, drop bool) {
	r.mu.Lock()
	first := r.err == nil
	if first {
		r.err = err
	}
	if drop {
		r.queue = nil
	}
	unhook, stop := r.unhook, r.stop
	r.mu.Unlock()
	r.signal()
	if unhook != nil {
		unhook()
	}
	stop()
}

func (r *Results) signal() {
	select {
	case r.ready <- struct{}{}:
	default:
	}
}

// fail ends the results with an error behind the rows that are there.
func (r *Results) fail(err error) { r.end(err, false) }

// partDone tells that one of the tasks adds no more rows.
func (r *Results) partDone() {
	r.mu.Lock()
	r.parts--
	last := r.parts == 0
	r.mu.Unlock()
	switch {
	case last:
		r.end(io.EOF, false)
	case r.turn != nil:
		r.turn()
	}
}

// full tells whether tasks should wait before they add more.
func (r *Results) full() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.queue) >= maxQueued
}

// over tells whether more rows are not wanted.
func (r *Results) over() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err != nil
}

// add queues a batch, cut at the LIMIT.
func (r *Results) add(b *types.Batch) {
	r.mu.Lock()
	if r.err != nil {
		r.mu.Unlock()
		return
	}
	reached := false
	if r.left >= 0 {
		if int64(b.N) >= r.left {
			cut(b, int(r.left))
			reached = true
		}
		r.left -= int64(b.N)
	}
	r.queue = append(r.queue, b)
	r.limit = reached
	r.mu.Unlock()
	r.signal()
	if reached {
		r.end(io.EOF, false)
	}
}

// cut shortens a batch. The vectors may stay longer.
func cut(b *types.Batch, n int) {
	if b.N > n {
		b.Sel = nil
		b.N = n
	}
}

// collect copies the rows that arrive and adds them to results. A record of a
// stream that has no value is no row for a client.
type collect struct {
	results *Results
	schema  *plan.Schema
	from    []int64 // Rows before these offsets are not for the client; nil for none.
	buf     []uint32
}

func (c *collect) push(b *batch) {
	if out := copyRows(b, c.schema, &c.buf); out != nil && (c.from == nil || since(out, c.from)) {
		c.results.add(out)
	}
}

func (c *collect) release() {}

// copyRows copies the rows that are for a client, nil when there are none.
func copyRows(b *batch, schema *plan.Schema, buf *[]uint32) *types.Batch {
	rows := b.Sel
	if schema.Relation == plan.Stream {
		if rows = b.valued(buf); len(rows) == 0 {
			return nil
		}
	}
	return gatherRows(&b.Batch, b.Cols[:len(schema.Key)+len(schema.Value)], rows)
}

// gatherRows copies rows of a batch with the given columns.
func gatherRows(b *types.Batch, cols []*types.Vector, rows []uint32) *types.Batch {
	out := &types.Batch{N: len(rows)}
	for _, v := range cols {
		w := types.NewVector(v.Type)
		w.Gather(v, rows)
		ownStrings(w)
		out.Cols = append(out.Cols, w)
	}
	out.Time = gather(nil, b.Time, rows)
	out.Partition = gather(nil, b.Partition, rows)
	out.Offset = gather(nil, b.Offset, rows)
	out.WindowStart = gather(nil, b.WindowStart, rows)
	out.WindowEnd = gather(nil, b.WindowEnd, rows)
	if b.NoValue.Any() {
		out.NoValue = out.NoValue.Grow(out.N)
		for k, r := range rows {
			if b.NoValue.Get(int(r)) {
				out.NoValue.Set(k)
			}
		}
	}
	return out
}
