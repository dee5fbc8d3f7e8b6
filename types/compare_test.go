package types_test

import (
	"cmp"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/internal/randvec"
	"github.com/leatdb/leat/types"
)

// Values compare as keys do, except that BYTES compare as signed numbers.
func TestCompareAtIsKeyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typ := randvec.Type(2).Filter(func(typ *types.Type) bool { return !hasMap(typ) && !hasBytes(typ) }).Draw(t, "type")
		a, b := randvec.Vector(t, typ, 3), randvec.Vector(t, typ, 3)
		for i := range 3 {
			want := keyOrder(typ, a.Any(i), b.Any(i))
			if got := types.CompareAt(a, i, b, i); cmp.Compare(got, 0) != want {
				t.Fatalf("%v against %v is %d, want %d", a.Any(i), b.Any(i), got, want)
			}
			if types.EqualAt(a, i, b, i) != (want == 0) {
				t.Fatalf("%v equals %v: want %v", a.Any(i), b.Any(i), want == 0)
			}
		}
	})
}

func hasBytes(t *types.Type) bool {
	if t.Kind == types.Bytes || t.Elem != nil && hasBytes(t.Elem) {
		return true
	}
	for _, f := range t.Fields {
		if hasBytes(f.Type) {
			return true
		}
	}
	return false
}

func TestCompareBytesIsSigned(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"\x80", "\x7f", -1}, {"\x01", "\x02", -1}, {"a", "ab", -1}, {"a", "a", 0}, {"\xff", "\x00", -1}} {
		if got := types.CompareBytes(c.a, c.b); got != c.want {
			t.Errorf("%q against %q is %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestCompareStringByCodeUnit(t *testing.T) {
	ordered := []string{"", "a", "aaaaaaaaa", "aaaaaaaab", "z", "\u00e9", "\uD7FF", "\U0001F600", "\U0010FFFF", "\uE000", "\uFFFD"}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := types.CompareString("12345678"+a, "12345678"+b); got != cmp.Compare(i, j) {
				t.Errorf("%q against %q is %d", a, b, got)
			}
		}
	}
}

func TestCompareDecimalOfAnyScales(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rat := func() (*types.Vector, *big.Rat) {
			p := rapid.SampledFrom([]int{3, 18, 40}).Draw(t, "precision")
			v := types.NewVector(types.DecimalOf(p, rapid.IntRange(0, p).Draw(t, "scale")))
			x := randvec.NotNull(t, v.Type).(types.DecimalValue)
			if err := v.AppendAny(x); err != nil {
				t.Fatal(err)
			}
			return v, new(big.Rat).SetFrac(x.Unscaled, types.Pow10(x.Scale))
		}
		a, x := rat()
		b, y := rat()
		if got := types.CompareDecimal(a, 0, b, 0); got != x.Cmp(y) {
			t.Fatalf("%v against %v is %d", x, y, got)
		}
	})
}
