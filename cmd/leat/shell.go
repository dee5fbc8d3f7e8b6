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
	var dir string
	var settings []string
	c := &cobra.Command{
		Use:   "shell",
		Short: "Type statements and see results",
		Long: `Open a data directory and type statements. Tab completes, F1 explains the word at the cursor, Ctrl-C stops a running query,
Ctrl-D leaves. When stdin is not a terminal its statements are run like those of a file.`,
		Example: "  leat shell --data mydata",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			db, err := openData(c.Context(), dir)
			if err != nil {
				return err
			}
			return errors.Join(interact(c, db, dir, settings), db.Close())
		},
	}
	dataFlag(c, &dir)
	c.Flags().StringArrayVarP(&settings, "set", "s", nil, "property=value for the session, repeatable")
	return c
}

func interact(c *cobra.Command, db *leat.DB, dir string, settings []string) error {
	if f, ok := c.InOrStdin().(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		text, err := runText(c, nil, "")
		if err != nil {
			return err
		}
		return runStatements(c, db, text, "tabular", settings, false)
	}
	session := db.NewSession()
	if err := applySettings(session, settings); err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "leat %s on %s. Type help for help; statements end with a semicolon.\n", leat.Version, dir)
	s := &shell.Shell{Session: session, Out: c.OutOrStdout(), Err: c.ErrOrStderr(), Format: shell.Tabular}
	// Ctrl-C ends a running query, not the shell.
	ctx, stop := signal.NotifyContext(context.WithoutCancel(c.Context()), syscall.SIGTERM)
	defer stop()
	return s.Interactive(ctx)
}
