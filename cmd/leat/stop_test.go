package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/leatdb/leat"
)

// child is leat serve as a process of its own.
type child struct {
	*exec.Cmd
	url, pprof string
}

func startChild(t *testing.T, data string) *child {
	t.Helper()
	c := &child{Cmd: exec.Command("leat", "serve", "--http", "127.0.0.1:0", "--data", data, "--pprof", "127.0.0.1:0")}
	c.Stderr = t.Output()
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c.ProcessState == nil {
			_ = c.Process.Kill() // The test has failed and said why.
			_ = c.Wait()
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_, addresses, _ := strings.Cut(strings.TrimSpace(line), " at ")
	c.url, c.pprof, _ = strings.Cut(addresses, ", profiles at ")
	return c
}

func (c *child) post(path, body string) error {
	resp, err := http.Post(c.url+path, "application/json", strings.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, text)
	}
	return err
}

// load inserts rows from several clients until the server does not answer any
// more, and returns the rows that were acknowledged. enough is called when there
// are some hundred.
func (c *child) load(enough func()) []string {
	var mu sync.Mutex
	var acked []string
	var clients sync.WaitGroup
	for w := range 8 {
		clients.Go(func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%d-%d", w, i)
				if c.post("/ksql", `{"ksql":"INSERT INTO rows (id) VALUES ('`+id+`');"}`) != nil {
					return
				}
				mu.Lock()
				acked = append(acked, id)
				n := len(acked)
				mu.Unlock()
				if n == 400 {
					enough()
				}
			}
		})
	}
	clients.Wait()
	return acked
}

// TestTerminate: SIGTERM under load, with a push query open, ends the server
// within five seconds, with code 0; what it acknowledged, and nothing else, is
// there afterwards, and the query has counted each row once.
func TestTerminate(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	c := startChild(t, data)
	if err := c.post("/ksql", `{"ksql":"CREATE STREAM rows (id VARCHAR) WITH (KAFKA_TOPIC='rows', VALUE_FORMAT='JSON', PARTITIONS=1); `+
		`CREATE TABLE counts AS SELECT 1 AS one, COUNT(*) AS n FROM rows GROUP BY 1 EMIT CHANGES;"}`); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get("http://" + c.pprof + "/debug/pprof/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("profiles: %s", resp.Status)
	}
	var pushed sync.WaitGroup
	pushed.Go(func() { _ = c.post("/query-stream", `{"sql":"SELECT * FROM counts EMIT CHANGES;"}`) }) // Ends with the server.
	defer pushed.Wait()
	var told time.Time
	acked := c.load(func() {
		told = time.Now()
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
	})
	if err := c.Wait(); err != nil {
		t.Errorf("the server ends with %v", err)
	}
	if took := time.Since(told); took > 5*time.Second {
		t.Errorf("the server took %s to end", took)
	}

	db, err := leat.Open(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	stored := column(t, db, "SELECT id FROM rows;")
	slices.Sort(acked)
	slices.Sort(stored)
	if !slices.Equal(acked, stored) {
		t.Errorf("%d rows were acknowledged, %d are there", len(acked), len(stored))
	}
	if n := column(t, db, "SELECT n FROM counts;"); !slices.Equal(n, []string{fmt.Sprint(len(stored))}) {
		t.Errorf("counted %v of %d rows", n, len(stored))
	}
}

// column returns the first column of a pull query's rows as text.
func column(t *testing.T, db *leat.DB, sql string) (out []string) {
	t.Helper()
	rows, err := db.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for {
		batch, err := rows.Next()
		if err != nil {
			t.Fatal(err)
		}
		if len(batch) == 0 {
			return out
		}
		for _, r := range batch {
			out = append(out, fmt.Sprint(r.Values[0]))
		}
	}
}
