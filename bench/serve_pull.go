package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// pulls compares pull queries by key with a handler that gives the same answer.
func (o *ServeOptions) pulls(ctx context.Context, out io.Writer, api *httpServer) (err error) {
	one, err := ask(ctx, http.DefaultClient, api.url, o.question(1))
	if err != nil {
		return err
	}
	if bytes.Count(one, []byte("\n")) < 2 {
		return fmt.Errorf("a pull query by key answers %q", one)
	}
	bare, err := serveHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return // The client is gone.
		}
		w.Header().Set("Content-Type", "application/vnd.ksqlapi.delimited.v1")
		_, _ = w.Write(one) // Likewise.
	}))
	if err != nil {
		return err
	}
	defer bare.close()
	var best, limit pullRun
	for run := range o.Runs {
		for _, x := range []struct {
			name string
			at   *httpServer
			best *pullRun
		}{{"the bare handler", bare, &limit}, {"pull queries", api, &best}} {
			o.Progress("%s, run %d", x.name, run+1)
			r, err := o.pullLoad(ctx, x.at.url)
			if err != nil {
				return err
			}
			if r.perSecond > x.best.perSecond {
				*x.best = r
			}
		}
	}
	fmt.Fprintf(out, "pull queries by key   %d connections, %d keys   %.0f/s   limit %.0f/s   ratio %.2f\n", o.Connections, o.Keys, best.perSecond,
		limit.perSecond, best.perSecond/limit.perSecond)
	fmt.Fprintf(out, "  latency p50 p99 p99.9   %v   limit %v\n", best.took, limit.took)
	return nil
}

// pullRun is one run of the load.
type pullRun struct {
	perSecond float64
	took      latencies
}

// question is the request for a key.
func (o *ServeOptions) question(i int) string {
	return fmt.Sprintf(`{"sql":"SELECT * FROM hits WHERE page = 'page-%d';"}`, i%o.Keys)
}

// ask makes a request and returns the answer.
func ask(ctx context.Context, c *http.Client, url, question string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/query-stream", bytes.NewReader([]byte(question)))
	if err != nil {
		return nil, err
	}
	resp, err := c.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, answer)
	}
	return answer, err
}

// pullLoad asks over all connections for a stretch.
func (o *ServeOptions) pullLoad(ctx context.Context, url string) (r pullRun, err error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: o.Connections, DisableCompression: true}}
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	var clients sync.WaitGroup
	began := time.Now()
	for c := range o.Connections {
		clients.Go(func() {
			var took latencies
			var failed error
			for i := c; failed == nil && time.Since(began) < o.Stretch; i += o.Connections {
				asked := time.Now()
				_, failed = ask(ctx, client, url, o.question(i*7919))
				took = append(took, time.Since(asked))
			}
			mu.Lock()
			defer mu.Unlock()
			r.took = append(r.took, took...)
			if err == nil {
				err = failed
			}
		})
	}
	clients.Wait()
	r.perSecond = float64(len(r.took)) / time.Since(began).Seconds()
	slices.Sort(r.took)
	return r, err
}
