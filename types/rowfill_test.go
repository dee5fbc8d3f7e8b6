package types_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/internal/randvec"
	"github.com/leatdb/leat/types"
)

// What FillRow makes of two encoded rows is the encoding of the row that the
// vectors give, and what is cut off anywhere is an error or another row, never a
// panic.
func TestFillRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typs := rapid.SliceOfN(randvec.Type(2), 0, 12).Draw(t, "types")
		fill := make([]byte, (len(typs)+7)/8)
		var cols, want []*types.Vector
		for k, typ := range typs {
			v := randvec.Vector(t, typ, 2)
			cols = append(cols, v)
			w := types.NewVector(typ)
			w.Reset(1)
			from := uint32(0)
			if rapid.Bool().Draw(t, "fill") {
				fill[k/8] |= 1 << (k % 8)
				if v.IsNull(0) {
					from = 1
				}
			}
			w.CopyRows([]uint32{0}, v, []uint32{from})
			want = append(want, w)
		}
		row, other := types.AppendRow(nil, cols, 0), types.AppendRow(nil, cols, 1)
		got, err := types.FillRow([]byte("before"), row, other, typs, fill)
		if whole := types.AppendRow([]byte("before"), want, 0); err != nil || !bytes.Equal(got, whole) {
			t.Fatalf("%x filled from %x is %x, %v, expected %x", row, other, got, err, whole)
		}
		if len(row) > 0 {
			cut := rapid.IntRange(0, len(row)-1).Draw(t, "cut")
			if got, err := types.FillRow(nil, row[:cut], other, typs, fill); err == nil {
				t.Fatalf("%x, cut to %d bytes, is filled to %x", row, cut, got)
			}
		}
	})
}
