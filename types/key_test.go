package types_test

import (
	"bytes"
	"cmp"
	"math"
	"math/big"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/internal/randvec"
	"github.com/leatdb/leat/types"
)

// keyOrder is the order that keys must have, over Go values. It shares nothing
// with the encoding.
func keyOrder(t *types.Type, a, b any) int {
	if a == nil || b == nil {
		return cmp.Compare(truth(a != nil), truth(b != nil))
	}
	switch t.Kind {
	case types.Boolean:
		return cmp.Compare(truth(a.(bool)), truth(b.(bool)))
	case types.Integer:
		return cmp.Compare(a.(int32), b.(int32))
	case types.Date:
		return cmp.Compare(a.(types.DateValue), b.(types.DateValue))
	case types.Time:
		return cmp.Compare(a.(types.TimeValue), b.(types.TimeValue))
	case types.BigInt:
		return cmp.Compare(a.(int64), b.(int64))
	case types.Timestamp:
		return cmp.Compare(a.(types.TimestampValue), b.(types.TimestampValue))
	case types.Double:
		return javaDoubleOrder(a.(float64), b.(float64))
	case types.Decimal:
		return a.(types.DecimalValue).Unscaled.Cmp(b.(types.DecimalValue).Unscaled)
	case types.String:
		return slicesOrder(utf16.Encode([]rune(a.(string))), utf16.Encode([]rune(b.(string))), cmp.Compare[uint16])
	case types.Bytes:
		return bytes.Compare(a.([]byte), b.([]byte))
	case types.Array:
		return slicesOrder(a.([]any), b.([]any), func(x, y any) int { return keyOrder(t.Elem, x, y) })
	}
	x, y := a.(types.StructValue), b.(types.StructValue)
	for i, f := range t.Fields {
		if c := keyOrder(f.Type, x[i].Value, y[i].Value); c != 0 {
			return c
		}
	}
	return 0
}

func javaDoubleOrder(a, b float64) int {
	if a != a || b != b {
		return cmp.Compare(truth(a != a), truth(b != b))
	}
	if c := cmp.Compare(a, b); c != 0 {
		return c
	}
	return cmp.Compare(truth(!math.Signbit(a)), truth(!math.Signbit(b)))
}

func slicesOrder[T any](a, b []T, order func(T, T) int) int {
	for i := range min(len(a), len(b)) {
		if c := order(a[i], b[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// keyTypes draws the types of key columns; MAP has no order.
func keyTypes(t *rapid.T) []*types.Type {
	return rapid.SliceOfN(randvec.Type(2).Filter(func(typ *types.Type) bool { return !hasMap(typ) }), 1, 3).Draw(t, "types")
}

func hasMap(t *types.Type) bool {
	if t.Kind == types.Map || t.Elem != nil && hasMap(t.Elem) {
		return true
	}
	for _, f := range t.Fields {
		if hasMap(f.Type) {
			return true
		}
	}
	return false
}

func TestKeyOrderIsValueOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cols []*types.Vector
		for _, typ := range keyTypes(t) {
			cols = append(cols, randvec.Vector(t, typ, 4))
		}
		for i := range 4 {
			for j := range 4 {
				want := 0
				for _, c := range cols {
					if want = keyOrder(c.Type, c.Any(i), c.Any(j)); want != 0 {
						break
					}
				}
				a, b := types.AppendKey(nil, cols, i), types.AppendKey(nil, cols, j)
				if got := bytes.Compare(a, b); got != want {
					t.Fatalf("rows %d and %d compare %d, keys %x and %x compare %d", i, j, want, a, b, got)
				}
				if want != 0 && bytes.HasPrefix(a, b) {
					t.Fatalf("key %x begins with the key %x", a, b)
				}
			}
		}
	})
}

func TestKeyRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typ := randvec.Type(2).Draw(t, "type")
		cols := []*types.Vector{randvec.Vector(t, typ, 5), randvec.Vector(t, types.StringType, 5)}
		rows := []uint32{0, 2, 3, 4}
		var keys types.Spans
		types.EncodeKeys(cols, rows, &keys)
		back := []*types.Vector{types.NewVector(typ), types.NewVector(types.StringType)}
		back[0].Reset(5)
		back[1].Reset(5)
		for k, r := range rows {
			data, _ := keys.At(k)
			if one := types.AppendKey(nil, cols, int(r)); !bytes.Equal(one, data) {
				t.Fatalf("EncodeKeys %x, AppendKey %x", data, one)
			}
			rest, err := types.DecodeKey(append(bytes.Clone(data), "tail"...), back, int(r))
			if err != nil || string(rest) != "tail" {
				t.Fatalf("decoding left %q, error %v", rest, err)
			}
			for c := range cols {
				if !types.EqualAt(cols[c], int(r), back[c], int(r)) {
					t.Fatalf("column %d row %d: %v became %v", c, r, cols[c].Any(int(r)), back[c].Any(int(r)))
				}
			}
		}
	})
}

// The batch form has fast paths for single columns; they must not differ.
func TestEncodeSingleColumn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := types.NewVector(randvec.Scalar().Draw(t, "type"))
		for range 5 {
			if err := v.AppendAny(randvec.NotNull(t, v.Type)); err != nil {
				t.Fatal(err)
			}
		}
		var keys types.Spans
		rows := []uint32{1, 4}
		for range 2 { // The second time into used memory.
			types.EncodeKeys([]*types.Vector{v}, rows, &keys)
			for k, r := range rows {
				if data, _ := keys.At(k); !bytes.Equal(data, types.AppendKey(nil, []*types.Vector{v}, int(r))) {
					t.Fatalf("row %d: %x", r, data)
				}
			}
		}
	})
}

func TestKeyOfMapsIgnoresEntryOrder(t *testing.T) {
	v := types.NewVector(types.MapOf(types.StringType, types.IntegerType))
	for _, m := range []types.MapValue{{{Key: "a", Value: 1}, {Key: "b", Value: nil}}, {{Key: "b", Value: nil}, {Key: "a", Value: 1}}} {
		if err := v.AppendAny(m); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(types.AppendKeyValue(nil, v, 0), types.AppendKeyValue(nil, v, 1)) || !types.EqualAt(v, 0, v, 1) {
		t.Error("equal maps differ")
	}
}

func FuzzDecodeKey(f *testing.F) {
	typ := types.MustType("STRUCT<A DECIMAL(200, 3), B STRING, C ARRAY<BYTES>, D MAP<INT, DOUBLE>, E BOOLEAN, F BIGINT>")
	v := types.NewVector(typ)
	wide, _ := new(big.Int).SetString("-123456789012345678901234567890", 10)
	for _, x := range []any{nil, types.StructValue{{Name: "A", Value: types.DecimalValue{Unscaled: wide, Scale: 3}}, {Name: "B", Value: "x\x00y"},
		{Name: "C", Value: []any{[]byte{0}, nil}}, {Name: "D", Value: types.MapValue{{Key: int32(1), Value: 1.5}}}, {Name: "E", Value: true}, {Name: "F", Value: int64(-1)}}} {
		if err := v.AppendAny(x); err != nil {
			f.Fatal(err)
		}
		f.Add(types.AppendKeyValue(nil, v, v.Len-1))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		out := types.NewVector(typ)
		out.Reset(1)
		rest, err := types.DecodeKeyValue(data, out, 0)
		if err != nil {
			return
		}
		again := types.AppendKeyValue(nil, out, 0)
		back := types.NewVector(typ)
		back.Reset(1)
		if _, err := types.DecodeKeyValue(again, back, 0); err != nil || !types.EqualAt(out, 0, back, 0) {
			t.Fatalf("%x (read up to %d) became %x, which reads back as %v, %v", data, len(data)-len(rest), again, back.Any(0), err)
		}
	})
}
