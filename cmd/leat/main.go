// Command leat is a streaming SQL database in one binary: a shell, a server,
// and tools for its topics, tests and benchmarks. `leat --help` lists them.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/leatdb/leat"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := rootCommand().ExecuteContext(ctx)
	stop()
	if err != nil {
		var quiet exitCode
		if errors.As(err, &quiet) {
			os.Exit(int(quiet))
		}
		fmt.Fprintln(os.Stderr, "leat: "+err.Error())
		var usage usageError
		if errors.As(err, &usage) {
			os.Exit(2)
		}
		os.Exit(1)
	}
}

// usageError is a call that could not be done at all, for commands whose exit
// code 1 says something else.
type usageError struct{ error }

// Unwrap returns the cause.
func (e usageError) Unwrap() error { return e.error }

// exitCode ends the program with a code after everything has been said.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// rootCommand assembles the subcommands, one file each.
func rootCommand() *cobra.Command {
	var logging logFlags
	root := &cobra.Command{
		Use:   "leat",
		Short: "A streaming SQL database in one binary",
		Long: `leat keeps SQL queries running over an embedded, Kafka-compatible log.

  leat demo                      live results in this terminal, nothing to set up
  leat shell --data mydata       type statements; the data stays in mydata/
  leat serve --data mydata       the same over HTTP`,
		Version:       leat.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			logger, err := logging.logger(os.Stderr)
			if err == nil {
				slog.SetDefault(logger)
			}
			return err
		},
	}
	logging.add(root)
	root.AddCommand(demoCommand(), datagenCommand(), migrateCommand(), shellCommand(), serveCommand(), configCommand(), runCommand(), produceCommand(), consumeCommand(),
		topicsCommand(), groupsCommand(), offsetsCommand(), usersCommand(), backupCommand(), restoreCommand(), testCommand(), crashChildCommand(), benchCommand())
	return root
}

// openData opens the database of a --data flag; an empty directory name means
// one in memory.
func openData(ctx context.Context, dir string) (*leat.DB, error) {
	if dir == "" {
		return leat.OpenMem(ctx)
	}
	return leat.Open(ctx, dir)
}
