package function

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestExtractJSONField(t *testing.T) {
	const doc = `{"a": {"b": [10, "x\u00e9\n", null, {"c": true}]}, "log": {"@id:1": 1.50e1, "x y": "q", "a\"b": 7, "n": -0}, "a2": "first", "a2": "last", "3": "three", "": 0}`
	run(t,
		eq(`{"b":[10,"xé\n",null,{"c":true}]}`, "EXTRACTJSONFIELD", doc, "$.a"), eq("10", "EXTRACTJSONFIELD", doc, "$.a.b[0]"), eq("xé\n", "EXTRACTJSONFIELD", doc, "$.a.b[1]"), eq("null", "EXTRACTJSONFIELD", doc, "$.a.b[2]"), eq("true", "EXTRACTJSONFIELD", doc, "$.a.b[3].c"),
		eq("15.0", "EXTRACTJSONFIELD", doc, "$.log.@id:1"), eq("q", "EXTRACTJSONFIELD", doc, `$.log["x y"]`), eq("7", "EXTRACTJSONFIELD", doc, `$["log"]["a\"b"]`), eq("0", "EXTRACTJSONFIELD", doc, "$[log].n"), eq("last", "EXTRACTJSONFIELD", doc, "$.a2"), eq("three", "EXTRACTJSONFIELD", doc, "$[3]"), eq("0", "EXTRACTJSONFIELD", doc, `$[""]`),
		eq("NULL", "EXTRACTJSONFIELD", doc, "$.missing"), eq("NULL", "EXTRACTJSONFIELD", doc, "$.a.b[4]"), eq("NULL", "EXTRACTJSONFIELD", doc, "$.a.b.c"), eq("NULL", "EXTRACTJSONFIELD", doc, "$.a2.x"), eq("[1,2]", "EXTRACTJSONFIELD", " [1, 2] ", "$"), eq("NULL", "EXTRACTJSONFIELD", "", "$"), eq("NULL", "EXTRACTJSONFIELD", " ", "$.a"),
		eq("NULL", "EXTRACTJSONFIELD", noText, "$"), eq("NULL", "EXTRACTJSONFIELD", doc, noText),
		bad("expected $ at position 1", "EXTRACTJSONFIELD", doc, "a"), bad("expected $ at position 1", "EXTRACTJSONFIELD", doc, ""), bad("expected a name of letters, digits, _, : or @ at position 3", "EXTRACTJSONFIELD", doc, "$..a"), bad("expected . or [ at position 2", "EXTRACTJSONFIELD", doc, "$a"), bad("and ] at position 3", "EXTRACTJSONFIELD", doc, "$[1"), bad("in double quotes", "EXTRACTJSONFIELD", doc, `$["a]`), bad("in double quotes", "EXTRACTJSONFIELD", doc, `$["a\n"]`), bad("position 3", "EXTRACTJSONFIELD", doc, "$[-1]"),
		bad("not valid JSON", "EXTRACTJSONFIELD", "{", "$.a"),
	)
}

func TestJSONValidity(t *testing.T) {
	valid := []string{"1", "-0", "0.5", "1e5", "1E-05", `"a"`, `"\u00e9\\\/"`, "true", "false", "null", "[]", "{}", " [ 1 , [ ] , { } ] ", `{"a":1,"a":[{"b":null}]}`, strings.Repeat("[", 1000) + strings.Repeat("]", 1000)}
	invalid := []string{"", " ", "abc", "01", "1.", ".5", "+1", "-", "1e", "1e+", `"a`, `"\x"`, `"\u12g4"`, "\"\n\"", "tru", "nulll", "[1,]", "[,1]", "[1 2]", "[", "{", `{"a"}`, `{"a":}`, `{"a":1,}`, `{a:1}`, "{'a':1}", "1 2", "[] x", "NaN", strings.Repeat("[", 1001) + strings.Repeat("]", 1001)}
	for _, s := range valid {
		run(t, eq("true", "IS_JSON_STRING", s))
	}
	for _, s := range invalid {
		run(t, eq("false", "IS_JSON_STRING", s))
		if strings.TrimSpace(s) != "" {
			run(t, bad("JSON", "JSON_KEYS", s))
		}
	}
	run(t, eq("false", "IS_JSON_STRING", noText))
}

func TestJSONArraysAndObjects(t *testing.T) {
	run(t,
		eq("true", "JSON_ARRAY_CONTAINS", `["Red", "Gr\u00fcn"]`, "Grün"), eq("false", "JSON_ARRAY_CONTAINS", `["1"]`, 1), eq("true", "JSON_ARRAY_CONTAINS", "[1]", 1), eq("true", "JSON_ARRAY_CONTAINS", "[1]", int64(1)), eq("false", "JSON_ARRAY_CONTAINS", "[1]", 1.0), eq("true", "JSON_ARRAY_CONTAINS", "[2, 1.0]", 1.0), eq("false", "JSON_ARRAY_CONTAINS", "[1.0]", 1), eq("false", "JSON_ARRAY_CONTAINS", "[99999999999999999999]", 1),
		eq("true", "JSON_ARRAY_CONTAINS", "[true]", true), eq("false", "JSON_ARRAY_CONTAINS", "[true]", false), eq("true", "JSON_ARRAY_CONTAINS", "[false]", false), eq("true", "JSON_ARRAY_CONTAINS", "[1, null]", null("INT")), eq("false", "JSON_ARRAY_CONTAINS", "[1]", null("INT")), eq("false", "JSON_ARRAY_CONTAINS", "[[1]]", 1), eq("true", "JSON_ARRAY_CONTAINS", "[null]", null("NULL")), eq("false", "JSON_ARRAY_CONTAINS", "[1.5]", dec(2, 1, "1.5")),
		eq("false", "JSON_ARRAY_CONTAINS", `{"a": 1}`, 1), eq("false", "JSON_ARRAY_CONTAINS", "[1", 1), eq("false", "JSON_ARRAY_CONTAINS", "", 1), bad("argument 1 (json) must not be NULL", "JSON_ARRAY_CONTAINS", noText, 1),
		eq("3", "JSON_ARRAY_LENGTH", `[1, [2, 3], {"a": [4]}]`), eq("0", "JSON_ARRAY_LENGTH", "[]"), eq("NULL", "JSON_ARRAY_LENGTH", "{}"), eq("NULL", "JSON_ARRAY_LENGTH", ""), eq("NULL", "JSON_ARRAY_LENGTH", noText), bad("not valid JSON", "JSON_ARRAY_LENGTH", "[1"),
		eq(`{"a":1,"b":2}`, "JSON_CONCAT", `{"a": 1}`, `{"b": 2}`), eq(`{"a":{"3":4},"b":1}`, "JSON_CONCAT", `{"a": {"5": 6}, "b": 1}`, `{"a": {"3": 4}}`), eq("[1,2,3,4]", "JSON_CONCAT", "[1, 2]", "[3, 4]"), eq("[null,null]", "JSON_CONCAT", "null", "null"), eq(`[1,2,{"a":1}]`, "JSON_CONCAT", "[1, 2]", `{"a": 1}`), eq("[]", "JSON_CONCAT", "[]", "[]"), eq("[1,[2],[[3]]]", "JSON_CONCAT", "[1, [2]]", "[[[3]]]"), eq("[1]", "JSON_CONCAT", "1"), eq(`[{},"a"]`, "JSON_CONCAT", "{}", `"a"`),
		eq("NULL", "JSON_CONCAT", "1", ""), eq("NULL", "JSON_CONCAT", "", "1"), eq("NULL", "JSON_CONCAT", noText, "1"), eq("NULL", "JSON_CONCAT"), bad("not valid JSON", "JSON_CONCAT", "1", "x"),
		eq(`[{"type":"A","n":1}, "a", 1.0, null]`, "JSON_ITEMS", `[{"type": "A", "n": 1}, "a", 1.0, null]`), eq("[]", "JSON_ITEMS", "[]"), eq("NULL", "JSON_ITEMS", noText), bad("no JSON array", "JSON_ITEMS", "{}"), bad("no JSON array", "JSON_ITEMS", ""),
		eq("[Red, é]", "JSON_KEYS", `{"Red": {"x": 1}, "\u00e9": 5, "Red": 2}`), eq("[]", "JSON_KEYS", "{}"), eq("NULL", "JSON_KEYS", "[]"), eq("NULL", "JSON_KEYS", ""), eq("NULL", "JSON_KEYS", noText),
		eq(`{Red=3, W=Sev"en, n={"a":[1]}}`, "JSON_RECORDS", `{"Red": 3, "W": "Sev\"en", "n": {"a": [1]}}`), eq("{}", "JSON_RECORDS", "{}"), eq("NULL", "JSON_RECORDS", "1"), eq("NULL", "JSON_RECORDS", ""), eq("NULL", "JSON_RECORDS", noText), eq("{a=null}", "JSON_RECORDS", `{"a": null}`),
	)
}

func TestJSONPrinting(t *testing.T) {
	for text, want := range map[string]string{
		"[1.50]": "1.50", "[1e5]": "100000", "[1.5e3]": "1500", "[1.5E-3]": "0.0015", "[-12.5e1]": "-125", "[-0.0]": "0.0", "[0e9]": "0", "[0.00]": "0.00", "[123456789012345678901234567890]": "123456789012345678901234567890",
		"[1e999999]": "1e999999", "[12.5e-3]": "0.0125", "[-0]": "0", `["\ud83d\ude00\ud800x\/"]`: `"😀?x/"`, `["\u0001\t\\\""]`: `"\u0001\t\\\""`, `[{"b" : 1, "a":2, "b":3}]`: `{"b":3,"a":2}`, "[1e99999999999999999999]": "1e99999999999999999999",
	} {
		run(t, eq("["+want+"]", "JSON_ITEMS", text))
	}
}

func TestToJSONString(t *testing.T) {
	run(t,
		eq(`"a\"b\\\n\u001F é"`, "TO_JSON_STRING", "a\"b\\\n\x1f é"), eq("null", "TO_JSON_STRING", noText), eq("null", "TO_JSON_STRING", null("NULL")), eq("true", "TO_JSON_STRING", true), eq("-5", "TO_JSON_STRING", -5), eq("5", "TO_JSON_STRING", int64(5)), eq("123.456", "TO_JSON_STRING", 123.456), eq("1.0E10", "TO_JSON_STRING", 1e10), eq(`"NaN"`, "TO_JSON_STRING", nan), eq(`"-Infinity"`, "TO_JSON_STRING", -inf), eq("10.20", "TO_JSON_STRING", dec(4, 2, "10.2")),
		eq(`"16:43:40"`, "TO_JSON_STRING", of("TIME", 60220000)), eq(`"16:43"`, "TO_JSON_STRING", of("TIME", 60180000)), eq(`"1972-09-27"`, "TO_JSON_STRING", of("DATE", 1000)), eq(`"1970-01-01T00:00:01.500"`, "TO_JSON_STRING", of("TIMESTAMP", 1500)), eq(`"IQ=="`, "TO_JSON_STRING", []byte("!")),
		eq("[1,null,3]", "TO_JSON_STRING", ints(1, nil, 3)), eq("[]", "TO_JSON_STRING", ints()), eq(`{"a":[],"b":null}`, "TO_JSON_STRING", pairs("MAP<STRING, ARRAY<INT>>", "b", nil, "a", []any{})), eq(`{"A":"x","B":1}`, "TO_JSON_STRING", structOf("STRUCT<B INT, A STRING>", 1, "x")), eq(`{"A":null}`, "TO_JSON_STRING", structOf("STRUCT<A INT>", nil)), eq("{}", "TO_JSON_STRING", pairs("MAP<STRING, INT>")),
	)
}

// What the parser accepts encoding/json accepts, and both mean the same value.
func TestJSONAgreesWithEncodingJSON(t *testing.T) {
	piece := rapid.SampledFrom([]string{"{", "}", "[", "]", ",", ":", `"a"`, `"\u00e9"`, "1", "-2.5", "1e3", "true", "null", " ", `"`, "x"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 1, 12).Draw(t, "pieces"), "")
		var d jsonDoc
		err := d.parse(text)
		if want := json.Valid([]byte(text)); want != (err == nil && d.nodes[0].kind != jsonMissing) {
			t.Fatalf("%q: error %v, encoding/json says %v", text, err, want)
		}
		if err != nil || d.nodes[0].kind == jsonMissing {
			return
		}
		var a, b any
		printed := d.appendJSON(nil, 0)
		if err := json.Unmarshal(printed, &b); err != nil {
			t.Fatalf("%q prints as %s: %v", text, printed, err)
		}
		_ = json.Unmarshal([]byte(text), &a)
		x, _ := json.Marshal(a)
		y, _ := json.Marshal(b)
		if string(x) != string(y) {
			t.Fatalf("%q prints as %s", text, printed)
		}
	})
}

func FuzzJSON(f *testing.F) {
	f.Add(`{"a": [1, "x", {"b": null}], "c": -1.5e3}`, "$.a[2].b")
	f.Fuzz(func(t *testing.T, text, path string) {
		var d jsonDoc
		if d.parse(text) != nil {
			return
		}
		printed := string(d.appendJSON(nil, 0))
		var again jsonDoc
		if err := again.parse(printed); err != nil {
			t.Fatalf("%q prints as %q: %v", text, printed, err)
		}
		if p, err := compilePath(path); err == nil {
			d.find(p)
		}
	})
}

func BenchmarkExtractJSONField(b *testing.B) {
	bench(b, "EXTRACTJSONFIELD", []string{`{"auction":1000,"bidder":2001,"price":324343,"channel":"Google","url":"https://www.nexmark.com/a/b/c/item.htm?query=1"}`}, "$.channel")
}

func BenchmarkJSONRecords(b *testing.B) {
	bench(b, "JSON_RECORDS", []string{`{"auction":1000,"bidder":2001,"bid":{"price":324343, "channel":"Google"},"url":"https://www.nexmark.com/a/b/c/item.htm?query=1"}`})
}
