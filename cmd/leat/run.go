package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/shell"
)

func runCommand() *cobra.Command {
	var dir, sql, output string
	var settings []string
	var wait bool
	c := &cobra.Command{
		Use:   "run [FILE.sql]",
		Short: "Run the statements of a file, of -e, or of stdin, and leave",
		Long: `Run statements and leave. A SELECT with EMIT CHANGES runs until its LIMIT or Ctrl-C.

Without --data everything is in memory and gone afterwards. Persistent queries that the statements start run while the command
does; with --data they go on the next time the directory is opened.`,
		Example: `  leat run -e "SHOW FUNCTIONS;"
  leat run --data mydata setup.sql
  echo "SELECT * FROM hits;" | leat run --data mydata --output csv`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			text, err := runText(c, args, sql)
			if err != nil {
				return err
			}
			db, err := openData(c.Context(), dir)
			if err != nil {
				return err
			}
			err = runStatements(c, db, text, output, settings, wait)
			return errors.Join(err, db.Close())
		},
	}
	c.Flags().StringVar(&dir, "data", "", "data directory; empty for memory")
	c.Flags().StringVarP(&sql, "execute", "e", "", "statements to run")
	c.Flags().StringVarP(&output, "output", "o", "tabular", "tabular, json or csv")
	c.Flags().StringArrayVarP(&settings, "set", "s", nil, "property=value for the session, repeatable")
	c.Flags().BoolVar(&wait, "settle", false, "before the statements and before leaving, wait until the persistent queries have read all there is")
	return c
}

func runText(c *cobra.Command, args []string, sql string) (string, error) {
	switch {
	case sql != "" && len(args) > 0:
		return "", errors.New("give a file or -e, not both")
	case sql != "":
		return sql, nil
	case len(args) > 0:
		b, err := os.ReadFile(args[0])
		return string(b), err
	}
	b, err := io.ReadAll(c.InOrStdin())
	return string(b), err
}

func runStatements(c *cobra.Command, db *leat.DB, text, output string, settings []string, wait bool) error {
	format, err := shell.ParseFormat(output)
	if err != nil {
		return err
	}
	session := db.NewSession()
	if err := applySettings(session, settings); err != nil {
		return err
	}
	if wait {
		if err := db.Settle(c.Context()); err != nil {
			return err
		}
	}
	s := &shell.Shell{Session: session, Out: c.OutOrStdout(), Err: c.ErrOrStderr(), Format: format}
	if err := s.Run(c.Context(), text); err != nil {
		if shell.IsReported(err) {
			return exitCode(1)
		}
		return err
	}
	if wait {
		return db.Settle(c.Context())
	}
	return nil
}

func applySettings(session *leat.Session, settings []string) error {
	for _, s := range settings {
		name, value, ok := cutSetting(s)
		if !ok {
			return fmt.Errorf("--set needs property=value, not %q", s)
		}
		if err := session.Set(name, value); err != nil {
			return err
		}
	}
	return nil
}

func cutSetting(s string) (name, value string, ok bool) {
	for i := range len(s) {
		if s[i] == '=' {
			return s[:i], s[i+1:], i > 0
		}
	}
	return "", "", false
}
