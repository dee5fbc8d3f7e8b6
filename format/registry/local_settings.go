package registry

import (
	"cmp"
	"context"
	"slices"
)

// Compatibility implements Registry.
func (r *Local) Compatibility(_ context.Context, name string) (Level, error) {
	own, general := r.OwnCompatibility(name), r.OwnCompatibility("")
	return cmp.Or(own, general, Backward), nil
}

// OwnCompatibility returns the level that was set for a subject itself, or with
// the empty name for all; empty if none was.
func (r *Local) OwnCompatibility(name string) Level { return r.own(name).level }

// own returns what was set for a subject itself, or with the empty name for all.
func (r *Local) own(name string) settings {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if name == "" {
		return r.general
	}
	if s := r.subjects[name]; s != nil {
		return s.settings
	}
	return settings{}
}

// SetCompatibility implements Registry.
func (r *Local) SetCompatibility(ctx context.Context, name string, l Level) error {
	if l != "" && !slices.Contains(Levels, l) {
		return refuse(CodeInvalidLevel, "there is no level of compatibility %q; expected one of %v", l, Levels)
	}
	c := change{key: settingKey(configKey, name)}
	if l != "" {
		c.value = &entryValue{Level: l}
	}
	return r.set(ctx, c)
}

// Mode implements Registry.
func (r *Local) Mode(_ context.Context, name string) (Mode, error) { return r.mode(name), nil }

func (r *Local) mode(name string) Mode {
	return cmp.Or(r.own(name).mode, r.own("").mode, ReadWrite)
}

// OwnMode returns the mode that was set for a subject itself, or with the empty
// name for all; empty if none was.
func (r *Local) OwnMode(name string) Mode { return r.own(name).mode }

// SetMode implements Registry.
func (r *Local) SetMode(ctx context.Context, name string, m Mode) error {
	if m != "" && !slices.Contains(Modes, m) {
		return refuse(CodeInvalidMode, "there is no mode %q; expected one of %v", m, Modes)
	}
	c := change{key: settingKey(modeKey, name)}
	if m != "" {
		c.value = &entryValue{Mode: m}
	}
	return r.set(ctx, c)
}

func (r *Local) set(ctx context.Context, c change) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	return r.commit(ctx, c)
}

func settingKey(kind, name string) entryKey {
	k := entryKey{Type: kind}
	if name != "" {
		k.Subject = &name
	}
	return k
}
