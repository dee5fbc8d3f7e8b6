package planner

import (
	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// Planned is what a statement asks for: *Change, *Push, *Pull, *InsertValues,
// *Explain, *Describe, *DescribeFunction, *Print, *ExpectedRow, *ExpectedSource
// or *Plain.
type Planned interface{ planned() }

// Change changes the catalogue. The engine creates Topic, appends Command to
// the command log, applies it, and then starts, stops and deletes what the
// other fields name.
type Change struct {
	// CommandID names the change, e.g. stream/ORDERS/create.
	CommandID string
	// Command is nil when there is nothing to do (IF NOT EXISTS on something
	// that exists); Message then says so.
	Command *catalog.Command
	// Topic is the topic to create first, nil when it exists.
	Topic *NewTopic
	// Schemas are to be registered before the command.
	Schemas []Registration
	// Start is the query to start, nil when there is none. When its id is that of
	// a running query (OR REPLACE), it takes over that query's offsets.
	Start *catalog.Query
	// Stop lists the queries to stop for good, with their state and internal topics.
	Stop []string
	// Pause and Resume list the queries to hold and to let go on.
	Pause, Resume []string
	// DeleteTopics lists topics to delete at the end (DROP ... DELETE TOPIC).
	DeleteTopics []string
	Message      string
	Warning      bool // The statement was needless: IF [NOT] EXISTS applied.
}

// Registration is a schema to make a version of a subject. It is compatible
// with those that were there when the statement was planned.
type Registration struct {
	Subject string
	Schema  registry.Schema
}

// NewTopic describes a topic to create.
type NewTopic struct {
	Name       string
	Partitions int // 0 for the engine's default.
	Replicas   int // 0 for the engine's default.
	// RetentionMillis is how long records are kept; 0 for the engine's default.
	RetentionMillis int64
	// Compact keeps the last record per key; Delete drops records after the
	// retention. Topics of windowed tables do both.
	Compact, Delete bool
}

// Output is a column of a query's answer.
type Output struct {
	Name   string
	Type   *types.Type
	Column int  // Of the plan root's output batch.
	Key    bool // Part of the key of the source.
	// Header is the mark of a header column that `*` selects in a pull query, e.g.
	// HEADER('k'); empty otherwise.
	Header string
}

// Push is a query whose changes go to a client until it ends. Rows of tables
// without value are tombstones: only their key columns are set. The engine gives
// the query an id of its own where several run at a time.
type Push struct {
	Query   *plan.Query
	Outputs []Output // In the order of the SELECT.
	// Bounded ends the query when it has read to where its topics ended at the
	// start: a pull query over a stream.
	Bounded bool
}

// Pull is a query for rows of a materialised table.
type Pull struct {
	Pull    *plan.Pull
	Outputs []Output
}

// InsertValues writes one record. The expressions are constants.
type InsertValues struct {
	// Target is the source, with the schemas to write with where its topic has them.
	Target *catalog.Source
	// Key and Value have an expression for each column of the target's schema; a
	// column that is not given is a NULL constant.
	Key, Value []*expr.Expr
	// Time is the record's time (BIGINT), nil for the wall clock.
	Time *expr.Expr
	// Properties are the session's, for functions that read some.
	Properties map[string]string
	// At tells where the value of each column that is given is written.
	At map[string]parser.Span
}

// Explain tells how a query runs.
type Explain struct {
	Query   *catalog.Query // A persistent query, or nil for a statement.
	SQL     string
	Plan    *plan.Query // nil for a pull query.
	Pull    *plan.Pull
	Outputs []Output
	Text    string // The plan as a tree, one node a line.
}

// Describe asks about one source.
type Describe struct {
	Source   *catalog.Source
	Extended bool
}

// DescribeFunction asks about a function.
type DescribeFunction struct{ Function function.Function }

// Print shows the records of a topic.
type Print struct {
	Topic         string
	FromBeginning bool
	Every         int64 // Shows every n-th record.
	Limit         int64 // Negative means none.
}

// ExpectedRow is what the next record of a source's topic must be: ASSERT VALUES
// and ASSERT NULL VALUES of test scripts.
type ExpectedRow struct {
	Source *catalog.Source
	// Columns are those to compare: of the source, or ROWTIME, WINDOWSTART and
	// WINDOWEND. Values has a constant for each.
	Columns   []types.Column
	Values    []*expr.Expr
	Tombstone bool // The record has no value.
}

// ExpectedSource is what a stream or table must be: ASSERT STREAM and ASSERT
// TABLE of test scripts.
type ExpectedSource struct {
	Have, Want *catalog.Source
}

// Plain is a statement with nothing to resolve or check: SHOW, SET, DEFINE,
// ASSERT and the like.
type Plain struct{ Statement parser.Statement }

func (*Change) planned()           {}
func (*Push) planned()             {}
func (*Pull) planned()             {}
func (*InsertValues) planned()     {}
func (*Explain) planned()          {}
func (*Describe) planned()         {}
func (*DescribeFunction) planned() {}
func (*Print) planned()            {}
func (*ExpectedRow) planned()      {}
func (*ExpectedSource) planned()   {}
func (*Plain) planned()            {}
