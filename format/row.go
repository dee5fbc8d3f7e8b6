package format

import (
	"github.com/leatdb/leat/types"
)

// Internal is the format of values in internal topics: the row encoding of
// package types. It carries every type, costs less than any format for others
// to read, and cannot be named in SQL: Lookup does not know it.
const Internal = "ROW"

// rowFormat writes all columns of a row as types.AppendRow does.
type rowFormat struct{ columns []types.Column }

func (f rowFormat) NewEncoder() Encoder { return f }

func (f rowFormat) NewDecoder(needed []bool) Decoder {
	return &rowDecoder{columns: f.columns, needed: allNeeded(needed, len(f.columns)), into: make([]*types.Vector, len(f.columns))}
}

// Encode cannot fail: every row has an encoding.
func (rowFormat) Encode(cols []*types.Vector, rows []uint32, noValue types.Bitmap, out *types.Spans, _ *Errors) {
	for _, r := range rows {
		if noValue.Get(int(r)) {
			out.AppendNull()
			continue
		}
		out.Begin()
		out.Data = types.AppendRow(out.Data, cols, int(r))
		out.End()
	}
}

// rowDecoder reads whole rows; the columns that are not needed go to vectors of
// its own.
type rowDecoder struct {
	columns []types.Column
	needed  []bool
	into    []*types.Vector
}

func (d *rowDecoder) Decode(in *types.Spans, rows []uint32, out []*types.Vector, errs *Errors) {
	if len(rows) == 0 {
		return
	}
	nullUnneeded(d.needed, out)
	for c, col := range d.columns {
		if d.needed[c] {
			d.into[c] = out[c]
			continue
		}
		if d.into[c] == nil {
			d.into[c] = types.NewVector(col.Type)
		}
		d.into[c].Reset(int(rows[len(rows)-1]) + 1)
	}
	for _, r := range rows {
		b, ok := in.At(int(r))
		if !ok {
			setNull(d.needed, out, int(r))
			continue
		}
		if rest, err := types.DecodeRow(b, d.into, int(r)); err != nil {
			errs.add(r, "", err.Error())
		} else if len(rest) > 0 {
			errs.add(r, "", "bytes are left over behind the row")
		}
	}
}
