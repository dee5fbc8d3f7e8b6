package function

import "github.com/leatdb/leat/types"

// Pattern is the type of a declared parameter: a concrete type, a type with
// variables, any DECIMAL, a lambda or a time unit.
type Pattern struct {
	Kind PatternKind
	Type *types.Type // PatternExact.
	Var  string      // PatternVar: the name of the type variable, e.g. T.
	Elem *Pattern    // PatternArray, PatternMap (value).
	Key  *Pattern    // PatternMap.
	// Lambda: parameter and result patterns.
	Params []Pattern
	Result *Pattern
}

// PatternKind says how a Pattern matches.
type PatternKind uint8

// The kinds of patterns.
const (
	PatternExact   PatternKind = iota // Type itself.
	PatternDecimal                    // Any DECIMAL(p, s).
	PatternVar                        // Any type, the same wherever the variable occurs.
	PatternAny                        // Any type, independently of others.
	PatternArray
	PatternMap
	PatternLambda
	PatternUnit
)
