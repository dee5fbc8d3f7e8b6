package registry

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
)

// Local is the built-in registry. It lives in memory and appends every change to
// its store before it counts; [Local.Replay] takes the changes back in the same
// order. Its methods may be called from any goroutine: readers never wait for
// the store.
type Local struct {
	store Store

	// writing is held while a change is stored and applied, so that changes are
	// stored in the order in which they count. mu guards what follows it and is
	// never held while the store works or schemas are read.
	writing sync.Mutex

	mu       sync.RWMutex
	byID     map[int]*known
	ids      map[string]int // By identity of the schema.
	nextID   int            // Ids are never used again.
	subjects map[string]*subject
	general  settings
}

// known is a schema with the places it stands in, deleted ones included.
type known struct {
	Schema
	identity string // "" until it is needed.
	uses     []Use
}

type settings struct {
	level Level
	mode  Mode
}

// subject is the versions under one name, in ascending order.
type subject struct {
	settings
	versions []keptVersion
	last     int // The highest number there has been: numbers are not used again.
}

type keptVersion struct {
	Version
	deleted bool
}

// NewLocal returns an empty registry that keeps its changes in store; nil
// forgets them when the process ends.
func NewLocal(store Store) *Local {
	return &Local{store: store, byID: map[int]*known{}, ids: map[string]int{}, nextID: 1, subjects: map[string]*subject{}}
}

// subject returns a subject, made if there is none. The caller holds mu.
func (r *Local) subject(name string) *subject {
	s := r.subjects[name]
	if s == nil {
		s = &subject{}
		r.subjects[name] = s
	}
	return s
}

// find returns the place of a version, or where it would be.
func (s *subject) find(number int) (at int, found bool) {
	return slices.BinarySearchFunc(s.versions, number, func(v keptVersion, n int) int { return v.Version.Version - n })
}

func (r *Local) keep(s *subject, at int, v keptVersion) {
	s.versions = slices.Insert(s.versions, at, v)
	k := r.byID[v.ID]
	if k == nil {
		k = &known{Schema: v.Schema}
		r.byID[v.ID] = k
	}
	k.uses = append(k.uses, Use{v.Subject, v.Version.Version})
}

// drop forgets a version, and its schema when it stands nowhere else.
func (r *Local) drop(s *subject, at int) {
	v := s.versions[at]
	s.versions = slices.Delete(s.versions, at, at+1)
	k := r.byID[v.ID]
	if k.uses = slices.DeleteFunc(k.uses, func(u Use) bool { return u == Use{v.Subject, v.Version.Version} }); len(k.uses) > 0 {
		return
	}
	delete(r.byID, v.ID)
	if r.ids[k.identity] == v.ID {
		delete(r.ids, k.identity)
	}
}

// Deleted says which versions a listing has.
type Deleted int

// Deletion that is not permanent hides versions.
const (
	WithoutDeleted Deleted = iota
	WithDeleted
	OnlyDeleted
)

func (d Deleted) has(deleted bool) bool {
	return d == WithDeleted || deleted == (d == OnlyDeleted)
}

// All returns the versions of all subjects that begin with prefix, by subject
// and number.
func (r *Local) All(prefix string, d Deleted) []Version {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var out []Version
	for name, s := range r.subjects {
		for _, v := range s.versions {
			if strings.HasPrefix(name, prefix) && d.has(v.deleted) {
				out = append(out, v.Version)
			}
		}
	}
	slices.SortFunc(out, func(a, b Version) int {
		return cmp.Or(strings.Compare(a.Subject, b.Subject), a.Version-b.Version)
	})
	return out
}

// Of returns the versions of a subject. It is an error if there is none.
func (r *Local) Of(name string, d Deleted) ([]Version, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var out []Version
	if s := r.subjects[name]; s != nil {
		for _, v := range s.versions {
			if d.has(v.deleted) {
				out = append(out, v.Version)
			}
		}
	}
	if len(out) == 0 {
		return nil, refuse(CodeSubjectUnknown, "there is no subject %s", name)
	}
	return out, nil
}

// Pick returns one version of a subject; [Latest] is the newest that d has.
func (r *Local) Pick(name string, number int, d Deleted) (Version, error) {
	if number < 1 && number != Latest {
		return Version{}, refuse(CodeInvalidVersion, "%d is not the number of a version; expected 1 to 2147483647 or latest", number)
	}
	all, err := r.Of(name, d)
	if err != nil {
		return Version{}, err
	}
	if number == Latest {
		return all[len(all)-1], nil
	}
	for _, v := range all {
		if v.Version == number {
			return v, nil
		}
	}
	return Version{}, refuse(CodeVersionUnknown, "subject %s has no version %d", name, number)
}

// Subjects implements Registry.
func (r *Local) Subjects(context.Context) ([]string, error) {
	var out []string
	for _, v := range r.All("", WithoutDeleted) {
		out = append(out, v.Subject)
	}
	return slices.Compact(out), nil
}

// Versions implements Registry.
func (r *Local) Versions(_ context.Context, name string) ([]int, error) {
	all, err := r.Of(name, WithoutDeleted)
	return numbers(all), err
}

func numbers(versions []Version) []int {
	var out []int
	for _, v := range versions {
		out = append(out, v.Version)
	}
	return out
}

// Version implements Registry.
func (r *Local) Version(_ context.Context, name string, number int) (Version, error) {
	return r.Pick(name, number, WithoutDeleted)
}

// Resolve implements Resolver.
func (r *Local) Resolve(_ context.Context, ref Reference) (Schema, error) {
	v, err := r.Pick(ref.Subject, ref.Version, WithDeleted)
	return v.Schema, err
}

// ByID implements Registry.
func (r *Local) ByID(_ context.Context, id int) (Schema, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	k := r.byID[id]
	if k == nil {
		return Schema{}, unknownID(id)
	}
	return k.Schema, nil
}

func unknownID(id int) error { return refuse(CodeSchemaUnknown, "there is no schema with id %d", id) }

// Uses implements Registry.
func (r *Local) Uses(_ context.Context, id int) ([]Use, error) { return r.UsesOf(id, WithoutDeleted) }

// UsesOf is Uses with or without deleted versions.
func (r *Local) UsesOf(id int, d Deleted) ([]Use, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	k := r.byID[id]
	if k == nil {
		return nil, unknownID(id)
	}
	var out []Use
	for _, u := range k.uses {
		s := r.subjects[u.Subject]
		if at, ok := s.find(u.Version); ok && d.has(s.versions[at].deleted) {
			out = append(out, u)
		}
	}
	slices.SortFunc(out, func(a, b Use) int { return cmp.Or(strings.Compare(a.Subject, b.Subject), a.Version-b.Version) })
	return out, nil
}

// MaxID is the highest id there has been.
func (r *Local) MaxID() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.nextID - 1
}
