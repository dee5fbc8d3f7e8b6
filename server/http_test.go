package server_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/coder/websocket"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/auth"
	"github.com/leatdb/leat/server"
)

// The scripts below testdata/http talk to a server, each to one of its own.
//
//	sql                        runs statements, and waits until queries have done their work
//	GET /path [option...]      sends a request; so do POST, PUT, HEAD, OPTIONS, DELETE
//	ws                         asks the query in the input, at /ws/query
//
// Options are h1 (the default is HTTP/2 in clear text), user=name:password,
// accept=TYPE, origin=ORIGIN, preflight=METHOD, headers (shows those that matter). The
// input is the body. What is different each time is shown as <id>, <ms> and <port>.
func TestHTTPScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/http", func(t *testing.T, path string) {
		s := newScripted(t, path)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "sql":
				return s.sql(t, d.Input)
			case "ws":
				return s.websocket(t, d)
			}
			return s.request(t, d)
		})
	})
}

// scripted is a server and clients of both versions of HTTP.
type scripted struct {
	db     *leat.DB
	url    string
	h1, h2 *http.Client
}

func newScripted(t *testing.T, path string) *scripted {
	db, err := leat.OpenMem(t.Context(), leat.WithProperty("auto.offset.reset", "earliest"), leat.WithClock(func() time.Time { return time.UnixMilli(1700000000000) }))
	if err != nil {
		t.Fatal(err)
	}
	var opts []server.Option
	switch {
	case strings.HasSuffix(path, "users"):
		opts = append(opts, server.WithUsers(someUsers(t)))
	case strings.HasSuffix(path, "limits"):
		l := server.DefaultLimits()
		l.Body.Bytes, l.Pushes, l.CommandWait = 200, 1, 10*time.Millisecond
		opts = append(opts, server.WithLimits(l))
	case strings.HasSuffix(path, "cors"):
		opts = append(opts, server.WithCORS(server.CORS{Origins: []string{"https://*.example.com"}}))
	}
	s := &scripted{db: db, h1: &http.Client{Transport: &http.Transport{}}, h2: &http.Client{Transport: clearHTTP2()}}
	web := serveHTTP2(server.New(db, slog.New(slog.DiscardHandler), opts...))
	s.url = web.URL
	noRedirect := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	s.h1.CheckRedirect, s.h2.CheckRedirect = noRedirect, noRedirect
	t.Cleanup(func() {
		s.h1.CloseIdleConnections()
		s.h2.CloseIdleConnections()
		db.CloseQueries()
		web.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func clearHTTP2() *http.Transport {
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	return &http.Transport{Protocols: &protocols}
}

// serveHTTP2 serves HTTP/1.1 and HTTP/2 in clear text.
func serveHTTP2(s *server.Server) *httptest.Server {
	web := httptest.NewUnstartedServer(s.Handler())
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	web.Config.Protocols = &protocols
	web.Start()
	return web
}

func someUsers(t *testing.T) *auth.Users {
	l, err := leat.OpenMem(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	users, err := auth.Open(l.Log(), auth.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, role := range map[string]auth.Role{"reader": auth.Read, "writer": auth.Write, "chief": auth.Admin, "nobody": auth.None} {
		u, err := auth.NewUser(name, role, "secret of "+name)
		if err == nil {
			err = users.Put(t.Context(), u)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return users
}

func (s *scripted) sql(t *testing.T, text string) string {
	if _, err := s.db.Exec(t.Context(), text); err != nil {
		return err.Error() + "\n"
	}
	if err := s.db.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	return ""
}

func (s *scripted) request(t *testing.T, d *datadriven.TestData) string {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	words := strings.Fields(d.Pos + " " + strings.TrimSpace(fullCommand(d)))[1:]
	req, err := http.NewRequestWithContext(ctx, words[0], s.url+words[1], strings.NewReader(d.Input))
	if err != nil {
		t.Fatal(err)
	}
	client, headers := s.h2, false
	for _, option := range words[2:] {
		name, value, _ := strings.Cut(option, "=")
		switch name {
		case "h1":
			client = s.h1
		case "user":
			req.SetBasicAuth(value, "secret of "+value)
		case "wrong":
			req.SetBasicAuth(value, "a guess")
		case "accept":
			req.Header.Set("Accept", value)
		case "origin":
			req.Header.Set("Origin", value)
		case "preflight":
			req.Header.Set("Access-Control-Request-Method", value)
		case "headers":
			headers = true
		default:
			t.Fatalf("%s: unknown option %s", d.Pos, option)
		}
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := fmt.Sprintf("%d %s\n", resp.StatusCode, resp.Header.Get("Content-Type"))
	if headers {
		for _, name := range []string{"Allow", "Location", "Www-Authenticate", "Vary", "Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"} {
			if v := resp.Header.Values(name); len(v) > 0 {
				out += name + ": " + strings.Join(v, ", ") + "\n"
			}
		}
	}
	return out + s.stable(string(body))
}

// fullCommand is the line of a directive as it was written.
func fullCommand(d *datadriven.TestData) string {
	words := []string{d.Cmd}
	for _, a := range d.CmdArgs {
		word := a.Key
		if len(a.Vals) > 0 {
			word += "=" + strings.Join(a.Vals, ",")
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

var unstable = []struct {
	pattern *regexp.Regexp
	text    string
}{
	{regexp.MustCompile(`(transient|query|SCALABLE_PUSH_QUERY)_\d+`), "${1}_<id>"},
	{regexp.MustCompile(`("(?:lastStatusUpdateMs|updateTimeMs)":)\d+`), "${1}<ms>"},
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "127.0.0.1:<port>"},
}

func (s *scripted) stable(body string) string {
	for _, u := range unstable {
		body = u.pattern.ReplaceAllString(body, u.text)
	}
	if body != "" && !strings.HasSuffix(body, "\n") {
		body += "\n"
	}
	return body
}

// websocket shows the messages of a query and how it closes.
func (s *scripted) websocket(t *testing.T, d *datadriven.TestData) string {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequest(http.MethodGet, s.url+"/ws/query", nil)
	if err != nil {
		t.Fatal(err)
	}
	q := req.URL.Query()
	q.Set("request", d.Input)
	if d.HasArg("version") {
		q.Set("version", d.CmdArgs[slices.IndexFunc(d.CmdArgs, func(a datadriven.CmdArg) bool { return a.Key == "version" })].Vals[0])
	}
	req.URL.RawQuery = q.Encode()
	conn, _, err := websocket.Dial(ctx, req.URL.String(), nil)
	if err != nil {
		return err.Error() + "\n"
	}
	defer conn.CloseNow()
	var out bytes.Buffer
	for {
		_, message, err := conn.Read(ctx)
		if err != nil {
			var end websocket.CloseError
			if e, ok := err.(websocket.CloseError); ok {
				end = e
			} else if i := strings.Index(err.Error(), "status = "); i >= 0 {
				fmt.Fprintln(&out, "closed:", err.Error()[i:])
				return s.stable(out.String())
			}
			fmt.Fprintln(&out, "closed:", end, err)
			return s.stable(out.String())
		}
		fmt.Fprintln(&out, string(message))
	}
}
