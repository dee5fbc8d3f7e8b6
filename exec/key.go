package exec

import (
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/state"
	"github.com/leatdb/leat/types"
)

// keyer makes store keys of key columns. Entry k is the key of the k-th row it
// was given. Keys of one whole number go to stores with IntKey, which are much
// faster; all others are encoded in the order of their values.
type keyer struct {
	kind    types.Kind // Of an integer key, else Invalid.
	ints    []int64
	encoded types.Spans
	scratch []byte
}

func newKeyer(schema *plan.Schema) keyer {
	if len(schema.Key) == 1 {
		switch k := schema.Key[0].Type.Kind; k {
		case types.Integer, types.Date, types.Time, types.BigInt, types.Timestamp:
			return keyer{kind: k}
		}
	}
	return keyer{}
}

func (k *keyer) isInt() bool { return k.kind != types.Invalid }

// load makes the entries of the rows. Integer keys are not NULL.
func (k *keyer) load(cols []*types.Vector, rows []uint32) {
	switch k.kind {
	case types.Invalid:
		types.EncodeKeys(cols, rows, &k.encoded)
	case types.BigInt, types.Timestamp:
		k.ints = resize(k.ints, len(rows))
		for i, r := range rows {
			k.ints[i] = cols[0].I64[r]
		}
	default:
		k.ints = resize(k.ints, len(rows))
		for i, r := range rows {
			k.ints[i] = int64(cols[0].I32[r])
		}
	}
}

// upsert finds or makes the groups of entries; see state.Table.UpsertBatch.
func (k *keyer) upsert(t *state.Table, entries, groups []uint32, created []uint64) {
	if k.isInt() {
		t.UpsertInts(k.ints, entries, groups, created)
		return
	}
	keys := state.Keys(k.encoded)
	t.UpsertBatch(&keys, entries, groups, created)
}

// group groups the entries; see state.Groups.
func (k *keyer) group(g *state.Groups, groups []uint32) {
	if k.isInt() {
		g.GroupInts(k.ints, groups)
		return
	}
	keys := state.Keys(k.encoded)
	g.Group(&keys, groups)
}

// find finds the groups of entries, state.None where there is none.
func (k *keyer) find(t *state.Table, entries, groups []uint32) {
	if k.isInt() {
		t.FindInts(k.ints, entries, groups)
		return
	}
	keys := state.Keys(k.encoded)
	t.FindBatch(&keys, entries, groups)
}

// bytes returns the key of an entry as the store's methods take it. It is valid
// until the next call.
func (k *keyer) bytes(entry int) []byte {
	if k.isInt() {
		k.scratch = state.AppendIntKey(k.scratch[:0], k.ints[entry])
		return k.scratch
	}
	key, _ := k.encoded.At(entry)
	return key
}

// decode reads a key of the store into row i of the key columns.
func (k *keyer) decode(key []byte, cols []*types.Vector, i int) error {
	switch k.kind {
	case types.Invalid:
		_, err := types.DecodeKey(key, cols, i)
		return err
	case types.BigInt, types.Timestamp:
		cols[0].I64[i] = state.IntKey(key)
	default:
		cols[0].I32[i] = int32(state.IntKey(key))
	}
	return nil
}

// bound turns an encoded key, or a bound of keys, into one of the store.
func (k *keyer) bound(encoded []byte) []byte {
	if !k.isInt() || encoded == nil {
		return encoded
	}
	v := types.NewVector(&types.Type{Kind: k.kind})
	v.Reset(1)
	rest, err := types.DecodeKey(encoded, []*types.Vector{v}, 0)
	if err != nil || v.IsNull(0) {
		return []byte{} // NULL is below all numbers and equals none.
	}
	n := int64(0)
	if v.I64 != nil {
		n = v.I64[0]
	} else {
		n = int64(v.I32[0])
	}
	return append(state.AppendIntKey(nil, n), rest...)
}

// selected turns the keys and bounds of a pull query into those of the store.
func (k *keyer) selected(want *selection) *selection {
	if !k.isInt() {
		return want
	}
	s := *want
	s.low, s.high = k.bound(want.low), k.bound(want.high)
	if want.keys != nil {
		s.keys = [][]byte{}
	}
	for _, key := range want.keys {
		if b := k.bound(key); len(b) > 0 {
			s.keys = append(s.keys, b)
		}
	}
	return &s
}

func (k *keyer) release() { *k = keyer{kind: k.kind} }
