package groups

import (
	"context"
	"encoding/json"
	"time"

	"github.com/leatdb/leat/log"
)

// propertyPrefix begins the keys of the properties that groups are saved as; their names follow.
const propertyPrefix = "kafka/group/"

// saved is the value of such a property, as JSON.
type saved struct {
	Generation int32         `json:"generation"`
	Kind       string        `json:"kind,omitempty"`
	Protocol   string        `json:"protocol,omitempty"`
	Leader     string        `json:"leader,omitempty"`
	EmptySince int64         `json:"emptySince,omitempty"` // wall time in milliseconds, of a group without members
	Members    []savedMember `json:"members,omitempty"`

	// Rebalancing says that the assignments of this generation are not known: a rebalance had begun when the group was saved.
	Rebalancing bool `json:"rebalancing,omitempty"`
}

type savedMember struct {
	ID              string     `json:"id"`
	Instance        string     `json:"instance,omitempty"`
	ClientID        string     `json:"clientId,omitempty"`
	Host            string     `json:"host,omitempty"`
	SessionMillis   int64      `json:"sessionMillis"`
	RebalanceMillis int64      `json:"rebalanceMillis"`
	Protocols       []Protocol `json:"protocols"`
	Assignment      []byte     `json:"assignment,omitempty"`
}

// save is a group that waits to be saved, and what is to be done then, under the lock.
type save struct {
	g    *group
	done func(error) // or nil
}

// save makes a group durable as it is when the keeper gets to it, or its absence.
func (c *Coordinator) save(g *group, done func(error)) {
	c.saving = append(c.saving, save{g, done})
	wake(c.unsaved)
}

// keep saves groups and expires offsets until the coordinator is closed.
func (c *Coordinator) keep() {
	check := time.NewTicker(c.opts.CheckInterval)
	defer check.Stop()
	for {
		select {
		case <-c.ctx.Done():
			c.saveAll() // what became empty just now
			return
		case <-c.unsaved:
			c.saveAll()
		case <-check.C:
			if err := c.expire(c.ctx); err != nil {
				c.logger.Error("offsets of groups do not expire", "err", err)
			}
		}
	}
}

// saveAll saves all groups that wait for it, together. Close lets it end: what has begun is not given up.
func (c *Coordinator) saveAll() {
	c.mu.Lock()
	saving := c.saving
	c.saving = nil
	var properties []log.Property
	for i, s := range saving {
		if i > 0 && saving[i-1].g == s.g {
			continue
		}
		now := c.groups[s.g.name]
		switch {
		case now == s.g:
			now.durable = true
			properties = append(properties, log.Property{Key: propertyPrefix + now.name, Value: now.encode()})
		case now == nil || !now.durable: // deleted
			properties = append(properties, log.Property{Key: propertyPrefix + s.g.name})
		}
	}
	c.mu.Unlock()
	var err error
	if len(properties) > 0 {
		if err = c.log.SetProperties(context.Background(), properties...); err != nil {
			c.logger.Error("groups are not saved", "err", err)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range saving {
		if s.done != nil {
			s.done(err)
		}
	}
}

func (g *group) encode() []byte {
	v := saved{Generation: g.generation, Kind: g.kind, Protocol: g.protocol, Leader: g.leader}
	switch g.state {
	case empty:
		v.EmptySince = g.emptySince.UnixMilli()
	case preparing, completing:
		v.Rebalancing = !g.assigning
	}
	for _, m := range g.members {
		v.Members = append(v.Members, savedMember{
			ID: m.id, Instance: m.instance, ClientID: m.clientID, Host: m.host, Protocols: m.protocols, Assignment: m.assignment,
			SessionMillis: m.session.Milliseconds(), RebalanceMillis: m.rebalance.Milliseconds(),
		})
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings, numbers and bytes
	}
	return b
}

// load makes the groups that were saved. Sessions begin now, and so does a rebalance that was under way.
func (c *Coordinator) load() {
	for _, p := range c.log.Properties(propertyPrefix) {
		var v saved
		if err := json.Unmarshal(p.Value, &v); err != nil {
			c.logger.Error("a group cannot be loaded: its members have to join again", "property", p.Key, "err", err)
			continue
		}
		g := c.create(p.Key[len(propertyPrefix):])
		g.generation, g.kind, g.protocol, g.leader, g.durable = v.Generation, v.Kind, v.Protocol, v.Leader, true
		g.emptySince = time.UnixMilli(v.EmptySince)
		for _, s := range v.Members {
			m := &member{
				id: s.ID, instance: s.Instance, clientID: s.ClientID, host: s.Host, protocols: s.Protocols, assignment: s.Assignment,
				session: time.Duration(s.SessionMillis) * time.Millisecond, rebalance: time.Duration(s.RebalanceMillis) * time.Millisecond,
			}
			c.arm(g, m)
			c.touch(m)
			g.members = append(g.members, m)
			g.state = stable
		}
		if v.Rebalancing && g.state == stable {
			c.rebalance(g)
		}
	}
}

// expire forgets offsets that nobody has committed for the time of the retention, in groups that had no members for as long, and
// groups that have neither members nor offsets.
func (c *Coordinator) expire(ctx context.Context) error {
	limit := time.Now().Add(-c.opts.Retention)
	_, err := c.log.ExpireOffsets(ctx, func(name string) int64 {
		c.mu.Lock()
		defer c.mu.Unlock()
		if g := c.groups[name]; g != nil && (g.state != empty || g.emptySince.After(limit)) {
			return 0
		}
		return limit.UnixMilli()
	})
	if err != nil {
		return err
	}
	kept := map[string]bool{}
	for _, name := range c.log.Groups() {
		kept[name] = true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, g := range c.groups {
		if g.state == empty && len(g.pending) == 0 && g.commits == 0 && !kept[name] {
			delete(c.groups, name)
			c.save(g, nil)
		}
	}
	return nil
}
