package leat

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner"
)

// Reconciled is what Reconcile did with one stream, table, type or query.
type Reconciled struct {
	Name   string // Of the source or type; the id of an INSERT INTO query.
	Action string // kept, added, replaced or dropped.
}

// Reconcile makes the catalogue what a file of statements says: what is new is
// created, what reads differently is replaced (by the rules of CREATE OR REPLACE,
// with its state), what is not in the file any more is terminated and dropped, but
// for its topic; everything else goes on untouched. The file may have CREATE STREAM
// and TABLE, with AS and without, INSERT INTO ... SELECT, CREATE TYPE, ASSERT, and
// SET, UNSET, DEFINE and UNDEFINE for the statements behind them; with anything else,
// and with names declared twice, nothing is done. An error leaves what was done
// before it; Reconcile with a mended file goes on from there.
func (db *DB) Reconcile(ctx context.Context, sql string) ([]Reconciled, error) {
	r := &reconciliation{declared: map[string]bool{}}
	var out []Reconciled
	for _, do := range []bool{false, true} {
		r.session = db.NewSession()
		for _, piece := range parser.Split(sql) {
			from, to := piece.At.Start, piece.At.End
			if strings.TrimSpace(sql[from:to]) == "" {
				continue
			}
			done, err := r.statement(ctx, sql[from:to], do)
			if err != nil {
				return out, statementError(sql, from, to, err)
			}
			if done != nil {
				out = append(out, *done)
			}
		}
		if !r.runs {
			return out, fmt.Errorf("leat: the file starts no query: it needs a CREATE ... AS SELECT or an INSERT INTO ... SELECT")
		}
	}
	dropped, err := r.dropRest(ctx)
	return append(out, dropped...), err
}

// reconciliation goes over the statements twice: to check and to do them.
type reconciliation struct {
	session  *Session
	declared map[string]bool // Names, types with "type " before them, ids of INSERT queries.
	runs     bool            // There is a query.
}

// statement checks or does one statement.
func (r *reconciliation) statement(ctx context.Context, sql string, do bool) (*Reconciled, error) {
	text, err := r.session.substitute(sql)
	if err != nil {
		return nil, err
	}
	stmt, err := parser.ParseStatement(text)
	if err != nil {
		return nil, err
	}
	switch s := stmt.(type) {
	case *parser.CreateSource:
		return r.source(ctx, s.Name, s, do)
	case *parser.CreateAs:
		r.runs = true
		return r.source(ctx, s.Name, s, do)
	case *parser.CreateType:
		return r.createType(ctx, s, do)
	case *parser.Insert:
		r.runs = true
		if do {
			return r.insert(ctx, s)
		}
		return nil, nil
	case *parser.SetProperty, *parser.UnsetProperty, *parser.Define, *parser.Undefine:
		_, err := r.session.planAndDo(ctx, stmt)
		return nil, err
	case *parser.AssertTopic, *parser.AssertSchema:
		if do {
			_, err = r.session.planAndDo(ctx, stmt)
		}
		return nil, err
	}
	return nil, misplaced(stmt, "a queries file says what there is; this statement does something else",
		"it may have CREATE STREAM, TABLE and TYPE, INSERT INTO ... SELECT, ASSERT, SET, UNSET, DEFINE and UNDEFINE")
}

// misplaced is an error about a node, as the planner's are.
func misplaced(at parser.Node, msg, hint string) error {
	span := at.Span()
	return &planner.Error{Line: max(span.Line, 1), Col: max(span.Col, 1), Pos: span.Start, Msg: msg, Hint: hint}
}

// declare notes a name, which must be new in the file.
func (r *reconciliation) declare(kind string, name parser.Name) error {
	if r.declared[kind+name.Text] {
		return misplaced(&name, name.Text+" is declared twice in this file", "take one of the statements out")
	}
	r.declared[kind+name.Text] = true
	return nil
}

// source creates, replaces or keeps a stream or table.
func (r *reconciliation) source(ctx context.Context, name parser.Name, stmt parser.Statement, do bool) (*Reconciled, error) {
	if !do {
		return nil, r.declare("", name)
	}
	existing := r.session.db.catalog.Load().Source(name.Text)
	done := &Reconciled{name.Text, "added"}
	if existing != nil {
		if sameDefinition(existing.SQL, stmt) {
			return &Reconciled{name.Text, "kept"}, nil
		}
		done.Action = "replaced"
		setReplace(stmt, true)
	}
	_, err := r.session.planAndDo(ctx, stmt)
	if err != nil && existing != nil {
		err = fmt.Errorf("%w; to start anew, remove the statement, start once, and put it back", err)
	}
	return done, err
}

// sameDefinition tells whether a stored statement and a new one define the same.
func sameDefinition(stored string, stmt parser.Statement) bool {
	old, err := parser.ParseStatement(stored)
	if err != nil {
		return false
	}
	setReplace(old, false)
	setReplace(stmt, false)
	return parser.Print(old) == parser.Print(stmt)
}

// setReplace sets OR REPLACE, and takes IF NOT EXISTS away.
func setReplace(stmt parser.Statement, on bool) {
	switch s := stmt.(type) {
	case *parser.CreateSource:
		s.OrReplace, s.IfNotExists = on, false
	case *parser.CreateAs:
		s.OrReplace, s.IfNotExists = on, false
	}
}

// createType makes a type what the file says. Types are only looked at when
// statements are planned, so one that changes touches nothing that runs.
func (r *reconciliation) createType(ctx context.Context, s *parser.CreateType, do bool) (*Reconciled, error) {
	if !do {
		return nil, r.declare("type ", s.Name)
	}
	done := &Reconciled{s.Name.Text, "added"}
	before := r.session.db.catalog.Load().Type(s.Name.Text)
	if before != nil {
		if _, err := r.session.planAndDo(ctx, &parser.DropType{Name: s.Name}); err != nil {
			return nil, err
		}
		done.Action = "replaced"
	}
	s.IfNotExists = false
	if _, err := r.session.planAndDo(ctx, s); err != nil {
		return nil, err
	}
	if after := r.session.db.catalog.Load().Type(s.Name.Text); before != nil && before.Type.String() == after.Type.String() {
		done.Action = "kept"
	}
	return done, nil
}

// insert starts an INSERT INTO query that does not run yet.
func (r *reconciliation) insert(ctx context.Context, s *parser.Insert) (*Reconciled, error) {
	text := parser.Print(s)
	for _, q := range r.inserts() {
		if old, err := parser.ParseStatement(q.SQL); err == nil && !r.declared[q.ID] && parser.Print(old) == text {
			r.declared[q.ID] = true
			return &Reconciled{q.ID, "kept"}, nil
		}
	}
	res, err := r.session.planAndDo(ctx, s)
	if err != nil {
		return nil, err
	}
	r.declared[res.Status.QueryID] = true
	return &Reconciled{res.Status.QueryID, "added"}, nil
}

func (r *reconciliation) inserts() []*catalog.Query {
	return slices.DeleteFunc(slices.Clone(r.session.db.catalog.Load().Queries()), func(q *catalog.Query) bool { return q.Kind != catalog.InsertInto })
}

// dropRest terminates and drops what the file does not have, the dependent before
// what they depend on.
func (r *reconciliation) dropRest(ctx context.Context) (out []Reconciled, err error) {
	for _, q := range r.inserts() {
		if !r.declared[q.ID] {
			if err := r.drop(ctx, "TERMINATE "+q.ID+";"); err != nil {
				return out, err
			}
			out = append(out, Reconciled{q.ID, "dropped"})
		}
	}
	for {
		before := len(out)
		for _, s := range r.session.db.catalog.Load().Sources() {
			if r.declared[s.Name] || s.Name == ProcessingLogStream || len(r.session.db.catalog.Load().Dependents(s.Name)) > 0 {
				continue
			}
			if err := r.drop(ctx, "DROP "+string(s.Relation)+" `"+strings.ReplaceAll(s.Name, "`", "``")+"`;"); err != nil {
				return out, err
			}
			out = append(out, Reconciled{s.Name, "dropped"})
		}
		if len(out) == before {
			break
		}
	}
	for _, t := range r.session.db.catalog.Load().Types() {
		if !r.declared["type "+t.Name] {
			if err := r.drop(ctx, "DROP TYPE `"+strings.ReplaceAll(t.Name, "`", "``")+"`;"); err != nil {
				return out, err
			}
			out = append(out, Reconciled{t.Name, "dropped"})
		}
	}
	return out, nil
}

func (r *reconciliation) drop(ctx context.Context, sql string) error {
	if _, err := r.session.one(ctx, sql); err != nil {
		return fmt.Errorf("leat: what is not in the file: %s %w", sql, err)
	}
	return nil
}
