package exec

import (
	"fmt"
	"sort"

	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner/plan"
)

// makeInputs makes the inputs of the task: for each leaf the task's partition,
// or all partitions where the stage is one task.
func (t *task) makeInputs() {
	for _, l := range t.stage.leaves {
		info, _ := t.rt.opts.Log.Topic(l.topic)
		first, last := t.partition, min(t.partition+1, int32(info.Config.Partitions))
		if t.results != nil || t.stage.single {
			first, last = 0, int32(info.Config.Partitions)
		}
		for p := first; p < last; p++ {
			in := &input{task: t, leaf: l, topic: l.topic, partition: p, group: l.group, table: l.table, upstream: l.upstream}
			in.limit.Store(unlimited)
			t.inputs = append(t.inputs, in)
		}
	}
	sort.SliceStable(t.inputs, func(i, j int) bool {
		a, b := t.inputs[i], t.inputs[j]
		if a.partition != b.partition {
			return a.partition < b.partition
		}
		return a.table && !b.table
	})
}

// buildChain makes the operators of a task from the plan of its stage, from the
// root down: each is made with the operator it hands its rows to.
func buildChain(t *task) (*chain, error) {
	c := &chain{keeper: map[string]keeper{}}
	c.env = env{rt: t.rt, task: t, query: t.query.plan, functions: t.query.functions, partition: t.partition, cache: t.query.cached(), transient: t.results != nil}
	b := &builder{task: t, chain: c, env: &c.env, used: map[*leaf]bool{}, exprs: map[plan.Node]exprs{}}
	if err := b.processingLog(); err != nil {
		return nil, err
	}
	return c, b.root(t.stage.root)
}

type builder struct {
	task  *task
	chain *chain
	env   *env
	used  map[*leaf]bool // Leaves that are connected.
	exprs map[plan.Node]exprs
}

// processingLog makes the way of bad rows.
func (b *builder) processingLog() error {
	topic := b.task.rt.opts.ProcessingLogTopic
	if topic == "" || b.env.transient {
		return nil
	}
	o, err := b.outlet(topic)
	b.env.errors.outlet = o
	return err
}

// outlet makes an outlet to a topic that exists.
func (b *builder) outlet(topic string) (*outlet, error) {
	info, ok := b.task.rt.opts.Log.Topic(topic)
	if !ok {
		return nil, fmt.Errorf("%w: %s", log.ErrUnknownTopic, topic)
	}
	o := newOutlet(topic, info.Config.Partitions)
	b.chain.outlet = append(b.chain.outlet, o)
	return o, nil
}

// root builds the stage: the operator at its end and everything below.
func (b *builder) root(n plan.Node) error {
	if b.task.tail != nil {
		return b.on(n, b.task.tail, false, nil)
	}
	if b.env.transient {
		return b.on(n, &collect{results: b.task.results, schema: n.Out(), from: b.task.shows}, false, nil)
	}
	switch n := n.(type) {
	case *plan.Sink:
		return b.sink(n)
	case *plan.Repartition:
		out, err := b.outlet(b.task.query.internalTopic(n.Name))
		if err != nil {
			return err
		}
		w := b.task.query.wire(n)
		op, err := newExport(b.env, w, out)
		if err == nil {
			op.written = b.task.meters.of(n, nil)
		}
		if err == nil && w.parts != nil {
			return b.parts(n, w.parts, op)
		}
		if n.DropNullKeys && n.Out().Relation == plan.Stream {
			return b.on(n.Input, &keyed{env: b.env, keys: len(n.Out().Key), next: op}, false, err, op)
		}
		return b.on(n.Input, op, true, err)
	case *foreignCut:
		return b.answers(n)
	}
	return b.on(n, discard{}, false, nil)
}

func (b *builder) sink(n *plan.Sink) error {
	out, err := b.outlet(n.Topic)
	if err != nil {
		return err
	}
	b.task.meters.of(n, &b.task.count.rowsOut)
	op, err := newSink(b.env, n, out)
	if n.Store == "" {
		return b.on(n.Input, op, false, err)
	}
	m := newMaterialize(b.env, n.Store, n.Out(), false, op)
	m.all = foreign(n.Input)
	b.chain.keeper[n.Store] = m
	return b.on(n.Input, m, false, err, op)
}

// on builds what is below an operator that has an error or none, and registers
// the operator, then those above it.
func (b *builder) on(input plan.Node, op operator, wantOld bool, err error, above ...operator) error {
	if err == nil {
		err = b.below(input, op, wantOld)
	}
	if err != nil {
		return err
	}
	b.chain.add(op)
	for _, x := range above {
		b.chain.add(x)
	}
	return nil
}

// below builds the operators that compute n and hand its rows to next. wantOld
// says that next needs the old side of table changes.
func (b *builder) below(n plan.Node, next operator, wantOld bool) error {
	next = b.meter(n, next)
	switch n := n.(type) {
	case *plan.Source:
		return b.source(n, next, wantOld)
	case *plan.Repartition:
		return b.feed(n, next)
	case *plan.Filter:
		return b.filter(n, next, wantOld)
	case *plan.Project:
		return b.project(n, next, wantOld)
	case *plan.Flatten:
		op, err := newFlatten(b.env, n, next)
		return b.on(n.Input, op, false, err)
	case *plan.Aggregate:
		return b.aggregate(n, next, wantOld)
	case *plan.Join:
		return b.join(n, next, wantOld)
	}
	return fmt.Errorf("a plan node of type %T cannot be run", n)
}

func (b *builder) filter(n *plan.Filter, next operator, wantOld bool) error {
	if n.Out().Relation == plan.Table {
		op, err := newTableFilter(b.env, n, next)
		return b.on(n.Input, op, true, err)
	}
	op, err := newFilter(b.exprsOf(n, true), n, next)
	return b.on(n.Input, op, false, err)
}

func (b *builder) project(n *plan.Project, next operator, wantOld bool) error {
	if n.Rekey && n.Out().Relation == plan.Table {
		op, err := newRegroup(b.env, n, next)
		return b.on(n.Input, op, true, err)
	}
	op, err := newProject(b.exprsOf(n, n.Out().Relation == plan.Stream), n, wantOld, next)
	return b.on(n.Input, op, wantOld, err)
}

// source builds the feed of a topic and, for a materialised table, its store.
func (b *builder) source(n *plan.Source, next operator, wantOld bool) error {
	if n.Schema.Relation != plan.Table || n.Store == "" {
		return b.feed(n, next)
	}
	op := newMaterialize(b.env, n.Store, &n.Schema, wantOld, next)
	if err := b.feed(n, op); err != nil {
		return err
	}
	b.chain.add(op)
	b.chain.keeper[n.Store] = op
	return nil
}

// feed connects the inputs of a leaf with the operator that reads it.
func (b *builder) feed(n plan.Node, next operator) error {
	l := b.takeLeaf(n)
	if l == nil {
		return fmt.Errorf("the rows of a %T are not read from a topic here", n)
	}
	f := &feed{leaf: l, next: next, needs: b.task.stage.joins}
	for _, in := range b.task.inputs {
		if in.leaf != l {
			continue
		}
		s, err := newSource(b.env, l, in.partition)
		if err != nil {
			return err
		}
		in.source, in.feed, in.cur = s, f, 0
		f.inputs = append(f.inputs, in)
	}
	if len(f.inputs) > 0 {
		b.chain.feeds = append(b.chain.feeds, f)
	}
	return nil
}

// takeLeaf finds the leaf of a node, nil if there is none.
func (b *builder) takeLeaf(n plan.Node) *leaf {
	for _, l := range b.task.stage.leaves {
		if l.node == n && !b.used[l] {
			b.used[l] = true
			return l
		}
	}
	return nil
}

// open opens the stores of the task and puts its inputs where its last commit
// left them.
func (t *task) open() error {
	e := &t.chain.env
	if !e.transient {
		meta, err := t.rt.opts.State.Meta(e.name(fmt.Sprintf("task-%d", t.stage.number)))
		if err != nil {
			return err
		}
		e.meta = meta
		e.stores = append(e.stores, meta)
	}
	for _, s := range t.chain.stored {
		if err := s.open(e); err != nil {
			return err
		}
	}
	for _, in := range t.inputs {
		offset, err := t.startOffset(in)
		if err != nil {
			return err
		}
		in.start(offset)
	}
	t.phase = working
	return nil
}

// startOffset is where an input begins: where its group is, or at its first
// record.
func (t *task) startOffset(in *input) (int64, error) {
	if t.results != nil {
		return in.first, nil
	}
	if offset, ok := t.rt.opts.Log.FetchOffset(in.group, in.topic, in.partition); ok {
		return offset, nil
	}
	return t.rt.opts.Log.StartOffset(in.topic, in.partition)
}
