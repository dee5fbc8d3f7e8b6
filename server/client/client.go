package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/server/api"
)

// Options say where the server is and who asks.
type Options struct {
	URL            string // http:// or https://, host and port.
	User, Password string // Basic authentication, unless User is empty.
	CAFile         string // PEM certificates to trust instead of the system's.
	CertFile       string // PEM certificate of this client, with KeyFile.
	KeyFile        string
}

// Session is a session at a server. It is safe for concurrent use.
type Session struct {
	options Options
	http    *http.Client

	mu         sync.Mutex
	properties map[string]string
	variables  map[string]string
}

// New prepares a session. It does not connect; Info does.
func New(o Options) (*Session, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("the server's address is a URL such as http://localhost:8088, not %q", o.URL)
	}
	o.URL = strings.TrimRight(o.URL, "/")
	trust, err := o.tls()
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{TLSClientConfig: trust, ForceAttemptHTTP2: true, IdleConnTimeout: 30 * time.Second,
		Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: 10 * time.Second}).DialContext}
	return &Session{options: o, http: &http.Client{Transport: transport}, properties: map[string]string{}, variables: map[string]string{}}, nil
}

// Close lets go of idle connections.
func (s *Session) Close() error {
	s.http.CloseIdleConnections()
	return nil
}

func (o *Options) tls() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CAFile != "" {
		pem, err := os.ReadFile(o.CAFile)
		if err != nil {
			return nil, err
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s has no PEM certificates; give the file of the authority that signed the server's", o.CAFile)
		}
	}
	if o.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(o.CertFile, o.KeyFile)
		if err != nil {
			return nil, err
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// Info asks the server who it is.
func (s *Session) Info(ctx context.Context) (api.ServerInfo, error) {
	var info api.ServerInfo
	resp, err := s.send(ctx, http.MethodGet, "/info", nil)
	if err != nil {
		return info, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return info, s.refused(resp)
	}
	if err := json.NewDecoder(resp.Body).Decode(&info); err != nil || info.Info.Version == "" {
		return info, fmt.Errorf("%s answers, but not as a leat server does; check the address", s.options.URL)
	}
	return info, nil
}

// Set overrides a property for the statements that follow, as SET does.
func (s *Session) Set(name, value string) error {
	if err := leat.CheckProperty(name); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.properties[name] = value
	return nil
}

// Define sets a variable, as DEFINE does.
func (s *Session) Define(name, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.variables[strings.ToUpper(name)] = value
}

func (s *Session) state() (properties, variables map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.properties), maps.Clone(s.variables)
}

// Exec is leat.Session.Exec.
func (s *Session) Exec(ctx context.Context, sql string) ([]leat.Result, error) {
	return s.ExecAt(ctx, sql, 0, len(sql))
}

// ExecAt is leat.Session.ExecAt.
func (s *Session) ExecAt(ctx context.Context, text string, start, end int) ([]leat.Result, error) {
	var results []leat.Result
	for _, piece := range parser.Split(text[start:end]) {
		sql := placed(text, start+piece.At.Start, start+piece.At.End)
		if s.isQuery(piece.Text) {
			rows, err := s.query(ctx, sql)
			if err != nil {
				return results, err
			}
			results = append(results, leat.Result{SQL: piece.Text, Rows: rows})
			continue
		}
		r, err := s.statement(ctx, sql)
		results = append(results, r...)
		if err != nil {
			return results, err
		}
	}
	return results, nil
}

// placed is text[from:to] at the line and column it has in the text, so that the
// server tells places as those of the text.
func placed(text string, from, to int) string {
	before := text[:from]
	column := len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))
	return strings.Repeat("\n", strings.Count(before, "\n")) + strings.Repeat(" ", column) + text[from:to]
}

// isQuery tells whether the statement's answer is rows. What cannot be parsed is
// sent as a statement; the server says what is wrong with it.
func (s *Session) isQuery(sql string) bool {
	if _, variables := s.state(); len(variables) > 0 {
		if text, err := parser.SubstituteVariables(sql, variables); err == nil {
			sql = text
		}
	}
	stmt, err := parser.ParseStatement(sql)
	if err != nil {
		return false
	}
	switch stmt.(type) {
	case *parser.QueryStatement, *parser.PrintTopic:
		return true
	}
	return false
}

func (s *Session) statement(ctx context.Context, sql string) ([]leat.Result, error) {
	properties, variables := s.state()
	resp, err := s.send(ctx, http.MethodPost, "/ksql", &api.KsqlRequest{SQL: sql, StreamsProperties: anyValues(properties), SessionVariables: variables})
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return s.answer(resp)
}

// answer reads what statements gave, and takes over the session's state.
func (s *Session) answer(resp *http.Response) ([]leat.Result, error) {
	if resp.Header.Get("Content-Type") != api.MediaSession {
		return nil, s.refused(resp)
	}
	var a api.SessionAnswer
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		return nil, fmt.Errorf("the answer of %s broke off: %w", s.options.URL, err)
	}
	s.mu.Lock()
	s.properties, s.variables = a.Properties, a.Variables
	s.mu.Unlock()
	var results []leat.Result
	if err := json.Unmarshal(a.Results, &results); err != nil {
		return nil, fmt.Errorf("the answer of %s is not understood: %w; is it of another version than %s?", s.options.URL, err, leat.Version)
	}
	if a.Fault == nil {
		return results, nil
	}
	cause := errors.New(a.Fault.Message)
	if a.Fault.Assertion {
		cause = &assertionError{a.Fault.Message}
	}
	return results, &leat.StatementError{SQL: a.Fault.SQL, Line: a.Fault.Line, Col: a.Fault.Col, Err: cause}
}

// assertionError is leat.ErrAssertion with the server's words.
type assertionError struct{ said string }

func (e *assertionError) Error() string { return e.said }

// Is tells that the assertion does not hold.
func (e *assertionError) Is(target error) bool { return target == leat.ErrAssertion }

func anyValues(m map[string]string) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

// send asks; the caller closes the body.
func (s *Session) send(ctx context.Context, method, path string, body any) (*http.Response, error) {
	var payload io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		payload = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.options.URL+path, payload)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if method == http.MethodPost {
		req.Header.Set("Accept", api.MediaSession)
	}
	if s.options.User != "" {
		req.SetBasicAuth(s.options.User, s.options.Password)
	}
	resp, err := s.http.Do(req)
	if err != nil && ctx.Err() == nil {
		var ue *url.Error
		if errors.As(err, &ue) {
			err = ue.Err
		}
		return nil, fmt.Errorf("no answer from %s: %w; check the address and that the server runs", s.options.URL, err)
	}
	return resp, err
}

// refused makes an error of an answer that is none of a session: of the server's
// guards, or of something else at the address.
func (s *Session) refused(resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	if err != nil {
		return err
	}
	var refusal api.Error
	if json.Unmarshal(body, &refusal) == nil && refusal.Message != "" {
		return &refusal
	}
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		return fmt.Errorf("%s wants to know who asks: give --user and --password", s.options.URL)
	case http.StatusForbidden:
		return fmt.Errorf("%s does not let this user do that", s.options.URL)
	}
	return fmt.Errorf("%s answers %s, but not as a leat server does; check the address", s.options.URL, resp.Status)
}
