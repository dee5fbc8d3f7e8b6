package exec

import (
	"time"

	"github.com/leatdb/leat/log"
)

// commit is a log group on its way: output, positions and state changes of what
// a task has done since its last commit. It is in use until the log calls back.
type commit struct {
	task   *task
	group  log.Group
	inputs []*input // Of group.Offsets.
	began  time.Time
}

// commitBytes bounds what a task leaves uncommitted.
const commitBytes = 8 << 20

// commitDue tells whether uncommitted work has become too old or too much.
func (t *task) commitDue() bool {
	if !t.dirty {
		return false
	}
	return time.Since(t.dirtySince) >= t.query.commitInterval || t.chain.dirtyBytes() >= commitBytes
}

// commit hands everything since the last commit to the log. It returns false,
// without an error, when too many commits are in flight: the next one to become
// durable wakes the task.
func (t *task) commit() (bool, error) {
	if t.inflight.Load() >= maxInflight {
		return false, nil
	}
	t.chain.flush()
	if t.chain.err != nil {
		return false, t.chain.err
	}
	if t.results != nil { // All there is to commit is with the client.
		t.chain.trim()
		t.dirty = false
		return true, nil
	}
	c, err := t.newCommit()
	if err != nil {
		return false, err
	}
	t.dirty = false
	t.count.commits.Add(1)
	t.inflight.Add(1)
	t.rt.opts.Log.Commit(&c.group, c.durable)
	t.chain.taken()
	if err := t.refused.Swap(nil); err != nil {
		// The next group must not follow a refused one, which is missing.
		return false, *err
	}
	return true, nil
}

// newCommit gathers the group.
func (t *task) newCommit() (*commit, error) {
	c := &commit{task: t, began: time.Now()}
	c.group.Writes = t.chain.writes(nil)
	for _, in := range t.inputs {
		if pos := in.pos.Load(); pos != in.committed {
			c.group.Offsets = append(c.group.Offsets, log.GroupOffset{Group: in.group, Topic: in.topic, Partition: in.partition, Offset: pos})
			c.inputs = append(c.inputs, in)
			in.committed = pos
		}
	}
	deltas, err := t.chain.deltas()
	c.group.Deltas = deltas
	return c, err
}

// durable is called by the log, in the order of the commits, when the group is
// on disk or refused. It must be quick: it runs between two writes of the log.
func (c *commit) durable(lsn log.LSN, err error) {
	t := c.task
	if err != nil {
		t.refused.CompareAndSwap(nil, &err)
	} else {
		for _, d := range c.group.Deltas {
			t.rt.opts.State.Committed(uint64(lsn), d.Store, d.Data)
		}
		for i, in := range c.inputs {
			in.durable.Store(c.group.Offsets[i].Offset)
		}
		t.count.commitLatency.observe(time.Since(c.began))
	}
	t.inflight.Add(-1)
	t.wake()
	t.query.wakeStarved()
}

// commitPoint brings the task to where all it has done is durable. It returns
// false while that is under way.
func (t *task) commitPoint() (bool, error) {
	if t.dirty && t.results == nil {
		if done, err := t.commit(); !done {
			return false, err
		}
	}
	return t.inflight.Load() == 0, nil
}
