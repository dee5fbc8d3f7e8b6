package remote

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leatdb/leat/format/registry"
)

// server answers every request with the next of the answers, and with the last
// from then on. It counts the requests.
func server(t *testing.T, answers ...func(w http.ResponseWriter, r *http.Request)) (url string, count *atomic.Int32) {
	count = &atomic.Int32{}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(count.Add(1))
		answers[min(n, len(answers))-1](w, r)
	}))
	t.Cleanup(web.Close)
	return web.URL, count
}

func answer(status int, body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

const intSchema = `{"schema":"\"int\""}`

func open(t *testing.T, o Options) *Registry {
	t.Helper()
	if o.Backoff == 0 {
		o.Backoff = time.Millisecond
	}
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func TestRetries(t *testing.T) {
	url, count := server(t, answer(503, ""), answer(500, `{"error_code":50002,"message":"timeout"}`), answer(200, intSchema))
	r := open(t, Options{URLs: []string{url}})
	for range 3 {
		if s, err := r.ByID(t.Context(), 1); err != nil || s.Text != `"int"` || s.Type != registry.Avro {
			t.Fatalf("%+v %v", s, err)
		}
	}
	if n := count.Load(); n != 3 {
		t.Errorf("%d requests, want 3: two failures, and one answer that is remembered", n)
	}
}

// TestFailsFast: when nobody answers, the calls behind the one that has waited do
// not wait, until it may be worth it.
func TestFailsFast(t *testing.T) {
	url, count := server(t, answer(503, `{"error_code":50301,"message":"starting"}`))
	r := open(t, Options{URLs: []string{url}, Retries: 1, Backoff: time.Millisecond})
	_, err := r.ByID(t.Context(), 1)
	if !errors.Is(err, registry.ErrUnavailable) || !strings.Contains(err.Error(), url) || !strings.Contains(err.Error(), "starting") {
		t.Errorf("got %v", err)
	}
	r.mu.Lock()
	r.downUntil = time.Now().Add(time.Hour)
	r.mu.Unlock()
	before := count.Load()
	if _, err := r.ByID(t.Context(), 1); !errors.Is(err, registry.ErrUnavailable) || count.Load() != before {
		t.Errorf("got %v after %d requests", err, count.Load()-before)
	}
	r.mu.Lock()
	r.downUntil = time.Now()
	r.mu.Unlock()
	if _, err := r.ByID(t.Context(), 1); !errors.Is(err, registry.ErrUnavailable) || count.Load() == before {
		t.Errorf("the registry is never asked again: %v", err)
	}
}

func TestNobody(t *testing.T) {
	web := httptest.NewServer(nil)
	web.Close()
	r := open(t, Options{URLs: []string{web.URL}, Retries: -1})
	_, err := r.Subjects(t.Context())
	if !errors.Is(err, registry.ErrUnavailable) || !strings.Contains(err.Error(), "cannot be reached") {
		t.Errorf("got %v", err)
	}
	if _, err := r.DeleteSubject(t.Context(), "s", false); !errors.Is(err, registry.ErrUnavailable) {
		t.Errorf("delete: %v", err)
	}
}

// TestOtherURL: the second URL is asked when the first does not answer, and first
// from then on.
func TestOtherURL(t *testing.T) {
	broken, failures := server(t, answer(502, ""))
	url, _ := server(t, answer(200, `["a"]`))
	r := open(t, Options{URLs: []string{broken, url}})
	for range 3 {
		if got, err := r.Subjects(t.Context()); err != nil || len(got) != 1 {
			t.Fatalf("%v %v", got, err)
		}
	}
	if failures.Load() != 1 {
		t.Errorf("the first URL was asked %d times", failures.Load())
	}
}

// TestAborted: a deletion of which nobody knows whether it was done is not made
// again.
func TestAborted(t *testing.T) {
	url, count := server(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	r := open(t, Options{URLs: []string{url}})
	if _, err := r.DeleteSubject(t.Context(), "s", false); err == nil || errors.Is(err, registry.ErrUnavailable) || count.Load() != 1 {
		t.Errorf("got %v after %d requests", err, count.Load())
	}
}

func TestUserAndPath(t *testing.T) {
	check := func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "u" || password != "p w" || r.URL.Path != "/base/subjects" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, `[]`)
	}
	url, _ := server(t, check)
	for _, o := range []Options{
		{URLs: []string{url + "/base/"}, User: "u", Password: "p w"},
		{URLs: []string{strings.Replace(url, "http://", "http://u:p%20w@", 1) + "/base"}},
	} {
		if _, err := open(t, o).Subjects(t.Context()); err != nil {
			t.Error(err)
		}
	}
	secret := open(t, Options{URLs: []string{strings.Replace(url, "http://", "http://u:secret@", 1)}})
	_, err := secret.Subjects(t.Context())
	if err == nil || !strings.Contains(err.Error(), "user and password") || strings.Contains(err.Error(), "secret") || strings.Contains(secret.URL(), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestTLS(t *testing.T) {
	web := httptest.NewTLSServer(http.HandlerFunc(answer(200, `["a"]`)))
	t.Cleanup(web.Close)
	trust := x509.NewCertPool()
	trust.AddCert(web.Certificate())
	if _, err := open(t, Options{URLs: []string{web.URL}, TLS: &tls.Config{RootCAs: trust}}).Subjects(t.Context()); err != nil {
		t.Error(err)
	}
	_, err := open(t, Options{URLs: []string{web.URL}, Retries: -1}).Subjects(t.Context())
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("got %v", err)
	}
}

// TestNoRegistry: services that are no registry are not taken for an empty one.
func TestNoRegistry(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   string
	}{
		{200, `<html>`, "another service"},
		{404, `not found`, "check its URL"},
		{404, `{"error":"x"}`, "check its URL"},
		{403, ``, "user and password"},
	} {
		url, _ := server(t, answer(c.status, c.body))
		_, err := open(t, Options{URLs: []string{url}}).Version(t.Context(), "s", registry.Latest)
		if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, registry.ErrUnknown) || errors.Is(err, registry.ErrUnavailable) {
			t.Errorf("%d %s: %v", c.status, c.body, err)
		}
	}
}

func TestTimeout(t *testing.T) {
	done := make(chan struct{})
	url, _ := server(t, func(http.ResponseWriter, *http.Request) { <-done })
	t.Cleanup(func() { close(done) })
	_, err := open(t, Options{URLs: []string{url}, Timeout: 20 * time.Millisecond, Retries: -1}).Subjects(t.Context())
	if !errors.Is(err, registry.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

func TestOptions(t *testing.T) {
	for _, urls := range [][]string{nil, {""}, {"localhost:8081"}, {"ftp://x"}, {"http://ok", "http://"}} {
		if _, err := New(Options{URLs: urls}); err == nil {
			t.Errorf("%v was accepted", urls)
		}
	}
}
