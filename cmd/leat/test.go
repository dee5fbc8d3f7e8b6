package main

import (
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/leatdb/leat/sqltest"
)

func testCommand() *cobra.Command {
	var run string
	var list bool
	c := &cobra.Command{
		Use:   "test PATH...",
		Short: "Run test files: statements, records in, records out",
		Long: `Run test cases: JSON files in the form of ksqlDB's query translation tests and leat's own .test scripts, given as files or
directories. Every case runs on an engine of its own, in memory. One line is printed per failing case.`,
		Example: `  leat test mytests/
  leat test --run 'group-by - .*JSON' cases/`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			suite := sqltest.Suite{Out: c.OutOrStdout(), List: list}
			if run != "" {
				re, err := regexp.Compile(run)
				if err != nil {
					return fmt.Errorf("--run: %w", err)
				}
				suite.Run = re
			}
			p := newProgress(c.ErrOrStderr())
			suite.Progress = func(done, all int) { p.show("%d of %d cases", done, all) }
			sum, err := suite.Files(c.Context(), args...)
			p.end()
			if err != nil || list {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), sum)
			if sum.Failed > 0 {
				return exitCode(1)
			}
			return nil
		},
	}
	c.Flags().StringVar(&run, "run", "", "only cases whose name matches this regular expression")
	c.Flags().BoolVar(&list, "list", false, "name the cases and do not run them")
	return c
}
