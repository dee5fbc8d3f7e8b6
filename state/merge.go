package state

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// merged is the sum of several deltas of one store: for each key the last
// operation, and the drops. It refers to the deltas' bytes.
//
// Deltas are added newest first, so that only the operation that counts makes
// an entry: merging many commits over few keys costs a probe per operation.
type merged struct {
	header    header
	drops     []keyRange
	deltas    [][]byte
	prefixes  [][]byte
	prefixNum map[string]uint32
	entries   []mergedEntry
	index     byteIndex
}

type mergedEntry struct {
	delta  uint32 // Index in deltas.
	prefix uint32 // Index in prefixes.
	pos    uint32 // Where the operation begins,
	end    uint32 // and where it ends.
}

// keyRange is low <= key < high.
type keyRange struct{ low, high []byte }

func (k keyRange) has(prefix, key []byte) bool {
	return compareParts(prefix, key, k.low) >= 0 && compareParts(prefix, key, k.high) < 0
}

func (k keyRange) covers(other keyRange) bool {
	return bytes.Compare(k.low, other.low) <= 0 && bytes.Compare(k.high, other.high) >= 0
}

// compareParts compares prefix+key with b.
func compareParts(prefix, key, b []byte) int {
	n := min(len(prefix), len(b))
	if c := bytes.Compare(prefix[:n], b[:n]); c != 0 {
		return c
	}
	if n < len(prefix) {
		return 1
	}
	return bytes.Compare(key, b[n:])
}

// mergeDeltas merges deltas given oldest first.
func mergeDeltas(deltas [][]byte) (*merged, error) {
	m := &merged{prefixNum: map[string]uint32{}}
	for _, d := range slices.Backward(deltas) {
		if err := m.addOlder(d); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *merged) addOlder(data []byte) error {
	r := readDelta(data)
	if len(m.deltas) == 0 {
		m.header = r.header
	}
	self := uint32(len(m.deltas))
	m.deltas = append(m.deltas, data)
	newer := m.drops
	prefix, number := []byte(nil), m.prefixNumber(nil)
	for r.next() {
		if !bytes.Equal(r.prefix, prefix) {
			prefix, number = r.prefix, m.prefixNumber(r.prefix)
		}
		if r.op == opDrop {
			m.addDrop(keyRange{r.key, r.val})
			continue
		}
		dropped := false
		for _, d := range newer {
			dropped = dropped || d.has(r.prefix, r.key)
		}
		if !dropped {
			m.add(r.key, mergedEntry{self, number, uint32(r.start), uint32(r.pos)})
		}
	}
	return r.err
}

func (m *merged) prefixNumber(p []byte) uint32 {
	n, ok := m.prefixNum[string(p)]
	if !ok {
		n = uint32(len(m.prefixes))
		m.prefixNum[string(p)] = n
		m.prefixes = append(m.prefixes, p)
	}
	return n
}

// addDrop adds a range unless a newer drop covers it, which is the rule: what
// expires only advances.
func (m *merged) addDrop(d keyRange) {
	for _, have := range m.drops {
		if have.covers(d) {
			return
		}
	}
	m.drops = append(m.drops, d)
}

// add adds an operation unless there is a newer one for its key. Within a delta
// the later operation is the newer.
func (m *merged) add(key []byte, e mergedEntry) {
	if n := m.find(e.prefix, key); n != None {
		if m.entries[n].delta == e.delta {
			m.entries[n] = e
		}
		return
	}
	m.index.insert(m.tag(e.prefix, key), uint32(len(m.entries)))
	m.entries = append(m.entries, e)
}

// has tells whether there is an operation for a key.
func (m *merged) has(prefix, key []byte) bool {
	number, ok := m.prefixNum[string(prefix)]
	return ok && m.find(number, key) != None
}

// find returns the entry of a key, or None.
func (m *merged) find(prefix uint32, key []byte) uint32 {
	if m.index.n == 0 {
		return None
	}
	tag := m.tag(prefix, key)
	for i := m.index.first(tag); m.index.slots[i] != 0; i = m.index.next(i) {
		if uint32(m.index.slots[i]>>32) != tag {
			continue
		}
		n := uint32(m.index.slots[i]) - 1
		if have := m.entries[n]; have.prefix == prefix && bytes.Equal(m.key(have), key) {
			return n
		}
	}
	return None
}

func (m *merged) tag(prefix uint32, key []byte) uint32 {
	return uint32((hashBytes(key) + uint64(prefix)*mul2) * mul1 >> 32)
}

func (m *merged) key(e mergedEntry) []byte {
	data := m.deltas[e.delta][e.pos+1:]
	n, used := binary.Uvarint(data)
	return data[used : used+int(n)]
}

// each calls fn for every entry; val is nil for a deletion.
func (m *merged) each(fn func(prefix, key, val []byte) error) error {
	for _, e := range m.entries {
		data := m.deltas[e.delta][e.pos:]
		op, data := data[0], data[1:]
		n, used := binary.Uvarint(data)
		key, data := data[used:used+int(n)], data[used+int(n):]
		var val []byte
		if op == opPut {
			n, used = binary.Uvarint(data)
			val = data[used : used+int(n) : used+int(n)]
		}
		if err := fn(m.prefixes[e.prefix], key, val); err != nil {
			return err
		}
	}
	return nil
}

// appendDelta writes the sum as one delta: its operations, as they stand in the
// deltas, without a step through their fields.
func (m *merged) appendDelta(dst []byte) []byte {
	if len(m.prefixes) > 1 {
		m.index = byteIndex{} // It numbers the entries as they stand.
		slices.SortStableFunc(m.entries, func(a, b mergedEntry) int { return int(a.prefix) - int(b.prefix) })
	}
	dst = slices.Grow(dst, m.deltaLen())
	dst = m.header.append(dst)
	for _, d := range m.drops {
		dst = appendDrop(dst, d.low, d.high)
	}
	last := m.prefixNumber(nil)
	for _, e := range m.entries {
		if e.prefix != last {
			dst, last = appendPrefix(dst, m.prefixes[e.prefix]), e.prefix
		}
		dst = append(dst, m.deltas[e.delta][e.pos:e.end]...)
	}
	return dst
}

// deltaLen is about what appendDelta needs, and not less but for many prefixes.
func (m *merged) deltaLen() int {
	n := 64
	for _, d := range m.drops {
		n += 16 + len(d.low) + len(d.high)
	}
	for _, p := range m.prefixes {
		n += 8 + len(p)
	}
	for _, e := range m.entries {
		n += int(e.end - e.pos)
	}
	return n
}
