package types_test

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/internal/randvec"
	"github.com/leatdb/leat/types"
)

func TestJavaDouble(t *testing.T) {
	for _, c := range []struct {
		f    float64
		want string
	}{
		{0, "0.0"}, {math.Copysign(0, -1), "-0.0"}, {1, "1.0"}, {-1.5, "-1.5"}, {0.1, "0.1"}, {100, "100.0"},
		{0.001, "0.001"}, {0.0009999, "9.999E-4"}, {9999999, "9999999.0"}, {1e7, "1.0E7"}, {1e10, "1.0E10"}, {12345678.9, "1.23456789E7"},
		{1e23, "1.0E23"}, {2e-10, "2.0E-10"}, {4.9e-324, "4.9E-324"}, {math.MaxFloat64, "1.7976931348623157E308"},
		{2.2250738585072014e-308, "2.2250738585072014E-308"}, {-1e100, "-1.0E100"},
		{math.NaN(), "NaN"}, {math.Inf(1), "Infinity"}, {math.Inf(-1), "-Infinity"},
	} {
		if got := string(types.AppendJavaDouble(nil, c.f)); got != c.want {
			t.Errorf("%v prints as %s, want %s", c.f, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64().Draw(t, "f")
		back, err := strconv.ParseFloat(string(types.AppendJavaDouble(nil, f)), 64)
		if err != nil || back != f {
			t.Fatalf("%v printed and read is %v, %v", f, back, err)
		}
	})
}

// parse reads text as the type and prints the value again.
func parse(typ *types.Type, text string) string {
	v := types.NewVector(typ)
	v.Reset(1)
	if err := types.ParseText(text, v, 0); err != nil {
		return "error"
	}
	return string(v.AppendText(nil, 0))
}

func TestParseText(t *testing.T) {
	for _, c := range []struct{ typ, text, want string }{
		{"BOOLEAN", "true", "true"}, {"BOOLEAN", " YeS ", "true"}, {"BOOLEAN", "t", "true"}, {"BOOLEAN", "y", "true"},
		{"BOOLEAN", "false", "false"}, {"BOOLEAN", "trues", "false"}, {"BOOLEAN", "", "false"}, {"BOOLEAN", "1", "false"},
		{"INTEGER", " 12 ", "12"}, {"INTEGER", "+7", "7"}, {"INTEGER", "-2147483648", "-2147483648"}, {"INTEGER", "2147483648", "error"},
		{"INTEGER", "1.0", "error"}, {"INTEGER", "", "error"}, {"INTEGER", "1_000", "error"}, {"BIGINT", "9223372036854775807", "9223372036854775807"},
		{"BIGINT", "9223372036854775808", "error"}, {"DOUBLE", "1e3", "1000.0"}, {"DOUBLE", " .5", "0.5"}, {"DOUBLE", "1d", "1.0"}, {"DOUBLE", "2F", "2.0"},
		{"DOUBLE", "NaN", "error"}, {"DOUBLE", "Infinity", "error"}, {"DOUBLE", "1e400", "error"}, {"DOUBLE", "0x1p3", "8.0"}, {"DOUBLE", "d", "error"},
		{"DOUBLE", "1_0", "error"}, {"DOUBLE", "", "error"},
		{"DECIMAL(4, 2)", "12.34", "12.34"}, {"DECIMAL(4, 2)", "12.345", "12.35"}, {"DECIMAL(4, 2)", "-12.345", "-12.35"}, {"DECIMAL(4, 2)", "-12.344", "-12.34"},
		{"DECIMAL(4, 2)", "99.995", "error"}, {"DECIMAL(4, 2)", "99.994", "99.99"}, {"DECIMAL(4, 2)", "100", "error"}, {"DECIMAL(4, 2)", "1E1", "10.00"},
		{"DECIMAL(4, 2)", "1e2", "error"}, {"DECIMAL(4, 2)", "0e999999999", "0.00"}, {"DECIMAL(4, 2)", "1e-999999999", "0.00"},
		{"DECIMAL(4, 2)", "1e999999999", "error"}, {"DECIMAL(4, 2)", "0.005", "0.01"}, {"DECIMAL(4, 2)", "0.0049", "0.00"}, {"DECIMAL(4, 2)", ".", "error"},
		{"DECIMAL(4, 2)", "1.2.3", "error"}, {"DECIMAL(4, 2)", "1e", "error"}, {"DECIMAL(4, 2)", "x", "error"}, {"DECIMAL(4, 2)", "5.", "5.00"},
		{"DECIMAL(30, 5)", "1234567890123456789012345.678905", "1234567890123456789012345.67891"}, {"DECIMAL(20, 0)", "99999999999999999999.5", "error"},
		{"DECIMAL(20, 0)", "9999999999999999999.5", "10000000000000000000"}, {"DECIMAL(25, 0)", "-1e24", "-1000000000000000000000000"},
		{"STRING", " a ", " a "}, {"BYTES", "AQID", "AQID"}, {"BYTES", "AQ==", "AQ=="}, {"BYTES", "AQ", "AQ=="}, {"BYTES", "", ""},
		{"BYTES", "A", "error"}, {"BYTES", "AQ=", "error"}, {"BYTES", "A*ID", "error"}, {"BYTES", "AQ\nID", "error"}, {"BYTES", "=", "error"},
		{"DATE", "2021-02-28", "2021-02-28"}, {"DATE", "2021-02", "2021-02-01"}, {"DATE", "2021", "2021-01-01"}, {"DATE", "2021-02-29", "error"},
		{"DATE", "2020-02-29", "2020-02-29"}, {"DATE", "2021-13-01", "error"}, {"DATE", "2021-00-01", "error"}, {"DATE", "2021-01-01T00:00", "error"},
		{"DATE", "0000-01-01", "0000-01-01"}, {"DATE", "-0001-01-01", "-0001-01-01"}, {"DATE", "+12345-01-01", "+12345-01-01"}, {"DATE", "21-01-01", "error"},
		{"TIME", "12:34", "12:34"}, {"TIME", "12:34:56", "12:34:56"}, {"TIME", "12:34:56.7", "12:34:56.700"}, {"TIME", "12:34:56.123456", "12:34:56.123"},
		{"TIME", "00:00:00.000", "00:00"}, {"TIME", "24:00", "error"}, {"TIME", "12", "error"}, {"TIME", "12:60", "error"}, {"TIME", "12:34:56.", "error"},
		{"TIMESTAMP", "2021", "2021-01-01T00:00:00.000"}, {"TIMESTAMP", "2021-02-03", "2021-02-03T00:00:00.000"}, {"TIMESTAMP", "2021-02-03T04", "2021-02-03T04:00:00.000"},
		{"TIMESTAMP", "2021-02-03T04:05:06.007", "2021-02-03T04:05:06.007"}, {"TIMESTAMP", "2021-02-03T04:05:06Z", "2021-02-03T04:05:06.000"},
		{"TIMESTAMP", "2021-02-03T04:05:06+0100", "2021-02-03T03:05:06.000"}, {"TIMESTAMP", "2021-02-03T04:05:06.5-01:30", "2021-02-03T05:35:06.500"},
		{"TIMESTAMP", "2021-02-03T04:05+02", "2021-02-03T02:05:00.000"}, {"TIMESTAMP", "2021-02-03 04:05", "error"}, {"TIMESTAMP", "2021-02-03T04:05:06+25", "error"},
		{"TIMESTAMP", "2021-02-03T", "error"}, {"TIMESTAMP", "1969-12-31T23:59:59.999", "1969-12-31T23:59:59.999"}, {"TIMESTAMP", "x", "error"},
		{"ARRAY<INT>", "[1]", "error"},
	} {
		if got := parse(types.MustType(c.typ), c.text); got != c.want {
			t.Errorf("%q as %s is %s, want %s", c.text, c.typ, got, c.want)
		}
	}
}

func TestParseErrorsTellWhatIsWanted(t *testing.T) {
	v := types.NewVector(types.DecimalOf(4, 2))
	v.Reset(1)
	err := types.ParseText("-123.456", v, 0)
	var over *types.DecimalOverflow
	if !errors.As(err, &over) || !strings.Contains(err.Error(), "precision 4 and scale 2") || !strings.Contains(err.Error(), "10^2, got -123.456") {
		t.Errorf("%v", err)
	}
	d := types.NewVector(types.DateType)
	d.Reset(1)
	if err := types.ParseText("soon", d, 0); err == nil || err.Error() != `"soon" is not a DATE value: expected yyyy-MM-dd, yyyy-MM or yyyy` {
		t.Errorf("%v", err)
	}
}

func TestNestedText(t *testing.T) {
	v := types.NewVector(types.MustType("STRUCT<A ARRAY<STRING>, `b` MAP<STRING, DOUBLE>, C STRUCT<X INT, Y INT>, D INT>"))
	err := v.AppendAny(types.StructValue{{Value: []any{"a", nil}}, {Value: types.MapValue{{Key: "k", Value: 1e10}, {Key: "l", Value: nil}}},
		{Value: types.StructValue{{Value: nil}, {Value: 2}}}, {Value: nil}})
	if err != nil {
		t.Fatal(err)
	}
	v.AppendNull()
	if got, want := string(v.AppendText(nil, 0)), "Struct{A=[a, null],b={k=1.0E10, l=null},C=Struct{Y=2}}"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := string(v.AppendText(nil, 1)); got != "null" {
		t.Errorf("NULL prints as %s", got)
	}
}

// The text of every scalar but DOUBLE's NaN and infinities reads back.
func TestTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typ := randvec.Scalar().Draw(t, "type")
		v, back := types.NewVector(typ), types.NewVector(typ)
		x := randvec.NotNull(t, typ)
		if f, ok := x.(float64); ok && (math.IsInf(f, 0) || f != f) {
			return
		}
		if err := v.AppendAny(x); err != nil {
			t.Fatal(err)
		}
		back.Reset(1)
		text := string(v.AppendText(nil, 0))
		if err := types.ParseText(text, back, 0); err != nil || !types.EqualAt(v, 0, back, 0) {
			t.Fatalf("%v prints as %s and reads as %v, %v", x, text, back.Any(0), err)
		}
	})
}

func TestTimesAgreeWithPackageTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(-62135596800000, 253402300799999).Draw(t, "ms") // Years 1 to 9999.
		want := time.UnixMilli(ms).UTC()
		if got := string(types.AppendTimestamp(nil, ms)); got != want.Format("2006-01-02T15:04:05.000") {
			t.Fatalf("%d prints as %s", ms, got)
		}
		if got := string(types.AppendDate(nil, int32(want.Unix()/86400))); want.Unix() >= 0 && got != want.Format("2006-01-02") {
			t.Fatalf("day of %d prints as %s", ms, got)
		}
	})
}

// Rounding is checked against rational arithmetic.
func TestRoundDecimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom([]int{1, 5, 18, 19, 40}).Draw(t, "precision")
		v := types.NewVector(types.DecimalOf(p, rapid.IntRange(0, p).Draw(t, "scale")))
		v.Reset(1)
		from := rapid.IntRange(0, 45).Draw(t, "from")
		x := randvec.NotNull(t, types.DecimalOf(45, from)).(types.DecimalValue).Unscaled

		scaled := new(big.Rat).SetFrac(new(big.Int).Mul(x, types.Pow10(v.Type.Scale)), types.Pow10(from))
		half := new(big.Rat).Add(new(big.Rat).Abs(scaled), big.NewRat(1, 2))
		want := new(big.Int).Quo(half.Num(), half.Denom())
		if x.Sign() < 0 {
			want.Neg(want)
		}
		fits := want.CmpAbs(types.Pow10(p)) < 0

		check := func(how string, err error) {
			if (err == nil) != fits || fits && v.BigAt(0).Cmp(want) != 0 {
				t.Fatalf("%s of %v/10^%d as %s is %v, %v; want %v, fits %v", how, x, from, v.Type, v.BigAt(0), err, want, fits)
			}
		}
		check("RoundDecimal", types.RoundDecimal(v, 0, x, from))
		check("ParseDecimal", types.ParseDecimal(types.DecimalText(x, from), v, 0))
		if x.IsInt64() {
			check("RoundDecimal64", types.RoundDecimal64(v, 0, x.Int64(), from))
		}
	})
}

func FuzzParseText(f *testing.F) {
	kinds := []string{"BOOLEAN", "INTEGER", "BIGINT", "DOUBLE", "DECIMAL(10, 3)", "DECIMAL(40, 20)", "BYTES", "DATE", "TIME", "TIMESTAMP"}
	for _, s := range []string{"", "-1.5e3", "2021-02-03T04:05:06.7+01:00", "12:34", "AQ==", "yes", "0x1p-2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range kinds {
			typ := types.MustType(kind)
			once := parse(typ, text)
			if once != "error" && parse(typ, once) != once {
				t.Fatalf("%q as %s prints as %q, which reads as %q", text, kind, once, parse(typ, once))
			}
		}
	})
}
