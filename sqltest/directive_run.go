package sqltest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner"
)

// run runs the statements on an engine of its own, in memory, whose clock stands
// at the epoch. Every row that is inserted goes through all queries, in the
// order in which they were created, before the next statement.
func (t *directedTest) run(ctx context.Context) (err error) {
	db, err := leat.OpenMem(ctx, leat.WithHeldInputs(), leat.WithTopicPartitions(1), leat.WithLogger(slog.New(slog.DiscardHandler)),
		leat.WithProperty("auto.offset.reset", "earliest"), leat.WithProperty("cache.max.bytes.buffering", "0"),
		leat.WithFunctions((&testFunctions{}).register), leat.WithClock(func() time.Time { return time.UnixMilli(0) }))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	functions := function.NewRegistry()
	if err := (&testFunctions{}).register(functions); err != nil {
		return err
	}
	r := &directedRun{db: db, session: db.NewSession(), functions: functions, topics: map[string]*topicReader{},
		planner: planner.New(functions, planner.Options{Registry: db.Schemas()})}
	return t.check(r.all(ctx, t.file, t.statements))
}

// directedRun is a test of a script on its way.
type directedRun struct {
	db        *leat.DB
	session   *leat.Session
	functions *function.Registry
	planner   *planner.Planner // Of the ASSERT statements.
	topics    map[string]*topicReader
	nested    int // Depth of RUN SCRIPT.
}

// all runs statements until one fails.
func (r *directedRun) all(ctx context.Context, file string, statements []string) error {
	for _, sql := range statements {
		if err := r.one(ctx, file, sql); err != nil {
			if ctx.Err() != nil {
				err = errors.Join(ctx.Err(), err)
			}
			return err
		}
	}
	return nil
}

// one is the way of a statement of a script.
func (r *directedRun) one(ctx context.Context, file, sql string) error {
	text, err := r.substitute(ctx, sql)
	if err != nil {
		return err
	}
	stmt, err := parser.ParseStatement(text)
	if err != nil {
		return err
	}
	switch stmt := stmt.(type) {
	case *parser.AssertValues, *parser.AssertNullValues, *parser.AssertSource:
		return r.assert(ctx, stmt)
	case *parser.RunScript:
		return r.script(ctx, file, stmt)
	case *parser.QueryStatement, *parser.PrintTopic:
		return fmt.Errorf("line %d:%d: nobody would see the rows of a SELECT or PRINT in a test; write them into a stream or table and use ASSERT VALUES",
			stmt.Span().Line, stmt.Span().Col)
	}
	if _, err := r.session.Exec(ctx, sql); err != nil {
		return err
	}
	return r.settle(ctx)
}

// substitute replaces the variables of a statement that the engine does not see.
func (r *directedRun) substitute(ctx context.Context, sql string) (string, error) {
	if !strings.Contains(sql, "${") {
		return sql, nil
	}
	results, err := r.session.Exec(ctx, "SHOW VARIABLES;")
	if err != nil {
		return "", err
	}
	variables := map[string]string{}
	for _, v := range results[0].Variables {
		variables[v.Name] = v.Value
	}
	return parser.SubstituteVariables(sql, variables)
}

// settle lets the queries read what there is, one after the other, until nothing
// more comes of it.
func (r *directedRun) settle(ctx context.Context) error {
	for before := int64(-1); ; {
		cat := r.db.Catalog()
		for _, q := range creationOrder(cat) {
			for _, name := range q.Sources {
				src := cat.Source(name)
				if src == nil {
					continue
				}
				end, err := r.db.Log().EndOffset(src.Topic, 0)
				if err != nil {
					return err
				}
				r.db.Release(q.ID, src.Topic, end)
			}
			if err := r.db.Settle(ctx, q.ID); err != nil {
				return fmt.Errorf("query %s: %w", q.ID, err)
			}
		}
		records, err := r.records()
		if err != nil || records == before {
			return err
		}
		before = records
	}
}

// records counts the records of all topics.
func (r *directedRun) records() (n int64, err error) {
	for _, t := range r.db.Log().Topics() {
		end, err := r.db.Log().EndOffset(t.Name, 0)
		if err != nil && !errors.Is(err, log.ErrUnknownTopic) {
			return n, err
		}
		n += end
	}
	return n, nil
}

// maxNested bounds scripts that run scripts.
const maxNested = 10

// script runs the statements of a file; its path counts from the script that
// names it.
func (r *directedRun) script(ctx context.Context, file string, stmt *parser.RunScript) error {
	at := fmt.Sprintf("line %d:%d", stmt.Path.At.Line, stmt.Path.At.Col)
	path := stmt.Path.Value
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(file), path)
	}
	if r.nested++; r.nested > maxNested {
		return fmt.Errorf("%s: scripts run each other %d deep", at, maxNested)
	}
	defer func() { r.nested-- }()
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	if err := r.all(ctx, path, placed(string(text))); err != nil {
		return fmt.Errorf("%s: %s: %w", at, path, err)
	}
	return nil
}

// check compares how the statements ended with what the directives say.
func (t *directedTest) check(err error) error {
	switch {
	case !t.negative():
		return err
	case err == nil:
		return fmt.Errorf("an error was expected (%s), and every statement succeeded", strings.TrimSpace(t.wantError+" "+t.wantMessage))
	case t.wantError != "" && !isKind(err, t.wantError):
		return linesDiff("another kind of error", t.wantError+"\n", kindOfError(err)+": "+err.Error()+"\n")
	case t.wantMessage != "" && !t.anyMessage && !strings.Contains(err.Error(), t.wantMessage):
		return linesDiff("the error has another message", t.wantMessage+"\n", err.Error()+"\n")
	}
	return nil
}

// The kinds of errors that `--@expected.error` tells apart. Scripts of ksqlDB
// name classes instead, of which the last part of the name counts.
const (
	kindParse     = "parse"     // The statement is no SQL.
	kindStatement = "statement" // The statement was refused, or failed.
	kindAssert    = "assert"    // An ASSERT was not met.
)

var errorClasses = map[string]string{
	"ParseFailedException": kindParse, "KsqlStatementException": kindStatement, "KsqlException": kindStatement, "AssertionError": kindAssert,
}

// isKind tells whether an error is of the kind; a name that is not known stands
// for every error but a failed ASSERT.
func isKind(err error, want string) bool {
	kind := kindOfError(err)
	if class, known := errorClasses[want[strings.LastIndexByte(want, '.')+1:]]; known {
		want = class
	}
	switch want {
	case kindParse, kindStatement, kindAssert:
		return kind == want
	}
	return kind != kindAssert
}

func kindOfError(err error) string {
	var unmet *unmetError
	var parse *parser.Error
	switch {
	case errors.As(err, &unmet):
		return kindAssert
	case errors.As(err, &parse):
		return kindParse
	}
	return kindStatement
}
