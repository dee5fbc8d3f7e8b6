package groups

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
)

// Options of a coordinator. Those of type Duration mean their default when they are 0.
type Options struct {
	InitialDelay  time.Duration // how long the first rebalance of an empty group waits for more members; 0: not at all
	MinSession    time.Duration // shortest session timeout: 6 s
	MaxSession    time.Duration // longest: 30 min
	Retention     time.Duration // of offsets, since their commit and since the group is empty: 7 days
	CheckInterval time.Duration // of retention: 10 min
	MaxMembers    int           // of a group: 4096
	Logger        *slog.Logger
}

func (o *Options) setDefaults() {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&o.MinSession, 6 * time.Second}, {&o.MaxSession, 30 * time.Minute},
		{&o.Retention, 7 * 24 * time.Hour}, {&o.CheckInterval, 10 * time.Minute},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if o.MaxMembers == 0 {
		o.MaxMembers = 4096
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}

// Coordinator coordinates all groups of a log. Its methods may be called from many goroutines, and not after Close.
type Coordinator struct {
	log    *log.Log
	opts   Options
	logger *slog.Logger

	ctx    context.Context // ends the goroutines
	cancel context.CancelFunc
	run    sync.WaitGroup // clock and keeper

	mu     sync.Mutex
	groups map[string]*group
	timers timers
	saving []save // in order

	earlier chan struct{} // wakes the clock: the first deadline has changed
	unsaved chan struct{} // wakes the keeper
}

// Options are those of the coordinator, defaults filled in.
func (c *Coordinator) Options() Options { return c.opts }

// New makes a coordinator with the groups that were saved in a log, and starts its goroutines, which Close ends.
func New(l *log.Log, o Options) *Coordinator {
	o.setDefaults()
	c := &Coordinator{
		log: l, opts: o, logger: o.Logger, groups: map[string]*group{},
		earlier: make(chan struct{}, 1), unsaved: make(chan struct{}, 1),
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.load()
	c.run.Go(c.clock)
	c.run.Go(c.keep)
	return c
}

// Close ends the coordinator, when no calls run any more and before the log is closed. Members stay members for the next one.
func (c *Coordinator) Close() error {
	c.cancel()
	c.run.Wait()
	return nil
}

// ownPrefix begins the names of the groups of persistent queries. Their positions belong to their results: a query commits both
// in one step, so nobody else may commit, join or delete.
const ownPrefix = "_confluent-ksql-"

// allowed refuses to change a group that is not for clients.
func allowed(name string) error {
	if strings.HasPrefix(name, ownPrefix) {
		return kerr.GroupAuthorizationFailed
	}
	return nil
}

// member finds a member that must exist. An instance id alone is enough if anonymous.
func (c *Coordinator) member(name, id, instance string, anonymous bool) (*group, *member, error) {
	if err := allowed(name); err != nil {
		return nil, nil, err
	}
	g := c.groups[name]
	if g == nil {
		return nil, nil, kerr.UnknownMemberID
	}
	if instance != "" {
		m := g.static(instance)
		switch {
		case m == nil:
			return g, nil, kerr.UnknownMemberID
		case m.id == id, id == "" && anonymous:
			return g, m, nil
		}
		return g, nil, kerr.FencedInstanceID
	}
	if m := g.find(id); m != nil {
		return g, m, nil
	}
	return g, nil, kerr.UnknownMemberID
}

// touch begins the session of a member anew. While we owe it an answer it does not end.
func (c *Coordinator) touch(m *member) {
	if m.joining != nil || m.syncing != nil {
		c.stop(&m.expiry)
	} else {
		c.set(&m.expiry, m.session)
	}
}

// wait waits for what a member is answered with; when ctx ends first, gone is called.
func wait[R any](ctx context.Context, answer <-chan R, gone func()) (R, error) {
	select {
	case r := <-answer:
		return r, nil
	case <-ctx.Done():
		gone()
		var none R
		return none, context.Cause(ctx)
	}
}
