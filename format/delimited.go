package format

import (
	"github.com/leatdb/leat/types"
)

// delimitedFormat is format DELIMITED: one line of CSV per record, a field per
// column, no header. An empty field is NULL, so an empty STRING reads back as
// NULL. The rules of quoting are those of Apache Commons CSV, which ksqlDB
// uses, so that the bytes are the same.
type delimitedFormat struct {
	columns   []types.Column
	delimiter string
}

func newDelimited(spec Spec) (Format, error) {
	delimiter := ","
	if text, ok := spec.Properties[PropertyDelimiter]; ok {
		var err error
		if delimiter, err = parseDelimiter(text); err != nil {
			return nil, err
		}
	}
	return &delimitedFormat{spec.Columns, delimiter}, nil
}

func delimitedTypeOK(t *types.Type, _ bool) string {
	switch t.Kind {
	case types.Array, types.Map, types.Struct:
		return "a line of delimited text has no place for nested values; choose JSON"
	}
	return ""
}
