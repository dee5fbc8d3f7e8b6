package parser

// Select is a query: SELECT ... LIMIT n. Clauses that were not written are nil.
type Select struct {
	Loc
	Items       []SelectItem // At least one.
	From        Relation
	Window      *Window
	Where       Expr
	GroupBy     *ExprList
	PartitionBy *ExprList
	Having      Expr
	Emit        Emit
	EmitAt      Span // Of EMIT CHANGES or EMIT FINAL.
	Limit       *IntLit
}

// Emit says how a query's result is sent.
type Emit int

const (
	EmitNone    Emit = iota // Not written: a pull query, or EMIT CHANGES inside CREATE ... AS and INSERT INTO.
	EmitChanges             // EMIT CHANGES
	EmitFinal               // EMIT FINAL
)

func (e Emit) String() string {
	return [...]string{EmitNone: "", EmitChanges: "EMIT CHANGES", EmitFinal: "EMIT FINAL"}[e]
}

// ExprList is the list of GROUP BY or PARTITION BY. It is empty for `GROUP BY ()`.
type ExprList struct {
	Loc
	Exprs []Expr
}

// SelectItem is *ExprItem, *Star or *FieldStar.
type SelectItem interface {
	Node
	selectItem()
}

// ExprItem is `expr [AS alias]`.
type ExprItem struct {
	Loc
	Expr  Expr
	Alias *Name // nil without alias.
}

// Star is `*` or `source.*`.
type Star struct {
	Loc
	Qualifier *Name // nil for `*`.
}

// FieldStar is `x->*`: one output column per field of the struct x.
type FieldStar struct {
	Loc
	X Expr
}

func (*ExprItem) selectItem()  {}
func (*Star) selectItem()      {}
func (*FieldStar) selectItem() {}

// Relation is *AliasedSource or *Join.
type Relation interface {
	Node
	relation()
}

// AliasedSource is `name [AS alias]`.
type AliasedSource struct {
	Loc
	Name  Name
	Alias *Name // nil without alias.
}

// RefName is the name columns of the source are qualified with: the alias if
// there is one.
func (s *AliasedSource) RefName() *Name {
	if s.Alias != nil {
		return s.Alias
	}
	return &s.Name
}

// JoinType tells the joins apart.
type JoinType int

const (
	InnerJoin JoinType = iota
	LeftJoin
	RightJoin
	FullJoin
)

func (t JoinType) String() string {
	return [...]string{InnerJoin: "INNER", LeftJoin: "LEFT", RightJoin: "RIGHT", FullJoin: "FULL"}[t]
}

// Join is `left [type] JOIN right [WITHIN ...] ON cond`. Joins associate to the
// left: only Left can be a Join.
type Join struct {
	Loc
	Type   JoinType
	Left   Relation
	Right  *AliasedSource
	Within *Within // nil without WITHIN.
	On     Expr
}

// Within is `WITHIN size` or `WITHIN (before, after)`, with an optional grace.
type Within struct {
	Loc
	Before Duration
	After  Duration // Equal to Before when one size was written.
	Paired bool     // Written as (before, after).
	Grace  *Duration
}

func (*AliasedSource) relation() {}
func (*Join) relation()          {}

// WindowKind tells the windows apart.
type WindowKind int

const (
	Tumbling WindowKind = iota
	Hopping
	Session
)

func (k WindowKind) String() string {
	return [...]string{Tumbling: "TUMBLING", Hopping: "HOPPING", Session: "SESSION"}[k]
}

// Window is the WINDOW clause.
type Window struct {
	Loc
	Name      *Name // nil when not named.
	Kind      WindowKind
	Size      Duration  // SIZE, or the inactivity gap of a session.
	Advance   *Duration // Hopping only.
	Retention *Duration // nil when not written.
	Grace     *Duration // nil when not written.
}
