package format

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/leatdb/leat/types"
)

// TestJSONDocuments holds the decoder against the reference on documents that
// nearly fit the schema: names in both cases and twice, values of the wrong
// type, white space, escapes. One decoder reads them all.
func TestJSONDocuments(t *testing.T) {
	cols := columns(t, fuzzColumns)
	decoder := mustNew(t, Spec{Name: "JSON", Columns: cols}).NewDecoder(nil)
	root := &types.Type{Kind: types.Struct}
	for _, c := range cols {
		root.Fields = append(root.Fields, types.Field{Name: c.Name, Type: c.Type})
	}
	rapid.Check(t, func(rt *rapid.T) {
		g := documents{rt, rapid.IntRange(0, 30).Draw(rt, "wrong")}
		checkAgainstReference(fataler{t, rt}, decoder, cols, []byte(g.value(root, 0)))
	})
}

// fataler lets helpers that take a testing.TB fail a drawn case.
type fataler struct {
	testing.TB
	rt *rapid.T
}

func (f fataler) Helper()                        {}
func (f fataler) Fatalf(format string, a ...any) { f.rt.Fatalf(format, a...) }

// documents draws JSON texts; about one value in wrong is not of its type.
type documents struct {
	*rapid.T
	wrong int
}

func (g documents) pick(options ...string) string {
	return rapid.SampledFrom(options).Draw(g.T, "pick")
}

func (g documents) space() string {
	if rapid.IntRange(0, 9).Draw(g.T, "space") == 0 {
		return g.pick(" ", "\n  ", "\t")
	}
	return ""
}

func (g documents) value(t *types.Type, depth int) string {
	if g.wrong > 0 && depth > 0 && rapid.IntRange(0, g.wrong).Draw(g.T, "wrong") == 0 {
		return g.pick(`null`, `1`, `-1.5`, `"x"`, `"7"`, `true`, `[]`, `{}`, `[1,"a",{"b":[2]}]`, `{"a":1,"A":2,"a":3}`, `1e30`, `"AQ=="`, `0.0001`, `00`)
	}
	if depth > 0 && rapid.IntRange(0, 9).Draw(g.T, "null") == 0 {
		return "null"
	}
	switch t.Kind {
	case types.Integer, types.Date, types.BigInt, types.Timestamp:
		return g.pick("0", "1", "-17", "2147483647", "-2147483648", `"5"`, "3.99", "1e2")
	case types.Time:
		return g.pick("0", "86399999", `"5"`)
	case types.Double:
		return g.pick("0", "-0", "1.5", "0.1", "123456789012345", "1e300", "-2.5E-3", "1234567.891234567891", `"NaN"`)
	case types.Decimal:
		return g.pick("0", "1.5", "-0.25", "12", `"3.10"`, "1e1", "0.000")
	case types.Boolean:
		return g.pick("true", "false")
	case types.Bytes:
		return g.pick(`""`, `"AQ=="`, `"AQID"`, `"\/w=="`)
	case types.String:
		return g.pick(`""`, `"plain"`, `"with \"escapes\" \u00e4"`, `"äöü"`, `17`, `1.50`, `{"b" : 1, "a":[ ]}`, `[1, "x"]`, `true`)
	case types.Array:
		var parts []string
		for range rapid.IntRange(0, 3).Draw(g.T, "len") {
			parts = append(parts, g.space()+g.value(t.Elem, depth+1)+g.space())
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	return g.object(t, depth)
}

func (g documents) object(t *types.Type, depth int) string {
	var parts []string
	member := func(name string, typ *types.Type) {
		parts = append(parts, g.space()+string(AppendJSONString(nil, name))+g.space()+":"+g.space()+g.value(typ, depth+1)+g.space())
	}
	if t.Kind == types.Map {
		for range rapid.IntRange(0, 4).Draw(g.T, "len") {
			member(g.pick("a", "A", "b c", "ä"), t.Elem)
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	for range rapid.IntRange(0, 8).Draw(g.T, "len") {
		f := rapid.SampledFrom(t.Fields).Draw(g.T, "field")
		member(g.pick(f.Name, f.Name, f.Name, strings.ToLower(f.Name), strings.ToUpper(f.Name), "other"), f.Type)
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// TestRoundTrip writes drawn rows of drawn schemas and reads them back.
func TestRoundTrip(t *testing.T) {
	for _, name := range []string{"JSON", "DELIMITED", "KAFKA", "AVRO", "JSON_SR", "PROTOBUF", "PROTOBUF_NOSR"} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) { roundTrip(t, rt, name) })
		})
	}
}

func roundTrip(t *testing.T, rt *rapid.T, name string) {
	c, _ := Lookup(name)
	spec := Spec{Name: name, IsKey: rapid.Bool().Draw(rt, "key")}
	count := 1
	if c.MultiColumn {
		count = rapid.IntRange(1, 70).Draw(rt, "columns")
		if count > 8 && rapid.IntRange(0, 9).Draw(rt, "few") > 0 {
			count = 1 + count%8
		}
	}
	for k := range count {
		typ := drawType(rt, 2, func(t *types.Type) bool { return c.SupportsType(t, spec.IsKey) })
		spec.Columns = append(spec.Columns, types.Column{Name: fmt.Sprintf("C%d", k), Type: typ})
	}
	if count == 1 && !spec.IsKey && c.Wrap {
		wrap := !c.Unwrap || rapid.Bool().Draw(rt, "wrap")
		spec.WrapSingle = &wrap
	}
	if c.Delimiter {
		spec.Properties = map[string]string{PropertyDelimiter: rapid.SampledFrom([]string{",", "|", "SPACE", "TAB", "é", "a", "-", "1"}).Draw(rt, "delimiter")}
	}
	rows := rapid.IntRange(1, 3).Draw(rt, "rows")
	vecs := vectors(spec.Columns, rows)
	for _, v := range vecs {
		for r := range rows {
			if err := v.SetAny(r, drawValue(rt, v.Type)); err != nil {
				rt.Fatal(err)
			}
			if name == "DELIMITED" && v.Str != nil && v.Str[r] == "" {
				v.SetNull(r) // An empty field is NULL.
			}
		}
	}
	f, encoded, errs, back := mustNew(t, spec), &types.Spans{}, &Errors{}, vectors(spec.Columns, rows)
	if c.Nullable { // NULL is zero in places: what was read once is what can be written.
		f.NewEncoder().Encode(vecs, upTo(rows), nil, encoded, errs)
		f.NewDecoder(nil).Decode(encoded, upTo(rows), back, errs)
		vecs, back = back, vectors(spec.Columns, rows)
		encoded = &types.Spans{}
	}
	f.NewEncoder().Encode(vecs, upTo(rows), nil, encoded, errs)
	f.NewDecoder(nil).Decode(encoded, upTo(rows), back, errs)
	if len(errs.Records) > 0 {
		rt.Fatalf("%v from %q", errs.Records, encoded.Data)
	}
	for r := range rows {
		if want, got := rowText(spec.Columns, vecs, r), rowText(spec.Columns, back, r); got != want {
			rt.Fatalf("row %d: wrote %s, read %s by way of %q", r, want, got, encoded.Data)
		}
	}
}

func drawType(rt *rapid.T, depth int, ok func(*types.Type) bool) *types.Type {
	return rapid.Custom(func(rt *rapid.T) *types.Type { return drawAnyType(rt, depth) }).Filter(ok).Draw(rt, "type")
}

func drawAnyType(rt *rapid.T, depth int) *types.Type {
	simple := []*types.Type{types.BooleanType, types.IntegerType, types.BigIntType, types.DoubleType, types.StringType, types.BytesType,
		types.DateType, types.TimeType, types.TimestampType, types.DecimalOf(4, 2), types.DecimalOf(18, 18), types.DecimalOf(38, 10)}
	kind := rapid.IntRange(0, len(simple)+5).Draw(rt, "kind")
	if depth == 0 {
		kind %= len(simple)
	}
	switch {
	case kind < len(simple):
		return simple[kind]
	case kind%3 == 0:
		return types.ArrayOf(drawAnyType(rt, depth-1))
	case kind%3 == 1:
		return types.MapOf(types.StringType, drawAnyType(rt, depth-1))
	}
	st := types.StructOf()
	for k := range rapid.IntRange(1, 3).Draw(rt, "fields") {
		st.Fields = append(st.Fields, types.Field{Name: fmt.Sprintf(rapid.SampledFrom([]string{"f%d\"", "f%d"}).Draw(rt, "name"), k), Type: drawAnyType(rt, depth-1)})
	}
	return st
}

func drawValue(rt *rapid.T, t *types.Type) any {
	if rapid.IntRange(0, 5).Draw(rt, "null") == 0 {
		return nil
	}
	switch t.Kind {
	case types.Boolean:
		return rapid.Bool().Draw(rt, "v")
	case types.Integer, types.Date:
		return rapid.Int32().Draw(rt, "v")
	case types.Time:
		return rapid.Int32Range(0, millisPerDay-1).Draw(rt, "v")
	case types.BigInt, types.Timestamp:
		return rapid.Int64().Draw(rt, "v")
	case types.Double:
		return rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 0.1, 100, 1e7})).Draw(rt, "v")
	case types.Decimal:
		return types.DecimalValue{Unscaled: drawUnscaled(rt, t.Precision), Scale: t.Scale}
	case types.String:
		return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "a,b", `a"b`, "\n", " x ", "a\\", "\x00", "#", "plain text that is longer"})).Draw(rt, "v")
	case types.Bytes:
		return rapid.SliceOf(rapid.Byte()).Draw(rt, "v")
	case types.Array:
		out := []any{}
		for range rapid.IntRange(0, 3).Draw(rt, "len") {
			out = append(out, drawValue(rt, t.Elem))
		}
		return out
	case types.Map:
		out := types.MapValue{}
		for k := range rapid.IntRange(0, 20).Draw(rt, "len") {
			out = append(out, types.MapEntry{Key: fmt.Sprint("k\t", k), Value: drawValue(rt, t.Elem)})
		}
		return out
	}
	out := types.StructValue{}
	for _, f := range t.Fields {
		out = append(out, types.StructField{Name: f.Name, Value: drawValue(rt, f.Type)})
	}
	return out
}

func drawUnscaled(rt *rapid.T, precision int) *big.Int {
	x := new(big.Int).SetUint64(rapid.Uint64().Draw(rt, "unscaled"))
	x.Mul(x, x)
	x.Mod(x, types.Pow10(rapid.IntRange(0, precision).Draw(rt, "digits")))
	if rapid.Bool().Draw(rt, "negative") {
		x.Neg(x)
	}
	return x
}
