package server_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// tokenStream is a push query with continuation tokens.
type tokenStream struct {
	t     *testing.T
	resp  *http.Response
	lines *bufio.Scanner
	last  string // The last token.
}

func (s *scripted) tokens(t *testing.T, token string) *tokenStream {
	t.Helper()
	body, err := json.Marshal(map[string]any{"sql": "SELECT v FROM s WHERE v > 0 EMIT CHANGES;",
		"properties":        map[string]any{"auto.offset.reset": "latest", "ksql.query.push.v2.continuation.tokens.enabled": true},
		"requestProperties": map[string]any{"request.ksql.query.push.continuation.token": token}})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := s.h2.Post(s.url+"/query-stream", "application/json", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	q := &tokenStream{t: t, resp: resp, lines: bufio.NewScanner(resp.Body)}
	if resp.StatusCode != http.StatusOK || !q.lines.Scan() || !strings.HasPrefix(q.lines.Text(), `{"queryId":"SCALABLE_PUSH_QUERY_`) {
		t.Fatalf("status %d: %s", resp.StatusCode, q.lines.Text())
	}
	q.next()
	return q
}

// next reads up to the next token, and returns the rows before it.
func (q *tokenStream) next() (rows []string) {
	q.t.Helper()
	for q.lines.Scan() {
		var line struct {
			Token string `json:"continuationToken"`
		}
		if json.Unmarshal(q.lines.Bytes(), &line) == nil && line.Token != "" {
			q.last = line.Token
			return rows
		}
		rows = append(rows, q.lines.Text())
	}
	q.t.Fatalf("the stream has ended: %v", q.lines.Err())
	return nil
}

// A push query goes on behind the rows that another one has seen, whether others read
// the topic meanwhile or not.
func TestContinuationTokens(t *testing.T) {
	s := newScripted(t, "tokens")
	insert := func(v string) { s.sql(t, "INSERT INTO s VALUES ('k', "+v+");") }
	s.sql(t, "CREATE STREAM s (k VARCHAR KEY, v BIGINT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);")
	insert("1")
	first := s.tokens(t, "")
	insert("2")
	if rows := first.next(); len(rows) != 1 || rows[0] != "[2]" {
		t.Fatalf("rows %v", rows)
	}
	token := first.last
	first.resp.Body.Close()
	insert("3")
	for range 2 { // The second beside the first, which has read on.
		q := s.tokens(t, token)
		defer q.resp.Body.Close()
		if rows := q.next(); len(rows) != 1 || rows[0] != "[3]" {
			t.Fatalf("rows %v", rows)
		}
	}
	for _, c := range []struct{ token, want string }{
		{"nonsense", "none that a query of this server gave"},
		{"eyJ0b3BpYyI6ICJzIiwgIm9mZnNldHMiOiBbOTksIDBdfQ==", "cannot go on at 99"},
		{"eyJ0b3BpYyI6ICJ4IiwgIm9mZnNldHMiOiBbMCwgMF19", "over the topic x"},
	} {
		status, body := post(t, s.url+"/query-stream", "", map[string]any{"sql": "SELECT v FROM s EMIT CHANGES;",
			"requestProperties": map[string]any{"request.ksql.query.push.continuation.token": c.token}})
		if status != http.StatusBadRequest || !strings.Contains(body, c.want) {
			t.Errorf("token %s: %d %s", c.token, status, body)
		}
	}
}
