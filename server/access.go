package server

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"strings"

	"github.com/leatdb/leat/auth"
	"github.com/leatdb/leat/server/api"
)

// WithUsers lets in only the users there are, by basic authentication, each as far
// as its role goes: read asks and describes, write inserts rows, too, admin does
// everything. The users stay the caller's.
func WithUsers(users *auth.Users) Option { return func(s *Server) { s.users = users } }

// WithTLS serves over TLS.
func WithTLS(c *tls.Config) Option { return func(s *Server) { s.tls = c } }

type roleKey struct{}

// roleOf returns the role of the request's user.
func roleOf(ctx context.Context) auth.Role {
	role, _ := ctx.Value(roleKey{}).(auth.Role)
	return role
}

// open are the paths that need no user: they tell that there is a server, and how
// it is.
var open = map[string]bool{"/healthcheck": true, "/v1/metadata": true, "/v1/metadata/id": true, "/chc/ready": true, "/chc/live": true}

// authenticate finds out who asks, before anything else is looked at.
func (s *Server) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		role := auth.Admin
		if s.users != nil && !open[r.URL.Path] {
			name, password, given := r.BasicAuth()
			user, err := auth.User{}, auth.ErrDenied
			if given {
				user, err = s.users.Verify(r.Context(), name, password)
			}
			if err != nil {
				s.unauthorized(w, r, given, err)
				return
			}
			role = user.Role
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), roleKey{}, role)))
	})
}

func (s *Server) unauthorized(w http.ResponseWriter, r *http.Request, given bool, err error) {
	message := "this server wants a user and a password, by basic authentication"
	if given {
		message = err.Error()
		if errors.Is(err, auth.ErrDenied) {
			s.logger.Warn("user refused", "client", r.RemoteAddr, "path", r.URL.Path)
		}
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="leat", charset="UTF-8"`)
	writeError(w, http.StatusUnauthorized, api.Generic(api.CodeUnauthorized, message))
}

// allow lets requests through whose user has the role that they need.
func allow(need func(*http.Request) auth.Role, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if role := need(r); !roleOf(r.Context()).Includes(role) {
			writeError(w, http.StatusForbidden, api.Generic(api.CodeForbidden, r.Method+" "+r.URL.Path+" needs the role "+role.String()))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// registryRole is the role that a request to the schema registry needs. Who writes
// rows registers their schemas; POST looks up, too.
func registryRole(r *http.Request) auth.Role {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return auth.Read
	case http.MethodPost:
		if strings.HasSuffix(strings.TrimSuffix(r.URL.Path, "/"), "/versions") {
			return auth.Write
		}
		return auth.Read
	}
	return auth.Admin
}
