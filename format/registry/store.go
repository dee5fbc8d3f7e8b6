package registry

import (
	"context"
	"encoding/json"
	"fmt"
)

// Store keeps the changes of a [Local] registry.
type Store interface {
	// Append makes the entries durable behind all before them, all or none. Of
	// entries with one key only the last counts.
	Append(ctx context.Context, entries []Entry) error
}

// Entry is one change as the store keeps it: JSON texts in the form in which
// registries fill the topic `_schemas`; docs/format/schemas.md describes it.
type Entry struct {
	Key   []byte
	Value []byte // nil takes back what was kept under the key.
}

// The kinds of keys.
const (
	schemaKey        = "SCHEMA"
	deleteSubjectKey = "DELETE_SUBJECT"
	clearSubjectKey  = "CLEAR_SUBJECT"
	configKey        = "CONFIG"
	modeKey          = "MODE"
	noopKey          = "NOOP"
)

// change is one entry, read.
type change struct {
	key   entryKey
	value *entryValue // nil: taken back.
}

type entryKey struct {
	Type    string  `json:"keytype"`
	Subject *string `json:"subject"` // null: all subjects.
	Version int     `json:"version,omitempty"`
	Magic   int     `json:"magic"`
}

// entryValue is the value of any kind of key.
type entryValue struct {
	Subject    *string     `json:"subject,omitempty"`
	Version    int         `json:"version,omitempty"`
	ID         int         `json:"id,omitempty"`
	SchemaType Type        `json:"schemaType,omitempty"`
	References []Reference `json:"references,omitempty"`
	Schema     *string     `json:"schema,omitempty"`
	Deleted    *bool       `json:"deleted,omitempty"`
	Level      Level       `json:"compatibilityLevel,omitempty"`
	Mode       Mode        `json:"mode,omitempty"`
}

func versionKey(subject string, number int) entryKey {
	return entryKey{Type: schemaKey, Subject: &subject, Version: number, Magic: 1}
}

// versionChange stores a version; one that is deleted stays known by its id.
func versionChange(v Version, deleted bool) change {
	value := &entryValue{Subject: &v.Subject, Version: v.Version, ID: v.ID, SchemaType: v.Type, References: v.References, Schema: &v.Text, Deleted: &deleted}
	if v.Type == Avro {
		value.SchemaType = "" // As registries leave it out.
	}
	return change{versionKey(v.Subject, v.Version), value}
}

// commit stores changes and applies them. The caller holds writing.
func (r *Local) commit(ctx context.Context, changes ...change) error {
	if r.store != nil {
		entries := make([]Entry, len(changes))
		for i, c := range changes {
			var err error
			if entries[i].Key, err = json.Marshal(c.key); err == nil && c.value != nil {
				entries[i].Value, err = json.Marshal(c.value)
			}
			if err != nil {
				return fmt.Errorf("registry: %w", err)
			}
		}
		if err := r.store.Append(ctx, entries); err != nil {
			return &Error{Code: CodeStore, Message: "the schema cannot be stored: " + err.Error(), cause: err}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range changes {
		r.apply(c)
	}
	return nil
}

// Replay applies an entry that the store has kept. It is called for all of them
// in order, before the registry is used.
func (r *Local) Replay(e Entry) error {
	var c change
	if err := json.Unmarshal(e.Key, &c.key); err != nil {
		return fmt.Errorf("registry: key of an entry: %w", err)
	}
	if e.Value != nil {
		c.value = &entryValue{}
		if err := json.Unmarshal(e.Value, c.value); err != nil {
			return fmt.Errorf("registry: entry %s: %w", e.Key, err)
		}
	}
	if why := c.wrong(); why != "" {
		return fmt.Errorf("registry: entry %.200s: %s", e.Key, why)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.apply(c)
	return nil
}

// wrong tells why the change cannot be applied, or "".
func (c *change) wrong() string {
	switch c.key.Type {
	case schemaKey:
		if c.key.Subject == nil || c.key.Version < 1 {
			return "a schema needs a subject and a version"
		}
		if c.value != nil && (c.value.Schema == nil || c.value.ID < 1) {
			return "a schema needs a text and an id"
		}
	case deleteSubjectKey, clearSubjectKey:
		if c.key.Subject == nil {
			return "there is no subject"
		}
	case configKey, modeKey, noopKey:
	default:
		return fmt.Sprintf("there is no kind %q of entries", c.key.Type)
	}
	return ""
}

// apply makes a change count. The caller holds mu.
func (r *Local) apply(c change) {
	switch c.key.Type {
	case schemaKey:
		r.applyVersion(*c.key.Subject, c.key.Version, c.value)
	case deleteSubjectKey:
		if c.value != nil {
			for i := range r.subject(*c.key.Subject).versions {
				v := &r.subject(*c.key.Subject).versions[i]
				v.deleted = v.deleted || v.Version.Version <= c.value.Version
			}
		}
	case clearSubjectKey:
		for _, v := range r.subject(*c.key.Subject).versions {
			r.applyVersion(*c.key.Subject, v.Version.Version, nil)
		}
	case configKey:
		s, value := r.settings(c.key.Subject), Level("")
		if c.value != nil {
			value = c.value.Level
		}
		s.level = value
	case modeKey:
		s, value := r.settings(c.key.Subject), Mode("")
		if c.value != nil {
			value = c.value.Mode
		}
		s.mode = value
	}
}

// settings returns the settings of a subject, or with nil those of all.
func (r *Local) settings(subject *string) *settings {
	if subject == nil {
		return &r.general
	}
	return &r.subject(*subject).settings
}

func (r *Local) applyVersion(name string, number int, value *entryValue) {
	s := r.subject(name)
	s.last = max(s.last, number)
	at, found := s.find(number)
	if value == nil {
		if found {
			r.drop(s, at)
		}
		return
	}
	v := keptVersion{Version: Version{Subject: name, Version: number, ID: value.ID,
		Schema: Schema{Type: value.SchemaType, Text: *value.Schema, References: value.References}}}
	if v.Type == "" {
		v.Type = Avro
	}
	v.deleted = value.Deleted != nil && *value.Deleted
	r.nextID = max(r.nextID, v.ID+1)
	switch {
	case found && s.versions[at].ID == v.ID: // It is deleted, or back.
		s.versions[at].deleted = v.deleted
		return
	case found:
		r.drop(s, at)
	}
	r.keep(s, at, v)
}
