package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// startServe runs leat serve until stop, which returns its error. It returns what
// the server printed before it was ready, and its URL.
func startServe(t *testing.T, args ...string) (printed, url string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	c := rootCommand()
	c.SetArgs(append([]string{"serve", "--http", "127.0.0.1:0"}, args...))
	c.SetOut(in)
	done := make(chan error, 1)
	go func() { // Ends with stop, or by itself with an error.
		err := c.ExecuteContext(ctx)
		in.CloseWithError(err)
		done <- err
	}()
	stop = func() error {
		cancel()
		return <-done
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, address, ready := strings.Cut(lines.Text(), " at "); ready {
			return printed, address, stop
		}
		printed += lines.Text() + "\n"
	}
	return printed, "", stop
}

// TestServeQueriesFile: a server with a queries file does what the file says, says
// what changed since its last start, and takes no other statements.
func TestServeQueriesFile(t *testing.T) {
	const clicks = `CREATE STREAM clicks (page VARCHAR KEY, ms INT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);
`
	dir := t.TempDir()
	data, file := filepath.Join(dir, "data"), filepath.Join(dir, "app.sql")
	for _, c := range []struct{ sql, want string }{
		{clicks + "CREATE TABLE hits AS SELECT page, COUNT(*) AS n FROM clicks GROUP BY page EMIT CHANGES;",
			"FILE: added CLICKS\nFILE: added HITS\nFILE: 0 kept, 2 changed\n"},
		{clicks + "CREATE STREAM root AS SELECT * FROM clicks WHERE page = '/';",
			"FILE: added ROOT\nFILE: dropped HITS\nFILE: 1 kept, 2 changed\n"},
		{clicks + "CREATE STREAM root AS SELECT * FROM clicks WHERE page = '/';", "FILE: 2 kept, 0 changed\n"},
	} {
		if err := os.WriteFile(file, []byte(c.sql), 0o644); err != nil {
			t.Fatal(err)
		}
		printed, url, stop := startServe(t, "--data", data, "--queries-file", file)
		if got := strings.ReplaceAll(printed, file, "FILE"); got != c.want {
			t.Errorf("printed %q, want %q", got, c.want)
		}
		resp, err := http.Post(url+"/ksql", "application/json", strings.NewReader(`{"ksql":"DROP STREAM root;"}`))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), "queries file") {
			t.Errorf("status %d, %v: %s", resp.StatusCode, err, body)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(file, []byte(clicks+"SELECT 1;"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, url, stop := startServe(t, "--data", data, "--queries-file", file)
	if err := stop(); url != "" || err == nil || !strings.Contains(err.Error(), file+": line 2") {
		t.Errorf("error %v", err)
	}
}

// TestServeKafka: what a Kafka client produces is a stream, and what a query makes of it goes to a Kafka client.
func TestServeKafka(t *testing.T) {
	_, address, stop := startServe(t, "--data", filepath.Join(t.TempDir(), "data"), "--kafka", "127.0.0.1:0")
	url, kafka, ok := strings.Cut(address, ", Kafka at ")
	if !ok {
		t.Fatalf("no Kafka in %q", address)
	}
	statements := `{"ksql":"CREATE STREAM pages (page VARCHAR) WITH (KAFKA_TOPIC='pages', VALUE_FORMAT='JSON', PARTITIONS=1); ` +
		`CREATE STREAM loud WITH (KAFKA_TOPIC='loud') AS SELECT UCASE(page) AS page FROM pages EMIT CHANGES;"}`
	resp, err := http.Post(url+"/ksql", "application/json", strings.NewReader(statements))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(kafka), kgo.DefaultProduceTopic("pages"), kgo.ConsumeTopics("loud"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := client.ProduceSync(ctx, kgo.StringRecord(`{"page":"/home"}`)).FirstErr(); err != nil {
		t.Fatal(err)
	}
	fetches := client.PollFetches(ctx)
	if records := fetches.Records(); len(records) != 1 || string(records[0].Value) != `{"PAGE":"/HOME"}` {
		t.Fatalf("%v, %v", records, fetches.Err())
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

// TestToolsBesideAServer: the tools work on the topics of a running server, and its directory tells how.
func TestToolsBesideAServer(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	_, address, stop := startServe(t, "--data", dir, "--kafka", "127.0.0.1:0")
	_, kafka, ok := strings.Cut(address, ", Kafka at ")
	if !ok {
		t.Fatalf("no Kafka in %q", address)
	}
	leat := func(in string, args ...string) string {
		t.Helper()
		var out strings.Builder
		c := rootCommand()
		c.SetArgs(append(args, "--bootstrap", kafka))
		c.SetIn(strings.NewReader(in))
		c.SetOut(&out)
		if err := c.ExecuteContext(t.Context()); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		return out.String()
	}
	if got := leat("a:1\nb:2\nc:3\n", "produce", "letters", "--partitions", "2", "--key-separator", ":"); got != "3 records appended to letters\n" {
		t.Error(got)
	}
	lines := strings.Split(leat("", "consume", "letters", "--from-beginning", "--keys"), "\n")
	slices.Sort(lines)
	if got := strings.Join(lines, "|"); got != "|a\t1|b\t2|c\t3" {
		t.Error(got)
	}
	if got := leat("", "consume", "letters"); got != "" {
		t.Errorf("from the end: %q", got)
	}
	if got := strings.Count(leat("", "consume", "letters", "--group", "g", "--limit", "2"), "\n"); got != 2 {
		t.Errorf("%d lines, want 2", got)
	}
	if got := strings.Count(leat("", "consume", "letters", "--group", "g"), "\n"); got != 1 {
		t.Errorf("%d lines after those of the group, want 1", got)
	}
	if got := leat("", "groups"); !strings.Contains(got, " g ") || !strings.Contains(got, "Empty") {
		t.Error(got)
	}
	leat("", "offsets", "reset", "g", "--to-earliest")
	if got := strings.Count(leat("", "consume", "letters", "--group", "g"), "\n"); got != 3 {
		t.Errorf("%d lines after the reset, want 3", got)
	}
	c := rootCommand()
	c.SetArgs([]string{"topics", "--data", dir})
	if err := c.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), "--bootstrap HOST:PORT") {
		t.Errorf("the directory of a running server: %v", err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}
