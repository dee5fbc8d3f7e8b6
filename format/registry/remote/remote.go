// Package remote asks a schema registry behind a URL, by Confluent's protocol:
// leat's own in another process, or any other that speaks it.
//
// Schemas never change under their id, so they are asked for once and then known;
// so are versions that were registered or referred to. Requests that find nobody
// are made again after a while, growing from Options.Backoff, at each of the
// URLs; when that did not help, the error is [registry.ErrUnavailable], and for a
// short time the next calls fail at once instead of waiting, too.
package remote

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/leatdb/leat/format/registry"
)

// Options say how to reach a registry. URLs are needed; zero means what the
// comments say.
type Options struct {
	// URLs are those of one registry, tried in order: http or https, with a path if
	// the registry has one. A user and password in a URL are used for it.
	URLs []string
	// User and Password are for HTTP basic authentication; none if User is empty.
	User, Password string
	TLS            *tls.Config // The system's certificate authorities.
	// Timeout bounds one request.
	Timeout time.Duration // 10 s
	// Retries is how often a request is made again that found nobody. Negative is
	// never.
	Retries int           // 3
	Backoff time.Duration // 100 ms before the first of them, doubled for each.
	// Transport takes the place of HTTP, for tests. TLS is then not used.
	Transport http.RoundTripper
}

// maxCached bounds the schemas that are remembered; beyond it they are asked for
// anew.
const maxCached = 10_000

// Registry is a registry behind URLs. It may be used by several goroutines.
type Registry struct {
	opts   Options
	urls   []*url.URL
	client *http.Client

	mu         sync.Mutex
	byID       map[int]registry.Schema
	references map[registry.Use]registry.Schema
	registered map[string]registry.Version
	first      int       // Which URL has answered last.
	downUntil  time.Time // Until then calls fail at once,
	downCause  error     // with this error.
}

// New checks the options. It does not ask the registry yet, which may come up
// later.
func New(o Options) (*Registry, error) {
	if len(o.URLs) == 0 {
		return nil, errors.New("a schema registry needs a URL")
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Backoff <= 0 {
		o.Backoff = 100 * time.Millisecond
	}
	if o.Retries == 0 {
		o.Retries = 3
	}
	r := &Registry{opts: o, byID: map[int]registry.Schema{}, references: map[registry.Use]registry.Schema{}, registered: map[string]registry.Version{}}
	for _, text := range o.URLs {
		u, err := url.Parse(strings.TrimRight(strings.TrimSpace(text), "/"))
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			shown := text[strings.LastIndexByte(text, '@')+1:] // Without a password.
			return nil, fmt.Errorf("%q is not the URL of a schema registry; expected one such as http://localhost:8081", shown)
		}
		r.urls = append(r.urls, u)
	}
	transport := o.Transport
	if transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.TLSClientConfig, t.MaxIdleConnsPerHost = o.TLS, 4
		transport = t
	}
	r.client = &http.Client{Transport: transport, Timeout: o.Timeout}
	return r, nil
}

// Close gives up the connections that are kept open.
func (r *Registry) Close() { r.client.CloseIdleConnections() }

// URL is where the registry is, without a password.
func (r *Registry) URL() string {
	var all []string
	for _, u := range r.urls {
		all = append(all, u.Redacted())
	}
	return strings.Join(all, ", ")
}

// remember keeps a value that never changes.
func remember[K comparable, V any](r *Registry, in map[K]V, key K, value V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(in) >= maxCached {
		clear(in)
	}
	in[key] = value
}

func known[K comparable, V any](r *Registry, in map[K]V, key K) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := in[key]
	return v, ok
}

// forget drops what is known about a subject that is deleted.
func (r *Registry) forget(subject string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, v := range r.registered {
		if v.Subject == subject {
			delete(r.registered, key)
		}
	}
	for use := range r.references {
		if use.Subject == subject {
			delete(r.references, use)
		}
	}
}

var _ registry.Registry = (*Registry)(nil)

// sleep waits, or returns the error of a context that ends before.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
