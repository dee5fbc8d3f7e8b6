package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/server"
)

func serveCommand() *cobra.Command {
	var flags configFlags
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the queries of a data directory and answer over HTTP",
		Long: `Run the persistent queries of a data directory and answer ksqlDB's REST API, and at the same address the protocol of
Confluent's Schema Registry. Writes are acknowledged when they are on disk
(fsync), unless --set ack=os or a duration says otherwise. SIGTERM and Ctrl-C stop the queries at a commit.

With --queries-file the server runs what the file says and nothing else: at each start new statements are executed, changed ones
replaced, missing ones dropped (their topics stay), and what was done is printed. Over HTTP it can then be asked, but not changed.

leat config shows the settings that the same flags and environment give.`,
		Example: `  leat serve --data mydata --http :8088
  curl -s localhost:8088/ksql -d '{"ksql":"SHOW STREAMS;"}'
  leat serve --config server.properties --queries-file app.sql`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := flags.load(c, os.Environ())
			if err != nil {
				return err
			}
			return serve(c, cfg)
		},
	}
	flags.add(c)
	return c
}

// serve is the life of a server: listen, open, reconcile, answer, and all that
// backwards.
func serve(c *cobra.Command, cfg *config) error {
	for _, s := range cfg.list() {
		if s.Unused != "" {
			slog.Warn("setting is not used", "name", s.Name, "from", s.Source, "reason", s.Unused)
		}
	}
	listeners, err := cfg.listen()
	if err != nil {
		return err
	}
	dir := cfg.value("data")
	db, err := leat.Open(c.Context(), dir, cfg.options()...)
	if err != nil {
		return errors.Join(err, closeAll(listeners))
	}
	var opts []server.Option
	if file := cfg.value("ksql.queries.file"); file != "" {
		opts = append(opts, server.ReadOnly())
		if err := reconcileFile(c, db, file); err != nil {
			return errors.Join(err, closeAll(listeners), db.Close())
		}
	}
	fmt.Fprintf(c.OutOrStdout(), "leat %s serves %s at http://%s\n", leat.Version, dir, listeners[0].Addr())
	return errors.Join(answer(c.Context(), server.New(db, slog.Default(), opts...), listeners), db.Close())
}

// listen opens the addresses: that of the HTTP API, and that of the registry if
// there is one.
func (cfg *config) listen() (listeners []net.Listener, err error) {
	for _, name := range []string{"listeners", "registry.listeners"} {
		addr, err := cfg.address(name)
		if err != nil {
			return nil, errors.Join(err, closeAll(listeners))
		}
		if addr == "" {
			continue
		}
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return nil, errors.Join(err, closeAll(listeners))
		}
		listeners = append(listeners, l)
	}
	return listeners, nil
}

func closeAll(listeners []net.Listener) error {
	var errs []error
	for _, l := range listeners {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

// answer serves until ctx ends or a listener fails, and waits for what it started.
func answer(ctx context.Context, s *server.Server, listeners []net.Listener) (err error) {
	serves := []func(net.Listener) error{s.Serve, s.ServeRegistry}
	served := make(chan error, len(listeners))
	for i, l := range listeners {
		go func() { served <- serves[i](l) }() // Ends with Shutdown, or by itself with an error.
	}
	running := len(listeners)
	select {
	case err = <-served:
		running--
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.Background(), 4*time.Second)
	err = errors.Join(err, s.Shutdown(patience))
	cancel()
	for range running {
		err = errors.Join(err, <-served)
	}
	return err
}

// reconcileFile makes the database what a queries file says, and tells what that
// changed.
func reconcileFile(c *cobra.Command, db *leat.DB, file string) error {
	sql, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("queries file: %w", err)
	}
	done, err := db.Reconcile(c.Context(), string(sql))
	kept := 0
	for _, d := range done {
		if d.Action == "kept" {
			kept++
			continue
		}
		fmt.Fprintf(c.OutOrStdout(), "%s: %s %s\n", file, d.Action, d.Name)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	fmt.Fprintf(c.OutOrStdout(), "%s: %d kept, %d changed\n", file, kept, len(done)-kept)
	return nil
}
