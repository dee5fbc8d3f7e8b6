package format

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/apd/v3"

	"github.com/leatdb/leat/internal/javanum"
	"github.com/leatdb/leat/types"
)

const fuzzColumns = "A INTEGER, B BIGINT, C DOUBLE, D DECIMAL(10, 3), W DECIMAL(40, 10), E STRING, F BYTES, G BOOLEAN, H DATE, I TIME, J TIMESTAMP, " +
	"K ARRAY<INTEGER>, L MAP<STRING, STRING>, M STRUCT<A INTEGER, B ARRAY<STRUCT<A BIGINT, B STRING>>>, n MAP<STRING, DECIMAL(4, 2)>"

// FuzzJSONDecode holds the scanner against encoding/json: both accept the same
// records and find the same values, by rules written down a second time here.
func FuzzJSONDecode(f *testing.F) {
	for _, seed := range []string{
		`{"A":1,"B":-2,"C":1.5e3,"D":1.230,"E":"a\u00e4\n","F":"AQID","G":true,"H":1,"I":2,"J":3}`,
		`{"K":[1,null,2],"L":{"x":"y","z":1.50},"M":{"A":1,"b":[{"A":5},{"B":[1,"x",{"y":[],"y":{}}]}]}}`,
		`{"a":"12","A":null,"g":1,"n":{"k":"x","k":1}}`, `{"E":{"b":[1, "x"],"a":{ }}, "e":1e-9}`, `null`, `[1]`, ` {} `, `{"A":1,"A":"x"}`,
		`{"W":123456789012345678901234567890.0123456789,"D":1e2,"I":86400000}`, "{\"E\":\"\xff\\ud800\"}", `{"A":1.9,"B":1e3}`, `{"\u0041":5}`,
		`{"M":{"A":"x"},"M":{"A":1},"m":{"A":"y"}}`,
	} {
		f.Add([]byte(seed))
	}
	cols := columns(f, fuzzColumns)
	format := mustNew(f, Spec{Name: "JSON", Columns: cols})
	decoder := format.NewDecoder(nil) // One for all inputs, so that its memory is tested, too.
	f.Fuzz(func(t *testing.T, record []byte) { checkAgainstReference(t, decoder, cols, record) })
}

// checkAgainstReference decodes the record twice, as the second time its names
// are predicted, and once more after encoding what it found.
func checkAgainstReference(t testing.TB, decoder Decoder, cols []types.Column, record []byte) {
	t.Helper()
	want, comparable := reference(cols, record)
	for range 2 {
		out, errs := vectors(cols, 1), &Errors{}
		decoder.Decode(spans(record), upTo(1), out, errs)
		got := "error"
		if len(errs.Records) == 0 {
			got = rowText(cols, out, 0)
		} else if strings.HasPrefix(errs.Records[0].Reason, "invalid JSON") {
			got = "syntax"
		}
		if comparable && got != want || (got == "syntax") != !json.Valid(record) {
			t.Fatalf("%q\n got %s\nwant %s\nerrors %v", record, got, want, errs.Records)
		}
		if len(errs.Records) == 0 {
			encodeDecode(t, Spec{Name: "JSON", Columns: cols}, out, got)
		}
	}
}

// encodeDecode checks that the row survives a round trip through the format.
func encodeDecode(t testing.TB, spec Spec, row []*types.Vector, want string) {
	t.Helper()
	f, encoded, errs := mustNew(t, spec), &types.Spans{}, &Errors{}
	f.NewEncoder().Encode(row, upTo(1), nil, encoded, errs)
	back := vectors(spec.Columns, 1)
	f.NewDecoder(nil).Decode(encoded, upTo(1), back, errs)
	if len(errs.Records) > 0 {
		t.Fatalf("%s was written as %q and refused: %v", want, encoded.Data, errs.Records)
	}
	if got := rowText(spec.Columns, back, 0); got != want {
		t.Fatalf("%s was written as %q and read as %s", want, encoded.Data, got)
	}
}

type refMember struct {
	name  string
	value any
}
type refObject []refMember

var errRef = fmt.Errorf("cannot be read")

// reference decodes a record slowly; comparable is false where this second
// opinion would need numbers with giant exponents.
func reference(cols []types.Column, record []byte) (text string, comparable bool) {
	defer func() {
		if r := recover(); r == errGiant {
			comparable = false
		} else if r != nil {
			panic(r)
		}
	}()
	if !json.Valid(record) {
		return "syntax", true
	}
	d := json.NewDecoder(bytes.NewReader(record))
	d.UseNumber()
	root := refTree(d)
	out := vectors(cols, 1)
	if root == nil {
		for _, v := range out {
			v.SetNull(0)
		}
		return rowText(cols, out, 0), true
	}
	object, ok := root.(refObject)
	if !ok {
		return "error", true
	}
	for i, c := range cols {
		x, err := refValue(c.Type, object.find(c.Name))
		if err != nil {
			return "error", true
		}
		if err := out[i].SetAny(0, x); err != nil {
			panic(err)
		}
	}
	return rowText(cols, out, 0), true
}

func refTree(d *json.Decoder) any {
	token, err := d.Token()
	if err == io.EOF || err != nil {
		panic(fmt.Sprint("valid JSON does not parse: ", err))
	}
	switch token {
	case json.Delim('['):
		list := []any{}
		for d.More() {
			list = append(list, refTree(d))
		}
		d.Token()
		return list
	case json.Delim('{'):
		object := refObject{}
		for d.More() {
			name, _ := d.Token()
			object = append(object, refMember{name.(string), refTree(d)})
		}
		d.Token()
		return object
	}
	return token
}

func (o refObject) find(name string) (value any) {
	exact := false
	for _, m := range o {
		if m.name == name {
			value, exact = m.value, true
		} else if !exact && strings.ToUpper(m.name) == name {
			value = m.value
		}
	}
	return value
}

var errGiant = fmt.Errorf("giant exponent")

func refRat(text string) (*big.Rat, bool) {
	if _, exp, ok := strings.Cut(strings.ToLower(text), "e"); ok {
		if e, err := strconv.Atoi(exp); err != nil || e > 1000 || e < -1000 {
			panic(errGiant)
		}
	}
	if strings.ContainsAny(text, "_/xXpPoOiI ") || text == "" {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

func refValue(t *types.Type, x any) (any, error) {
	if x == nil {
		return nil, nil
	}
	number, isNumber := x.(json.Number)
	text, isText := x.(string)
	if isNumber {
		text = number.String()
	}
	switch t.Kind {
	case types.Boolean:
		if b, ok := x.(bool); ok {
			return b, nil
		}
	case types.Integer, types.BigInt, types.Date, types.Time, types.Timestamp:
		if isNumber || isText {
			return refInt(t, text, isText)
		}
	case types.Double:
		if f, ok := javanum.ParseDouble(text); ok && (isNumber || isText) {
			return f, nil
		}
	case types.Decimal:
		if isNumber || isText {
			return refDecimal(t, text)
		}
	case types.Bytes:
		if b, err := base64.StdEncoding.DecodeString(text); err == nil && isText {
			return b, nil
		}
	case types.String:
		return refText(x, false), nil
	default:
		return refNested(t, x)
	}
	return nil, errRef
}

func refNested(t *types.Type, x any) (any, error) {
	switch x := x.(type) {
	case []any:
		if t.Kind != types.Array {
			return nil, errRef
		}
		out := []any{}
		for _, e := range x {
			v, err := refValue(t.Elem, e)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		return out, nil
	case refObject:
		switch t.Kind {
		case types.Struct:
			out := types.StructValue{}
			for _, f := range t.Fields {
				v, err := refValue(f.Type, x.find(f.Name))
				if err != nil {
					return nil, err
				}
				out = append(out, types.StructField{Name: f.Name, Value: v})
			}
			return out, nil
		case types.Map:
			out := types.MapValue{}
			for _, m := range x.unique() {
				v, err := refValue(t.Elem, m.value)
				if err != nil {
					return nil, err
				}
				out = append(out, types.MapEntry{Key: m.name, Value: v})
			}
			return out, nil
		}
	}
	return nil, errRef
}

// unique keeps one member per name, with the last value at the first place.
func (o refObject) unique() (out refObject) {
next:
	for _, m := range o {
		for i := range out {
			if out[i].name == m.name {
				out[i].value = m.value
				continue next
			}
		}
		out = append(out, m)
	}
	return out
}

func refInt(t *types.Type, text string, isText bool) (any, error) {
	if isText && strings.Trim(strings.TrimLeft(text, "+-"), "0123456789") != "" {
		return nil, errRef
	}
	r, ok := refRat(text)
	if !ok {
		return nil, errRef
	}
	x := new(big.Int).Quo(r.Num(), r.Denom())
	switch {
	case !x.IsInt64():
		return nil, errRef
	case t.Kind == types.BigInt || t.Kind == types.Timestamp:
		return x.Int64(), nil
	case int64(int32(x.Int64())) != x.Int64() || t.Kind == types.Time && (x.Int64() < 0 || x.Int64() >= 86400000):
		return nil, errRef
	}
	return int32(x.Int64()), nil
}

func refDecimal(t *types.Type, text string) (any, error) {
	r, ok := refRat(text)
	if !ok {
		return nil, errRef
	}
	r.Mul(r, new(big.Rat).SetInt(types.Pow10(t.Scale)))
	if !r.IsInt() || r.Num().CmpAbs(types.Pow10(t.Precision)) >= 0 {
		return nil, errRef
	}
	return types.DecimalValue{Unscaled: r.Num(), Scale: t.Scale}, nil
}

func refText(x any, inObject bool) string {
	var parts []string
	switch x := x.(type) {
	case nil:
		return "null"
	case json.Number:
		refRat(x.String()) // Giant exponents.
		d, _, err := apd.NewFromString(x.String())
		if err != nil {
			panic(err)
		}
		if d.Coeff.Sign() == 0 {
			if d.Negative = false; d.Exponent < -6 { // Java's BigDecimal has no exception for zero, apd has.
				return fmt.Sprintf("0E%d", d.Exponent)
			}
		}
		return d.Text('G')
	case bool:
		return strconv.FormatBool(x)
	case string:
		if inObject {
			return refQuote(x)
		}
		return x
	case []any:
		for _, e := range x {
			parts = append(parts, refText(e, inObject))
		}
		if inObject {
			return "[" + strings.Join(parts, ",") + "]"
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	for _, m := range x.(refObject).unique() {
		parts = append(parts, refQuote(m.name)+":"+refText(m.value, true))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func refQuote(s string) string {
	var b strings.Builder
	short := map[rune]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\b': `\b`, '\f': `\f`}
	for _, r := range s {
		if e, ok := short[r]; ok {
			b.WriteString(e)
		} else if r < ' ' {
			fmt.Fprintf(&b, `\u%04X`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}
