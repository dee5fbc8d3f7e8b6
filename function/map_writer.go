package function

import "github.com/leatdb/leat/types"

// mapWriter writes the entries of one row of a MAP<STRING, STRING>; the last
// value put under a key counts, at the place of the first.
type mapWriter struct {
	out          *types.Vector
	row, start   int
	keys, values *types.Vector
	index        map[string]int // Of large maps: where each key is.
}

func newMapWriter(out *types.Vector, row int) mapWriter {
	return mapWriter{out: out, row: row, start: out.Kids[0].Len, keys: out.Kids[0], values: out.Kids[1]}
}

// largeMap is the size from which keys are found by hash.
const largeMap = 64

// put stores strings that live at least as long as the vector's arguments.
func (m *mapWriter) put(key, value string) {
	if k := m.find(key); k >= 0 {
		m.values.Str[k] = value
		return
	}
	k := m.keys.Extend()
	m.keys.Str[k] = key
	m.values.Str[m.values.Extend()] = value
	if m.index != nil {
		m.index[key] = k
	}
}

func (m *mapWriter) find(key string) int {
	if m.index == nil && m.keys.Len-m.start > largeMap {
		m.index = make(map[string]int)
		for k := m.start; k < m.keys.Len; k++ {
			m.index[m.keys.Str[k]] = k
		}
	}
	if m.index != nil {
		if k, ok := m.index[key]; ok {
			return k
		}
		return -1
	}
	for k := m.start; k < m.keys.Len; k++ {
		if m.keys.Str[k] == key {
			return k
		}
	}
	return -1
}

func (m *mapWriter) close() {
	m.out.Span[m.row] = types.Span{Start: uint32(m.start), Len: uint32(m.keys.Len - m.start)}
}
