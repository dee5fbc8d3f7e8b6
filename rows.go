package leat

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
)

// RowColumn is a column of a result.
type RowColumn struct {
	Name string
	Type string // As SQL, e.g. ARRAY<BIGINT>.
	Key  bool   // A key column, in pull queries.
}

// Row is one row of a result. Values are Go values as types.Vector.Any gives
// them: nil, bool, int32, int64, float64, string, []byte, types.DecimalValue,
// types.DateValue, types.TimeValue, types.TimestampValue, []any, types.MapValue
// or types.StructValue.
type Row struct {
	Values []any
	// Tombstone tells that the row with these key columns was deleted from the
	// table; the other values are nil. Only push queries on tables have them.
	Tombstone bool
}

// Rows is the running result of a query. It must be closed; Close may be called
// more than once and from any goroutine. All may be used once.
type Rows struct {
	Columns []RowColumn
	// QueryID names the query in SHOW QUERIES and TERMINATE while it runs.
	QueryID string
	// Pull tells that the result is finite: the state at one moment. Otherwise
	// rows come as long as there are changes.
	Pull bool
	// Lines tells that this is the output of PRINT: one text column.
	Lines bool

	pull   func(context.Context) ([]Row, error) // Next rows; none and no error means the end.
	cancel context.CancelFunc
	ctx    context.Context
	once   sync.Once
	closed func()
	end    func() string // What Final says; nil for nothing.
	sql    string
}

// All returns the rows in order. After an error it ends; the error of a
// cancelled context is reported like any other.
func (r *Rows) All() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		defer r.Close()
		for {
			rows, err := r.pull(r.ctx)
			if err != nil {
				yield(Row{}, err)
				return
			}
			if len(rows) == 0 {
				return
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// Next returns the next rows, waiting for at least one; it returns none at the
// end. It is All for callers that write in bulk.
func (r *Rows) Next() ([]Row, error) { return r.pull(r.ctx) }

// Final says how a result ended by itself: "Limit Reached", "Query Completed"
// or nothing.
func (r *Rows) Final() string {
	if r.end == nil {
		return ""
	}
	return r.end()
}

// Close stops the query.
func (r *Rows) Close() {
	r.once.Do(func() {
		r.cancel()
		if r.closed != nil {
			r.closed()
		}
	})
}

// Scan copies the values of the row into pointers: *any takes everything, other
// pointers take a value of their own type. nil leaves a nil for *any and the
// zero value otherwise.
func (r Row) Scan(dest ...any) error {
	if len(dest) != len(r.Values) {
		return fmt.Errorf("leat: the row has %d values, Scan was given %d pointers", len(r.Values), len(dest))
	}
	for i, d := range dest {
		if err := scanValue(d, r.Values[i]); err != nil {
			return fmt.Errorf("leat: column %d: %w", i+1, err)
		}
	}
	return nil
}

func scanValue(dest, v any) error {
	ok := true
	switch d := dest.(type) {
	case *any:
		*d = v
	case *string:
		ok = scanInto(d, v)
		if !ok {
			if s, is := v.(fmt.Stringer); is {
				*d, ok = s.String(), true
			}
		}
	case *int64:
		if n, is := v.(int32); is {
			*d = int64(n)
		} else {
			ok = scanInto(d, v)
		}
	case *int:
		switch n := v.(type) {
		case int32:
			*d = int(n)
		case int64:
			*d = int(n)
		case nil:
			*d = 0
		default:
			ok = false
		}
	case *int32:
		ok = scanInto(d, v)
	case *float64:
		ok = scanInto(d, v)
	case *bool:
		ok = scanInto(d, v)
	case *[]byte:
		ok = scanInto(d, v)
	case *[]any:
		ok = scanInto(d, v)
	default:
		return fmt.Errorf("cannot scan into %T", dest)
	}
	if !ok {
		return fmt.Errorf("cannot scan a %T into %s", v, strings.TrimPrefix(fmt.Sprintf("%T", dest), "*"))
	}
	return nil
}

func scanInto[T any](dest *T, v any) bool {
	if v == nil {
		var zero T
		*dest = zero
		return true
	}
	x, ok := v.(T)
	if ok {
		*dest = x
	}
	return ok
}
