package server

import (
	"net/http"
	"slices"
	"strings"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/auth"
	"github.com/leatdb/leat/server/api"
)

// routes is the way of a request: other pages, states of the server, who asks,
// which route, what its user may do.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	m := newMetrics(s.db)
	for _, r := range []struct {
		pattern string
		role    auth.Role
		do      http.HandlerFunc
	}{
		{"GET /{$}", auth.Read, http.RedirectHandler("/info", http.StatusTemporaryRedirect).ServeHTTP},
		{"GET /info", auth.Read, s.info},
		{"GET /healthcheck", auth.None, s.health},
		{"GET /chc/ready", auth.None, func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, struct{}{}) }},
		{"GET /chc/live", auth.None, func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, struct{}{}) }},
		{"GET /v1/metadata", auth.None, s.metadata},
		{"GET /v1/metadata/id", auth.None, s.metadataID},
		{"POST /ksql", auth.Read, s.statements},
		{"POST /ksql/terminate", auth.Admin, s.terminate},
		{"POST /query", auth.Read, s.query},
		{"POST /query-stream", auth.Read, s.queryStream},
		{"POST /close-query", auth.Read, s.closeQuery},
		{"GET /ws/query", auth.Read, s.websocketQuery},
		{"POST /inserts-stream", auth.Write, s.insertsStream},
		{"GET /status", auth.Read, s.statuses},
		{"GET /status/{type}/{entity}/{action}", auth.Read, s.status},
		{"GET /clusterStatus", auth.Read, s.clusterStatus},
		{"POST /heartbeat", auth.Read, s.heartbeat},
		{"POST /lag", auth.Read, s.lag},
		{"GET /is_valid_property/{name}", auth.Read, s.validProperty},
		{"GET /backup", auth.Admin, s.backup},
		{"GET /metrics", auth.Read, m.handler().ServeHTTP},
	} {
		mux.Handle(r.pattern, allow(func(*http.Request) auth.Role { return r.role }, r.do))
	}
	s.registryRoutes(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { noRoute(mux, w, r) })
	return s.origins.share(s.states(s.authenticate(m.measure(mux))))
}

// noRoute answers requests for which there is no route: with a plain reason, as
// clients of ksqlDB know it. OPTIONS tells which methods there are.
func noRoute(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) {
	var methods []string
	for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		other := r.Clone(r.Context())
		other.Method = m
		if _, pattern := mux.Handler(other); pattern != "/" && pattern != "" {
			methods = append(methods, m)
		}
	}
	status := http.StatusNotFound
	if len(methods) > 0 {
		w.Header().Set("Allow", strings.Join(append(methods, http.MethodOptions), ", "))
		status = http.StatusMethodNotAllowed
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	plain(w, status)
}

// plain answers with the words of a status and nothing else.
func plain(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(http.StatusText(status))) // A client that went away is no concern of ours.
}

// always are the paths that are answered in every state of the server.
var always = []string{"/healthcheck", "/chc/ready", "/chc/live", "/metrics"}

// states refuses requests to a server that has ended its work.
func (s *Server) states(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case slices.Contains(always, r.URL.Path):
		case s.db.Terminated():
			writeRefusal(w, leat.ErrTerminated, nil)
			return
		case s.stopping.Load():
			writeError(w, http.StatusServiceUnavailable, api.Generic(api.CodeShuttingDown, "the server is shutting down"))
			return
		}
		next.ServeHTTP(w, r)
	})
}
