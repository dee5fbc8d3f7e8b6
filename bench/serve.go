package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/server"
)

// ServeOptions sizes the benchmark of the HTTP API.
type ServeOptions struct {
	Dir         string // Where to keep the data; it must exist.
	Keys        int    // Of the table.
	Connections int
	Stretch     time.Duration // Of each run.
	Runs        int           // The best of each counts.
	Subscribers int
	Progress    func(format string, args ...any)
}

// Serve measures the HTTP API over loopback, with clients and servers in this
// process: pull queries by key, push subscribers, and the time until a subscriber
// has a row. The limits are handlers of net/http alone.
func Serve(ctx context.Context, out io.Writer, o ServeOptions) (err error) {
	if o.Keys < 1 || o.Connections < 1 || o.Runs < 1 || o.Subscribers < 1 || o.Stretch <= 0 {
		return errors.New("all sizes must be more than nothing")
	}
	db, err := leat.Open(ctx, filepath.Join(o.Dir, "serve"), leat.WithProperty("auto.offset.reset", "earliest"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := prepareServe(ctx, db, o); err != nil {
		return err
	}
	api, err := serveHTTP(server.New(db, slog.New(slog.DiscardHandler)).Handler())
	if err != nil {
		return err
	}
	defer func() { db.CloseQueries(); err = errors.Join(err, api.close()) }()
	if err := o.pulls(ctx, out, api); err != nil {
		return err
	}
	if err := o.subscribers(ctx, out, api); err != nil {
		return err
	}
	return o.pushes(ctx, out, db, api)
}

// prepareServe makes the table that pull queries ask, and the stream that push
// queries follow.
func prepareServe(ctx context.Context, db *leat.DB, o ServeOptions) error {
	_, err := db.Exec(ctx, `CREATE STREAM visits (page VARCHAR KEY, due BIGINT) WITH (KAFKA_TOPIC='visits', VALUE_FORMAT='JSON', PARTITIONS=2);
CREATE TABLE hits AS SELECT page, COUNT(*) AS n, MAX(due) AS last FROM visits GROUP BY page EMIT CHANGES;
CREATE STREAM ticks (due BIGINT) WITH (KAFKA_TOPIC='ticks', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM tocks AS SELECT due FROM ticks EMIT CHANGES;`)
	if err != nil {
		return err
	}
	o.Progress("filling a table of %d keys", o.Keys)
	if err := visit(ctx, db, o.Keys, o.Keys); err != nil {
		return err
	}
	return db.Settle(ctx)
}

// visit appends n records to visits, over so many pages.
func visit(ctx context.Context, db *leat.DB, n, pages int) error {
	var builders [2]log.BatchBuilder
	for i := range n {
		key := fmt.Appendf(nil, "page-%d", i%pages)
		p := log.MurmurPartition(key, int32(len(builders)))
		builders[p].Append(key, fmt.Appendf(nil, `{"DUE":%d}`, i), nil, time.Now().UnixMilli())
		if (i+1)%20_000 > 0 && i < n-1 {
			continue
		}
		var writes []log.Write
		for p := range builders {
			if builders[p].Len() > 0 {
				writes = append(writes, log.Write{Topic: "visits", Partition: int32(p), Batch: builders[p].Bytes()})
			}
		}
		if _, err := db.Log().Produce(ctx, writes); err != nil {
			return err
		}
		for p := range builders {
			builders[p].Reset()
		}
	}
	return nil
}

// httpServer is a handler at an address of its own.
type httpServer struct {
	url    string
	web    *http.Server
	served chan error
}

func serveHTTP(h http.Handler) (*httpServer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &httpServer{"http://" + l.Addr().String(), &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}, make(chan error, 1)}
	go func() { s.served <- s.web.Serve(l) }() // Ends with close.
	return s, nil
}

func (s *httpServer) close() error {
	err := s.web.Close()
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
