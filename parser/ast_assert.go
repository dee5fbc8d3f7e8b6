package parser

// AssertTopic is `ASSERT [NOT EXISTS] TOPIC name [WITH (...)] [TIMEOUT d]`.
type AssertTopic struct {
	Stmt
	NotExists bool
	Topic     Resource   `parser:"@@"`
	With      []Property `parser:"( WITH '(' @@ ( ',' @@ )* ')' )?"`
	Timeout   *Duration  `parser:"( TIMEOUT @@ )?"` // nil for the default.
}

// AssertSchema is `ASSERT [NOT EXISTS] SCHEMA [SUBJECT name] [ID n] [TIMEOUT d]`.
type AssertSchema struct {
	Stmt
	NotExists bool
	Subject   *Resource `parser:"( SUBJECT @@ )?"`
	ID        *IntLit   `parser:"( ID @@ )?"`      // nil when not given.
	Timeout   *Duration `parser:"( TIMEOUT @@ )?"` // nil for the default.
}

// AssertValues is `ASSERT VALUES source (columns) VALUES (values)`, of test scripts.
type AssertValues struct {
	Stmt
	Source  Name   `parser:"@@"`
	Columns []Name `parser:"( '(' @@ ( ',' @@ )* ')' )?"` // nil when not written: all columns in order.
	Values  []Expr `parser:"VALUES '(' ( @@ ( ',' @@ )* )? ')'"`
}

// AssertNullValues is `ASSERT NULL VALUES source (columns) KEY (values)`, of test scripts.
type AssertNullValues struct {
	Stmt
	Source  Name   `parser:"@@"`
	Columns []Name `parser:"( '(' @@ ( ',' @@ )* ')' )?"` // nil when not written.
	Key     []Expr `parser:"KEY '(' ( @@ ( ',' @@ )* )? ')'"`
}

// AssertSource is `ASSERT STREAM|TABLE name (columns) WITH (...)`, of test scripts.
type AssertSource struct {
	Stmt
	Kind    SourceKind
	Name    Name        `parser:"@@"`
	Columns []ColumnDef `parser:"( '(' @@ ( ',' @@ )* ')' )?"`
	With    []Property  `parser:"( WITH '(' @@ ( ',' @@ )* ')' )?"`
}
