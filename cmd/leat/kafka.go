package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/leatdb/leat/internal/pipenet"
	"github.com/leatdb/leat/kafka/broker"
	"github.com/leatdb/leat/log"
)

// place is where the topics are that a command works on: a directory, or a server.
type place struct{ dir, bootstrap string }

func (p *place) add(c *cobra.Command) {
	dataFlag(c, &p.dir)
	c.Flags().StringVar(&p.bootstrap, "bootstrap", "", "host:port of a running server (its --kafka address), or of any Kafka, instead of a directory")
	c.MarkFlagsMutuallyExclusive("data", "bootstrap")
}

// with does something with a client. A directory is opened for the time and asked through the same protocol, without a network.
func (p *place) with(c *cobra.Command, do func(ctx context.Context, cl *kgo.Client) error, opts ...kgo.Opt) error {
	if p.bootstrap != "" {
		return withClient(c.Context(), p.bootstrap, do, opts...)
	}
	return withLog(p.dir, func(l *log.Log) error {
		listener := pipenet.Listen(directoryAddress)
		ctx, stop := context.WithCancel(c.Context())
		served := make(chan error, 1)
		go func() { // Ends with ctx.
			served <- broker.Serve(ctx, l, listener, broker.Options{Advertise: directoryAddress, Logger: slog.Default()})
		}()
		err := withClient(ctx, directoryAddress, do, append(opts, kgo.Dialer(listener.Dial))...)
		stop()
		return errors.Join(err, <-served)
	})
}

// admin is with for administration.
func (p *place) admin(c *cobra.Command, do func(ctx context.Context, a *kadm.Client) error) error {
	return p.with(c, func(ctx context.Context, cl *kgo.Client) error { return do(ctx, kadm.NewClient(cl)) })
}

// directoryAddress stands for the broker of a directory.
const directoryAddress = "leat:9092"

func withClient(ctx context.Context, bootstrap string, do func(context.Context, *kgo.Client) error, opts ...kgo.Opt) error {
	cl, err := kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(strings.Split(bootstrap, ",")...), kgo.ClientID("leat"), kgo.DialTimeout(5 * time.Second), kgo.RequestRetries(3),
		kgo.RetryTimeout(10 * time.Second), kgo.MetadataMinAge(10 * time.Millisecond),
	}, opts...)...)
	if err != nil {
		return fmt.Errorf("--bootstrap %s: %w", bootstrap, err)
	}
	defer cl.Close()
	if err := cl.Ping(ctx); err != nil {
		return fmt.Errorf("no Kafka server answers at %s: %w", bootstrap, err)
	}
	return do(ctx, cl)
}

// listing is what a command tells: a table for people, JSON for programs.
type listing struct {
	columns []string
	rows    [][]any
	asJSON  bool
	grouped bool // the first column is not repeated in a table
}

func (l *listing) flag(c *cobra.Command) { c.Flags().BoolVar(&l.asJSON, "json", false, "as JSON") }

func (l *listing) add(row ...any) { l.rows = append(l.rows, row) }

func (l *listing) print(c *cobra.Command) error {
	if l.asJSON {
		all := make([]map[string]any, len(l.rows))
		for i, row := range l.rows {
			all[i] = map[string]any{}
			for j, name := range l.columns {
				all[i][strings.ReplaceAll(strings.ToLower(name), " ", "_")] = row[j]
			}
		}
		out := json.NewEncoder(c.OutOrStdout())
		out.SetIndent("", "  ")
		return out.Encode(all)
	}
	t := table.NewWriter()
	t.SetOutputMirror(c.OutOrStdout())
	t.SetStyle(table.StyleLight)
	head := table.Row{}
	for _, name := range l.columns {
		head = append(head, name)
	}
	t.AppendHeader(head)
	for i, row := range l.rows {
		shown := append(table.Row{}, row...)
		if l.grouped && i > 0 && l.rows[i-1][0] == row[0] {
			shown[0] = ""
		}
		for j, v := range shown {
			if v == nil {
				shown[j] = "-"
			}
		}
		t.AppendRow(shown)
	}
	t.Render()
	return nil
}

// known is an offset, nil if there is none.
func known(offset int64) any {
	if offset < 0 {
		return nil
	}
	return offset
}
