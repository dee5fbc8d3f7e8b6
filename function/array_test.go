package function

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/types"
)

// ints, texts are arrays; nil elements are NULLs.
func ints(values ...any) typed  { return list("ARRAY<INT>", values...) }
func texts(values ...any) typed { return list("ARRAY<STRING>", values...) }

var (
	noInts  = null("ARRAY<INT>")
	noTexts = null("ARRAY<STRING>")
)

func TestArrays(t *testing.T) {
	run(t,
		eq("3", "ARRAY_LENGTH", ints(1, nil, 3)), eq("0", "ARRAY_LENGTH", ints()), eq("NULL", "ARRAY_LENGTH", noInts),
		eq("true", "ARRAY_CONTAINS", texts("a", "b"), "b"), eq("false", "ARRAY_CONTAINS", texts("a", "b"), "c"), eq("false", "ARRAY_CONTAINS", noTexts, "c"), eq("false", "ARRAY_CONTAINS", noTexts, null("STRING")),
		eq("true", "ARRAY_CONTAINS", texts("a", nil), null("STRING")), eq("false", "ARRAY_CONTAINS", texts("a"), null("STRING")), eq("false", "ARRAY_CONTAINS", texts(), "a"),
		eq("true", "ARRAY_CONTAINS", list("ARRAY<ARRAY<INT>>", []any{1, 2}, []any{3}), ints(3)), eq("true", "ARRAY_CONTAINS", list("ARRAY<DECIMAL(3, 1)>", dec(3, 1, "1.5").value), dec(3, 1, "1.5")), eq("true", "ARRAY_CONTAINS", list("ARRAY<DOUBLE>", nan), nan),
		eq("[bar]", "ARRAY_REMOVE", texts("foo", "bar", "foo"), "foo"), eq("[NULL, false]", "ARRAY_REMOVE", list("ARRAY<BOOLEAN>", nil, false, true), true), eq("[false, true]", "ARRAY_REMOVE", list("ARRAY<BOOLEAN>", nil, false, true), null("BOOLEAN")),
		eq("NULL", "ARRAY_REMOVE", noInts, 1), eq("[]", "ARRAY_REMOVE", ints(), 1), eq("[]", "ARRAY_REMOVE", ints(1, 1), 1),
		eq("true,null,false", "ARRAY_JOIN", list("ARRAY<BOOLEAN>", true, nil, false)), eq("1.23,-23.42,0.0", "ARRAY_JOIN", list("ARRAY<DOUBLE>", 1.23, -23.42, 0.0)), eq("a; b", "ARRAY_JOIN", texts("a", "b"), "; "), eq("ab", "ARRAY_JOIN", texts("a", "b"), null("STRING")),
		eq("", "ARRAY_JOIN", ints()), eq("NULL", "ARRAY_JOIN", noInts), eq("NULL", "ARRAY_JOIN", noInts, ","), eq("123.45,987.65", "ARRAY_JOIN", list("ARRAY<DECIMAL(5, 2)>", dec(5, 2, "123.45").value, dec(5, 2, "987.65").value)), bad("elements of type DATE", "ARRAY_JOIN", list("ARRAY<DATE>")),
		eq("3", "ARRAY_MAX", ints(1, nil, 3, 2)), eq("1", "ARRAY_MIN", ints(3, nil, 1, 2)), eq("NULL", "ARRAY_MAX", ints(nil, nil)), eq("NULL", "ARRAY_MIN", ints()), eq("NULL", "ARRAY_MAX", noInts), eq("food", "ARRAY_MAX", texts("foo", "Food", "food", nil)), eq("false", "ARRAY_MIN", list("ARRAY<BOOLEAN>", true, false)), eq("NaN", "ARRAY_MAX", list("ARRAY<DOUBLE>", nan, 1.0)),
		eq("[-1, 0, 0, 1, NULL]", "ARRAY_SORT", ints(0, nil, 1, 0, -1)), eq("[1, 0, 0, -1, NULL]", "ARRAY_SORT", ints(0, nil, 1, 0, -1), "Desc"), eq("[1, 2]", "ARRAY_SORT", ints(2, 1), "ascending"), eq("[2, 1]", "ARRAY_SORT", ints(1, 2), "DESCENDING"), eq("NULL", "ARRAY_SORT", ints(1), "up"),
		eq("NULL", "ARRAY_SORT", noInts), eq("NULL", "ARRAY_SORT", ints(1), null("STRING")), eq("[F, Food, fo, foo, food, NULL]", "ARRAY_SORT", texts("foo", "fo", "Food", nil, "F", "food")), eq("[]", "ARRAY_SORT", ints()),
		eq("[b, c]", "SLICE", texts("a", "b", "c", "d"), 2, 3), eq("[a, b]", "SLICE", texts("a", "b", "c"), null("INT"), 2), eq("[b, c]", "SLICE", texts("a", "b", "c"), 2, null("INT")), eq("[a]", "SLICE", texts("a"), null("INT"), null("INT")), eq("[]", "SLICE", texts("a"), 2, 1),
		eq("NULL", "SLICE", texts("a"), 0, 1), eq("NULL", "SLICE", texts("a"), 1, 2), eq("NULL", "SLICE", noTexts, 1, 2), bad("begins at 3 but ends at 1", "SLICE", texts("a", "b"), 3, 1), eq("[{a=1}]", "SLICE", list("ARRAY<MAP<STRING, INT>>", types.MapValue{{Key: "a", Value: 1}}), 1, 1),
	)
	for _, name := range []string{"ARRAY_MAX", "ARRAY_MIN", "ARRAY_SORT"} {
		if _, err := NewRegistry().ResolveScalar(name, argList("ARRAY<ARRAY<INT>>")); err == nil || !strings.Contains(err.Error(), "have no order") {
			t.Errorf("%s of arrays: %v", name, err)
		}
	}
}

func TestArraySets(t *testing.T) {
	run(t,
		eq("[1, 2, 2, 3]", "ARRAY_CONCAT", ints(1, 2), ints(2, 3)), eq("[1]", "ARRAY_CONCAT", ints(1), noInts), eq("[1]", "ARRAY_CONCAT", noInts, ints(1)), eq("NULL", "ARRAY_CONCAT", noInts, noInts), eq("[NULL]", "ARRAY_CONCAT", ints(nil), ints()),
		eq("[0, NULL, 1, -1]", "ARRAY_DISTINCT", ints(0, nil, 1, 0, -1, nil)), eq("[]", "ARRAY_DISTINCT", ints()), eq("NULL", "ARRAY_DISTINCT", noInts),
		eq("[{a=1, b=2}]", "ARRAY_DISTINCT", list("ARRAY<MAP<STRING, INT>>", types.MapValue{{Key: "a", Value: 1}, {Key: "b", Value: 2}}, types.MapValue{{Key: "b", Value: 2}, {Key: "a", Value: 1}})), eq("[[foo, NULL], [foo]]", "ARRAY_DISTINCT", list("ARRAY<ARRAY<STRING>>", []any{"foo", nil}, []any{"foo"}, []any{"foo", nil})),
		eq("[0, -1]", "ARRAY_EXCEPT", ints(0, 0, 1, 0, -1), ints(1, -2)), eq("[]", "ARRAY_EXCEPT", ints(1), ints(1)), eq("[0, 1]", "ARRAY_EXCEPT", ints(0, 1, 0), ints()), eq("[1]", "ARRAY_EXCEPT", ints(nil, 1), ints(nil)), eq("NULL", "ARRAY_EXCEPT", noInts, ints()), eq("NULL", "ARRAY_EXCEPT", ints(), noInts),
		eq("[0, 1]", "ARRAY_INTERSECT", ints(0, 0, 1, 0, -1), ints(1, -2, 0)), eq("[NULL]", "ARRAY_INTERSECT", ints(nil, 1), ints(nil)), eq("NULL", "ARRAY_INTERSECT", noInts, ints()), eq("NULL", "ARRAY_INTERSECT", ints(), noInts),
		eq("[0, 1, -1, -2]", "ARRAY_UNION", ints(0, 0, 1, 0, -1), ints(1, -2)), eq("[NULL, 1]", "ARRAY_UNION", ints(nil), ints(1, nil)), eq("NULL", "ARRAY_UNION", noInts, ints()), eq("NULL", "ARRAY_UNION", ints(), noInts),
	)
}

// Sets agree with a search through slices, also beyond the size from which they
// hash.
func TestArraySetsAgreeWithSlices(t *testing.T) {
	r := NewRegistry()
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.SliceOfN(rapid.Int32Range(-20, 20), 0, 60)
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		var union, except, both []int32
		for _, x := range a {
			if !slices.Contains(union, x) {
				union = append(union, x)
				if slices.Contains(b, x) {
					both = append(both, x)
				} else {
					except = append(except, x)
				}
			}
		}
		for _, x := range b {
			if !slices.Contains(union, x) {
				union = append(union, x)
			}
		}
		for name, want := range map[string][]int32{"ARRAY_UNION": union, "ARRAY_EXCEPT": except, "ARRAY_INTERSECT": both} {
			got := eq("", name, intList(a), intList(b)).eval(t, r, "single")
			if wantText := strings.ReplaceAll(fmt.Sprint(want), " ", ", "); got != wantText {
				t.Fatalf("%s: got %s, want %s", name, got, wantText)
			}
		}
	})
}

func intList(values []int32) typed {
	out := []any{}
	for _, v := range values {
		out = append(out, v)
	}
	return ints(out...)
}

func TestSeries(t *testing.T) {
	run(t,
		eq("[1, 2, 3]", "GENERATE_SERIES", 1, 3), eq("[3, 2, 1]", "GENERATE_SERIES", 3, 1), eq("[7]", "GENERATE_SERIES", 7, 7), eq("[1, 3]", "GENERATE_SERIES", 1, 4, 2), eq("[5, 3, 1]", "GENERATE_SERIES", 5, 0, -2), eq("[7]", "GENERATE_SERIES", 7, 7, -1), eq("[9223372036854775806, 9223372036854775807]", "GENERATE_SERIES", int64(9223372036854775806), int64(9223372036854775807)),
		eq("[-1, 0]", "GENERATE_SERIES", int64(-1), int64(0), 1), eq("[1, 2]", "GENERATE_SERIES", 1, int64(2)), eq("[-2147483648, -1, 2147483646]", "GENERATE_SERIES", -2147483648, 2147483647, 2147483647),
		bad("must not be 0", "GENERATE_SERIES", 1, 2, 0), bad("leads away", "GENERATE_SERIES", 1, 2, -1), bad("leads away", "GENERATE_SERIES", int64(2), int64(1), 1), bad("more than 16777216 numbers", "GENERATE_SERIES", int64(0), int64(1)<<62),
		bad("argument 1 (first) must not be NULL", "GENERATE_SERIES", null("INT"), 1), bad("argument 2 (last)", "GENERATE_SERIES", 1, null("INT")), bad("argument 3 (step)", "GENERATE_SERIES", int64(1), int64(2), null("INT")),
	)
}

func TestMaps(t *testing.T) {
	const m = "MAP<STRING, INT>"
	run(t,
		eq("{apple=1, pear=NULL}", "AS_MAP", texts("apple", "pear"), ints(1)), eq("{a=3}", "AS_MAP", texts("a", "a"), ints(1, 3, 4)), eq("{}", "AS_MAP", texts(), ints(1)), eq("NULL", "AS_MAP", noTexts, ints()), eq("NULL", "AS_MAP", texts(), noInts),
		eq("[{K: a, V: 1}, {K: b, V: 2}]", "ENTRIES", pairs(m, "b", 2, "a", 1), true), eq("[{K: a, V: NULL}]", "ENTRIES", pairs("MAP<STRING, STRING>", "a", nil), false), eq("[{K: a, V: 1.5}]", "ENTRIES", pairs("MAP<STRING, DOUBLE>", "a", 1.5), false), eq("[{K: a, V: true}]", "ENTRIES", pairs("MAP<STRING, BOOLEAN>", "a", true), false), eq("[{K: a, V: 5}]", "ENTRIES", pairs("MAP<STRING, BIGINT>", "a", int64(5)), false),
		eq("NULL", "ENTRIES", null(m), true), bad("argument 2 (sorted) must not be NULL", "ENTRIES", pairs(m), null("BOOLEAN")),
		eq("[12, 1234, 123]", "MAP_KEYS", pairs(m, "123", 3, "12", 7, "1234", 2)), eq("[7, 2, 3]", "MAP_VALUES", pairs(m, "123", 3, "12", 7, "1234", 2)), eq("[]", "MAP_KEYS", pairs(m)), eq("NULL", "MAP_KEYS", null(m)), eq("NULL", "MAP_VALUES", null(m)), eq("[NULL]", "MAP_VALUES", pairs("MAP<STRING, ARRAY<INT>>", "a", nil)),
		eq("{foo=99, bar=20, apple=-1}", "MAP_UNION", pairs(m, "foo", 10, "bar", 20), pairs(m, "foo", 99, "apple", -1)), eq("{foo=NULL}", "MAP_UNION", pairs(m, "foo", 1), pairs(m, "foo", nil)), eq("{foo=1}", "MAP_UNION", pairs(m, "foo", nil), pairs(m, "foo", 1)), eq("{a=1}", "MAP_UNION", null(m), pairs(m, "a", 1)), eq("{a=1}", "MAP_UNION", pairs(m, "a", 1), null(m)), eq("NULL", "MAP_UNION", null(m), null(m)),
	)
}

func TestLargeMaps(t *testing.T) {
	var keys, values, entries []any
	for k := range 200 {
		keys, values = append(keys, fmt.Sprint(k%150)), append(values, k)
		entries = append(entries, fmt.Sprintf("%d:%d", k%150, k))
	}
	want := []string{}
	for k := range 150 {
		v := k
		if k < 50 {
			v += 150
		}
		want = append(want, fmt.Sprintf("%d=%d", k, v))
	}
	text := "{" + strings.Join(want, ", ") + "}"
	run(t, eq(text, "AS_MAP", texts(keys...), ints(values...)), eq(text, "SPLIT_TO_MAP", strings.Trim(fmt.Sprint(entries), "[]"), " ", ":"))
}
