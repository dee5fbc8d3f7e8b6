package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/server/api"
)

// maxRequest bounds the body of a request, in bytes.
const maxRequest = 16 << 20

// Server answers the HTTP API for one database, which it does not own.
type Server struct {
	db     *leat.DB
	http   http.Server
	logger *slog.Logger
	// registry answers at the address of ServeRegistry.
	registry http.Server

	readOnly bool
}

// Option changes how a server answers.
type Option func(*Server)

// ReadOnly lets clients ask, and neither change what there is nor write rows; see
// leat.Session.ReadOnly. It governs statements: the registry's routes and a Kafka listener beside it still write.
func ReadOnly() Option { return func(s *Server) { s.readOnly = true } }

// New makes a server for db. It serves once Serve is called.
func New(db *leat.DB, logger *slog.Logger, opts ...Option) *Server {
	s := &Server{db: db, logger: logger}
	for _, o := range opts {
		o(s)
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	web := func(h http.Handler) http.Server {
		return http.Server{
			Handler:           h,
			Protocols:         &protocols,
			ReadHeaderTimeout: 10 * time.Second,
			IdleTimeout:       2 * time.Minute,
			ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
		}
	}
	s.http, s.registry = web(s.routes()), web(s.registryHandler())
	return s
}

// Handler returns the routes, for tests and for hosts with a server of their own.
func (s *Server) Handler() http.Handler { return s.http.Handler }

// Serve answers requests on l until Shutdown; it closes l.
func (s *Server) Serve(l net.Listener) error {
	err := s.http.Serve(l)
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Shutdown ends running queries and waits for the other requests, at most until
// ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	s.db.CloseQueries()
	var errs []error
	for _, web := range []*http.Server{&s.http, &s.registry} {
		if err := web.Shutdown(ctx); err != nil {
			errs = append(errs, err, web.Close())
		}
	}
	return errors.Join(errs...)
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/info", http.StatusTemporaryRedirect))
	mux.HandleFunc("GET /info", s.info)
	mux.HandleFunc("GET /healthcheck", s.health)
	mux.HandleFunc("POST /ksql", s.statements)
	mux.HandleFunc("POST /query", s.query)
	mux.HandleFunc("POST /query-stream", s.queryStream)
	mux.HandleFunc("POST /close-query", s.closeQuery)
	mux.HandleFunc("GET /is_valid_property/{name}", s.validProperty)
	mux.HandleFunc("GET /backup", s.backup)
	s.registryRoutes(mux)
	m := newMetrics(s.db)
	mux.Handle("GET /metrics", m.handler())
	return m.measure(mux)
}

func (s *Server) info(w http.ResponseWriter, _ *http.Request) {
	var info api.ServerInfo
	info.Info.Version = leat.Version
	info.Info.KafkaClusterID = s.db.ClusterID()
	info.Info.KsqlServiceID = s.db.ServiceID()
	info.Info.ServerStatus = "RUNNING"
	writeJSON(w, http.StatusOK, &info)
}

func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	err := s.db.Healthy()
	ok := api.Health{IsHealthy: err == nil}
	if err != nil {
		s.logger.Warn("health check failed", "err", err)
	}
	writeJSON(w, http.StatusOK, &api.HealthCheck{IsHealthy: ok.IsHealthy, ServerState: "READY",
		Details: map[string]api.Health{"metastore": ok, "kafka": ok, "commandRunner": ok}})
}

func (s *Server) validProperty(w http.ResponseWriter, r *http.Request) {
	if err := leat.CheckProperty(r.PathValue("name")); err != nil {
		writeError(w, http.StatusBadRequest, api.Generic(api.CodeBadRequest, err.Error()))
		return
	}
	writeJSON(w, http.StatusOK, true)
}

// statements answers POST /ksql.
func (s *Server) statements(w http.ResponseWriter, r *http.Request) {
	var req api.KsqlRequest
	if !readJSON(w, r, &req) {
		return
	}
	session, err := s.session(req.StreamsProperties, req.SessionVariables)
	if err != nil {
		writeError(w, http.StatusBadRequest, api.Generic(api.CodeBadRequest, err.Error()))
		return
	}
	results, err := session.ExecStatements(r.Context(), req.SQL)
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
		status, body := refusal(err, entities)
		writeError(w, status, body)
		return
	}
	writeJSON(w, http.StatusOK, entities)
}

func (s *Server) closeQuery(w http.ResponseWriter, r *http.Request) {
	var req api.CloseQueryRequest
	if !readJSON(w, r, &req) {
		return
	}
	if !s.db.CloseQuery(req.QueryID) {
		writeError(w, http.StatusBadRequest, api.Generic(api.CodeBadRequest, "no running query has the id "+req.QueryID))
		return
	}
	w.WriteHeader(http.StatusOK)
}

// session makes the session of one request.
func (s *Server) session(properties map[string]any, variables map[string]string) (*leat.Session, error) {
	session := s.db.NewSession()
	if s.readOnly {
		session.ReadOnly()
	}
	for name, value := range properties {
		if err := session.Set(name, scalarText(value)); err != nil {
			return nil, err
		}
	}
	for name, value := range variables {
		session.Define(name, value)
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
	var se *leat.StatementError
	if !errors.As(err, &se) {
		return http.StatusBadRequest, api.Generic(api.CodeBadRequest, err.Error())
	}
	switch {
	case errors.Is(err, leat.ErrQueryStatement):
		return http.StatusBadRequest, api.Statement(api.CodeQueryEndpoint, se.Err.Error(), se.SQL, entities)
	case errors.Is(err, leat.ErrClosed):
		return http.StatusServiceUnavailable, api.Generic(api.CodeShuttingDown, err.Error())
	case errors.Is(err, leat.ErrAssertion):
		return http.StatusExpectationFailed, api.Statement(api.CodeAssertion, se.Error(), se.SQL, entities)
	case errors.Is(err, leat.ErrStorage), errors.Is(err, registry.ErrUnavailable):
		return http.StatusInternalServerError, api.Statement(api.CodeServer, se.Err.Error(), se.SQL, entities)
	}
	return http.StatusBadRequest, api.Statement(api.CodeBadStatement, se.Error(), se.SQL, entities)
}

func readJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest))
	if err := d.Decode(into); err != nil {
		writeError(w, http.StatusBadRequest, api.Generic(api.CodeBadRequest, "the request body is not the JSON object that this path expects: "+err.Error()))
		return false
	}
	return true
}

func writeJSON(w http.ResponseWriter, status int, body any) { writeMedia(w, status, mediaJSON, body) }

func writeMedia(w http.ResponseWriter, status int, media string, body any) {
	w.Header().Set("Content-Type", media)
	w.WriteHeader(status)
	// A client that went away is no concern of ours.
	_ = json.NewEncoder(w).Encode(body)
}

func writeError(w http.ResponseWriter, status int, body *api.Error) { writeJSON(w, status, body) }
