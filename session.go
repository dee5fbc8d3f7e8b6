package leat

import (
	"fmt"
	"maps"
	"sort"
	"strings"
	"sync"
)

// Session is one conversation with a database: property overrides (SET) and
// variables (DEFINE) that the statements of others do not see. It is safe for
// concurrent use. It holds no resources, so there is nothing to close.
type Session struct {
	db *DB

	mu        sync.Mutex
	overrides map[string]string
	variables map[string]string // Keys upper-cased.
}

// NewSession starts a session with the database's defaults.
func (db *DB) NewSession() *Session {
	return &Session{db: db, overrides: maps.Clone(db.opts.properties), variables: map[string]string{}}
}

// Set overrides a property, as SET 'name'='value' does.
func (s *Session) Set(name, value string) error {
	name = canonicalProperty(name)
	if err := checkProperty(name, value); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.overrides == nil {
		s.overrides = map[string]string{}
	}
	s.overrides[name] = value
	return nil
}

// Unset removes an override; it returns the value it had, and whether there was
// one.
func (s *Session) Unset(name string) (string, bool) {
	name = canonicalProperty(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	old, ok := s.overrides[name]
	delete(s.overrides, name)
	return old, ok
}

// Get returns the value of a property in this session.
func (s *Session) Get(name string) string {
	name = canonicalProperty(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.overrides[name]; ok {
		return v
	}
	if p := findProperty(name); p != nil {
		return p.value
	}
	return ""
}

// Define sets a variable for ${name} in later statements.
func (s *Session) Define(name, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.variables[strings.ToUpper(name)] = value
}

// Undefine removes a variable and tells whether it was there.
func (s *Session) Undefine(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.variables[strings.ToUpper(name)]
	delete(s.variables, strings.ToUpper(name))
	return ok
}

// snapshot returns copies of the overrides and variables.
func (s *Session) snapshot() (overrides, variables map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.overrides), maps.Clone(s.variables)
}

func (s *Session) listVariables() []Variable {
	_, variables := s.snapshot()
	out := []Variable{}
	for name, value := range variables {
		out = append(out, Variable{name, value})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// CheckProperty tells whether a property of that name exists.
func CheckProperty(name string) error {
	name = canonicalProperty(name)
	if p := findProperty(name); p != nil {
		return nil
	}
	if err := checkProperty(name, ""); err != nil {
		return fmt.Errorf("%w", err)
	}
	return nil
}
