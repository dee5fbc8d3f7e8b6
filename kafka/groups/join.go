package groups

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// JoinRequest is what somebody says who wants to be a member. The coordinator keeps the protocols.
type JoinRequest struct {
	Group, MemberID, Instance string // "" where there is none
	ClientID, Host            string
	Session, Rebalance        time.Duration
	Kind                      string // the protocol type
	Protocols                 []Protocol

	NeedsID bool // a dynamic member without id gets one and has to come again (KIP-394)
	MaySkip bool // a static leader that comes back can be told not to assign anything
}

// JoinResult is the answer. If Err is not nil, only MemberID counts.
type JoinResult struct {
	Err            error
	Generation     int32
	Kind, Protocol string
	Leader         string
	SkipAssignment bool
	MemberID       string
	Members        []kmsg.JoinGroupResponseMember // for the leader
}

// Join makes somebody a member, or lets a member into the next generation. It returns when that has begun, or with an error when ctx
// ends; the member keeps its place for the time of its session then.
func (c *Coordinator) Join(ctx context.Context, q *JoinRequest) JoinResult {
	answer := make(chan JoinResult, 1)
	c.mu.Lock()
	m := c.join(q, answer)
	c.mu.Unlock()
	r, err := wait(ctx, answer, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if m != nil && m.joining == answer {
			m.joining = nil
			c.touch(m)
		}
	})
	if err != nil {
		return JoinResult{Err: err, MemberID: q.MemberID}
	}
	return r
}

// join answers at once, or returns the member that waits.
func (c *Coordinator) join(q *JoinRequest, answer chan JoinResult) *member {
	g, m, err := c.admit(q)
	if err != nil {
		answer <- JoinResult{Err: err, MemberID: q.MemberID}
		return nil
	}
	switch {
	case m == nil && q.MemberID == "" && q.Instance == "" && q.NeedsID:
		answer <- JoinResult{Err: kerr.MemberIDRequired, MemberID: c.givePending(g, q)}
		return nil
	case m == nil:
		return c.add(g, q, answer)
	case q.MemberID == "":
		return c.replace(g, m, q, answer)
	}
	unchanged := sameProtocols(m.protocols, q.Protocols)
	if unchanged && (g.state == completing || g.state == stable && m.id != g.leader) { // the answer was lost
		m.update(q)
		answer <- c.joined(g, m)
		c.touch(m)
		return nil
	}
	m.update(q)
	c.enter(g, m, answer)
	return m
}

// admit finds the group and the member that asks, nil if it is new, or says why it may not join.
func (c *Coordinator) admit(q *JoinRequest) (g *group, m *member, err error) {
	switch {
	case q.Group == "":
		return nil, nil, kerr.InvalidGroupID
	case q.Session < c.opts.MinSession || q.Session > c.opts.MaxSession:
		return nil, nil, kerr.InvalidSessionTimeout
	}
	if err := allowed(q.Group); err != nil {
		return nil, nil, err
	}
	g = c.groups[q.Group]
	switch {
	case g == nil && q.MemberID != "":
		return nil, nil, kerr.UnknownMemberID
	case g == nil && (q.Kind == "" || len(q.Protocols) == 0):
		return nil, nil, kerr.InconsistentGroupProtocol
	case g == nil:
		return c.create(q.Group), nil, nil
	}
	_, pending := g.pending[q.MemberID]
	switch {
	case q.MemberID == "" && q.Instance != "":
		m = g.static(q.Instance)
	case q.MemberID != "" && !(pending && q.Instance == ""):
		if _, m, err = c.member(q.Group, q.MemberID, q.Instance, false); err != nil {
			return nil, nil, err
		}
	}
	switch {
	case !g.accepts(q.Kind, q.Protocols, m):
		return nil, nil, kerr.InconsistentGroupProtocol
	case m == nil && !pending && len(g.members)+len(g.pending) >= c.opts.MaxMembers:
		return nil, nil, kerr.GroupMaxSizeReached
	}
	return g, m, nil
}

func (c *Coordinator) create(name string) *group {
	g := &group{name: name, pending: map[string]*timer{}, emptySince: time.Now()}
	g.timer.fire = func() { c.timeout(g) }
	c.groups[name] = g
	return g
}

// newID makes an id that nobody can guess.
func newID(q *JoinRequest) string {
	prefix := q.ClientID
	if q.Instance != "" {
		prefix = q.Instance
	}
	return prefix + "-" + rand.Text()
}

// givePending gives out an id, for the time of a session.
func (c *Coordinator) givePending(g *group, q *JoinRequest) string {
	id := newID(q)
	t := &timer{fire: func() { c.forgetPending(g, id) }}
	g.pending[id] = t
	c.set(t, q.Session)
	return id
}

// add makes a new member.
func (c *Coordinator) add(g *group, q *JoinRequest, answer chan JoinResult) *member {
	m := &member{id: q.MemberID, instance: q.Instance}
	if t, ok := g.pending[m.id]; ok {
		c.stop(t)
		delete(g.pending, m.id)
	} else {
		m.id = newID(q)
	}
	c.arm(g, m)
	m.update(q)
	g.members = append(g.members, m)
	g.kind = q.Kind
	g.newcomers = true
	c.enter(g, m, answer)
	return m
}

// arm says what happens at the end of a member's session.
func (c *Coordinator) arm(g *group, m *member) {
	m.expiry.fire = func() {
		c.logger.Info("group member removed: its session has timed out", "group", g.name, "member", m.id)
		c.remove(g, m)
	}
}

func (m *member) update(q *JoinRequest) {
	m.clientID, m.host, m.session, m.rebalance, m.protocols = q.ClientID, q.Host, q.Session, q.Rebalance, q.Protocols
}

// enter lets a member wait for the next generation.
func (c *Coordinator) enter(g *group, m *member, answer chan JoinResult) {
	m.answerJoin(JoinResult{Err: kerr.RebalanceInProgress, MemberID: m.id}) // an older connection
	m.joining = answer
	c.touch(m)
	if g.state == preparing {
		c.tryComplete(g)
	} else {
		c.rebalance(g)
	}
}

// replace gives a static member that has come back a new id, which fences who had the old one. If it wants what it wanted before
// in a stable group it goes on as if it had never been away.
func (c *Coordinator) replace(g *group, m *member, q *JoinRequest, answer chan JoinResult) *member {
	m.dismiss(kerr.FencedInstanceID)
	oldLeader, before := g.leader, m.metadata(g.protocol)
	if m.id == g.leader {
		g.leader = ""
	}
	m.id = newID(q)
	if g.leader == "" && oldLeader != "" {
		g.leader = m.id
	}
	m.update(q)
	if g.state != stable || g.choose() != g.protocol || !sameSubscription(g.kind, before, m.metadata(g.protocol)) {
		c.enter(g, m, answer)
		return m
	}
	m.owesSync = false
	r := c.joined(g, m)
	if q.MaySkip {
		r.SkipAssignment = m.id == g.leader
	} else {
		r.Leader, r.Members = oldLeader, nil
	}
	c.touch(m)
	c.save(g, func(err error) {
		if err != nil {
			r = JoinResult{Err: kerr.CoordinatorNotAvailable, MemberID: q.MemberID}
		}
		answer <- r
	})
	return nil
}
