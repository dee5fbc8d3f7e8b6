package sqltest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/leatdb/leat/internal/pipenet"
)

// restServer is an HTTP server in this process with its client; they are
// connected by pipes, so no port is taken.
type restServer struct {
	http   http.Server
	client http.Client
	pipes  *pipenet.Listener
	served chan error
}

// serve starts a server; close ends it.
func serve(h http.Handler) *restServer {
	s := &restServer{pipes: pipenet.Listen("leat"), served: make(chan error, 1)}
	s.http.Handler = h
	s.client.Transport = &http.Transport{DialContext: s.pipes.Dial}
	go func() { s.served <- s.http.Serve(s.pipes) }() // Ends with close, which waits for it.
	return s
}

// close ends the server and its connections.
func (s *restServer) close() error {
	s.client.CloseIdleConnections()
	err := s.http.Close()
	if e := <-s.served; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}

// refused is an answer that tells of an error.
type refused struct {
	status int
	body   restError
}

// restError is the body of such an answer.
type restError struct {
	Type      string `json:"@type"`
	Code      int    `json:"error_code"`
	Message   string `json:"message"`
	Statement string `json:"statementText"`
}

func (e *refused) Error() string {
	return fmt.Sprintf("status %d, %s %d: %s", e.status, e.body.Type, e.body.Code, e.body.Message)
}

// post sends a request. The caller closes the body of the answer; an answer that
// tells of an error is returned as a *refused.
func (s *restServer) post(ctx context.Context, path, accept string, body any) (*http.Response, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://leat"+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", accept)
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.client.Do(req)
	if err != nil || resp.StatusCode < 300 {
		return resp, err
	}
	defer resp.Body.Close()
	out := &refused{status: resp.StatusCode}
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if json.Unmarshal(answer, &out.body) != nil {
		out.body.Message = string(answer)
	}
	return nil, out
}
