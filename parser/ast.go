package parser

// Span says where a node stands in the text it was parsed from: the bytes
// [Start, End) and the line and column of Start. Lines and columns count from
// 1, columns in characters. The zero Span belongs to nodes that were made, not
// parsed.
type Span struct {
	Start, End int
	Line, Col  int
}

// IsZero reports whether the span points nowhere.
func (s Span) IsZero() bool { return s == Span{} }

// Loc is embedded in every node and gives it its Span.
type Loc struct {
	At Span
}

// Span returns where the node stands in the text.
func (l *Loc) Span() Span { return l.At }

// Node is any part of the syntax tree. Nodes are pointers to structs; a node
// belongs to one tree only and is not changed after parsing.
type Node interface {
	Span() Span
}

// Name is an identifier with the case rules already applied: upper-case unless
// it was quoted. Two names are the same exactly when their Text is.
type Name struct {
	Loc
	Text string
	// Quoted is kept for hints ("double quotes make a name case-sensitive");
	// it never changes what a name means.
	Quoted bool
}

func (n *Name) String() string { return QuoteIdent(n.Text) }

// SourceKind tells streams from tables.
type SourceKind int

const (
	KindStream SourceKind = iota
	KindTable
)

func (k SourceKind) String() string {
	if k == KindTable {
		return "TABLE"
	}
	return "STREAM"
}

// Property is one `name = literal` of a WITH clause.
type Property struct {
	Loc
	Name  Name // Quoted also when it was written as a string.
	Value Expr // A literal (NullLit, IntLit, DecimalLit, FloatLit, BoolLit, StringLit) or a Variable.
}

// Key is the name upper-cased: SQL's own properties are told apart by it. The
// exact name matters only to connectors.
func (p *Property) Key() string { return upper(p.Name.Text) }

// Directive is a `--@name: value` comment; it belongs to the statement after it.
type Directive struct {
	Loc
	Name  string // As written.
	Value string // Trimmed; empty for `--@name`.
}

// Unit is a unit of time.
type Unit int

const (
	Millisecond Unit = iota
	Second
	Minute
	Hour
	Day
)

var units = [...]struct {
	name   string
	millis int64
}{
	Millisecond: {"MILLISECONDS", 1},
	Second:      {"SECONDS", 1000},
	Minute:      {"MINUTES", 60 * 1000},
	Hour:        {"HOURS", 60 * 60 * 1000},
	Day:         {"DAYS", 24 * 60 * 60 * 1000},
}

// String is the plural keyword, which every place that takes a unit accepts.
func (u Unit) String() string { return units[u].name }

// Millis is the length of one unit.
func (u Unit) Millis() int64 { return units[u].millis }

// Duration is `count unit`, as in SIZE 10 SECONDS. It is never negative.
type Duration struct {
	Loc
	Count int64
	Unit  Unit // As written, for printing.
}

// Millis is the length in milliseconds; the parser has checked that it fits.
func (d *Duration) Millis() int64 { return d.Count * d.Unit.Millis() }
