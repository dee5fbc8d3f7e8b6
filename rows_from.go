package leat

import "context"

// RowSource is where the rows of a result come from when they come from
// elsewhere than this database: a client of a server makes Rows of one.
type RowSource struct {
	Columns []RowColumn
	QueryID string
	Pull    bool // See Rows.
	Lines   bool // See Rows.
	// Next returns the next rows, waiting for at least one, and none at the end.
	Next func(context.Context) ([]Row, error)
	// Final is what Rows.Final says once the rows have ended. It may be nil.
	Final func() string
	// Close frees what the source holds. It is called once, while Next may wait.
	Close func()
}

// NewRows makes a result of a source, which it owns from then on. Its rows come
// until the source ends, ctx ends, or Close.
func NewRows(ctx context.Context, from RowSource) *Rows {
	ctx, cancel := context.WithCancel(ctx)
	return &Rows{Columns: from.Columns, QueryID: from.QueryID, Pull: from.Pull, Lines: from.Lines,
		pull: from.Next, ctx: ctx, cancel: cancel, end: from.Final, closed: from.Close}
}
