package registry

import (
	"context"
	"encoding/json"
	"fmt"
)

// Store keeps the changes of a registry.
type Store interface {
	// Append makes an entry durable behind all before it. The key is the same for
	// entries of which only the last counts.
	Append(ctx context.Context, key, entry []byte) error
}

// change is one entry of the store; one of its fields is set.
type change struct {
	Version *Version `json:"schema,omitempty"`
	Delete  string   `json:"delete,omitempty"`
	Setting *setting `json:"setting,omitempty"`
}

// setting is the configuration of a subject, or the general one when Subject is
// empty. Fields that are empty stay as they are.
type setting struct {
	Subject string `json:"subject,omitempty"`
	Level   Level  `json:"compatibility,omitempty"`
	Mode    Mode   `json:"mode,omitempty"`
}

func (c *change) key() string {
	switch {
	case c.Version != nil:
		return fmt.Sprintf("schema %s %d", c.Version.Subject, c.Version.Version)
	case c.Setting != nil && c.Setting.Level != "":
		return "compatibility " + c.Setting.Subject
	case c.Setting != nil:
		return "mode " + c.Setting.Subject
	}
	return "delete " + c.Delete
}

// commit stores a change and applies it. The caller holds writing.
func (r *Registry) commit(ctx context.Context, c change) error {
	if r.store != nil {
		entry, err := json.Marshal(c)
		if err != nil {
			return fmt.Errorf("registry: %w", err)
		}
		if err := r.store.Append(ctx, []byte(c.key()), entry); err != nil {
			return fmt.Errorf("registry: %w", err)
		}
	}
	r.apply(&c)
	return nil
}

// Replay applies an entry that the store has kept. It is called for all of them
// in order, before the registry is used.
func (r *Registry) Replay(entry []byte) error {
	var c change
	if err := json.Unmarshal(entry, &c); err != nil {
		return fmt.Errorf("registry: entry: %w", err)
	}
	if c.Version == nil && c.Delete == "" && c.Setting == nil {
		return fmt.Errorf("registry: entry %.40q says nothing that is known here", entry)
	}
	r.apply(&c)
	return nil
}

func (r *Registry) apply(c *change) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case c.Version != nil:
		v := *c.Version
		s := r.subject(v.Subject)
		s.versions = append(s.versions, v)
		r.byID[v.ID] = v.Schema
		if _, ok := r.ids[v.identity()]; !ok {
			r.ids[v.identity()] = v.ID
		}
		r.nextID = max(r.nextID, v.ID+1)
	case c.Delete != "":
		s := r.subject(c.Delete)
		if n := len(s.versions); n > 0 {
			s.deleted = s.versions[n-1].Version
		}
		s.versions = nil
	default:
		r.set(c.Setting)
	}
}

func (r *Registry) set(s *setting) {
	level, mode := &r.level, &r.mode
	if s.Subject != "" {
		sub := r.subject(s.Subject)
		level, mode = &sub.level, &sub.mode
	}
	if s.Level != "" {
		*level = s.Level
	}
	if s.Mode != "" {
		*mode = s.Mode
	}
}

func (r *Registry) subject(name string) *subject {
	s := r.subjects[name]
	if s == nil {
		s = &subject{}
		r.subjects[name] = s
	}
	return s
}
