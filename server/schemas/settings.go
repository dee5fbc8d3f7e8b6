package schemas

import (
	"cmp"
	"net/http"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/format/registry/protocol"
)

// settingRoutes are the same for all subjects (without a subject in the path)
// and for one.
func (h *handler) settingRoutes() {
	for _, of := range []string{"", "/{subject}"} {
		h.route("GET /config"+of, h.level)
		h.route("PUT /config"+of, h.setLevel)
		h.route("DELETE /config"+of, h.dropLevel)
		h.route("GET /mode"+of, h.mode)
		h.route("PUT /mode"+of, h.setMode)
		h.route("DELETE /mode"+of, h.dropMode)
	}
}

func (h *handler) level(r *http.Request) (any, error) {
	subject := r.PathValue("subject")
	if subject != "" && !flag(r, "defaultToGlobal") && h.schemas.OwnCompatibility(subject) == "" {
		return nil, &registry.Error{Code: registry.CodeNoCompatibility, Message: "subject " + subject + " has no level of compatibility of its own"}
	}
	l, err := h.schemas.Compatibility(r.Context(), subject)
	return protocol.Level{Level: l}, err
}

func (h *handler) setLevel(r *http.Request) (any, error) {
	var b protocol.LevelChange
	if err := readJSON(r, &b); err != nil {
		return nil, err
	}
	if b.Level == "" {
		return nil, &registry.Error{Code: registry.CodeInvalidLevel, Message: `the body has no "compatibility"`}
	}
	return b, h.schemas.SetCompatibility(r.Context(), r.PathValue("subject"), b.Level)
}

func (h *handler) dropLevel(r *http.Request) (any, error) {
	subject := r.PathValue("subject")
	had := h.schemas.OwnCompatibility(subject)
	if subject != "" && had == "" {
		return nil, &registry.Error{Code: registry.CodeSubjectUnknown, Message: "subject " + subject + " has no level of compatibility of its own"}
	}
	return protocol.Level{Level: cmp.Or(had, registry.Backward)}, h.schemas.SetCompatibility(r.Context(), subject, "")
}

func (h *handler) mode(r *http.Request) (any, error) {
	subject := r.PathValue("subject")
	if subject != "" && !flag(r, "defaultToGlobal") && h.schemas.OwnMode(subject) == "" {
		return nil, &registry.Error{Code: registry.CodeNoMode, Message: "subject " + subject + " has no mode of its own"}
	}
	m, err := h.schemas.Mode(r.Context(), subject)
	return protocol.Mode{Mode: m}, err
}

// setMode refuses the import of schemas into what has some already, unless it is
// forced: their ids could be those of other schemas.
func (h *handler) setMode(r *http.Request) (any, error) {
	var b protocol.Mode
	if err := readJSON(r, &b); err != nil {
		return nil, err
	}
	if b.Mode == "" {
		return nil, &registry.Error{Code: registry.CodeInvalidMode, Message: `the body has no "mode"`}
	}
	subject := r.PathValue("subject")
	if b.Mode == registry.ImportMode && !flag(r, "force") && h.hasSchemas(subject) {
		return nil, &registry.Error{Code: registry.CodeNotPermitted, Message: "there are schemas already, so that imported ids may clash; add ?force=true to allow it all the same"}
	}
	return b, h.schemas.SetMode(r.Context(), subject, b.Mode)
}

func (h *handler) hasSchemas(subject string) bool {
	if subject == "" {
		return len(h.schemas.All("", registry.WithDeleted)) > 0
	}
	_, err := h.schemas.Of(subject, registry.WithDeleted)
	return err == nil
}

func (h *handler) dropMode(r *http.Request) (any, error) {
	subject := r.PathValue("subject")
	had := h.schemas.OwnMode(subject)
	if subject != "" && had == "" {
		return nil, &registry.Error{Code: registry.CodeSubjectUnknown, Message: "subject " + subject + " has no mode of its own"}
	}
	return protocol.Mode{Mode: cmp.Or(had, registry.ReadWrite)}, h.schemas.SetMode(r.Context(), subject, "")
}
