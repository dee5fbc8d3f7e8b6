package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/spf13/cobra"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/server"
)

func serveCommand() *cobra.Command {
	var dir, addr string
	var settings []string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the queries of a data directory and answer over HTTP",
		Long: `Run the persistent queries of a data directory and answer ksqlDB's REST API. Writes are acknowledged when they are on disk
(fsync), unless --set ack=os or a duration says otherwise. SIGTERM and Ctrl-C stop the queries at a commit.`,
		Example: `  leat serve --data mydata --http :8088
  curl -s localhost:8088/ksql -d '{"ksql":"SHOW STREAMS;"}'`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return serve(c, dir, addr, settings)
		},
	}
	dataFlag(c, &dir)
	c.Flags().StringVar(&addr, "http", "localhost:8088", "address of the HTTP API")
	c.Flags().StringArrayVarP(&settings, "set", "s", nil, "property=value for the server, repeatable (also state.memory=512MB, ack=fsync, workers=2)")
	return c
}

func serve(c *cobra.Command, dir, addr string, settings []string) error {
	var opts []leat.Option
	for _, s := range settings {
		name, value, ok := cutSetting(s)
		if !ok {
			return fmt.Errorf("--set needs property=value, not %q", s)
		}
		opts = append(opts, leat.WithProperty(name, value))
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	db, err := leat.Open(c.Context(), dir, opts...)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	fmt.Fprintf(c.OutOrStdout(), "leat %s serves %s at http://%s\n", leat.Version, dir, listener.Addr())
	s := server.New(db, slog.Default())
	served := make(chan error, 1)
	go func() { served <- s.Serve(listener) }() // Ends with Shutdown, or by itself with an error.
	select {
	case err = <-served:
	case <-c.Context().Done():
		ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
		err = s.Shutdown(ctx)
		cancel()
		err = errors.Join(err, <-served)
	}
	return errors.Join(err, db.Close())
}
