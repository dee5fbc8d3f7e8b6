package catalog

import (
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// Source is a stream or a table: a topic with a schema. Sources in a snapshot
// are shared and must not be changed.
type Source struct {
	Name     string        `json:"name"`
	Relation plan.Relation `json:"relation"`
	Schema   types.Schema  `json:"schema"`
	Topic    string        `json:"topic"`
	// Order names the value and header columns as they were declared, where header
	// columns stand before value columns; that is what `*` means. nil otherwise.
	Order []string `json:"order,omitempty"`
	// KeyFormat is NONE when there is no key column.
	KeyFormat   plan.Format `json:"keyFormat"`
	ValueFormat plan.Format `json:"valueFormat"`
	// Window is the window in the record key, nil when there is none.
	Window    *plan.KeyWindow `json:"window,omitempty"`
	Timestamp *plan.Timestamp `json:"timestamp,omitempty"`
	// SQL is the statement that defined the source last.
	SQL string `json:"sql"`
	// ReadOnly is set by CREATE SOURCE: no INSERT, ALTER, OR REPLACE or DELETE TOPIC.
	ReadOnly bool `json:"readOnly,omitempty"`
	// QueryID names the query that writes the source (CREATE ... AS) or that
	// materialises it (CREATE SOURCE TABLE). It stays when the query is
	// terminated; then the snapshot has no query of that id.
	QueryID string `json:"queryID,omitempty"`
	// From names the sources that the CREATE ... AS query reads. They cannot be
	// dropped while this source exists, whether the query runs or not.
	From []string `json:"from,omitempty"`
}

// Derived tells whether the source is the result of a CREATE ... AS.
func (s *Source) Derived() bool { return len(s.From) > 0 }

// PlanSchema is the schema of the source's rows for plan nodes.
func (s *Source) PlanSchema() plan.Schema {
	return plan.Schema{Schema: s.Schema, Relation: s.Relation, Window: s.Window}
}

// Type is a custom type made by CREATE TYPE.
type Type struct {
	Name string      `json:"name"`
	Type *types.Type `json:"type"`
}
