package state

// Meta is a store of a few named values, such as a task's stream time. All of
// them are in memory.
type Meta struct{}

// Int returns a number, 0 if it was never set.
func (m *Meta) Int(name string) int64 { panic("not built") }

// SetInt sets a number.
func (m *Meta) SetInt(name string, v int64) { panic("not built") }

// Get returns a value, nil if it was never set.
func (m *Meta) Get(name string) []byte { panic("not built") }

// Set stores a copy of a value.
func (m *Meta) Set(name string, v []byte) { panic("not built") }

func (m *Meta) Name() string                           { panic("not built") }
func (m *Meta) AppendDelta(dst []byte) ([]byte, error) { panic("not built") }
func (m *Meta) DirtyBytes() int                        { panic("not built") }
func (m *Meta) Trim()                                  { panic("not built") }
func (m *Meta) Close()                                 { panic("not built") }

// Meta opens a store of a few named values.
func (db *DB) Meta(name string) (*Meta, error) { panic("not built") }
