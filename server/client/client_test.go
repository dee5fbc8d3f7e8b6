package client

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sessions are one session in process and one at a server over the same
// database.
func sessions(t *testing.T, opts ...server.Option) (*leat.Session, *Session) {
	t.Helper()
	db, err := leat.OpenMem(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server.New(db, slog.New(slog.DiscardHandler), opts...).Handler())
	remote, err := New(Options{URL: web.URL + "/"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = remote.Close()
		web.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db.NewSession(), remote
}

const everyType = `CREATE STREAM types (k INT KEY, b BOOLEAN, l BIGINT, d DOUBLE, c DECIMAL(6, 2), s STRING, y BYTES,
  da DATE, ti TIME, ts TIMESTAMP, a ARRAY<INT>, m MAP<STRING, DECIMAL(4, 1)>, st STRUCT<x INT, "y" ARRAY<TIME>>)
  WITH (KAFKA_TOPIC='types', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO types VALUES (1, true, 9007199254740993, 0.1, 12.50, '日本 "x"', 'AQI=', '2024-02-29', '10:11:12.345', '2024-02-29T10:11:12.345',
  ARRAY[1, NULL, 3], MAP('b':=1.5, 'a':=2.5), STRUCT(x:=1, "y":=ARRAY[PARSE_TIME('01:02:03', 'HH:mm:ss')]));
INSERT INTO types (k) VALUES (2);`

// answer is what a session gave, as data.
type answer struct {
	results []leat.Result
	columns [][]leat.RowColumn
	rows    [][]leat.Row
	final   []string
	err     string
	place   [2]int
}

type executor interface {
	Exec(ctx context.Context, sql string) ([]leat.Result, error)
}

func ask(t *testing.T, s executor, sql string) answer {
	t.Helper()
	results, err := s.Exec(context.Background(), sql)
	a := answer{}
	if err != nil {
		a.err = err.Error()
		var se *leat.StatementError
		if errors.As(err, &se) {
			a.place = [2]int{se.Line, se.Col}
		}
	}
	for _, r := range results {
		if r.Rows == nil {
			a.results = append(a.results, r)
			continue
		}
		a.columns = append(a.columns, r.Rows.Columns)
		var rows []leat.Row
		for row, err := range r.Rows.All() {
			if err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
			rows = append(rows, row)
		}
		a.rows, a.final = append(a.rows, rows), append(a.final, r.Rows.Final())
	}
	return a
}

// TestSameAnswers asks both sessions the same, in order.
func TestSameAnswers(t *testing.T) {
	local, remote := sessions(t)
	if a := ask(t, local, everyType); a.err != "" {
		t.Fatal(a.err)
	}
	for _, sql := range []string{
		"SHOW STREAMS; SHOW TABLES; SHOW TOPICS; SHOW TYPES; SHOW VARIABLES; SHOW QUERIES;", "SHOW PROPERTIES;",
		"DESCRIBE types;", "DESCRIBE types EXTENDED;", "SHOW TOPICS EXTENDED;", "DESCRIBE FUNCTION substring;", "SHOW FUNCTIONS;",
		"EXPLAIN SELECT k FROM types EMIT CHANGES;",
		"SET 'auto.offset.reset'='earliest'; SHOW PROPERTIES;",
		"SELECT * FROM types EMIT CHANGES LIMIT 2;", "SELECT * FROM types;", "PRINT types FROM BEGINNING LIMIT 2;",
		"DEFINE src = 'types'; SELECT k + 1 AS n FROM ${src} EMIT CHANGES LIMIT 1; SHOW VARIABLES;",
		"UNDEFINE src; UNDEFINE src;",
		"\n\n  SELECT kk\n   FROM types;", "SHOW STREAMS;\n  SHOW STREEMS;", "SELECT 'open", "SET 'no.such'='1';", "UNSET 'commit.interval.ms';",
		"ASSERT NOT EXISTS TOPIC types TIMEOUT 1 MILLISECONDS;", "ASSERT TOPIC types;",
	} {
		want, got := ask(t, local, sql), ask(t, remote, sql)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n got %s\nwant %s", sql, told(got), told(want))
		}
	}
}

func told(a answer) string {
	s := fmt.Sprintf("%v %v %v %q %v", a.columns, a.rows, a.final, a.err, a.place)
	for _, r := range a.results {
		s += fmt.Sprintf("\n  %+v %+v %+v %+v", r, r.Status, r.Sources, r.Topics)
	}
	return s
}

func TestAssertionIsTold(t *testing.T) {
	_, remote := sessions(t)
	if _, err := remote.Exec(context.Background(), "ASSERT TOPIC missing TIMEOUT 1 MILLISECONDS;"); !errors.Is(err, leat.ErrAssertion) {
		t.Errorf("got %v, want an ErrAssertion", err)
	}
}

// TestCloseEndsQuery: a query that waits for rows ends with Close, here and at
// the server.
func TestCloseEndsQuery(t *testing.T) {
	local, remote := sessions(t)
	if a := ask(t, local, everyType); a.err != "" {
		t.Fatal(a.err)
	}
	results, err := remote.Exec(context.Background(), "SELECT * FROM types EMIT CHANGES;")
	if err != nil || len(results) != 1 {
		t.Fatal(results, err)
	}
	rows := results[0].Rows
	ended := make(chan error, 1)
	go func() { _, err := rows.Next(); ended <- err }() // Ends with Close below.
	rows.Close()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Next after Close: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	ctx := context.Background()
	stranger := httptest.NewServer(http.NotFoundHandler())
	defer stranger.Close()
	guarded := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != "ada" || password != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, `{"KsqlServerInfo":{"version":"1"}}`)
	}))
	defer guarded.Close()
	for _, c := range []struct {
		options Options
		want    string
	}{
		{Options{URL: stranger.URL}, "not as a leat server does"},
		{Options{URL: guarded.URL}, "give --user and --password"},
		{Options{URL: guarded.URL, User: "ada", Password: "secret"}, ""},
		{Options{URL: "http://127.0.0.1:1"}, "check the address"},
	} {
		s, err := New(c.options)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Info(ctx)
		if got := fmt.Sprint(err); err == nil && c.want != "" || err != nil && (c.want == "" || !strings.Contains(got, c.want)) {
			t.Errorf("%s: %v, want %q", c.options.URL, err, c.want)
		}
		_ = s.Close()
	}
	if _, err := New(Options{URL: "localhost:8088"}); err == nil || !strings.Contains(err.Error(), "http://localhost:8088") {
		t.Errorf("an address without a scheme: %v", err)
	}
}
