package leat

import (
	"context"
	"iter"
	"sync"
)

// RowColumn is a column of a result.
type RowColumn struct {
	Name string
	Type string // As SQL, e.g. ARRAY<BIGINT>.
	Key  bool   // A key column, in pull queries.
	// Header is the mark of a header column that `*` selects in a pull query, e.g.
	// HEADER('k'); empty otherwise.
	Header string
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
	place  *place // nil: the query has no tokens.
}

// Token says how far the rows go that Next has returned, so that another push query of the same
// SELECT goes on behind them, with Session.Continue: the continuation token. It is empty
// unless 'ksql.query.push.v2.continuation.tokens.enabled' is true and the query only
// filters and projects rows from the end of a stream on.
func (r *Rows) Token() string {
	if r.place == nil {
		return ""
	}
	return r.place.token()
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
