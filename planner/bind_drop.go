package planner

import (
	"fmt"
	"strings"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/parser"
)

// dropSource plans DROP STREAM and DROP TABLE. The query that created the
// source ends with it; everything else that uses the source is in the way.
func (b *binder) dropSource(s *parser.DropSource) (Planned, error) {
	id := commandID(s.Kind.String(), s.Name.Text, "drop")
	src := b.cat.Source(s.Name.Text)
	if src == nil {
		if s.IfExists {
			return &Change{CommandID: id, Warning: true,
				Message: fmt.Sprintf("%s %s does not exist, so there is nothing to drop", s.Kind, s.Name.Text)}, nil
		}
		err := b.unknownSource(&s.Name)
		if err.Hint == "" {
			err.hint("DROP %s IF EXISTS accepts that", s.Kind)
		}
		return nil, err
	}
	if string(src.Relation) != s.Kind.String() {
		return nil, errorf(&s.Name, "%s is a %s, not a %s", &s.Name, src.Relation, s.Kind).
			hint("write DROP %s %s", src.Relation, &s.Name)
	}
	if err := b.checkDrop(s, src); err != nil {
		return nil, err
	}
	change := &Change{
		CommandID: id,
		Command:   &catalog.Command{Kind: catalog.DropSource, SQL: s.Text(), Names: []string{src.Name}, DeleteTopic: s.DeleteTopic},
		Message:   fmt.Sprintf("%s %s dropped", s.Kind, src.Name),
	}
	if b.cat.Query(src.QueryID) != nil {
		change.Stop = []string{src.QueryID}
		change.Message += fmt.Sprintf(" and query %s terminated", src.QueryID)
	}
	if s.DeleteTopic {
		change.DeleteTopics = []string{src.Topic}
	}
	return change, nil
}

func (b *binder) checkDrop(s *parser.DropSource, src *catalog.Source) error {
	if s.DeleteTopic && src.ReadOnly {
		return errorf(&s.Name, "the topic of %s cannot be deleted: the %s was made with CREATE SOURCE and is read-only", &s.Name, src.Relation).
			hint("leave out DELETE TOPIC")
	}
	blockers := b.cat.DropBlockers(src.Name)
	if len(blockers.Dependents) > 0 {
		return errorf(&s.Name, "%s cannot be dropped: these were created from it: %s", &s.Name, strings.Join(blockers.Dependents, ", ")).
			hint("drop them first")
	}
	if blockers.Any() {
		return errorf(&s.Name, "%s cannot be dropped: it is in use by %s", &s.Name, blockers).
			hint("terminate the queries first, e.g. TERMINATE %s", append(blockers.Readers, blockers.Writers...)[0])
	}
	if !s.DeleteTopic {
		return nil
	}
	var others []string
	for _, o := range b.cat.OnTopic(src.Topic) {
		if o.Name != src.Name {
			others = append(others, o.Name)
		}
	}
	if len(others) > 0 {
		return errorf(&s.Name, "topic %s cannot be deleted: it is also the topic of %s", src.Topic, strings.Join(others, ", ")).
			hint("drop those first, or leave out DELETE TOPIC")
	}
	return nil
}

// commandID names a change as it is shown to users.
func commandID(kind, name, action string) string {
	return strings.ToLower(kind) + "/" + quote(name) + "/" + action
}
