package format

import (
	"context"
	"fmt"
	"strings"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/types"
)

// Properties of formats; in SQL their names begin with KEY_ or VALUE_.
const (
	// PropertyDelimiter is the column separator of DELIMITED, one character or
	// SPACE or TAB.
	PropertyDelimiter = "DELIMITER"
	// PropertySchemaID is the id of the registered schema to write with.
	PropertySchemaID = "SCHEMA_ID"
	// PropertyFullName is the name of the record or message in the schema.
	PropertyFullName = "SCHEMA_FULL_NAME"
	// PropertyNullable says how PROTOBUF tells NULL from zero: OPTIONAL, WRAPPER,
	// or not at all when it is missing.
	PropertyNullable = "PROTOBUF_NULLABLE_REPRESENTATION"
)

// Spec says what a format has to carry.
type Spec struct {
	Name       string            // Any case, e.g. JSON.
	Properties map[string]string // By upper-case name without KEY_ or VALUE_.
	// WrapSingle is WRAP_SINGLE_VALUE for values of one column: true for a record
	// with one field, false for the bare value, nil for the format's default.
	// Keys of one column are always bare and must leave it nil.
	WrapSingle *bool
	IsKey      bool
	Columns    []types.Column // The key columns or the value columns, in order.

	// Registry holds the schemas of AVRO, JSON_SR and PROTOBUF; other formats do
	// without it. Subject is where the schema of the columns is registered when it
	// is first written with; without one it is not registered, and only whoever has
	// the same columns can read the bytes.
	Registry registry.Registry
	Subject  string
	// Context bounds the calls to the registry, also those of the decoders and
	// encoders made; nil never ends.
	Context context.Context
}

func (s *Spec) context() context.Context {
	if s.Context == nil {
		return context.Background()
	}
	return s.Context
}

// Format makes decoders and encoders for one list of columns.
type Format interface {
	// NewDecoder returns a decoder that fills the columns marked in needed; nil
	// means all of them.
	NewDecoder(needed []bool) Decoder
	NewEncoder() Encoder
}

// Decoder turns byte strings into rows.
type Decoder interface {
	// Decode reads byte strings rows (ascending) of in into the same row numbers
	// of out, one vector per column of the Spec, each Reset by the caller to a row
	// count above the largest row. A null byte string makes all columns NULL.
	// Columns that are not needed become NULL in all rows; their vector may be nil.
	//
	// Records that fail are added to errs in row order, at most once each; their
	// row in out is unspecified (but safe to read). When errs.Unavailable is set, no
	// row counts and the call has to be made again later.
	Decode(in *types.Spans, rows []uint32, out []*types.Vector, errs *Errors)
}

// Encoder turns rows into byte strings.
type Encoder interface {
	// Encode appends to out one byte string for each of rows, in that order: null
	// for rows in noValue and for a bare single value that is NULL. cols has one
	// vector per column of the Spec. A row that cannot be encoded is added to errs
	// and appended as null, so that out stays aligned with rows. errs.Unavailable is
	// as in Decode.
	Encode(cols []*types.Vector, rows []uint32, noValue types.Bitmap, out *types.Spans, errs *Errors)
}

// New checks that the named format can carry the columns and returns it. The
// error says what is refused and what to do instead, without a position: the
// caller knows the statement.
func New(spec Spec) (Format, error) {
	if spec.Name == Internal {
		return rowFormat{spec.Columns}, nil
	}
	c, ok := Lookup(spec.Name)
	if !ok {
		return nil, fmt.Errorf("unknown format %s: known formats are %s", spec.Name, strings.Join(Names(), ", "))
	}
	if err := c.Check(spec); err != nil {
		return nil, err
	}
	if len(spec.Columns) == 0 {
		return newEmpty(c, spec.IsKey), nil
	}
	return c.build(spec)
}

// wrapped tells whether values are records with named fields rather than one
// bare value.
func wrapped(c *Capability, spec Spec) bool {
	switch {
	case len(spec.Columns) > 1:
		return true
	case spec.IsKey:
		return c.WrapKey
	case spec.WrapSingle != nil:
		return *spec.WrapSingle
	}
	return c.WrapDefault
}

// allNeeded returns needed, or a list of n times true for nil.
func allNeeded(needed []bool, n int) []bool {
	if needed != nil {
		return needed
	}
	all := make([]bool, n)
	for i := range all {
		all[i] = true
	}
	return all
}

// spareValue is where a decoder reads the values of a column that nobody needs,
// only to find out whether they are values of its type.
type spareValue struct {
	v *types.Vector
	// kept tells that values take memory, which has to be given back.
	kept bool
}

// newSpareValue returns nil for STRING, which can hold anything.
func newSpareValue(t *types.Type) *spareValue {
	if t.Kind == types.String {
		return nil
	}
	v := types.NewVector(t)
	v.Reset(1)
	return &spareValue{v, t.Kind.Nested() || t.Kind == types.Bytes || t.Kind == types.Decimal}
}

// vector returns the vector whose row 0 takes the next value.
func (s *spareValue) vector() *types.Vector {
	if s.kept {
		s.v.Reset(1)
	}
	return s.v
}

// nullUnneeded makes the columns nobody needs NULL in all rows.
func nullUnneeded(needed []bool, out []*types.Vector) {
	for c, v := range out {
		if !needed[c] && v != nil {
			v.SetAllNull(v.Len)
		}
	}
}

// setNull makes row NULL in all needed columns.
func setNull(needed []bool, out []*types.Vector, row int) {
	for c, v := range out {
		if needed[c] {
			v.SetNull(row)
		}
	}
}
