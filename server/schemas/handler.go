// Package schemas answers the schema registry's HTTP protocol for the built-in
// registry. Paths and answers are those of package protocol's protocol.
package schemas

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/format/registry/protocol"
)

// maxRequest bounds the body of a request, in bytes.
const maxRequest = 16 << 20

// Roots are the first steps of the paths, for a server with other routes beside
// these.
var Roots = []string{"subjects", "schemas", "compatibility", "config", "mode", "contexts"}

// handler answers requests about one registry.
type handler struct {
	schemas *registry.Local
	logger  *slog.Logger
	mux     *http.ServeMux
}

// New returns the routes for a registry.
func New(r *registry.Local, logger *slog.Logger) http.Handler {
	h := &handler{schemas: r, logger: logger, mux: http.NewServeMux()}
	h.subjectRoutes()
	h.schemaRoutes()
	h.settingRoutes()
	h.route("GET /{$}", func(*http.Request) (any, error) { return struct{}{}, nil })
	h.route("GET /contexts", func(*http.Request) (any, error) { return []string{"."}, nil })
	h.route("GET /v1/metadata/id", func(*http.Request) (any, error) {
		return map[string]any{"scope": map[string]any{"path": []string{}, "clusters": map[string]string{"schema-registry-cluster": "leat"}}}, nil
	})
	h.route("/", func(r *http.Request) (any, error) {
		return nil, &registry.Error{Code: http.StatusNotFound, Message: "there is nothing at " + r.Method + " " + r.URL.Path}
	})
	return h
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	h.mux.ServeHTTP(w, r)
}

// route answers requests with the JSON of what do returns. A string that is
// raw is written as it is.
func (h *handler) route(pattern string, do func(*http.Request) (any, error)) {
	h.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		media, err := negotiate(r)
		var body any
		if err == nil {
			body, err = do(r)
		}
		if err != nil {
			h.refuse(w, media, r, err)
			return
		}
		if text, isRaw := body.(raw); isRaw {
			w.Header().Set("Content-Type", media)
			_, _ = w.Write([]byte(text)) // A client that went away is no concern of ours.
			return
		}
		writeJSON(w, media, http.StatusOK, body)
	})
}

// raw is a body that is no JSON of ours.
type raw string

// negotiate returns the media type of the answer, and refuses requests in another
// language.
func negotiate(r *http.Request) (media string, err error) {
	media = protocol.MediaType
	if r.ContentLength != 0 {
		switch given, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(given) {
		case "", protocol.MediaType, protocol.MediaPlain, protocol.MediaJSON, "application/octet-stream":
		default:
			return media, &registry.Error{Code: http.StatusUnsupportedMediaType,
				Message: "the body has the Content-Type " + given + "; expected " + protocol.MediaType}
		}
	}
	accept := strings.Join(r.Header.Values("Accept"), ",")
	if accept == "" {
		return media, nil
	}
	for given := range strings.SplitSeq(accept, ",") {
		given, _, _ = strings.Cut(given, ";")
		switch given = strings.TrimSpace(given); given {
		case protocol.MediaType, protocol.MediaPlain, protocol.MediaJSON:
			return given, nil
		case "*/*", "application/*":
			return media, nil
		}
	}
	return media, &registry.Error{Code: http.StatusNotAcceptable, Message: "the answers are " + protocol.MediaType + ", which the request does not accept"}
}

func (h *handler) refuse(w http.ResponseWriter, media string, r *http.Request, err error) {
	body := protocol.Error{Code: registry.CodeOther, Message: err.Error()}
	var refused *registry.Error
	if errors.As(err, &refused) {
		body.Code = refused.Code
	}
	if body.Code.Status() >= 500 {
		h.logger.Error("a request to the schema registry failed", "method", r.Method, "path", r.URL.Path, "err", err)
	}
	writeJSON(w, media, body.Code.Status(), body)
}

func writeJSON(w http.ResponseWriter, media string, status int, body any) {
	w.Header().Set("Content-Type", media)
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(body) // A client that went away is no concern of ours.
}

func readJSON(r *http.Request, into any) error {
	if err := json.NewDecoder(r.Body).Decode(into); err != nil {
		return &registry.Error{Code: http.StatusUnprocessableEntity, Message: "the body is not the JSON object that this path expects: " + err.Error()}
	}
	return nil
}

// readSchema reads the schema in the body of a request.
func readSchema(r *http.Request) (*protocol.Schema, error) {
	b := &protocol.Schema{}
	if err := readJSON(r, b); err != nil {
		return nil, err
	}
	for name, part := range map[string]json.RawMessage{"metadata": b.Metadata, "ruleSet": b.RuleSet} {
		if text := strings.TrimSpace(string(part)); text != "" && text != "null" && text != "{}" {
			return nil, &registry.Error{Code: registry.CodeInvalidSchema, Message: "schemas with " + name + " cannot be kept here; leave it out"}
		}
	}
	return b, nil
}

func flag(r *http.Request, name string) bool { return r.URL.Query().Get(name) == "true" }

// deleted reads which versions a listing is to have.
func deleted(r *http.Request) registry.Deleted {
	switch {
	case flag(r, "deletedOnly"):
		return registry.OnlyDeleted
	case flag(r, "deleted"):
		return registry.WithDeleted
	}
	return registry.WithoutDeleted
}

// version reads the number of a version in the path.
func version(r *http.Request) (int, error) {
	text := r.PathValue("version")
	if text == protocol.Latest || text == "-1" {
		return registry.Latest, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 1 {
		return 0, &registry.Error{Code: registry.CodeInvalidVersion,
			Message: strconv.Quote(text) + " is not the number of a version; expected 1 to 2147483647 or latest"}
	}
	return int(n), nil
}

// id reads the id in the path.
func id(r *http.Request) (int, error) {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 32)
	if err != nil {
		return 0, &registry.Error{Code: http.StatusNotFound, Message: strconv.Quote(r.PathValue("id")) + " is not the id of a schema"}
	}
	return int(n), nil
}
