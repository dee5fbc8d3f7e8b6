package exec

import (
	"context"
	"fmt"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// Pull runs a bounded query over the state of a running query. Every task of
// the store answers for its partition, at a moment in which all it has processed
// is durable. Rows come page by page; those of one page are of one moment.
// Results end with ctx.
func (r *Runtime) Pull(ctx context.Context, p *plan.Pull) (*Results, error) {
	q := r.Query(p.QueryID)
	if q == nil {
		return nil, fmt.Errorf("query %s, which keeps the table, does not run", p.QueryID)
	}
	tasks := q.keeping(p.Store)
	if len(tasks) == 0 {
		return nil, fmt.Errorf("query %s keeps no store %s", p.QueryID, p.Store)
	}
	res := newResults(p.Root.Out(), p.Limit, len(tasks))
	if p.Limit == 0 {
		return res, nil
	}
	want, err := r.selection(p)
	if err != nil {
		return nil, err
	}
	wake := func() {
		for _, t := range tasks {
			t.wake()
		}
	}
	res.hook(wake, wake) // The tasks see that it is over.
	parts := make([]*pullPart, len(tasks))
	for i, t := range tasks {
		if parts[i], err = newPullPart(t, p, want, res); err != nil {
			return nil, err
		}
	}
	res.watch(ctx)
	return res, res.ask(tasks, parts)
}

// ask gives the tasks their parts. With a LIMIT they answer in turn, so that the
// same state gives the same rows and no more is read than is wanted.
func (r *Results) ask(tasks []*task, parts []*pullPart) error {
	at := 0
	next := func() error {
		i := at
		at++
		if err := tasks[i].mail.put(parts[i]); err != nil {
			r.fail(err)
			return err
		}
		tasks[i].wake()
		return nil
	}
	if r.left >= 0 {
		r.turn = func() { _ = next() } // The results tell of an error.
		return next()
	}
	for range tasks {
		if err := next(); err != nil {
			return err
		}
	}
	return nil
}

// keeping returns the tasks that keep the store.
func (q *Query) keeping(store string) []*task {
	var tasks []*task
	q.eachTask(func(t *task) {
		if t.keeps[store] {
			tasks = append(tasks, t)
		}
	})
	return tasks
}

// selection says which rows of a store a pull query wants.
type selection struct {
	keys      [][]byte // Encoded keys to look up; nil means scan.
	low, high []byte   // Encoded bounds of a scan, low <= key < high; nil is open.
	windows   plan.Pull
}

// selection evaluates the constants of the plan.
func (r *Runtime) selection(p *plan.Pull) (*selection, error) {
	s := &selection{windows: *p}
	for _, key := range p.Keys {
		encoded, err := r.encodeKey(key)
		if err != nil {
			return nil, err
		}
		s.keys = append(s.keys, encoded)
	}
	if p.Range == nil {
		return s, nil
	}
	var err error
	if x := p.Range.Low; x != nil {
		if s.low, err = r.encodeKey([]plan.Named{*x}); err != nil {
			return nil, err
		}
		if !p.Range.LowInclusive {
			s.low = append(s.low, 0)
		}
	}
	if x := p.Range.High; x != nil {
		if s.high, err = r.encodeKey([]plan.Named{*x}); err != nil {
			return nil, err
		}
		if p.Range.HighInclusive {
			s.high = append(s.high, 0)
		}
	}
	return s, nil
}

// encodeKey encodes the key that the constants make.
func (r *Runtime) encodeKey(key []plan.Named) ([]byte, error) {
	cols := make([]*types.Vector, len(key))
	for i, x := range key {
		v, err := expr.Constant(x.Expr, r.opts.Functions)
		if err != nil {
			return nil, err
		}
		cols[i] = v
	}
	return types.AppendKey(nil, cols, 0), nil
}

// keeper is an operator that answers pull queries from its store.
type keeper interface {
	// pages begins to read the wanted rows.
	pages(want *selection) pager
}

// pager gives rows page by page, as batches with the key and value columns, the
// row times and window bounds of the keeper's output. The store may change
// between two pages.
type pager interface {
	// next returns the next rows, or nil at the end. They are valid until the next
	// call.
	next() (*batch, error)
}

// pullPart is a pull query in one task.
type pullPart struct {
	task    *task
	store   string
	want    *selection
	results *Results
	chain   *chain // The Filter and Project nodes.
	top     operator
	pager   pager
}

// What step tells.
const (
	pullDone = iota
	pullMore
	pullWaits // For its client.
)

func newPullPart(t *task, p *plan.Pull, want *selection, res *Results) (*pullPart, error) {
	part := &pullPart{task: t, store: p.Store, want: want, results: res, chain: &chain{}}
	part.chain.env = env{rt: t.rt, task: t, query: t.query.plan, functions: t.query.functions, transient: true, pull: true}
	b := &builder{task: t, chain: part.chain, env: &part.chain.env, exprs: map[plan.Node]exprs{}}
	var err error
	if part.top, err = b.stored(p.Root, &collect{results: res, schema: p.Root.Out()}); err == nil {
		part.top, err = newReread(t, p.Store, part.top)
	}
	return part, err
}

// stored builds the operators over a Stored leaf and returns the lowest. Rows of
// a store are no changes, so a filter just drops them.
func (b *builder) stored(n plan.Node, next operator) (operator, error) {
	switch n := n.(type) {
	case *plan.Stored:
		return next, nil
	case *plan.Filter:
		op, err := newFilter(b.exprsOf(n, true), n, next)
		if err != nil {
			return nil, err
		}
		return b.stored(n.Input, op)
	case *plan.Project:
		op, err := newProject(b.exprsOf(n, true), n, false, next)
		if err != nil {
			return nil, err
		}
		return b.stored(n.Input, op)
	}
	return nil, fmt.Errorf("a plan node of type %T cannot be run over a store", n)
}

// step adds the next page to the results.
func (p *pullPart) step() int {
	if p.results.over() {
		return pullDone
	}
	if p.results.full() {
		return pullWaits
	}
	if p.pager == nil {
		p.pager = p.task.chain.keeper[p.store].pages(p.want)
	}
	b, err := p.pager.next()
	switch {
	case err != nil:
		p.results.fail(err)
		return pullDone
	case b == nil:
		p.results.partDone()
		return pullDone
	}
	p.top.push(b)
	return pullMore
}
