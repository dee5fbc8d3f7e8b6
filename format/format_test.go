package format

import (
	"strings"
	"testing"

	"github.com/leatdb/leat/types"
)

func TestRefusals(t *testing.T) {
	yes, no := true, false
	for _, c := range []struct {
		spec Spec
		want string // "" when accepted.
	}{
		{Spec{Name: "json", Columns: columns(t, "A STRING")}, ""},
		{Spec{Name: "YAML", Columns: columns(t, "A STRING")}, "unknown format YAML: known formats are AVRO, DELIMITED, JSON, JSON_SR, KAFKA, NONE, PROTOBUF, PROTOBUF_NOSR"},
		{Spec{Name: "JSON", IsKey: true, Columns: columns(t, "A STRING, K MAP<STRING, STRING>")}, "format JSON cannot carry key column `K` of type MAP<STRING, STRING>: a MAP cannot be in a key"},
		{Spec{Name: "JSON", IsKey: true, Columns: columns(t, "K ARRAY<STRUCT<M MAP<STRING, STRING>>>")}, "key column `K`"},
		{Spec{Name: "JSON", Columns: columns(t, "M MAP<INTEGER, STRING>")}, "the keys of a MAP must be STRING in JSON, not INTEGER"},
		{Spec{Name: "JSON", Columns: columns(t, "M MAP<STRING, STRING>")}, ""},
		{Spec{Name: "JSON", Columns: columns(t, "A STRING, B STRING"), WrapSingle: &yes}, "WRAP_SINGLE_VALUE is for values of one column, but there are 2: `A` STRING, `B` STRING"},
		{Spec{Name: "JSON", Columns: columns(t, "A STRING"), WrapSingle: &no}, ""},
		{Spec{Name: "JSON", Columns: columns(t, "A STRING"), WrapSingle: &no, IsKey: true}, "a single key column is always written bare"},
		{Spec{Name: "JSON", Columns: columns(t, "A STRING"), Properties: map[string]string{"DELIMITER": "|"}}, "VALUE_DELIMITER is for DELIMITED, and the format here is JSON"},
		{Spec{Name: "JSON", Columns: columns(t, "A STRING"), Properties: map[string]string{"COLOUR": "red"}}, "format JSON has no property COLOUR"},
		{Spec{Name: "DELIMITED", Columns: columns(t, "A STRING, B DECIMAL(4, 2), C TIMESTAMP, D BYTES")}, ""},
		{Spec{Name: "DELIMITED", Columns: columns(t, "A ARRAY<INTEGER>")}, "format DELIMITED cannot carry value column `A` of type ARRAY<INTEGER>: a line of delimited text has no place for nested values"},
		{Spec{Name: "DELIMITED", IsKey: true, Columns: columns(t, "A STRUCT<B INTEGER>")}, "nested values"},
		{Spec{Name: "DELIMITED", Columns: columns(t, "A STRING"), WrapSingle: &yes}, "format DELIMITED cannot wrap a single value"},
		{Spec{Name: "DELIMITED", Columns: columns(t, "A STRING"), Properties: map[string]string{"DELIMITER": "tab"}}, ""},
		{Spec{Name: "DELIMITED", Columns: columns(t, "A STRING"), Properties: map[string]string{"DELIMITER": ""}}, `VALUE_DELIMITER "": a delimiter is one character`},
		{Spec{Name: "DELIMITED", IsKey: true, Columns: columns(t, "A STRING"), Properties: map[string]string{"DELIMITER": "||"}}, `KEY_DELIMITER "||": a delimiter is one character`},
		{Spec{Name: "DELIMITED", Columns: columns(t, "A STRING"), Properties: map[string]string{"DELIMITER": " "}}, "a delimiter is one character"},
		{Spec{Name: "DELIMITED", Columns: columns(t, "A STRING"), Properties: map[string]string{"DELIMITER": "\""}}, "this character cannot be a delimiter"},
		{Spec{Name: "KAFKA", Columns: columns(t, "A STRING, B INTEGER")}, "format KAFKA carries a single value column, but there are 2: `A` STRING, `B` INTEGER; choose a format for several columns: AVRO, DELIMITED, JSON, JSON_SR, PROTOBUF, PROTOBUF_NOSR"},
		{Spec{Name: "KAFKA", IsKey: true, Columns: columns(t, "A BOOLEAN")}, "format KAFKA cannot carry key column `A` of type BOOLEAN: it carries INTEGER, BIGINT, DOUBLE, STRING and BYTES"},
		{Spec{Name: "KAFKA", Columns: columns(t, "A ARRAY<INTEGER>")}, "cannot carry value column"},
		{Spec{Name: "KAFKA", Columns: columns(t, "A INTEGER"), WrapSingle: &yes}, "format KAFKA cannot wrap a single value"},
		{Spec{Name: "KAFKA", Columns: columns(t, "A INTEGER"), WrapSingle: &no}, ""},
		{Spec{Name: "KAFKA", IsKey: true}, ""},
		{Spec{Name: "NONE", IsKey: true}, ""},
		{Spec{Name: "NONE", IsKey: true, Columns: columns(t, "A INTEGER, B STRING")}, "format NONE carries no key columns, but there are: `A` INTEGER, `B` STRING; choose another KEY_FORMAT"},
	} {
		_, err := New(c.spec)
		switch {
		case err == nil && c.want != "":
			t.Errorf("%+v was accepted, want %q", c.spec, c.want)
		case err != nil && (c.want == "" || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%+v: got %q, want %q", c.spec, err, c.want)
		}
	}
}

func TestSupportsType(t *testing.T) {
	for _, c := range []struct {
		format, typ string
		key, value  bool
	}{
		{"JSON", "MAP<STRING, INTEGER>", false, true},
		{"JSON", "DECIMAL(4, 2)", true, true},
		{"DELIMITED", "DECIMAL(4, 2)", true, true},
		{"DELIMITED", "ARRAY<INTEGER>", false, false},
		{"KAFKA", "BIGINT", true, true},
		{"KAFKA", "DATE", false, false},
		{"NONE", "STRING", false, false},
	} {
		f, ok := Lookup(c.format)
		if !ok {
			t.Fatalf("format %s is not known", c.format)
		}
		if key, value := f.SupportsType(types.MustType(c.typ), true), f.SupportsType(types.MustType(c.typ), false); key != c.key || value != c.value {
			t.Errorf("%s, %s: key %v value %v, want %v %v", c.format, c.typ, key, value, c.key, c.value)
		}
	}
}

// Without columns there is nothing to read, whatever the bytes are.
func TestNoColumns(t *testing.T) {
	for _, c := range []struct {
		spec Spec
		want string
	}{
		{Spec{Name: "NONE", IsKey: true}, "NULL"},
		{Spec{Name: "KAFKA", IsKey: true}, "NULL"},
		{Spec{Name: "JSON", IsKey: true}, "NULL"},
		{Spec{Name: "JSON"}, "{}"},
		{Spec{Name: "DELIMITED"}, ""},
	} {
		if got := encodeOne(t, c.spec); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.spec, got, c.want)
		}
		if got := decodeOne(t, c.spec, []byte("ignored")); got != "" {
			t.Errorf("%+v: got %q", c.spec, got)
		}
	}
}
