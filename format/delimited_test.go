package format

import (
	"math"
	"math/big"
	"testing"

	"github.com/leatdb/leat/types"
)

func TestDelimitedDecode(t *testing.T) {
	for _, c := range []struct{ columns, delimiter, record, want string }{
		{"A INTEGER, B STRING", ",", "1,x", `A=1 B="x"`},
		{"A INTEGER, B STRING", ",", "1,x\n", `A=1 B="x"`},
		{"A INTEGER, B STRING", ",", "1,x\r\n", `A=1 B="x"`},
		{"A INTEGER, B STRING", ",", ",", `A=null B=null`},
		{"A INTEGER, B STRING", ",", `"1","a,""b""` + "\n" + `c"`, `A=1 B="a,\"b\"\nc"`},
		{"A STRING, B STRING", ",", ` a ,b"c`, `A=" a " B="b\"c"`},
		{"A STRING, B STRING", ",", `"a" ,""`, `A="a" B=null`},
		{"A STRING, B STRING", "|", "a,b|c", `A="a,b" B="c"`},
		{"A STRING, B STRING", "SPACE", "a b", `A="a" B="b"`},
		{"A STRING, B STRING", "tab", "\"a\"\tb c", `A="a" B="b c"`},
		{"A STRING, B STRING", "│", "a│\"b\"", `A="a" B="b"`},
		{"A STRING", ",", "", `A=null`},
		{"A STRING", ",", "a\xffb", "A=\"a\ufffdb\""},
		{"A BIGINT, B DOUBLE", ",", "-9223372036854775808,1.5E3", `A=-9223372036854775808 B=1500`},
		{"A DOUBLE, B DOUBLE", ",", "NaN,-Infinity", `A=NaN B=-Inf`},
		{"A DECIMAL(6, 2), B BOOLEAN", ",", "12.5,TRUE", `A=12.50 B=true`},
		{"A DATE, B TIME, C TIMESTAMP", ",", "1,2,3", `A=1970-01-02 B=00:00:00.002 C=1970-01-01T00:00:00.003`},
		{"A BYTES", ",", "AQID", `A=[1 2 3]`},
		{"A INTEGER, B STRING", ",", "1", "error: the record has 1 columns, but there must be 2"},
		{"A INTEGER, B STRING", ",", "1,2,3", "error: the record has 3 columns, but there must be 2"},
		{"A INTEGER, B STRING", ",", "x,2,3", "error: the record has 3 columns, but there must be 2"},
		{"A INTEGER, B STRING", ",", "x,2", "error: `A`: the text \"x\" cannot be read as INTEGER"},
		{"A INTEGER, B STRING", ",", "1.5,2", "error: `A`: the text \"1.5\" cannot be read as INTEGER"},
		{"A INTEGER, B STRING", ",", "3000000000,2", "error: `A`: the number 3000000000 is outside the range of INTEGER"},
		{"A INTEGER, B DOUBLE", ",", "1,x", "error: `B`: the text \"x\" cannot be read as DOUBLE"},
		{"A INTEGER, B BOOLEAN", ",", "1,yes", "error: `B`: the text \"yes\" cannot be read as BOOLEAN (it must be true or false)"},
		{"A DECIMAL(3, 2), B STRING", ",", "10,x", "error: `A`: the number 10 does not fit DECIMAL(3, 2) without rounding"},
		{"A INTEGER, B STRING", ",", `1,"x`, "error: `B`: the closing quote of a field is missing"},
		{"A INTEGER, B STRING", ",", `"1"x,2`, "error: `A`: there is text between the closing quote of a field and the delimiter \",\""},
		{"A INTEGER, B STRING", ",", "1,x\n2,y", "error: `B`: the record has more than one line; quote a field that contains line breaks"},
	} {
		spec := Spec{Name: "DELIMITED", Columns: columns(t, c.columns), Properties: map[string]string{"DELIMITER": c.delimiter}}
		if got := decodeOne(t, spec, []byte(c.record)); got != c.want {
			t.Errorf("%s from %q\n got %s\nwant %s", c.columns, c.record, got, c.want)
		}
	}
}

func TestDelimitedEncode(t *testing.T) {
	for _, c := range []struct {
		columns, delimiter string
		values             []any
		want               string
	}{
		{"A INTEGER, B STRING", ",", []any{int32(1), "x y"}, `1,x y`},
		{"A INTEGER, B STRING", ",", []any{nil, nil}, `,`},
		{"A STRING, B STRING", ",", []any{"", ""}, `"",`},
		{"A INTEGER, B INTEGER", ",", []any{int32(-1), int32(-1)}, `"-1",-1`},
		{"A STRING, B STRING", ",", []any{"é", "é"}, `"é",é`},
		{"A STRING, B STRING", ",", []any{"a,b", `a"b`}, `"a,b","a""b"`},
		{"A STRING, B STRING", "|", []any{"a,b", `a|b`}, `a,b|"a|b"`},
		{"A STRING, B STRING", "SPACE", []any{"a", `a b`}, `a "a b"`},
		{"A STRING, B STRING", ",", []any{"a ", " a"}, `"a "," a"`},
		{"A STRING, B STRING", ",", []any{"a\nb", "#"}, "\"a\nb\",\"#\""},
		{"A DOUBLE, B DOUBLE", ",", []any{1e10, math.NaN()}, `1.0E10,NaN`},
		{"A DECIMAL(4, 2), B BOOLEAN", ",", []any{types.DecimalValue{Unscaled: big.NewInt(150), Scale: 2}, true}, `1.50,true`},
		{"A BYTES, B DATE", ",", []any{[]byte{1, 2, 3, 4}, types.DateValue(-5)}, `AQIDBA==,-5`},
		{"A STRING", ",", []any{nil}, `NULL`},
		{"A STRING", ",", []any{""}, `""`},
	} {
		spec := Spec{Name: "DELIMITED", Columns: columns(t, c.columns), Properties: map[string]string{"DELIMITER": c.delimiter}}
		if got := encodeOne(t, spec, c.values...); got != c.want {
			t.Errorf("%s of %v\n got %s\nwant %s", c.columns, c.values, got, c.want)
		}
	}
}

// A column that nobody needs is not stored, but its values must be of its type.
func TestDelimitedDecodeOnlyNeeded(t *testing.T) {
	cols := columns(t, "A INTEGER, B STRING, C BOOLEAN, D STRING")
	d := mustNew(t, Spec{Name: "DELIMITED", Columns: cols}).NewDecoder([]bool{false, true, false, false})
	out, errs := vectors(cols, 4), &Errors{}
	out[2] = nil
	d.Decode(spans([]byte("1,x,true,y"), []byte("one,x,true,y"), []byte(",x,,"), []byte("1,x,yes,y")), upTo(4), out, errs)
	if len(errs.Records) != 2 || errs.Records[0].Row != 1 || errs.Records[1].Row != 3 {
		t.Fatalf("errors %v, want rows 1 and 3", errs.Records)
	}
	if got := rowText(cols[:2], out[:2], 2); got != `A=null B="x"` {
		t.Errorf("got %s", got)
	}
}
