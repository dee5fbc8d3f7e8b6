package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/server/api"
	"github.com/leatdb/leat/types"
)

// query starts a SELECT or PRINT. The rows end with the connection.
func (s *Session) query(ctx context.Context, sql string) (*leat.Rows, error) {
	ctx, cancel := context.WithCancel(ctx)
	rows, err := s.open(ctx, cancel, sql)
	if err != nil {
		cancel()
	}
	return rows, err
}

func (s *Session) open(ctx context.Context, cancel context.CancelFunc, sql string) (*leat.Rows, error) {
	properties, variables := s.state()
	resp, err := s.send(ctx, http.MethodPost, "/query-stream", &api.QueryStreamRequest{SQL: sql, Properties: anyValues(properties), SessionVariables: variables})
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != api.MediaSession {
		defer resp.Body.Close()
		if _, err := s.answer(resp); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("%s answers %s without saying why", s.options.URL, resp.Status)
	}
	r := &stream{lines: bufio.NewReaderSize(resp.Body, 1<<16), from: s.options.URL}
	head, err := r.line()
	if err == nil {
		err = r.prepare(&head)
	}
	if err != nil {
		return nil, errors.Join(err, resp.Body.Close())
	}
	from := leat.RowSource{QueryID: head.QueryID, Pull: head.Pull, Lines: head.Lines, Next: r.next, Final: func() string { return r.final },
		// Cancelling ends a read that waits; the body may be closed meanwhile.
		Close: func() { cancel(); _ = resp.Body.Close() }}
	for _, c := range head.Columns {
		from.Columns = append(from.Columns, leat.RowColumn{Name: c.Name, Type: c.Type, Key: c.Key, Header: c.Header})
	}
	return leat.NewRows(ctx, from), nil
}

// stream reads rows off an answer.
type stream struct {
	lines *bufio.Reader
	cols  []*types.Vector
	from  string
	final string
	ended bool
	err   error // How the rows ended; told after those before it.
}

func (r *stream) line() (api.SessionLine, error) {
	var line api.SessionLine
	b, err := r.lines.ReadBytes('\n')
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return line, fmt.Errorf("the connection to %s broke off: %w", r.from, err)
	}
	if err := json.Unmarshal(b, &line); err != nil {
		return line, fmt.Errorf("a row of %s is not understood: %w", r.from, err)
	}
	return line, nil
}

func (r *stream) prepare(head *api.SessionLine) error {
	for _, c := range head.Columns {
		t, err := types.ParseType(c.Type)
		if err != nil {
			return fmt.Errorf("column %s: %w", c.Name, err)
		}
		r.cols = append(r.cols, types.NewVector(t))
	}
	return nil
}

// next returns a row, and those behind it that have arrived already.
func (r *stream) next(ctx context.Context) ([]leat.Row, error) {
	var rows []leat.Row
	for !r.ended && len(rows) < types.BatchRows && (len(rows) == 0 || r.lines.Buffered() > 0) {
		if row, ok := r.read(); ok {
			rows = append(rows, row)
		}
	}
	switch {
	case len(rows) > 0:
		return rows, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return nil, r.err
}

// read reads a line, and tells whether there was a row in it. Otherwise the rows
// have ended.
func (r *stream) read() (row leat.Row, ok bool) {
	line, err := r.line()
	switch {
	case err == nil && line.Error != "":
		err = errors.New(line.Error)
	case err == nil && !line.End:
		if row, err = r.row(&line); err == nil {
			return row, true
		}
	}
	r.ended, r.final, r.err = true, line.Final, err
	return row, false
}

func (r *stream) row(line *api.SessionLine) (leat.Row, error) {
	for _, v := range r.cols {
		v.Reset(1)
	}
	if _, err := types.DecodeRow(line.Row, r.cols, 0); err != nil {
		return leat.Row{}, fmt.Errorf("a row of %s: %w", r.from, err)
	}
	row := leat.Row{Values: make([]any, len(r.cols)), Tombstone: line.Tombstone}
	for i, v := range r.cols {
		row.Values[i] = v.Any(0)
	}
	return row, nil
}
