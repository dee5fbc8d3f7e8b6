package groups

import (
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
)

// rebalance begins a round of joining. Members learn about it by their heartbeats.
func (c *Coordinator) rebalance(g *group) {
	if g.state == completing {
		for _, m := range g.members {
			m.assignment = nil
			m.answerSync(SyncResult{Err: kerr.RebalanceInProgress})
			c.touch(m)
		}
	}
	g.gathering = g.state == empty && c.opts.InitialDelay > 0
	g.state, g.due, g.assigning = preparing, false, false
	limit := g.rebalanceTimeout()
	if g.gathering {
		delay := min(c.opts.InitialDelay, limit)
		g.newcomers, g.grace, limit = false, limit-delay, delay
	}
	c.set(&g.timer, limit)
	c.tryComplete(g)
}

// timeout is what the timer of a group does.
func (c *Coordinator) timeout(g *group) {
	switch g.state {
	case preparing:
		if g.gathering && g.newcomers && g.grace > 0 {
			delay := min(c.opts.InitialDelay, g.grace)
			g.newcomers = false
			g.grace -= delay
			c.set(&g.timer, delay)
			return
		}
		g.due, g.gathering = true, false
		c.tryComplete(g)
	case completing, stable:
		var late []*member
		for _, m := range g.members {
			if m.owesSync {
				late = append(late, m)
			}
		}
		for _, m := range late {
			c.logger.Info("group member removed: it has not asked for its assignment", "group", g.name, "member", m.id)
			c.drop(g, m)
		}
		if len(late) > 0 {
			c.rebalance(g)
		}
	}
}

// tryComplete ends the round of joining if everybody is there, or the time is over. Commits of the old generation come first, so that they
// cannot overwrite those of the new one.
func (c *Coordinator) tryComplete(g *group) {
	if g.state != preparing || g.commits > 0 {
		return
	}
	absent := func(m *member) bool { return m.joining == nil }
	if len(g.members) > 0 && !g.due && (g.gathering || len(g.pending) > 0 || slices.ContainsFunc(g.members, absent)) {
		return
	}
	for _, m := range slices.Clone(g.members) {
		if absent(m) && m.instance == "" {
			c.logger.Info("group member removed: it has not joined in time", "group", g.name, "member", m.id)
			c.drop(g, m)
		}
	}
	switch first := slices.IndexFunc(g.members, func(m *member) bool { return m.joining != nil }); {
	case len(g.members) == 0:
		c.becomeEmpty(g)
	case first < 0: // Static members that are all away: who comes first leads.
		g.due = false
		c.set(&g.timer, g.rebalanceTimeout())
	default:
		if leader := g.find(g.leader); leader == nil || absent(leader) {
			g.leader = g.members[first].id
		}
		c.nextGeneration(g)
	}
}

func (c *Coordinator) becomeEmpty(g *group) {
	c.stop(&g.timer)
	g.state, g.protocol, g.leader, g.gathering = empty, "", "", false
	g.generation++
	g.emptySince = time.Now()
	c.save(g, nil)
}

// nextGeneration answers all who have joined.
func (c *Coordinator) nextGeneration(g *group) {
	g.state, g.protocol, g.gathering = completing, g.choose(), false
	g.generation++
	for _, m := range g.members {
		m.assignment, m.owesSync = nil, m.joining != nil
		m.answerJoin(c.joined(g, m))
		if m.owesSync {
			c.touch(m)
		}
	}
	c.set(&g.timer, g.rebalanceTimeout())
	c.logger.Debug("group has a new generation", "group", g.name, "generation", g.generation, "members", len(g.members), "protocol", g.protocol)
}

// joined is what a member of the present generation is told.
func (c *Coordinator) joined(g *group, m *member) JoinResult {
	r := JoinResult{Generation: g.generation, Kind: g.kind, Protocol: g.protocol, Leader: g.leader, MemberID: m.id}
	if m.id == g.leader {
		r.Members = g.describe()
	}
	return r
}

// drop takes a member out of its group, which has to rebalance then.
func (c *Coordinator) drop(g *group, m *member) {
	c.stop(&m.expiry)
	m.dismiss(kerr.UnknownMemberID)
	g.members = slices.DeleteFunc(g.members, func(x *member) bool { return x == m })
	if g.leader == m.id {
		g.leader = ""
	}
}

// remove takes a member out of its group and lets the others share what it had.
func (c *Coordinator) remove(g *group, m *member) {
	c.drop(g, m)
	if g.state == preparing {
		c.tryComplete(g)
	} else {
		c.rebalance(g)
	}
}

// forgetPending takes back an id that was given out.
func (c *Coordinator) forgetPending(g *group, id string) {
	c.stop(g.pending[id])
	delete(g.pending, id)
	c.tryComplete(g)
	c.forgetUnused(g)
}

// forgetUnused drops a group that nobody has joined yet.
func (c *Coordinator) forgetUnused(g *group) {
	if g.state == empty && len(g.pending) == 0 && g.generation == 0 && g.commits == 0 {
		delete(c.groups, g.name)
	}
}
