package parser

// Expr is an expression. The set is closed; a switch over the pointer types of
// this file is complete.
type Expr interface {
	Node
	expr()
}

// IntLit is an integer literal. It is never negative where an expression
// stands (the sign is a Unary there); in properties, LIMIT and type parameters
// the sign is folded in.
type IntLit struct {
	Loc
	Value int64
	Big   bool // Needs 64 bits: a BIGINT, otherwise an INTEGER.
}

// DecimalLit is a DECIMAL literal; precision and scale follow from its text.
type DecimalLit struct {
	Loc
	Text string // `1.`, `1.5`, `.5`; with a leading `-` only in properties.
}

// FloatLit is a literal with an exponent: a finite DOUBLE.
type FloatLit struct {
	Loc
	Value float64
	Text  string
}

// StringLit is a string with its quotes taken off.
type StringLit struct {
	Loc
	Value string
}

// BoolLit is TRUE or FALSE.
type BoolLit struct {
	Loc
	Value bool
}

// NullLit is NULL.
type NullLit struct{ Loc }

// TypedLit is `type 'text'`.
type TypedLit struct {
	Loc
	Type Name
	Text string
}

// Variable is a `${name}` that no substitution has replaced: undefined.
type Variable struct {
	Loc
	Name string // As written.
}

// Column is a column, or a field of a lambda's parameter list: `name` or
// `qualifier.name`.
//
// The singular time units (SECOND, DAY, ...) are not reserved, so a bare DAY in
// an argument list is a Column too; a function that wants a unit there may take
// it as one.
type Column struct {
	Loc
	Qualifier *Name // nil when unqualified.
	Name      Name
}

// Call is a function call.
type Call struct {
	Loc
	Name Name
	Star bool   // f(*); then Args is empty.
	Args []Expr // Expressions and TimeUnits first, then Lambdas.
}

// Lambda is `x => body` or `(x, y) => body`; only the last arguments of a Call
// are lambdas.
type Lambda struct {
	Loc
	Params []Name
	Body   Expr
}

// TimeUnit is a bare unit as argument of a call, as in DATEADD(DAYS, 1, d).
type TimeUnit struct {
	Loc
	Unit Unit
}

// BinaryOp is an arithmetic operator or concatenation.
type BinaryOp int

const (
	OpAdd BinaryOp = iota
	OpSub
	OpMul
	OpDiv
	OpMod
	OpConcat
)

func (op BinaryOp) String() string {
	return [...]string{OpAdd: "+", OpSub: "-", OpMul: "*", OpDiv: "/", OpMod: "%", OpConcat: "||"}[op]
}

// Binary is `left op right` for arithmetic and `||`.
type Binary struct {
	Loc
	Op          BinaryOp
	OpAt        Span
	Left, Right Expr
}

// Unary is `-x` or `+x`.
type Unary struct {
	Loc
	Neg bool // -, otherwise +.
	X   Expr
}

// Not is `NOT x`.
type Not struct {
	Loc
	X Expr
}

// LogicalOp is AND or OR.
type LogicalOp int

const (
	OpAnd LogicalOp = iota
	OpOr
)

func (op LogicalOp) String() string {
	if op == OpOr {
		return "OR"
	}
	return "AND"
}

// Logical is `left AND right` or `left OR right`.
type Logical struct {
	Loc
	Op          LogicalOp
	OpAt        Span
	Left, Right Expr
}

// CompareOp is a comparison of two values.
type CompareOp int

const (
	OpEq CompareOp = iota
	OpNe
	OpLt
	OpLe
	OpGt
	OpGe
	OpIsDistinct
	OpIsNotDistinct
)

func (op CompareOp) String() string {
	return [...]string{
		OpEq: "=", OpNe: "<>", OpLt: "<", OpLe: "<=", OpGt: ">", OpGe: ">=",
		OpIsDistinct: "IS DISTINCT FROM", OpIsNotDistinct: "IS NOT DISTINCT FROM",
	}[op]
}

// Compare is `left op right`; comparisons do not chain.
type Compare struct {
	Loc
	Op          CompareOp
	OpAt        Span
	Left, Right Expr
}

// Between is `x [NOT] BETWEEN lower AND upper`.
type Between struct {
	Loc
	Not             bool
	X, Lower, Upper Expr
}

// In is `x [NOT] IN (list)`; the list is not empty.
type In struct {
	Loc
	Not  bool
	X    Expr
	List []Expr
}

// Like is `x [NOT] LIKE pattern [ESCAPE 'c']`.
type Like struct {
	Loc
	Not     bool
	X       Expr
	Pattern Expr
	Escape  *StringLit // nil without ESCAPE. Its length is not checked here.
}

// IsNull is `x IS [NOT] NULL`.
type IsNull struct {
	Loc
	Not bool
	X   Expr
}

// Case is a searched CASE, or a simple one when Operand is set.
type Case struct {
	Loc
	Operand Expr   // nil for the searched form.
	Whens   []When // At least one.
	Else    Expr   // nil without ELSE.
}

// When is one `WHEN cond THEN result`.
type When struct {
	Loc
	Cond, Result Expr
}

// Cast is `CAST(x AS type)`.
type Cast struct {
	Loc
	X    Expr
	Type *TypeExpr
}

// Subscript is `x[index]` on an array or a map.
type Subscript struct {
	Loc
	X, Index Expr
}

// Field is `x->name` on a struct.
type Field struct {
	Loc
	X    Expr
	Name Name
}

// ArrayLit is `ARRAY[...]`; it may be empty.
type ArrayLit struct {
	Loc
	Elems []Expr
}

// MapLit is `MAP(k := v, ...)`; it may be empty.
type MapLit struct {
	Loc
	Entries []MapEntry
}

// MapEntry is one `key := value`.
type MapEntry struct {
	Loc
	Key, Value Expr
}

// StructLit is `STRUCT(a := x, ...)`; it may be empty.
type StructLit struct {
	Loc
	Fields []StructLitField
}

// StructLitField is one `name := value`.
type StructLitField struct {
	Loc
	Name  Name
	Value Expr
}

// AtTimeZone is `x AT TIME ZONE 'zone'`.
type AtTimeZone struct {
	Loc
	X    Expr
	Zone StringLit
}

func (*IntLit) expr()     {}
func (*DecimalLit) expr() {}
func (*FloatLit) expr()   {}
func (*StringLit) expr()  {}
func (*BoolLit) expr()    {}
func (*NullLit) expr()    {}
func (*TypedLit) expr()   {}
func (*Variable) expr()   {}
func (*Column) expr()     {}
func (*Call) expr()       {}
func (*Lambda) expr()     {}
func (*TimeUnit) expr()   {}
func (*Binary) expr()     {}
func (*Unary) expr()      {}
func (*Not) expr()        {}
func (*Logical) expr()    {}
func (*Compare) expr()    {}
func (*Between) expr()    {}
func (*In) expr()         {}
func (*Like) expr()       {}
func (*IsNull) expr()     {}
func (*Case) expr()       {}
func (*Cast) expr()       {}
func (*Subscript) expr()  {}
func (*Field) expr()      {}
func (*ArrayLit) expr()   {}
func (*MapLit) expr()     {}
func (*StructLit) expr()  {}
func (*AtTimeZone) expr() {}
