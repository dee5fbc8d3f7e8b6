package server_test

import (
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/server"
)

// A client that takes nothing is disconnected after a while, and until then no rows
// gather for it: with either version of HTTP.
func TestClientThatDoesNotRead(t *testing.T) {
	db, err := leat.OpenMem(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	limits := server.DefaultLimits()
	limits.Stall = 300 * time.Millisecond
	web := serveHTTP2(server.New(db, slog.New(slog.DiscardHandler), server.WithLimits(limits)))
	h1, h2 := &http.Client{Transport: &http.Transport{}}, &http.Client{Transport: clearHTTP2()}
	defer func() {
		h1.CloseIdleConnections()
		h2.CloseIdleConnections()
		db.CloseQueries()
		web.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := db.Exec(t.Context(), "CREATE STREAM s (k VARCHAR KEY, v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA', PARTITIONS=1);"); err != nil {
		t.Fatal(err)
	}
	const rows, size = 600, 64 << 10
	batch := make([]any, 50)
	for i := range batch {
		batch[i] = map[string]any{"k": "k", "v": strings.Repeat("x", size)}
	}
	for range rows / len(batch) {
		if err := db.Insert(t.Context(), "s", batch...); err != nil {
			t.Fatal(err)
		}
	}
	for name, client := range map[string]*http.Client{"HTTP/1.1": h1, "HTTP/2": h2} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		resp, err := client.Post(web.URL+"/query-stream", "application/json",
			strings.NewReader(`{"sql":"SELECT * FROM s EMIT CHANGES;","properties":{"auto.offset.reset":"earliest"}}`))
		if err != nil {
			t.Fatal(err)
		}
		if n := db.Metrics().Push; n != 1 {
			t.Errorf("%s: %d queries run", name, n)
		}
		deadline := time.NewTimer(15 * time.Second)
		tick := time.NewTicker(10 * time.Millisecond)
		for db.Metrics().Push > 0 {
			select {
			case <-tick.C:
				runtime.ReadMemStats(&after)
			case <-deadline.C:
				t.Fatalf("%s: the client is not disconnected", name)
			}
		}
		tick.Stop()
		deadline.Stop()
		runtime.GC()
		runtime.ReadMemStats(&after)
		if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > rows*size/2 {
			t.Errorf("%s: %d bytes are held after %d were not read", name, grown, rows*size)
		}
		resp.Body.Close()
	}
}
