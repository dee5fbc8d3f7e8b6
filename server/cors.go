package server

import (
	"net/http"
	"path"
	"slices"
	"strings"
)

// CORS says which other web pages may use the API from a browser.
type CORS struct {
	// Origins are the pages' origins, such as https://app.example.com; * stands for
	// any part of one. None means that browsers keep other pages away.
	Origins []string
	Methods []string // nil: GET, HEAD and POST.
	Headers []string // nil: those that clients of this API send.
}

// WithCORS lets other web pages use the API.
func WithCORS(c CORS) Option {
	if c.Methods == nil {
		c.Methods = []string{http.MethodGet, http.MethodHead, http.MethodPost}
	}
	if c.Headers == nil {
		c.Headers = []string{"Accept", "Authorization", "Content-Type"}
	}
	return func(s *Server) { s.origins = c }
}

func (c *CORS) allows(origin string) bool {
	return slices.ContainsFunc(c.Origins, func(pattern string) bool {
		ok, err := path.Match(strings.ReplaceAll(pattern, "/", "|"), strings.ReplaceAll(origin, "/", "|"))
		return ok && err == nil
	})
}

// share tells browsers what pages of other origins may do. What they ask before a
// request (preflight) comes without a user, and is answered here.
func (c *CORS) share(next http.Handler) http.Handler {
	if len(c.Origins) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		w.Header().Add("Vary", "Origin")
		if origin == "" || !c.allows(origin) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Access-Control-Allow-Origin", origin)
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			w.Header().Set("Access-Control-Allow-Methods", strings.Join(c.Methods, ","))
			w.Header().Set("Access-Control-Allow-Headers", strings.Join(c.Headers, ","))
			w.Header().Set("Access-Control-Max-Age", "600")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}
