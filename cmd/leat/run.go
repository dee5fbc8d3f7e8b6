package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/leatdb/leat/shell"
)

func runCommand() *cobra.Command {
	var f connectFlags
	var sql, file string
	output := "tabular"
	var timing, settle bool
	c := &cobra.Command{
		Use:   "run [FILE.sql]",
		Short: "Run the statements of a file, of -e, or of stdin, and leave",
		Long: `Run statements and leave. A SELECT with EMIT CHANGES runs until its LIMIT or Ctrl-C. RUN SCRIPT, SPOOL, OUTPUT and TIMING
work as in the shell.

Without --data and --server everything is in memory and gone afterwards. Persistent queries that the statements start run while
the command does; with --data they go on the next time the directory is opened, at a server they go on there.

Results go to stdout, everything else to stderr. The exit code is 0 when all statements succeeded, 1 when one failed (those
behind it are not run) and 2 when nothing was run because a flag is wrong.`,
		Example: `  leat run -e "SHOW FUNCTIONS;"
  leat run --data mydata setup.sql
  leat run --server http://localhost:8088 --define topic=hits -f report.sql
  echo "SELECT * FROM hits;" | leat run --data mydata --output csv`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			format, err := shell.ParseFormat(output)
			if err != nil {
				return usageError{err}
			}
			text, err := runText(c, args, sql, file)
			if err != nil {
				return err
			}
			conn, err := f.open(c)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, conn.close()) }()
			s := &shell.Shell{Session: conn.engine, Out: c.OutOrStdout(), Err: c.ErrOrStderr(), Format: format, Timing: timing}
			return runSettled(c, conn, s, text, settle)
		},
	}
	f.add(c, "", "data directory; empty for memory")
	c.Flags().StringVarP(&sql, "execute", "e", "", "statements to run")
	c.Flags().StringVarP(&file, "file", "f", "", "file with statements to run, the same as FILE.sql")
	c.Flags().StringVarP(&output, "output", "o", output, "tabular, json or csv")
	c.Flags().BoolVar(&timing, "timing", false, "tell on stderr how long each statement took")
	c.Flags().BoolVar(&settle, "settle", false, "before the statements and before leaving, wait until the persistent queries have read all there is")
	c.MarkFlagsMutuallyExclusive("settle", "server")
	return c
}

func runText(c *cobra.Command, args []string, sql, file string) (string, error) {
	sources := len(args)
	for _, flag := range []string{sql, file} {
		if flag != "" {
			sources++
		}
	}
	switch {
	case sources > 1:
		return "", usageError{errors.New("give a file or -e, not both")}
	case sql != "":
		return sql, nil
	case len(args) > 0:
		file = args[0]
	}
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return "", usageError{fmt.Errorf("statements: %w", err)}
		}
		return string(b), nil
	}
	b, err := io.ReadAll(c.InOrStdin())
	return string(b), err
}

// runSettled runs statements between two waits for the queries of a database.
func runSettled(c *cobra.Command, conn *connection, s *shell.Shell, text string, settle bool) error {
	wait := func() error {
		if !settle || conn.db == nil {
			return nil
		}
		return conn.db.Settle(c.Context())
	}
	if err := wait(); err != nil {
		return err
	}
	if err := runStatements(c, s, text); err != nil {
		return err
	}
	return wait()
}

func runStatements(c *cobra.Command, s *shell.Shell, text string) error {
	err := errors.Join(s.Run(c.Context(), text), s.Close())
	if shell.IsReported(err) {
		return exitCode(1)
	}
	return err
}
