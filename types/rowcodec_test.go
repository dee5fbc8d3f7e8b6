package types_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/internal/randvec"
	"github.com/leatdb/leat/types"
)

func TestRowRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cols, back []*types.Vector
		for _, typ := range rapid.SliceOfN(randvec.Type(2), 0, 12).Draw(t, "types") {
			cols = append(cols, randvec.Vector(t, typ, 3))
			b := types.NewVector(typ)
			b.Reset(3)
			back = append(back, b)
		}
		for _, row := range []int{2, 0, 1} { // Any order, and twice into the same row.
			data := types.AppendRow(nil, cols, row)
			for range 2 {
				rest, err := types.DecodeRow(append(bytes.Clone(data), 7), back, row)
				if err != nil || len(rest) != 1 {
					t.Fatalf("decoding %x left %x, error %v", data, rest, err)
				}
			}
			if again := types.AppendRow(nil, back, row); !bytes.Equal(again, data) {
				t.Fatalf("%x read back and written is %x", data, again)
			}
			for c := range cols {
				if !types.EqualAt(cols[c], row, back[c], row) {
					t.Fatalf("%v became %v", cols[c].Any(row), back[c].Any(row))
				}
			}
		}
	})
}

func TestRowIsCompact(t *testing.T) {
	cols := []*types.Vector{types.NewVector(types.BigIntType), types.NewVector(types.StringType), types.NewVector(types.DecimalOf(9, 2)), types.NewVector(types.DoubleType)}
	cols[0].Reset(1)
	cols[0].I64[0] = 12
	cols[1].Reset(1)
	cols[1].Str[0] = "abc"
	cols[2].Reset(1)
	cols[2].SetDecimal64(0, 250)
	cols[3].AppendNull()
	if got := types.AppendRow(nil, cols, 0); !bytes.Equal(got, []byte("\x08\x18\x03abc\x02\xfa")) {
		t.Errorf("% x", got)
	}
}

func FuzzDecodeRow(f *testing.F) {
	var cols []*types.Vector
	for _, text := range []string{"DECIMAL(30, 2)", "STRING", "ARRAY<STRUCT<A INT, B BYTES>>", "MAP<STRING, ARRAY<BIGINT>>", "DOUBLE", "BOOLEAN"} {
		cols = append(cols, types.NewVector(types.MustType(text)))
	}
	reset := func() {
		for _, c := range cols {
			c.Reset(1)
		}
	}
	reset()
	cols[2].AppendNull()
	f.Add(types.AppendRow(nil, cols, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		reset()
		if _, err := types.DecodeRow(data, cols, 0); err != nil {
			return
		}
		once := types.AppendRow(nil, cols, 0)
		reset()
		if rest, err := types.DecodeRow(once, cols, 0); err != nil || len(rest) != 0 {
			t.Fatalf("%x read and written is %x, which does not read back: %v", data, once, err)
		}
		if twice := types.AppendRow(nil, cols, 0); !bytes.Equal(once, twice) {
			t.Fatalf("%x became %x", once, twice)
		}
	})
}
