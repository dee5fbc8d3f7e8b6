package format

import "github.com/leatdb/leat/types"

// emptyFormat carries no columns: format NONE, and every format when a key or a
// value has none. Bytes that are there anyway are ignored.
type emptyFormat struct {
	value []byte // What a row becomes; nil for null.
}

// newEmpty chooses what an empty value looks like: keys and NONE and KAFKA
// values are null, the others an empty record (no bytes where it would need a
// schema), because a null value would delete the row of a table.
func newEmpty(c *Capability, isKey bool) Format {
	f := &emptyFormat{}
	if !isKey && c.MultiColumn {
		f.value = []byte{}
		if c.WrapDefault && c.Registry == "" {
			f.value = []byte("{}")
		}
	}
	return f
}

func (f *emptyFormat) NewDecoder([]bool) Decoder { return f }
func (f *emptyFormat) NewEncoder() Encoder       { return f }

func (f *emptyFormat) Decode(*types.Spans, []uint32, []*types.Vector, *Errors) {}

func (f *emptyFormat) Encode(_ []*types.Vector, rows []uint32, noValue types.Bitmap, out *types.Spans, _ *Errors) {
	for _, r := range rows {
		if f.value == nil || noValue.Get(int(r)) {
			out.AppendNull()
			continue
		}
		out.Begin()
		out.Data = append(out.Data, f.value...)
		out.End()
	}
}
