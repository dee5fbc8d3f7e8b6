package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/shell"
	"github.com/leatdb/leat/sqltest"
)

// The blocks of a page that begin with one of these are run, in one database per
// page, and what the shell prints is put below them.
const (
	exampleFence = "```sql"
	// failingFence is that of an example in which a statement must fail.
	failingFence = "```sql fails"
	// testFence is that of a script for leat test, which must pass.
	testFence = "```sql test"
)

// runExamples writes the page with the results of its examples to out.
func runExamples(ctx context.Context, page string, out *bytes.Buffer) (err error) {
	e, err := newExamples(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.db.Close()) }()
	lines := strings.SplitAfter(page, "\n")
	for i := 0; i < len(lines); i++ {
		fence := strings.TrimSpace(lines[i])
		if fence != exampleFence && fence != failingFence && fence != testFence {
			out.WriteString(lines[i])
			continue
		}
		var sql strings.Builder
		for i++; i < len(lines) && strings.TrimSpace(lines[i]) != "```"; i++ {
			sql.WriteString(lines[i])
		}
		run := func() (string, error) { return e.run(ctx, sql.String(), fence == failingFence) }
		if fence == testFence {
			run = func() (string, error) { return runTest(ctx, sql.String()) }
		}
		printed, err := run()
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s\n%s```\n", exampleFence, sql.String())
		if printed != "" {
			fmt.Fprintf(out, "\n```text\n%s```\n", printed)
		}
	}
	return nil
}

// examples is the database in which the examples of a page run, one after the
// other; each statement sees all that those before it have done.
type examples struct {
	db    *leat.DB
	shell *shell.Shell
	out   bytes.Buffer
}

// runTest runs a script as leat test does and returns what that prints.
func runTest(ctx context.Context, script string) (printed string, err error) {
	dir, err := os.MkdirTemp("", "sqldocs")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "example_test.sql")
	if err := os.WriteFile(path, []byte(script), 0o666); err != nil {
		return "", err
	}
	var out bytes.Buffer
	report, err := (&sqltest.Suite{Out: &out}).Files(ctx, path)
	if err == nil && (report.Failed() > 0 || len(report.Results) == 0) {
		err = fmt.Errorf("the test\n%sdoes not pass:\n%s", script, out.String())
	}
	if err != nil {
		return "", err
	}
	return out.String() + report.String() + "\n", nil
}

// exampleTime is the time of rows that do not tell theirs.
var exampleTime = time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)

func newExamples(ctx context.Context) (*examples, error) {
	db, err := leat.OpenMem(ctx, leat.WithLogger(slog.New(slog.NewTextHandler(io.Discard, nil))),
		leat.WithProperty("auto.offset.reset", "earliest"), leat.WithClock(func() time.Time { return exampleTime }))
	if err != nil {
		return nil, err
	}
	e := &examples{db: db}
	e.shell = &shell.Shell{Session: db.NewSession(), Out: &e.out, Err: &e.out, Format: shell.Tabular}
	return e, nil
}

// run runs statements and returns what the shell prints. It is an error when one
// fails, or with fails when none does.
func (e *examples) run(ctx context.Context, sql string, fails bool) (string, error) {
	e.out.Reset()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	failed := false
	for _, piece := range parser.Split(sql) {
		if err := e.db.Settle(ctx); err != nil {
			return "", err
		}
		failed = e.shell.Run(ctx, piece.Text) != nil || failed
	}
	if failed != fails || ctx.Err() != nil {
		return "", fmt.Errorf("the example\n%sprints\n%sbut a statement that fails is expected: %t", sql, e.out.String(), fails)
	}
	return e.out.String(), nil
}
