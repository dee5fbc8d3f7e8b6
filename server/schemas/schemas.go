package schemas

import (
	"net/http"
	"strconv"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/format/registry/protocol"
)

func (h *handler) schemaRoutes() {
	h.route("GET /schemas", h.all)
	h.route("GET /schemas/types", func(*http.Request) (any, error) { return registry.Types, nil })
	h.route("GET /schemas/ids/{id}", h.byID)
	h.route("GET /schemas/ids/{id}/schema", h.textByID)
	h.route("GET /schemas/ids/{id}/subjects", func(r *http.Request) (any, error) {
		names := []string{}
		uses, err := h.uses(r)
		for _, u := range uses {
			if len(names) == 0 || names[len(names)-1] != u.Subject {
				names = append(names, u.Subject)
			}
		}
		return names, err
	})
	h.route("GET /schemas/ids/{id}/versions", func(r *http.Request) (any, error) {
		places := []protocol.Use{}
		uses, err := h.uses(r)
		for _, u := range uses {
			places = append(places, protocol.Use(u))
		}
		return places, err
	})
}

// all lists versions: all of them, or the latest of each subject.
func (h *handler) all(r *http.Request) (any, error) {
	q := r.URL.Query()
	list := []protocol.Schema{}
	for _, v := range h.schemas.All(q.Get("subjectPrefix"), deleted(r)) {
		if n := len(list); flag(r, "latestOnly") && n > 0 && list[n-1].Subject == v.Subject {
			list = list[:n-1]
		}
		list = append(list, protocol.VersionOf(v))
	}
	if offset, err := strconv.Atoi(q.Get("offset")); err == nil && offset > 0 {
		list = list[min(offset, len(list)):]
	}
	if limit, err := strconv.Atoi(q.Get("limit")); err == nil && limit >= 0 {
		list = list[:min(limit, len(list))]
	}
	return list, nil
}

func (h *handler) known(r *http.Request) (s registry.Schema, err error) {
	n, err := id(r)
	if err != nil {
		return s, err
	}
	if s, err = h.schemas.ByID(r.Context(), n); err != nil {
		return s, err
	}
	return s, h.formatted(r.Context(), r, &s)
}

func (h *handler) byID(r *http.Request) (any, error) {
	s, err := h.known(r)
	if err != nil {
		return nil, err
	}
	b := protocol.SchemaOf(s)
	if flag(r, "fetchMaxId") {
		b.MaxID = h.schemas.MaxID()
	}
	return b, nil
}

func (h *handler) textByID(r *http.Request) (any, error) {
	s, err := h.known(r)
	return raw(s.Text), err
}

func (h *handler) uses(r *http.Request) ([]registry.Use, error) {
	n, err := id(r)
	if err != nil {
		return nil, err
	}
	return h.schemas.UsesOf(n, deleted(r))
}
