package leat

import "time"

// Result is the outcome of one statement. Exactly one of the pointer fields is
// set; statements that only change the session (SET, DEFINE) set none.
type Result struct {
	// SQL is the statement as written.
	SQL string
	// Warnings are remarks that did not stop the statement.
	Warnings []string

	Status     *Status
	Sources    *SourceList
	Source     *SourceDescription
	Topics     *TopicList
	Queries    *QueryList
	Query      *QueryDescription
	Functions  []FunctionName
	Function   *FunctionDescription
	Properties []Property
	Types      []TypeName
	Variables  []Variable
	Assertion  *Assertion
	Closed     *ClosedQuery
	Rows       *Rows // SELECT and PRINT; the caller closes it.
}

// Status says what a statement that changes the catalogue did.
type Status struct {
	CommandID string // e.g. stream/ORDERS/create
	Sequence  int64  // Position in the command log, or -1 when nothing was written.
	Message   string
	QueryID   string // Of the query that was created, or empty.
	Warning   bool   // IF NOT EXISTS on something that exists, IF EXISTS on something that does not.
}

// SourceList is the answer to SHOW STREAMS and SHOW TABLES.
type SourceList struct {
	Relation string // STREAM or TABLE.
	Sources  []SourceName
	Extended []SourceDescription // With EXTENDED, or DESCRIBE STREAMS / TABLES.
}

// SourceName is a line of SHOW STREAMS or SHOW TABLES.
type SourceName struct {
	Name, Topic, KeyFormat, ValueFormat string
	Windowed                            bool
}

// SourceDescription is the answer to DESCRIBE.
type SourceDescription struct {
	Name, Relation, Topic, KeyFormat, ValueFormat string
	WindowType                                    string // Empty when not windowed.
	Timestamp                                     string // Column of WITH (TIMESTAMP=...), or empty.
	Fields                                        []Field
	Readers, Writers                              []RunningQuery
	Partitions                                    int
	Statement                                     string
	Extended                                      bool
	Dependents                                    []string // Sources that read from it.
	Offsets                                       []PartitionOffsets
}

// PartitionOffsets is the extent of one partition of a topic.
type PartitionOffsets struct {
	Partition  int32
	Start, End int64
}

// Field is a column in DESCRIBE.
type Field struct {
	Name, Type string
	Role       string // KEY, HEADER, or empty for a value column.
	HeaderKey  string
}

// TopicList is the answer to SHOW TOPICS.
type TopicList struct {
	Topics   []TopicLine
	Extended bool
}

// TopicLine is a line of SHOW TOPICS.
type TopicLine struct {
	Name       string
	Partitions int
	Records    int64 // Between the start and end offsets of all partitions.
	Groups     int   // Consumer groups with offsets in the topic.
}

// QueryList is the answer to SHOW QUERIES.
type QueryList struct {
	Queries  []RunningQuery
	Extended []QueryDescription
}

// RunningQuery is a line of SHOW QUERIES.
type RunningQuery struct {
	ID, SQL, Sink, SinkTopic string
	State                    string // RUNNING, PAUSED or ERROR.
	Push                     bool   // A client's query, not a persistent one.
	Error                    string // Why it is in the state ERROR.
	// ErrorClass is USER, SYSTEM or UNKNOWN in the state ERROR, otherwise NO_ERROR.
	ErrorClass string
}

// QueryDescription is the answer to EXPLAIN.
type QueryDescription struct {
	RunningQuery
	Fields     []Field
	Sources    []string
	WindowType string
	Plan       string // The plan as text, one node a line.
	Properties map[string]string
	Stats      []Stat // Live figures of a running query.
	Operators  []OperatorStat
	Failures   []QueryFailure // The last times that it failed, oldest first, over or not.
}

// QueryFailure is one time that a query failed, or did not start.
type QueryFailure struct {
	At    time.Time
	Class string // USER, SYSTEM or UNKNOWN.
	Error string
	Retry time.Time // When it was started again, or will be.
}

// OperatorStat is what goes through one node of the plan of a running query, since
// it was started here and per second now.
type OperatorStat struct {
	Operator        string // In a few words; the plan has the details, in the same order.
	Depth           int    // 0 for the result; inputs are one deeper.
	RowsIn, RowsOut int64
	InPerSecond     float64 // The mean of about ten seconds.
	OutPerSecond    float64
}

// Stat is one figure of a running query.
type Stat struct {
	Name  string
	Value int64
}

// FunctionName is a line of SHOW FUNCTIONS.
type FunctionName struct{ Name, Kind, Category string }

// FunctionDescription is the answer to DESCRIBE FUNCTION.
type FunctionDescription struct {
	Name, Kind, Category, Summary, Author, Version string
	Variants                                       []FunctionVariant
	Examples                                       []FunctionExample
	// Sample is what the examples of an aggregate are over: columns, then rows.
	Sample string
}

// FunctionVariant is one signature of a function.
type FunctionVariant struct {
	Signature string
	Returns   string
	Params    []FunctionParam
}

// FunctionParam is a parameter of a signature.
type FunctionParam struct {
	Name, Type, Summary string
	Variadic            bool
}

// FunctionExample is an expression and its value.
type FunctionExample struct{ SQL, Result string }

// Property is a line of SHOW PROPERTIES.
type Property struct {
	Name, Value string
	Default     bool // Not overridden.
	// Scope is where the value comes from: SESSION (SET), SERVER (ALTER SYSTEM, or
	// how the database was opened), or empty for the default.
	Scope    string
	Editable bool // SET changes it.
	Summary  string
	Allowed  string // The values it may have, in words.
}

// TypeName is a line of SHOW TYPES.
type TypeName struct{ Name, Type string }

// Variable is a line of SHOW VARIABLES.
type Variable struct{ Name, Value string }

// Assertion is the answer to ASSERT TOPIC and ASSERT SCHEMA.
type Assertion struct {
	Topic   string // Empty for a schema:
	Subject string // its subject,
	ID      int    // and its id; one of them is missing where it was not asked for.
	Exists  bool
}

// ClosedQuery is the answer to TERMINATE of a client's query.
type ClosedQuery struct{ ID string }
