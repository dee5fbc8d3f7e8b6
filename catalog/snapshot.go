package catalog

import (
	"maps"
	"slices"

	"github.com/leatdb/leat/planner/plan"
)

// Snapshot is the catalogue at one moment. It never changes and may be used by
// several goroutines.
type Snapshot struct {
	sources    index[*Source]
	types      index[*Type]
	queries    index[*Query]
	properties map[string]string
}

// Empty returns the catalogue before the first command.
func Empty() *Snapshot { return &Snapshot{} }

// Source returns the named stream or table, or nil.
func (s *Snapshot) Source(name string) *Source {
	src, _ := s.sources.get(name)
	return src
}

// Sources returns all streams and tables in order of their names.
func (s *Snapshot) Sources() []*Source { return s.sources.values() }

// SourceNames returns the names of all streams and tables in order.
func (s *Snapshot) SourceNames() []string { return s.sources.names() }

// OfRelation returns the streams, or the tables, in order of their names.
func (s *Snapshot) OfRelation(r plan.Relation) []*Source {
	return s.sources.where(func(v *Source) bool { return v.Relation == r })
}

// OnTopic returns the sources over a topic in order of their names.
func (s *Snapshot) OnTopic(topic string) []*Source {
	return s.sources.where(func(v *Source) bool { return v.Topic == topic })
}

// Type returns the named custom type, or nil.
func (s *Snapshot) Type(name string) *Type {
	t, _ := s.types.get(name)
	return t
}

// Types returns all custom types in order of their names.
func (s *Snapshot) Types() []*Type { return s.types.values() }

// Query returns the persistent query of that id, or nil.
func (s *Snapshot) Query(id string) *Query {
	q, _ := s.queries.get(id)
	return q
}

// Queries returns all persistent queries in order of their ids.
func (s *Snapshot) Queries() []*Query { return s.queries.values() }

// QueryIDs returns the ids of all persistent queries in order.
func (s *Snapshot) QueryIDs() []string { return s.queries.names() }

// Properties returns the server-wide properties. The map is the caller's.
func (s *Snapshot) Properties() map[string]string { return maps.Clone(s.properties) }

// Readers returns the persistent queries that read the source.
func (s *Snapshot) Readers(source string) []*Query {
	return s.queries.where(func(v *Query) bool { return slices.Contains(v.Sources, source) })
}

// Writers returns the persistent queries that write into the source.
func (s *Snapshot) Writers(source string) []*Query {
	return s.queries.where(func(v *Query) bool { return v.Sink == source })
}

// Dependents returns the sources that were created from the given one.
func (s *Snapshot) Dependents(source string) []string {
	var out []string
	for _, e := range s.sources {
		if slices.Contains(e.value.From, source) {
			out = append(out, e.name)
		}
	}
	return out
}
