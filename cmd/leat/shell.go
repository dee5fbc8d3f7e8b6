package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/shell"
)

func shellCommand() *cobra.Command {
	var f connectFlags
	output := "tabular"
	c := &cobra.Command{
		Use:   "shell",
		Short: "Type statements and see results",
		Long: `Type statements at a server, or over a data directory that the shell opens itself. Tab completes, F1 explains the word at the
cursor, Ctrl-C stops a running query, Ctrl-D leaves; the command help tells the others. Statements typed before are kept in
~/.leat_history, or in the file that LEAT_HISTORY names. When stdin is not a terminal its statements are run like those of a file.`,
		Example: `  leat shell --data mydata
  leat shell --server https://db.example.com:8088 --user ada`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			format, err := shell.ParseFormat(output)
			if err != nil {
				return usageError{err}
			}
			conn, err := f.open(c)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, conn.close()) }()
			s := &shell.Shell{Session: conn.engine, Out: c.OutOrStdout(), Err: c.ErrOrStderr(), Format: format}
			if in, ok := c.InOrStdin().(*os.File); ok && term.IsTerminal(int(in.Fd())) {
				return interact(c, s, conn.place)
			}
			text, err := runText(c, nil, "", "")
			if err != nil {
				return err
			}
			return runStatements(c, s, text)
		},
	}
	f.add(c, "leat-data", "data directory")
	c.Flags().StringVarP(&output, "output", "o", output, "tabular, json or csv")
	return c
}

func interact(c *cobra.Command, s *shell.Shell, place string) error {
	fmt.Fprintf(s.Out, "leat %s on %s. Type help for help; statements end with a semicolon.\n", leat.Version, place)
	// Ctrl-C ends a running query, not the shell.
	ctx, stop := signal.NotifyContext(context.WithoutCancel(c.Context()), syscall.SIGTERM)
	defer stop()
	return s.Interactive(ctx, fmt.Sprintf("leat %s on %s", leat.Version, place))
}
