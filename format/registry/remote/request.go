package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/format/registry/protocol"
)

// maxAnswer bounds the body of an answer, in bytes.
const maxAnswer = 64 << 20

// path joins the steps of a path, each a text of its own.
func path(steps ...string) string {
	var b strings.Builder
	for _, s := range steps {
		b.WriteByte('/')
		// Servers would take one or two dots for the place itself or the one above.
		if escaped := url.PathEscape(s); strings.Trim(s, ".") == "" {
			b.WriteString(strings.Repeat("%2E", len(s)))
		} else {
			b.WriteString(escaped)
		}
	}
	return b.String()
}

// call makes a request and reads the answer. in is its body, nil for none; query
// follows the path.
func (r *Registry) call(ctx context.Context, method, path, query string, in, out any) error {
	if err := r.down(); err != nil {
		return err
	}
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("schema registry: %w", err)
		}
	}
	if query != "" {
		path += "?" + query
	}
	wait := r.opts.Backoff
	for attempt := 0; ; attempt++ {
		err := r.everywhere(ctx, method, path, body, out)
		if err == nil || !errors.Is(err, registry.ErrUnavailable) {
			return err
		}
		if attempt >= r.opts.Retries || ctx.Err() != nil {
			return r.giveUp(ctx, err, wait)
		}
		if sleep(ctx, wait) != nil {
			return r.giveUp(ctx, err, wait)
		}
		wait *= 2
	}
}

// down returns why calls fail at once for now, or nil.
func (r *Registry) down() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Now().Before(r.downUntil) {
		return r.downCause
	}
	return nil
}

// giveUp lets calls fail at once for as long as the next wait would have been. A
// caller who did not wait long enough says nothing about the registry.
func (r *Registry) giveUp(ctx context.Context, err error, wait time.Duration) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%w (%w)", err, ctx.Err())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.downUntil, r.downCause = time.Now().Add(wait), err
	return err
}

// everywhere makes a request at each URL until one answers, beginning with the
// one that did so last.
func (r *Registry) everywhere(ctx context.Context, method, path string, body []byte, out any) error {
	r.mu.Lock()
	first := r.first
	r.mu.Unlock()
	var errs []error
	for i := range r.urls {
		at := (first + i) % len(r.urls)
		err := r.once(ctx, r.urls[at], method, path, body, out)
		if !errors.Is(err, registry.ErrUnavailable) {
			r.mu.Lock()
			r.first, r.downUntil = at, time.Time{}
			r.mu.Unlock()
			return err
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// once makes one request. The error is ErrUnavailable if another try may help.
func (r *Registry) once(ctx context.Context, base *url.URL, method, path string, body []byte, out any) error {
	target := base.Scheme + "://" + base.Host + base.EscapedPath() + path
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("schema registry: %w", err)
	}
	req.Header.Set("Accept", protocol.MediaType+", "+protocol.MediaPlain+", "+protocol.MediaJSON)
	if body != nil {
		req.Header.Set("Content-Type", protocol.MediaType)
	}
	if password, ok := base.User.Password(); ok {
		req.SetBasicAuth(base.User.Username(), password)
	} else if r.opts.User != "" {
		req.SetBasicAuth(r.opts.User, r.opts.Password)
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return unreachable(base, method, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return unreachable(base, method, err)
	}
	if resp.StatusCode/100 != 2 {
		return refusal(base, resp.StatusCode, data)
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("the schema registry at %s answered %s with what is not its protocol, so the URL may be another service's: %w", base.Redacted(), path, err)
	}
	return nil
}

// unreachable is the error of a request without an answer. A deletion may have
// been done, and would fail when it is done again: only one that has not been
// sent may be.
func unreachable(base *url.URL, method string, err error) error {
	var plain *url.Error
	if errors.As(err, &plain) {
		err = plain.Err // Without the URL, which may have a password.
	}
	var op *net.OpError
	if method == http.MethodDelete && !(errors.As(err, &op) && op.Op == "dial") {
		return fmt.Errorf("the schema registry at %s did not tell whether it has deleted: %w", base.Redacted(), err)
	}
	return fmt.Errorf("%w: %s cannot be reached: %w", registry.ErrUnavailable, base.Redacted(), err)
}

// refusal is the error of an answer that is one.
func refusal(base *url.URL, status int, body []byte) error {
	var e protocol.Error
	told := json.Unmarshal(body, &e) == nil && e.Code != 0
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return &registry.Error{Code: registry.Code(status),
			Message: fmt.Sprintf("the schema registry at %s answered %d %s: check the user and password it is asked with", base.Redacted(), status, http.StatusText(status))}
	case status == http.StatusTooManyRequests || status >= 500:
		return fmt.Errorf("%w: %s answered %d %s%s", registry.ErrUnavailable, base.Redacted(), status, http.StatusText(status), because(e.Message))
	case !told:
		return &registry.Error{Code: registry.Code(status),
			Message: fmt.Sprintf("the schema registry at %s answered %d %s: check its URL", base.Redacted(), status, http.StatusText(status))}
	}
	return &registry.Error{Code: e.Code, Message: e.Message}
}

func because(message string) string {
	if message == "" {
		return ""
	}
	return ": " + message
}
