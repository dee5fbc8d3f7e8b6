package server

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/auth"
	"github.com/leatdb/leat/server/api"
)

// Server answers the HTTP API for one database, which it does not own.
type Server struct {
	db     *leat.DB
	http   http.Server
	logger *slog.Logger
	// registry answers at the address of ServeRegistry.
	registry http.Server

	readOnly bool
	limits   Limits
	users    *auth.Users // nil: who comes may do everything.
	origins  CORS
	tls      *tls.Config

	pushes   atomic.Int64 // Running push queries of HTTP clients.
	stopping atomic.Bool  // Shutdown has begun.
}

// Option changes how a server answers.
type Option func(*Server)

// ReadOnly lets clients ask, and neither change what there is nor write rows; see
// leat.Session.ReadOnly. It governs statements: the registry's routes and a Kafka listener beside it still write.
func ReadOnly() Option { return func(s *Server) { s.readOnly = true } }

// New makes a server for db. It serves once Serve is called.
func New(db *leat.DB, logger *slog.Logger, opts ...Option) *Server {
	s := &Server{db: db, logger: logger, limits: DefaultLimits()}
	for _, o := range opts {
		o(s)
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	web := func(h http.Handler) http.Server {
		return http.Server{
			Handler:           h,
			Protocols:         &protocols,
			TLSConfig:         s.tls,
			ReadHeaderTimeout: 10 * time.Second,
			IdleTimeout:       2 * time.Minute,
			ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
		}
	}
	s.http, s.registry = web(s.routes()), web(s.registryAlone())
	return s
}

// Handler returns the routes, for tests and for hosts with a server of their own.
func (s *Server) Handler() http.Handler { return s.http.Handler }

// Serve answers requests on l until Shutdown; it closes l.
func (s *Server) Serve(l net.Listener) error { return serve(&s.http, l) }

func serve(web *http.Server, l net.Listener) error {
	var err error
	if web.TLSConfig != nil {
		err = web.ServeTLS(l, "", "")
	} else {
		err = web.Serve(l)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Shutdown ends running queries and waits for the other requests, at most until
// ctx ends. Requests that come meanwhile are told so.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stopping.Store(true)
	s.db.CloseQueries()
	var errs []error
	for _, web := range []*http.Server{&s.http, &s.registry} {
		if err := web.Shutdown(ctx); err != nil {
			errs = append(errs, err, web.Close())
		}
	}
	return errors.Join(errs...)
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
	state := "READY"
	switch {
	case s.db.Terminated():
		state = "TERMINATED"
	case s.stopping.Load():
		state = "TERMINATING"
	}
	writeJSON(w, http.StatusOK, &api.HealthCheck{IsHealthy: ok.IsHealthy, ServerState: state,
		Details: map[string]api.Health{"metastore": ok, "kafka": ok, "commandRunner": ok}})
}

func (s *Server) validProperty(w http.ResponseWriter, r *http.Request) {
	if err := leat.CheckProperty(r.PathValue("name")); err != nil {
		writeError(w, http.StatusBadRequest, api.Generic(api.CodeBadRequest, err.Error()))
		return
	}
	writeJSON(w, http.StatusOK, true)
}

func (s *Server) closeQuery(w http.ResponseWriter, r *http.Request) {
	var req api.CloseQueryRequest
	if !s.readJSON(w, r, &req) {
		return
	}
	if !s.db.CloseQuery(req.QueryID) {
		writeError(w, http.StatusBadRequest, api.Generic(api.CodeBadRequest, "no running query has the id "+req.QueryID))
		return
	}
	w.WriteHeader(http.StatusOK)
}
