package function

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/types"
)

var (
	nan = math.NaN()
	inf = math.Inf(1)
)

func TestAbsAndSign(t *testing.T) {
	run(t,
		eq("3", "ABS", -3), eq("-2147483648", "ABS", math.MinInt32), eq("-9223372036854775808", "ABS", int64(math.MinInt64)), eq("0.0", "ABS", math.Copysign(0, -1)),
		eq("1.50", "ABS", dec(3, 2, "-1.5")), eq("12345678901234567890.5", "ABS", dec(21, 1, "-12345678901234567890.5")), eq("9223372036854775808", "ABS", dec(19, 0, "-9223372036854775808")),
		eq("NULL", "ABS", null("INT")), eq("NULL", "ABS", null("BIGINT")), eq("NULL", "ABS", null("DOUBLE")), eq("NULL", "ABS", null("DECIMAL(3, 1)")),
		eq("-1", "SIGN", -7), eq("1", "SIGN", int64(7)), eq("0", "SIGN", 0.0), eq("0", "SIGN", nan), eq("-1", "SIGN", -inf), eq("NULL", "SIGN", null("INT")),
	)
}

func TestDoubles(t *testing.T) {
	for _, name := range []string{"ACOS", "ASIN", "ATAN", "CBRT", "COS", "COSH", "COT", "DEGREES", "EXP", "LN", "LOG", "RADIANS", "SIN", "SINH", "SQRT", "TAN", "TANH"} {
		run(t, eq("NULL", name, null("INT")), eq("NULL", name, null("BIGINT")), eq("NULL", name, null("DOUBLE")))
		if a, b, c := eq("", name, 1).eval(t, NewRegistry(), ""), eq("", name, int64(1)).eval(t, NewRegistry(), ""), eq("", name, 1.0).eval(t, NewRegistry(), ""); a != b || b != c {
			t.Errorf("%s(1) is %s, %s and %s", name, a, b, c)
		}
	}
	run(t,
		eq("NaN", "ACOS", 1.5), eq("NaN", "ASIN", -1.5), eq("1.5707963267948966", "ASIN", 1), eq("-2.0", "CBRT", -8), eq("-1.4422495703074083", "CBRT", int64(-3)),
		eq("Infinity", "COT", 0), eq("Infinity", "EXP", 1000), eq("-Infinity", "LN", 0), eq("NaN", "LN", -1), eq("0.6931471805599453", "LN", int64(2)), eq("1.0986122886681098", "LN", 3.0),
		eq("NaN", "SQRT", -1), eq("1.4142135623730951", "SQRT", 2), eq("3.141592653589793", "RADIANS", 180), eq("180.0", "DEGREES", math.Pi),
		eq("0.7853981633974483", "ATAN2", 1, 1), eq("NULL", "ATAN2", null("DOUBLE"), 1.0), eq("NULL", "ATAN2", 1, null("INT")),
		eq("1024.0", "POWER", 2, 10), eq("0.5", "POWER", int64(2), int64(-1)), eq("NaN", "POWER", 1.0, nan), eq("1.0", "POWER", nan, 0.0), eq("NaN", "POWER", -1.0, inf), eq("NULL", "POWER", null("INT"), 1), eq("NULL", "POWER", 1, null("INT")),
		eq("2.5649493574615367", "LOG", 13), eq("0.9471572411831843", "LOG", 15, 13), eq("-Infinity", "LOG", 15.0, 0.0), eq("NaN", "LOG", int64(15), int64(-13)), eq("NaN", "LOG", 0, 13), eq("NaN", "LOG", 1, 13), eq("NaN", "LOG", -2, 13),
		eq("NULL", "LOG", null("INT"), 13), eq("NULL", "LOG", 13, null("INT")), eq("3.141592653589793", "PI"),
		eq("1.0", "LN", dec(20, 19, "2.7182818284590452354")),
	)
	_, volatile, err := NewRegistry().Kernel("RANDOM", &Call{})
	if err != nil || !volatile {
		t.Errorf("RANDOM: volatile %v, error %v", volatile, err)
	}
}

func TestRounding(t *testing.T) {
	run(t,
		eq("5", "CEIL", 5), eq("5", "CEIL", int64(5)), eq("2.0", "CEIL", 1.1), eq("-1.0", "CEIL", -1.9), eq("2.0", "CEIL", dec(2, 1, "1.2")), eq("-1.0", "CEIL", dec(2, 1, "-1.2")), eq("10.0", "CEIL", dec(2, 1, "9.9")), eq("NULL", "CEIL", null("DECIMAL(2, 1)")), eq("NULL", "CEIL", null("INT")),
		eq("12345678901234567891.00", "CEIL", dec(22, 2, "12345678901234567890.01")), eq("7", "CEIL", dec(2, 0, "7")),
		eq("5", "FLOOR", 5), eq("1.0", "FLOOR", 1.9), eq("-2.0", "FLOOR", -1.1), eq("1.0", "FLOOR", dec(2, 1, "1.9")), eq("-2.0", "FLOOR", dec(2, 1, "-1.2")), eq("-12345678901234567891.00", "FLOOR", dec(22, 2, "-12345678901234567890.01")), eq("NULL", "FLOOR", null("DOUBLE")),
		eq("5", "ROUND", 5), eq("5", "ROUND", int64(5)), eq("2", "ROUND", 1.5), eq("-1", "ROUND", -1.5), eq("3", "ROUND", 2.5), eq("-3", "ROUND", -2.51), eq("0", "ROUND", 0.49999999999999994), eq("0", "ROUND", nan), eq("9223372036854775807", "ROUND", 1e300), eq("-9223372036854775808", "ROUND", -inf),
		eq("1.3", "ROUND", 1.25, 1), eq("-1.2", "ROUND", -1.25, 1), eq("-1.3", "ROUND", -1.2500001, 1), eq("1.005", "ROUND", 1.005, 3), eq("1.01", "ROUND", 1.005, 2), eq("120.0", "ROUND", 123.4, -1), eq("0.0", "ROUND", 4.0, -1), eq("10.0", "ROUND", 5.0, -1), eq("0.0", "ROUND", 99.0, -4), eq("1.0E10", "ROUND", 9.9999999999e9, -1), eq("0.0", "ROUND", 0.0, 1), eq("1.5", "ROUND", 1.5, 400),
		bad("cannot be rounded to places", "ROUND", nan, 1), bad("cannot be rounded", "TRUNC", inf, 1), eq("NULL", "ROUND", 1.5, null("INT")), eq("NULL", "ROUND", null("DOUBLE"), 1), eq("NULL", "ROUND", null("DOUBLE")), eq("NULL", "ROUND", null("DECIMAL(3, 1)")),
		bad("argument 1 (value) must not be NULL", "ROUND", null("INT")), bad("argument 1 (value) must not be NULL", "ROUND", null("BIGINT")),
		eq("2", "ROUND", dec(2, 1, "1.5")), eq("-1", "ROUND", dec(2, 1, "-1.5")), eq("-2", "ROUND", dec(3, 2, "-1.51")), eq("1.30", "ROUND", dec(3, 2, "1.25"), 1), eq("-1.20", "ROUND", dec(3, 2, "-1.25"), 1), eq("120.00", "ROUND", dec(5, 2, "123.45"), -1), eq("0.00", "ROUND", dec(5, 2, "123.45"), -30), eq("123.45", "ROUND", dec(5, 2, "123.45"), 7), eq("0.00", "ROUND", dec(5, 2, "123.45"), -2147483648),
		eq("12345678987654321", "ROUND", dec(33, 16, "12345678987654321.2345678987654321")), eq("12345678987654321.2345678988000000", "ROUND", dec(33, 16, "12345678987654321.2345678987654321"), 10), eq("12345678987654300.0000000000000000", "ROUND", dec(33, 16, "12345678987654321.2345678987654321"), -2), eq("NULL", "ROUND", dec(3, 1, "1"), null("INT")),
		eq("1", "TRUNC", 1.9), eq("-1", "TRUNC", -1.9), eq("0", "TRUNC", nan), eq("5", "TRUNC", 5), eq("1.2", "TRUNC", 1.29, 1), eq("-1.2", "TRUNC", -1.29, 1), eq("0.0", "TRUNC", -0.3, 0), eq("100.0", "TRUNC", 199.0, -2), eq("NULL", "TRUNC", null("INT")), eq("NULL", "TRUNC", null("DOUBLE")), eq("NULL", "TRUNC", 1.0, null("INT")),
		eq("1", "TRUNC", dec(2, 1, "1.9")), eq("-1", "TRUNC", dec(2, 1, "-1.9")), eq("1.2000000", "TRUNC", dec(12, 7, "1.234567"), 1), eq("0.0000000", "TRUNC", dec(12, 7, "1.7"), -1),
	)
	if _, err := NewRegistry().ResolveScalar("ROUND", []Arg{{Type: types.DecimalOf(2, 2)}}); err == nil {
		t.Error("ROUND(DECIMAL(2, 2)) must be rejected")
	}
	c, err := NewRegistry().ResolveScalar("ROUND", []Arg{{Type: types.DecimalOf(5, 2)}})
	if err != nil || c.Return.String() != "DECIMAL(3, 0)" {
		t.Errorf("ROUND(DECIMAL(5, 2)): %v, %v", c.Return, err)
	}
}

// Rounding doubles to places agrees with rounding their decimal text exactly.
func TestRoundDoubleAgreesWithDecimals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(-999999999, 999999999).Draw(t, "n")
		scale := rapid.IntRange(0, 6).Draw(t, "scale")
		places := rapid.IntRange(-4, 6).Draw(t, "places")
		x, _ := strconv.ParseFloat(strconv.FormatInt(n, 10)+"e-"+strconv.Itoa(scale), 64)
		got, err := roundDouble(x, places, roundUp)
		if err != nil {
			t.Fatal(err)
		}
		v, out := types.NewVector(types.DecimalOf(12, scale)), types.NewVector(types.DecimalOf(12, scale))
		v.Reset(1)
		out.Reset(1)
		v.SetDecimal64(0, n)
		p := types.NewVector(types.IntegerType)
		must(p.AppendAny(places))
		must(decimalRounder{up: roundUp, places: true}.row([]*types.Vector{v, p}, 0, out))
		want, _ := strconv.ParseFloat(out.Any(0).(types.DecimalValue).String(), 64)
		if got != want {
			t.Fatalf("ROUND(%v, %d) = %v, as DECIMAL %v", x, places, got, want)
		}
	})
}

func TestExtremes(t *testing.T) {
	run(t,
		eq("7", "GREATEST", 3, null("INT"), 7), eq("3", "LEAST", 3, null("INT"), 7), eq("NULL", "GREATEST", null("INT"), null("INT")), eq("3", "GREATEST", 3),
		eq("5", "GREATEST", int64(5), int64(-5)), eq("NaN", "GREATEST", 1.0, nan, inf), eq("-0.0", "LEAST", 0.0, math.Copysign(0, -1)), eq("zebra", "GREATEST", "!", "zebra", "aardvark"), eq("\uffff", "GREATEST", "\uffff", "😀"),
		eq("01", "GREATEST", []byte{1}, []byte{0xFF}), eq("ff", "LEAST", []byte{1}, []byte{0xFF}), eq("2020-01-02", "GREATEST", parsed("DATE", "2020-01-02"), parsed("DATE", "2020-01-01")),
		eq("09:16:00.000", "LEAST", parsed("TIME", "10:00"), "09:16"), eq("2020-01-01T00:00:00.000", "LEAST", parsed("TIMESTAMP", "2020-01-01"), null("TIMESTAMP")),
		eq("1234567.890000", "GREATEST", dec(9, 2, "1234567.89"), dec(7, 6, "0.123456")), eq("0.123456", "LEAST", dec(9, 2, "1234567.89"), dec(7, 6, "0.123456")), eq("12345678901234567890.00", "GREATEST", dec(20, 0, "12345678901234567890"), dec(3, 2, "5.5")),
		eq("3.00", "LEAST", dec(20, 0, "3"), dec(3, 2, "5.5")), eq("NULL", "GREATEST", null("DECIMAL(3, 1)"), null("DECIMAL(4, 2)")),
	)
	for _, args := range []string{"INT; BIGINT", "STRING; INT", "", "INT; DECIMAL(3, 2)"} {
		if c, err := NewRegistry().ResolveScalar("LEAST", argList(args)); err == nil {
			t.Errorf("LEAST(%s) was accepted: %s", args, callText(c))
		}
	}
	c, err := NewRegistry().ResolveScalar("LEAST", argList("INT; BIGINT; DECIMAL(30, 18); DOUBLE; NULL"))
	if err != nil || c.Return.String() != "DOUBLE" {
		t.Errorf("mixed numbers: %v", err)
	}
}

func TestConditionals(t *testing.T) {
	run(t,
		eq("a", "COALESCE", null("STRING"), "a", "b"), eq("NULL", "COALESCE", null("STRING"), null("STRING")), eq("1", "COALESCE", 1), eq("[1, NULL]", "COALESCE", null("ARRAY<INT>"), list("ARRAY<INT>", 1, nil)),
		eq("b", "IFNULL", null("STRING"), "b"), eq("a", "IFNULL", "a", "b"), eq("NULL", "IFNULL", null("STRING"), null("STRING")),
		eq("NULL", "NULLIF", "a", "a"), eq("a", "NULLIF", "a", "b"), eq("NULL", "NULLIF", null("INT"), 1), eq("1", "NULLIF", 1, null("INT")), eq("NULL", "NULLIF", list("ARRAY<INT>", 1), list("ARRAY<INT>", 1)),
		eq("{a=1}", "AS_VALUE", pairs("MAP<STRING, INT>", "a", 1)), eq("NULL", "AS_VALUE", null("DATE")),
	)
}

func TestGeoDistance(t *testing.T) {
	run(t,
		eq("8634.659796579544", "GEO_DISTANCE", 37.4439, -122.1663, 51.5257, -0.1122), eq("8634.659796579544", "GEO_DISTANCE", 37.4439, -122.1663, 51.5257, -0.1122, null("STRING")), eq("8634.659796579544", "GEO_DISTANCE", 37.4439, -122.1663, 51.5257, -0.1122, "KM"), eq("8634.659796579544", "GEO_DISTANCE", 37.4439, -122.1663, 51.5257, -0.1122, "  "),
		eq("5365.659729188262", "GEO_DISTANCE", 37.4439, -122.1663, 51.5257, -0.1122, "MI"), eq("9673.40421197142", "GEO_DISTANCE", 51.5257, -0.1122, -33.9323, 18.4197), eq("6011.1453892944355", "GEO_DISTANCE", 51.5257, -0.1122, -33.9323, 18.4197, "miles"),
		eq("11005.23304055582", "GEO_DISTANCE", -33.9323, 18.4197, -33.8666, 151.1, "kilometres"), eq("6838.756491533589", "GEO_DISTANCE", -33.9323, 18.4197, -33.8666, 151.1, "mile"), eq("8682.459061368269", "GEO_DISTANCE", 37.4439, -122.1663, 51, 0),
		bad("argument 3 (lat2) must not be NULL", "GEO_DISTANCE", 1.0, 1.0, null("DOUBLE"), 1.0), bad("latitudes are 91", "GEO_DISTANCE", 91.0, 1.0, 1.0, 1.0), bad("longitudes are", "GEO_DISTANCE", 1.0, 1.0, 1.0, -180.5), bad("latitudes are NaN", "GEO_DISTANCE", nan, 1.0, 1.0, 1.0), bad("unknown unit", "GEO_DISTANCE", 1.0, 1.0, 1.0, 1.0, "feet"),
	)
}
