package javanum

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestAppendDouble(t *testing.T) {
	for _, c := range []struct {
		f    float64
		want string
	}{
		{0, "0.0"}, {math.Copysign(0, -1), "-0.0"}, {1, "1.0"}, {-1.5, "-1.5"}, {100, "100.0"}, {0.1, "0.1"}, {0.01, "0.01"}, {12.34, "12.34"},
		{0.001, "0.001"}, {0.0009, "9.0E-4"}, {1.5e-7, "1.5E-7"}, {9999999, "9999999.0"}, {9999999.99, "9999999.99"}, {1e7, "1.0E7"}, {12345678.9, "1.23456789E7"},
		{1e10, "1.0E10"}, {-1e-10, "-1.0E-10"}, {1.0 / 3, "0.3333333333333333"}, {1e100, "1.0E100"}, {5e-324, "4.9E-324"},
		{math.MaxFloat64, "1.7976931348623157E308"}, {math.NaN(), "NaN"}, {math.Inf(1), "Infinity"}, {math.Inf(-1), "-Infinity"},
	} {
		if got := string(AppendDouble(nil, c.f)); got != c.want {
			t.Errorf("AppendDouble(%v) = %s, want %s", c.f, got, c.want)
		}
	}
}

func TestParseDouble(t *testing.T) {
	for s, want := range map[string]float64{
		"1": 1, " 1.5 ": 1.5, "-1.5E3": -1500, "+.5": 0.5, "5.": 5, "1e400": math.Inf(1), "-1e400": math.Inf(-1), "1d": 1, "2.5F": 2.5,
		"Infinity": math.Inf(1), "-Infinity": math.Inf(-1), "0x1p3": 8, "0x1.8p1d": 3, "1e-400": 0,
	} {
		if got, ok := ParseDouble(s); !ok || got != want {
			t.Errorf("ParseDouble(%q) = %v, %v, want %v", s, got, ok, want)
		}
	}
	if got, ok := ParseDouble("NaN"); !ok || got == got {
		t.Errorf("ParseDouble(NaN) = %v, %v", got, ok)
	}
	for _, s := range []string{"", " ", "-", "inf", "nan", "Inf", "infinity", "1_0", "0x10", "0x1_0p1", "1e", "e1", "1.2.3", "d", "--1", "1 2", "abc", "0xp1", "+"} {
		if got, ok := ParseDouble(s); ok {
			t.Errorf("ParseDouble(%q) = %v, want a refusal", s, got)
		}
	}
}

func TestDoubleReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.OneOf(
			rapid.Float64(),
			rapid.Map(rapid.Int64Range(-1e9, 1e9), func(i int64) float64 { return float64(i) / 100 }),
			rapid.Map(rapid.Uint64(), math.Float64frombits),
		).Draw(t, "f")
		text := string(AppendDouble(nil, f))
		got, ok := ParseDouble(text)
		if !ok || math.Float64bits(got) != math.Float64bits(f) && f == f {
			t.Fatalf("%v became %s became %v", f, text, got)
		}
		if f == f && !math.IsInf(f, 0) && digits(text) > digits(strconv.FormatFloat(f, 'e', -1, 64))+1 {
			t.Fatalf("%v became %s, which is not the shortest", f, text)
		}
	})
}

// digits counts the digits of the mantissa.
func digits(s string) int {
	n := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == 'e' || c == 'E':
			return n
		case c >= '1' && c <= '9':
			n++
		}
	}
	return n
}
