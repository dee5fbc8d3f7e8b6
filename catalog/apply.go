package catalog

import (
	"fmt"
	"maps"
)

// Apply returns the snapshot after the command; s stays as it was. An error
// means that the command contradicts the catalogue: the planner refuses such
// statements, so it is met only when two commands were planned against the same
// snapshot, or when the command log is damaged.
func (s *Snapshot) Apply(c *Command) (*Snapshot, error) {
	next := *s
	if err := next.apply(c); err != nil {
		return nil, fmt.Errorf("catalog: %s: %w", c.Kind, err)
	}
	return &next, nil
}

func (s *Snapshot) apply(c *Command) error {
	switch c.Kind {
	case CreateSource:
		return s.createSource(c)
	case InsertQuery:
		return s.insertQuery(c)
	case AlterSource:
		return s.alterSource(c)
	case DropSource:
		return each(c.Names, s.dropSource)
	case CreateType:
		return s.createType(c)
	case DropType:
		return each(c.Names, s.dropType)
	case Terminate:
		return each(c.Names, s.terminate)
	case Pause:
		return each(c.Names, func(id string) error { return s.setPaused(id, true) })
	case Resume:
		return each(c.Names, func(id string) error { return s.setPaused(id, false) })
	case SetProperties:
		s.setProperties(c.Properties)
		return nil
	}
	return fmt.Errorf("unknown kind of command %q", c.Kind)
}

func each(names []string, do func(string) error) error {
	for _, name := range names {
		if err := do(name); err != nil {
			return err
		}
	}
	return nil
}

func (s *Snapshot) createSource(c *Command) error {
	if c.Source == nil {
		return fmt.Errorf("the definition is missing")
	}
	name := c.Source.Name
	old := s.Source(name)
	switch {
	case old != nil && !c.Replace:
		return fmt.Errorf("%s %s exists already", old.Relation, name)
	case old != nil && old.Relation != c.Source.Relation:
		return fmt.Errorf("%s is a %s and cannot be replaced by a %s", name, old.Relation, c.Source.Relation)
	case old != nil && old.QueryID != "" && (c.Query == nil || c.Query.ID != old.QueryID):
		s.queries = s.queries.without(old.QueryID)
	}
	s.sources = s.sources.with(name, c.Source)
	if c.Query == nil {
		return nil
	}
	q := c.Query
	if running := s.Query(q.ID); running != nil && (old == nil || old.QueryID != q.ID) {
		return fmt.Errorf("a query %s exists already", q.ID)
	}
	if err := s.checkReads(q); err != nil {
		return err
	}
	s.queries = s.queries.with(q.ID, q)
	return nil
}

func (s *Snapshot) insertQuery(c *Command) error {
	q := c.Query
	if q == nil {
		return fmt.Errorf("the query is missing")
	}
	if s.Query(q.ID) != nil {
		return fmt.Errorf("a query %s exists already", q.ID)
	}
	if err := s.checkReads(q); err != nil {
		return err
	}
	s.queries = s.queries.with(q.ID, q)
	return nil
}

func (s *Snapshot) alterSource(c *Command) error {
	if c.Source == nil {
		return fmt.Errorf("the definition is missing")
	}
	if s.Source(c.Source.Name) == nil {
		return fmt.Errorf("%s does not exist", c.Source.Name)
	}
	s.sources = s.sources.with(c.Source.Name, c.Source)
	return nil
}

func (s *Snapshot) dropSource(name string) error {
	src := s.Source(name)
	if src == nil {
		return fmt.Errorf("%s does not exist", name)
	}
	if b := s.DropBlockers(name); b.Any() {
		return fmt.Errorf("%s is in use: %s", name, b)
	}
	s.sources = s.sources.without(name)
	if src.QueryID != "" {
		s.queries = s.queries.without(src.QueryID)
	}
	return nil
}

func (s *Snapshot) createType(c *Command) error {
	if c.Type == nil || c.Type.Type == nil {
		return fmt.Errorf("the type is missing")
	}
	if s.Type(c.Type.Name) != nil {
		return fmt.Errorf("type %s exists already", c.Type.Name)
	}
	s.types = s.types.with(c.Type.Name, c.Type)
	return nil
}

func (s *Snapshot) dropType(name string) error {
	if s.Type(name) == nil {
		return fmt.Errorf("type %s does not exist", name)
	}
	s.types = s.types.without(name)
	return nil
}

func (s *Snapshot) terminate(id string) error {
	if s.Query(id) == nil {
		return fmt.Errorf("query %s does not exist", id)
	}
	s.queries = s.queries.without(id)
	return nil
}

func (s *Snapshot) setPaused(id string, paused bool) error {
	q := s.Query(id)
	if q == nil {
		return fmt.Errorf("query %s does not exist", id)
	}
	changed := *q
	changed.Paused = paused
	s.queries = s.queries.with(id, &changed)
	return nil
}

func (s *Snapshot) setProperties(changes map[string]string) {
	next := maps.Clone(s.properties)
	if next == nil {
		next = map[string]string{}
	}
	for name, value := range changes {
		if value == "" {
			delete(next, name)
			continue
		}
		next[name] = value
	}
	s.properties = next
}
