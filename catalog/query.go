package catalog

import (
	"encoding/json"

	"github.com/leatdb/leat/planner/plan"
)

// QueryKind says which statement made a persistent query. It is the prefix of
// the query's id.
type QueryKind string

// The kinds of persistent queries.
const (
	CreateStreamAs QueryKind = "CSAS"
	CreateTableAs  QueryKind = "CTAS"
	InsertInto     QueryKind = "INSERTQUERY"
	SourceTable    QueryKind = "CST" // Materialises a CREATE SOURCE TABLE.
)

// Query is a persistent query. Queries in a snapshot are shared and must not be
// changed.
type Query struct {
	ID      string      `json:"id"`
	Kind    QueryKind   `json:"kind"`
	SQL     string      `json:"sql"`
	Sink    string      `json:"sink,omitempty"` // Source written to; empty for SourceTable.
	Sources []string    `json:"sources"`        // Sources read, in order of the FROM clause.
	Paused  bool        `json:"paused,omitempty"`
	Plan    *plan.Query `json:"-"` // Stored encoded; never nil.
}

// queryJSON is the stored form of a Query.
type queryJSON struct {
	queryFields
	Plan json.RawMessage `json:"plan"`
}

type queryFields Query

// MarshalJSON writes the query with its encoded plan.
func (q *Query) MarshalJSON() ([]byte, error) {
	encoded, err := plan.Encode(q.Plan)
	if err != nil {
		return nil, err
	}
	return json.Marshal(queryJSON{queryFields(*q), encoded})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (q *Query) UnmarshalJSON(data []byte) error {
	var stored queryJSON
	if err := json.Unmarshal(data, &stored); err != nil {
		return err
	}
	decoded, err := plan.Decode(stored.Plan)
	if err != nil {
		return err
	}
	*q = Query(stored.queryFields)
	q.Plan = decoded
	return nil
}
