package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/format/registry/protocol"
)

// ByID implements registry.Registry.
func (r *Registry) ByID(ctx context.Context, id int) (registry.Schema, error) {
	if s, ok := known(r, r.byID, id); ok {
		return s, nil
	}
	var b protocol.Schema
	if err := r.call(ctx, http.MethodGet, path("schemas", "ids", strconv.Itoa(id)), "", nil, &b); err != nil {
		return registry.Schema{}, err
	}
	s := b.Registry()
	remember(r, r.byID, id, s)
	return s, nil
}

// Uses implements registry.Registry.
func (r *Registry) Uses(ctx context.Context, id int) ([]registry.Use, error) {
	var places []protocol.Use
	if err := r.call(ctx, http.MethodGet, path("schemas", "ids", strconv.Itoa(id), "versions"), "", nil, &places); err != nil {
		return nil, err
	}
	var out []registry.Use
	for _, u := range places {
		out = append(out, registry.Use(u))
	}
	slices.SortFunc(out, func(a, b registry.Use) int {
		if c := strings.Compare(a.Subject, b.Subject); c != 0 {
			return c
		}
		return a.Version - b.Version
	})
	return out, nil
}

// Subjects implements registry.Registry.
func (r *Registry) Subjects(ctx context.Context) ([]string, error) {
	var names []string
	err := r.call(ctx, http.MethodGet, path("subjects"), "", nil, &names)
	slices.Sort(names)
	return names, err
}

// Versions implements registry.Registry.
func (r *Registry) Versions(ctx context.Context, subject string) ([]int, error) {
	var numbers []int
	err := r.call(ctx, http.MethodGet, path("subjects", subject, "versions"), "", nil, &numbers)
	return numbers, err
}

// Version implements registry.Registry.
func (r *Registry) Version(ctx context.Context, subject string, number int) (registry.Version, error) {
	return r.version(ctx, subject, number, "")
}

func (r *Registry) version(ctx context.Context, subject string, number int, query string) (registry.Version, error) {
	var b protocol.Schema
	if err := r.call(ctx, http.MethodGet, path("subjects", subject, "versions", numberText(number)), query, nil, &b); err != nil {
		return registry.Version{}, err
	}
	v := b.InSubject()
	remember(r, r.byID, v.ID, v.Schema)
	return v, nil
}

func numberText(number int) string {
	if number == registry.Latest {
		return protocol.Latest
	}
	return strconv.Itoa(number)
}

// Resolve implements registry.Resolver.
func (r *Registry) Resolve(ctx context.Context, ref registry.Reference) (registry.Schema, error) {
	use := registry.Use{Subject: ref.Subject, Version: ref.Version}
	if s, ok := known(r, r.references, use); ok {
		return s, nil
	}
	v, err := r.version(ctx, ref.Subject, ref.Version, "deleted=true")
	if err == nil && ref.Version != registry.Latest {
		remember(r, r.references, use, v.Schema)
	}
	return v.Schema, err
}

// Find implements registry.Registry.
func (r *Registry) Find(ctx context.Context, subject string, s registry.Schema) (registry.Version, error) {
	var b protocol.Schema
	if err := r.call(ctx, http.MethodPost, path("subjects", subject), "", protocol.SchemaOf(s), &b); err != nil {
		return registry.Version{}, err
	}
	return b.InSubject(), nil
}

// Register implements registry.Registry.
func (r *Registry) Register(ctx context.Context, subject string, s registry.Schema) (registry.Version, error) {
	key := fmt.Sprintf("%s\x00%s\x00%s\x00%v", subject, s.Type, s.Text, s.References)
	if v, ok := known(r, r.registered, key); ok {
		return v, nil
	}
	v, err := r.register(ctx, subject, protocol.SchemaOf(s))
	if err == nil {
		remember(r, r.registered, key, v)
	}
	return v, err
}

// Import implements registry.Registry.
func (r *Registry) Import(ctx context.Context, v registry.Version) (registry.Version, error) {
	b := protocol.VersionOf(v)
	b.Subject = ""
	return r.register(ctx, v.Subject, b)
}

// register registers a schema and asks for its version, which the answer does not
// tell.
func (r *Registry) register(ctx context.Context, subject string, b protocol.Schema) (registry.Version, error) {
	if subject == "" {
		return registry.Version{}, &registry.Error{Code: registry.CodeInvalidSubject, Message: "a subject needs a name"}
	}
	var answer protocol.ID
	if err := r.call(ctx, http.MethodPost, path("subjects", subject, "versions"), "", b, &answer); err != nil {
		return registry.Version{}, err
	}
	if b.Version > 0 {
		return registry.Version{Subject: subject, Version: b.Version, ID: answer.ID, Schema: b.Registry()}, nil
	}
	v, err := r.Find(ctx, subject, b.Registry())
	v.ID = answer.ID
	return v, err
}

// CheckCompatible implements registry.Registry.
func (r *Registry) CheckCompatible(ctx context.Context, subject string, s registry.Schema) error {
	var answer protocol.Compatible
	err := r.call(ctx, http.MethodPost, path("compatibility", "subjects", subject, "versions"), "verbose=true", protocol.SchemaOf(s), &answer)
	if err == nil && !answer.Is {
		err = &registry.Error{Code: registry.CodeIncompatible,
			Message: fmt.Sprintf("the schema is not compatible with those of subject %s%s", subject, because(strings.Join(answer.Messages, "; ")))}
	}
	return err
}

// DeleteSubject implements registry.Registry.
func (r *Registry) DeleteSubject(ctx context.Context, subject string, permanent bool) ([]int, error) {
	defer r.forget(subject)
	var numbers []int
	err := r.call(ctx, http.MethodDelete, path("subjects", subject), permanently(permanent), nil, &numbers)
	return numbers, err
}

// DeleteVersion implements registry.Registry.
func (r *Registry) DeleteVersion(ctx context.Context, subject string, number int, permanent bool) (int, error) {
	defer r.forget(subject)
	var deleted int
	err := r.call(ctx, http.MethodDelete, path("subjects", subject, "versions", numberText(number)), permanently(permanent), nil, &deleted)
	return deleted, err
}

func permanently(permanent bool) string {
	if permanent {
		return "permanent=true"
	}
	return ""
}

// Compatibility implements registry.Registry.
func (r *Registry) Compatibility(ctx context.Context, subject string) (registry.Level, error) {
	var b protocol.Level
	err := r.call(ctx, http.MethodGet, of("config", subject), byDefault(subject), nil, &b)
	return b.Level, err
}

// SetCompatibility implements registry.Registry.
func (r *Registry) SetCompatibility(ctx context.Context, subject string, l registry.Level) error {
	if l == "" {
		return r.unset(ctx, of("config", subject))
	}
	return r.call(ctx, http.MethodPut, of("config", subject), "", protocol.LevelChange{Level: l}, &protocol.LevelChange{})
}

// Mode implements registry.Registry.
func (r *Registry) Mode(ctx context.Context, subject string) (registry.Mode, error) {
	var b protocol.Mode
	err := r.call(ctx, http.MethodGet, of("mode", subject), byDefault(subject), nil, &b)
	return b.Mode, err
}

// SetMode implements registry.Registry.
func (r *Registry) SetMode(ctx context.Context, subject string, m registry.Mode) error {
	if m == "" {
		return r.unset(ctx, of("mode", subject))
	}
	query := ""
	if m == registry.ImportMode {
		query = "force=true" // Import refuses an id that is taken.
	}
	return r.call(ctx, http.MethodPut, of("mode", subject), query, protocol.Mode{Mode: m}, &protocol.Mode{})
}

// unset takes a setting back. There may be none.
func (r *Registry) unset(ctx context.Context, path string) error {
	err := r.call(ctx, http.MethodDelete, path, "", nil, &struct{}{})
	if errors.Is(err, registry.ErrUnknown) {
		return nil
	}
	return err
}

func of(setting, subject string) string {
	if subject == "" {
		return path(setting)
	}
	return path(setting, subject)
}

func byDefault(subject string) string {
	if subject == "" {
		return ""
	}
	return url.Values{"defaultToGlobal": {"true"}}.Encode()
}
