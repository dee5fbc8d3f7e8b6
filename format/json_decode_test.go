package format

import (
	"strings"
	"testing"
)

func TestJSONDecode(t *testing.T) {
	no := false
	for _, c := range []struct{ columns, record, want string }{
		// Members.
		{"A INTEGER, B STRING", `{"A":1,"B":"x"}`, `A=1 B="x"`},
		{"A INTEGER, B STRING", ` { "B" : "x" , "A" : 1 } `, `A=1 B="x"`},
		{"A INTEGER, B STRING", `{"other":[1,{"A":9}],"B":"x"}`, `A=null B="x"`},
		{"A INTEGER", `{}`, `A=null`},
		{"A INTEGER", `{"A":null}`, `A=null`},
		{"A INTEGER", `null`, `A=null`},
		{"A INTEGER", `7`, `error: $: the record is a JSON number, but should be a JSON object with the columns as members`},
		// Names: exact first, then upper case.
		{"A INTEGER", `{"a":1}`, `A=1`},
		{"A INTEGER", `{"A":1,"a":2}`, `A=1`},
		{"A INTEGER", `{"a":2,"A":1}`, `A=1`},
		{"A INTEGER", `{"a":2,"A":null}`, `A=null`},
		{"A INTEGER", `{"A":1,"A":2}`, `A=2`},
		{"A INTEGER", `{"A":null,"A":2}`, `A=2`},
		{"AB INTEGER", `{"aB":1,"Ab":2}`, `AB=2`},
		{"ab INTEGER", `{"AB":1}`, `ab=null`},
		{"ab INTEGER", `{"ab":1}`, `ab=1`},
		{"ÄÖ INTEGER", `{"äö":1}`, `ÄÖ=1`},
		{"A INTEGER", `{"\u0061":1}`, `A=1`},
		{`A"B INTEGER`, `{"a\"b":1}`, `A"B=1`},
		// An overridden value may be wrong.
		{"A INTEGER", `{"A":"x","A":2}`, `A=2`},
		{"A INTEGER", `{"A":2,"A":"x"}`, "error: $.A: the text \"x\" cannot be read as INTEGER"},
		{"A INTEGER", `{"A":2,"a":"x"}`, `A=2`},
		{"S STRUCT<A INTEGER>", `{"S":{"A":"x"},"S":{"A":2}}`, `S=(A=2)`},
		{"S STRUCT<A INTEGER>", `{"S":{"A":"x","A":2}}`, `S=(A=2)`},
		{"S STRUCT<A INTEGER, B INTEGER>", `{"S":{"A":1,"B":null},"S":{"B":2}}`, `S=(A=null B=2)`},
		{"M MAP<STRING, INTEGER>", `{"M":{"k":"x","j":1,"k":2}}`, `M={"k":2 "j":1}`},
		{"M MAP<STRING, INTEGER>", `{"M":{"k":null,"k":2}}`, `M={"k":2}`},
		// Integers.
		{"A INTEGER", `{"A":-2147483648}`, `A=-2147483648`},
		{"A INTEGER", `{"A":2147483648}`, `error: $.A: the number 2147483648 is outside the range of INTEGER`},
		{"A INTEGER", `{"A":1.9}`, `A=1`},
		{"A INTEGER", `{"A":-1.9}`, `A=-1`},
		{"A INTEGER", `{"A":12e-1}`, `A=1`},
		{"A INTEGER", `{"A":1e2}`, `A=100`},
		{"A INTEGER", `{"A":"12"}`, `A=12`},
		{"A INTEGER", `{"A":"+12"}`, `A=12`},
		{"A INTEGER", `{"A":"1.5"}`, `error: $.A: the text "1.5" cannot be read as INTEGER`},
		{"A INTEGER", `{"A":"1e1"}`, `error: $.A: the text "1e1" cannot be read as INTEGER`},
		{"A INTEGER", `{"A":""}`, `error: $.A: the text "" cannot be read as INTEGER`},
		{"A INTEGER", `{"A":true}`, `error: $.A: a JSON boolean cannot be read as INTEGER`},
		{"A BIGINT", `{"A":9223372036854775807}`, `A=9223372036854775807`},
		{"A BIGINT", `{"A":-9223372036854775808}`, `A=-9223372036854775808`},
		{"A BIGINT", `{"A":9223372036854775808}`, `error: $.A: the number 9223372036854775808 is outside the range of BIGINT`},
		{"A BIGINT", `{"A":123456789012345678901234567890}`, `error: $.A: the number 123456789012345678901234567890 is outside the range of BIGINT`},
		{"A BIGINT", `{"A":1e1000000000000000000000}`, `error: $.A: the number 1e1000000000000000000000 is outside the range of BIGINT`},
		{"A BIGINT", `{"A":0e1000000000000000000000}`, `A=0`},
		{"A BIGINT", `{"A":"-5"}`, `A=-5`},
		// Times.
		{"A DATE, B TIME, C TIMESTAMP", `{"A":1,"B":1000,"C":-1}`, `A=1970-01-02 B=00:00:01.000 C=1969-12-31T23:59:59.999`},
		{"B TIME", `{"B":86400000}`, `error: $.B: the number 86400000 is outside the range of TIME`},
		{"B TIME", `{"B":"5"}`, `B=00:00:00.005`},
		// Doubles.
		{"A DOUBLE", `{"A":1.5}`, `A=1.5`},
		{"A DOUBLE", `{"A":-0.1}`, `A=-0.1`},
		{"A DOUBLE", `{"A":1e400}`, `A=+Inf`},
		{"A DOUBLE", `{"A":0.1234567890123456789}`, `A=0.12345678901234568`},
		{"A DOUBLE", `{"A":"NaN"}`, `A=NaN`},
		{"A DOUBLE", `{"A":"-Infinity"}`, `A=-Inf`},
		{"A DOUBLE", `{"A":"1.5"}`, `A=1.5`},
		{"A DOUBLE", `{"A":"x"}`, `error: $.A: the text "x" cannot be read as DOUBLE`},
		// Decimals.
		{"A DECIMAL(4, 2)", `{"A":10.1}`, `A=10.10`},
		{"A DECIMAL(4, 2)", `{"A":"-0.05"}`, `A=-0.05`},
		{"A DECIMAL(4, 2)", `{"A":1.2300}`, `A=1.23`},
		{"A DECIMAL(4, 2)", `{"A":1e1}`, `A=10.00`},
		{"A DECIMAL(4, 2)", `{"A":1.234}`, `error: $.A: the number 1.234 does not fit DECIMAL(4, 2) without rounding`},
		{"A DECIMAL(4, 2)", `{"A":100}`, `error: $.A: the number 100 does not fit DECIMAL(4, 2) without rounding`},
		{"A DECIMAL(4, 2)", `{"A":1e2}`, `error: $.A: the number 1e2 does not fit DECIMAL(4, 2) without rounding`},
		{"A DECIMAL(30, 5)", `{"A":1234567890123456789012345.67891}`, `A=1234567890123456789012345.67891`},
		{"A DECIMAL(30, 0)", `{"A":-1e29}`, `A=-100000000000000000000000000000`},
		{"A DECIMAL(4, 2)", `{"A":1e999999999999}`, `error: $.A: the number 1e999999999999 does not fit DECIMAL(4, 2) without rounding`},
		{"A DECIMAL(4, 2)", `{"A":false}`, `error: $.A: a JSON boolean cannot be read as DECIMAL(4, 2)`},
		// Booleans and bytes.
		{"A BOOLEAN, B BOOLEAN", `{"A":true,"B":false}`, `A=true B=false`},
		{"A BOOLEAN", `{"A":"true"}`, `error: $.A: a JSON string cannot be read as BOOLEAN`},
		{"A BOOLEAN", `{"A":1}`, `error: $.A: a JSON number cannot be read as BOOLEAN`},
		{"A BYTES", `{"A":"AQID"}`, `A=[1 2 3]`},
		{"A BYTES", `{"A":"\/\/8="}`, `A=[255 255]`},
		{"A BYTES", `{"A":"?"}`, `error: $.A: the text "?" cannot be read as BYTES (it must be base64)`},
		// Strings.
		{"A STRING", `{"A":"a\"\\\/\b\f\n\r\tä\u00e4\ud83d\ude00"}`, "A=\"a\\\"\\\\/\\b\\f\\n\\r\\tää😀\""},
		{"A STRING", `{"A":"\ud83d x"}`, "A=\"\ufffd x\""},
		{"A STRING", "{\"A\":\"a\xffb\"}", "A=\"a\ufffdb\""},
		// Any JSON is text for a STRING.
		{"A STRING", `{"A":12}`, `A="12"`},
		{"A STRING", `{"A":-0}`, `A="0"`},
		{"A STRING", `{"A":1.50}`, `A="1.50"`},
		{"A STRING", `{"A":1e3}`, `A="1E+3"`},
		{"A STRING", `{"A":0.0000001}`, `A="1E-7"`},
		{"A STRING", `{"A":true}`, `A="true"`},
		{"A STRING", `{"A":[1, "b", null, [2 ,3], {"x" : 1}]}`, `A="[1, b, null, [2, 3], {\"x\":1}]"`},
		{"A STRING", `{"A":{ "b" : [ 1 , "x" ] , "a" : { } , "n":null,"s":"\u0001\/" }}`, `A="{\"b\":[1,\"x\"],\"a\":{},\"n\":null,\"s\":\"\\u0001/\"}"`},
		{"A STRING", `{"A":{"x":1,"y":2,"x":3}}`, `A="{\"x\":3,\"y\":2}"`},
		{"A STRING", `{"A":[]}`, `A="[]"`},
		// Nested.
		{"A ARRAY<INTEGER>", `{"A":[1,null,3]}`, `A=[1 null 3]`},
		{"A ARRAY<INTEGER>", `{"A":[]}`, `A=[]`},
		{"A ARRAY<ARRAY<STRING>>", `{"A":[["a"],null,[],["b","c"]]}`, `A=[["a"] null [] ["b" "c"]]`},
		{"A ARRAY<INTEGER>", `{"A":{"x":1}}`, `error: $.A: a JSON object cannot be read as ARRAY<INTEGER>`},
		{"A ARRAY<STRUCT<B INTEGER>>", `{"A":[{"b":1},{"b":"x"}]}`, `error: $.A[1].B: the text "x" cannot be read as INTEGER`},
		{"A MAP<STRING, ARRAY<INTEGER>>", `{"A":{"x":[1],"y":null}}`, `A={"x":[1] "y":null}`},
		{"A MAP<STRING, INTEGER>", `{"A":{"x y":[]}}`, "error: $.A.`x y`: a JSON array cannot be read as INTEGER"},
		{"A STRUCT<B INTEGER, C STRUCT<D STRING>>", `{"A":{"C":{"D":"x"},"b":1}}`, `A=(B=1 C=(D="x"))`},
		{"A STRUCT<B INTEGER>", `{"A":null}`, `A=null`},
		// Syntax: the whole record counts.
		{"A INTEGER", ``, `error: invalid JSON at byte 0: expected a value, found the end of the record`},
		{"A INTEGER", `{"A":1`, `error: invalid JSON at byte 6: expected a comma or }, found the end of the record`},
		{"A INTEGER", `{"A":1,}`, `error: invalid JSON at byte 7: expected a member name in quotes, found "}"`},
		{"A INTEGER", `{"A":1}x`, `error: invalid JSON at byte 7: expected the end of the record, found "x"`},
		{"A INTEGER", `{"A":01}`, `error: invalid JSON at byte 6: expected a comma or }, found "1"`},
		{"A INTEGER", `{"A":1,"B":tru}`, `error: invalid JSON at byte 11: expected true, found "t"`},
		{"A INTEGER", `{"A":"x","B":[1 2]}`, `error: invalid JSON at byte 16: expected a comma or ], found "2"`},
		{"A INTEGER", "{\"A\":1,\"B\":\"a\nb\"}", "error: invalid JSON at byte 13: expected an escape such as \\n instead of a control character, found \"\\n\""},
	} {
		if got := decodeOne(t, Spec{Name: "JSON", Columns: columns(t, c.columns), WrapSingle: nil}, []byte(c.record)); got != c.want {
			t.Errorf("%s from %s\n got %s\nwant %s", c.columns, c.record, got, c.want)
		}
	}
	for _, c := range []struct{ columns, record, want string }{
		{"A INTEGER", `12`, `A=12`},
		{"A STRING", ` "x" `, `A="x"`},
		{"A STRING", `null`, `A=null`},
		{"A STRUCT<B DOUBLE>", `{"b":1.5}`, `A=(B=1.5)`},
		{"A ARRAY<INTEGER>", `[1,2]`, `A=[1 2]`},
		{"A BOOLEAN", `1`, `error: $: a JSON number cannot be read as BOOLEAN`},
		{"A INTEGER", `1 2`, `error: invalid JSON at byte 2: expected the end of the record, found "2"`},
	} {
		if got := decodeOne(t, Spec{Name: "JSON", Columns: columns(t, c.columns), WrapSingle: &no}, []byte(c.record)); got != c.want {
			t.Errorf("bare %s from %s\n got %s\nwant %s", c.columns, c.record, got, c.want)
		}
		if got := decodeOne(t, Spec{Name: "JSON", Columns: columns(t, c.columns), IsKey: true}, []byte(c.record)); got != c.want {
			t.Errorf("key %s from %s\n got %s\nwant %s", c.columns, c.record, got, c.want)
		}
	}
}

// Records of changing shape go through one decoder, so what it remembers of one
// record must not harm the next.
func TestJSONDecodeBatch(t *testing.T) {
	cols := columns(t, "A INTEGER, B STRING, C ARRAY<INTEGER>")
	records := [][]byte{
		[]byte(`{"A":1,"B":"x","C":[1]}`),
		[]byte(`{"a":2,"b":"y","c":[2,3]}`),
		nil,
		[]byte(`{"A":1,"B":`),
		[]byte(`{"A": 3, "B": "z", "C": []}`),
		[]byte(`{"A":4,"B":"x"}`),
		[]byte(`{"A":5,"B":"x","D":true,"C":[4]}`),
		[]byte(`{"C":"no","A":6}`),
		[]byte(`{"A":7,"B":"x","C":[1]}`),
	}
	want := []string{
		`A=1 B="x" C=[1]`, `A=2 B="y" C=[2 3]`, `A=null B=null C=null`, `error`, `A=3 B="z" C=[]`, `A=4 B="x" C=null`,
		`A=5 B="x" C=[4]`, `error`, `A=7 B="x" C=[1]`,
	}
	d := mustNew(t, Spec{Name: "JSON", Columns: cols}).NewDecoder(nil)
	for round := range 3 {
		out, errs := vectors(cols, len(records)), &Errors{}
		d.Decode(spans(records...), upTo(len(records)), out, errs)
		for _, r := range errs.Drop(nil, upTo(len(records))) {
			if got := rowText(cols, out, int(r)); got != want[r] {
				t.Errorf("round %d row %d: got %s, want %s", round, r, got, want[r])
			}
		}
		if len(errs.Records) != 2 || errs.Records[0].Row != 3 || errs.Records[1].Row != 7 {
			t.Errorf("round %d: errors %v, want rows 3 and 7", round, errs.Records)
		}
	}
}

// A column that nobody needs is not stored, but its values must be of its type.
func TestJSONDecodeOnlyNeeded(t *testing.T) {
	cols := columns(t, "A INTEGER, B STRING, C DECIMAL(3,1), D STRUCT<X ARRAY<INTEGER>>, E STRING, F BYTES")
	d := mustNew(t, Spec{Name: "JSON", Columns: cols}).NewDecoder([]bool{false, true, false, false, false, false})
	for _, c := range []struct{ record, want string }{
		{`{"A":1,"B":"x","C":1,"D":{"X":[1,2]},"E":5,"F":"YQ=="}`, `A=null B="x"`},
		{`{"a":"1","B":"x","c":null,"E":{"any":"thing"}}`, `A=null B="x"`},
		{`{"A":"one","a":1,"A":2,"B":"x"}`, `A=null B="x"`},
		{`{"A":"wrong","B":"x"}`, `error: $.A: the text "wrong" cannot be read as INTEGER`},
		{`{"A":1,"B":"x","C":1.25}`, `error: $.C: the number 1.25 does not fit DECIMAL(3, 1) without rounding`},
		{`{"A":1,"B":"x","D":{"X":[1,true]}}`, `error: $.D.X[1]: a JSON boolean cannot be read as INTEGER`},
		{`{"A":1,"B":"x","F":"?"}`, `error: $.F: the text "?" cannot be read as BYTES (it must be base64)`},
		{`{"A":1,"B":"y","C":nul}`, `error: invalid JSON at byte 19: expected null, found "n"`},
	} {
		out, errs := vectors(cols, 1), &Errors{}
		out[2] = nil
		d.Decode(spans([]byte(c.record)), upTo(1), out, errs)
		got := rowText(cols[:2], out[:2], 0)
		if len(errs.Records) > 0 {
			got = "error: " + errs.Records[0].Error()
		}
		if got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.record, got, c.want)
		}
	}
	bare := mustNew(t, Spec{Name: "JSON", Columns: cols[:1], IsKey: true}).NewDecoder([]bool{false})
	errs := &Errors{}
	bare.Decode(spans([]byte("1"), []byte(`"x"`), nil), upTo(3), vectors(cols[:1], 3), errs)
	if len(errs.Records) != 1 || errs.Records[0].Row != 1 {
		t.Errorf("a bare value: errors %v, want one in row 1", errs.Records)
	}
}

func TestJSONStringsAreNotCopied(t *testing.T) {
	cols := columns(t, "A STRING")
	in := spans([]byte(`{"A":"plain"}`))
	out := vectors(cols, 1)
	mustNew(t, Spec{Name: "JSON", Columns: cols}).NewDecoder(nil).Decode(in, upTo(1), out, &Errors{})
	in.Data[6] = 'P'
	if out[0].Str[0] != "Plain" {
		t.Errorf("the string %q is a copy, not a view of the record", out[0].Str[0])
	}
}

func TestJSONDepth(t *testing.T) {
	for _, c := range []struct {
		depth int
		want  string
	}{{9999, "A=1"}, {10000, "error: invalid JSON at byte"}} {
		record := `{"x":` + strings.Repeat("[", c.depth) + strings.Repeat("]", c.depth) + `,"A":1}`
		if got := decodeOne(t, Spec{Name: "JSON", Columns: columns(t, "A INTEGER")}, []byte(record)); !strings.HasPrefix(got, c.want) {
			t.Errorf("%d arrays in an object: got %.80s, want %s", c.depth, got, c.want)
		}
	}
}

func TestJSONManyMapKeys(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"M":{`)
	for k := range 40 {
		if k > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"k` + string(rune('a'+k%20)) + `":` + string(rune('0'+k/20)))
	}
	b.WriteString(`}}`)
	got := decodeOne(t, Spec{Name: "JSON", Columns: columns(t, "M MAP<STRING, INTEGER>")}, []byte(b.String()))
	if n := strings.Count(got, ":1"); n != 20 || strings.Contains(got, ":0") {
		t.Errorf("of twenty names given twice the last values count, got %s", got)
	}
}
