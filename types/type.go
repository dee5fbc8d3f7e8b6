package types

import (
	"strconv"
	"strings"
)

// Kind is the base of a SQL type.
type Kind uint8

// The base types of the dialect. Invalid is the zero Kind; Null is the type of
// an untyped NULL literal and never the type of a column.
const (
	Invalid Kind = iota
	Null
	Boolean
	Integer
	BigInt
	Double
	Decimal
	String
	Bytes
	Date
	Time
	Timestamp
	Array
	Map
	Struct
)

var kindNames = [...]string{"INVALID", "NULL", "BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "DECIMAL", "STRING",
	"BYTES", "DATE", "TIME", "TIMESTAMP", "ARRAY", "MAP", "STRUCT"}

func (k Kind) String() string { return kindNames[k] }

// Numeric tells whether arithmetic applies to the kind.
func (k Kind) Numeric() bool { return k >= Integer && k <= Decimal }

// Temporal tells whether the kind is DATE, TIME or TIMESTAMP.
func (k Kind) Temporal() bool { return k >= Date && k <= Timestamp }

// Nested tells whether vectors of the kind have children.
func (k Kind) Nested() bool { return k >= Array }

// Type is a SQL type. Types are immutable and shared by pointer; compare them
// with [Type.Equal], never with ==.
type Type struct {
	Kind      Kind
	Precision int     // Decimal only: number of digits, at least 1.
	Scale     int     // Decimal only: digits right of the point, 0..Precision.
	Key       *Type   // Map only.
	Elem      *Type   // Array element or map value.
	Fields    []Field // Struct only, in declaration order.
}

// Field is one field of a STRUCT type. Names compare exactly.
type Field struct {
	Name string
	Type *Type
}

// The types without parameters.
var (
	NullType      = &Type{Kind: Null}
	BooleanType   = &Type{Kind: Boolean}
	IntegerType   = &Type{Kind: Integer}
	BigIntType    = &Type{Kind: BigInt}
	DoubleType    = &Type{Kind: Double}
	StringType    = &Type{Kind: String}
	BytesType     = &Type{Kind: Bytes}
	DateType      = &Type{Kind: Date}
	TimeType      = &Type{Kind: Time}
	TimestampType = &Type{Kind: Timestamp}
)

// DecimalOf returns DECIMAL(precision, scale).
func DecimalOf(precision, scale int) *Type {
	return &Type{Kind: Decimal, Precision: precision, Scale: scale}
}

// ArrayOf returns ARRAY<elem>.
func ArrayOf(elem *Type) *Type { return &Type{Kind: Array, Elem: elem} }

// MapOf returns MAP<key, value>.
func MapOf(key, value *Type) *Type { return &Type{Kind: Map, Key: key, Elem: value} }

// StructOf returns STRUCT<fields>.
func StructOf(fields ...Field) *Type { return &Type{Kind: Struct, Fields: fields} }

// Equal tells whether two types are the same, parameters and fields included.
func (t *Type) Equal(o *Type) bool {
	if t == o {
		return true
	}
	if t == nil || o == nil || t.Kind != o.Kind || t.Precision != o.Precision || t.Scale != o.Scale || len(t.Fields) != len(o.Fields) {
		return false
	}
	for i, f := range t.Fields {
		if f.Name != o.Fields[i].Name || !f.Type.Equal(o.Fields[i].Type) {
			return false
		}
	}
	return (t.Key == nil) == (o.Key == nil) && (t.Elem == nil) == (o.Elem == nil) &&
		(t.Key == nil || t.Key.Equal(o.Key)) && (t.Elem == nil || t.Elem.Equal(o.Elem))
}

// Field returns the position of the named field of a STRUCT, or -1.
func (t *Type) Field(name string) int {
	for i, f := range t.Fields {
		if f.Name == name {
			return i
		}
	}
	return -1
}

// String prints the type as canonical SQL, e.g. ARRAY<DECIMAL(4, 2)>. The text
// is accepted by [ParseType].
func (t *Type) String() string {
	var b strings.Builder
	t.print(&b)
	return b.String()
}

func (t *Type) print(b *strings.Builder) {
	b.WriteString(t.Kind.String())
	switch t.Kind {
	case Decimal:
		b.WriteString("(" + strconv.Itoa(t.Precision) + ", " + strconv.Itoa(t.Scale) + ")")
	case Array:
		b.WriteByte('<')
		t.Elem.print(b)
		b.WriteByte('>')
	case Map:
		b.WriteByte('<')
		t.Key.print(b)
		b.WriteString(", ")
		t.Elem.print(b)
		b.WriteByte('>')
	case Struct:
		b.WriteByte('<')
		for i, f := range t.Fields {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(QuoteName(f.Name))
			b.WriteByte(' ')
			f.Type.print(b)
		}
		b.WriteByte('>')
	}
}

// QuoteName puts backquotes around a column or field name, doubling those
// inside it, as schemas are shown.
func QuoteName(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// MarshalText writes the type as SQL, so that plans and metadata stay readable.
func (t *Type) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (t *Type) UnmarshalText(text []byte) error {
	p, err := ParseType(string(text))
	if err != nil {
		return err
	}
	*t = *p
	return nil
}
