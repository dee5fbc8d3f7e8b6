package registry

import (
	"context"
	"maps"
	"slices"
)

// DeleteSubject implements Registry.
func (r *Local) DeleteSubject(ctx context.Context, name string, permanent bool) ([]int, error) {
	r.writing.Lock()
	defer r.writing.Unlock()
	all, err := r.Of(name, WithDeleted)
	if err != nil {
		return nil, err
	}
	live, _ := r.Of(name, WithoutDeleted)
	switch {
	case permanent && len(live) > 0:
		return nil, refuse(CodeSubjectNotDeleted, "subject %s has to be deleted before it can be deleted permanently", name)
	case !permanent && len(live) == 0:
		return nil, refuse(CodeSubjectDeleted, "subject %s is deleted already; it can be deleted permanently", name)
	case !permanent:
		all = live
	}
	return numbers(all), r.delete(ctx, all, permanent)
}

// DeleteVersion implements Registry.
func (r *Local) DeleteVersion(ctx context.Context, name string, number int, permanent bool) (int, error) {
	r.writing.Lock()
	defer r.writing.Unlock()
	v, err := r.Pick(name, number, WithoutDeleted)
	if err != nil {
		var hidden error
		if v, hidden = r.Pick(name, number, WithDeleted); hidden != nil {
			return 0, hidden
		}
	}
	switch live := err == nil; {
	case permanent && live:
		return 0, refuse(CodeVersionNotDeleted, "version %d of subject %s has to be deleted before it can be deleted permanently", v.Version, name)
	case !permanent && !live:
		return 0, refuse(CodeVersionDeleted, "version %d of subject %s is deleted already; it can be deleted permanently", v.Version, name)
	}
	return v.Version, r.delete(ctx, []Version{v}, permanent)
}

// delete deletes versions of one subject. The caller holds writing.
func (r *Local) delete(ctx context.Context, versions []Version, permanent bool) error {
	var changes []change
	for _, v := range versions {
		if mode := r.mode(v.Subject); mode == ReadOnly {
			return refuse(CodeNotPermitted, "subject %s is in mode %s and takes no changes", v.Subject, mode)
		}
		if by := r.ReferencedBy(v.Subject, v.Version); len(by) > 0 {
			return refuse(CodeReferenced, "version %d of subject %s is referred to by the schemas with the ids %v", v.Version, v.Subject, by)
		}
		if permanent {
			changes = append(changes, change{key: versionKey(v.Subject, v.Version)})
		} else {
			changes = append(changes, versionChange(v, true))
		}
	}
	return r.commit(ctx, changes...)
}

// ReferencedBy returns the ids of the schemas that refer to a version,
// ascending.
func (r *Local) ReferencedBy(name string, number int) []int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	ids := map[int]bool{}
	for _, s := range r.subjects {
		for _, v := range s.versions {
			if !v.deleted && slices.ContainsFunc(v.References, func(ref Reference) bool { return ref.Subject == name && ref.Version == number }) {
				ids[v.ID] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(ids))
}
