package registry

import (
	"context"
)

// Register implements Registry.
func (r *Local) Register(ctx context.Context, name string, s Schema) (Version, error) {
	p, err := r.parse(ctx, name, s)
	if err != nil {
		return Version{}, err
	}
	r.writing.Lock()
	defer r.writing.Unlock()
	if v, ok, err := r.find(ctx, name, p, WithoutDeleted); err != nil || ok {
		return v, err
	}
	if mode := r.mode(name); mode != ReadWrite {
		return Version{}, refuse(CodeNotPermitted, "subject %s is in mode %s, not %s", name, mode, ReadWrite)
	}
	if err := r.checkCompatible(ctx, name, p.Schema); err != nil {
		return Version{}, err
	}
	id, known, err := r.idOf(ctx, p)
	if err != nil {
		return Version{}, err
	}
	if !known {
		id = r.MaxID() + 1
	}
	return r.add(ctx, name, 0, p, id)
}

// Import implements Registry.
func (r *Local) Import(ctx context.Context, v Version) (Version, error) {
	name, id := v.Subject, v.ID
	p, err := r.parse(ctx, name, v.Schema)
	if err != nil {
		return Version{}, err
	}
	if id < 1 || v.Version < 0 {
		return Version{}, refuse(CodeInvalidSchema, "ids and versions begin at 1; they are %d and %d", id, v.Version)
	}
	r.writing.Lock()
	defer r.writing.Unlock()
	if mode := r.mode(name); mode != ImportMode {
		return Version{}, refuse(CodeNotPermitted, "subject %s is in mode %s; ids can be chosen in mode %s", name, mode, ImportMode)
	}
	have, ok, err := r.find(ctx, name, p, WithoutDeleted)
	if err != nil || ok && have.ID == id && (v.Version == 0 || v.Version == have.Version) {
		return have, err
	}
	if taken, err := r.Pick(name, v.Version, WithDeleted); err == nil {
		return Version{}, refuse(CodeNotPermitted, "subject %s has a version %d already, with id %d", name, taken.Version, taken.ID)
	}
	if other, err := r.ByID(ctx, id); err == nil {
		o, err := parse(ctx, r, other)
		if err != nil {
			return Version{}, err
		}
		if o.identity != p.identity {
			return Version{}, refuse(CodeNotPermitted, "id %d belongs to another schema", id)
		}
	}
	return r.add(ctx, name, v.Version, p, id)
}

func (r *Local) parse(ctx context.Context, name string, s Schema) (parsed, error) {
	if name == "" {
		return parsed{}, refuse(CodeInvalidSubject, "a subject needs a name")
	}
	return parse(ctx, r, s)
}

// add makes the schema a version of the subject, with number 0 the next. The
// caller holds writing.
func (r *Local) add(ctx context.Context, name string, number int, p parsed, id int) (Version, error) {
	v := Version{Subject: name, Version: number, ID: id, Schema: p.Schema}
	if number == 0 {
		v.Version = r.lastNumber(name) + 1
	}
	if err := r.commit(ctx, versionChange(v, false)); err != nil {
		return Version{}, err
	}
	r.remember(p.identity, id)
	return v, nil
}

func (r *Local) lastNumber(name string) int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if sub := r.subjects[name]; sub != nil {
		return sub.last
	}
	return 0
}

func (r *Local) remember(identity string, id int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.byID[id]
	if k == nil || k.identity != "" {
		return
	}
	k.identity = identity
	if _, taken := r.ids[identity]; !taken {
		r.ids[identity] = id
	}
}

// identify finds out the identities of the schemas that came from the store,
// which are needed when something new is to be registered only.
func (r *Local) identify(ctx context.Context) error {
	r.mu.RLock()
	unknown := map[int]Schema{}
	for id, k := range r.byID {
		if k.identity == "" {
			unknown[id] = k.Schema
		}
	}
	r.mu.RUnlock()
	for id := 1; len(unknown) > 0; id++ { // Ascending: the first id of a schema is its own.
		s, ok := unknown[id]
		if !ok {
			continue
		}
		delete(unknown, id)
		p, err := parse(ctx, r, s)
		if err != nil {
			// It came from another registry. It stays readable, and equals only itself.
			p.identity = identity(s, s.Text)
		}
		r.remember(p.identity, id)
	}
	return ctx.Err()
}

// idOf returns the id the schema has already.
func (r *Local) idOf(ctx context.Context, p parsed) (id int, ok bool, err error) {
	if err := r.identify(ctx); err != nil {
		return 0, false, err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	id, ok = r.ids[p.identity]
	return id, ok, nil
}

// Find implements Registry.
func (r *Local) Find(ctx context.Context, name string, s Schema) (Version, error) {
	return r.FindIn(ctx, name, s, WithoutDeleted)
}

// FindIn is Find with or without deleted versions.
func (r *Local) FindIn(ctx context.Context, name string, s Schema, d Deleted) (Version, error) {
	p, err := r.parse(ctx, name, s)
	if err != nil {
		return Version{}, err
	}
	if _, err := r.Of(name, d); err != nil {
		return Version{}, err
	}
	v, ok, err := r.find(ctx, name, p, d)
	if err == nil && !ok {
		err = refuse(CodeSchemaUnknown, "the schema is no version of subject %s", name)
	}
	return v, err
}

// find finds the newest version that is the schema.
func (r *Local) find(ctx context.Context, name string, p parsed, d Deleted) (Version, bool, error) {
	if err := r.identify(ctx); err != nil {
		return Version{}, false, err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	s := r.subjects[name]
	if s == nil {
		return Version{}, false, nil
	}
	for i := len(s.versions) - 1; i >= 0; i-- {
		v := &s.versions[i]
		if d.has(v.deleted) && r.byID[v.ID].identity == p.identity {
			return v.Version, true, nil
		}
	}
	return Version{}, false, nil
}
