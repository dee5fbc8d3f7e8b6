package format

import "testing"

// FuzzDelimitedDecode: no input may harm, and what is read must survive being
// written and read again.
func FuzzDelimitedDecode(f *testing.F) {
	for _, seed := range []string{"1,x,2.5,true,AQID,1.25", `"1","a""b",,,,`, "1", ",,,,,", `"`, `""x,`, "a,b\nc,d,e,f", "-1,\xff,NaN,false,,1e2\r\n"} {
		f.Add([]byte(seed), ",")
		f.Add([]byte(seed), "é")
	}
	cols := columns(f, "A INTEGER, B STRING, C DOUBLE, D BOOLEAN, E BYTES, F DECIMAL(20, 2)")
	f.Fuzz(func(t *testing.T, record []byte, delimiter string) {
		spec := Spec{Name: "DELIMITED", Columns: cols, Properties: map[string]string{PropertyDelimiter: delimiter}}
		format, err := New(spec)
		if err != nil {
			t.Skip("not a delimiter: ", err)
		}
		out, errs := vectors(cols, 1), &Errors{}
		format.NewDecoder(nil).Decode(spans(record), upTo(1), out, errs)
		if len(errs.Records) == 0 {
			encodeDecode(t, spec, out, rowText(cols, out, 0))
		}
	})
}
