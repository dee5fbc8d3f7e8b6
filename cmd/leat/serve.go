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
	var o serveOptions
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the queries of a data directory and answer over HTTP",
		Long: `Run the persistent queries of a data directory and answer ksqlDB's REST API, and at the same address the protocol of
Confluent's Schema Registry. Writes are acknowledged when they are on disk
(fsync), unless --set ack=os or a duration says otherwise. SIGTERM and Ctrl-C stop the queries at a commit.`,
		Example: `  leat serve --data mydata --http :8088
  curl -s localhost:8088/ksql -d '{"ksql":"SHOW STREAMS;"}'`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return serve(c, &o)
		},
	}
	dataFlag(c, &o.dir)
	c.Flags().StringVar(&o.http, "http", "localhost:8088", "address of the HTTP API")
	c.Flags().StringVar(&o.registry, "registry", "", "address of the schema registry alone, such as localhost:8081; it is at --http in any case")
	c.Flags().StringVar(&o.registryURL, "schema-registry-url", "", "use the schema registry there instead of the built-in one (see docs/registry.md)")
	c.Flags().StringArrayVarP(&o.settings, "set", "s", nil, "property=value for the server, repeatable (also state.memory=512MB, ack=fsync, workers=2)")
	return c
}

// serveOptions are the flags of serve.
type serveOptions struct {
	dir, http, registry string
	registryURL         string
	settings            []string
}

// database returns the options that the flags mean for the database.
func (o *serveOptions) database() ([]leat.Option, error) {
	var opts []leat.Option
	for _, s := range o.settings {
		name, value, ok := cutSetting(s)
		if !ok {
			return nil, fmt.Errorf("--set needs property=value, not %q", s)
		}
		opts = append(opts, leat.WithProperty(name, value))
	}
	if o.registryURL != "" {
		opts = append(opts, leat.WithProperty("schema.registry.url", o.registryURL))
	}
	return opts, nil
}

// listen opens the addresses: that of the HTTP API, and that of the registry if
// there is one.
func (o *serveOptions) listen() (listeners []net.Listener, err error) {
	for _, addr := range []string{o.http, o.registry} {
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

func serve(c *cobra.Command, o *serveOptions) error {
	opts, err := o.database()
	if err != nil {
		return err
	}
	listeners, err := o.listen()
	if err != nil {
		return err
	}
	db, err := leat.Open(c.Context(), o.dir, opts...)
	if err != nil {
		return errors.Join(err, closeAll(listeners))
	}
	fmt.Fprintf(c.OutOrStdout(), "leat %s serves %s at http://%s\n", leat.Version, o.dir, listeners[0].Addr())
	s := server.New(db, slog.Default())
	serves := []func(net.Listener) error{s.Serve, s.ServeRegistry}
	served := make(chan error, len(listeners))
	for i, l := range listeners {
		go func() { served <- serves[i](l) }() // Ends with Shutdown, or by itself with an error.
	}
	running := len(listeners)
	select {
	case err = <-served:
		running--
	case <-c.Context().Done():
	}
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
	err = errors.Join(err, s.Shutdown(ctx))
	cancel()
	for range running {
		err = errors.Join(err, <-served)
	}
	return errors.Join(err, db.Close())
}
