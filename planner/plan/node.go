package plan

import (
	"maps"

	"github.com/leatdb/leat/expr"
	"github.com/leatdb/leat/types"
)

// Relation is what rows mean: events of a stream or changes of a table.
type Relation string

// The two relations.
const (
	Stream Relation = "STREAM"
	Table  Relation = "TABLE"
)

// Schema describes the output of a node.
type Schema struct {
	types.Schema
	Relation Relation `json:"relation"`
	// Window is the kind of window in the row's key, nil when there is none.
	Window *KeyWindow `json:"window,omitempty"`
}

// KeyWindow is the window a record key carries on the wire.
type KeyWindow struct {
	Kind       WindowKind `json:"kind"`
	SizeMillis int64      `json:"sizeMillis,omitempty"` // Tumbling and hopping.
}

// WindowKind is TUMBLING, HOPPING or SESSION.
type WindowKind string

// The kinds of windows.
const (
	Tumbling WindowKind = "TUMBLING"
	Hopping  WindowKind = "HOPPING"
	Session  WindowKind = "SESSION"
)

// Format names a serialisation format and its properties.
type Format struct {
	Name       string            `json:"name"` // JSON, DELIMITED, KAFKA, NONE, AVRO, ...
	Properties map[string]string `json:"properties,omitempty"`
	// WrapSingle tells whether a single value column is written as a record with
	// one field (true) or as the bare value (false); nil means the format's
	// default. Single key columns are always bare.
	WrapSingle *bool `json:"wrapSingle,omitempty"`
}

// Inherited is the format as what is made from a source takes it over: without
// the schema that the source itself was given in a registry.
func (f Format) Inherited() Format {
	f.Properties = maps.Clone(f.Properties)
	delete(f.Properties, "SCHEMA_ID")
	if f.Name == "AVRO" {
		delete(f.Properties, "SCHEMA_FULL_NAME")
	}
	f.WrapSingle = nil
	return f
}

// Timestamp says where a row's time comes from when it is not the record's.
type Timestamp struct {
	Column string `json:"column"`
	Format string `json:"format,omitempty"` // java.time pattern for STRING columns.
}

// Named is an expression with the name of the output column it makes.
type Named struct {
	Name string     `json:"name"`
	Expr *expr.Expr `json:"expr"`
}

// Node is one operator of a plan. The concrete nodes are the exported structs
// of this package.
type Node interface {
	Out() *Schema
	Inputs() []Node
}

// Source reads a topic. For a table it keeps the last value per key in Store
// (when that is named), which gives changes their old side and answers pull
// queries. Joins keep the columns they need themselves.
type Source struct {
	Name        string     `json:"name"` // Catalogue name, for EXPLAIN and the processing log.
	Topic       string     `json:"topic"`
	Schema      Schema     `json:"schema"`
	KeyFormat   Format     `json:"keyFormat"`
	ValueFormat Format     `json:"valueFormat"`
	Timestamp   *Timestamp `json:"timestamp,omitempty"`
	// Needed lists the columns somebody reads, ascending; the others are NULL and
	// are not decoded. nil means all.
	Needed []int  `json:"needed,omitempty"`
	Store  string `json:"store,omitempty"`
}

// Filter keeps rows for which Predicate is true. On a table, a row that stops
// passing becomes a tombstone.
type Filter struct {
	Input     Node       `json:"-"`
	Predicate *expr.Expr `json:"predicate"`
}

// Project computes new key and value columns. Key columns of a table are
// column references (renames); a stream may get computed keys, which is what
// PARTITION BY and repartitioning start with. Rekey says so.
//
// A table may be rekeyed for an aggregation: a change then becomes up to two
// rows, the old row taken away under its old key (NoValue, Old set) and then the
// new one added under its new key (NoOld), unless both keys are the same.
//
// Key expressions of a row without value see its key columns, and NULL for
// everything else, ROWTIME and the like included.
type Project struct {
	Input Node    `json:"-"`
	Key   []Named `json:"key,omitempty"`
	Value []Named `json:"value"`
	Rekey bool    `json:"rekey,omitempty"`
}

// Flatten expands each row by table functions: output columns are the input's
// followed by one per call. Shorter results are padded with NULL.
type Flatten struct {
	Input Node    `json:"-"`
	Calls []Named `json:"calls"` // OpCall of a table function; Type is the element's.
}

// Repartition sends rows through an internal topic so that rows of equal key
// meet in one task. Rows whose key has a NULL part are dropped when DropNullKeys.
// A table that was rekeyed sends the old row to its old group and the new row to
// its new one.
//
// ValueFormat ROW means the engine's own encoding of rows, which carries all
// types; the planner asks for nothing else. KeyFormat is a format of topics
// because the partition of a key follows from its bytes, and the other side of a
// join may be a topic of that format.
//
// Push queries have no repartitions: they run as one task over all partitions.
type Repartition struct {
	Input        Node   `json:"-"`
	Name         string `json:"name"` // Unique in the query; the topic is made from it.
	KeyFormat    Format `json:"keyFormat"`
	ValueFormat  Format `json:"valueFormat"`
	DropNullKeys bool   `json:"dropNullKeys,omitempty"`
}

// AggCall is one aggregate of an Aggregate node.
type AggCall struct {
	Name     string       `json:"name"`
	Args     []*expr.Expr `json:"args,omitempty"`     // Over the input's columns.
	Literals []*expr.Expr `json:"literals,omitempty"` // Trailing configuration constants.
	Column   types.Column `json:"column"`             // Output column.
}

// Window says how rows are assigned to windows. All times in milliseconds.
type Window struct {
	Kind            WindowKind `json:"kind"`
	SizeMillis      int64      `json:"sizeMillis"` // The gap, for sessions.
	AdvanceMillis   int64      `json:"advanceMillis,omitempty"`
	GraceMillis     int64      `json:"graceMillis"`
	RetentionMillis int64      `json:"retentionMillis"`
}

// Aggregate groups rows by the key columns of its input and keeps aggregates
// per group (and window) in Store. Output: the key columns, then one value
// column per call. A table input uses the aggregates' undo. With Final only the
// last value of a window is emitted, when the window closes.
//
// The input's key is already the grouping key: grouping expressions that are
// not the source's key were computed by a Project and moved by a Repartition.
// Rows whose key has a NULL part, and stream rows without value, are in no group:
// they are left out, whether a Repartition dropped them before or not. An
// aggregation of all rows into one group has a constant key of one BYTES column.
type Aggregate struct {
	Input  Node      `json:"-"`
	Calls  []AggCall `json:"calls"`
	Window *Window   `json:"window,omitempty"`
	Final  bool      `json:"final,omitempty"`
	Store  string    `json:"store"`
}

// JoinType is INNER, LEFT, RIGHT or FULL.
type JoinType string

// The join types.
const (
	InnerJoin JoinType = "INNER"
	LeftJoin  JoinType = "LEFT"
	RightJoin JoinType = "RIGHT"
	FullJoin  JoinType = "FULL"
)

// Join joins two inputs on their key columns. Output: the key columns (named by
// Key), then the left value columns, then the right value columns.
//
// Stream with stream needs Within. Stream with table looks up the table side.
// Stream rows without value join nothing.
// Table with table keeps both sides. For a foreign-key join of two tables
// ForeignKey computes the right key from the left row, and the output key is
// the left key.
type Join struct {
	Left       Node           `json:"-"`
	Right      Node           `json:"-"`
	Type       JoinType       `json:"type"`
	Key        []types.Column `json:"key"`
	Within     *Within        `json:"within,omitempty"`
	ForeignKey *expr.Expr     `json:"foreignKey,omitempty"`
	Store      string         `json:"store"` // Prefix of the stores the join keeps.
}

// Within bounds a stream-stream join: right.time is between left.time - Before
// and left.time + After. Without HasGrace the legacy rules apply: 24 hours of
// grace and eager outer results.
type Within struct {
	BeforeMillis int64 `json:"beforeMillis"`
	AfterMillis  int64 `json:"afterMillis"`
	GraceMillis  int64 `json:"graceMillis,omitempty"`
	HasGrace     bool  `json:"hasGrace,omitempty"`
}

// Sink writes rows to a topic, partitioned by key.
type Sink struct {
	Input       Node       `json:"-"`
	Name        string     `json:"name"` // Catalogue name.
	Topic       string     `json:"topic"`
	KeyFormat   Format     `json:"keyFormat"`
	ValueFormat Format     `json:"valueFormat"`
	Timestamp   *Timestamp `json:"timestamp,omitempty"` // Record time from an output column.
	// Store is named for tables that no node below keeps as they are (results of
	// joins): the sink then keeps the last row per key for pull queries.
	Store string `json:"store,omitempty"`
}
