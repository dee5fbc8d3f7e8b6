package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/auth"
	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/server/api"
)

// statements answers POST /ksql.
func (s *Server) statements(w http.ResponseWriter, r *http.Request) {
	var req api.KsqlRequest
	if !s.readJSON(w, r, &req) {
		return
	}
	ctx, cancel := s.limits.context(r.Context())
	defer cancel()
	session, err := s.sessionFor(ctx, &req)
	if err != nil {
		writeRefusal(w, err, nil)
		return
	}
	results, err := session.ExecStatements(ctx, req.SQL)
	if keepsSession(r) {
		answerSession(w, session, results, err)
		return
	}
	entities := []any{}
	for i := range results {
		if e := entity(&results[i]); e != nil {
			entities = append(entities, e)
		}
	}
	if err != nil {
		writeRefusal(w, err, entities)
		return
	}
	writeJSON(w, http.StatusOK, entities)
}

// errCommandWait: a request named a command that was not carried out in time.
var errCommandWait = errors.New("timed out")

// sessionFor makes the session of one request: with its properties and variables,
// with the access of its user, and not before the command that it names.
func (s *Server) sessionFor(ctx context.Context, req *api.KsqlRequest) (*leat.Session, error) {
	session := s.db.NewSession()
	if s.readOnly {
		session.ReadOnly()
	}
	switch role := roleOf(ctx); {
	case role.Includes(auth.Admin):
	case role.Includes(auth.Write):
		session.Limit(leat.AccessInserts)
	default:
		session.Limit(leat.AccessQueries)
	}
	for name, value := range req.StreamsProperties {
		if err := session.Set(name, scalarText(value)); err != nil {
			return nil, err
		}
	}
	for name, value := range req.SessionVariables {
		session.Define(name, value)
	}
	if token, ok := req.RequestProperties[api.ContinuationToken].(string); ok {
		session.Continue(token)
	}
	if req.CommandSequence == nil {
		return session, nil
	}
	wait, cancel := context.WithTimeout(ctx, s.limits.CommandWait)
	defer cancel()
	if err := s.db.AwaitCommand(wait, *req.CommandSequence); err != nil {
		return nil, fmt.Errorf("%w: %w", errCommandWait, err)
	}
	return session, nil
}

func scalarText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil { // It came from JSON.
		return ""
	}
	return string(b)
}

// refusal maps an error of the engine to a status and a body.
func refusal(err error, entities []any) (int, *api.Error) {
	switch { // What the whole request met.
	case errors.Is(err, leat.ErrTerminated):
		return http.StatusServiceUnavailable, api.Generic(api.CodeTerminated, err.Error())
	case errors.Is(err, leat.ErrClosed):
		return http.StatusServiceUnavailable, api.Generic(api.CodeShuttingDown, err.Error())
	case errors.Is(err, errCommandWait):
		return http.StatusServiceUnavailable, api.Generic(api.CodeCommandWait, err.Error())
	case errors.Is(err, leat.ErrForbidden):
		return http.StatusForbidden, api.Generic(api.CodeForbidden, err.Error())
	}
	var se *leat.StatementError
	if !errors.As(err, &se) {
		return http.StatusBadRequest, api.Generic(api.CodeBadRequest, err.Error())
	}
	switch {
	case errors.Is(err, leat.ErrQueryStatement):
		return http.StatusBadRequest, api.Statement(api.CodeQueryEndpoint, se.Err.Error(), se.SQL, entities)
	case errors.Is(err, leat.ErrAssertion):
		return http.StatusExpectationFailed, api.Statement(api.CodeAssertion, se.Error(), se.SQL, entities)
	case errors.Is(err, leat.ErrStorage), errors.Is(err, registry.ErrUnavailable):
		return http.StatusInternalServerError, api.Statement(api.CodeServer, se.Err.Error(), se.SQL, entities)
	}
	return http.StatusBadRequest, api.Statement(api.CodeBadStatement, se.Error(), se.SQL, entities)
}

// readJSON reads the body of a request, or refuses it.
func (s *Server) readJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	slow := http.NewResponseController(w)
	_ = slow.SetReadDeadline(time.Now().Add(s.limits.Body.Time)) // Some writers have no deadlines.
	defer func() { _ = slow.SetReadDeadline(time.Time{}) }()
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, s.limits.Body.Bytes)).Decode(into)
	var large *http.MaxBytesError
	switch {
	case err == nil:
		return true
	case errors.As(err, &large):
		writeError(w, http.StatusRequestEntityTooLarge, api.Generic(100*http.StatusRequestEntityTooLarge, tooLarge(large.Limit)))
	default:
		writeError(w, http.StatusBadRequest, api.Generic(api.CodeBadRequest, "the request body is not the JSON object that this path expects: "+err.Error()))
	}
	return false
}

func writeJSON(w http.ResponseWriter, status int, body any) { writeMedia(w, status, mediaJSON, body) }

func writeMedia(w http.ResponseWriter, status int, media string, body any) {
	w.Header().Set("Content-Type", media)
	w.WriteHeader(status)
	// A client that went away is no concern of ours.
	_ = json.NewEncoder(w).Encode(body)
}

func writeError(w http.ResponseWriter, status int, body *api.Error) { writeJSON(w, status, body) }

func writeRefusal(w http.ResponseWriter, err error, entities []any) {
	status, body := refusal(err, entities)
	writeError(w, status, body)
}
