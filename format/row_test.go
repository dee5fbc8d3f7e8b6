package format_test

import (
	"testing"

	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/types"
)

func TestInternalFormatKeepsRows(t *testing.T) {
	columns := []types.Column{{Name: "A", Type: types.BigIntType}, {Name: "B", Type: types.MustType("ARRAY<STRUCT<x STRING, y DECIMAL(4,2)>>")}, {Name: "C", Type: types.StringType}}
	f, err := format.New(format.Spec{Name: format.Internal, Columns: columns})
	if err != nil {
		t.Fatal(err)
	}
	if _, known := format.Lookup(format.Internal); known {
		t.Error("the internal format can be named in SQL")
	}
	cols := make([]*types.Vector, len(columns))
	for i, c := range columns {
		cols[i] = types.NewVector(c.Type)
	}
	for _, row := range [][]any{{int64(7), []any{types.StructValue{{Name: "X", Value: "q"}, {Name: "Y", Value: nil}}}, "text"}, {nil, nil, nil}, {int64(-1), []any{}, ""}} {
		for i, v := range row {
			if err := cols[i].AppendAny(v); err != nil {
				t.Fatal(err)
			}
		}
	}
	var noValue types.Bitmap
	noValue = noValue.Grow(3)
	noValue.Set(1)
	var spans types.Spans
	f.NewEncoder().Encode(cols, []uint32{0, 1, 2}, noValue, &spans, nil)
	out := []*types.Vector{types.NewVector(columns[0].Type), types.NewVector(columns[1].Type), nil}
	out[0].Reset(3)
	out[1].Reset(3)
	var errs format.Errors
	f.NewDecoder([]bool{true, true, false}).Decode(&spans, []uint32{0, 1, 2}, out, &errs)
	if len(errs.Records) > 0 {
		t.Fatal(errs.Records[0].Error())
	}
	for r, wantNull := range []bool{false, true, false} {
		for c := range 2 {
			if out[c].IsNull(r) != wantNull || !wantNull && !types.EqualAt(out[c], r, cols[c], r) {
				t.Errorf("row %d column %d: %v", r, c, out[c].Any(r))
			}
		}
	}
	damaged := types.Spans{Data: []byte{0, 1}, Pos: []uint32{0}, Len: []int32{2}}
	f.NewDecoder([]bool{true, true, false}).Decode(&damaged, []uint32{0}, out, &errs)
	if len(errs.Records) != 1 {
		t.Errorf("a damaged row was read: %v", errs.Records)
	}
}
