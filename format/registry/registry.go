package registry

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// Registry holds schemas by id and by subject. The zero value is not usable; see
// [New].
type Registry struct {
	store Store

	// writing is held while a change is stored and applied, so that changes are
	// stored in the order in which they count. mu guards what follows it and is
	// never held while the store works.
	writing sync.Mutex

	mu       sync.RWMutex
	byID     map[int]Schema
	ids      map[string]int // By identity of the schema.
	nextID   int
	subjects map[string]*subject
	level    Level // Of subjects without one of their own.
	mode     Mode
}

// subject is the versions under one name, in ascending order.
type subject struct {
	versions []Version
	deleted  int // The highest version that was deleted: numbers are not used again.
	level    Level
	mode     Mode
}

// Mode says whether a subject accepts changes.
type Mode string

// The modes. Import lets the caller choose ids, for copies of other registries.
const (
	ReadWrite Mode = "READWRITE"
	ReadOnly  Mode = "READONLY"
	Import    Mode = "IMPORT"
)

// New returns an empty registry that keeps its changes in store; nil forgets
// them when the process ends.
func New(store Store) *Registry {
	return &Registry{store: store, byID: map[int]Schema{}, ids: map[string]int{}, nextID: 1, subjects: map[string]*subject{},
		level: Backward, mode: ReadWrite}
}

// ByID returns the schema with the id.
func (r *Registry) ByID(id int) (Schema, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	s, ok := r.byID[id]
	if !ok {
		return s, fmt.Errorf("%w: there is no schema with id %d", ErrUnknown, id)
	}
	return s, nil
}

// Latest returns the newest version of a subject.
func (r *Registry) Latest(name string) (Version, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	s := r.subjects[name]
	if s == nil || len(s.versions) == 0 {
		return Version{}, false
	}
	return s.versions[len(s.versions)-1], true
}

// Versions returns all versions of a subject in ascending order.
func (r *Registry) Versions(name string) []Version {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if s := r.subjects[name]; s != nil {
		return slices.Clone(s.versions)
	}
	return nil
}

// Version returns one version of a subject.
func (r *Registry) Version(name string, version int) (Version, error) {
	for _, v := range r.Versions(name) {
		if v.Version == version {
			return v, nil
		}
	}
	return Version{}, fmt.Errorf("%w: subject %s has no version %d", ErrUnknown, name, version)
}

// Subjects returns the names of all subjects with a version, in order.
func (r *Registry) Subjects() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var out []string
	for name, s := range r.subjects {
		if len(s.versions) > 0 {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// Register makes the schema a version of the subject and returns it. A schema
// that is one already is returned as it is; a new one must be compatible.
func (r *Registry) Register(ctx context.Context, name string, s Schema) (Version, error) {
	return r.register(ctx, name, s, 0)
}

// RegisterWithID is Register with an id chosen by the caller, which must not
// belong to another schema.
func (r *Registry) RegisterWithID(ctx context.Context, name string, s Schema, id int) (Version, error) {
	if id < 1 {
		return Version{}, fmt.Errorf("%w: schema ids begin at 1, not %d", ErrInvalid, id)
	}
	return r.register(ctx, name, s, id)
}

func (r *Registry) register(ctx context.Context, name string, s Schema, id int) (Version, error) {
	s, err := r.normal(s)
	if err != nil {
		return Version{}, fmt.Errorf("subject %s: %w", name, err)
	}
	r.writing.Lock()
	defer r.writing.Unlock()
	if v, ok := r.find(name, s); ok && (id == 0 || id == v.ID) {
		return v, nil
	}
	if err := r.mayWrite(name); err != nil {
		return Version{}, err
	}
	if err := r.CheckCompatible(name, s); err != nil {
		return Version{}, err
	}
	v, err := r.newVersion(name, s, id)
	if err != nil {
		return v, err
	}
	return v, r.commit(ctx, change{Version: &v})
}

// Find returns the version of the subject that is the schema.
func (r *Registry) Find(name string, s Schema) (Version, bool) {
	s, err := r.normal(s)
	if err != nil {
		return Version{}, false
	}
	return r.find(name, s)
}

func (r *Registry) find(name string, s Schema) (Version, bool) {
	want := s.identity()
	for _, v := range r.Versions(name) {
		if v.identity() == want {
			return v, true
		}
	}
	return Version{}, false
}

// newVersion gives the schema its number and its id: one of its own, or that of
// the same schema in another subject.
func (r *Registry) newVersion(name string, s Schema, id int) (Version, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	v := Version{Subject: name, Version: 1, ID: id, Schema: s}
	if sub := r.subjects[name]; sub != nil {
		v.Version = sub.deleted + 1
		if n := len(sub.versions); n > 0 {
			v.Version = max(v.Version, sub.versions[n-1].Version+1)
		}
	}
	have, known := r.ids[s.identity()]
	switch {
	case id == 0 && known:
		v.ID = have
	case id == 0:
		v.ID = r.nextID
	default:
		if other, taken := r.byID[id]; taken && other.identity() != s.identity() {
			return v, fmt.Errorf("%w: id %d belongs to another schema", ErrInvalid, id)
		}
	}
	return v, nil
}

// Delete removes a subject and returns the versions it had. The schemas stay
// known by their ids, since there may be records.
func (r *Registry) Delete(ctx context.Context, name string) ([]Version, error) {
	r.writing.Lock()
	defer r.writing.Unlock()
	had := r.Versions(name)
	if len(had) == 0 {
		return nil, fmt.Errorf("%w: there is no subject %s", ErrUnknown, name)
	}
	if err := r.mayWrite(name); err != nil {
		return nil, err
	}
	return had, r.commit(ctx, change{Delete: name})
}

// SetMode sets the mode of a subject, or with an empty name of all subjects that
// have none of their own.
func (r *Registry) SetMode(ctx context.Context, name string, m Mode) error {
	if m != ReadWrite && m != ReadOnly && m != Import {
		return fmt.Errorf("%w: there is no mode %q; expected %s, %s or %s", ErrInvalid, m, ReadWrite, ReadOnly, Import)
	}
	r.writing.Lock()
	defer r.writing.Unlock()
	return r.commit(ctx, change{Setting: &setting{Subject: name, Mode: m}})
}

// Mode returns the mode of a subject, or with an empty name the general one.
func (r *Registry) Mode(name string) Mode {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if s := r.subjects[name]; s != nil && s.mode != "" {
		return s.mode
	}
	return r.mode
}

func (r *Registry) mayWrite(name string) error {
	if r.Mode(name) == ReadOnly {
		return fmt.Errorf("subject %s is in mode %s and takes no changes", name, ReadOnly)
	}
	return nil
}
