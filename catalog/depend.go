package catalog

import (
	"fmt"
	"strings"
)

// Blockers are what keeps a source from being dropped.
type Blockers struct {
	Dependents []string // Sources created from it; to be dropped first.
	Readers    []string // INSERT INTO queries that read it; to be terminated first.
	Writers    []string // INSERT INTO queries that write into it.
}

// Any tells whether there is anything in the way.
func (b Blockers) Any() bool {
	return len(b.Dependents)+len(b.Readers)+len(b.Writers) > 0
}

func (b Blockers) String() string {
	var parts []string
	if len(b.Dependents) > 0 {
		parts = append(parts, "created from it: "+strings.Join(b.Dependents, ", "))
	}
	if len(b.Readers) > 0 {
		parts = append(parts, "queries that read it: "+strings.Join(b.Readers, ", "))
	}
	if len(b.Writers) > 0 {
		parts = append(parts, "queries that write into it: "+strings.Join(b.Writers, ", "))
	}
	return strings.Join(parts, "; ")
}

// DropBlockers lists what keeps the source from being dropped. The query that
// created the source is not in the way: it is terminated with the drop. The
// queries of dependents are not listed; they go with the dependents.
func (s *Snapshot) DropBlockers(source string) Blockers {
	b := Blockers{Dependents: s.Dependents(source)}
	for _, q := range s.Readers(source) {
		if q.Kind == InsertInto {
			b.Readers = append(b.Readers, q.ID)
		}
	}
	for _, q := range s.Writers(source) {
		if q.Kind == InsertInto {
			b.Writers = append(b.Writers, q.ID)
		}
	}
	return b
}

// checkReads holds that a query reads sources that exist, and writes into one.
func (s *Snapshot) checkReads(q *Query) error {
	if q.Plan == nil {
		return fmt.Errorf("query %s has no plan", q.ID)
	}
	for _, name := range q.Sources {
		if s.Source(name) == nil {
			return fmt.Errorf("query %s reads %s, which does not exist", q.ID, name)
		}
	}
	if q.Sink != "" && s.Source(q.Sink) == nil {
		return fmt.Errorf("query %s writes into %s, which does not exist", q.ID, q.Sink)
	}
	return nil
}
