package state

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
)

// Meta is a store of a few named values, such as a task's stream time. All of
// them are in memory.
type Meta struct {
	c      *core
	loaded bool
	values map[string][]byte
	dirty  []string
	err    error
}

// Meta opens a store of a few named values.
func (db *DB) Meta(name string) (*Meta, error) {
	c, err := db.openCore(name, header{kind: kindMeta})
	if err != nil {
		return nil, err
	}
	return &Meta{c: c}, nil
}

func (m *Meta) load() {
	if m.loaded {
		return
	}
	m.loaded = true
	m.values = map[string][]byte{}
	in, err := m.c.inherit()
	if err != nil {
		m.err = err
		return
	}
	if !in.empty {
		c := m.c.cursor(nil, nil, nil)
		defer c.close()
		for ; c.valid(); c.next() {
			name := string(within(c.key()))
			if err := c.value(func(val []byte) error {
				m.values[name] = bytes.Clone(val)
				return nil
			}); err != nil {
				m.err = err
			}
		}
	}
	if in.pending != nil {
		err := in.pending.each(func(_, key, val []byte) error {
			m.values[string(key)] = bytes.Clone(val)
			return nil
		})
		if err != nil {
			m.err = err
		}
	}
}

// Int returns a number, 0 if it was never set.
func (m *Meta) Int(name string) int64 {
	if v := m.Get(name); len(v) == 8 {
		return int64(binary.BigEndian.Uint64(v))
	}
	return 0
}

// SetInt sets a number.
func (m *Meta) SetInt(name string, v int64) {
	var buf [8]byte
	binary.BigEndian.PutUint64(buf[:], uint64(v))
	m.Set(name, buf[:])
}

// Get returns a value, nil if it was never set. It must not be changed.
func (m *Meta) Get(name string) []byte {
	m.load()
	return m.values[name]
}

// Set stores a copy of a value.
func (m *Meta) Set(name string, v []byte) {
	m.load()
	if old, ok := m.values[name]; ok && bytes.Equal(old, v) {
		return
	}
	m.values[name] = append([]byte{}, v...)
	if !slices.Contains(m.dirty, name) {
		m.dirty = append(m.dirty, name)
	}
}

// Name returns the store's name.
func (m *Meta) Name() string { return m.c.name }

// AppendDelta appends the changes since the last call; see Store.
func (m *Meta) AppendDelta(dst []byte) ([]byte, error) {
	if m.err != nil || len(m.dirty) == 0 {
		return dst, m.err
	}
	dst, w, err := m.c.beginDelta(dst)
	if err != nil {
		return dst, err
	}
	for _, name := range m.dirty {
		dst = appendPut(dst, []byte(name), m.values[name])
	}
	m.dirty = m.dirty[:0]
	return w.end(dst), nil
}

// DirtyBytes estimates what the next delta needs.
func (m *Meta) DirtyBytes() int { return 32 * len(m.dirty) }

// Trim does nothing: the values are few.
func (m *Meta) Trim() {}

// Close gives up the store; see Store.
func (m *Meta) Close() {
	*m = Meta{c: m.c, loaded: true, values: map[string][]byte{}, err: fmt.Errorf("store %s: %w", m.c.name, ErrClosed)}
	m.c.close()
}
