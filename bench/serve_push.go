package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/log"
)

// followers are clients of a push query.
type followers struct {
	client *http.Client
	bodies []io.Closer
}

func (f *followers) close() error {
	var errs []error
	for _, b := range f.bodies {
		errs = append(errs, b.Close())
	}
	f.client.CloseIdleConnections()
	return errors.Join(errs...)
}

// follow subscribes n clients and waits until each has the head of its answer.
func follow(ctx context.Context, url string, n int) (*followers, error) {
	f := &followers{client: &http.Client{Transport: &http.Transport{DisableCompression: true}}}
	for range n {
		resp, err := subscribe(ctx, f.client, url, "visits")
		if err != nil {
			return nil, errors.Join(err, f.close())
		}
		f.bodies = append(f.bodies, resp.Body)
		if _, err := io.ReadAtLeast(resp.Body, make([]byte, 1), 1); err != nil {
			return nil, errors.Join(err, f.close())
		}
	}
	return f, nil
}

// subscribe starts a push query from the end of a stream.
func subscribe(ctx context.Context, c *http.Client, url, stream string) (*http.Response, error) {
	question := `{"sql":"SELECT * FROM ` + stream + ` EMIT CHANGES;","properties":{"auto.offset.reset":"latest"}}`
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/query-stream", strings.NewReader(question))
	if err != nil {
		return nil, err
	}
	resp, err := c.Do(req)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = errors.Join(fmt.Errorf("push query: %s", resp.Status), resp.Body.Close())
	}
	return resp, err
}

// subscribers measures the memory of subscribers that have nothing to do, both
// ends of their connections included.
func (o *ServeOptions) subscribers(ctx context.Context, out io.Writer, api *httpServer) error {
	bare, err := serveHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.WriteString(w, "{}\n"); err == nil && http.NewResponseController(w).Flush() == nil {
			<-r.Context().Done()
		}
	}))
	if err != nil {
		return err
	}
	defer bare.close()
	var bytes [2]int64
	for i, at := range []*httpServer{bare, api} {
		o.Progress("%d subscribers", o.Subscribers)
		before := liveBytes()
		f, err := follow(ctx, at.url, o.Subscribers)
		if err != nil {
			return fmt.Errorf("subscribers (each needs two file descriptors: ulimit -n): %w", err)
		}
		bytes[i] = (liveBytes() - before) / int64(o.Subscribers)
		if err := f.close(); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "%d idle subscribers   %s bytes each, client and connection included   limit (connections that wait) %s\n", o.Subscribers,
		short(float64(bytes[1])), short(float64(bytes[0])))
	return nil
}

// liveBytes are the bytes of live objects and of the stacks of goroutines.
func liveBytes() int64 {
	heap := heapBytes()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return heap + int64(m.StackInuse)
}

const (
	pushRate  = 10_000 // Rows a second.
	pushEvery = time.Millisecond
)

// pushes measures how long it takes from producing a row until a push client has
// what a query made of it, at pushRate.
func (o *ServeOptions) pushes(ctx context.Context, out io.Writer, db *leat.DB, api *httpServer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	resp, err := subscribe(ctx, http.DefaultClient, api.url, "tocks")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	if !lines.Scan() {
		return fmt.Errorf("push query without a head: %w", lines.Err())
	}
	o.Progress("%d rows a second to a push client", pushRate)
	began := time.Now()
	rows := int(o.Stretch.Seconds() * pushRate)
	produced := make(chan error, 1)
	go func() { produced <- produceTicks(ctx, db, began, rows) }() // Ends with its rows, or with ctx.
	var took latencies
	for len(took) < rows && lines.Scan() {
		at, err := strconv.ParseInt(strings.Trim(lines.Text(), "[]"), 10, 64)
		if err != nil {
			return errors.Join(fmt.Errorf("a row of the push query: %w", err), stopped(cancel, produced))
		}
		took = append(took, time.Since(began)-time.Duration(at))
	}
	if err := errors.Join(lines.Err(), <-produced); err != nil {
		return err
	}
	slices.Sort(took)
	fmt.Fprintf(out, "produce to push   %d rows/s, a query in between, exactly once   p50 p99 p99.9   %v\n", pushRate, took)
	return nil
}

// stopped ends the producer.
func stopped(cancel func(), produced chan error) error {
	cancel()
	if err := <-produced; !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// produceTicks appends rows that hold when they were due, counted from began: one
// that is produced late, because the rows before it took so long, counts as late.
func produceTicks(ctx context.Context, db *leat.DB, began time.Time, rows int) error {
	const each = pushRate / int(time.Second/pushEvery)
	for sent := 0; sent < rows; sent += each {
		due := time.Duration(sent/each) * pushEvery
		select {
		case <-time.After(time.Until(began.Add(due))):
		case <-ctx.Done():
			return ctx.Err()
		}
		var b log.BatchBuilder
		for range each {
			b.Append(nil, fmt.Appendf(nil, `{"DUE":%d}`, due), nil, time.Now().UnixMilli())
		}
		if _, err := db.Log().Produce(ctx, []log.Write{{Topic: "ticks", Batch: b.Bytes()}}); err != nil {
			return err
		}
	}
	return nil
}
