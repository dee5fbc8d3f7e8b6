package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/server"
)

func start(t *testing.T, opts ...server.Option) (*leat.DB, string) {
	t.Helper()
	db, err := leat.OpenMem(context.Background(), leat.WithProperty("auto.offset.reset", "earliest"))
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server.New(db, slog.New(slog.DiscardHandler), opts...).Handler())
	t.Cleanup(func() {
		db.CloseQueries()
		web.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db, web.URL
}

func post(t *testing.T, url, accept string, body any) (int, string) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

const ddl = `CREATE STREAM s (k VARCHAR KEY, v BIGINT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k EMIT CHANGES;`

func TestStatementsOverHTTP(t *testing.T) {
	_, url := start(t)
	status, body := post(t, url+"/ksql", "", map[string]any{"ksql": ddl})
	if status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	var results []struct {
		Type   string `json:"@type"`
		Status struct {
			Status  string  `json:"status"`
			QueryID *string `json:"queryId"`
		} `json:"commandStatus"`
	}
	if err := json.Unmarshal([]byte(body), &results); err != nil {
		t.Fatal(err)
	}
	if len(results) != 2 || results[0].Type != "currentStatus" || results[1].Status.QueryID == nil || !strings.HasPrefix(*results[1].Status.QueryID, "CTAS_T_") {
		t.Errorf("results: %s", body)
	}
	status, body = post(t, url+"/ksql", "", map[string]any{"ksql": "ASSERT NOT EXISTS SCHEMA SUBJECT 's-value' TIMEOUT 1 SECOND;"})
	if status != http.StatusOK || !strings.Contains(body, `"@type":"assert_schema"`) || !strings.Contains(body, `"subject":"s-value","id":null,"exists":false`) {
		t.Errorf("ASSERT SCHEMA: %d %s", status, body)
	}
	status, body = post(t, url+"/ksql", "", map[string]any{"ksql": "SHOW STREAMS;"})
	if status != http.StatusOK || !strings.Contains(body, `"name":"S"`) {
		t.Errorf("SHOW STREAMS: %d %s", status, body)
	}
}

func TestRefusals(t *testing.T) {
	_, url := start(t)
	for _, c := range []struct {
		path, sql, field string
		code             float64
		status           int
	}{
		{"/ksql", "SELEKT 1;", "ksql", 40001, 0},
		{"/ksql", "SELECT * FROM s EMIT CHANGES;", "ksql", 40002, 0},
		{"/query-stream", "SELECT * FROM nothing EMIT CHANGES;", "sql", 40001, 0},
		{"/ksql", "ASSERT SCHEMA ID 1 TIMEOUT 0 SECONDS;", "ksql", 41700, http.StatusExpectationFailed},
		{"/ksql", "ASSERT NOT EXISTS TOPIC _schemas TIMEOUT 0 SECONDS;", "ksql", 41700, http.StatusExpectationFailed},
	} {
		status, body := post(t, url+c.path, "", map[string]any{c.field: c.sql})
		if c.status == 0 {
			c.status = http.StatusBadRequest
		}
		var e struct {
			Code    float64 `json:"error_code"`
			Message string  `json:"message"`
		}
		if err := json.Unmarshal([]byte(body), &e); err != nil {
			t.Fatalf("%s: %v in %s", c.sql, err, body)
		}
		if status != c.status || e.Code != c.code || e.Message == "" {
			t.Errorf("%s: status %d, %s", c.sql, status, body)
		}
	}
}

func TestQueryForms(t *testing.T) {
	db, url := start(t)
	ctx := context.Background()
	if _, err := db.Exec(ctx, ddl+"INSERT INTO s (k, v) VALUES ('a', 1); INSERT INTO s (k, v) VALUES ('a', 2);"); err != nil {
		t.Fatal(err)
	}
	if err := db.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, field, accept, sql, want string }{
		{"/query", "ksql", "", "SELECT * FROM t WHERE k = 'a';", "\"schema\":\"`K` STRING KEY, `N` BIGINT\"}},\n{\"row\":{\"columns\":[\"a\",2]}}]\n"},
		{"/query-stream", "sql", "", "SELECT k, n FROM t WHERE k = 'a';", "\"columnNames\":[\"K\",\"N\"],\"columnTypes\":[\"STRING\",\"BIGINT\"]}\n[\"a\",2]\n"},
		{"/query-stream", "sql", "application/json", "SELECT n FROM t WHERE k = 'a';", ",\n[2]]\n"},
		{"/query", "ksql", "", "SELECT v FROM s EMIT CHANGES LIMIT 2;", "{\"row\":{\"columns\":[2]}},\n{\"finalMessage\":\"Limit Reached\"}]\n"},
	} {
		status, body := post(t, url+c.path, c.accept, map[string]any{c.field: c.sql})
		if status != http.StatusOK || !strings.HasSuffix(body, c.want) {
			t.Errorf("%s %s: status %d, body %s\nwant the end %s", c.path, c.sql, status, body, c.want)
		}
	}
}

// TestPushQueryStreams reads a change that happens after the response began,
// then closes the query by its id.
func TestPushQueryStreams(t *testing.T) {
	db, url := start(t)
	ctx := context.Background()
	if _, err := db.Exec(ctx, ddl); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(url+"/query-stream", "application/json", strings.NewReader(`{"sql":"SELECT * FROM s EMIT CHANGES;"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	if !lines.Scan() {
		t.Fatal("no header")
	}
	var head struct {
		QueryID string `json:"queryId"`
	}
	if err := json.Unmarshal(lines.Bytes(), &head); err != nil {
		t.Fatal(err)
	}
	if err := db.Insert(ctx, "s", map[string]any{"k": "x", "v": 7}); err != nil {
		t.Fatal(err)
	}
	if !lines.Scan() || lines.Text() != `["x",7]` {
		t.Fatalf("row: %q", lines.Text())
	}
	if status, body := post(t, url+"/close-query", "", map[string]any{"queryId": head.QueryID}); status != http.StatusOK {
		t.Fatalf("close: %d %s", status, body)
	}
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "[") {
			t.Errorf("row after the close: %s", lines.Text())
		}
	}
}

// TestReadOnly: what a file governs can be asked over HTTP, and not changed.
func TestReadOnly(t *testing.T) {
	db, url := start(t, server.ReadOnly())
	if _, err := db.Exec(t.Context(), ddl); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"DROP TABLE t;", "INSERT INTO s VALUES ('a', 1);", "TERMINATE ALL;", "CREATE TYPE x AS INT;", "ALTER SYSTEM 'auto.offset.reset'='earliest';"} {
		if status, body := post(t, url+"/ksql", "", map[string]any{"ksql": sql}); status != http.StatusBadRequest || !strings.Contains(body, "queries file") {
			t.Errorf("%s: status %d: %s", sql, status, body)
		}
	}
	for _, sql := range []string{"SHOW QUERIES;", "DESCRIBE t;", "SET 'auto.offset.reset'='earliest';"} {
		if status, body := post(t, url+"/ksql", "", map[string]any{"ksql": sql}); status != http.StatusOK {
			t.Errorf("%s: status %d: %s", sql, status, body)
		}
	}
	if status, body := post(t, url+"/query", "", map[string]any{"ksql": "SELECT * FROM t;"}); status != http.StatusOK {
		t.Errorf("pull query: status %d: %s", status, body)
	}
}

// A column that protobuf has no form for is refused before the first row.
func TestRowsWithoutProtobuf(t *testing.T) {
	db, url := start(t)
	if _, err := db.Exec(context.Background(), ddl); err != nil {
		t.Fatal(err)
	}
	const media = "application/vnd.ksql.v1+protobuf"
	status, body := post(t, url+"/query-stream", media, map[string]any{"sql": "SELECT v, MAP(v := 1) AS m FROM s;"})
	if status != http.StatusBadRequest || !strings.Contains(body, "the keys of a MAP must be STRING in PROTOBUF") {
		t.Errorf("%d %s", status, body)
	}
	status, body = post(t, url+"/query", media, map[string]any{"ksql": "SELECT v FROM s;"})
	if status != http.StatusOK || !strings.Contains(body, `"protoSchema":"syntax = \"proto3\";\n\nmessage ConnectDefault1 {\n  int64 V = 1;\n}\n"`) {
		t.Errorf("%d %s", status, body)
	}
}

// What is sent to a path for queries and is none does not run.
func TestQueryPathsRunQueriesOnly(t *testing.T) {
	db, url := start(t)
	if _, err := db.Exec(t.Context(), ddl); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ sql, want string }{
		{"DROP TABLE t;", "only SELECT and PRINT return rows"},
		{"SELECT * FROM s; SELECT * FROM s;", "one SELECT or PRINT at a time"},
		{"SELECT * FROM s; DROP TABLE t;", "one SELECT or PRINT at a time"},
		{"DROP TABLE t; SELEKT 1;", "SELEKT"},
	} {
		if status, body := post(t, url+"/query", "", map[string]any{"ksql": c.sql}); status != http.StatusBadRequest || !strings.Contains(body, c.want) {
			t.Errorf("%s: status %d: %s", c.sql, status, body)
		}
	}
	if status, body := post(t, url+"/query", "", map[string]any{"ksql": "SET 'auto.offset.reset'='earliest'; SELECT * FROM s;"}); status != http.StatusOK {
		t.Errorf("status %d: %s", status, body)
	}
	if _, body := post(t, url+"/ksql", "", map[string]any{"ksql": "SHOW TABLES;"}); !strings.Contains(body, `"name":"T"`) {
		t.Errorf("the table is gone: %s", body)
	}
}
