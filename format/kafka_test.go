package format

import "testing"

func TestKafka(t *testing.T) {
	for _, c := range []struct {
		columns string
		value   any
		want    string
	}{
		{"A INTEGER", int32(-2), "\xff\xff\xff\xfe"},
		{"A BIGINT", int64(258), "\x00\x00\x00\x00\x00\x00\x01\x02"},
		{"A DOUBLE", 1.5, "\x3f\xf8\x00\x00\x00\x00\x00\x00"},
		{"A STRING", "é", "é"},
		{"A STRING", "", ""},
		{"A BYTES", []byte{1, 255}, "\x01\xff"},
		{"A STRING", nil, "NULL"},
	} {
		spec := Spec{Name: "KAFKA", Columns: columns(t, c.columns)}
		if got := encodeOne(t, spec, c.value); got != c.want {
			t.Errorf("%s of %v: got %q, want %q", c.columns, c.value, got, c.want)
		}
	}
	for _, c := range []struct{ columns, record, want string }{
		{"A INTEGER", "\xff\xff\xff\xfe", "A=-2"},
		{"A BIGINT", "\x00\x00\x00\x00\x00\x00\x01\x02", "A=258"},
		{"A DOUBLE", "\x3f\xf8\x00\x00\x00\x00\x00\x00", "A=1.5"},
		{"A STRING", "a\xff", "A=\"a\ufffd\""},
		{"A STRING", "", `A=""`},
		{"A BYTES", "a\xff", "A=[97 255]"},
		{"A INTEGER", "123", "error: `A`: INTEGER in format KAFKA has 4 bytes, but the record has 3"},
		{"A BIGINT", "", "error: `A`: BIGINT in format KAFKA has 8 bytes, but the record has 0"},
		{"A DOUBLE", "1234", "error: `A`: DOUBLE in format KAFKA has 8 bytes, but the record has 4"},
	} {
		if got := decodeOne(t, Spec{Name: "KAFKA", Columns: columns(t, c.columns)}, []byte(c.record)); got != c.want {
			t.Errorf("%s from %q: got %s, want %s", c.columns, c.record, got, c.want)
		}
	}
}
