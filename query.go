package leat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/leatdb/leat/exec"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner"
	"github.com/leatdb/leat/types"
)

// Query runs one SELECT or PRINT in the database's default session; see
// [Session.Query].
func (db *DB) Query(ctx context.Context, sql string) (*Rows, error) { return db.base.Query(ctx, sql) }

// Query runs a text that ends in one SELECT or PRINT; statements before it run
// first (SET, DEFINE). A text with another end, or with a second query, is refused
// before anything of it runs. The rows come until the result ends, ctx ends, or
// Close.
func (s *Session) Query(ctx context.Context, sql string) (*Rows, error) {
	if err := s.checkQueryText(sql); err != nil {
		return nil, err
	}
	results, err := s.Exec(ctx, sql)
	var rows *Rows
	for i := range results {
		if r := results[i].Rows; r != nil {
			rows = r
		}
	}
	if err == nil && rows == nil {
		err = &StatementError{SQL: sql, Err: errNoQuery}
	}
	if err != nil && rows != nil {
		rows.Close()
	}
	return rows, err
}

// errNoQuery refuses texts without a query where rows are wanted.
var errNoQuery = errors.New("only SELECT and PRINT return rows; Exec runs other statements, and so does the path /ksql")

// checkQueryText holds that the last statement of a text is a query and no other
// is.
func (s *Session) checkQueryText(sql string) error {
	last := 0
	for _, piece := range parser.Split(sql) {
		last = piece.At.Start
	}
	return s.eachStatement(sql, func(stmt parser.Statement, at parser.Span) error {
		switch {
		case at.Start == last && !isQuery(stmt):
			return errNoQuery
		case at.Start != last && isQuery(stmt):
			return errors.New("there is one SELECT or PRINT at a time, and nothing behind it; send each by itself")
		}
		return nil
	})
}

// queryTable holds the clients' running queries by id.
type queryTable struct {
	mu   sync.Mutex
	last int64
	rows map[string]*Rows
}

func (t *queryTable) add(r *Rows, kind string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	r.QueryID = fmt.Sprintf("%s_%d", kind, t.last)
	if t.rows == nil {
		t.rows = map[string]*Rows{}
	}
	t.rows[r.QueryID] = r
}

func (t *queryTable) remove(r *Rows) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.rows, r.QueryID)
}

func (t *queryTable) get(id string) *Rows {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.rows[id]
}

func (t *queryTable) list() []*Rows {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []*Rows
	for _, r := range t.rows {
		out = append(out, r)
	}
	return out
}

// CloseQuery stops the client's query of that id and tells whether there was one.
func (db *DB) CloseQuery(id string) bool {
	r := db.queries.get(id)
	if r == nil {
		return false
	}
	r.Close()
	return true
}

// terminatePush does TERMINATE of a client's query, whose id may be in any case; nil
// is another statement.
func (db *DB) terminatePush(stmt parser.Statement) *Result {
	st, ok := stmt.(*parser.ControlQuery)
	if !ok || st.Action != parser.Terminate || st.QueryID == nil {
		return nil
	}
	for _, r := range db.queries.list() {
		if strings.EqualFold(r.QueryID, st.QueryID.Text) {
			r.Close()
			return &Result{SQL: stmt.Text(), Closed: &ClosedQuery{ID: r.QueryID}}
		}
	}
	return nil
}

// CloseQueries stops all clients' queries.
func (db *DB) CloseQueries() {
	for _, r := range db.queries.list() {
		r.Close()
	}
}

// The kinds of client's queries, with which their ids begin. Clients of ksqlDB
// know them.
const (
	kindPush   = "transient"
	kindShared = "SCALABLE_PUSH_QUERY" // A push query that shares the reading of its topic with others.
	kindPull   = "query"
)

// newRows registers a client's query. closed frees what it holds.
func (db *DB) newRows(ctx context.Context, kind, sql string, pull func(context.Context) ([]Row, error), closed func()) *Rows {
	ctx, cancel := context.WithCancel(ctx)
	r := &Rows{ctx: ctx, cancel: cancel, pull: pull, sql: sql}
	r.closed = func() {
		closed()
		db.queries.remove(r)
	}
	db.queries.add(r, kind)
	return r
}

// push starts a query whose changes go to the client.
func (s *Session) push(ctx context.Context, p *planner.Push) (*Result, error) {
	db := s.db
	s.mu.Lock()
	token := s.token
	s.mu.Unlock()
	place, err := placeOf(p, token)
	if err != nil {
		return nil, err
	}
	results, err := db.runtime.Push(ctx, p.Query, exec.PushOptions{Bounded: p.Bounded, From: place.offsets()})
	if err != nil {
		return nil, err
	}
	pick := picker{outputs: p.Outputs, keys: len(p.Query.Root.Out().Key)}
	kind := kindPush
	if results.Shared() {
		kind = kindShared
	}
	if place != nil && results.Shared() {
		place.Offsets = results.Start()
		pick.place = place
	}
	rows := db.newRows(ctx, kind, p.Query.SQL, pick.from(results), results.Close)
	rows.Columns, rows.place = pick.columns(), pick.place
	rows.end = func() string {
		switch {
		case results.LimitReached():
			return "Limit Reached"
		case p.Bounded:
			return "Query Completed"
		}
		return ""
	}
	return &Result{Rows: rows}, nil
}

// pull answers a query over the state at one moment.
func (db *DB) pull(ctx context.Context, p *planner.Pull) (*Result, error) {
	results, err := db.runtime.Pull(ctx, p.Pull)
	if err != nil {
		return nil, err
	}
	pick := picker{outputs: p.Outputs, keys: len(p.Pull.Root.Out().Key)}
	rows := db.newRows(ctx, kindPull, p.Pull.SQL, pick.from(results), results.Close)
	rows.Columns, rows.Pull = pick.columns(), true
	return &Result{Rows: rows}, nil
}

// picker turns the rows of a plan into rows as the SELECT lists them.
type picker struct {
	outputs []planner.Output
	keys    int
	place   *place // Moves on with the rows; nil for none.
}

func (p *picker) columns() []RowColumn {
	out := make([]RowColumn, len(p.outputs))
	for i, o := range p.outputs {
		out[i] = RowColumn{Name: o.Name, Type: o.Type.String(), Key: o.Key, Header: o.Header}
	}
	return out
}

// from returns the rows of results, batch by batch; none at the end.
func (p *picker) from(results *exec.Results) func(context.Context) ([]Row, error) {
	return func(ctx context.Context) ([]Row, error) {
		b, err := results.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if p.place != nil {
			p.place.after(b)
		}
		return p.rows(b), nil
	}
}

func (p *picker) rows(b *types.Batch) []Row {
	out := make([]Row, b.N)
	for i := range out {
		row := Row{Values: make([]any, len(p.outputs)), Tombstone: b.NoValue.Get(i)}
		for k, o := range p.outputs {
			if !row.Tombstone || o.Column < p.keys {
				row.Values[k] = b.Cols[o.Column].Any(i)
			}
		}
		out[i] = row
	}
	return out
}
