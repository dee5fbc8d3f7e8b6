package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/server"
	"github.com/leatdb/leat/sqltest"
)

// testFlags are the flags of leat test that concern test files.
type testFlags struct {
	run, junit    string
	mode          string
	sql           string
	input, output string
	list, verbose bool
	failFast      bool
	anyMessage    bool
	parallel      int
	timeout       time.Duration
}

func testCommand() *cobra.Command {
	var flags testFlags
	var crash bool
	var crashes crashFlags
	c := &cobra.Command{
		Use:   "test PATH...",
		Short: "Run tests of SQL: statements, records in, records out",
		Long: `Run tests of SQL, given as files or as directories with such files anywhere below. Each test has an engine of its own, in
memory. What a file is follows from its content:

  cases       a .json file {"tests": [...]} of statements, inputs and outputs, as ksqlDB's query translation tests are
  statements  a .sql file, with -i and -o, or with FILE.input.json and FILE.output.json beside FILE.sql, or with input.json and
              output.json in its directory
  script      a .sql file with a line "--@test: name" in front of each test, INSERT INTO ... VALUES and ASSERT
  steps       a .test file of steps with their output, which leat itself is tested with

A line is printed for every test that fails, and below it what differs: "-" marks what was expected, "+" what came instead.
Files that hold no tests are named and skipped below directories, and refused otherwise.

The exit code is 0 when all tests pass, 1 when one fails, and 2 when the tests could not be run.

With --crash, kill a database process over and over in the middle of its work, and compare what is left with the results of
a run without interruption.`,
		Example: `  leat test mytests/                                       everything below a directory
  leat test cases/clicks.json                              cases
  leat test clicks.sql -i input.json -o output.json        statements, records in, records out
  leat test clicks_test.sql                                a script with --@test and ASSERT
  leat test clicks.test                                    steps
  leat test --run 'clicks.*/late' mytests/                 the tests whose path/name matches
  leat test --mode restart cases/                          killed and restarted after every step
  leat test --junit report.xml mytests/                    a report for CI
  leat test --crash --kills 200 --records 1000000`,
		Args: func(c *cobra.Command, args []string) error {
			if crash {
				return cobra.NoArgs(c, args)
			}
			if len(args) == 0 && flags.sql == "" {
				return usageError{errors.New("name the files or directories to test; leat test --help shows examples")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if crash {
				return crashes.run(c)
			}
			return flags.runTests(c, args)
		},
	}
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	flags.add(c)
	c.Flags().BoolVar(&crash, "crash", false, "run the crash suite")
	crashes.add(c)
	return c
}

func (f *testFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.run, "run", "", "only tests whose path/name matches this regular expression")
	c.Flags().StringVar(&f.mode, "mode", "", "run cases and steps in this mode: "+strings.Join(sqltest.ModeNames(), ", "))
	c.Flags().BoolVar(&f.list, "list", false, "name the tests and do not run them")
	c.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "name the tests that pass, too, with the time they took")
	c.Flags().BoolVar(&f.failFast, "fail-fast", false, "stop after the first test that fails")
	c.Flags().IntVar(&f.parallel, "parallel", 0, "how many tests run at a time (default: the number of processors)")
	c.Flags().DurationVar(&f.timeout, "timeout", time.Minute, "how long one test may take")
	c.Flags().StringVar(&f.junit, "junit", "", "also write a report in JUnit XML to this file")
	c.Flags().StringVarP(&f.sql, "sql-file", "s", "", "the file of statements for --input and --output, as ksql-test-runner has it")
	c.Flags().StringVarP(&f.input, "input", "i", "", "the records that go in, for one file of statements")
	c.Flags().StringVarP(&f.output, "output", "o", "", "the records that must come out, for one file of statements")
	c.Flags().BoolVar(&f.anyMessage, "any-message", false, "do not compare --@expected.message, e.g. where it is ksqlDB's")
}

// runTests runs the files and directories.
func (f *testFlags) runTests(c *cobra.Command, paths []string) error {
	if f.sql != "" {
		paths = append(paths, f.sql)
	}
	suite := sqltest.Suite{Out: c.OutOrStdout(), List: f.list, Verbose: f.verbose, FailFast: f.failFast, Parallel: f.parallel,
		Timeout: f.timeout, Mode: f.mode, Input: f.input, Output: f.output, AnyMessage: f.anyMessage,
		Serve: func(db *leat.DB) http.Handler { return server.New(db, slog.New(slog.DiscardHandler)).Handler() }}
	if f.run != "" {
		re, err := regexp.Compile(f.run)
		if err != nil {
			return usageError{fmt.Errorf("--run: %w", err)}
		}
		suite.Run = re
	}
	p := newProgress(c.ErrOrStderr())
	suite.Out = p.over(suite.Out)
	suite.Progress = func(done, all, failed int) { p.show("%d of %d tests, %d failed", done, all, failed) }
	report, err := suite.Files(c.Context(), paths...)
	p.end()
	if report == nil {
		return usageError{err}
	}
	if f.list && err == nil {
		return nil
	}
	if f.junit != "" {
		if werr := writeJUnit(f.junit, report); werr != nil {
			return usageError{errors.Join(err, werr)}
		}
	}
	fmt.Fprintln(c.OutOrStdout(), report)
	switch {
	case errors.Is(err, sqltest.ErrNoTests):
		return usageError{err}
	case err != nil:
		return err
	case report.Failed() > 0:
		return exitCode(1)
	}
	return nil
}

func writeJUnit(path string, report *sqltest.Report) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(report.WriteJUnit(f), f.Close())
}
