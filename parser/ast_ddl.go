package parser

// CreateSource is `CREATE [OR REPLACE] [SOURCE] STREAM|TABLE name (columns) WITH (...)`:
// a source over an existing or new topic.
type CreateSource struct {
	Stmt
	Kind        SourceKind
	OrReplace   bool
	ReadOnly    bool        // CREATE SOURCE ...
	IfNotExists bool        `parser:"( (?= IF NOT ) @IF NOT EXISTS )?"`
	Name        Name        `parser:"@@"`
	Columns     []ColumnDef `parser:"( '(' @@ ( ',' @@ )* ')' )?"` // nil when left to schema inference.
	With        []Property  `parser:"( WITH '(' @@ ( ',' @@ )* ')' )?"`
}

// CreateAs is `CREATE [OR REPLACE] STREAM|TABLE name [WITH (...)] AS SELECT ...`.
type CreateAs struct {
	Stmt
	Kind        SourceKind
	OrReplace   bool
	IfNotExists bool       `parser:"( (?= IF NOT ) @IF NOT EXISTS )?"`
	Name        Name       `parser:"@@"`
	With        []Property `parser:"( WITH '(' @@ ( ',' @@ )* ')' )?"`
	Query       *Select    `parser:"AS @@"`
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

func (r ColumnRole) String() string {
	return [...]string{
		ValueColumn: "", KeyColumn: "KEY", PrimaryKeyColumn: "PRIMARY KEY", HeadersColumn: "HEADERS", HeaderColumn: "HEADER",
	}[r]
}

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
	IfExists    bool `parser:"( (?= IF EXISTS ) @IF EXISTS )?"`
	Name        Name `parser:"@@"`
	DeleteTopic bool `parser:"( @DELETE TOPIC )?"`
}

// AlterSource is `ALTER STREAM|TABLE name ADD [COLUMN] col type, ...`.
type AlterSource struct {
	Stmt
	Kind SourceKind
	Name Name        `parser:"@@"`
	Add  []AddColumn `parser:"@@ ( ',' @@ )*"` // At least one.
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
	IfNotExists bool      `parser:"( (?= IF NOT ) @IF NOT EXISTS )?"`
	Name        Name      `parser:"@@"`
	Type        *TypeExpr `parser:"AS @@"`
}

// DropType is `DROP TYPE [IF EXISTS] name`.
type DropType struct {
	Stmt
	IfExists bool `parser:"( (?= IF EXISTS ) @IF EXISTS )?"`
	Name     Name `parser:"@@"`
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
	IfNotExists bool       `parser:"( (?= IF NOT ) @IF NOT EXISTS )?"`
	Name        Name       `parser:"@@"`
	With        []Property `parser:"WITH '(' @@ ( ',' @@ )* ')'"`
}

// DropConnector is `DROP CONNECTOR [IF EXISTS] name`.
type DropConnector struct {
	Stmt
	IfExists bool `parser:"( (?= IF EXISTS ) @IF EXISTS )?"`
	Name     Name `parser:"@@"`
}
