package groups

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
)

const fleetPartitions = 6

// fleet is consumers of one group, each a goroutine that does what clients do, and what was assigned to them.
type fleet struct {
	*harness
	door       sync.RWMutex // held for reading by calls, and by a restart
	alive      []*consumer
	named      int   // consumers begun
	generation int32 // that was seen last

	mu          sync.Mutex
	assignments map[int32]string         // of a generation: who assigned
	owners      map[int32]map[int]string // of a generation: who got a partition
}

// consumer is a client. Its fields are its goroutine's while that runs.
type consumer struct {
	f        *fleet
	name     string // in place of its id, which changes
	instance string
	knows    []Protocol

	id         string
	generation int32 // the last it was assigned something in
	fenced     bool
	cut        bool // the coordinator went away during the last call

	ctx     context.Context
	kill    context.CancelFunc
	done    chan struct{}
	silence time.Time // until when it sends no heartbeats
}

func newFleet(t tb) *fleet {
	return &fleet{harness: newHarness(t, Options{CheckInterval: 1000 * time.Hour}),
		assignments: map[int32]string{}, owners: map[int32]map[int]string{}}
}

// start starts a consumer.
func (f *fleet) start(instance string, knows []Protocol) {
	f.named++
	c := &consumer{f: f, name: fmt.Sprint("consumer ", f.named), instance: instance, knows: knows, done: make(chan struct{})}
	if instance != "" {
		c.name = instance
	}
	c.ctx, c.kill = newContext()
	f.alive = append(f.alive, c)
	go c.run()
}

// stop ends a consumer, with or without a word.
func (f *fleet) stop(i int, leave bool) {
	c := f.alive[i]
	f.alive = slices.Delete(f.alive, i, i+1)
	c.kill()
	<-c.done
	if leave && c.id != "" {
		f.Leave("g", c.id, c.instance) // which it may have ceased to be a member of
	}
}

func (f *fleet) restartAll() {
	f.cancel()
	f.door.Lock()
	defer f.door.Unlock()
	f.restart()
}

func (f *fleet) closeAll() {
	for len(f.alive) > 0 {
		f.stop(0, false)
	}
	f.close()
}

// call calls the coordinator that is there now.
func (c *consumer) call(fn func(ctx context.Context, to *Coordinator)) {
	c.f.door.RLock()
	defer c.f.door.RUnlock()
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	defer context.AfterFunc(c.f.ctx, cancel)()
	fn(ctx, c.f.Coordinator)
	c.cut = c.f.ctx.Err() != nil
}

// run is the life of a consumer.
func (c *consumer) run() {
	defer close(c.done)
	for c.ctx.Err() == nil && !c.fenced {
		if r, ok := c.joins(); ok && c.syncs(&r) {
			for c.heartbeats(&r) {
			}
		}
	}
}

// goesOn says that a request was answered well; if not it draws the consequences.
func (c *consumer) goesOn(err error) bool {
	switch err {
	case nil:
		return true
	case kerr.UnknownMemberID:
		c.id = ""
	case kerr.FencedInstanceID:
		c.fenced = true
	case kerr.RebalanceInProgress, kerr.IllegalGeneration, kerr.MemberIDRequired:
	default:
		if !c.cut && c.ctx.Err() == nil {
			c.f.Errorf("%s: %v", c.name, err)
		}
		c.rest(100 * time.Millisecond)
	}
	return false
}

func (c *consumer) rest(d time.Duration) {
	select {
	case <-time.After(d):
	case <-c.ctx.Done():
	}
}

func (c *consumer) joins() (r JoinResult, ok bool) {
	q := request()
	q.MemberID, q.Instance, q.Protocols, q.NeedsID, q.MaySkip = c.id, c.instance, c.knows, true, true
	q.Rebalance = 20 * time.Second
	c.call(func(ctx context.Context, to *Coordinator) { r = to.Join(ctx, q) })
	if r.Err == nil || r.Err == kerr.MemberIDRequired {
		c.id = r.MemberID
	}
	if ok = c.goesOn(r.Err); ok && r.Generation < c.generation {
		c.f.Errorf("%s: generation %d follows %d", c.name, r.Generation, c.generation)
	}
	return r, ok
}

func (c *consumer) syncs(r *JoinResult) bool {
	q := &SyncRequest{Group: "g", MemberID: c.id, Instance: c.instance, Generation: r.Generation, Protocol: r.Protocol}
	if r.Leader == c.id && !r.SkipAssignment {
		q.Assignments = c.distribute(r)
	}
	var s SyncResult
	c.call(func(ctx context.Context, to *Coordinator) { s = to.Sync(ctx, q) })
	if !c.goesOn(s.Err) {
		return false
	}
	c.generation = r.Generation
	c.f.assigned(c, string(s.Assignment))
	return true
}

// distribute gives the partitions to the members in turn, and signs.
func (c *consumer) distribute(r *JoinResult) map[string][]byte {
	all := map[string][]byte{}
	for _, m := range r.Members {
		all[m.MemberID] = fmt.Appendf(nil, "%d by %s:", r.Generation, c.id)
	}
	for p := range fleetPartitions {
		id := r.Members[p%len(r.Members)].MemberID
		all[id] = fmt.Append(all[id], " ", p)
	}
	return all
}

// heartbeats sends one, and says whether the consumer is a member of the generation still.
func (c *consumer) heartbeats(r *JoinResult) bool {
	c.rest(2 * time.Second)
	if c.ctx.Err() != nil {
		return false
	}
	c.f.mu.Lock()
	silent := time.Until(c.silence)
	c.f.mu.Unlock()
	if silent > 0 {
		c.rest(silent)
	}
	var err error
	c.call(func(_ context.Context, to *Coordinator) { err = to.Heartbeat("g", c.id, c.instance, r.Generation) })
	return c.goesOn(err)
}

// assigned checks what a consumer was assigned: in a generation one leader assigns, and a partition has one owner.
func (f *fleet) assigned(c *consumer, assignment string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	by, list, ok := strings.Cut(assignment, ":")
	if !ok || !strings.HasPrefix(by, fmt.Sprint(c.generation, " by ")) {
		f.Errorf("%s in generation %d was assigned %q", c.name, c.generation, assignment)
	}
	if other, ok := f.assignments[c.generation]; ok && other != by {
		f.Errorf("generation %d was assigned twice: %s, %s", c.generation, other, by)
	}
	f.assignments[c.generation] = by
	if f.owners[c.generation] == nil {
		f.owners[c.generation] = map[int]string{}
	}
	for _, s := range strings.Fields(list) {
		var p int
		fmt.Sscan(s, &p)
		if owner, ok := f.owners[c.generation][p]; ok && owner != c.name {
			f.Errorf("partition %d in generation %d belongs to %s and %s", p, c.generation, owner, c.name)
		}
		f.owners[c.generation][p] = c.name
	}
}

// settled checks that all who live are members of one stable generation, nobody else is, and all partitions are theirs.
func (f *fleet) settled() {
	f.Helper()
	f.Coordinator.mu.Lock()
	defer f.Coordinator.mu.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	g := f.groups["g"]
	living := 0
	for _, c := range f.alive {
		if c.fenced {
			continue
		}
		living++
		if g == nil || g.state != stable || c.generation != g.generation || g.find(c.id) == nil {
			f.Fatalf("%s is in generation %d; the group: %+v", c.name, c.generation, g)
		}
	}
	if g == nil || living == 0 && g.state == empty {
		return
	}
	if len(g.members) != living || len(g.pending) > 0 {
		f.Fatalf("%d members and %d pending, of which %d live", len(g.members), len(g.pending), living)
	}
	if n := len(f.owners[g.generation]); n != fleetPartitions {
		f.Fatalf("%d of %d partitions are assigned", n, fleetPartitions)
	}
}
