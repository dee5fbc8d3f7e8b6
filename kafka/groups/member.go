package groups

import (
	"github.com/twmb/franz-go/pkg/kerr"
)

// Heartbeat says that a member is alive, and lets it know whether it has to join again.
func (c *Coordinator) Heartbeat(name, id, instance string, generation int32) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	g, m, err := c.member(name, id, instance, false)
	switch {
	case err != nil:
		return err
	case g.generation != generation:
		return kerr.IllegalGeneration
	}
	c.touch(m)
	if g.state == preparing {
		return kerr.RebalanceInProgress
	}
	return nil
}

// Leave ends the membership of a member. A static one may be named by its instance id alone.
func (c *Coordinator) Leave(name, id, instance string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if g := c.groups[name]; g != nil && instance == "" {
		if _, ok := g.pending[id]; ok {
			c.forgetPending(g, id)
			return nil
		}
	}
	g, m, err := c.member(name, id, instance, true)
	if err != nil {
		return err
	}
	c.logger.Debug("group member leaves", "group", name, "member", m.id)
	c.remove(g, m)
	return nil
}

// Commit is who commits offsets.
type Commit struct {
	Group, MemberID, Instance string
	Generation                int32 // below 0: nobody in particular
	Transactional             bool  // TxnOffsetCommit, whose offsets become the group's later
}

// BeginCommit says whether somebody may commit offsets of a group. If it may, end must be called when the log has them, or has refused them:
// the next generation begins only then.
func (c *Coordinator) BeginCommit(q Commit) (end func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if q.Group == "" {
		return nil, kerr.InvalidGroupID
	}
	if err := allowed(q.Group); err != nil {
		return nil, err
	}
	g := c.groups[q.Group]
	anybody := q.Generation < 0 && q.MemberID == "" && q.Instance == ""
	switch {
	case g == nil && q.Generation < 0:
		return func() {}, nil // its offsets are all there is of such a group
	case g == nil:
		return nil, kerr.IllegalGeneration
	case q.Generation < 0 && g.state == empty, anybody && q.Transactional:
	case anybody:
		return nil, kerr.UnknownMemberID
	default:
		if err := c.commitBy(g, &q); err != nil {
			return nil, err
		}
	}
	g.commits++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		g.commits--
		c.tryComplete(g)
	}, nil
}

// commitBy checks a commit of a member, which counts as a heartbeat.
func (c *Coordinator) commitBy(g *group, q *Commit) error {
	_, m, err := c.member(q.Group, q.MemberID, q.Instance, false)
	switch {
	case err != nil:
		return err
	case q.Generation != g.generation && !(q.Transactional && q.Generation < 0):
		return kerr.IllegalGeneration
	case g.state == completing && !q.Transactional:
		return kerr.RebalanceInProgress // it has joined, so it knows
	}
	c.touch(m)
	return nil
}
