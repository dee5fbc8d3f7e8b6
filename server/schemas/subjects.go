package schemas

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/format/registry/protocol"
)

func (h *handler) subjectRoutes() {
	h.route("GET /subjects", h.subjects)
	h.route("GET /subjects/{subject}/versions", h.versions)
	h.route("POST /subjects/{subject}/versions", h.register)
	h.route("GET /subjects/{subject}/versions/{version}", h.version)
	h.route("GET /subjects/{subject}/versions/{version}/schema", h.versionText)
	h.route("GET /subjects/{subject}/versions/{version}/referencedby", h.referencedBy)
	h.route("POST /subjects/{subject}", h.find)
	h.route("DELETE /subjects/{subject}", func(r *http.Request) (any, error) {
		return h.schemas.DeleteSubject(r.Context(), r.PathValue("subject"), flag(r, "permanent"))
	})
	h.route("DELETE /subjects/{subject}/versions/{version}", func(r *http.Request) (any, error) {
		n, err := version(r)
		if err != nil {
			return nil, err
		}
		return h.schemas.DeleteVersion(r.Context(), r.PathValue("subject"), n, flag(r, "permanent"))
	})
	h.route("POST /compatibility/subjects/{subject}/versions", h.compatible)
	h.route("POST /compatibility/subjects/{subject}/versions/{version}", h.compatible)
}

func (h *handler) subjects(r *http.Request) (any, error) {
	names := []string{}
	for _, v := range h.schemas.All(r.URL.Query().Get("subjectPrefix"), deleted(r)) {
		names = append(names, v.Subject)
	}
	return slices.Compact(names), nil
}

func (h *handler) versions(r *http.Request) (any, error) {
	all, err := h.schemas.Of(r.PathValue("subject"), deleted(r))
	numbers := []int{}
	for _, v := range all {
		numbers = append(numbers, v.Version)
	}
	return numbers, err
}

func (h *handler) register(r *http.Request) (any, error) {
	b, err := readSchema(r)
	if err != nil {
		return nil, err
	}
	var v registry.Version
	if b.ID > 0 {
		b.Subject, b.Version = r.PathValue("subject"), max(b.Version, 0) // -1 is the next one, too.
		v, err = h.schemas.Import(r.Context(), b.InSubject())
	} else {
		v, err = h.schemas.Register(r.Context(), r.PathValue("subject"), b.Registry())
	}
	return protocol.ID{ID: v.ID}, err
}

func (h *handler) find(r *http.Request) (any, error) {
	b, err := readSchema(r)
	if err != nil {
		return nil, err
	}
	v, err := h.schemas.FindIn(r.Context(), r.PathValue("subject"), b.Registry(), deleted(r))
	return protocol.VersionOf(v), err
}

// pick finds the version in the path.
func (h *handler) pick(r *http.Request) (registry.Version, error) {
	n, err := version(r)
	if err != nil {
		return registry.Version{}, err
	}
	return h.schemas.Pick(r.PathValue("subject"), n, deleted(r))
}

func (h *handler) version(r *http.Request) (any, error) {
	v, err := h.pick(r)
	if err == nil {
		err = h.formatted(r.Context(), r, &v.Schema)
	}
	return protocol.VersionOf(v), err
}

func (h *handler) versionText(r *http.Request) (any, error) {
	v, err := h.pick(r)
	if err == nil {
		err = h.formatted(r.Context(), r, &v.Schema)
	}
	return raw(v.Text), err
}

func (h *handler) referencedBy(r *http.Request) (any, error) {
	v, err := h.pick(r)
	return slices.AppendSeq([]int{}, slices.Values(h.schemas.ReferencedBy(v.Subject, v.Version))), err
}

// formatted brings the text of a schema into the form that the request asks for.
func (h *handler) formatted(ctx context.Context, r *http.Request, s *registry.Schema) (err error) {
	if s.Type == registry.Protobuf && strings.EqualFold(r.URL.Query().Get("format"), "serialized") {
		s.Text, err = registry.SerialisedProtobuf(ctx, h.schemas, *s)
	}
	return err
}

// compatible answers checks against one version, or against those that the level
// asks for.
func (h *handler) compatible(r *http.Request) (any, error) {
	b, err := readSchema(r)
	if err != nil {
		return nil, err
	}
	subject := r.PathValue("subject")
	now, err := h.schemas.Normal(r.Context(), b.Registry())
	if err != nil {
		return nil, err
	}
	level, err := h.schemas.Compatibility(r.Context(), subject)
	if err != nil {
		return nil, err
	}
	old, _ := h.schemas.Of(subject, registry.WithoutDeleted) // Nothing is incompatible with a new subject.
	if r.PathValue("version") != "" {
		n, err := version(r)
		if err != nil {
			return nil, err
		}
		v, err := h.schemas.Pick(subject, n, registry.WithoutDeleted)
		if err != nil && n != registry.Latest {
			return nil, err
		}
		if old = nil; err == nil {
			old = []registry.Version{v}
		}
	}
	err = registry.Compatible(r.Context(), h.schemas, level, now, old)
	answer := protocol.Compatible{Is: err == nil}
	if err != nil && flag(r, "verbose") {
		answer.Messages = []string{err.Error()}
	}
	return answer, nil
}
