package planner

import (
	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/planner/plan"
)

// sourceNode is the leaf that reads a stream or table.
func sourceNode(src *catalog.Source) *plan.Source {
	return &plan.Source{
		Name: src.Name, Topic: src.Topic, Schema: src.PlanSchema(),
		KeyFormat: src.KeyFormat, ValueFormat: src.ValueFormat, Timestamp: src.Timestamp,
	}
}
