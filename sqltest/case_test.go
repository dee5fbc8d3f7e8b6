package sqltest

import (
	"testing"

	"github.com/leatdb/leat/log"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

func TestMatch(t *testing.T) {
	row := types.StructValue{{Name: "A", Value: 1.5}, {Name: "B", Value: nil}}
	for _, x := range []struct {
		name      string
		got       any
		want      string
		exact, ok bool
	}{
		{"fields by name and upper-cased name", row, `{"a": 1.5, "B": null}`, false, true},
		{"an absent field is null", row, `{"A": 1.5, "OTHER": null}`, false, true},
		{"an absent field is no value", row, `{"A": 1.5, "OTHER": 1}`, false, false},
		{"too few fields", row, `{"A": 1.5}`, false, false},
		{"too many fields", row, `{"A": 1.5, "B": null, "C": null}`, false, false},
		{"a double within the tolerance", 1.5000001, `1.5`, false, true},
		{"a double beyond the tolerance", 1.50001, `1.5`, false, false},
		{"an exact double", 1.5000001, `1.5`, true, false},
		{"the same double", 1.5, `1.5`, true, true},
		{"a list inside of an object is compared with the same tolerance", types.StructValue{{Name: "L", Value: []any{2.0000001}}}, `{"L": [2]}`, true, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			want, err := parseJSON([]byte(x.want))
			if err != nil {
				t.Fatal(err)
			}
			c := &Case{Properties: map[string]any{exactNumbers: x.exact}}
			if err := newMatcher(c).value(x.got, want); (err == nil) != x.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestMatchDecimals(t *testing.T) {
	for _, x := range []struct {
		got, want string
		ok        bool
	}{
		{"10.0000", `10.0`, true}, // The zeros at the end of a number say nothing.
		{"10.0000", `"10.0000"`, true},
		{"10.0000", `"10.0"`, false},
		{"10.0000", `10.00`, false}, // These zeros are there on purpose.
		{"10.0000", `10`, false},
		{"10", `10`, true},
		{"10.00001", `10.0`, false},
		{"5.4", `"005.4"`, true},
		{"-5.40", `"-05.40"`, true},
		{"5.4", `"5.4x"`, false},
		{"12345678987654321.2345", `1.234567898765432e+16`, true}, // As near as a double comes.
		{"12345678987654.3", `12345678987654.4`, false},
		{"0.1234567", `0.1234568`, false},
	} {
		got, err := parseDecimal(x.got)
		if err != nil {
			t.Fatal(err)
		}
		want, err := parseJSON([]byte(x.want))
		if err != nil {
			t.Fatal(err)
		}
		if err := newMatcher(&Case{}).value(got, want); (err == nil) != x.ok {
			t.Errorf("%s against %s: %v", x.got, x.want, err)
		}
	}
}

// TestTypedJSON holds that JSON is to be written as its columns demand.
func TestTypedJSON(t *testing.T) {
	schema, err := readSchema("A INT, B DECIMAL(4,2), C DOUBLE, D ARRAY<STRUCT<X BIGINT>>, E MAP<STRING, STRING>, F BYTES")
	if err != nil {
		t.Fatal(err)
	}
	for text, ok := range map[string]bool{
		`{"A": 1, "B": 1.10, "C": 1E2, "D": [{"X": 1}, null], "E": {"x": "y"}, "F": "AA=="}`: true,
		`{"A": null, "B": null, "C": null, "D": null, "E": null, "F": null}`:                 true,
		`{"A": 1.0}`: false, `{"A": "1"}`: false, `{"B": 1.1}`: false, `{"B": "1.10"}`: false, `{"C": true}`: false,
		`{"D": [{"Y": 1}]}`: false, `{"D": {}}`: false, `{"E": {"x": 1}}`: false, `{"G": 1}`: false,
	} {
		if _, err := decodeJSON([]byte(text), plan.Format{Name: "JSON"}, schema.Value, false); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestMatchHeaders(t *testing.T) {
	got := []log.Header{{Key: "a", Value: []byte("!")}, {Key: "b"}, {Key: "c", Value: []byte{}}}
	text := func(s string) *string { return &s }
	want := []CaseHeader{{"a", text("IQ==")}, {"b", nil}, {"c", text("")}}
	if err := matchHeaders(got, want); err != nil {
		t.Error(err)
	}
	for _, other := range [][]CaseHeader{
		nil,
		{{"a", text("IQ==")}, {"c", text("")}, {"b", nil}},
		{{"a", text("IQ==")}, {"b", text("")}, {"c", text("")}},
		{{"a", text("Iw==")}, {"b", nil}, {"c", text("")}},
	} {
		if err := matchHeaders(got, other); err == nil {
			t.Errorf("%v should not match", other)
		}
	}
}
