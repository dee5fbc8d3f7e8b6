package sqltest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/leatdb/leat/types"
)

// matcher compares values read from topics with what a case expects. The rules
// are the harness's: whole numbers exactly, DOUBLE within a tolerance, decimals
// with their scale where the case tells it, objects by name (exact, else
// upper-cased) and size, arrays in order, BYTES as base64.
type matcher struct {
	tolerance float64 // Of doubles, relative to the expected number when that is above 1.
}

// newMatcher returns the matcher for a case.
func newMatcher(c *Case) matcher {
	if c.exact() {
		return matcher{}
	}
	return matcher{tolerance: tolerance}
}

// tolerance is that of doubles where nothing else is said.
const tolerance = 1e-6

func (m matcher) value(got any, want any) error {
	switch w := want.(type) {
	case nil:
		if got != nil {
			return fmt.Errorf("want null, got %s", show(got))
		}
		return nil
	case bool:
		if got != w {
			return fmt.Errorf("want %v, got %s", w, show(got))
		}
		return nil
	case string:
		return matchText(got, w)
	case json.Number:
		return m.number(got, string(w))
	case []any:
		return m.list(got, w)
	case map[string]any:
		return m.object(got, w)
	}
	return fmt.Errorf("the case expects a %T", want)
}

func matchText(got any, want string) error {
	ok := false
	switch g := got.(type) {
	case string:
		ok = g == want
	case json.Number:
		ok = string(g) == want
	case types.DecimalValue:
		w, err := parseDecimal(want)
		ok = err == nil && w.Scale == g.Scale && w.Unscaled.Cmp(g.Unscaled) == 0
	case []byte:
		ok = base64.StdEncoding.EncodeToString(g) == want
	case float64: // NaN and the infinities have no number in JSON.
		f, err := strconv.ParseFloat(want, 64)
		ok = err == nil && (f == g || math.IsNaN(f) && math.IsNaN(g))
	}
	if !ok {
		return fmt.Errorf("want %q, got %s", want, show(got))
	}
	return nil
}

func (m matcher) number(got any, want string) error {
	mismatch := fmt.Errorf("want %s, got %s", want, show(got))
	w, ok := new(big.Rat).SetString(want)
	if !ok {
		return mismatch
	}
	switch g := got.(type) {
	case types.DecimalValue:
		if !sameDecimal(g, w, want) {
			return mismatch
		}
		return nil
	case float64:
		if f, _ := w.Float64(); !m.close(f-g, f) {
			return mismatch
		}
		return nil
	case json.Number:
		r, ok := new(big.Rat).SetString(string(g))
		if !ok || isWhole(string(g)) && isWhole(want) && r.Cmp(w) != 0 {
			return mismatch
		}
		d, _ := new(big.Rat).Sub(r, w).Float64()
		if f, _ := w.Float64(); !m.close(d, f) {
			return mismatch
		}
		return nil
	}
	if n, ok := asInt(got); ok && w.IsInt() && w.Num().IsInt64() && w.Num().Int64() == n {
		return nil
	}
	return mismatch
}

// close tells whether a difference is within the tolerance of a number.
func (m matcher) close(difference, number float64) bool {
	return math.Abs(difference) <= m.tolerance*math.Max(1, math.Abs(number))
}

// doubleDigits is how many digits of any number a double keeps.
const doubleDigits = 15

// sameDecimal compares a decimal with a number of a case. Programs that write
// JSON drop the zeros at the end of a fraction and hold numbers as doubles. So a
// scale is told only by a whole number (none) and by a fraction that does end in
// a zero, and beyond the digits that a double keeps the last ones do not count.
func sameDecimal(got types.DecimalValue, number *big.Rat, text string) bool {
	digits := fractionDigits(text)
	switch {
	case isWhole(text) && got.Scale != 0:
		return false
	case digits > 1 && strings.HasSuffix(text, "0") && digits != got.Scale:
		return false
	}
	value := new(big.Rat).SetFrac(got.Unscaled, types.Pow10(got.Scale))
	if significantDigits(text) <= doubleDigits {
		return value.Cmp(number) == 0
	}
	difference := new(big.Rat).Sub(value, number)
	precision := new(big.Rat).Mul(number, big.NewRat(1, 1<<52))
	return difference.Abs(difference).Cmp(precision.Abs(precision)) <= 0
}

// isWhole tells whether a number is written without fraction and exponent.
func isWhole(number string) bool { return !strings.ContainsAny(number, ".eE") }

func fractionDigits(number string) int {
	if strings.ContainsAny(number, "eE") {
		return 0
	}
	_, fraction, _ := strings.Cut(number, ".")
	return len(fraction)
}

func significantDigits(number string) int {
	mantissa, _, _ := strings.Cut(strings.ToLower(number), "e")
	return len(strings.TrimLeft(strings.NewReplacer("-", "", ".", "").Replace(mantissa), "0"))
}

// parseDecimal reads a decimal in plain notation with the scale it is written
// with.
func parseDecimal(text string) (types.DecimalValue, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	unscaled, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok || strings.ContainsAny(fraction, "+-") {
		return types.DecimalValue{}, fmt.Errorf("%q is no decimal", text)
	}
	return types.DecimalValue{Unscaled: unscaled, Scale: len(fraction)}, nil
}

func asInt(v any) (int64, bool) {
	switch n := v.(type) {
	case int32:
		return int64(n), true
	case int64:
		return n, true
	case types.DateValue:
		return int64(n), true
	case types.TimeValue:
		return int64(n), true
	case types.TimestampValue:
		return int64(n), true
	}
	return 0, false
}

func (m matcher) list(got any, want []any) error {
	list, ok := got.([]any)
	if !ok || len(list) != len(want) {
		return fmt.Errorf("want a list of %d, got %s", len(want), show(got))
	}
	for i := range want {
		if err := m.value(list[i], want[i]); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return nil
}

// object compares the fields. One that is expected to be null may be absent, as
// long as the number of fields agrees.
func (m matcher) object(got any, want map[string]any) error {
	fields, ok := objectFields(got)
	if !ok || len(fields) != len(want) {
		return fmt.Errorf("want an object of %d fields, got %s", len(want), show(got))
	}
	for name, w := range want {
		g, ok := fields[name]
		if !ok {
			if g, ok = fields[strings.ToUpper(name)]; !ok && w != nil {
				return fmt.Errorf("field %q is missing in %s", name, show(got))
			}
		}
		if err := m.value(g, w); err != nil {
			return fmt.Errorf("field %s: %w", name, err)
		}
	}
	return nil
}

func objectFields(v any) (map[string]any, bool) {
	out := map[string]any{}
	switch o := v.(type) {
	case map[string]any:
		return o, true
	case types.StructValue:
		for _, f := range o {
			out[f.Name] = f.Value
		}
		return out, true
	case types.MapValue:
		for _, e := range o {
			key := "null"
			if e.Key != nil {
				key = fmt.Sprint(e.Key)
			}
			out[key] = e.Value
		}
		return out, true
	}
	return nil, false
}

func show(v any) string {
	text := fmt.Sprintf("%v", v)
	if v == nil {
		text = "null"
	}
	if s, ok := v.(string); ok {
		text = strconv.Quote(s)
	}
	if len(text) > 200 {
		text = text[:200] + "…"
	}
	return text
}

// parseJSON reads JSON text with exact numbers; absent text is null.
func parseJSON(raw json.RawMessage) (any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}
