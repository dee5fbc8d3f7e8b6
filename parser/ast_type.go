package parser

// TypeKind tells the shapes of a written type apart.
type TypeKind int

const (
	TypeNamed   TypeKind = iota // A base type or the name of a CREATE TYPE; see Name and Params.
	TypeDecimal                 // DECIMAL(p, s); Params holds p and s.
	TypeArray                   // ARRAY<Elem>
	TypeMap                     // MAP<Key, Elem>
	TypeStruct                  // STRUCT<Fields>
)

func (k TypeKind) String() string {
	return [...]string{
		TypeNamed: "named", TypeDecimal: "DECIMAL", TypeArray: "ARRAY", TypeMap: "MAP", TypeStruct: "STRUCT",
	}[k]
}

// TypeExpr is a type as written. Names are not resolved.
type TypeExpr struct {
	Loc
	Kind   TypeKind
	Name   Name      // The first word, upper-cased: INT, VARCHAR, DECIMAL, ARRAY, MAP, STRUCT, MY_TYPE.
	Params []*IntLit // Of DECIMAL, and of types such as VARCHAR(32) where they mean nothing.
	Key    *TypeExpr // Of a MAP.
	Elem   *TypeExpr // Of an ARRAY, or the values of a MAP.
	Fields []TypeField
}

// TypeField is one field of a STRUCT type.
type TypeField struct {
	Loc
	Name Name
	Type *TypeExpr
}
