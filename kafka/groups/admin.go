package groups

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"
)

// Description is what a group looks like.
type Description struct {
	Name           string
	State          string
	Kind, Protocol string
	Members        []MemberDescription
}

// MemberDescription is a member of a group. What it says and has been assigned is only told when the group is stable.
type MemberDescription struct {
	ID, Instance, ClientID, Host string
	Metadata, Assignment         []byte
}

// List returns all groups, without their members, sorted by name: those that have or had members and those that only have offsets.
func (c *Coordinator) List() []Description {
	c.mu.Lock()
	var all []Description
	known := map[string]bool{}
	for name, g := range c.groups {
		known[name] = true
		all = append(all, Description{Name: name, State: g.state.String(), Kind: g.kind})
	}
	c.mu.Unlock()
	for _, name := range c.log.Groups() {
		if !known[name] {
			all = append(all, Description{Name: name, State: empty.String()})
		}
	}
	slices.SortFunc(all, func(a, b Description) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Describe returns a group, or false if there is none.
func (c *Coordinator) Describe(name string) (Description, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.groups[name]
	if g == nil {
		return Description{Name: name, State: empty.String()}, len(c.log.GroupOffsets(name)) > 0
	}
	d := Description{Name: name, State: g.state.String(), Kind: g.kind}
	for _, m := range g.members {
		of := MemberDescription{ID: m.id, Instance: m.instance, ClientID: m.clientID, Host: m.host}
		if g.state == stable {
			of.Metadata, of.Assignment = m.metadata(g.protocol), m.assignment
		}
		d.Members = append(d.Members, of)
	}
	if g.state == stable {
		d.Protocol = g.protocol
	}
	return d, true
}

// Delete deletes a group without members, with its offsets, durable on return.
func (c *Coordinator) Delete(ctx context.Context, name string) error {
	if err := allowed(name); err != nil {
		return err
	}
	forgotten := make(chan error, 1)
	c.mu.Lock()
	g := c.groups[name]
	if g != nil && g.state != empty {
		c.mu.Unlock()
		return kerr.NonEmptyGroup
	}
	if g != nil {
		for _, t := range g.pending {
			c.stop(t)
		}
		delete(c.groups, name)
		c.save(g, func(err error) { forgotten <- err })
	} else {
		forgotten <- nil
	}
	c.mu.Unlock()
	if g == nil && len(c.log.GroupOffsets(name)) == 0 {
		return kerr.GroupIDNotFound
	}
	saved, err := wait(ctx, forgotten, func() {})
	if err := cmp.Or(saved, err); err != nil {
		return err
	}
	return c.log.DeleteGroup(ctx, name)
}

// Subscribed returns the topics whose offsets may not be deleted since members read them. It fails if there is no such group, or
// if it has members and nobody knows what they read.
func (c *Coordinator) Subscribed(name string) (map[string]bool, error) {
	if err := allowed(name); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.groups[name]
	switch {
	case g == nil && len(c.log.GroupOffsets(name)) == 0:
		return nil, kerr.GroupIDNotFound
	case g == nil || g.state == empty:
		return nil, nil
	}
	topics, known := g.subscriptions()
	if !known {
		return nil, kerr.NonEmptyGroup
	}
	return topics, nil
}
