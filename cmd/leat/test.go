package main

import (
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/leatdb/leat/sqltest"
)

func testCommand() *cobra.Command {
	var run string
	var list, crash bool
	var crashes crashFlags
	c := &cobra.Command{
		Use:   "test PATH...",
		Short: "Run test files: statements, records in, records out",
		Long: `Run test cases: JSON files in the form of ksqlDB's query translation tests and leat's own .test scripts, given as files or
directories. Every case runs on an engine of its own, in memory. One line is printed per failing case.

With --crash, kill a database process over and over in the middle of its work, and compare what is left with the results of
a run without interruption.`,
		Example: `  leat test mytests/
  leat test --run 'group-by - .*JSON' cases/
  leat test --crash --kills 200 --records 1000000`,
		Args: func(c *cobra.Command, args []string) error {
			if crash {
				return cobra.NoArgs(c, args)
			}
			return cobra.MinimumNArgs(1)(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if crash {
				return crashes.run(c)
			}
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
	c.Flags().BoolVar(&crash, "crash", false, "run the crash suite")
	crashes.add(c)
	return c
}
