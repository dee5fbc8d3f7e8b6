package exec

import (
	"fmt"
	"strings"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
)

// operator is a node of a plan at work in a task: it takes batches and hands
// batches on to the operator above it, which it knows from its construction.
//
// A task's operators run one at a time, in the worker that has the task. They
// hold no locks and start no goroutines. A row that cannot be processed is
// reported to the env and left out; an operator has no other errors of its own,
// since stores and topics report theirs at the commit.
type operator interface {
	// push processes the selected rows of b, in their order. b and what it points
	// to belong to the caller: they are valid until push returns and must not be
	// changed. What the operator hands on belongs to it in the same way. (Only a
	// join looks at the batch of its right side longer; see sides.)
	push(b *batch)
	// release drops the memory that batches have made grow.
	release()
}

// stateful is an operator that keeps something between batches.
type stateful interface {
	operator
	// open opens the operator's stores through the env and loads what it keeps in
	// the meta store. It comes before the first push.
	open(e *env) error
	// save writes to the meta store what open will load; it comes before a commit.
	save(m *state.Meta)
}

// flusher is an operator that holds results back until the commit.
type flusher interface{ flush() }

// merger is an operator whose two inputs are merged row by row. Its right side
// is pushed before its left side, and kept until the left rows before it have
// come; endRound tells that no more rows come in this round.
type merger interface{ endRound() }

// env is what the operators of a task share.
type env struct {
	rt        *Runtime
	task      *task
	query     *plan.Query
	functions *function.Registry // With the properties of the query.
	partition int32
	cache     bool        // Emit only the last change per key and commit.
	transient bool        // Nothing is ever committed.
	pull      bool        // The rows are those of a pull query.
	meta      *state.Meta // Named values of operators, part of every commit.
	errors    rowErrors
	stores    []state.Store
}

// compile compiles an expression. Pull queries have their own rule for NULL in
// arithmetic.
func (e *env) compile(x *expr.Expr) (*expr.Program, error) {
	return e.options().Compile(x, e.functions)
}

func (e *env) options() expr.Options {
	return expr.Options{NullArithmetic: e.pull, NestedErrorsFail: e.off("ksql.nested.error.set.null"), NullText: e.off("ksql.cast.strings.preserve.nulls")}
}

// off tells whether the query was created with a property, which is true by
// default, set to false.
func (e *env) off(property string) bool {
	return strings.EqualFold(e.query.Properties[property], "false")
}

// name makes the name of a store of the task.
func (e *env) name(store string) string {
	return fmt.Sprintf("%s%s/%d", e.task.query.prefix, store, e.partition)
}

// table opens a keyed store.
func (e *env) table(store string, l state.Layout) (*state.Table, error) {
	s, err := e.rt.opts.State.Table(e.name(store), l)
	if err == nil {
		e.stores = append(e.stores, s)
	}
	return s, err
}

// windows opens a store with a table per window.
func (e *env) windows(store string, l state.Layout) (*state.Windows, error) {
	s, err := e.rt.opts.State.Windows(e.name(store), l)
	if err == nil {
		e.stores = append(e.stores, s)
	}
	return s, err
}

// sessions opens a session store.
func (e *env) sessions(store string, l state.Layout, gapMillis, retentionMillis int64) (*state.Sessions, error) {
	s, err := e.rt.opts.State.Sessions(e.name(store), l, gapMillis, retentionMillis)
	if err == nil {
		e.stores = append(e.stores, s)
	}
	return s, err
}

// buffer opens a join buffer.
func (e *env) buffer(store string, retentionMillis int64) (*state.Buffer, error) {
	s, err := e.rt.opts.State.Buffer(e.name(store), retentionMillis)
	if err == nil {
		e.stores = append(e.stores, s)
	}
	return s, err
}

// number returns a number from the meta store, 0 where nothing was saved.
func (e *env) number(name string) int64 {
	if e.meta == nil {
		return 0
	}
	return e.meta.Int(name)
}

// chain is the operators of a task, and what its inputs feed.
type chain struct {
	env    env
	feeds  []*feed    // In the order of pushing: the right side of a join before its left side.
	ops    []operator // Every operator after those that feed it.
	joins  []merger   // Lower joins first.
	stored []stateful
	outlet []*outlet
	keeper map[string]keeper // Operators that answer pull queries, by store.
	err    error             // Why the task cannot go on.
}

// add registers an operator after those below it.
func (c *chain) add(op operator) {
	c.ops = append(c.ops, op)
	if s, ok := op.(stateful); ok {
		c.stored = append(c.stored, s)
	}
	if m, ok := op.(merger); ok {
		c.joins = append(c.joins, m)
	}
}

// fail stops the task after the batch.
func (c *chain) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// process takes the gathered rows through the operators.
func (c *chain) process() {
	for _, f := range c.feeds {
		f.emit()
	}
	for _, j := range c.joins {
		j.endRound()
	}
}

// flush lets operators emit what they held back for the commit.
func (c *chain) flush() {
	for _, op := range c.ops {
		if f, ok := op.(flusher); ok {
			f.flush()
		}
	}
	c.env.errors.finish(&c.env)
}

// dirtyBytes estimates the size of the next commit.
func (c *chain) dirtyBytes() int {
	n := 0
	for _, s := range c.env.stores {
		n += s.DirtyBytes()
	}
	for _, o := range c.outlet {
		n += o.bytes()
	}
	return n
}

// writes appends the output since the last commit.
func (c *chain) writes(dst []log.Write) []log.Write {
	for _, o := range c.outlet {
		dst = o.writes(dst)
	}
	return dst
}

// taken tells that the log has copied the writes.
func (c *chain) taken() {
	for _, o := range c.outlet {
		o.reset()
	}
}

// deltaHead is more than the head of a delta needs: a buffer that is too small
// by as much is allocated twice.
const deltaHead = 128

// deltas saves the operators and returns the changes of all stores.
func (c *chain) deltas() ([]log.Delta, error) {
	for _, s := range c.stored {
		s.save(c.env.meta)
	}
	var out []log.Delta
	var usage state.Usage
	for _, s := range c.env.stores {
		data, err := s.AppendDelta(make([]byte, 0, s.DirtyBytes()+deltaHead))
		if err != nil {
			return nil, fmt.Errorf("store %s: %w", s.Name(), err)
		}
		if len(data) > 0 {
			out = append(out, log.Delta{Store: s.Name(), Data: data})
		}
		if u, ok := s.(interface{ Usage() state.Usage }); ok {
			usage.Add(u.Usage())
		}
	}
	c.env.task.count.state.Store(&usage)
	return out, nil
}

// trim keeps the stores of a task that does not commit within their memory.
func (c *chain) trim() {
	for _, s := range c.env.stores {
		s.Trim()
	}
}

// release drops batch memory.
func (c *chain) release() {
	for _, f := range c.feeds {
		f.release()
	}
	for _, op := range c.ops {
		op.release()
	}
	for _, o := range c.outlet {
		o.release()
	}
}

// close gives up the stores; changes not committed are lost.
func (c *chain) close() {
	for _, s := range c.env.stores {
		s.Close()
	}
	c.env.stores = nil
}
