package function

import (
	"strings"
	"time"

	"github.com/leatdb/leat/types"
)

// Example is an expression and the text of its value; examples run as tests.
// Those of an aggregate are over the rows of its sample.
type Example struct{ SQL, Result string }

// Sample is a few rows.
type Sample struct {
	Columns string   // As CREATE STREAM declares them, e.g. "x INT, y STRING".
	Rows    []string // Each as in VALUES, e.g. "1, 'a'".
}

// String prints the columns and the rows, e.g. "x INT: 1, NULL" or
// "x INT, y STRING: (1, 'a'), (2, NULL)".
func (s Sample) String() string {
	switch {
	case s.Columns == "":
		return ""
	case !strings.Contains(s.Columns, ", "):
		return s.Columns + ": " + strings.Join(s.Rows, ", ")
	}
	return s.Columns + ": (" + strings.Join(s.Rows, "), (") + ")"
}

// Info is what every function tells about itself.
type Info struct {
	Name     string // Upper case.
	Category string // e.g. MATHEMATICAL, STRING, DATE / TIME.
	Summary  string // One sentence.
	Author   string
	Version  string
	Examples []Example
	Sample   Sample // What the examples of an aggregate are over.
}

// Param is a declared parameter. Type may be a type, a pattern with type
// variables (see [Pattern]), a lambda or a time unit.
type Param struct {
	Name    string
	Summary string
	Type    Pattern
	// NotNull marks a parameter for which NULL is a failure of the call (a Java
	// primitive in the dialect's origin) rather than an argument. Kernels never
	// see such rows: the registry wraps New with the check.
	NotNull bool
}

// Scalar is a scalar function: one value per row.
type Scalar struct {
	Info
	Overloads []ScalarOverload
}

// ScalarOverload is one signature. Variadic is the number of the parameter that
// may be given zero or more times, or -1.
type ScalarOverload struct {
	Params   []Param
	Variadic int
	// Result is the declared result. With Returns nil the result type is Result
	// with its type variables replaced; otherwise Result only documents.
	Result Pattern
	// Returns computes the result type from the argument types (after implicit
	// casts; the type of its body for a lambda, nil for a time unit). It may
	// reject a combination with an error.
	Returns func(args []*types.Type) (*types.Type, error)
	// New makes the kernel of one call site. It may look at constant arguments in
	// call (to compile a pattern once) and may keep scratch memory: a kernel is
	// used by one task at a time. A constant that every row would fail on is no
	// error of New but of every row.
	New func(call *Call) (Kernel, error)
	// Volatile functions (RANDOM, UUID) are never folded to constants.
	Volatile bool
}

// Call describes one call site to ScalarOverload.New.
type Call struct {
	Args   []*types.Type
	Return *types.Type
	// Const[i] holds the value of argument i in row 0 when it is constant, or nil.
	Const []*types.Vector
	// Unit[i] is the time unit of argument i in milliseconds, or 0.
	Unit []int64
	// Lambda[i] evaluates argument i when that is a lambda, or is nil.
	Lambda []Lambda
	// Config are the properties ksql.functions.<name>.* and ksql.functions._global_.*
	Config map[string]string
	// Now reads the wall clock; nil means time.Now.
	Now func() time.Time
}

// Lambda evaluates a lambda body. Params are vectors with one row per
// evaluation; outer[i] is the row of the enclosing batch that evaluation i
// belongs to (for outer columns and outer lambda parameters). The result is
// valid until the next call; failed evaluations are reported through errs by
// evaluation number.
type Lambda func(params []*types.Vector, outer []uint32, errs *Errors) *types.Vector

// Kernel computes the rows of out named by rows from the same rows of args. out
// has been Reset to the batch's length. A row that fails is set NULL and
// reported with errs.Add. Entries of args for lambdas and time units are nil.
type Kernel func(args []*types.Vector, rows []uint32, out *types.Vector, errs *Errors)

// Errors collects failed rows of one evaluation. Its zero value is ready.
type Errors struct {
	Rows []uint32
	Errs []error
}

// Add reports that row failed. Errors are the exception, so they may allocate.
// They do not name the function; whoever evaluates the call does.
func (e *Errors) Add(row uint32, err error) {
	e.Rows = append(e.Rows, row)
	e.Errs = append(e.Errs, err)
}

// Reset forgets all reports.
func (e *Errors) Reset() { e.Rows, e.Errs = e.Rows[:0], e.Errs[:0] }
