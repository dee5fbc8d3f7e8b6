package types

import "strings"

// Column is one named column of a schema.
type Column struct {
	Name string `json:"name"`
	Type *Type  `json:"type"`
}

// Header is a read-only column filled from record headers. An empty HeaderKey
// means the whole list (ARRAY<STRUCT<KEY STRING, VALUE BYTES>>), otherwise the
// last header with that key (BYTES).
type Header struct {
	Name      string `json:"name"`
	HeaderKey string `json:"headerKey,omitempty"`
}

// Schema lists the columns of a stream or table. Key columns live in the
// record key, value columns in the record value, header columns in the
// headers. Order is declaration order and is fixed on the wire.
type Schema struct {
	Key     []Column `json:"key,omitempty"`
	Value   []Column `json:"value,omitempty"`
	Headers []Header `json:"headers,omitempty"`
}

// HeaderListType is the type of a HEADERS column.
var HeaderListType = ArrayOf(StructOf(Field{"KEY", StringType}, Field{"VALUE", BytesType}))

// Type returns the SQL type of the header column.
func (h Header) Type() *Type {
	if h.HeaderKey == "" {
		return HeaderListType
	}
	return BytesType
}

// Mark is how the column is declared behind its type: HEADERS, or HEADER('key').
func (h Header) Mark() string {
	if h.HeaderKey == "" {
		return "HEADERS"
	}
	return "HEADER('" + h.HeaderKey + "')"
}

// Columns returns key columns, then value columns, then header columns: the
// order in which a batch of the source holds them.
func (s *Schema) Columns() []Column {
	out := make([]Column, 0, len(s.Key)+len(s.Value)+len(s.Headers))
	out = append(append(out, s.Key...), s.Value...)
	for _, h := range s.Headers {
		out = append(out, Column{h.Name, h.Type()})
	}
	return out
}

// Find returns the position of the named column in [Schema.Columns], or -1.
func (s *Schema) Find(name string) int {
	for i, c := range s.Columns() {
		if c.Name == name {
			return i
		}
	}
	return -1
}

// String prints the schema as in DESCRIBE and in query headers:
// `ID` BIGINT KEY, `V` STRING.
func (s *Schema) String() string {
	var parts []string
	for _, c := range s.Key {
		parts = append(parts, QuoteName(c.Name)+" "+c.Type.String()+" KEY")
	}
	for _, c := range s.Value {
		parts = append(parts, QuoteName(c.Name)+" "+c.Type.String())
	}
	for _, h := range s.Headers {
		parts = append(parts, QuoteName(h.Name)+" "+h.Type().String()+" "+h.Mark())
	}
	return strings.Join(parts, ", ")
}
