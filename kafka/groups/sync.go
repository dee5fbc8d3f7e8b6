package groups

import (
	"context"

	"github.com/twmb/franz-go/pkg/kerr"
)

// SyncRequest asks for the assignment of a member; the leader brings everybody's, which the coordinator keeps.
type SyncRequest struct {
	Group, MemberID, Instance string
	Generation                int32
	Kind, Protocol            string // "": not said
	Assignments               map[string][]byte
}

// SyncResult is the answer. If Err is not nil nothing else counts.
type SyncResult struct {
	Err            error
	Kind, Protocol string
	Assignment     []byte
}

// Sync waits until the leader has assigned, and that is durable, or until ctx ends.
func (c *Coordinator) Sync(ctx context.Context, q *SyncRequest) SyncResult {
	answer := make(chan SyncResult, 1)
	c.mu.Lock()
	m := c.sync(q, answer)
	c.mu.Unlock()
	r, err := wait(ctx, answer, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if m != nil && m.syncing == answer {
			m.syncing = nil
			c.touch(m)
		}
	})
	if err != nil {
		return SyncResult{Err: err}
	}
	return r
}

// sync answers at once, or returns the member that waits.
func (c *Coordinator) sync(q *SyncRequest, answer chan SyncResult) *member {
	g, m, err := c.member(q.Group, q.MemberID, q.Instance, false)
	if err == nil {
		switch {
		case g.generation != q.Generation:
			err = kerr.IllegalGeneration
		case g.state == preparing:
			err = kerr.RebalanceInProgress
		case q.Kind != "" && q.Kind != g.kind, q.Protocol != "" && q.Protocol != g.protocol:
			err = kerr.InconsistentGroupProtocol
		}
	}
	if err != nil {
		answer <- SyncResult{Err: err}
		return nil
	}
	m.owesSync = false
	if g.state == stable {
		c.touch(m)
		answer <- g.synced(m)
		return nil
	}
	m.answerSync(SyncResult{Err: kerr.RebalanceInProgress}) // an older connection
	m.syncing = answer
	c.touch(m)
	if m.id == g.leader && !g.assigning {
		c.assign(g, q.Assignments)
	}
	return m
}

func (g *group) synced(m *member) SyncResult {
	return SyncResult{Kind: g.kind, Protocol: g.protocol, Assignment: m.assignment}
}

// assign makes an assignment durable and then tells everybody.
func (c *Coordinator) assign(g *group, assignments map[string][]byte) {
	g.assigning = true
	for _, m := range g.members {
		m.assignment = assignments[m.id]
	}
	generation := g.generation
	c.save(g, func(err error) {
		if g.generation != generation || g.state != completing {
			return // everybody was told to join again
		}
		g.assigning = false
		if err != nil {
			c.logger.Error("assignment of a group is not saved", "group", g.name, "err", err)
			c.rebalance(g)
			return
		}
		g.state = stable
		for _, m := range g.members {
			if m.syncing != nil {
				m.answerSync(g.synced(m))
				c.touch(m)
			}
		}
	})
}
