package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"github.com/leatdb/leat/internal/crashtest"
)

// crashFlags are the flags of leat test --crash.
type crashFlags struct {
	kills, records int
	seed           uint64
	dir            string
}

func (f *crashFlags) add(c *cobra.Command) {
	c.Flags().IntVar(&f.kills, "kills", 200, "with --crash: how often the database is killed")
	c.Flags().IntVar(&f.records, "records", 1_000_000, "with --crash: how many records go in")
	c.Flags().Uint64Var(&f.seed, "seed", 0, "with --crash: draw data and kills from this number (0: a new one)")
	c.Flags().StringVar(&f.dir, "dir", "", "with --crash: an empty directory for the data (default: a temporary one)")
}

// run runs the crash suite. The databases that are killed are processes of this
// program, see crashChildCommand.
func (f *crashFlags) run(c *cobra.Command) error {
	if f.kills < 0 || f.records < 1 {
		return fmt.Errorf("--kills must be 0 or more and --records 1 or more")
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if f.seed == 0 {
		f.seed = 1 + rand.Uint64N(1_000_000_000)
	}
	p := newProgress(c.ErrOrStderr())
	suite := crashtest.Suite{
		Kills: f.kills, Records: f.records, Seed: f.seed, Dir: f.dir, Progress: p.show, Out: linesAbove{p, c.OutOrStdout()},
		Child: func(ctx context.Context, arg string) *exec.Cmd {
			return exec.CommandContext(ctx, self, crashChild, arg)
		},
	}
	sum, err := suite.Run(c.Context())
	p.end()
	if err != nil {
		return err
	}
	fmt.Fprintln(c.OutOrStdout(), sum.String())
	if sum.Failed() {
		return exitCode(1)
	}
	return nil
}

// linesAbove writes lines where the progress line was.
type linesAbove struct {
	p   *progress
	out io.Writer
}

func (l linesAbove) Write(b []byte) (int, error) {
	l.p.end()
	return l.out.Write(b)
}

// crashChild names the hidden subcommand.
const crashChild = "crash-child"

// crashChildCommand is the database process that the crash suite kills.
func crashChildCommand() *cobra.Command {
	return &cobra.Command{
		Use:    crashChild + " ORDER",
		Short:  "The database process that leat test --crash kills",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return crashtest.RunChild(c.Context(), args[0], os.Stdin, os.Stdout)
		},
	}
}
