package function

import "github.com/leatdb/leat/types"

// Aggregate is an aggregate function.
type Aggregate struct {
	Info
	Overloads []AggregateOverload
}

// AggregateOverload is one signature: column parameters, then Literals trailing
// configuration constants.
type AggregateOverload struct {
	Params []Param
	// Variadic is the number of the parameter that may be given zero or more times,
	// or -1. It counts Params, then Literals: a literal may repeat, too.
	Variadic int
	Literals []Param
	// Result is the declared result. With Returns nil the result type is Result
	// with its type variables replaced; otherwise Result only documents. Returns
	// gets the types of the column arguments.
	Result  Pattern
	Returns func(args []*types.Type) (*types.Type, error)
	// TableOK tells that Accumulator.Update works with a negative sign, so that
	// the aggregate may be computed over a table.
	TableOK bool
	// NestedState tells that the dialect keeps the running state as an ARRAY, MAP
	// or STRUCT. It writes the state in the value format of the source, so such an
	// aggregate is refused over a format without nested values (DELIMITED).
	NestedState bool
	New         func(call *AggregateCall) (Accumulator, error)
}

// Columns tells how many of a call's arguments are columns: the others, which
// follow them, are literals.
func (o *AggregateOverload) Columns(args int) int {
	if o.Variadic >= len(o.Params) {
		return len(o.Params)
	}
	return args - len(o.Literals)
}

// AggregateCall describes one call site.
type AggregateCall struct {
	Args     []*types.Type
	Return   *types.Type
	Literals []*types.Vector // One-row vectors.
	Config   map[string]string
}

// State is where accumulators keep their groups: rows of fixed 8-byte words and
// of byte strings, as package state stores them. Group g of a state with stride
// s has Words()[g*s : g*s+s]. The word slice is valid until a group is added.
type State interface {
	Words() []uint64
	Stride() int
	Blob(group uint32, i int) []byte
	SetBlob(group uint32, i int, b []byte)
}

// Slots is where in each group an accumulator's own words and blobs begin.
type Slots struct{ Word, Blob int }

// Accumulator is the running state of one aggregate call over all groups. New
// groups are zero words and empty blobs, which must mean "nothing seen": there
// is no initialising call.
//
// The methods take batches: rows[k] of args belongs to group groups[k], in row
// order, and the same group may occur many times.
type Accumulator interface {
	// Size returns how many words and blobs a group needs.
	Size() (words, blobs int)
	// Update adds the rows (sign > 0) or takes them away (sign < 0). When out is
	// not nil the group's value after row k is written to out at row rows[k], so
	// that every change can be emitted; otherwise only the last value counts.
	Update(st State, at Slots, groups []uint32, args []*types.Vector, rows []uint32, sign int, out *types.Vector, errs *Errors)
	// Result writes the value of groups[k] to out at row rows[k].
	Result(st State, at Slots, groups []uint32, rows []uint32, out *types.Vector)
	// Merge adds group from to group into (session windows); from is older.
	Merge(st State, at Slots, into, from uint32)
}

// TableFunction turns one row into any number of rows.
type TableFunction struct {
	Info
	Overloads []TableOverload
}

// TableOverload is one signature. Its kernel returns, for each row, the run of
// result rows in out (spans[k] belongs to rows[k]).
type TableOverload struct {
	Params   []Param
	Variadic int
	Result   Pattern // As in ScalarOverload.
	Returns  func(args []*types.Type) (*types.Type, error)
	New      func(call *Call) (TableKernel, error)
}

// TableKernel appends the result rows of every row to out and their spans to
// spans.
type TableKernel func(args []*types.Vector, rows []uint32, out *types.Vector, spans []types.Span, errs *Errors)
