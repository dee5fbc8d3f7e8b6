package exec

import (
	"fmt"

	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// newGroup compiles the plan of a subscriber, to run in the task of the tail.
func (t *tail) newGroup(s *subscriber) (*tailGroup, error) {
	g := &tailGroup{key: s.key, members: map[*subscriber]struct{}{}}
	g.chain.env = env{rt: t.rt, task: t.task, query: s.plan, functions: t.query.functions, transient: true}
	b := &builder{task: t.task, chain: &g.chain, env: &g.chain.env, exprs: map[plan.Node]exprs{}}
	g.out = &tailEnd{tail: t, schema: s.plan.Root.Out()}
	var err error
	g.top, err = b.overSource(s.plan.Root, g.out)
	return g, err
}

// overSource builds the filters and projections over a source and returns the
// lowest.
func (b *builder) overSource(n plan.Node, next operator) (operator, error) {
	var op operator
	var input plan.Node
	var err error
	switch n := n.(type) {
	case *plan.Source:
		return next, nil
	case *plan.Filter:
		op, err = newFilter(b.exprsOf(n, true), n, next)
		input = n.Input
	case *plan.Project:
		op, err = newProject(b.exprsOf(n, n.Out().Relation == plan.Stream), n, false, next)
		input = n.Input
	default:
		err = fmt.Errorf("a plan node of type %T cannot be run over a tail", n)
	}
	if err != nil {
		return nil, err
	}
	b.chain.add(op)
	return b.overSource(input, op)
}

// push hands the rows of a round to all groups.
func (t *tail) push(b *batch) {
	for _, g := range t.beginRound() {
		g.top.push(b)
	}
}

// beginRound moves pos behind the rows of the round, and says who gets them.
func (t *tail) beginRound() []*tailGroup {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.before = append(t.before[:0], t.pos...)
	for p, in := range t.task.inputs {
		t.pos[p] = in.pos.Load()
	}
	t.round = t.round[:0]
	for _, g := range t.groups {
		if g.list == nil {
			g.list = make([]*subscriber, 0, len(g.members))
			for s := range g.members {
				g.list = append(g.list, s)
			}
		}
		g.out.members = g.list
		t.round = append(t.round, g)
	}
	return t.round
}

func (t *tail) release() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, g := range t.groups {
		for _, op := range g.chain.ops {
			op.release()
		}
	}
	t.round = nil
}

// tailEnd is the end of the operators of a group.
type tailEnd struct {
	tail    *tail
	schema  *plan.Schema
	members []*subscriber // Of the round.
	buf     []uint32
}

func (e *tailEnd) push(b *batch) {
	out := copyRows(b, e.schema, &e.buf)
	if out == nil {
		return
	}
	for _, s := range e.members {
		s.take(e.tail, out)
	}
}

func (e *tailEnd) release() { e.buf = nil }

// take adds rows of a round to the results, which share them with others.
func (s *subscriber) take(t *tail, out *types.Batch) {
	mine := *out
	if s.skip != nil && !s.unread(&mine, t.before) {
		return
	}
	if s.results.full() {
		s.fallBehind(t, t.before)
		return
	}
	s.results.add(&mine)
}

// unread leaves those rows of b that the subscriber has not read before. It
// returns false when there are none.
func (s *subscriber) unread(b *types.Batch, before []int64) bool {
	caughtUp := true
	for p, skip := range s.skip {
		caughtUp = caughtUp && before[p] >= skip
	}
	if caughtUp {
		s.skip = nil
		return true
	}
	return since(b, s.skip)
}

// since leaves the rows from the given offsets on. It returns false when there
// are none.
func since(b *types.Batch, offsets []int64) bool {
	var rows []uint32
	for i := range b.N {
		if b.Offset[i] >= offsets[b.Partition[i]] {
			rows = append(rows, uint32(i))
		}
	}
	if len(rows) < b.N {
		*b = *gatherRows(b, b.Cols, rows)
	}
	return len(rows) > 0
}

// fallBehind lets the query go on by itself, from where it was before the round.
func (s *subscriber) fallBehind(t *tail, before []int64) {
	from := append([]int64(nil), before...)
	for p, skip := range s.skip {
		from[p] = max(from[p], skip)
	}
	t.leave(s)
	if err := s.rt.runPush(s.plan, s.results, pushStart{from: from, behind: s}); err != nil {
		s.results.fail(err)
	}
}

// catchUp makes a query that has fallen behind, and has read all there is, a
// member of the tail again. It tells whether the task has no more to do.
func (s *subscriber) catchUp(t *task) bool {
	from := make([]int64, len(t.inputs))
	for p, in := range t.inputs {
		from[p] = in.pos.Load()
	}
	joined, err := s.join(from)
	if err != nil {
		s.results.fail(err)
	}
	return joined || err != nil
}
