package format

import (
	"math"
	"math/big"
	"testing"

	"github.com/leatdb/leat/types"
)

// encodeOne encodes one row of the given values and shows the bytes.
func encodeOne(t testing.TB, spec Spec, values ...any) string {
	t.Helper()
	vecs := vectors(spec.Columns, 1)
	for i, x := range values {
		if err := vecs[i].SetAny(0, x); err != nil {
			t.Fatal(err)
		}
	}
	out, errs := &types.Spans{}, &Errors{}
	mustNew(t, spec).NewEncoder().Encode(vecs, upTo(1), nil, out, errs)
	if len(errs.Records) > 0 {
		return "error: " + errs.Records[0].Error()
	}
	b, ok := out.At(0)
	if !ok {
		return "NULL"
	}
	return string(b)
}

func TestJSONEncode(t *testing.T) {
	dec := func(s string, scale int) types.DecimalValue {
		x, _ := new(big.Int).SetString(s, 10)
		return types.DecimalValue{Unscaled: x, Scale: scale}
	}
	for _, c := range []struct {
		columns string
		value   any
		want    string
	}{
		{"A INTEGER", int32(-5), `{"A":-5}`},
		{"A INTEGER", nil, `{"A":null}`},
		{"A BIGINT", int64(math.MinInt64), `{"A":-9223372036854775808}`},
		{"A DOUBLE", 1.0, `{"A":1.0}`},
		{"A DOUBLE", 1e10, `{"A":1.0E10}`},
		{"A DOUBLE", math.NaN(), `{"A":"NaN"}`},
		{"A DOUBLE", math.Inf(-1), `{"A":"-Infinity"}`},
		{"A DECIMAL(4, 2)", dec("100", 2), `{"A":1.00}`},
		{"A DECIMAL(30, 2)", dec("-123456789012345678901234567890", 2), `{"A":-1234567890123456789012345678.90}`},
		{"A BOOLEAN", true, `{"A":true}`},
		{"A BYTES", []byte{1, 2, 3, 255}, `{"A":"AQID/w=="}`},
		{"A STRING", "a\"b\\c\n\x01é/", `{"A":"a\"b\\c\n\u0001é/"}`},
		{"A STRING", "", `{"A":""}`},
		{"A DATE", types.DateValue(-3), `{"A":-3}`},
		{"A TIME", types.TimeValue(5), `{"A":5}`},
		{"A TIMESTAMP", types.TimestampValue(1e12), `{"A":1000000000000}`},
		{"A ARRAY<INTEGER>", []any{int32(1), nil}, `{"A":[1,null]}`},
		{"A MAP<STRING, INTEGER>", types.MapValue{{Key: "x", Value: int32(1)}, {Key: "y", Value: nil}}, `{"A":{"x":1,"y":null}}`},
		{"A STRUCT<`b\"` INTEGER, C STRING>", types.StructValue{{Value: int32(1)}, {Value: nil}}, `{"A":{"b\"":1,"C":null}}`},
	} {
		if got := encodeOne(t, Spec{Name: "JSON", Columns: columns(t, c.columns)}, c.value); got != c.want {
			t.Errorf("%s of %v: got %s, want %s", c.columns, c.value, got, c.want)
		}
	}
	no := false
	bare := Spec{Name: "json", Columns: columns(t, "A STRING"), WrapSingle: &no}
	if got := encodeOne(t, bare, "x"); got != `"x"` {
		t.Errorf("bare value: got %s", got)
	}
	if got := encodeOne(t, bare, nil); got != "NULL" {
		t.Errorf("bare NULL: got %s", got)
	}
	if got := encodeOne(t, Spec{Name: "JSON", IsKey: true, Columns: columns(t, "A STRING, B INTEGER")}, "x", nil); got != `{"A":"x","B":null}` {
		t.Errorf("key of two columns: got %s", got)
	}
}

func TestEncodeKeepsRowsAligned(t *testing.T) {
	cols := columns(t, "A INTEGER")
	for _, name := range []string{"JSON", "DELIMITED", "KAFKA"} {
		vecs := vectors(cols, 4)
		for i := range 4 {
			vecs[0].I32[i] = int32(i)
		}
		noValue := types.Bitmap(nil).Grow(4)
		noValue.Set(2)
		out := &types.Spans{}
		mustNew(t, Spec{Name: name, Columns: cols}).NewEncoder().Encode(vecs, []uint32{1, 2, 3}, noValue, out, &Errors{})
		if len(out.Pos) != 3 || len(out.Len) != 3 {
			t.Fatalf("%s: %d byte strings for 3 rows", name, len(out.Pos))
		}
		if _, ok := out.At(1); ok {
			t.Errorf("%s: the row without value is not null", name)
		}
		back, errs := vectors(cols, 3), &Errors{}
		mustNew(t, Spec{Name: name, Columns: cols}).NewDecoder(nil).Decode(out, upTo(3), back, errs)
		if got := rowText(cols, back, 0) + " " + rowText(cols, back, 1) + " " + rowText(cols, back, 2); got != "A=1 A=null A=3" {
			t.Errorf("%s: got %s", name, got)
		}
	}
}
