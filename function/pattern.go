package function

import (
	"strings"

	"github.com/leatdb/leat/types"
)

// Pattern is the type of a declared parameter: a concrete type, a type with
// variables, any DECIMAL, a lambda or a time unit. [P] makes one from text.
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

// String prints the pattern as [P] reads it and DESCRIBE FUNCTION shows it.
func (p Pattern) String() string {
	switch p.Kind {
	case PatternDecimal:
		return "DECIMAL"
	case PatternVar:
		return p.Var
	case PatternAny:
		return "ANY"
	case PatternArray:
		return "ARRAY<" + p.Elem.String() + ">"
	case PatternMap:
		return "MAP<" + p.Key.String() + ", " + p.Elem.String() + ">"
	case PatternLambda:
		parts := make([]string, len(p.Params))
		for i, x := range p.Params {
			parts[i] = x.String()
		}
		return "(" + strings.Join(parts, ", ") + ") => " + p.Result.String()
	case PatternUnit:
		return "UNIT"
	}
	if p.Type == nil {
		return ""
	}
	return p.Type.String()
}

// generic tells whether the pattern mentions a type variable.
func (p Pattern) generic() bool {
	switch p.Kind {
	case PatternVar:
		return true
	case PatternArray:
		return p.Elem.generic()
	case PatternMap:
		return p.Key.generic() || p.Elem.generic()
	case PatternLambda:
		for _, x := range p.Params {
			if x.generic() {
				return true
			}
		}
		return p.Result.generic()
	}
	return false
}
