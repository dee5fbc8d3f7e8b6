package parser

// CreateSource is `CREATE [OR REPLACE] [SOURCE] STREAM|TABLE name (columns) WITH (...)`:
// a source over an existing or new topic.
type CreateSource struct {
	Stmt
	Kind        SourceKind
	OrReplace   bool
	ReadOnly    bool // CREATE SOURCE ...
	IfNotExists bool
	Name        Name
	Columns     []ColumnDef // nil when left to schema inference.
	With        []Property
}

// CreateAs is `CREATE [OR REPLACE] STREAM|TABLE name [WITH (...)] AS SELECT ...`.
type CreateAs struct {
	Stmt
	Kind        SourceKind
	OrReplace   bool
	IfNotExists bool
	Name        Name
	With        []Property
	Query       *Select
}

// ColumnRole is the mark behind a column's type.
type ColumnRole int

const (
	ValueColumn      ColumnRole = iota // No mark.
	KeyColumn                          // KEY
	PrimaryKeyColumn                   // PRIMARY KEY
	HeadersColumn                      // HEADERS
	HeaderColumn                       // HEADER('name')
)

// ColumnDef is one column of a CREATE statement.
type ColumnDef struct {
	Loc
	Name   Name
	Type   *TypeExpr
	Role   ColumnRole
	Header *StringLit // The header's name of a HeaderColumn.
}

// DropSource is `DROP STREAM|TABLE [IF EXISTS] name [DELETE TOPIC]`.
type DropSource struct {
	Stmt
	Kind        SourceKind
	IfExists    bool
	Name        Name
	DeleteTopic bool
}

// AlterSource is `ALTER STREAM|TABLE name ADD [COLUMN] col type, ...`.
type AlterSource struct {
	Stmt
	Kind SourceKind
	Name Name
	Add  []AddColumn // At least one.
}

// AddColumn is one `ADD [COLUMN] name type`.
type AddColumn struct {
	Loc
	Name Name
	Type *TypeExpr
}

// CreateType is `CREATE TYPE [IF NOT EXISTS] name AS type`.
type CreateType struct {
	Stmt
	IfNotExists bool
	Name        Name
	Type        *TypeExpr
}

// DropType is `DROP TYPE [IF EXISTS] name`.
type DropType struct {
	Stmt
	IfExists bool
	Name     Name
}

// ConnectorKind tells sources from sinks.
type ConnectorKind int

const (
	AnyConnector ConnectorKind = iota // Only in SHOW CONNECTORS.
	SourceConnector
	SinkConnector
)

func (k ConnectorKind) String() string {
	return [...]string{AnyConnector: "", SourceConnector: "SOURCE", SinkConnector: "SINK"}[k]
}

// CreateConnector is `CREATE SOURCE|SINK CONNECTOR [IF NOT EXISTS] name WITH (...)`.
type CreateConnector struct {
	Stmt
	Kind        ConnectorKind
	IfNotExists bool
	Name        Name
	With        []Property
}

// DropConnector is `DROP CONNECTOR [IF EXISTS] name`.
type DropConnector struct {
	Stmt
	IfExists bool
	Name     Name
}
