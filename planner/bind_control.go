package planner

import (
	"fmt"
	"strings"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/parser"
)

// controlQuery plans TERMINATE, PAUSE and RESUME of one query or of all.
func (b *binder) controlQuery(s *parser.ControlQuery) (Planned, error) {
	ids := b.cat.QueryIDs()
	target := "ALL"
	if s.QueryID != nil {
		q, err := b.query(s.QueryID)
		if err != nil {
			return nil, err
		}
		ids, target = []string{q.ID}, q.ID
	}
	change := &Change{CommandID: strings.ToLower(s.Action.String()) + "/" + target + "/execute"}
	if len(ids) == 0 {
		change.Message, change.Warning = "no query is running", true
		return change, nil
	}
	kinds := map[parser.QueryAction]catalog.Kind{parser.Terminate: catalog.Terminate, parser.Pause: catalog.Pause, parser.Resume: catalog.Resume}
	change.Command = &catalog.Command{Kind: kinds[s.Action], SQL: s.Text(), Names: ids}
	switch s.Action {
	case parser.Terminate:
		change.Stop = ids
		change.Message = fmt.Sprintf("%s terminated", queryNames(ids))
	case parser.Pause:
		change.Pause = ids
		change.Message = fmt.Sprintf("%s paused", queryNames(ids))
	case parser.Resume:
		change.Resume = ids
		change.Message = fmt.Sprintf("%s resumed", queryNames(ids))
	}
	return change, nil
}

func queryNames(ids []string) string {
	if len(ids) == 1 {
		return "query " + ids[0]
	}
	return "queries " + list(ids, "and")
}

// alterSystem plans ALTER SYSTEM; which properties it may set the engine knows.
func (b *binder) alterSystem(s *parser.AlterSystem) (Planned, error) {
	return &Change{
		CommandID: "system/" + s.Name.Value + "/alter",
		Command:   &catalog.Command{Kind: catalog.SetProperties, SQL: s.Text(), Properties: map[string]string{s.Name.Value: s.Value.Value}},
		Message:   fmt.Sprintf("property %s set to %s on the server, for what is created from now on", s.Name.Value, s.Value.Value),
	}, nil
}
