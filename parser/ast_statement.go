package parser

// Statement is one SQL statement. The set is closed: the ast_*.go files hold
// one struct for each kind.
type Statement interface {
	Node
	// Text is the statement as written, from its first token to its last,
	// without the `;`.
	Text() string
	// Directives are the `--@name: value` comments in front of the statement.
	Directives() []Directive

	header() *Stmt
}

// Stmt is embedded in every statement.
type Stmt struct {
	Loc
	Source string
	Notes  []Directive
}

func (s *Stmt) Text() string            { return s.Source }
func (s *Stmt) Directives() []Directive { return s.Notes }
func (s *Stmt) header() *Stmt           { return s }

// QueryStatement is a SELECT sent on its own: a pull query, or a push query
// when it has EMIT.
type QueryStatement struct {
	Stmt
	Query *Select
}

// Explain is `EXPLAIN query-id` or `EXPLAIN statement`.
type Explain struct {
	Stmt
	QueryID   *Name     // nil when a statement is explained.
	Statement Statement // nil when a query id is given.
}

// PrintTopic is `PRINT topic [FROM BEGINNING] [INTERVAL n] [LIMIT n]`.
type PrintTopic struct {
	Stmt
	Topic         Resource `parser:"@@"`
	FromBeginning bool     `parser:"( FROM @BEGINNING )?"`
	Interval      *IntLit  `parser:"( ( INTERVAL | SAMPLE ) @@ )?"` // Every n-th record; nil for all.
	Limit         *IntLit  `parser:"( LIMIT @@ )?"`
}

// Resource names something outside the catalogue (a topic, a subject). Unlike a
// Name it keeps its case when it is not quoted.
type Resource struct {
	Loc
	Text string
}

// Insert is `INSERT INTO target [WITH (...)] SELECT ...`.
type Insert struct {
	Stmt
	Target Name       `parser:"@@"`
	With   []Property `parser:"( WITH '(' @@ ( ',' @@ )* ')' )?"`
	Query  *Select    `parser:"@@"`
}

// InsertValues is `INSERT INTO target [(columns)] VALUES (values)`.
type InsertValues struct {
	Stmt
	Target  Name   `parser:"@@"`
	Columns []Name `parser:"( '(' @@ ( ',' @@ )* ')' )?"` // nil when not written: all columns in order.
	Values  []Expr `parser:"VALUES '(' ( @@ ( ',' @@ )* )? ')'"`
}

// QueryAction is what TERMINATE, PAUSE and RESUME do.
type QueryAction int

const (
	Terminate QueryAction = iota
	Pause
	Resume
)

func (a QueryAction) String() string {
	return [...]string{Terminate: "TERMINATE", Pause: "PAUSE", Resume: "RESUME"}[a]
}

// ControlQuery is `TERMINATE|PAUSE|RESUME (query-id | ALL)`.
type ControlQuery struct {
	Stmt
	Action  QueryAction
	QueryID *Name `parser:"ALL | @@"` // nil for ALL.
}
