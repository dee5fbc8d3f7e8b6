package main

import (
	"errors"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/leatdb/leat/bench"
)

func benchCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "bench log|state|idle|kafka|serve|nexmark",
		Short: "Measure this machine: the log, the state stores, idle queries, Kafka's protocol, the HTTP API, the Nexmark queries",
		Long: `Measure leat on this machine. Every figure comes with its limit, measured in the same run on the same records: look at the
ratio, since machines differ and are shared.`,
		Example: "  leat bench nexmark --events 1000000\n  leat bench log",
	}
	c.AddCommand(benchLogCommand(), benchStateCommand(), benchIdleCommand(), benchKafkaCommand(), benchServeCommand(), benchNexmarkCommand())
	return c
}

// withProgress runs a benchmark that tells how far it is, in a temporary directory.
func withProgress(c *cobra.Command, dir string, work func(tmp string, show func(format string, args ...any)) error) error {
	p := newProgress(c.ErrOrStderr())
	defer p.end()
	return inTemp(dir, func(tmp string) error { return work(tmp, p.show) })
}

// inTemp runs work in a temporary directory below dir (or the system's).
func inTemp(dir string, work func(dir string) error) error {
	tmp, err := os.MkdirTemp(dir, "leat-bench-")
	if err != nil {
		return err
	}
	return errors.Join(work(tmp), os.RemoveAll(tmp))
}

func benchLogCommand() *cobra.Command {
	var o bench.LogOptions
	var dir string
	c := &cobra.Command{
		Use:     "log",
		Short:   "Produce with durable acknowledgement, and read back",
		Example: "  leat bench log --batch 65536 --batches 2000",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return inTemp(dir, func(tmp string) error {
				o.Dir = tmp
				return bench.Log(c.Context(), c.OutOrStdout(), o)
			})
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "directory to write in")
	c.Flags().IntVar(&o.BatchBytes, "batch", 64<<10, "bytes per produced batch")
	c.Flags().IntVar(&o.Batches, "batches", 2000, "batches")
	return c
}

func benchStateCommand() *cobra.Command {
	var o bench.StateOptions
	var dir string
	c := &cobra.Command{
		Use:     "state",
		Short:   "A keyed count in a state table, and a restart",
		Example: "  leat bench state --keys 1000000",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return inTemp(dir, func(tmp string) error {
				o.Dir = tmp
				return bench.State(c.Context(), c.OutOrStdout(), o)
			})
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "directory to write in")
	c.Flags().IntVar(&o.Rows, "rows", 10_000_000, "rows to count")
	c.Flags().IntVar(&o.Keys, "keys", 1_000_000, "different keys")
	return c
}

func benchIdleCommand() *cobra.Command {
	var o bench.IdleOptions
	var dir string
	c := &cobra.Command{
		Use:     "idle",
		Short:   "What persistent queries cost that have nothing to do",
		Example: "  leat bench idle --queries 1000",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withProgress(c, dir, func(tmp string, show func(format string, args ...any)) error {
				o.Dir, o.Progress = tmp, show
				return bench.Idle(c.Context(), c.OutOrStdout(), o)
			})
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "directory to write in")
	c.Flags().IntVar(&o.Queries, "queries", 1000, "queries to start")
	c.Flags().DurationVar(&o.Stretch, "for", 10*time.Second, "how long to watch")
	return c
}

func benchKafkaCommand() *cobra.Command {
	var o bench.KafkaOptions
	var dir string
	c := &cobra.Command{
		Use:   "kafka",
		Short: "A Kafka producer and consumer against the broker, over loopback",
		Long: `A franz-go producer and consumer against the broker over loopback, acks=all with fsync. The limit is the same client with a
sink that only reads frames and answers. Latencies are those of a record every millisecond.`,
		Example: "  leat bench kafka --bytes 500000000",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withProgress(c, dir, func(tmp string, show func(format string, args ...any)) error {
				o.Dir, o.Progress = tmp, show
				return bench.Kafka(c.Context(), c.OutOrStdout(), o)
			})
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "directory to write in")
	c.Flags().Int64Var(&o.Bytes, "bytes", 500_000_000, "bytes of the values of each run")
	c.Flags().IntSliceVar(&o.Sizes, "sizes", []int{1024, 200}, "sizes of values")
	c.Flags().IntSliceVar(&o.Partitions, "partitions", []int{1, 64}, "numbers of partitions")
	c.Flags().IntVar(&o.Runs, "runs", 3, "runs of each; the best counts")
	c.Flags().StringVar(&o.Profiles, "profiles", "", "existing directory to write CPU profiles to")
	return c
}

func benchServeCommand() *cobra.Command {
	var o bench.ServeOptions
	var dir string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Pull queries, push subscribers and their latency over HTTP",
		Long: `Clients and server are in this process, over loopback. Pull queries by key are compared with a handler of net/http alone that
reads the same requests and gives the same answers, in turns; subscribers with connections to a handler that only waits. The last figure is the
time from the production of a row until a push client has what a query made of it, durable and exactly once.`,
		Example: "  leat bench serve --subscribers 2000",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withProgress(c, dir, func(tmp string, show func(format string, args ...any)) error {
				o.Dir, o.Progress = tmp, show
				return bench.Serve(c.Context(), c.OutOrStdout(), o)
			})
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "directory to write in")
	c.Flags().IntVar(&o.Keys, "keys", 100_000, "keys of the table")
	c.Flags().IntVar(&o.Connections, "connections", 64, "clients that ask at the same time")
	c.Flags().DurationVar(&o.Stretch, "for", 3*time.Second, "how long each run takes")
	c.Flags().IntVar(&o.Runs, "runs", 3, "runs of each; the best counts")
	c.Flags().IntVar(&o.Subscribers, "subscribers", 1000, "push clients; each needs two file descriptors")
	return c
}

func benchNexmarkCommand() *cobra.Command {
	var o bench.NexmarkOptions
	var dir, queries string
	c := &cobra.Command{
		Use:     "nexmark",
		Short:   "The Nexmark queries, JSON in to JSON out, with their limits",
		Example: "  leat bench nexmark --events 1000000 --queries q0,q12",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if queries != "" {
				o.Queries = strings.Split(queries, ",")
			}
			return withProgress(c, dir, func(tmp string, show func(format string, args ...any)) error {
				o.Dir, o.Progress = tmp, show
				return bench.Nexmark(c.Context(), c.OutOrStdout(), o)
			})
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "directory to write in")
	c.Flags().Int64Var(&o.Events, "events", 1_000_000, "events to generate")
	c.Flags().IntVar(&o.Partitions, "partitions", 2, "partitions per topic")
	c.Flags().IntVar(&o.Runs, "runs", 3, "runs of each query and limit; the best of each counts")
	c.Flags().StringVar(&o.Profiles, "profiles", "", "existing directory to write a CPU profile of each query to")
	c.Flags().StringVar(&queries, "queries", "", "comma-separated names; empty for all")
	return c
}
