package leat

import (
	"errors"
	"fmt"
	"maps"
	"sort"
	"strings"
	"sync"

	"github.com/leatdb/leat/parser"
)

// Session is one conversation with a database: property overrides (SET) and
// variables (DEFINE) that the statements of others do not see. It is safe for
// concurrent use. It holds no resources, so there is nothing to close.
type Session struct {
	db *DB

	mu        sync.Mutex
	overrides map[string]string
	variables map[string]string // Keys upper-cased.
	fixed     bool              // See ReadOnly.
	access    Access
	token     string // See Continue.
}

// Continue lets the push queries of the session go on where another one was that gave
// the token: see Rows.Token.
func (s *Session) Continue(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = token
}

// Access is what the statements of a session may do.
type Access int

// The kinds of access, each less than the one before.
const (
	AccessAll     Access = iota // Everything.
	AccessInserts               // Ask, and insert rows.
	AccessQueries               // Ask: SELECT, PRINT, SHOW, DESCRIBE, EXPLAIN, and what concerns the session only.
)

// Limit lets the session do no more than access allows; other statements fail with
// ErrForbidden.
func (s *Session) Limit(access Access) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.access = access
}

// NewSession starts a session with the database's defaults.
func (db *DB) NewSession() *Session {
	return &Session{db: db, overrides: map[string]string{}, variables: map[string]string{}}
}

// ReadOnly makes the session refuse statements that change what there is or write
// rows: those of a server that does what a file says.
func (s *Session) ReadOnly() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fixed = true
}

// refuses returns why the session does not do a statement, or nil.
func (s *Session) refuses(stmt parser.Statement) error {
	if _, inserts := stmt.(*parser.InsertValues); inserts {
		if err := s.refusesInserts(); errors.Is(err, errFixed) {
			return misplaced(stmt, errFixed.Error(), changeFile)
		} else if err != nil {
			return err
		}
	}
	if !changesCatalog(stmt) {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.access != AccessAll:
		return fmt.Errorf("%w: %s needs the role admin", ErrForbidden, firstWords(stmt.Text()))
	case s.fixed:
		return misplaced(stmt, errFixed.Error(), changeFile)
	}
	return nil
}

// errFixed refuses what ReadOnly sessions do not do; changeFile tells what to do
// instead.
var errFixed = errors.New("this server does what its queries file says, and can be asked only")

const changeFile = "change the file and start the server again"

// refusesInserts returns why the session inserts no rows, or nil.
func (s *Session) refusesInserts() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.access == AccessQueries:
		return fmt.Errorf("%w: inserting rows needs the role write", ErrForbidden)
	case s.fixed:
		return errFixed
	}
	return nil
}

// Set overrides a property, as SET 'name'='value' does.
func (s *Session) Set(name, value string) error {
	name = canonicalProperty(name)
	if err := checkProperty(name, value); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
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
	if v, ok := s.effective()[name]; ok {
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

// State returns what SET and DEFINE have left in the session, properties and
// variables, for those who go on with it in another one.
func (s *Session) State() (properties, variables map[string]string) { return s.snapshot() }

// snapshot returns copies of the overrides and variables.
func (s *Session) snapshot() (overrides, variables map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.overrides), maps.Clone(s.variables)
}

// effective returns the overrides of the session over those of the server: what
// a statement is planned with, and what a query keeps. The commit interval that
// the database was opened with is not among them, so that a query follows it
// when the database is opened with another.
func (s *Session) effective() map[string]string {
	overrides, _ := s.snapshot()
	all := maps.Clone(s.db.opts.properties)
	delete(all, "commit.interval.ms")
	maps.Copy(all, s.db.catalog.Load().Properties())
	maps.Copy(all, overrides)
	return all
}

// serverProperties returns what the database was opened with, and over that what
// ALTER SYSTEM has set since.
func (db *DB) serverProperties() map[string]string {
	all := maps.Clone(db.opts.properties)
	maps.Copy(all, db.catalog.Load().Properties())
	return all
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
