package expr

import "github.com/leatdb/leat/types"

// Op says what an [Expr] computes.
type Op string

// The operations. "Args" are the operands in the order written.
const (
	OpConst     Op = "const"     // Text (or NULL when Null) as a value of Type.
	OpColumn    Op = "column"    // Column number Index of the input batch.
	OpPseudo    Op = "pseudo"    // Name: ROWTIME, ROWPARTITION, ROWOFFSET, WINDOWSTART or WINDOWEND of the row.
	OpParam     Op = "param"     // Lambda parameter number Index, counted over all enclosing lambdas, outermost first.
	OpCall      Op = "call"      // Scalar function Name on Args; lambdas are OpLambda args.
	OpLambda    Op = "lambda"    // Args[0] is the body; Params are its parameter types; Index is the number of its first parameter.
	OpUnit      Op = "unit"      // A time unit argument: Name is MILLISECONDS, SECONDS, MINUTES, HOURS or DAYS.
	OpCast      Op = "cast"      // Args[0] cast to Type (explicit CAST and implicit widening alike).
	OpArith     Op = "arith"     // Name is one of + - * / %; both Args already have the operand types the result rule wants.
	OpNegate    Op = "negate"    // -Args[0]
	OpConcat    Op = "concat"    // String + String (NULL operand makes NULL); || is a call of CONCAT.
	OpCompare   Op = "compare"   // Name is one of = <> < <= > >=. A NULL operand gives false.
	OpDistinct  Op = "distinct"  // Args[0] IS DISTINCT FROM Args[1]; Name "not" negates.
	OpIsNull    Op = "isnull"    // Args[0] IS NULL; Name "not" negates.
	OpBetween   Op = "between"   // Args[0] BETWEEN Args[1] AND Args[2]; Name "not" negates.
	OpIn        Op = "in"        // Args[0] IN (Args[1:]), all of one type; Name "not" negates.
	OpLike      Op = "like"      // Args[0] LIKE Args[1], Text is the escape character or empty; Name "not" negates.
	OpAnd       Op = "and"       // Short circuit.
	OpOr        Op = "or"        // Short circuit.
	OpNot       Op = "not"       //
	OpCase      Op = "case"      // WHEN Args[0] THEN Args[1] ...; a last odd arg is the ELSE. Lazy.
	OpSubscript Op = "subscript" // Args[0][Args[1]] of an array (1-based, negative from the end) or map.
	OpField     Op = "field"     // Field number Index of the struct Args[0].
	OpArray     Op = "array"     // ARRAY[Args...]
	OpMap       Op = "map"       // MAP(Args[0] := Args[1], ...)
	OpStruct    Op = "struct"    // STRUCT(... := Args[i]); the names are those of Type.
)

// Expr is a bound, typed expression over the columns of a batch: plain data
// that a plan stores. [Compile] turns it into kernels.
//
// The binder has already inserted every implicit cast, so operands have exactly
// the types the operation wants.
type Expr struct {
	Op     Op            `json:"op"`
	Type   *types.Type   `json:"type"`
	Name   string        `json:"name,omitempty"`
	Index  int           `json:"index,omitempty"`
	Text   string        `json:"text,omitempty"`
	Null   bool          `json:"null,omitempty"`
	Params []*types.Type `json:"params,omitempty"`
	Args   []*Expr       `json:"args,omitempty"`

	// SQL is the canonical text the expression was bound from, for EXPLAIN and
	// the processing log; empty for implicit casts.
	SQL string `json:"sql,omitempty"`
}

// Column returns a reference to column i of the input.
func Column(i int, t *types.Type) *Expr { return &Expr{Op: OpColumn, Type: t, Index: i} }

// Const returns a constant from its text in the form that a CAST from STRING
// to t reads; Null returns the NULL of a type.
func Const(text string, t *types.Type) *Expr { return &Expr{Op: OpConst, Type: t, Text: text} }

// Null returns the NULL of type t.
func Null(t *types.Type) *Expr { return &Expr{Op: OpConst, Type: t, Null: true} }

// Cast returns e cast to t, or e itself when it has that type.
func Cast(e *Expr, t *types.Type) *Expr {
	if e.Type.Equal(t) {
		return e
	}
	return &Expr{Op: OpCast, Type: t, Args: []*Expr{e}, SQL: e.SQL}
}

// Walk calls fn for e and everything below it, parents first, as long as fn
// returns true.
func (e *Expr) Walk(fn func(*Expr) bool) {
	if !fn(e) {
		return
	}
	for _, a := range e.Args {
		a.Walk(fn)
	}
}

// Columns adds the numbers of the input columns e reads to set.
func (e *Expr) Columns(set map[int]bool) {
	e.Walk(func(x *Expr) bool {
		if x.Op == OpColumn {
			set[x.Index] = true
		}
		return true
	})
}
