package planner

import (
	"fmt"

	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
)

// explain plans EXPLAIN of a query id or of a statement that runs a query.
func (b *binder) explain(s *parser.Explain) (Planned, error) {
	if s.QueryID != nil {
		q, err := b.query(s.QueryID)
		if err != nil {
			return nil, err
		}
		return &Explain{Query: q, SQL: q.SQL, Plan: q.Plan, Outputs: rootOutputs(q.Plan.Root), Text: plan.Text(q.Plan.Root)}, nil
	}
	switch inner := s.Statement.(type) {
	case *parser.QueryStatement, *parser.CreateAs, *parser.Insert:
	case *parser.CreateSource:
		if !inner.ReadOnly {
			return nil, notExplained(s)
		}
	default:
		return nil, notExplained(s)
	}
	planned, err := b.statement(s.Statement)
	if err != nil {
		return nil, err
	}
	out := &Explain{SQL: s.Statement.Text()}
	switch p := planned.(type) {
	case *Push:
		out.Plan, out.Outputs = p.Query, p.Outputs
	case *Pull:
		out.Pull, out.Outputs, out.Text = p.Pull, p.Outputs, pullText(p.Pull)
		return out, nil
	case *Change:
		if p.Start == nil {
			return nil, notExplained(s)
		}
		out.Plan, out.Outputs = p.Start.Plan, rootOutputs(p.Start.Plan.Root)
	}
	out.Text = plan.Text(out.Plan.Root)
	return out, nil
}

func notExplained(s *parser.Explain) error {
	return errorf(s.Statement, "this statement runs no query, so there is nothing to explain").
		hint("explain a SELECT, a CREATE ... AS SELECT, an INSERT INTO ... SELECT, or the id of a running query")
}

// rootOutputs lists the columns of a plan's result.
func rootOutputs(root plan.Node) []Output {
	schema := root.Out()
	var out []Output
	for i, c := range schema.Schema.Columns() {
		out = append(out, Output{Name: c.Name, Type: c.Type, Column: i, Key: i < len(schema.Key)})
	}
	return out
}

// pullText prints a pull query: how rows are found, and what is done with them.
func pullText(p *plan.Pull) string {
	how := "scan"
	switch {
	case p.Keys != nil:
		how = fmt.Sprintf("look up %d keys", len(p.Keys))
		if len(p.Keys) == 1 {
			how = "look up 1 key"
		}
	case p.Range != nil:
		how = "scan a range of keys"
	}
	for _, b := range []struct {
		name     string
		min, max *int64
	}{{"WINDOWSTART", p.WindowStartMin, p.WindowStartMax}, {"WINDOWEND", p.WindowEndMin, p.WindowEndMax}} {
		if b.min != nil {
			how += fmt.Sprintf(", %s >= %d", b.name, *b.min)
		}
		if b.max != nil {
			how += fmt.Sprintf(", %s <= %d", b.name, *b.max)
		}
	}
	return fmt.Sprintf("%s in store %s of %s\n%s", how, p.Store, p.QueryID, plan.Text(p.Root))
}
