package server_test

import (
	"bufio"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/leatdb/leat"
)

// scrape returns the figures at GET /metrics by name and labels.
func scrape(t *testing.T, url string) (figures map[string]string, text string) {
	t.Helper()
	resp, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %v: %s", resp.StatusCode, err, body)
	}
	figures = map[string]string{}
	for lines := bufio.NewScanner(strings.NewReader(string(body))); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), "} "); ok && !strings.HasPrefix(name, "#") {
			figures[name+"}"] = value
		}
	}
	return figures, string(body)
}

func topicBytes(db *leat.DB, name string) int64 {
	for _, t := range db.Metrics().Topics {
		if t.Name == name {
			return t.Bytes
		}
	}
	return 0
}

// TestMetrics: what queries, topics and requests did is what is scraped.
func TestMetrics(t *testing.T) {
	db, url := start(t)
	if _, err := db.Exec(t.Context(), ddl+`
		INSERT INTO s (k, v, rowtime) VALUES ('a', 1, 5000);
		INSERT INTO s (k, v) VALUES ('b', 2);`); err != nil {
		t.Fatal(err)
	}
	if err := db.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	post(t, url+"/ksql", "", map[string]any{"ksql": "SHOW STREAMS;"})
	post(t, url+"/ksql", "", map[string]any{"ksql": "SHOW STREEMS;"})
	got, text := scrape(t, url)
	id := db.Metrics().Queries[0].ID
	query := `{query="` + id + `",sink="T"`
	for name, want := range map[string]string{
		"leat_query_rows_in_total" + query + "}":                         "2",
		"leat_query_rows_out_total" + query + "}":                        "2",
		"leat_query_errors_total" + query + "}":                          "0",
		"leat_query_lag_records" + query + "}":                           "0",
		"leat_query_state_keys" + query + "}":                            "2",
		"leat_query_state_disk_reads_total" + query + "}":                "0",
		"leat_query_state" + query + `,state="RUNNING"}`:                 "1",
		"leat_query_state" + query + `,state="ERROR"}`:                   "0",
		`leat_query_error{class="NO_ERROR",` + query[1:] + "}":           "1",
		"leat_query_commit_seconds_count" + query + "}":                  strconv.FormatInt(db.Metrics().Queries[0].Commits, 10),
		`leat_topic_bytes{topic="s"}`:                                    strconv.FormatInt(topicBytes(db, "s"), 10),
		`leat_build_info{version="` + leat.Version + `"}`:                "1",
		`leat_topic_end_offset{partition="0",topic="s"}`:                 "2",
		`leat_http_request_seconds_count{code="200",route="POST /ksql"}`: "1",
		`leat_http_request_seconds_count{code="400",route="POST /ksql"}`: "1",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %s", name, got[name], want)
		}
	}
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}
