package leat

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner"
	"github.com/leatdb/leat/planner/plan"
)

// plain does the statements that need no plan.
func (s *Session) plain(ctx context.Context, stmt parser.Statement) (*Result, error) {
	switch st := stmt.(type) {
	case *parser.SetProperty:
		return &Result{}, s.setProperty(st)
	case *parser.UnsetProperty:
		if _, ok := s.Unset(st.Name.Value); !ok {
			return nil, planner.NewError(st.Name.At, fmt.Sprintf("property %q was not set in this session", st.Name.Value),
				"it has its default already; SHOW PROPERTIES tells which")
		}
		return &Result{}, nil
	case *parser.Define:
		s.Define(st.Name.Text, st.Value.Value)
		return &Result{}, nil
	case *parser.Undefine:
		if !s.Undefine(st.Name.Text) {
			return &Result{Status: &Status{Sequence: -1, Warning: true, Message: fmt.Sprintf("Cannot undefine variable '%s' which was never defined", st.Name.Text)}}, nil
		}
		return &Result{}, nil
	case *parser.ShowVariables:
		return &Result{Variables: s.listVariables()}, nil
	case *parser.ShowProperties:
		overrides, _ := s.snapshot()
		return &Result{Properties: listProperties(s.db.serverProperties(), overrides)}, nil
	case *parser.AssertTopic:
		return s.assertTopic(ctx, st)
	case *parser.AssertSchema:
		return s.assertSchema(ctx, st)
	}
	return s.db.show(stmt)
}

// setProperty does SET; its error points at the name or at the value.
func (s *Session) setProperty(st *parser.SetProperty) error {
	err := s.Set(st.Name.Value, st.Value.Value)
	if err == nil {
		return nil
	}
	at := st.Value.At
	if findProperty(canonicalProperty(st.Name.Value)) == nil {
		at = st.Name.At
	}
	msg, hint, _ := strings.Cut(err.Error(), "; ")
	return planner.NewError(at, msg, hint)
}

// show answers SHOW.
func (db *DB) show(stmt parser.Statement) (*Result, error) {
	switch st := stmt.(type) {
	case *parser.ShowStreams:
		return &Result{Sources: db.listSources(parser.KindStream, st.Extended)}, nil
	case *parser.ShowTables:
		return &Result{Sources: db.listSources(parser.KindTable, st.Extended)}, nil
	case *parser.DescribeAll:
		return &Result{Sources: db.listSources(st.Kind, true)}, nil
	case *parser.ShowTopics:
		return &Result{Topics: db.listTopics(st.All, st.Extended)}, nil
	case *parser.ShowQueries:
		return &Result{Queries: db.listQueries(st.Extended)}, nil
	case *parser.ShowFunctions:
		return &Result{Functions: db.listFunctions()}, nil
	case *parser.ShowTypes:
		return &Result{Types: db.listTypes()}, nil
	}
	return nil, planner.NewError(stmt.Span(), firstWords(stmt.Text())+" is not a statement of a session",
		"RUN SCRIPT is a command of leat shell, and ASSERT VALUES, STREAM and TABLE are for leat test")
}

func firstWords(sql string) string {
	words := strings.Fields(sql)
	return strings.ToUpper(strings.Join(words[:min(2, len(words))], " "))
}

func (db *DB) listSources(kind parser.SourceKind, extended bool) *SourceList {
	l := &SourceList{Relation: kind.String(), Sources: []SourceName{}}
	for _, src := range db.catalog.Load().OfRelation(plan.Relation(kind.String())) {
		if extended {
			l.Extended = append(l.Extended, *db.describe(src, true))
			continue
		}
		l.Sources = append(l.Sources, SourceName{Name: src.Name, Topic: src.Topic, KeyFormat: src.KeyFormat.Name,
			ValueFormat: src.ValueFormat.Name, Windowed: src.Window != nil})
	}
	return l
}

func (db *DB) listTopics(all, extended bool) *TopicList {
	l := &TopicList{Topics: []TopicLine{}, Extended: extended}
	groups := db.groupsPerTopic()
	for _, t := range db.log.Topics() {
		if t.Config.Internal && !all {
			continue
		}
		line := TopicLine{Name: t.Name, Partitions: t.Config.Partitions, Groups: groups[t.Name]}
		for _, o := range db.offsets(t.Name, t.Config.Partitions) {
			line.Records += o.End - o.Start
		}
		l.Topics = append(l.Topics, line)
	}
	sort.Slice(l.Topics, func(i, j int) bool { return l.Topics[i].Name < l.Topics[j].Name })
	return l
}

func (db *DB) groupsPerTopic() map[string]int {
	count := map[string]int{}
	for _, g := range db.log.Groups() {
		seen := map[string]bool{}
		for _, o := range db.log.GroupOffsets(g) {
			if !seen[o.Topic] {
				seen[o.Topic] = true
				count[o.Topic]++
			}
		}
	}
	return count
}

// offsets returns the extent of every partition of a topic; a topic that is
// just being deleted has none.
func (db *DB) offsets(topic string, partitions int) []PartitionOffsets {
	var out []PartitionOffsets
	for p := range int32(partitions) {
		start, err1 := db.log.StartOffset(topic, p)
		end, err2 := db.log.EndOffset(topic, p)
		if err1 != nil || err2 != nil {
			return out
		}
		out = append(out, PartitionOffsets{p, start, end})
	}
	return out
}

func (db *DB) listTypes() []TypeName {
	out := []TypeName{}
	for _, t := range db.catalog.Load().Types() {
		out = append(out, TypeName{t.Name, t.Type.String()})
	}
	return out
}
