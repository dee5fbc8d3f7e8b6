package leat

// What a shell needs while a statement is being typed. The answers are those of
// SHOW and DESCRIBE at this moment.

// Sources describes all streams and tables.
func (s *Session) Sources() []SourceDescription {
	var out []SourceDescription
	for _, src := range s.db.catalog.Load().Sources() {
		out = append(out, *s.db.describe(src, false))
	}
	return out
}

// Functions lists all functions.
func (s *Session) Functions() []FunctionName { return s.db.listFunctions() }

// Queries lists the running queries.
func (s *Session) Queries() []RunningQuery { return s.db.listQueries(false).Queries }

// Topics lists the topics that are not internal.
func (s *Session) Topics() []TopicLine { return s.db.listTopics(false, false).Topics }
