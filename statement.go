package leat

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner"
)

// Exec runs the statements of a text in the database's default session; see
// [Session.Exec].
func (db *DB) Exec(ctx context.Context, sql string) ([]Result, error) { return db.base.Exec(ctx, sql) }

// Exec runs the statements of a text one after the other and stops at the first
// that fails. It returns the results of those that succeeded, and a
// *StatementError. A SELECT or PRINT starts to run; its result has Rows, which
// the caller must close.
func (s *Session) Exec(ctx context.Context, sql string) ([]Result, error) {
	return s.ExecAt(ctx, sql, 0, len(sql))
}

// ExecStatements is Exec for texts without SELECT and PRINT: it refuses them
// with ErrQueryStatement, and texts that cannot be parsed, before anything runs.
func (s *Session) ExecStatements(ctx context.Context, sql string) ([]Result, error) {
	err := s.eachStatement(sql, func(stmt parser.Statement, _ parser.Span) error {
		if isQuery(stmt) {
			return ErrQueryStatement
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.Exec(ctx, sql)
}

// eachStatement parses the statements of a text ahead of running them. It stops
// with the first error, of the parser or of do, as one of the text. Statements
// with variables may depend on those before them and are passed over when they
// cannot be parsed yet.
func (s *Session) eachStatement(sql string, do func(stmt parser.Statement, at parser.Span) error) error {
	for _, piece := range parser.Split(sql) {
		text, err := s.substitute(piece.Text)
		var stmt parser.Statement
		if err == nil {
			stmt, err = parser.ParseStatement(text)
		}
		switch {
		case err == nil:
			err = do(stmt, piece.At)
		case strings.Contains(piece.Text, "${"):
			continue
		}
		if err != nil {
			return statementError(sql, piece.At.Start, piece.At.End, err)
		}
	}
	return nil
}

func isQuery(stmt parser.Statement) bool {
	switch stmt.(type) {
	case *parser.QueryStatement, *parser.PrintTopic:
		return true
	}
	return false
}

// ExecAt runs the statements in text[start:end]; positions in errors count from
// the beginning of text.
func (s *Session) ExecAt(ctx context.Context, text string, start, end int) ([]Result, error) {
	var results []Result
	for _, piece := range parser.Split(text[start:end]) {
		from, to := start+piece.At.Start, start+piece.At.End
		if strings.TrimSpace(text[from:to]) == "" {
			continue
		}
		r, err := s.one(ctx, text[from:to])
		if err != nil {
			return results, statementError(text, from, to, err)
		}
		if r != nil {
			results = append(results, *r)
		}
	}
	return results, nil
}

// one is the way of one statement: substitute variables, parse, plan against
// the present catalogue, do.
func (s *Session) one(ctx context.Context, sql string) (*Result, error) {
	if s.db.closed.Load() {
		return nil, ErrClosed
	}
	text, err := s.substitute(sql)
	if err != nil {
		return nil, err
	}
	stmt, err := parser.ParseStatement(text)
	if err != nil {
		return nil, err
	}
	if r := s.db.terminatePush(stmt); r != nil {
		return r, nil
	}
	if err := s.refuses(stmt); err != nil {
		return nil, err
	}
	r, err := s.planAndDo(ctx, stmt)
	if r != nil {
		r.SQL = stmt.Text()
	}
	return r, err
}

// planAndDo plans the statement and does what the plan says. Changes of the
// catalogue are planned and done under the ddl lock, so that what was planned
// against is what is changed.
func (s *Session) planAndDo(ctx context.Context, stmt parser.Statement) (*Result, error) {
	if changesCatalog(stmt) {
		s.db.ddl.Lock()
		defer s.db.ddl.Unlock()
	}
	if s.db.terminated.Load() {
		return nil, ErrTerminated
	}
	planned, err := s.db.planner.Plan(ctx, stmt, s.db.catalog.Load(), planner.Session{Properties: s.effective(), NextID: s.db.next.Load()})
	if err != nil {
		return nil, err
	}
	switch p := planned.(type) {
	case *planner.Change:
		return s.db.change(ctx, p)
	case *planner.InsertValues:
		return &Result{}, s.db.insertValues(ctx, p)
	case *planner.Push:
		return s.push(ctx, p)
	case *planner.Pull:
		return s.db.pull(ctx, p)
	case *planner.Print:
		return s.db.print(ctx, p)
	case *planner.Explain:
		return s.db.explain(p)
	case *planner.Describe:
		return &Result{Source: s.db.describe(p.Source, p.Extended)}, nil
	case *planner.DescribeFunction:
		return &Result{Function: describeFunction(p.Function)}, nil
	case *planner.ExpectedRow, *planner.ExpectedSource:
		return nil, fmt.Errorf("line 1:1: %s is a statement of test scripts; leat test runs them", firstWords(stmt.Text()))
	case *planner.Plain:
		return s.plain(ctx, p.Statement)
	}
	return nil, fmt.Errorf("leat: no way to do a %T", planned)
}

// changesCatalog tells whether the statement may change the catalogue.
func changesCatalog(stmt parser.Statement) bool {
	switch stmt.(type) {
	case *parser.CreateSource, *parser.CreateAs, *parser.DropSource, *parser.CreateType, *parser.DropType, *parser.ControlQuery,
		*parser.AlterSystem, *parser.AlterSource, *parser.Insert:
		return true
	}
	return false
}

// substitute replaces ${name} by the session's variables.
func (s *Session) substitute(sql string) (string, error) {
	_, variables := s.snapshot()
	if len(variables) == 0 || s.Get("ksql.variable.substitution.enable") == "false" {
		return sql, nil
	}
	return parser.SubstituteVariables(sql, variables)
}

// statementError says which statement failed and where in the whole text:
// positions of the parser and the planner count from the statement's beginning.
func statementError(text string, from, to int, err error) error {
	se := &StatementError{SQL: strings.TrimSpace(text[from:to]), Err: err}
	before := text[:from]
	lines, column := strings.Count(before, "\n"), len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))
	shift := func(line, col, pos *int) {
		if *line == 1 {
			*col += column
		}
		*line += lines
		*pos += from
		se.Line, se.Col = *line, *col
	}
	var pe *parser.Error
	var le *planner.Error
	switch {
	case errors.As(err, &pe):
		moved := *pe
		shift(&moved.Line, &moved.Col, &moved.Pos)
		se.Err = &moved
	case errors.As(err, &le):
		moved := *le
		shift(&moved.Line, &moved.Col, &moved.Pos)
		se.Err = &moved
	}
	return se
}
