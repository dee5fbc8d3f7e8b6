package exec

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/leatdb/leat/planner/plan"
)

// tail reads a topic from its end once for all push queries that do no more than
// filter and project its rows, however many there are.
//
// Queries with the same plan are a group: their rows are computed once, and each
// of them gets the same batch. A client that is slow does not hold the others
// back: when its queue is full it falls behind, that is, its query goes on by
// itself from where it is, as other push queries run, and joins the tail again
// when it has caught up. So memory is bounded, and nothing is lost or seen twice.
//
// The way of a subscriber between the tail and a task of its own depends on
// positions: pos is what the tail has handed on in the rounds it has begun. Rows
// of a round are handed to those who are members when it begins, so one who has
// read up to pos or further may become a member at any time; what it has read
// already it skips.
//
// mu guards the members and pos; it is held for moments only and never while rows
// are handed on. A call that needs both locks takes that of the runtime first.
type tail struct {
	rt     *Runtime
	key    string
	source *plan.Source // With all its columns.
	query  *Query
	task   *task
	end    *Results // Ends with the task; it never has rows.

	mu      sync.Mutex
	groups  map[string]*tailGroup
	members int
	pos     []int64 // By partition.

	before []int64 // What pos was before the round; of the task.
	round  []*tailGroup
}

// tailGroup is the members of a tail with the same plan.
type tailGroup struct {
	key   string
	chain chain
	top   operator
	out   *tailEnd

	members map[*subscriber]struct{}
	list    []*subscriber // The same; nil after a change. Never changed itself.
}

// subscriber is a push query that reads from a tail, or has fallen behind it.
type subscriber struct {
	rt      *Runtime
	plan    *plan.Query
	source  *plan.Source
	tailKey string
	key     string // Of its group.
	results *Results

	tail  *tail      // Where it is a member; guarded by the runtime's lock.
	group *tailGroup // In it.
	// skip are the offsets up to which it has read ahead of the tail, nil for none.
	// It belongs to the task of the tail once the subscriber is a member.
	skip []int64
}

// sharedPush is off for push queries that are not to share a tail.
const sharedPush = "ksql.query.push.v2.enabled"

// shareable returns the source of a push query that may read from a tail: one
// that reads from the end and only filters and projects. A filter of a table must
// know what rows were before, so it needs a store.
func shareable(p *plan.Query, o PushOptions) *plan.Source {
	if p.FromEarliest || o.Bounded || p.Properties[sharedPush] == "false" {
		return nil
	}
	for n := p.Root; ; {
		switch x := n.(type) {
		case *plan.Source:
			if x.Store != "" {
				return nil
			}
			return x
		case *plan.Filter:
			if x.Out().Relation == plan.Table {
				return nil
			}
			n = x.Input
		case *plan.Project:
			if x.Rekey && x.Out().Relation == plan.Table {
				return nil
			}
			n = x.Input
		default:
			return nil
		}
	}
}

// subscribe makes a push query a member of the tail of its source, from the given
// offsets on, or from the present end. One that begins behind the tail catches up.
func (r *Runtime) subscribe(ctx context.Context, p *plan.Query, source *plan.Source, res *Results, from []int64) error {
	if err := r.checkOffsets(source.Topic, from); err != nil {
		return err
	}
	whole := *source
	whole.Needed = nil
	tailKey, err := plan.Encode(&plan.Query{Root: &whole, Properties: p.Properties})
	if err != nil {
		return err
	}
	key, err := plan.Encode(&plan.Query{Root: p.Root})
	if err != nil {
		return err
	}
	s := &subscriber{rt: r, plan: p, source: &whole, tailKey: string(tailKey), key: string(key), results: res}
	res.shared = true
	joined, err := s.join(from)
	if err == nil && !joined {
		err = r.runPush(p, res, pushStart{from: from, behind: s})
	}
	if err != nil {
		return err
	}
	res.watch(ctx)
	return nil
}

// checkOffsets holds that a topic has what comes from the given offsets on.
func (r *Runtime) checkOffsets(topic string, from []int64) error {
	if from == nil {
		return nil
	}
	ends, err := r.endOffsets(topic)
	if err != nil {
		return err
	}
	if len(ends) != len(from) {
		return fmt.Errorf("topic %s has %d partitions, and not %d any more", topic, len(ends), len(from))
	}
	for p, at := range from {
		start, err := r.opts.Log.StartOffset(topic, int32(p))
		if err != nil {
			return err
		}
		if at < start || at > ends[p] {
			return fmt.Errorf("%s-%d has the offsets %d to %d, so that a query cannot go on at %d", topic, p, start, ends[p], at)
		}
	}
	return nil
}

// join makes the subscriber a member of its tail, from the given offsets on, or
// from the present end. It tells whether it has: it has not when the tail is
// further already.
func (s *subscriber) join(from []int64) (joined bool, err error) {
	r := s.rt
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return false, ErrClosed
	}
	if from == nil {
		if from, err = r.endOffsets(s.source.Topic); err != nil {
			r.mu.Unlock()
			return false, err
		}
	}
	if s.results.start == nil {
		s.results.start = slices.Clone(from)
	}
	t := r.tails[s.tailKey]
	if t == nil {
		if t, err = r.newTail(s.tailKey, s.source, s.plan.Properties, from); err != nil {
			r.mu.Unlock()
			return false, err
		}
	}
	joined, err = t.add(s, from)
	unwanted := t.forgetIfEmpty() // It may have been made in vain.
	r.mu.Unlock()
	if unwanted {
		t.end.Close()
	}
	return joined, err
}

// forgetIfEmpty takes a tail without members out of use; it must then be closed.
// The caller holds the lock of the runtime.
func (t *tail) forgetIfEmpty() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.members > 0 || t.rt.tails[t.key] != t {
		return false
	}
	delete(t.rt.tails, t.key)
	return true
}

func (r *Runtime) endOffsets(topic string) ([]int64, error) {
	info, ok := r.opts.Log.Topic(topic)
	if !ok {
		return nil, fmt.Errorf("topic %s does not exist", topic)
	}
	out := make([]int64, info.Config.Partitions)
	for p := range out {
		var err error
		if out[p], err = r.opts.Log.EndOffset(topic, int32(p)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// newTail starts a tail. The caller holds the lock of the runtime.
func (r *Runtime) newTail(key string, source *plan.Source, properties map[string]string, from []int64) (*tail, error) {
	t := &tail{rt: r, key: key, source: source, groups: map[string]*tailGroup{}, pos: slices.Clone(from)}
	t.end = newResults(source.Out(), -1, 1)
	t.query = r.newQuery(&plan.Query{ID: "tail of " + source.Name, Root: source, Limit: -1, Properties: properties}, fmt.Sprintf("push/%d/", pushes.Add(1)))
	st, err := wholeQuery(t.query)
	if err != nil {
		return nil, err
	}
	t.task = newPushTask(t.query, st, t.end)
	t.task.tail = t
	if err := t.task.startAt(from); err != nil {
		return nil, err
	}
	if err := t.task.build(); err != nil {
		return nil, err
	}
	t.end.hook(func() {}, t.ended)
	r.tails[key], r.pushes[t.end] = t, t.query
	t.task.wake()
	return t, nil
}

// add makes s a member, if it has read what the tail has handed on. The caller
// holds the lock of the runtime.
func (t *tail) add(s *subscriber, from []int64) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(from) != len(t.pos) {
		return false, nil // Partitions were added since the tail began.
	}
	for p, pos := range t.pos {
		if from[p] < pos {
			return false, nil
		}
	}
	g := t.groups[s.key]
	if g == nil {
		var err error
		if g, err = t.newGroup(s); err != nil {
			return false, err
		}
	}
	if !s.results.hook(func() {}, func() { t.leave(s) }) {
		return true, nil // The client has gone meanwhile.
	}
	s.tail, s.group, s.skip = t, g, nil
	if !slices.Equal(from, t.pos) {
		s.skip = slices.Clone(from)
	}
	t.groups[s.key] = g
	g.members[s], g.list = struct{}{}, nil
	t.members++
	return true, nil
}

// leave ends the membership of s; the last one ends the tail.
func (t *tail) leave(s *subscriber) {
	r := t.rt
	r.mu.Lock()
	if s.tail != t {
		r.mu.Unlock()
		return
	}
	s.tail = nil
	t.mu.Lock()
	delete(s.group.members, s)
	s.group.list = nil
	if len(s.group.members) == 0 {
		delete(t.groups, s.key)
	}
	t.members--
	t.mu.Unlock()
	unwanted := t.forgetIfEmpty()
	r.mu.Unlock()
	if unwanted {
		t.end.Close()
	}
}

// ended is called when the task has failed, or the tail is not wanted any more:
// its members, if there are any, end with the same error.
func (t *tail) ended() {
	r := t.rt
	r.mu.Lock()
	if r.tails[t.key] == t {
		delete(r.tails, t.key)
	}
	delete(r.pushes, t.end)
	r.mu.Unlock()
	t.mu.Lock()
	var members []*subscriber
	for _, g := range t.groups {
		for s := range g.members {
			members = append(members, s)
		}
	}
	t.mu.Unlock()
	err := t.end.cause()
	for _, s := range members {
		s.results.fail(err)
	}
	t.query.ask(stopNow)
}
