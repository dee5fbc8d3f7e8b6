package format

import (
	"fmt"
	"strings"
	"testing"

	"github.com/leatdb/leat/types"
)

// columns reads "A INTEGER, b STRING" as columns; names keep their case.
func columns(t testing.TB, text string) []types.Column {
	t.Helper()
	var quoted []string
	depth, from := 0, 0
	for i, c := range text + "," {
		switch {
		case c == '<' || c == '(':
			depth++
		case c == '>' || c == ')':
			depth--
		case c == ',' && depth == 0:
			name, typ, _ := strings.Cut(strings.TrimSpace((text + ",")[from:i]), " ")
			quoted = append(quoted, types.QuoteName(strings.Trim(name, "`"))+" "+typ)
			from = i + 1
		}
	}
	st, err := types.ParseType("STRUCT<" + strings.Join(quoted, ", ") + ">")
	if err != nil {
		t.Fatal(err)
	}
	var out []types.Column
	for _, f := range st.Fields {
		out = append(out, types.Column{Name: f.Name, Type: f.Type})
	}
	return out
}

func mustNew(t testing.TB, spec Spec) Format {
	t.Helper()
	f, err := New(spec)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func vectors(cols []types.Column, n int) []*types.Vector {
	out := make([]*types.Vector, len(cols))
	for i, c := range cols {
		out[i] = types.NewVector(c.Type)
		out[i].Reset(n)
	}
	return out
}

// spans packs records back to back, as a chunk of a topic does; nil is null.
func spans(records ...[]byte) *types.Spans {
	s := &types.Spans{}
	for _, r := range records {
		if r == nil {
			s.AppendNull()
			continue
		}
		s.Begin()
		s.Data = append(s.Data, r...)
		s.End()
	}
	return s
}

func upTo(n int) []uint32 {
	out := make([]uint32, n)
	for i := range out {
		out[i] = uint32(i)
	}
	return out
}

// decodeOne decodes one record and shows the row as text, or the error.
func decodeOne(t testing.TB, spec Spec, record []byte) string {
	t.Helper()
	out, errs := vectors(spec.Columns, 1), &Errors{}
	mustNew(t, spec).NewDecoder(nil).Decode(spans(record), upTo(1), out, errs)
	if len(errs.Records) > 0 {
		return "error: " + errs.Records[0].Error()
	}
	return rowText(spec.Columns, out, 0)
}

func rowText(cols []types.Column, vecs []*types.Vector, row int) string {
	var b strings.Builder
	for i, v := range vecs {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(cols[i].Name + "=" + valueText(v.Any(row)))
	}
	return b.String()
}

func valueText(x any) string {
	switch x := x.(type) {
	case nil:
		return "null"
	case string:
		return fmt.Sprintf("%q", x)
	case []any:
		var parts []string
		for _, e := range x {
			parts = append(parts, valueText(e))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case types.MapValue:
		var parts []string
		for _, e := range x {
			parts = append(parts, valueText(e.Key)+":"+valueText(e.Value))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case types.StructValue:
		var parts []string
		for _, f := range x {
			parts = append(parts, f.Name+"="+valueText(f.Value))
		}
		return "(" + strings.Join(parts, " ") + ")"
	}
	return fmt.Sprint(x)
}
