package server

import (
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/server/schemas"
)

// registryHandler answers the schema registry's protocol, or nil when the
// database uses a registry elsewhere, which answers for itself.
func (s *Server) registryHandler() http.Handler {
	if local, ok := s.db.Schemas().(*registry.Local); ok {
		return schemas.New(local, s.logger)
	}
	return nil
}

// registryAlone is the registry at an address of its own, for the same users.
func (s *Server) registryAlone() http.Handler {
	h := s.registryHandler()
	if h == nil {
		return nil
	}
	return s.origins.share(s.states(s.authenticate(allow(registryRole, h))))
}

// registryRoutes adds the paths of the registry's protocol. None of them is a path
// of ksqlDB's API, so that one URL serves the clients of both.
func (s *Server) registryRoutes(mux *http.ServeMux) {
	h := s.registryHandler()
	if h == nil {
		return
	}
	h = allow(registryRole, h)
	for _, root := range schemas.Roots {
		mux.Handle("/"+root, h)
		mux.Handle("/"+root+"/", h)
	}
}

// ServeRegistry answers the schema registry's protocol on l until Shutdown, for
// clients that expect nothing else there; it closes l.
func (s *Server) ServeRegistry(l net.Listener) error {
	if s.registry.Handler == nil {
		return errors.Join(fmt.Errorf("the schema registry of this database is elsewhere, so there is none to serve at %s", l.Addr()), l.Close())
	}
	return serve(&s.registry, l)
}
