package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/kafka/broker"
	"github.com/leatdb/leat/server"
)

func serveCommand() *cobra.Command {
	var flags configFlags
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the queries of a data directory and answer over HTTP and Kafka's protocol",
		Long: `Run the persistent queries of a data directory and answer ksqlDB's REST API, and at the same address the protocol of
Confluent's Schema Registry. With --kafka Kafka's clients can work with the topics, too. Writes are acknowledged when they are on disk
(fsync), unless --set ack=os or a duration says otherwise. SIGTERM and Ctrl-C stop the queries at a commit.

With --queries-file the server runs what the file says and nothing else: at each start new statements are executed, changed ones
replaced, missing ones dropped (their topics stay), and what was done is printed. Over HTTP it can then be asked, but not changed.

leat config shows the settings that the same flags and environment give.`,
		Example: `  leat serve --data mydata --http :8088
  curl -s localhost:8088/ksql -d '{"ksql":"SHOW STREAMS;"}'
  leat serve --config server.properties --queries-file app.sql
  leat serve --data mydata --kafka :9092 --advertise "$HOSTNAME:9092"`,
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
	faces, err := cfg.listen()
	if err != nil {
		return err
	}
	dir := cfg.value("data")
	settings := cfg.options()
	if strings.EqualFold(cfg.value("ksql.logging.processing.stream.auto.create"), "true") {
		settings = append(settings, leat.WithProcessingLog())
	}
	db, err := leat.Open(c.Context(), dir, settings...)
	if err != nil {
		return errors.Join(err, closeAll(faces))
	}
	opts, err := cfg.serverOptions(db)
	if err != nil {
		return errors.Join(err, closeAll(faces), db.Close())
	}
	if file := cfg.value("ksql.queries.file"); file != "" {
		opts = append(opts, server.ReadOnly())
		if err := reconcileFile(c, db, file); err != nil {
			return errors.Join(err, closeAll(faces), db.Close())
		}
	}
	if err := cfg.connect(faces, db, server.New(db, slog.Default(), opts...)); err != nil {
		return errors.Join(err, closeAll(faces), db.Close())
	}
	fmt.Fprintf(c.OutOrStdout(), "leat %s serves %s at %s://%s", leat.Version, dir, cfg.scheme(), faces[0].listener.Addr())
	for _, f := range faces[1:] {
		fmt.Fprintf(c.OutOrStdout(), ", %s at %s", f.title, f.listener.Addr())
	}
	fmt.Fprintln(c.OutOrStdout())
	return errors.Join(answer(c.Context(), faces), db.Close())
}

// face is a way into the server: an address, and what answers there until its
// context ends.
type face struct {
	title, setting string
	listener       net.Listener
	serve          func(ctx context.Context, l net.Listener) error
}

// listen opens the addresses that there are settings for: that of the HTTP API,
// which comes first, of the registry, and for Kafka's clients.
func (cfg *config) listen() (faces []*face, err error) {
	for _, f := range []*face{
		{title: "HTTP API", setting: "listeners"}, {title: "the schema registry", setting: "registry.listeners"}, {title: "Kafka", setting: "kafka.listeners"},
		{title: "profiles", setting: "pprof.listeners"},
	} {
		addr, err := cfg.address(f.setting)
		if err != nil {
			return nil, errors.Join(err, closeAll(faces))
		}
		if addr == "" {
			continue
		}
		if f.setting == "pprof.listeners" && !loopback(addr) {
			return nil, errors.Join(cfg.wrong(f.setting, "an address of this machine alone, such as localhost:6060"), closeAll(faces))
		}
		if f.listener, err = net.Listen("tcp", addr); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", f.setting, err), closeAll(faces))
		}
		faces = append(faces, f)
	}
	return faces, nil
}

func closeAll(faces []*face) error {
	var errs []error
	for _, f := range faces {
		errs = append(errs, f.listener.Close())
	}
	return errors.Join(errs...)
}

// connect says what answers at each face.
func (cfg *config) connect(faces []*face, db *leat.DB, s *server.Server) error {
	for _, f := range faces {
		switch f.setting {
		case "listeners":
			f.serve = untilDone(s.Serve, s)
		case "registry.listeners":
			f.serve = untilDone(s.ServeRegistry, s)
		case "pprof.listeners":
			f.serve = serveProfiles
		case "kafka.listeners":
			o, err := cfg.brokerOptions()
			if err != nil {
				return err
			}
			o.ClusterID = db.ClusterID()
			if o.Security, err = cfg.kafkaSecurity(db); err != nil {
				return err
			}
			f.serve = func(ctx context.Context, l net.Listener) error { return broker.Serve(ctx, db.Log(), l, o) }
		}
	}
	return nil
}

// untilDone ends what a server serves when a context ends.
func untilDone(serve func(net.Listener) error, s *server.Server) func(context.Context, net.Listener) error {
	return func(ctx context.Context, l net.Listener) error {
		served := make(chan error, 1)
		go func() { served <- serve(l) }() // Ends with Shutdown, or by itself with an error.
		select {
		case err := <-served:
			return err
		case <-ctx.Done():
		}
		patience, cancel := context.WithTimeout(context.Background(), 4*time.Second)
		defer cancel()
		return errors.Join(s.Shutdown(patience), <-served)
	}
}

// brokerOptions are the settings of the broker.
func (cfg *config) brokerOptions() (broker.Options, error) {
	advertise, err := cfg.address("kafka.advertised.listeners")
	o := broker.Options{Advertise: advertise, Logger: slog.Default()}
	if err != nil {
		return o, err
	}
	create, err := strconv.ParseBool(cfg.value("kafka.auto.create.topics.enable"))
	if err != nil {
		return o, cfg.wrong("kafka.auto.create.topics.enable", "true or false")
	}
	o.NoAutoCreate = !create
	if o.NumPartitions, err = strconv.Atoi(cfg.value("kafka.num.partitions")); err != nil || o.NumPartitions < 1 {
		return o, cfg.wrong("kafka.num.partitions", "a number of partitions, at least 1")
	}
	return o, nil
}

// answer serves until ctx ends or a face fails, and waits for what it started.
func answer(ctx context.Context, faces []*face) (err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, len(faces))
	for _, f := range faces {
		go func() { served <- f.serve(ctx, f.listener) }() // Ends with ctx, or by itself with an error.
	}
	for range faces {
		err = errors.Join(err, <-served)
		stop()
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
